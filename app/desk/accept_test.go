package desk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func all() desk.Materials { return desk.Materials{All: true} }

func TestIncompleteApplicationTellsEverythingAndRecordsNothing(t *testing.T) {
	it := shared.item(t, func(it *counter.Item) bool {
		n := 0
		for _, m := range it.Materials {
			if m.Necessity == counter.NeedRequired {
				n++
			}
		}
		return n >= 2 && len(it.RequiredFields()) > 0 && it.Accepts(counter.ObjectPerson)
	})
	before := shared.cases(t)
	who := &desk.Applicant{Name: "", Number: "440604199001010011", Phone: "12"}
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: who,
		Materials: desk.Materials{List: []desk.GivenMaterial{{Name: "没有这种材料", Provided: true}}}})
	e := refused(t, err, counter.CodeInvalid)
	text := ""
	for _, p := range e.Details {
		text += p.Where + "|"
	}
	for _, want := range []string{"姓名", "证件号码", "电话", "没有这种材料"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not told: %s", want, text)
		}
	}
	for _, m := range it.Materials {
		if m.Necessity == counter.NeedRequired && !strings.Contains(text, m.Name) {
			t.Errorf("material %s is not told: %s", m.Name, text)
		}
	}
	for _, f := range it.RequiredFields() {
		if i := slices.IndexFunc(it.Fields, func(x counter.Field) bool { return x.Name == f }); it.Fields[i].VisibleWhen == nil && !strings.Contains(text, f) {
			t.Errorf("field %s is not told: %s", f, text)
		}
	}
	if after := shared.cases(t); after != before {
		t.Fatalf("%d cases were recorded", after-before)
	}
	if _, err := shared.wang.FindPerson(ctx, who.Number); counter.CodeOf(err) != counter.CodeNotFound {
		t.Fatalf("the person was recorded: %v", err)
	}
}

func TestTypedIsForEverAndACardBeatsIt(t *testing.T) {
	it := shared.promised(t)
	number := idNumber(500)
	typed, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: &desk.Applicant{Name: "王打字", Number: number}, Materials: all()})
	must(t, err)
	card := &desk.Card{Kind: "resident", Name: "王读卡", Sex: "男", Number: number, Birth: "1990-01-01", ValidTo: "2020-01-01", Address: "佛山市"}
	read, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Card: card, Applicant: &desk.Applicant{Phone: testPhone}, Materials: all()})
	must(t, err)
	if !strings.Contains(strings.Join(read.Warnings, ";"), "到期") {
		t.Errorf("an expired card without a warning: %v", read.Warnings)
	}
	for _, c := range []struct{ number, read, name string }{{typed.Number, "typed", "王打字"}, {read.Number, "card", "王读卡"}} {
		v, err := shared.wang.Case(ctx, c.number)
		must(t, err)
		if v.Applicant.Read != c.read || v.Applicant.Name != c.name || strings.Contains(v.Applicant.NumberMasked, number[6:14]) {
			t.Errorf("%+v", v.Applicant)
		}
	}
	people, err := shared.wang.FindPerson(ctx, number)
	must(t, err)
	if len(people) != 1 || people[0].Source != "card" || people[0].Name != "王读卡" || len(people[0].Cases) != 2 {
		t.Fatalf("%+v", people)
	}
	// Typed again, with no more than the chip said: the chip's reading stays.
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: &desk.Applicant{Name: "王读卡", Number: strings.ToLower(number)}, Materials: all()})
	must(t, err)
	people, err = shared.wang.FindPerson(ctx, number)
	must(t, err)
	if people[0].Source != "card" {
		t.Fatalf("%+v", people[0])
	}
}

func TestOrganisationAndAgent(t *testing.T) {
	it := shared.item(t, func(it *counter.Item) bool { return it.Accepts(counter.ObjectOrg) && len(it.RequiredFields()) == 0 })
	org := &desk.Applicant{Type: "org", Name: "佛山市某某有限公司", Number: "91350100M000100Y43", LegalPerson: "李法人",
		Agent: &desk.Agent{Name: "赵代办", Number: idNumber(7), Phone: testPhone}}
	a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: org, Materials: all()})
	must(t, err)
	v, err := shared.wang.Case(ctx, a.Number)
	must(t, err)
	if v.Applicant.Type != "org" || v.Applicant.NumberMasked != org.Number {
		t.Fatalf("%+v", v.Applicant)
	}
	if people, err := shared.wang.FindPerson(ctx, org.Number); err != nil || len(people) != 1 {
		t.Fatalf("an organisation is not found by its code: %v %v", people, err)
	}
	bad := *org
	bad.LegalPerson, bad.Agent = "", &desk.Agent{Number: "1"}
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: &bad, Materials: all()})
	if e := refused(t, err, counter.CodeInvalid); len(e.Details) < 3 {
		t.Fatalf("%+v", e.Details)
	}
	only := shared.item(t, func(it *counter.Item) bool { return !it.Accepts(counter.ObjectOrg) })
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: only.Code, Applicant: org, Materials: all()})
	refused(t, err, counter.CodeInvalid)
}

func TestDeferredMaterialOnlyWhereAllowed(t *testing.T) {
	it := shared.item(t, func(it *counter.Item) bool {
		may, not := false, false
		for _, m := range it.Materials {
			if m.Necessity == counter.NeedRequired {
				may, not = may || m.MayPromise, not || !m.MayPromise
			}
		}
		return may && not && len(it.RequiredFields()) == 0 && it.Accepts(counter.ObjectPerson)
	})
	var good, bad []desk.GivenMaterial
	for _, m := range it.Materials {
		if m.Necessity == counter.NeedRequired {
			good = append(good, desk.GivenMaterial{Name: m.Name, Provided: !m.MayPromise, Deferred: m.MayPromise})
			bad = append(bad, desk.GivenMaterial{Name: m.Name, Deferred: true})
		}
	}
	a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(8), Materials: desk.Materials{List: good}})
	must(t, err)
	v, err := shared.wang.Case(ctx, a.Number)
	must(t, err)
	if !slices.ContainsFunc(v.Materials, func(m desk.MaterialView) bool { return m.Deferred }) {
		t.Fatalf("%+v", v.Materials)
	}
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(8), Materials: desk.Materials{List: bad}})
	refused(t, err, counter.CodeInvalid)
}

func TestFormIsProvenAndSealed(t *testing.T) {
	it := shared.item(t, func(it *counter.Item) bool {
		return it.Accepts(counter.ObjectPerson) && slices.ContainsFunc(it.Fields, func(f counter.Field) bool { return f.Required && f.VisibleWhen == nil })
	})
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(9), Materials: all(), Form: map[string]any{"no_such_field": "x"}})
	e := refused(t, err, counter.CodeInvalid)
	if len(e.Details) < 2 {
		t.Fatalf("unknown and missing fields: %+v", e.Details)
	}
}

func TestExpiredAndUnknownItems(t *testing.T) {
	it := shared.promised(t)
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: "NO-SUCH", Applicant: person(1), Materials: all()})
	refused(t, err, counter.CodeNotFound)
	if it.EffectiveFrom > "2020-01-01" {
		shared.at(t, time.Date(2019, 1, 2, 9, 0, 0, 0, time.UTC))
		_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(1), Materials: all(), LegalDate: "2019-01-02"})
		refused(t, err, counter.CodeInvalid)
	}
}

func TestLegalDateWithAWrongClock(t *testing.T) {
	it := shared.promised(t)
	accept := func(date counter.Date) (desk.Accepted, error) {
		return shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(2), Materials: all(), LegalDate: date})
	}
	ok := func(date counter.Date) desk.Accepted {
		t.Helper()
		a, err := accept(date)
		must(t, err)
		return a
	}
	no := func(date counter.Date) { t.Helper(); _, err := accept(date); refused(t, err, counter.CodeInvalid) }
	right := shared.now
	first := ok("")
	no("2026-11-21") // tomorrow
	no("2026-10-01") // too far back
	ok("2026-11-02")
	no("2026-02-30")
	back := right.AddDate(-6, 0, 0)
	shared.at(t, back)
	no("")           // doubtful: the clerk has to say it
	no("2020-11-20") // what the clock says is before what others recorded
	no("2126-11-20") // a slip of the finger would stay in all numbers
	a := ok("2026-11-21")
	v, err := shared.wang.Case(ctx, a.Number)
	must(t, err)
	if v.LegalDate != "2026-11-21" || a.Number[12:20] < first.Number[12:20] {
		t.Fatalf("%s %+v", a.Number, v.LegalDate)
	}
	shared.now = right.AddDate(9, 0, 0)
	no("")
	no("2126-01-01")
	ok("2026-11-21")
}

func TestDueDateOfAnUnpublishedYearIsProvisional(t *testing.T) {
	it := shared.promised(t)
	shared.at(t, time.Date(2026, 12, 31, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)))
	a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(3), Materials: all(), LegalDate: "2026-12-31"})
	must(t, err)
	if a.Due == nil || *a.Due < "2027-01-01" || !a.DueProvisional || len(a.Warnings) == 0 {
		t.Fatalf("%+v", a)
	}
}

func TestNoticeWithRareCharacters(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (poppler-utils)")
	}
	it := shared.promised(t)
	for i, name := range []string{"李䶮𠅤", "张𬭳明", "阿卜杜拉·买买提", "𠮷野家"} {
		dir := t.TempDir()
		a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: &desk.Applicant{Name: name, Number: idNumber(20 + i)}, Materials: all(), Out: dir})
		must(t, err)
		if len(a.Documents) != 1 || filepath.Dir(a.Documents[0].File) != dir {
			t.Fatalf("%+v", a.Documents)
		}
		out, err := exec.Command("pdftotext", a.Documents[0].File, "-").Output()
		must(t, err)
		text := strings.Join(strings.Fields(string(out)), "")
		if !strings.Contains(text, name) || !strings.Contains(text, a.Number) || strings.Contains(text, idNumber(20+i)) {
			t.Errorf("%s: %s", name, text)
		}
		again, err := shared.wang.Print(ctx, a.Number, "acceptance", filepath.Join(dir, "again.pdf"))
		must(t, err)
		if again.Copy != 2 {
			t.Errorf("%+v", again)
		}
		data, err := os.ReadFile(again.File)
		must(t, err)
		if v, err := shared.hub.Desk().VerifyDocument(ctx, data, true); err != nil || !v.Valid || v.Number != a.Number {
			t.Errorf("%+v %v", v, err)
		}
	}
}

func TestNoticeThatCannotBeWrittenDoesNotUndoTheCase(t *testing.T) {
	it := shared.promised(t)
	a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(30), Materials: all(), Out: filepath.Join(t.TempDir(), "no", "such", "folder")})
	if err == nil {
		return // the folder was made
	}
	if e := err.(*counter.Error); a.Number == "" || !strings.Contains(e.Zh+e.HintZh, a.Number) {
		t.Fatalf("the number is not told: %v", err)
	}
	if _, err := shared.wang.Case(ctx, a.Number); err != nil {
		t.Fatal(err)
	}
}

func TestImportGoodAndBadLines(t *testing.T) {
	it := shared.promised(t)
	good := func(name, number string) string {
		return `{"item":"` + it.Code + `","applicant":{"type":"person","name":"` + name + `","number":"` + number + `"},"materials":"all"}`
	}
	n := idNumber(40)
	lines := []string{
		"\ufeff" + good("甲", n),
		good("甲", n), // the same person again: a second case, one person
		"",
		"not json",
		good("乙", "440604199001010011"),
		good("丙", idNumber(41)) + good("丁", idNumber(42)),
		`{"item":"NO-SUCH","applicant":{"name":"x","number":"` + idNumber(43) + `"},"materials":"all"}`,
		`{"item":"` + it.Code + `","materials":"all"}`,
		`{"item":"` + it.Code + `","surprise":1}`,
		good("戊", idNumber(44)),
	}
	before := shared.cases(t)
	out, err := shared.wang.ImportCases(ctx, strings.NewReader(strings.Join(lines, "\n")), nil)
	must(t, err)
	var refusedAt []int
	for _, r := range out.Refused {
		refusedAt = append(refusedAt, r.Line)
		if r.Why == "" {
			t.Errorf("line %d without a reason", r.Line)
		}
	}
	if out.Accepted != 3 || !slices.Equal(refusedAt, []int{4, 5, 6, 7, 8, 9}) || shared.cases(t) != before+3 {
		t.Fatalf("%+v", out)
	}
	people, err := shared.wang.FindPerson(ctx, n)
	must(t, err)
	if len(people) != 1 || len(people[0].Cases) != 2 {
		t.Fatalf("%+v", people)
	}
	long := good("己", idNumber(45)) + "\n" + strings.Repeat("x", 2<<20)
	out, err = shared.wang.ImportCases(ctx, strings.NewReader(long), nil)
	refused(t, err, counter.CodeInvalid)
	if out.Accepted != 1 || shared.cases(t) != before+4 {
		t.Fatalf("the line before the broken one was lost: %+v", out)
	}
}
