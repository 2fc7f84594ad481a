package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/internal/spool"
)

// paperTray is a printer that can be out of paper. It looks, when a document
// arrives, whether its print is in the record already.
type paperTray struct {
	empty bool
	got   []spool.Document
	seen  func()
}

func (p *paperTray) Print(_ context.Context, printer string, d spool.Document) (string, error) {
	if p.seen != nil {
		p.seen()
	}
	if p.empty {
		return "", &spool.Error{Code: spool.Stopped, Printer: printer, Detail: "out of paper"}
	}
	p.got = append(p.got, d)
	return printer + "-1", nil
}

func (p *paperTray) Printers(context.Context) ([]spool.Printer, error) {
	return []spool.Printer{{Name: "laser", Default: true, Stopped: p.empty}}, nil
}

// withPrinter gives the village a printer for one test.
func withPrinter(t *testing.T) *paperTray {
	t.Helper()
	tray := &paperTray{}
	shared.vil.UsePrinters(tray)
	t.Cleanup(func() { shared.vil.UsePrinters(spool.System{}) })
	return tray
}

func (d *district) accept(t *testing.T, i int) string {
	t.Helper()
	return d.newCase(t, d.promised(t), i)
}

func TestPrintedIsRecordedBeforeThePrinterGetsIt(t *testing.T) {
	tray, number := withPrinter(t), shared.accept(t, 400)
	tray.seen = func() {
		docs, err := shared.wang.Documents(ctx, number)
		must(t, err)
		if len(docs) == 0 || docs[len(docs)-1].Kind != "acceptance" {
			t.Fatal("the printer got a document that is in no record")
		}
	}
	ref, _, err := shared.wang.PrintPaper(ctx, desk.PrintRequest{Number: number, Kind: "acceptance", Printer: "laser"})
	must(t, err)
	if len(tray.got) != 2 || len(ref.Jobs) != 2 || ref.Printer != "laser" || !strings.Contains(tray.got[0].Title, number) || tray.got[0].Media != "A4" {
		t.Fatalf("%d copies, %+v", len(tray.got), ref)
	}
	if bytes.Equal(tray.got[0].PDF, tray.got[1].PDF) {
		t.Error("the second copy does not say so")
	}
	if name := shared.vil.Desk().PrinterOf(ctx, "acceptance"); name != "laser" {
		t.Errorf("remembered %q", name)
	}
}

// TestStoppedPrinter: told to the clerk, not marked printed, and the next try is
// no reprint.
func TestStoppedPrinter(t *testing.T) {
	tray, number := withPrinter(t), shared.accept(t, 401)
	tray.empty = true
	r := desk.PrintRequest{Number: number, Kind: "acceptance", Printer: "laser"}
	_, _, err := shared.wang.PrintPaper(ctx, r)
	e := refused(t, err, counter.CodeFailed)
	if !strings.Contains(e.Zh, "没有打印") || e.HintZh == "" {
		t.Error(e)
	}
	docs, err := shared.wang.Documents(ctx, number)
	must(t, err)
	if len(docs) != 1 || !docs[0].Failed || docs[0].Printer != "laser" {
		t.Fatalf("%+v", docs)
	}
	tray.empty = false
	ref, _, err := shared.wang.PrintPaper(ctx, r)
	must(t, err)
	if ref.Reprint != 0 {
		t.Error("a document that never came out is marked as reprinted")
	}
	if ref, _, err = shared.wang.PrintPaper(ctx, r); err != nil || ref.Reprint != 1 {
		t.Error(ref, err)
	}
	docs, err = shared.wang.Documents(ctx, number)
	must(t, err)
	if len(docs) != 3 || docs[1].Failed || docs[2].Reprint != 1 || docs[0].Digest != docs[2].Digest {
		t.Fatalf("%+v", docs)
	}
}

// TestEveryActGivesItsPaper walks a case and prints, with each act, its document.
func TestEveryActGivesItsPaper(t *testing.T) {
	dir, number := t.TempDir(), shared.accept(t, 402)
	for i, st := range []struct{ who, verb, kind, opinion string }{
		{"wang", "handover", "approval", "材料齐全"}, {"shen", "review", "approval", "情况属实"}, {"pi", "approve", "grant", "同意"}, {"wang", "conclude", "delivery", ""},
	} {
		out := filepath.Join(dir, st.kind+string(rune('0'+i))+".pdf")
		r := desk.PrintRequest{Out: out, Texts: map[string]string{}}
		if st.kind == "delivery" {
			r.Texts = map[string]string{"deliverers": "王小兰\n李小明", "place": "受理窗口"}
		}
		_, ref, _, err := shared.login(t, st.who).ActWithPaper(ctx, number, st.verb, desk.ActOptions{Opinion: st.opinion}, r)
		must(t, err)
		if ref.Kind != st.kind {
			t.Errorf("%s gave %s", st.verb, ref.Kind)
		}
		verified(t, out, number, st.kind)
	}
}

func verified(t *testing.T, file, number, kind string) {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	v, err := shared.hub.Desk().VerifyDocument(ctx, data, true)
	must(t, err)
	if !v.Valid || v.Kind != kind || number != "" && v.Number != number {
		t.Errorf("%s: %+v", file, v)
	}
}

// TestNoDenialWithoutALawfulPaper: what the paper lacks is told before the act.
func TestNoDenialWithoutALawfulPaper(t *testing.T) {
	number := shared.accept(t, 403)
	for _, st := range [][2]string{{"wang", "handover"}, {"shen", "review"}} {
		_, err := shared.login(t, st[0]).Act(ctx, number, st[1], desk.ActOptions{})
		must(t, err)
	}
	out := filepath.Join(t.TempDir(), "denial.pdf")
	pi := shared.login(t, "pi")
	_, _, _, err := pi.ActWithPaper(ctx, number, "deny", desk.ActOptions{}, desk.PrintRequest{Out: out})
	e := refused(t, err, counter.CodeInvalid)
	if len(e.Details) == 0 || !strings.Contains(e.Zh, "缺少") {
		t.Error(e, e.Details)
	}
	if v, err := pi.Case(ctx, number); err != nil || v.Status != string(counter.StatusReviewed) {
		t.Fatal("the denial was recorded", err)
	}
	offers, err := pi.Papers(ctx, number, "deny")
	must(t, err)
	texts := map[string]string{}
	for _, o := range offers {
		for _, f := range o.Fields {
			if o.Kind == "denial" && f.Required && f.Value == "" {
				texts[f.Key] = "测试内容"
			}
		}
	}
	v, _, _, err := pi.ActWithPaper(ctx, number, "deny", desk.ActOptions{Opinion: "不符合条件"}, desk.PrintRequest{Out: out, Texts: texts})
	must(t, err)
	if v.Status != string(counter.StatusDenied) {
		t.Error(v.Status)
	}
	verified(t, out, number, "denial")
}

// TestADecisionIsCheckedWithItsPaper: as the window does it, act and paper apart. A
// decision is refused with all that its paper lacks; other acts need no paper, but
// one that is named is checked too.
func TestADecisionIsCheckedWithItsPaper(t *testing.T) {
	number := shared.accept(t, 405)
	_, err := shared.wang.ActChecked(ctx, number, "deny", desk.ActOptions{Opinion: "x"}, desk.PrintRequest{})
	refused(t, err, counter.CodeInvalid) // not its turn: said before anything of a paper
	for _, st := range [][2]string{{"wang", "handover"}, {"shen", "review"}} {
		_, err := shared.login(t, st[0]).ActChecked(ctx, number, st[1], desk.ActOptions{}, desk.PrintRequest{})
		must(t, err)
	}
	pi := shared.login(t, "pi")
	before, err := pi.Case(ctx, number)
	must(t, err)
	_, err = pi.ActChecked(ctx, number, "deny", desk.ActOptions{Opinion: "不符合条件"}, desk.PrintRequest{})
	e := refused(t, err, counter.CodeInvalid)
	lacks := fmt.Sprint(e.Details)
	if !strings.Contains(lacks, "(facts)") || strings.Contains(lacks, "(reasons)") {
		t.Errorf("the opinion is the reason, the facts lack: %s", lacks)
	}
	_, err = pi.ActChecked(ctx, number, "return", desk.ActOptions{}, desk.PrintRequest{Kind: "supplement"})
	refused(t, err, counter.CodeInvalid)
	if v, err := pi.Case(ctx, number); err != nil || len(v.Timeline) != len(before.Timeline) {
		t.Fatal("refused and recorded", err)
	}
	offers, err := pi.Papers(ctx, number, "deny")
	must(t, err)
	for _, f := range offers[0].Fields {
		if f.Opinion != (f.Key == "reasons") || strings.Contains(f.Value, "\x00") {
			t.Errorf("%+v", f)
		}
	}
	v, err := pi.ActChecked(ctx, number, "deny", desk.ActOptions{Opinion: "不符合条件"}, desk.PrintRequest{Texts: map[string]string{
		"facts": "年龄未满", "reconsideration": "向区人民政府申请，六十日内", "lawsuit": "向人民法院提起，六个月内"}})
	must(t, err)
	if v.Status != string(counter.StatusDenied) || len(v.Documents) != 0 {
		t.Error(v.Status, v.Documents)
	}
}

// TestReprintYearsLater: another wording is in force, the officer is renamed,
// and the reprint states what it stated, in the words that it had.
func TestReprintYearsLater(t *testing.T) {
	number := shared.accept(t, 404)
	was := shared.now
	defer func() { shared.now = was }()
	dir := t.TempDir()
	r := desk.PrintRequest{Number: number, Kind: "suspension", Out: filepath.Join(dir, "1.pdf"),
		Texts: map[string]string{"step": "现场踏勘", "reason": "需要核实现场", "begins_on": "2026-11-23", "duration": "5个工作日"}}
	first, _, err := shared.wang.PrintPaper(ctx, r)
	must(t, err)
	text, err := shared.hub.Desk().WordingTemplate(ctx, "suspension")
	must(t, err)
	changed := bytes.Replace(text, []byte("特殊环节告知书"), []byte("特殊环节告知书（本区格式）"), 1)
	_, err = shared.admin.ImportWording(ctx, changed)
	must(t, err)
	carry(t)
	shared.now = was.AddDate(2, 0, 0)
	wang := shared.login(t, "wang")
	again := desk.PrintRequest{Number: number, Kind: "suspension", Out: filepath.Join(dir, "2.pdf")}
	ref, _, err := wang.PrintPaper(ctx, again)
	must(t, err)
	docs, err := wang.Documents(ctx, number)
	must(t, err)
	if first.Reprint != 0 || ref.Reprint != 1 || docs[0].Digest != docs[1].Digest {
		t.Errorf("%+v %+v", ref, docs)
	}
	again.Texts, again.Out = r.Texts, filepath.Join(dir, "3.pdf")
	fresh, _, err := wang.PrintPaper(ctx, again)
	must(t, err)
	docs, err = wang.Documents(ctx, number)
	must(t, err)
	if fresh.Reprint != 0 || docs[2].Digest == docs[1].Digest || docs[2].Title != "特殊环节告知书（本区格式）" {
		t.Errorf("%+v %+v", fresh, docs)
	}
	for _, name := range []string{"1.pdf", "2.pdf", "3.pdf"} {
		verified(t, filepath.Join(dir, name), number, "suspension")
	}
}

func TestWordingImportRefuses(t *testing.T) {
	text, err := shared.hub.Desk().WordingTemplate(ctx, "proxy")
	must(t, err)
	var page map[string]any
	must(t, json.Unmarshal(text, &page))
	for name, c := range map[string]struct {
		spoil func(map[string]any)
		who   *desk.Session
		code  counter.Code
	}{
		"in force today":     {func(p map[string]any) { p["effective_from"] = "2026-11-20" }, shared.admin, counter.CodeInvalid},
		"a clerk":            {func(map[string]any) {}, shared.wang, counter.CodeDenied},
		"the same version":   {func(p map[string]any) { p["version"] = 1 }, shared.admin, counter.CodeInvalid},
		"an unknown field":   {func(p map[string]any) { p["title"] = "{nothing}" }, shared.admin, counter.CodeInvalid},
		"a misspelt section": {func(p map[string]any) { p["blcks"] = 1 }, shared.admin, counter.CodeInvalid},
	} {
		var one map[string]any
		must(t, json.Unmarshal(text, &one))
		c.spoil(one)
		bad, err := json.Marshal(one)
		must(t, err)
		if _, err := c.who.ImportWording(ctx, bad); counter.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNewKindByTheDistrict: a notice that no program knows, set at the hub,
// printed at the counter.
func TestNewKindByTheDistrict(t *testing.T) {
	manual, err := os.ReadFile("../../docs/documents.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(manual), "```json\n")
	example, _, _ := strings.Cut(rest, "```\n")
	example = strings.Replace(example, "2027-01-01", "2026-11-20", 1)
	_, err = shared.admin.ImportWording(ctx, []byte(example))
	must(t, err)
	carry(t)
	number := shared.accept(t, 405)
	offers, err := shared.wang.Papers(ctx, number, "")
	must(t, err)
	if !slices.ContainsFunc(offers, func(o desk.PaperOffer) bool { return o.Kind == "visit" && len(o.Fields) > 0 }) {
		t.Fatal("the district's notice is not offered")
	}
	out := filepath.Join(t.TempDir(), "visit.pdf")
	_, _, err = shared.wang.PrintPaper(ctx, desk.PrintRequest{Number: number, Kind: "visit", Out: out, Texts: map[string]string{"visit_on": "2026-11-25"}})
	must(t, err)
	verified(t, out, number, "visit")
}

// TestPapersWithoutACase prints guide, checklist, own page and hand-over list.
func TestPapersWithoutACase(t *testing.T) {
	dir := t.TempDir()
	shared.accept(t, 406)
	it := shared.promised(t)
	for _, r := range []desk.LooseRequest{{Kind: "guide", Item: it.Code}, {Kind: "checklist", Item: it.Code}, {Kind: "mine", Person: person(406).Number}, {Kind: "handover", To: "石湾镇街道"}} {
		r.Out = filepath.Join(dir, r.Kind+".pdf")
		_, _, err := shared.wang.PrintLoose(ctx, r)
		if err != nil {
			t.Errorf("%s: %v %v", r.Kind, err, err.(*counter.Error).Details)
			continue
		}
		verified(t, r.Out, "", r.Kind)
	}
	_, _, err := shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "handover", Out: filepath.Join(dir, "x.pdf")})
	refused(t, err, counter.CodeInvalid)
	_, _, err = shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "grant", Out: filepath.Join(dir, "x.pdf")})
	refused(t, err, counter.CodeUsage)
}

// TestEveryItemHasItsGuide: no item of the catalogue lacks what its guide must say.
func TestEveryItemHasItsGuide(t *testing.T) {
	items, err := shared.hub.Desk().Items(ctx)
	must(t, err)
	out := filepath.Join(t.TempDir(), "guide.pdf")
	for i, it := range items {
		if i%6 > 0 { // each is a transaction of its own
			continue
		}
		if _, _, err := shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "guide", Item: it.Code, Out: out}); err != nil {
			t.Errorf("%s: %v %v", it.Code, err, err.(*counter.Error).Details)
		}
	}
}

func TestStatementsAreReadAsTyped(t *testing.T) {
	number := shared.accept(t, 407)
	out := filepath.Join(t.TempDir(), "s.pdf")
	r := desk.PrintRequest{Number: number, Kind: "supplement", Out: out, Texts: map[string]string{
		"faults": "申请表 | 未签名 | 补签名\n户口簿｜缺第2页｜补交", "return_by": "2026-12-10"}}
	_, _, err := shared.wang.PrintPaper(ctx, r)
	must(t, err)
	for key, text := range map[string]string{"faults": "a|b|c|d", "return_by": "明天", "nothing": "x"} {
		bad := r
		bad.Texts = map[string]string{"faults": r.Texts["faults"], "return_by": r.Texts["return_by"]}
		bad.Texts[key] = text
		_, _, err := shared.wang.PrintPaper(ctx, bad)
		if e := refused(t, err, counter.CodeInvalid); len(e.Details) == 0 {
			t.Error(key, e)
		}
	}
}

// carry brings what the district said to the village, on a stick.
func carry(t *testing.T) {
	t.Helper()
	stick := t.TempDir()
	_, err := shared.hub.ExportStick(ctx, stick, "")
	must(t, err)
	_, err = shared.vil.ImportStick(ctx, stick, "")
	must(t, err)
}
