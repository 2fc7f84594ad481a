package desk_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestNoPaperStatesWhatWasNotDone: a clerk cannot issue a decision that nobody took,
// nor the contrary of the one that was taken, and is not offered it.
func TestNoPaperStatesWhatWasNotDone(t *testing.T) {
	number := shared.accept(t, 431)
	out := filepath.Join(t.TempDir(), "paper.pdf")
	texts := map[string]map[string]string{
		"grant":      {"decided_on": "2026-11-20"},
		"denial":     {"decided_on": "2026-11-20", "facts": "查明的事实", "reasons": "理由"},
		"withdrawal": {"ended_on": "2026-11-20", "statement": "不再需要"},
	}
	look := func(allowed string) {
		t.Helper()
		offers, err := shared.wang.Papers(ctx, number, "")
		must(t, err)
		for kind, facts := range texts {
			offered := slices.ContainsFunc(offers, func(o desk.PaperOffer) bool { return o.Kind == kind })
			if offered != (kind == allowed) {
				t.Errorf("%s is offered: %v", kind, offered)
			}
			_, _, err := shared.wang.PrintPaper(ctx, desk.PrintRequest{Number: number, Kind: kind, Texts: facts, Out: out})
			if kind == allowed {
				must(t, err)
				continue
			}
			if e := refused(t, err, counter.CodeInvalid); len(e.HintZh) == 0 {
				t.Errorf("%s: no hint in %v", kind, e)
			}
		}
	}
	look("")
	for _, st := range [][2]string{{"wang", "handover"}, {"shen", "review"}} {
		_, err := shared.login(t, st[0]).Act(ctx, number, st[1], desk.ActOptions{})
		must(t, err)
	}
	look("")
	// Nor does another act give the paper of a decision.
	_, _, _, err := shared.wang.ActWithPaper(ctx, number, "withdraw", desk.ActOptions{}, desk.PrintRequest{Kind: "grant", Texts: texts["grant"], Out: out})
	refused(t, err, counter.CodeInvalid)
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written")
	}
	_, err = shared.login(t, "pi").Act(ctx, number, "approve", desk.ActOptions{Opinion: "同意"})
	must(t, err)
	look("grant")
}

// TestAnInstantCaseIsGrantedByItsConclusion: with that act, and after it.
func TestAnInstantCaseIsGrantedByItsConclusion(t *testing.T) {
	item := shared.item(t, func(it *counter.Item) bool {
		return it.Instant && len(it.RequiredFields()) == 0 && it.Accepts(counter.ObjectPerson)
	})
	number := shared.newCase(t, item, 432)
	out := filepath.Join(t.TempDir(), "grant.pdf")
	r := desk.PrintRequest{Number: number, Kind: "grant", Texts: map[string]string{"decided_on": "2026-11-20"}, Out: out}
	_, _, err := shared.wang.PrintPaper(ctx, r)
	refused(t, err, counter.CodeInvalid)
	_, _, _, err = shared.wang.ActWithPaper(ctx, number, "conclude", desk.ActOptions{}, r)
	must(t, err)
	verified(t, out, number, "grant")
}
