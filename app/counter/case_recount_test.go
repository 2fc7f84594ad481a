package counter

import "testing"

// A provisional date is settled once, by whichever device says it first, and only
// where it was counted from the date that stands.
func TestProvisionalDateIsSettled(t *testing.T) {
	provisional := func() (*world, int) {
		w := newWorld()
		p := acceptPayload(false)
		due := Date("2027-01-12")
		p.Due, p.DueProvisional = &due, true
		return w, w.add("case.accept", 1, p)
	}
	for name, c := range map[string]struct {
		legal, due, want Date
		notice           bool
	}{
		"moved": {acceptPayload(false).LegalDate, "2027-01-14", "2027-01-14", true},
		"same":  {acceptPayload(false).LegalDate, "2027-01-12", "2027-01-12", false},
		"other": {"2020-01-01", "2027-01-14", "2027-01-12", false},
	} {
		w, a := provisional()
		first := w.add("case.recount", 1, RecountPayload{LegalDate: c.legal, Due: c.due}, a)
		w.add("case.recount", 1, RecountPayload{LegalDate: c.legal, Due: c.due}, a) // another device of the station
		out, _ := w.fold()
		if s := out.Case; *s.Due != c.want || s.DueProvisional != (name == "other") || hasTask(s, TaskNotice, w.op(first)) != c.notice || len(s.Tasks) > 1 {
			t.Errorf("%s: %s", name, out.JSON)
		}
	}
	w, a := provisional()
	w.add("case.recount", 1, RecountPayload{LegalDate: acceptPayload(false).LegalDate, Due: "2027-01-14"}, a)
	due := Date("2027-03-01")
	w.add("case.correct", 3, CorrectPayload{LegalDate: acceptPayload(false).LegalDate, Due: &due}, a)
	if out, _ := w.fold(); *out.Case.Due != due {
		t.Errorf("a correction by a person gave way: %s", out.JSON)
	}
}

func TestDevicesSettleDatesThemselves(t *testing.T) {
	f := Fact{Kind: "member.add", Scope: "440604011001", District: true, Entity: otherCase,
		Payload: []byte(`{"device":"0700000000000000000000000000000000000000000000000000000000000000","division":"440604011001","counter":"01","tier":"village","name":"x"}`)}
	p := NewPowers("440604011001").Apply(f)
	if v := p.Judge(Fact{Kind: "case.recount", Scope: "440604011001", Device: [32]byte{7}}); !v.OK {
		t.Errorf("%+v", v)
	}
	if v := p.Judge(Fact{Kind: "case.correct", Scope: "440604011001", Device: [32]byte{7}}); v.OK {
		t.Errorf("%+v", v)
	}
}
