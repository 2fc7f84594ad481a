package desk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
)

// The facade is tested through a real hub and a real counter: store, keys,
// catalogue, press. One pair serves all tests of the package.

const (
	villageCode = "440604011001"
	testPhone   = "13812345678"
	// longName is a user who is looked for in whole homes: the four letters of another
	// turn up among sealed bytes and in base64 by chance.
	longName = "miaoxiaolan-first-counter"
)

var (
	shared *district
	ctx    = context.Background()
)

type district struct {
	dir      string
	now      time.Time
	hub, vil *station.Station
	admin    *desk.Session
	wang     *desk.Session // clerk
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "desk-")
	if err == nil {
		shared, err = newDistrict(dir)
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
		_ = shared.vil.Close()
		_ = shared.hub.Close()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func (d *district) config(name string) station.Config {
	env := map[string]string{"ONEDOOR_KEYDIR": filepath.Join(d.dir, "keys-"+name)}
	return station.Config{Home: filepath.Join(d.dir, name), Getenv: func(k string) string { return env[k] }, Now: func() time.Time { return d.now }}
}

func newDistrict(dir string) (*district, error) {
	d := &district{dir: dir, now: time.Date(2026, 11, 20, 9, 30, 0, 0, time.FixedZone("CST", 8*3600))}
	hub, vil := d.config("hub"), d.config("village")
	if _, err := station.InitHub(ctx, hub, station.HubInit{District: "440604", Name: "禅城区", Admin: "admin", Password: "pw-admin-1", RecoveryPassphrase: "correct horse"}); err != nil {
		return nil, err
	}
	request := filepath.Join(dir, "request")
	if _, err := station.InitCounter(ctx, vil, station.CounterInit{Division: villageCode, Counter: "01", Name: "纯阳社区1号窗口", Out: request}); err != nil {
		return nil, err
	}
	var err error
	if d.hub, err = station.Open(ctx, hub, station.Write); err != nil {
		return nil, err
	}
	if d.admin, err = d.hub.Desk().Login(ctx, "admin", "pw-admin-1"); err != nil {
		return nil, err
	}
	if err := d.fill(); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(request)
	if err != nil {
		return nil, err
	}
	e, err := d.hub.Enroll(ctx, d.admin, data, "village")
	if err != nil {
		return nil, err
	}
	if _, err := station.Join(ctx, vil, e.Grant); err != nil {
		return nil, err
	}
	if d.vil, err = station.Open(ctx, vil, station.Write); err != nil {
		return nil, err
	}
	d.wang, err = d.vil.Desk().Login(ctx, "wang", "pw-wang-1")
	return d, err
}

func (d *district) fill() error {
	if _, err := d.admin.ImportDivisions(ctx, strings.NewReader(`[{"code":"440604011","name":"石湾镇街道"},{"code":"440604011001","name":"纯阳社区"}]`), "d.json"); err != nil {
		f, ferr := os.Open("../../forms/catalog/divisions/440604.json")
		if ferr != nil {
			return ferr
		}
		defer f.Close()
		if _, err = d.admin.ImportDivisions(ctx, f, "440604.json"); err != nil {
			return err
		}
	}
	if _, err := d.admin.ImportSample(ctx); err != nil {
		return err
	}
	for _, u := range [][2]string{{"wang", "clerk"}, {"shen", "reviewer"}, {"pi", "approver"}, {"zhang", "supervisor"}, {longName, "clerk"}} {
		if _, err := d.admin.AddUser(ctx, desk.NewUser{Name: u[0], Role: u[1], Division: villageCode, Password: "pw-" + u[0] + "-1"}); err != nil {
			return err
		}
	}
	return nil
}

// at sets the clock of all devices for one test.
func (d *district) at(t *testing.T, now time.Time) {
	old := d.now
	d.now = now
	t.Cleanup(func() {
		// The clock is right again; the counter believes it as soon as somebody has
		// confirmed the day once.
		d.now = old
		a := desk.Acceptance{Item: d.promised(t).Code, Applicant: person(1), Materials: desk.Materials{All: true}, LegalDate: counter.DateOf(old)}
		for range 2 {
			_, err := d.wang.Accept(ctx, a)
			must(t, err)
			a.LegalDate = ""
		}
	})
}

func (d *district) login(t *testing.T, name string) *desk.Session {
	t.Helper()
	s, err := d.vil.Desk().Login(ctx, name, "pw-"+name+"-1")
	must(t, err)
	return s
}

// idNumber gives the i-th fictional person's number.
func idNumber(i int) string {
	base := fmt.Sprintf("440604199%d03%02d%03d", i/28%10, 1+i%28, i%1000)
	for _, c := range "0123456789X" {
		if n := counter.NormalizeID(base + string(c)); n.Check() == nil {
			return n.Plain()
		}
	}
	return ""
}

func person(i int) *desk.Applicant {
	return &desk.Applicant{Name: fmt.Sprintf("测试人%d", i), Number: idNumber(i), Phone: testPhone}
}

// item finds an item of the sample catalogue.
func (d *district) item(t *testing.T, ok func(*counter.Item) bool) *counter.Item {
	t.Helper()
	lines, err := d.vil.Desk().Items(ctx)
	must(t, err)
	for _, l := range lines {
		it, err := d.wang.Item(ctx, l.Code)
		must(t, err)
		if ok(it) {
			return it
		}
	}
	t.Fatal("no such item in the sample catalogue")
	return nil
}

func (d *district) promised(t *testing.T) *counter.Item {
	return d.item(t, func(it *counter.Item) bool {
		return !it.Instant && len(it.RequiredFields()) == 0 && it.Accepts(counter.ObjectPerson) && it.Days() > 3
	})
}

func (d *district) cases(t *testing.T) int {
	t.Helper()
	rows, err := d.wang.Cases(ctx, counter.CaseFilter{})
	must(t, err)
	return len(rows)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// refused checks the code of an error, and that it says what to do.
func refused(t *testing.T, err error, code counter.Code) *counter.Error {
	t.Helper()
	if err == nil || counter.CodeOf(err) != code {
		t.Fatalf("want %s, got %v", code, err)
	}
	e, ok := err.(*counter.Error)
	if !ok || e.Zh == "" || e.HintZh == "" {
		t.Fatalf("an error that tells nothing: %#v", err)
	}
	return e
}
