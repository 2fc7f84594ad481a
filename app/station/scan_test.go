package station

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/internal/thinline"
	"onedoor/sync/segment"
)

func scanOf(t *testing.T, n int) (path string, plain []byte) {
	t.Helper()
	plain = make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(plain)
	copy(plain, "fictional scan of 测试1")
	path = filepath.Join(t.TempDir(), "scan.jpg")
	must(t, os.WriteFile(path, plain, 0o600))
	return path, plain
}

// acceptScan takes a case with a scanned material.
func (d *district) acceptScan(s *Station, i int, path string) (number, material string) {
	d.t.Helper()
	ctx := context.Background()
	who, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
	must(d.t, err)
	it, err := who.Item(ctx, easyItem(d.t, s))
	must(d.t, err)
	material = it.Materials[0].Name
	a, err := who.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(i),
		Materials: desk.Materials{All: true, List: []desk.GivenMaterial{{Name: material, Provided: true, File: path}}}})
	must(d.t, err)
	return a.Number, material
}

func (d *district) open(s *Station, user, number, material string) ([]byte, error) {
	d.t.Helper()
	who, err := s.Desk().Login(context.Background(), user, "pw-"+user+"-1")
	must(d.t, err)
	m, err := who.Material(context.Background(), number, material)
	return m.Data, err
}

// A scan reaches the hub by line and a second village station by stick, whole, and
// nobody who finds its pieces can read them.
func TestScanTravels(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	path, plain := scanOf(t, 300_000)
	var number, material string
	d.at(d.vil, Write, func(s *Station) { number, material = d.acceptScan(s, 1, path) })

	hub, addr, _ := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	got, err := d.open(hub, "admin", number, material)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("at the hub: %d bytes, %v", len(got), err)
	}
	d.copyOfKeptScan(hub, addr)
	if again := d.sync(d.vil, addr); again.SentBytes+again.ReceivedBytes > 10_000 {
		t.Fatalf("a second round costs %+v", again)
	}
	d.at(d.vil, Read, func(s *Station) { d.scanState(s, number, desk.ScanState{Parts: 3, Held: 3, Delivered: 3}) })
	noPlain(t, d.vil.Home, plain[:24])
	noPlain(t, d.hub.Home, plain[:24])

	stick := t.TempDir()
	second := d.enrolAt("second", testVillage, "02", "village", hub)
	d.export(d.vil, stick)
	noPlain(t, stick, plain[:24])
	if r := d.imports(second, stick); !r.Converged {
		t.Errorf("%+v", r)
	}
	d.at(second, Read, func(s *Station) {
		if got, err := d.open(s, "wang", number, material); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("by stick: %d bytes, %v", len(got), err)
		}
	})
}

func (d *district) enrolAt(name, division, counterNo, tier string, hub *Station) Config {
	d.t.Helper()
	ctx := context.Background()
	c := config(d.t, name)
	request := filepath.Join(d.t.TempDir(), "request")
	_, err := InitCounter(ctx, c, CounterInit{Division: division, Counter: counterNo, Name: name, Out: request})
	must(d.t, err)
	data, err := os.ReadFile(request)
	must(d.t, err)
	e, err := hub.Enroll(ctx, d.admin(hub), data, tier)
	must(d.t, err)
	_, err = Join(ctx, c, e.Grant)
	must(d.t, err)
	return c
}

func (d *district) scanState(s *Station, number string, want desk.ScanState) {
	d.t.Helper()
	who, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
	must(d.t, err)
	c, err := who.Case(context.Background(), number)
	must(d.t, err)
	for _, m := range c.Materials {
		if m.Scan != nil && m.Scan.ScanState != want {
			d.t.Fatalf("%+v, want %+v", *m.Scan, want)
		} else if m.Scan != nil {
			return
		}
	}
	d.t.Fatalf("no scan in %+v", c.Materials)
}

func noPlain(t *testing.T, dir string, secret []byte) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, secret) {
			t.Errorf("%s shows the scan", path)
		}
		return err
	}))
}

// The district's policy removes a village's copy only when the district holds it,
// and it does not come back.
func TestScanRetention(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	path, plain := scanOf(t, 200_000)
	var number, material string
	d.at(d.vil, Write, func(s *Station) { number, material = d.acceptScan(s, 1, path) })
	hub, addr, _ := d.serve(d.hub, "-")
	must(t, d.admin(hub).SetRetention(t.Context(), counter.Retention{Village: 90}))
	must(t, hub.v.store.Flush())
	late := d.vil
	late.Now = func() time.Time { return time.Now().AddDate(0, 0, 91) }
	release := func(c Config) (n int) {
		d.at(c, Write, func(s *Station) {
			var err error
			n, err = s.ReleaseScans(t.Context())
			must(t, err)
		})
		return n
	}
	if n := release(late); n != 0 {
		t.Fatalf("%d released before anybody else held it", n)
	}
	d.sync(d.vil, addr)
	if n := release(d.vil); n != 0 {
		t.Fatalf("%d released before the time", n)
	}
	if n := release(late); n != 1 {
		t.Fatalf("%d released", n)
	}
	d.at(d.vil, Read, func(s *Station) {
		if _, err := d.open(s, "wang", number, material); counter.CodeOf(err) != counter.CodeNotFound {
			t.Fatalf("%v", err)
		}
		files, err := filepath.Glob(s.v.store.SegmentPath(segment.ScansFolder(testVillage, time.Now().In(chinaTime).Year()), "*/*"))
		if err != nil || len(files) != 0 {
			t.Fatalf("still on disk: %v %v", files, err)
		}
	})
	d.sync(d.vil, addr)
	d.at(d.vil, Read, func(s *Station) { d.scanState(s, number, desk.ScanState{Parts: 2, Released: true}) })
	if got, err := d.open(hub, "admin", number, material); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("at the hub: %v", err)
	}
}

// An urgent case goes past a scan of 20 MB that fills a line of 512 kbit/s for
// five minutes; and a cut of that line costs no piece that has arrived.
func TestUrgentCaseOvertakesScan(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	hub, addr, _ := d.serve(d.hub, "-")
	line := &thinline.Line{Rate: 64_000, Delay: 75 * time.Millisecond, Seed: 3, Now: time.Now}
	at, end, err := line.Forward(addr[len("tcp://"):])
	must(t, err)
	defer end()
	vil, _, _ := d.serve(d.vil, "tcp://"+at)
	path, _ := scanOf(t, 20<<20)
	number, material := d.acceptScan(vil, 1, path)
	admin := d.admin(hub)
	held := func() int { return piecesAt(admin, number, material) }
	waitFor(t, "the scan to be under way", func() bool { return held() >= 2 })
	urgent := d.accept(vil, "wang", 2, 1)[0]
	before, bytesBefore := held(), line.Bytes() // from when it was accepted; that takes what the machine takes
	waitFor(t, "the urgent case", func() bool {
		_, err := admin.Case(context.Background(), urgent)
		return err == nil
	})
	if after := held(); after > before+4 {
		t.Errorf("%d pieces went before the case", after-before)
	}
	t.Logf("%d kB went over the line until the case was there", (line.Bytes()-bytesBefore)>>10)

	got := held()
	line.Cut()
	waitFor(t, "the line again", func() bool { return held() > got })
	if held() < got {
		t.Errorf("%d pieces after the cut, %d before", held(), got)
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// piecesAt counts the pieces of a scan that a station holds; -1 before the case came.
func piecesAt(who *desk.Session, number, material string) int {
	c, err := who.Case(context.Background(), number)
	if err != nil {
		return -1
	}
	for _, m := range c.Materials {
		if m.Name == material && m.Scan != nil {
			return m.Scan.Held
		}
	}
	return -1
}

// copyOfKeptScan reuses a scan that the village kept: at the hub, as a picture with the
// mark that says what for.
func (d *district) copyOfKeptScan(hub *Station, addr string) {
	d.t.Helper()
	t := d.t
	var jpg bytes.Buffer
	must(t, jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 40, 60)), nil))
	path := filepath.Join(d.vil.Home, "..", "card.jpg")
	must(t, os.WriteFile(path, jpg.Bytes(), 0o600))
	var number, material string
	d.at(d.vil, Write, func(s *Station) { number, material = d.acceptScan(s, 2, path) })
	must(t, os.Remove(path))
	d.sync(d.vil, addr)
	out := filepath.Join(d.hub.Home, "..", "copy.pdf")
	ref, _, err := d.admin(hub).PrintPaper(context.Background(), desk.PrintRequest{Number: number, Kind: "copy", Kept: []string{material},
		Texts: map[string]string{"purpose": "办理老年人优待证", "material": material, "checked_on": "2026-11-20", "checked_by": "王小兰"}, Out: out})
	must(t, err)
	if ref.Copy != 1 {
		t.Errorf("%+v", ref)
	}
	_, _, err = d.admin(hub).PrintPaper(context.Background(), desk.PrintRequest{Number: number, Kind: "copy", Kept: []string{"没有的材料"}, Out: out})
	if counter.CodeOf(err) != counter.CodeNotFound {
		t.Errorf("a material without a scan: %v", err)
	}
	d.sync(d.vil, addr)
}
