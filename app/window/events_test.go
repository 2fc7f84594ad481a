package window

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/counter"
)

// stream opens the events of a browser that has its seat.
func (b *browser) stream() *bufio.Scanner {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.base+"/api/events", strings.NewReader("{}"))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", b.base)
	r.Header.Set("X-Onedoor-Key", b.key)
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		b.t.Fatalf("%d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	return bufio.NewScanner(answer.Body)
}

func next(t *testing.T, s *bufio.Scanner) string {
	t.Helper()
	for s.Scan() {
		if text, ok := strings.CutPrefix(s.Text(), "data: "); ok {
			return text
		}
	}
	return ""
}

func TestEventsReachEverySeatAndEndWithTheProgram(t *testing.T) {
	s := serve(t, built)
	one, two := s.seated(t), s.seated(t)
	a, b := one.stream(), two.stream()
	s.cfg.Feed.Tell(TopicRecords)
	s.cfg.Feed.Tell(TopicLink)
	s.cfg.Feed.Tell(TopicRecords)
	hears := func(l *bufio.Scanner, want ...string) {
		t.Helper()
		var got []string // in one telling, or in two where the machine paused in between
		for len(got) < len(want) {
			var more []string
			if err := json.Unmarshal([]byte(next(t, l)), &more); err != nil || len(more) == 0 {
				t.Fatal(got, more, err)
			}
			got = append(got, more...)
		}
		if slices.Sort(got); !slices.Equal(slices.Compact(got), want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	hears(a, TopicLink, TopicRecords)
	hears(b, TopicLink, TopicRecords)
	s.cfg.Feed.Tell(TopicDevice)
	for got := ""; got != `["device"]`; {
		if got = next(t, b); got != `["device"]` && got != `["records"]` {
			t.Fatal(got)
		}
	}
	begun := time.Now()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took >= goodbye {
		t.Errorf("the end waited %v for pages that listen", took)
	}
	for got := next(t, a); got != ""; got = next(t, a) { // what was on its way, and then the end
		if got != `["device"]` && got != `["records"]` {
			t.Errorf("after the end: %q", got)
		}
	}
}

// TestWhatIsToldAtOnceIsHeardOnce: in the time of a bubble, where no machine is slow.
func TestWhatIsToldAtOnceIsHeardOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Feed
		l := f.Listen()
		defer l.Close()
		go func() {
			for _, topic := range []string{TopicRecords, TopicLink, TopicRecords} {
				f.Tell(topic)
				time.Sleep(feedPause / 4)
			}
		}()
		if got, err := l.Next(t.Context(), time.Second); err != nil || !slices.Equal(got, []string{TopicLink, TopicRecords}) {
			t.Error(got, err)
		}
		if got, err := l.Next(t.Context(), time.Second); err != nil || len(got) != 0 {
			t.Error("told twice:", got, err)
		}
	})
}

func TestEventsNeedASeat(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	b.key = "WRONG"
	b.want("/api/events", "{}", http.StatusUnauthorized, CodeNoSeat)
	b = s.seated(t)
	b.bend = func(r *http.Request) { r.Header.Set("Origin", "http://elsewhere.example") }
	b.want("/api/events", "{}", http.StatusForbidden, CodeRefused)
}

func TestASlowListenerHoldsNobodyUp(t *testing.T) {
	var f Feed
	slow := f.Listen()
	defer slow.Close()
	for range 100000 {
		f.Tell(TopicRecords)
	}
	if topics, err := slow.Next(t.Context(), time.Second); err != nil || len(topics) != 1 {
		t.Fatal(topics, err)
	}
	if topics, err := slow.Next(t.Context(), time.Millisecond); err != nil || len(topics) != 0 {
		t.Fatal(topics, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := slow.Next(ctx, time.Minute); err == nil {
		t.Fatal("no error of the context")
	}
}

func TestExchanges(t *testing.T) {
	w, b := loggedIn(t)
	_, err := w.SyncNow()
	wantCode(t, err, counter.CodeFailed)
	b.cfg.SyncNow = func(context.Context) (Exchange, error) { return Exchange{Peer: "禅城区", SentOps: 2}, nil }
	b.cfg.StickImport = func(_ context.Context, dir string) (Exchange, error) { return Exchange{Peer: dir}, nil }
	b.cfg.Unsent = func(_ context.Context, n []string) ([]string, error) { return n[:1], nil }
	w = New(t.Context(), b.cfg)
	_, err = w.SyncNow()
	wantCode(t, err, CodeLoggedOut)
	if _, err := w.Login("陈晓", "secret"); err != nil {
		t.Fatal(err)
	}
	if e, err := w.SyncNow(); err != nil || e.SentOps != 2 || e.Faults == nil {
		t.Fatal(e, err)
	}
	if e, err := w.StickImport(" /media/x "); err != nil || e.Peer != "/media/x" {
		t.Fatal(e, err)
	}
	_, err = w.StickImport("  ")
	wantCode(t, err, counter.CodeUsage)
	if got, err := w.Unsent(Numbers{[]string{"1", "2"}}); err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if got, err := w.Unsent(Numbers{}); err != nil || got == nil {
		t.Fatal(got, err)
	}
}
