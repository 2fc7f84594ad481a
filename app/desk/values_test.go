package desk_test

import (
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func value(t *testing.T, p *desk.PersonView, field string) desk.ValueView {
	t.Helper()
	for _, v := range p.Values {
		if v.Field == field {
			return v
		}
	}
	t.Fatalf("no %s in %+v", field, p.Values)
	return desk.ValueView{}
}

// Everything that was entered for a person is shown with its source, and any of
// it can be made to stand again; a later card beats a restored typed identity.
func TestValuesAreKeptAndRestored(t *testing.T) {
	it := shared.promised(t)
	number := idNumber(611)
	typed := &desk.Applicant{Name: "赵打字", Number: number, Phone: testPhone, Address: "旧街 2 号"}
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: typed, Materials: all()})
	must(t, err)
	card := &desk.Card{Kind: "resident", Name: "赵读卡", Sex: "男", Number: number, Birth: "1990-01-01", Address: "新街 1 号"}
	read := desk.Acceptance{Item: it.Code, Card: card, Applicant: &desk.Applicant{Phone: "13900001111"}, Materials: all()}
	_, err = shared.wang.Accept(ctx, read)
	must(t, err)
	people, err := shared.wang.FindPerson(ctx, number)
	must(t, err)
	who := &people[0]
	id, address, phone := value(t, who, "identity"), value(t, who, "address"), value(t, who, "phone")
	if id.Source != "card" || id.Actor != "wang" || id.Device == "" || !strings.HasPrefix(id.Value, "赵读卡") || strings.Contains(id.Value, number) {
		t.Fatalf("%+v", id)
	}
	if len(id.Others) != 1 || id.Others[0].Source != "typed" || id.Others[0].Why != counter.ReasonReplaced || id.Others[0].WhyName == "" || !strings.HasPrefix(id.Others[0].Value, "赵打字") {
		t.Fatalf("%+v", id.Others)
	}
	if address.Value != "新街 1 号" || len(address.Others) != 1 || strings.Contains(phone.Value+phone.Others[0].Value, "0000") {
		t.Fatalf("%+v %+v", address, phone)
	}
	who, err = shared.wang.RestoreValue(ctx, who.ID, "identity", id.Others[0].Op[:12])
	must(t, err)
	id = value(t, who, "identity")
	if who.Name != "赵打字" || id.Source != "typed" || id.Restored == nil || id.Restored.Actor != "wang" || len(id.Others) != 1 {
		t.Fatalf("%+v", id)
	}
	_, err = shared.wang.RestoreValue(ctx, who.ID, "identity", id.Op)
	refused(t, err, counter.CodeNotFound)
	_, err = shared.wang.RestoreValue(ctx, who.ID, "height", id.Op)
	refused(t, err, counter.CodeUsage)
	_, err = shared.wang.Accept(ctx, read)
	must(t, err)
	who, err = shared.wang.ShowPerson(ctx, who.ID)
	must(t, err)
	if id = value(t, who, "identity"); who.Name != "赵读卡" || id.Restored != nil || len(id.Others) != 2 {
		t.Fatalf("%+v", id)
	}
}

func TestCaseSaysWhereItsValuesCameFrom(t *testing.T) {
	line := `{"item":"` + shared.promised(t).Code + `","applicant":{"name":"孙批量","number":"` + idNumber(612) + `"},"materials":"all"}`
	out, err := shared.wang.ImportCases(ctx, strings.NewReader(line), nil)
	must(t, err)
	if out.Accepted != 1 {
		t.Fatalf("%+v", out)
	}
	rows, err := shared.wang.Cases(ctx, counter.CaseFilter{Limit: 1})
	must(t, err)
	v, err := shared.wang.Case(ctx, rows[0].Number)
	must(t, err)
	if len(v.Values) == 0 || v.Values[0].Source != "import" || v.Values[0].Actor != "wang" || !strings.HasPrefix(v.Values[0].Value, "孙批量") {
		t.Fatalf("%+v", v.Values)
	}
}

func TestCorrectedDates(t *testing.T) {
	number := shared.newCase(t, shared.promised(t), 613)
	shared.walk(t, number, []step{
		{who: "wang", verb: "correct", opt: desk.ActOptions{Opinion: "写错", LegalDate: "2026-11-19"}, code: counter.CodeDenied},
		{who: "zhang", verb: "correct", opt: desk.ActOptions{LegalDate: "2026-11-19"}, code: counter.CodeUsage},
		{who: "zhang", verb: "correct", opt: desk.ActOptions{Opinion: "写错"}, code: counter.CodeUsage},
		{who: "zhang", verb: "correct", opt: desk.ActOptions{Opinion: "写错", LegalDate: "2026-11-31"}, code: counter.CodeInvalid},
		{who: "zhang", verb: "correct", opt: desk.ActOptions{Opinion: "写错", LegalDate: "2099-01-01"}, code: counter.CodeInvalid},
		{who: "zhang", verb: "correct", opt: desk.ActOptions{Opinion: "写错", Due: "2020-01-01"}, code: counter.CodeInvalid},
	})
	before, err := shared.wang.Case(ctx, number)
	must(t, err)
	after, err := shared.login(t, "zhang").Act(ctx, number, "correct", desk.ActOptions{Opinion: "写错", LegalDate: "2026-11-19"})
	must(t, err)
	if after.LegalDate != "2026-11-19" || *after.Due >= *before.Due || len(after.Tasks) != 1 || after.Tasks[0].Kind != counter.TaskNotice {
		t.Fatalf("%+v", after)
	}
	last := after.Timeline[len(after.Timeline)-1]
	if !strings.Contains(last.Detail, "2026-11-19") || !strings.Contains(last.Detail, *after.Due) || last.Opinion != "写错" {
		t.Fatalf("%+v", last)
	}
}
