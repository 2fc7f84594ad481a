package conformance

import (
	"context"
	"slices"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/sdt"
)

// Operator is whoever handles the card. The calls say what is needed and return
// at once; the suite then looks for the effect.
type Operator interface {
	Place() // lay the card on the reader
	Lift()  // take it off
}

// Subject is what is tested.
type Subject struct {
	Name     string           // printed in the report, such as the port's URL
	Dial     cardreader.Dial  // how to open it
	Bauds    []int            // speeds to try; none: 0
	Operator Operator         // nil: the card comes and goes by itself
	Patience time.Duration    // how long the operator may take, 0: 60 s
	Limits   Limits           // zero: the usual ones
	Text     []byte           // the 256 bytes that the card holds, nil: any card
	Now      func() time.Time // the clock for durations and the report's date
}

// check is one question. Those that a reader should but need not pass only warn.
type check struct {
	id    string
	title Text
	must  bool
	run   func(*session, context.Context) (Text, error)
}

// finding is an error with both languages: the reader is at fault.
type finding struct{ Text }

func (f finding) Error() string { return f.En }

func bad(zh, en string) error { return finding{Text{zh, en}} }

// session is one run.
type session struct {
	Subject
	line
	baud  int
	samID string
	text  []byte // what the raw read gave, wiped at the end
}

// Run asks everything and returns the report. It stops early only when ctx ends
// or the port does not open; then the checks that were not reached are skipped.
func Run(ctx context.Context, sub Subject) *Report {
	if sub.Patience == 0 {
		sub.Patience = time.Minute
	}
	sub.Limits.fill()
	s := &session{Subject: sub, line: line{limit: sub.Limits, now: sub.Now, times: map[sdt.Command][]reply{}}}
	defer func() {
		clear(s.text)
		s.hangUp()
	}()
	report := &Report{Format: 1, Reader: sub.Name, Started: sub.Now()}
	dead := false
	for _, c := range checks() {
		res := Result{ID: c.id, Title: c.title, Verdict: Skip}
		if !dead && ctx.Err() == nil {
			start := sub.Now()
			detail, err := c.run(s, ctx)
			res.Verdict, res.Detail = judge(c, detail, err)
			res.Milliseconds = sub.Now().Sub(start).Milliseconds()
			dead = res.Verdict == Fail && needed[c.id]
		}
		report.Checks = append(report.Checks, res)
	}
	report.SAMID, report.Timings = s.samID, s.timings()
	report.conclude()
	return report
}

// needed are the checks without which the later ones say nothing.
var needed = map[string]bool{"open": true, "steady": true, "read": true}

func judge(c check, detail Text, err error) (Verdict, Text) {
	if err == nil {
		return Pass, detail
	}
	f, ok := err.(finding)
	if !ok {
		f = finding{Text{"通信失败: " + err.Error(), "communication failed: " + err.Error()}}
	}
	if c.must || !ok {
		return Fail, f.Text
	}
	return Warn, f.Text
}

// dial opens the port at the first speed that answers a status request.
func (s *session) dial(ctx context.Context) error {
	bauds := s.Bauds
	if len(bauds) == 0 {
		bauds = []int{0}
	}
	var last error
	for _, baud := range bauds {
		port, err := s.Dial(ctx, baud)
		if err != nil {
			return err
		}
		s.port, s.baud = port, baud
		for range 2 {
			if _, last = s.send(ctx, sdt.EncodeRequest(sdt.Status), s.limit.Answer); last == nil {
				_, err := s.quiet(ctx)
				return err
			}
		}
		s.hangUp()
	}
	return last
}

func (s *session) hangUp() {
	if s.port != nil {
		s.port.Close()
		s.port = nil
	}
}

func (s *session) place() {
	if s.Operator != nil {
		s.Operator.Place()
	}
}

func (s *session) lift() {
	if s.Operator != nil {
		s.Operator.Lift()
	}
}

// pause waits, or fails with the context.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) timings() (list []Timing) {
	for _, c := range []struct {
		name string
		cmd  sdt.Command
	}{{"status", sdt.Status}, {"samid", sdt.SAMID}, {"find", sdt.Find}, {"select", sdt.Select}, {"read", sdt.Read}, {"address", sdt.Address}} {
		all := s.times[c.cmd]
		if len(all) == 0 {
			continue
		}
		whole, first := make([]time.Duration, len(all)), time.Duration(0)
		for i, r := range all {
			whole[i], first = r.whole, max(first, r.first)
		}
		slices.Sort(whole)
		list = append(list, Timing{c.name, len(all), first.Milliseconds(),
			whole[len(whole)/2].Milliseconds(), whole[len(whole)-1].Milliseconds()})
	}
	return list
}
