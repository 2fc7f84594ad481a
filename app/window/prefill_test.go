package window

import (
	"testing"

	"onedoor/app/counter"
)

// First values of a card are given only for the card that this seat has read.
func TestPrefillBelievesOnlyAReadCard(t *testing.T) {
	w := seatOf(t, newBench(t))
	if v, err := w.Prefill(PrefillAsk{Item: "A", Number: "1"}); err != nil || len(v) != 1 || v[0].Source != "person" || v[0].Value != "1" {
		t.Errorf("%+v %v", v, err)
	}
	if _, err := w.Prefill(PrefillAsk{Item: "A", Card: "somebody's"}); counter.CodeOf(err) != counter.CodeInvalid {
		t.Error(err)
	}
}
