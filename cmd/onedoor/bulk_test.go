package main

import (
	"testing"

	"onedoor/cmd/story/play"
)

// TestThousandCases: a paper backlog at a counter that has never met the hub since
// it joined, carried over in one round.
func TestThousandCases(t *testing.T) {
	t.Parallel()
	s := district(t)
	items := plainItems(t, s)
	importFile(t, s, "backlog.jsonl", items, 0, 1000)
	var done struct {
		Accepted int
		Refused  []any
	}
	must(t, s, &done, play.Clerk, "case", "import", "--home", "village", "backlog.jsonl")
	if done.Accepted != 1000 || len(done.Refused) != 0 {
		t.Fatalf("import: %+v", done)
	}
	hub := serveHub(t, s)

	var first, second synced
	must(t, s, &first, play.Person{}, "sync", "--home", "village", "--hub", hub)
	if first.SentOps < 1000 || !first.Converged {
		t.Errorf("first sync: %+v", first)
	}
	t.Logf("first sync: %+v", first)
	before := mustAgree(t, s)
	var cases []struct{ Number string }
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "village")
	if len(cases) != 1000 {
		t.Fatalf("case list gives %d", len(cases))
	}
	for i := 0; i < 1000; i += 200 {
		if err := s.SameCase(t.Context(), cases[i].Number); err != nil {
			t.Error(err)
		}
	}
	mustBeSound(t, s, "village", "hub")

	must(t, s, &second, play.Person{}, "sync", "--home", "village", "--hub", hub)
	if second.SentOps+second.ReceivedOps != 0 || second.SentBytes+second.ReceivedBytes >= 10_000 || !second.Converged {
		t.Errorf("second sync: %+v", second)
	}

	importFile(t, s, "one.jsonl", items, 5000, 1)
	must(t, s, &done, play.Clerk, "case", "import", "--home", "village", "one.jsonl")
	if same, _, _, err := s.Agree(t.Context()); err != nil || same {
		t.Errorf("one more case did not change the digest (%v)", err)
	}
	after, err := s.Digests(t.Context(), "village")
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range after {
		if changed := d.Digest != before[i].Digest; changed != (d.Scope == play.Village) {
			t.Errorf("scope %s: changed is %v", d.Scope, changed)
		}
	}
}

// TestImportRefusesLinesAndKeepsTheRest: the others stand, each refusal says why.
func TestImportRefusesLinesAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	write(t, s, "mixed.jsonl", `{"item":"`+code+`","applicant":{"name":"测试甲","number":"`+idNumber(1)+`"},"materials":"all"}
not json
{"item":"NOPE","applicant":{"name":"测试乙","number":"`+idNumber(2)+`"},"materials":"all"}

{"item":"`+code+`","applicant":{"name":"测试丙","number":"440604199003072011"},"materials":"all"}
{"item":"`+code+`","applicant":{"name":"测试丁","number":"`+idNumber(3)+`"},"materials":"all"}
`)
	r, err := s.Run(t.Context(), play.Clerk, "case", "import", "--home", "village", "mixed.jsonl", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var done struct {
		Accepted int
		Refused  []struct {
			Line int
			Why  string
		}
	}
	if err := r.JSON(&done); err != nil || r.Code != 7 || r.Stderr != "" {
		t.Fatalf("exit %d, %v, stderr %q", r.Code, err, r.Stderr)
	}
	if done.Accepted != 2 || len(done.Refused) != 3 {
		t.Fatalf("%+v", done)
	}
	for i, line := range []int{2, 3, 5} {
		if done.Refused[i].Line != line || done.Refused[i].Why == "" {
			t.Errorf("refusal %d: %+v", i, done.Refused[i])
		}
	}
	var cases []struct{ Number string }
	if must(t, s, &cases, play.Clerk, "case", "list", "--home", "village"); len(cases) != 2 {
		t.Errorf("case list gives %d", len(cases))
	}
}
