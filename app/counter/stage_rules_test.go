package counter

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const rulesFile = "../../docs/rules.md"

// TestRulesPage keeps the tables of the supervisors' page equal to the code.
// UPDATE=1 writes them anew; the words between them are written by hand.
func TestRulesPage(t *testing.T) {
	raw, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for name, table := range map[string]string{
		"statuses": statusTable(), "verbs": verbTable(), "stages": stageRows(stageTable), "instant": stageRows(instantTable),
		"pairs": pairRows(t), "reasons": reasonTable(), "tasks": taskTable(),
	} {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		i, j := strings.Index(page, begin), strings.Index(page, end)
		if i < 0 || j < i {
			t.Fatalf("no place for the table %s", name)
		}
		if page[i+len(begin):j] != table {
			if os.Getenv("UPDATE") == "" {
				t.Errorf("the table %s is not what the code does; UPDATE=1 go test ./app/counter -run RulesPage", name)
			}
			page = page[:i+len(begin)] + table + page[j:]
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(rulesFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func head(cells ...string) string {
	return row(cells...) + "|" + strings.Repeat("---|", len(cells)) + "\n"
}

func statusTable() string {
	out := head("状态", "代码", "所处阶段", "还能办的操作（承诺件）", "即办件另可")
	for _, s := range Statuses() {
		normal, instant := NextVerbs(s, false), NextVerbs(s, true)
		instant = slices.DeleteFunc(instant, func(v Verb) bool { return slices.Contains(normal, v) })
		out += row(s.Name("zh"), "`"+string(s)+"`", StageName(s.Stage(), "zh"), verbNames(normal), verbNames(instant))
	}
	return out
}

func verbNames(vs []Verb) string {
	if len(vs) == 0 {
		return "—"
	}
	var names []string
	for _, v := range vs {
		names = append(names, v.Name("zh"))
	}
	return strings.Join(names, "、")
}

func verbTable() string {
	out := head("操作", "代码", "定局操作", "哪些岗位可以做")
	for _, v := range CaseVerbs() {
		fixed := ""
		if v.Fixed() {
			fixed = "是"
		}
		rule := kindRules["case."+string(v)]
		var who []string
		for _, r := range rule.roles {
			who = append(who, r.Name("zh"))
		}
		if rule.self {
			who = append(who, "设备自动")
		}
		if rule.superior {
			who = append(who, "上级设备自动")
		}
		out += row(v.Name("zh"), "`"+string(v)+"`", fixed, strings.Join(who, "、"))
	}
	return out
}

func stageRows(table map[Verb]map[Status]move) string {
	out := head("操作", "从", "到", "对外的结论", "最低岗位")
	for _, v := range CaseVerbs() {
		for _, from := range Statuses() {
			m, ok := table[v][from]
			if !ok {
				continue
			}
			lowest := ""
			for _, r := range roles {
				if r.rank == m.rank && lowest == "" {
					lowest = r.names[0]
				}
			}
			outcome := "—"
			if m.outcome != "" {
				outcome = m.outcome.Name("zh")
			}
			out += row(v.Name("zh"), from.Name("zh"), m.to.Name("zh"), outcome, lowest)
		}
	}
	return out
}

func pairRows(t *testing.T) string {
	table := pairTable(t)
	cells := []string{"同时发生"}
	for x := range pairActs {
		cells = append(cells, pairName(x))
	}
	out := head(cells...)
	for x := range pairActs {
		cells = []string{"**" + pairName(x) + "**"}
		for y := range pairActs {
			outcome, ok := table[[2]int{x, y}]
			if !ok {
				outcome = "—"
			}
			cells = append(cells, outcome)
		}
		out += row(cells...)
	}
	return out
}

func reasonTable() string {
	var codes []string
	for code := range reasonTexts {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	out := head("代码", "含义", "原操作不算数")
	for _, code := range codes {
		aside := ""
		if setAside(code) {
			aside = "是，其后的操作待复核"
		}
		out += row("`"+code+"`", ReasonText(code, "zh"), aside)
	}
	return out
}

func taskTable() string {
	out := head("代码", "含义")
	for _, kind := range []string{TaskDispute, TaskSuperseded, TaskReview, TaskNotice, TaskTwice, TaskJoin} {
		if TaskText(kind, "en") == kind {
			panic(fmt.Sprint("no words for ", kind))
		}
		out += row("`"+kind+"`", TaskText(kind, "zh"))
	}
	return out
}
