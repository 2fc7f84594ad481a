package desk_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	must(t, err)
	return string(text)
}

// A form of any length is printed whole: every answer is on the paper, numbers of
// people masked, and the file is genuine.
func TestFilledFormIsPrintedWhole(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (poppler-utils)")
	}
	form := landForm()
	var plots []any
	for i := range 50 {
		plots = append(plots, map[string]any{"name": fmt.Sprintf("地块甲%d", i+1), "area": "1.5", "use": "流转种植", "rented_from": "李某" + idNumber(800+i), "crop": "花生"})
	}
	form["plots"] = plots
	done, err := shared.wang.Accept(ctx, desk.Acceptance{Item: "NY004", Applicant: &desk.Applicant{Name: "田某", Number: idNumber(710), Phone: testPhone}, Form: form, Materials: all()})
	must(t, err)
	out := filepath.Join(t.TempDir(), "form.pdf")
	if dir := os.Getenv("ONEDOOR_KEEP"); dir != "" {
		out = filepath.Join(dir, "form.pdf")
	}
	ref, err := shared.wang.Print(ctx, done.Number, "form", out)
	must(t, err)
	if ref.Kind != "form" || ref.Copy != 1 {
		t.Errorf("%+v", ref)
	}
	text := textOf(t, out)
	for i := range 50 {
		if !strings.Contains(text, fmt.Sprintf("地块甲%d", i+1)) {
			t.Errorf("plot %d is not on the paper", i+1)
		}
	}
	for _, want := range []string{"主要作物", "水稻", "6200000000001", "面积（亩）", done.Number, "第1页"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not on the paper", want)
		}
	}
	if strings.Contains(text, idNumber(800)) || strings.Contains(text, testPhone) {
		t.Error("a full number is on the paper")
	}
	data, err := os.ReadFile(out)
	must(t, err)
	v, err := shared.vil.Desk().VerifyDocument(ctx, data, true)
	if err != nil || !v.Valid || v.Kind != "form" || v.Number != done.Number {
		t.Errorf("%+v %v", v, err)
	}
}

func TestBlankForms(t *testing.T) {
	dir := t.TempDir()
	if keep := os.Getenv("ONEDOOR_KEEP"); keep != "" {
		dir = keep
	}
	items, err := shared.vil.Desk().Items(ctx)
	must(t, err)
	for _, line := range items {
		it, err := shared.wang.Item(ctx, line.Code)
		must(t, err)
		out := filepath.Join(dir, line.Code+".pdf")
		_, err = shared.wang.BlankForm(ctx, line.Code, out)
		if len(it.Fields) == 0 {
			if counter.CodeOf(err) != counter.CodeInvalid {
				t.Errorf("%s has no form: %v", line.Code, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", line.Code, err)
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return
	}
	text := strings.Join(strings.Fields(textOf(t, filepath.Join(dir, "MZ001.pdf"))), "")
	for _, want := range []string{"空白", "家庭成员", "□自有", "申请人签名"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not on the blank form", want)
		}
	}
}

// TestBlankFormFromThePages: the page asks for it like for a guide; an item
// without a form has none.
func TestBlankFormFromThePages(t *testing.T) {
	out := filepath.Join(t.TempDir(), "blank.pdf")
	ref, _, err := shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "form-blank", Item: "NY004", Out: out})
	must(t, err)
	if ref.Kind != "form-blank" || ref.File != out {
		t.Errorf("%+v", ref)
	}
	data, err := os.ReadFile(out)
	must(t, err)
	if v, err := shared.vil.Desk().VerifyDocument(ctx, data, true); err != nil || !v.Valid {
		t.Errorf("%+v %v", v, err)
	}
	none := shared.item(t, func(it *counter.Item) bool { return len(it.FormFields()) == 0 })
	_, _, err = shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "form-blank", Item: none.Code, Out: out + "2"})
	refused(t, err, counter.CodeInvalid)
}
