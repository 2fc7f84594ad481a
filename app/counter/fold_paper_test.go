package counter

import (
	"encoding/json"
	"strings"
	"testing"
)

// What the printer said of a document without a case is in its record; what it
// said of another one is not.
func TestPaperHasWhatThePrinterSaid(t *testing.T) {
	w := newWorld()
	print := w.add("paper.print", 1, PaperPayload{Kind: "handover", Number: "H1", Digest: "aa"})
	failed := w.add("paper.printed", 1, PrintedPayload{Of: w.op(print), Printer: "laser", Why: "stopped"}, print)
	other := w.add("paper.printed", 1, PrintedPayload{Of: OpID{9}, OK: true, Printer: "other"}, failed)
	none := w.add("paper.printed", 1, PrintedPayload{OK: true, Printer: "nothing"}, other)
	stranger := w.add("paper.printed", 0, PrintedPayload{Of: w.op(print), OK: true, Printer: "stranger"}, none)
	out := Fold("paper", History{Facts: w.facts})
	var s PaperState
	if err := json.Unmarshal(out.JSON, &s); err != nil {
		t.Fatal(err)
	}
	want := []CasePrintResult{{false, "laser", "stopped"}}
	if len(s.Results) != 1 || s.Results[0] != want[0] || s.Kind != "handover" || s.Op != w.op(print) {
		t.Errorf("%s", out.JSON)
	}
	for i, counts := range map[int]bool{print: true, failed: true, other: true, none: false, stranger: false} {
		if out.Effects[i].Effective != counts {
			t.Errorf("%d: %+v", i, out.Effects[i])
		}
	}
	if strings.Contains(string(out.JSON), "stranger") {
		t.Errorf("%s", out.JSON)
	}
	if out := Fold("paper", History{Facts: w.facts[failed : failed+1]}); out.Effects[0].Effective != true || strings.Contains(string(out.JSON), "laser") {
		t.Errorf("%+v %s", out.Effects, out.JSON)
	}
}
