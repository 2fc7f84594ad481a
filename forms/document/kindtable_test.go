package document

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestKindTables keeps docs/documents.md true: its tables are made from the
// wording. ONEDOOR_GOLDEN=1 writes them anew.
func TestKindTables(t *testing.T) {
	const path = "../../docs/documents.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- begin kinds -->\n", "<!-- end kinds -->\n"
	head, rest, ok1 := strings.Cut(string(data), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("the page has no place for the tables")
	}
	want := head + begin + kindTables(t) + end + tail
	if os.Getenv("ONEDOOR_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(data) {
		t.Error("docs/documents.md differs from the wording; run this test with ONEDOOR_GOLDEN=1")
	}
}

func kindTables(t *testing.T) string {
	var b strings.Builder
	title := strings.NewReplacer("{licence}", "（行政许可）", "{what}", "撤回申请／终止办理")
	fmt.Fprint(&b, "| 文书 | 代码 | 依据 | 纸张 | 份数 |\n|---|---|---|---|---|\n")
	for _, kind := range everyKind {
		p := pageOf(t, kind)
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %d |\n", title.Replace(p.Title), kind, p.Basis, strings.Join(p.Papers, "、"), p.Copies)
	}
	for _, kind := range everyKind {
		p := pageOf(t, kind)
		fmt.Fprintf(&b, "\n### %s `%s`\n\n| 必备内容 | 字段 | 填法 | 何时必备 | 依据 |\n|---|---|---|---|---|\n", title.Replace(p.Title), kind)
		for _, f := range p.Fields {
			if !f.Required {
				continue
			}
			when := strings.Join(f.When, "，且 ")
			if when != "" {
				when = "`" + when + "`"
			}
			if f.Default != "" {
				when = strings.TrimSpace(when + " 有默认文字")
			}
			name := f.Zh
			if f.Min > 0 {
				name += fmt.Sprintf("（至少%d项）", f.Min)
			}
			for _, c := range f.Columns {
				if c.Required {
					name += "；" + c.Zh
				}
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", name, f.Key, f.Type, when, f.Basis)
		}
	}
	return b.String()
}
