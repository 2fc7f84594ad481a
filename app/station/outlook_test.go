package station

import (
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/desk"
)

// later is the same device on another day.
func later(c Config, days int) Config {
	c.Now = func() time.Time { return time.Now().AddDate(0, 0, days) }
	return c
}

// meet lets a device sync with the hub once.
func (d *district) meet(c Config) {
	d.t.Helper()
	_, addr, stop := d.serve(d.hub, "-")
	defer stop()
	d.sync(c, addr)
}

// removeOf takes what a device wrote off a stick.
func removeOf(t *testing.T, stick, device string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(stick, "onedoor", "*", "*", device+"*"))
	must(t, err)
	if len(paths) == 0 {
		t.Fatal("the stick holds nothing of it")
	}
	for _, p := range paths {
		must(t, os.RemoveAll(p))
	}
}

func kinds(o Outlook) (out []string) {
	for _, n := range o.Notices {
		out = append(out, n.Kind)
		if n.Text == "" || n.En == "" {
			panic("a notice without words")
		}
	}
	return out
}

func (d *district) outlook(c Config) (o Outlook) {
	d.t.Helper()
	d.at(c, Read, func(s *Station) {
		var err error
		o, err = s.Outlook(context.Background(), 0)
		must(d.t, err)
	})
	return o
}

// TestHandoverIsWatched: cases that no superior has confirmed are late after three
// working days, and no more once the hub has them, though something newer of them
// waits again.
func TestHandoverIsWatched(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	var numbers []string
	d.at(d.vil, Write, func(s *Station) { numbers = d.accept(s, "wang", 1, 2) })
	if o := d.outlook(d.vil); o.Handover.Overdue != 0 || o.Handover.Waiting != 2 || o.Backlog.Cases != 2 || o.Backlog.Why == "" || !slices.Contains(kinds(o), "unsent") {
		t.Fatalf("today: %+v", o)
	}
	o := d.outlook(later(d.vil, 21))
	h := o.Handover
	if h.Overdue != 2 || h.Number != numbers[0] || !slices.Equal(h.Numbers, numbers) || kinds(o)[0] != "overdue" || !strings.Contains(o.Notices[0].Text, numbers[0]) {
		t.Fatalf("three weeks later: %+v", o)
	}
	d.at(later(d.vil, 21), Read, func(s *Station) {
		limits, err := s.Handovers(ctx)
		must(t, err)
		if len(limits) != 2 || !limits[numbers[1]].Overdue {
			t.Fatalf("%+v", limits)
		}
	})
	d.meet(d.vil)
	d.at(d.vil, Write, func(s *Station) {
		who, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		_, err = who.Act(ctx, numbers[0], "void", desk.ActOptions{Reason: "录错了"})
		must(t, err)
	})
	if o := d.outlook(later(d.vil, 21)); o.Handover.Waiting != 0 || o.Handover.Overdue != 0 || o.Backlog.Cases != 1 {
		t.Fatalf("after the sync: %+v", o)
	}
	if o := d.outlook(later(d.hub, 21)); o.Handover.Waiting != 0 || o.Backlog.Ops != 0 {
		t.Fatalf("the district has nobody above: %+v", o)
	}
}

// TestSilentStations: the hub tells who was not heard of, by which road it last was,
// and tells a station that was never met apart.
func TestSilentStations(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.enrol("江湾1号窗口", testVillage2, "village")
	stick := t.TempDir()
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 1) })
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	d.meet(d.vil)
	view := func(o Outlook, division string) StationView {
		i := slices.IndexFunc(o.Stations, func(v StationView) bool { return v.Division == division })
		if i < 0 {
			t.Fatalf("%s is not listed: %+v", division, o.Stations)
		}
		return o.Stations[i]
	}
	today := d.outlook(d.hub)
	v := view(today, testVillage)
	if today.Silent != 0 || today.Never != 1 || v.Silent || v.LastContact.IsZero() || v.LastRecord.IsZero() || !v.Below || len(v.Contacts) != 2 {
		t.Fatalf("today: %+v", today)
	}
	o := d.outlook(later(d.hub, 21))
	v = view(o, testVillage)
	if o.Silent != 1 || o.Never != 1 || !v.Silent || v.SilentDays < 10 || !strings.Contains(o.Notices[0].Text, v.Name) || !slices.Contains(kinds(o), "never") {
		t.Fatalf("three weeks later: %+v", o)
	}
	if up := view(d.outlook(d.vil), "440604000000"); up.Below || up.LastContact.IsZero() {
		t.Fatalf("the village's superior: %+v", up)
	}
	d.at(later(d.hub, 21), Read, func(s *Station) {
		o, err := s.Outlook(context.Background(), 30)
		must(t, err)
		if o.Silent != 0 {
			t.Fatalf("with a limit of 30 days: %+v", o)
		}
	})
}

// TestMetrics: what is watched can be scraped, with bounded labels and no name.
func TestMetrics(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 2) })
	scrape := func(s *Station) string {
		rec := httptest.NewRecorder()
		s.adminHandler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
		body, err := io.ReadAll(rec.Result().Body)
		must(t, err)
		if rec.Code != 200 {
			t.Fatalf("%d %s", rec.Code, body)
		}
		return string(body)
	}
	d.at(later(d.vil, 21), Write, func(s *Station) {
		for _, want := range []string{"onedoor_up 1", `onedoor_handover_cases{state="overdue"} 2`, "onedoor_backlog_cases 2", "onedoor_clock_doubtful 0"} {
			if !strings.Contains(scrape(s), "\n"+want+"\n") {
				t.Errorf("no %s in\n%s", want, scrape(s))
			}
		}
	})
	hub, addr, _ := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	text := scrape(hub)
	for _, want := range []string{`onedoor_station_last_contact_timestamp_seconds\{device="[a-z2-7]+",division="440604011001",tier="village"\} [1-9]`,
		`onedoor_road_bytes_total\{direction="received",road="wan"\} [1-9]`, `onedoor_cases 2\n`, `onedoor_waiting_ops\{reason="parent"\} 0\n`,
		`onedoor_peers_connected\{tier="village"\} [01]\n`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no %s", want)
		}
	}
	// The letters of a device ID may spell a short name.
	text = regexp.MustCompile(`device="[a-z2-7]+"`).ReplaceAllString(text, "")
	for _, secret := range []string{"wang", "admin", "测试", "纯阳", "13800000000", person(1).Number} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
}

// TestWhyOpsWait: an act of the town on a case that is not here itself waits for it, and
// the hub says whose act it is; it takes effect once the case has come.
func TestWhyOpsWait(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.addUser("zhang", "supervisor", testTown)
	town := d.enrol("town", testTown, "town")
	stick := t.TempDir()
	d.meet(d.vil)
	var numbers []string
	d.at(d.vil, Write, func(s *Station) { numbers = d.accept(s, "wang", 1, 1) })
	d.throughTown(town, d.vil)
	d.at(town, Write, func(s *Station) {
		who, err := s.Desk().Login(context.Background(), "zhang", "pw-zhang-1")
		must(t, err)
		_, err = who.Act(context.Background(), numbers[0], "void", desk.ActOptions{Reason: "录错了"})
		must(t, err)
	})
	d.export(town, stick)
	d.at(d.vil, Read, func(s *Station) { removeOf(t, stick, s.id.Device.ID.String()) })
	d.imports(d.hub, stick)
	o := d.outlook(d.hub)
	if len(o.Waits) != 1 || o.Waits[0].Why != "parent" || o.Waits[0].Device != "town" || o.Waits[0].Ops != 1 || !slices.Contains(kinds(o), "waiting") {
		t.Fatalf("%+v", o)
	}
	d.export(d.vil, stick)
	d.imports(d.hub, stick)
	if o := d.outlook(d.hub); len(o.Waits) != 0 {
		t.Fatalf("after the case came: %+v", o.Waits)
	}
}

// TestAPositionNobodyHolds: the hub, which wrote the district's log, names the device
// that claims to have seen more of it; others can only wait.
func TestAPositionNobodyHolds(t *testing.T) {
	for _, c := range []struct {
		why   string
		hub   bool
		named bool
	}{{"position", true, true}, {"position", false, false}, {"parent", true, false}} {
		zh, en := whyOpsWait(c.why, "v9", c.hub)
		if zh == "" || strings.Contains(zh, "v9") != c.named || strings.Contains(en, "v9") != c.named || strings.Contains(zh, "停用") != c.named {
			t.Errorf("%+v: %s / %s", c, zh, en)
		}
	}
}
