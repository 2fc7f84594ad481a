package station

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

const (
	testTown     = "440604011000"
	testVillage2 = "440604011002"
	testVillage3 = "440604011003"
)

// enrol makes a home for a device and takes it through request and grant.
func (d *district) enrol(name, division, tier string) Config {
	d.t.Helper()
	return d.enrolAs(name, division, "01", tier)
}

func (d *district) enrolAs(name, division, number, tier string) Config {
	d.t.Helper()
	ctx := context.Background()
	c := config(d.t, name)
	request := filepath.Join(d.t.TempDir(), "request")
	_, err := InitCounter(ctx, c, CounterInit{Division: division, Counter: number, Name: name, Out: request})
	must(d.t, err)
	data, err := os.ReadFile(request)
	must(d.t, err)
	_, err = Join(ctx, c, d.approve(data, tier))
	must(d.t, err)
	return c
}

// approve gives the grant for a request.
func (d *district) approve(request []byte, tier string) (grant []byte) {
	d.t.Helper()
	d.at(d.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(d.t, err)
		e, err := s.Enroll(context.Background(), admin, request, tier)
		must(d.t, err)
		grant = e.Grant
	})
	return grant
}

func (d *district) addUser(name, role, division string) {
	d.t.Helper()
	d.at(d.hub, Write, func(s *Station) {
		ctx := context.Background()
		admin, err := s.Desk().Login(ctx, "admin", "pw-admin-1")
		must(d.t, err)
		_, err = admin.AddUser(ctx, desk.NewUser{Name: name, Role: role, Division: division, Password: "pw-" + name + "-1"})
		must(d.t, err)
	})
}

// serve runs a device's daemon until stop is called.
func (d *district) serve(c Config, hub string) (s *Station, addr string, stop func()) {
	d.t.Helper()
	return d.serveWith(c, hub, func(*Station) {})
}

// serveWith lets before see the station while it is not on the network yet.
func (d *district) serveWith(c Config, hub string, before func(*Station)) (s *Station, addr string, stop func()) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Open(ctx, c, Write)
	must(d.t, err)
	before(s)
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- s.Serve(ctx, ServeOptions{Listen: "tcp://127.0.0.1:0", Hub: hub, Ready: func(a Addrs) { ready <- a.Listen }})
	}()
	select {
	case addr = <-ready:
	case err := <-done:
		d.t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		must(d.t, <-done)
		must(d.t, s.Close())
	}
	d.t.Cleanup(stop)
	return s, addr, stop
}

func (d *district) sync(c Config, addr string) SyncReport {
	d.t.Helper()
	var rep SyncReport
	d.at(c, Write, func(s *Station) {
		var err error
		rep, err = s.Sync(context.Background(), addr, 2*time.Minute)
		if err != nil || !rep.Converged {
			d.t.Fatalf("sync: %+v, %v", rep, err)
		}
	})
	return rep
}

// agree waits until two running stations hold the same of some scopes.
func agree(t *testing.T, a, b *Station, scopes ...string) {
	t.Helper()
	var x, y string
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		x, y = digestsOf(t, a, scopes...), digestsOf(t, b, scopes...)
		if x == y {
			return
		}
	}
	t.Fatalf("never the same:\n%s\n%s", x, y)
}

func digestsOf(t *testing.T, s *Station, scopes ...string) (out string) {
	t.Helper()
	for _, scope := range scopes {
		d, err := s.Digests(context.Background(), scope)
		if err != nil {
			return err.Error()
		}
		out += fmt.Sprintf("%+v\n", d)
	}
	return out
}

// TestTownRelaysRoundByRound: the village's only peer is the town, by single rounds.
func TestTownRelaysRoundByRound(t *testing.T) {
	t.Parallel()
	for _, townFirst := range []bool{true, false} {
		t.Run(fmt.Sprintf("townFirst=%v", townFirst), func(t *testing.T) {
			t.Parallel()
			d := newDistrict(t) // d.vil is enrolled by now
			town := d.enrol("town", testTown, "town")
			vil, clerk := d.vil, "wang"
			if townFirst {
				vil, clerk = d.enrol("village2", testVillage2, "village"), "zhao"
				d.addUser(clerk, "clerk", testVillage2)
			}
			d.relay(t, town, vil, clerk)
		})
	}
}

// relay checks both ways: cases up through the town, powers down through it.
func (d *district) relay(t *testing.T, town, vil Config, clerk string) {
	scope := testVillage
	if clerk == "zhao" {
		scope = testVillage2
		// The town was not there when the user was added: it must bring him.
		d.throughHub(town)
		d.throughTown(town, vil)
	}
	var numbers []string
	d.at(vil, Write, func(s *Station) { numbers = d.accept(s, clerk, 1, 2) })
	up := d.throughTown(town, vil)
	if up.SentOps < 4 {
		t.Fatalf("%+v", up)
	}
	if again := d.throughTown(town, vil); again.SentOps+again.ReceivedOps != 0 {
		t.Fatalf("again: %+v", again)
	}
	d.throughHub(town)
	d.at(d.hub, Read, func(s *Station) {
		admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(t, err)
		for _, n := range numbers {
			_, err := admin.Case(context.Background(), n)
			must(t, err)
		}
	})
	d.alike(d.hub, vil, scope)
	d.addUser("qian", "clerk", scope)
	d.throughHub(town)
	d.throughTown(town, vil)
	d.alike(d.hub, vil, "realm", scope)
	d.at(vil, Write, func(s *Station) { d.accept(s, "qian", 10, 1) })
	d.throughTown(town, vil)
	d.throughHub(town)
	d.alike(d.hub, vil, "realm", scope)
	for _, c := range []Config{d.hub, town, vil} {
		d.at(c, Read, func(s *Station) {
			v, err := s.VerifyLogs(context.Background())
			must(t, err)
			if !v.OK {
				t.Fatalf("%+v", v)
			}
		})
	}
}

// throughTown is a round of the village with the town's daemon, which has no link
// to the hub.
func (d *district) throughTown(town, vil Config) SyncReport {
	_, addr, stop := d.serve(town, "-")
	defer stop()
	return d.sync(vil, addr)
}

func (d *district) throughHub(town Config) SyncReport {
	if d.sticks != nil {
		return d.byStick(town)
	}
	_, addr, stop := d.serve(d.hub, "-")
	defer stop()
	return d.sync(town, addr)
}

// byStick carries the stick of a station to the hub and back.
func (d *district) byStick(c Config) SyncReport {
	d.t.Helper()
	if d.sticks[c.Home] == "" {
		d.sticks[c.Home] = d.t.TempDir()
	}
	dir := d.sticks[c.Home]
	d.export(c, dir)
	d.imports(d.hub, dir)
	d.export(d.hub, dir)
	d.imports(c, dir)
	return SyncReport{Converged: true}
}

// TestThreeDaemons: hub, town and two villages run at once; one village knows the
// town only, the other both.
func TestThreeDaemons(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	vil2 := d.enrol("village2", testVillage2, "village")
	town := d.enrol("town", testTown, "town")
	d.addUser("zhao", "clerk", testVillage2)
	d.addUser("sun", "clerk", testTown)
	hub, hubAddr, _ := d.serve(d.hub, "-")
	mid, townAddr, stopTown := d.serve(town, hubAddr)
	one, _, _ := d.serve(d.vil, townAddr)
	two, _, _ := d.serve(vil2, townAddr)
	agree(t, hub, two, "realm", testVillage2)
	d.accept(one, "wang", 1, 3)
	d.accept(two, "zhao", 4, 3)
	agree(t, mid, hub, "realm", testTown, testVillage, testVillage2)
	d.accept(mid, "sun", 7, 1)
	agree(t, one, hub, "realm", testVillage)
	agree(t, two, hub, "realm", testVillage2)
	agree(t, mid, hub, testTown)
	stopTown() // the town is away, everybody goes on
	d.accept(one, "wang", 8, 2)
	d.accept(two, "zhao", 10, 2)
	rep, err := two.Sync(context.Background(), hubAddr, 2*time.Minute) // one finds another way
	must(t, err)
	if !rep.Converged {
		t.Fatalf("%+v", rep)
	}
	agree(t, two, hub, "realm", testVillage2)
	d.at(town, Write, func(s *Station) {
		if _, err := s.Sync(context.Background(), hubAddr, 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		agree(t, s, hub, testVillage2)
	})
	none, err := one.Digests(context.Background(), testVillage2)
	if len(none) != 0 && err == nil && none[0].Ops > 0 || counter.CodeOf(err) == counter.CodeIntegrity {
		t.Fatalf("a village holds another's scope: %+v, %v", none, err)
	}
}
