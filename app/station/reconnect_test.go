package station

import (
	"context"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestPairAfterAYear: a village and the hub that meet again after a year exchange what
// is new and nothing else: how much they had exchanged before does not show in the
// bytes.
func TestPairAfterAYear(t *testing.T) {
	t.Parallel()
	var wire []int64
	for _, history := range []int{2, 80} {
		d := newDistrict(t)
		ctx := context.Background()
		d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, history) })
		d.meet(d.vil)
		year := &district{t: t, hub: later(d.hub, 366), vil: later(d.vil, 366)}
		_, addr, _ := year.serve(year.hub, "-")
		year.at(year.vil, Write, func(s *Station) {
			who, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
			must(t, err)
			for i := range 2 {
				_, err := who.Accept(ctx, desk.Acceptance{Item: easyItem(t, s), Applicant: person(500 + i), Materials: desk.Materials{All: true},
					LegalDate: counter.DateOf(year.vil.Now())})
				must(t, err)
			}
			rep, err := s.Sync(ctx, addr, 2*time.Minute)
			if err != nil || !rep.Converged || rep.SentOps != 4 || rep.ReceivedOps != 0 {
				t.Fatalf("%+v %v", rep, err)
			}
			wire = append(wire, rep.SentBytes+rep.ReceivedBytes)
		})
		year.at(year.vil, Read, func(s *Station) {
			if b, err := s.Backlog(ctx); err != nil || b.Ops != 0 {
				t.Fatalf("%+v %v", b, err)
			}
		})
	}
	t.Logf("after 2 cases %d bytes, after 80 cases %d bytes", wire[0], wire[1])
	if wire[1] > wire[0]+2000 {
		t.Fatalf("what is old was sent again: %d bytes after 2 cases, %d after 80", wire[0], wire[1])
	}
}

// BenchmarkRatioHubBack: the hub was away and comes back at another address. The time
// until it holds the case that was accepted meanwhile, over 128 kbit/s and 600 ms, is
// compared with four round trips (two of them TCP's and TLS's own) and the time that
// the bytes of the case take on the line.
func BenchmarkRatioHubBack(b *testing.B) {
	d := newDistrict(b)
	ctx := context.Background()
	_, addr, stop := d.serve(d.hub, "-")
	vil, err := Open(ctx, d.vil, Write)
	must(b, err)
	defer vil.Close()
	d.accept(vil, "wang", 1, 3)
	_, err = vil.Sync(ctx, addr, time.Minute)
	must(b, err)
	stop()
	before := ownBytes(b, vil)
	number := d.accept(vil, "wang", 10, 1)[0]
	must(b, vil.v.store.Flush())
	sealed := ownBytes(b, vil) - before
	hub, again, _ := d.serve(d.hub, "-")
	line := thin(0)
	at, end, err := line.Forward(again[len("tcp://"):])
	must(b, err)
	defer end()
	start := time.Now()
	arrived := make(chan time.Duration, 1)
	go func() {
		for {
			if rows, err := hub.v.store.CaseByNumber(ctx, number); err == nil && len(rows) > 0 {
				arrived <- time.Since(start)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	rep, err := vil.Sync(ctx, "tcp://"+at, time.Minute)
	must(b, err)
	ours := <-arrived
	rtt := 2 * line.Delay
	bare := 4*rtt + time.Duration(sealed)*time.Second/time.Duration(line.Rate)
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(ours)/float64(bare), 1)
	b.ReportMetric(ours.Seconds(), "s/hubHas")
	b.ReportMetric(bare.Seconds(), "s/fourRTTandBytes")
	b.ReportMetric(float64(ours-bare+4*rtt)/float64(rtt), "RTTs")
	b.ReportMetric(float64(sealed), "B/sealed")
	b.ReportMetric(float64(rep.SentBytes+rep.ReceivedBytes), "B/wire")
}
