package desk_test

import (
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// A note is sealed text that the timeline shows; it marks nothing as seen to that is
// not there. (What it marks is walked through in frontend/e2e/review.test.mjs.)
func TestNotes(t *testing.T) {
	number, _ := unheard()
	got, err := shared.wang.Accept(ctx, desk.Acceptance{Item: shared.promised(t).Code, Materials: all(),
		Applicant: &desk.Applicant{Type: counter.ObjectPerson, Name: "令狐远", Number: number(1)}})
	must(t, err)
	_, err = shared.wang.Act(ctx, got.Number, "note", desk.ActOptions{})
	refused(t, err, counter.CodeUsage)
	for _, choose := range []string{desk.ChooseAll, "0123456789abcdef"} {
		_, err = shared.login(t, "zhang").Act(ctx, got.Number, "note", desk.ActOptions{Opinion: "看过", Choose: choose})
		refused(t, err, counter.CodeInvalid)
	}
	v, err := shared.wang.Act(ctx, got.Number, "note", desk.ActOptions{Opinion: "申请人说下周再来"})
	must(t, err)
	last := v.Timeline[len(v.Timeline)-1]
	if len(v.Timeline) != 2 || last.Verb != "note" || last.Opinion != "申请人说下周再来" || !last.Effective || v.Status != "accepted" {
		t.Errorf("%+v", v.Timeline)
	}
}
