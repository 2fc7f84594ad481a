package desk_test

import (
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// A condition of the sample catalogue that refuses is told with the rest of what
// is missing; one that does not is a warning. Both languages say it.
func TestConditionsAtTheCounter(t *testing.T) {
	child := desk.Acceptance{Item: "RS008", Materials: all(), Card: &desk.Card{Kind: "resident", Name: "周小小", Sex: "女", Number: idNumber(700),
		Birth: "2015-01-01", ValidTo: "2030-01-01"}}
	_, err := shared.wang.Accept(ctx, child)
	e := refused(t, err, counter.CodeInvalid)
	found := false
	for _, p := range e.Details {
		found = found || strings.Contains(p.In("zh").What, "年满16周岁") && strings.Contains(p.In("en").What, "16 years or older")
	}
	if !found || len(e.Details) < 2 {
		t.Fatalf("%+v", e.Details)
	}
}
