package desk_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// What is only looked at and given back, like an ID card, is on no list of papers
// that the counter hands over or keeps.
func TestListsOfPapersAreTrue(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (poppler-utils)")
	}
	it := shared.item(t, func(it *counter.Item) bool { return it.Code == "RS006" }) // ID card (seen), photo, form
	number := shared.newCase(t, it, 870)
	list, page := filepath.Join(t.TempDir(), "list.pdf"), filepath.Join(t.TempDir(), "page.pdf")
	_, _, err := shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "handover", To: "镇便民服务中心", Out: list})
	must(t, err)
	row := regexp.MustCompile(number + `[^\n]*\n[^\n]*?(\d+)件`).FindStringSubmatch(textOf(t, list))
	if row == nil || row[1] != "2" {
		t.Errorf("%q", row)
	}
	_, _, err = shared.wang.PrintLoose(ctx, desk.LooseRequest{Kind: "mine", Person: idNumber(870), Out: page})
	must(t, err)
	if text := textOf(t, page); strings.Contains(text, "居民身份证") || !strings.Contains(text, number) {
		t.Error(text)
	}
}
