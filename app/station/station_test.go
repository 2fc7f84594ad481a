package station

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// district is a hub and one village counter, set up as people set them up: with
// files that are handed over.
type district struct {
	t        testing.TB
	hub, vil Config
	sticks   map[string]string // of each station, where there is no line to the hub
}

const testVillage = "440604011001"

func config(t testing.TB, name string) Config {
	return configIn(t.TempDir(), name)
}

func configIn(dir, name string) Config {
	env := map[string]string{"ONEDOOR_KEYDIR": filepath.Join(dir, "keys")}
	return Config{Home: filepath.Join(dir, name), Getenv: func(k string) string { return env[k] }, Now: time.Now}
}

// baseDir holds a district that was set up once; each test works on a copy.
var (
	baseDir string
	baseMu  sync.Mutex
)

func TestMain(m *testing.M) {
	codePause = 10 * time.Millisecond
	code := m.Run()
	if baseDir != "" {
		_ = os.RemoveAll(baseDir)
	}
	os.Exit(code)
}

func newDistrict(t testing.TB) *district {
	t.Helper()
	baseMu.Lock()
	defer baseMu.Unlock()
	if baseDir == "" {
		dir, err := os.MkdirTemp("", "onedoor-station-")
		must(t, err)
		d := &district{t: t, hub: configIn(filepath.Join(dir, "hub"), "hub"), vil: configIn(filepath.Join(dir, "village"), "village")}
		d.found()
		baseDir = dir
	}
	d := &district{t: t, hub: config(t, "hub"), vil: config(t, "village")}
	for name, c := range map[string]Config{"hub": d.hub, "village": d.vil} {
		copyDevice(t, filepath.Join(baseDir, name), c)
	}
	return d
}

func copyDevice(t testing.TB, from string, to Config) {
	t.Helper()
	must(t, os.CopyFS(filepath.Dir(to.Home), os.DirFS(from)))
	keys, err := filepath.Glob(to.Getenv("ONEDOOR_KEYDIR") + "/*")
	must(t, err)
	for _, k := range append(keys, to.Getenv("ONEDOOR_KEYDIR")) { // CopyFS widens permissions
		info, err := os.Stat(k)
		must(t, err)
		must(t, os.Chmod(k, info.Mode().Perm()&0o700))
	}
}

// found sets the district up.
func (d *district) found() {
	t, ctx := d.t, context.Background()
	t.Helper()
	_, err := InitHub(ctx, d.hub, HubInit{District: "440604", Name: "禅城区", Admin: "admin", Password: "pw-admin-1", RecoveryPassphrase: "correct horse"})
	must(t, err)
	request := filepath.Join(t.TempDir(), "request.json")
	_, err = InitCounter(ctx, d.vil, CounterInit{Division: testVillage, Counter: "01", Name: "纯阳社区1号窗口", Out: request})
	must(t, err)
	var grant []byte
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(ctx, "admin", "pw-admin-1")
		must(t, err)
		d.divisions(admin)
		_, err = admin.ImportSample(ctx)
		must(t, err)
		_, err = admin.AddUser(ctx, desk.NewUser{Name: "wang", Role: "clerk", Division: testVillage, Password: "pw-wang-1"})
		must(t, err)
		data, err := os.ReadFile(request)
		must(t, err)
		e, err := s.Enroll(ctx, admin, data, "village")
		must(t, err)
		grant = e.Grant
	})
	_, err = Join(ctx, d.vil, grant)
	must(t, err)
}

func (d *district) divisions(admin *desk.Session) {
	d.t.Helper()
	f, err := os.Open("../../forms/catalog/divisions/440604.json")
	must(d.t, err)
	defer f.Close()
	n, err := admin.ImportDivisions(context.Background(), f, "440604.json")
	must(d.t, err)
	if n.Imported < 151 {
		d.t.Fatalf("imported %+v", n)
	}
}

func (d *district) at(c Config, m Mode, f func(*Station)) {
	d.t.Helper()
	s, err := Open(context.Background(), c, m)
	must(d.t, err)
	defer func() { must(d.t, s.Close()) }()
	f(s)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func person(i int) *desk.Applicant {
	base := fmt.Sprintf("440604199003%02d%03d", 1+i%28, i%1000)
	for _, c := range "0123456789X" {
		if n := counter.NormalizeID(base + string(c)); n.Check() == nil {
			return &desk.Applicant{Name: fmt.Sprintf("测试%d", i), Number: n.Plain(), Phone: "13800000000"}
		}
	}
	return nil
}

func easyItem(t testing.TB, s *Station) string {
	items, err := s.Desk().Items(context.Background())
	must(t, err)
	for _, it := range items {
		if len(it.RequiredFields) == 0 && !it.Instant {
			return it.Code
		}
	}
	t.Fatal("no item without required fields")
	return ""
}

func TestStoryFromCounterToHub(t *testing.T) {
	d := newDistrict(t)
	ctx := context.Background()
	var number, item string
	out := t.TempDir()
	d.at(d.vil, Write, func(s *Station) {
		wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		item = easyItem(t, s)
		a, err := wang.Accept(ctx, desk.Acceptance{Item: item, Applicant: person(1), Materials: desk.Materials{All: true}, Out: out})
		must(t, err)
		number = a.Number
		if len(a.Documents) != 1 || a.Due == nil {
			t.Fatalf("%+v", a)
		}
		pdf, err := os.ReadFile(a.Documents[0].File)
		must(t, err)
		v, err := s.Desk().VerifyDocument(ctx, pdf, true)
		must(t, err)
		if !v.Valid || v.Number != number {
			t.Fatalf("%+v", v)
		}
		if !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Fatal("no PDF")
		}
	})
	ready := make(chan string, 1)
	serve, stop := context.WithCancel(ctx)
	defer stop()
	hub, err := Open(ctx, d.hub, Write)
	must(t, err)
	done := make(chan error, 1)
	go func() {
		done <- hub.Serve(serve, ServeOptions{Listen: "tcp://127.0.0.1:0", Ready: func(a Addrs) { ready <- a.Listen }})
	}()
	addr := <-ready
	d.at(d.vil, Write, func(s *Station) {
		rep, err := s.Sync(ctx, addr, 2*time.Minute)
		must(t, err)
		if !rep.Converged || rep.SentOps != 3 {
			t.Fatalf("%+v", rep)
		}
		again, err := s.Sync(ctx, addr, 2*time.Minute)
		must(t, err)
		if again.SentOps+again.ReceivedOps != 0 || again.SentBytes+again.ReceivedBytes > 10_000 {
			t.Fatalf("second sync: %+v", again)
		}
		for _, scope := range []string{"realm", testVillage} {
			a, err := s.Digests(ctx, scope)
			must(t, err)
			b, err := hub.Digests(ctx, scope)
			must(t, err)
			if a[0] != b[0] {
				t.Fatalf("%s differs\n%+v\n%+v", scope, a[0], b[0])
			}
		}
		rep2, err := s.VerifyLogs(ctx)
		must(t, err)
		if !rep2.OK {
			t.Fatalf("%+v", rep2)
		}
	})
	admin, err := hub.Desk().Login(ctx, "admin", "pw-admin-1")
	must(t, err)
	c, err := admin.Case(ctx, number)
	must(t, err)
	if c.Status != "accepted" || c.Applicant.Name != "测试1" || len(c.Timeline) != 2 {
		t.Fatalf("%+v", c)
	}
	stop()
	must(t, <-done)
	must(t, hub.Close())
}

func TestCopiedHomeWithoutItsKeyOpensNothing(t *testing.T) {
	d := newDistrict(t)
	c := d.vil
	c.Getenv = func(k string) string {
		return map[string]string{"ONEDOOR_KEYDIR": filepath.Join(t.TempDir(), "other")}[k]
	}
	_, err := Open(context.Background(), c, Read)
	if counter.CodeOf(err) != counter.CodeLocked {
		t.Fatalf("%v", err)
	}
}
