package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"onedoor/cmd/story/play"
)

// statusJSON is what scripts read of status.
type statusJSON struct {
	Backlog  struct{ Cases int }
	Handover struct {
		Waiting int
		Limit   int `json:"limit_days"`
	}
	Roads    []struct{ Kind string }
	Stations []struct {
		Name, Words string
		Below       bool
		Contacts    []struct{ Road string }
	}
	Notices []struct{ Kind, Text string }
}

// TestStatus: what waits, who was met and the limit of the hand-over can be read at the
// counter, at the hub, in a list of cases and from the metrics of a running hub.
func TestStatus(t *testing.T) {
	t.Parallel()
	s := district(t)
	importFile(t, s, "some.jsonl", plainItems(t, s), 0, 3)
	must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "some.jsonl")
	var v statusJSON
	must(t, s, &v, play.Person{}, "status", "--home", "village")
	if v.Backlog.Cases != 3 || v.Handover.Waiting != 3 || v.Handover.Limit != 3 || len(v.Roads) != 3 || len(v.Notices) == 0 {
		t.Fatalf("%+v", v)
	}
	var cases []struct{ Handover *struct{ Due string } }
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "village")
	if len(cases) != 3 || cases[0].Handover == nil || cases[0].Handover.Due == "" {
		t.Fatalf("%+v", cases)
	}
	var at play.Addrs
	hub, err := s.Start(t.Context(), &at, "hub", "serve", "--home", "hub", "--listen", "tcp://127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Kill()
	must(t, s, new(any), play.Person{}, "sync", "--home", "village", "--hub", at.Listen)
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "village")
	if cases[0].Handover != nil {
		t.Errorf("handed over and still watched: %+v", cases[0].Handover)
	}
	var h statusJSON
	must(t, s, &h, play.Person{}, "hub", "status", "--home", "hub", "--silent-days", "5")
	if len(h.Stations) != 1 || !h.Stations[0].Below || len(h.Stations[0].Contacts) == 0 || h.Stations[0].Words == "" {
		t.Errorf("%+v", h)
	}
	r, err := s.Run(t.Context(), play.Person{}, "hub", "status", "--home", "hub")
	if err != nil || r.Code != 0 || !strings.Contains(r.Stdout, h.Stations[0].Name) || !strings.Contains(r.Stdout, "通道") {
		t.Errorf("in words: %d %s", r.Code, r.Stdout)
	}
	resp, err := http.Get("http://" + at.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "\nonedoor_cases 3\n") || !strings.Contains(string(body), "onedoor_station_last_contact_timestamp_seconds{") {
		t.Errorf("%v\n%s", err, body)
	}
}
