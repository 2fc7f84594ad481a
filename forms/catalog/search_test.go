package catalog

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onedoor/app/counter"
)

func found(items []counter.Item) (codes []string) {
	for _, it := range items {
		codes = append(codes, it.Code)
	}
	return codes
}

func TestSearchSamples(t *testing.T) {
	x := NewIndex(sample(t))
	for q, first := range map[string]string{
		"最低生活保障": "MZ001", "zdsh": "MZ001", "dibao": "MZ001", "db": "MZ001", "zuidishenghuo": "MZ001", "低保": "MZ001", "zuidi生活": "MZ001",
		"gljt": "MZ006", "高龄": "MZ006", "laonianzheng": "MZ007", "sbk": "RS006", "zhaijidi": "NY001", "ZJD": "NY001",
		"rs003": "RS003", "异地": "YB003", "ydjy": "YB003", "公租房": "ZJ001", "yfjz": "WJ006", "老人 优待": "MZ007",
	} {
		got := found(x.Search(q, 10))
		if len(got) == 0 || got[0] != first {
			t.Errorf("%q: %v, want %s first", q, got, first)
		}
	}
	for _, q := range []string{"飞机", "xyzzy", "'; drop table"} {
		if got := x.Search(q, 0); len(got) != 0 {
			t.Errorf("%q: %v", q, found(got))
		}
	}
	if all := x.Search(" ", 0); len(all) != len(sample(t)) {
		t.Error("an empty query is the catalogue")
	}
}

// Every single character of every name finds its item.
func TestSearchSingleCharacter(t *testing.T) {
	items := sample(t)
	x := NewIndex(items)
	for _, it := range items {
		for _, r := range it.Name {
			if r == '（' || r == '）' {
				continue
			}
			if !slices.Contains(found(x.Search(string(r), 0)), it.Code) {
				t.Errorf("%c does not find %s", r, it.Name)
			}
		}
	}
}

func TestSearchIsDeterministic(t *testing.T) {
	items := sample(t)
	reversed := slices.Clone(items)
	slices.Reverse(reversed)
	a, b := NewIndex(items), NewIndex(reversed)
	for _, q := range []string{"s", "sh", "登记", "bt", "shenqing", "保"} {
		if !slices.Equal(found(a.Search(q, 0)), found(b.Search(q, 0))) {
			t.Errorf("%q: the order depends on the order of the catalogue", q)
		}
	}
}

// many makes n different items of the samples' names.
func many(tb testing.TB, n int) []counter.Item {
	base := sample(tb)
	var items []counter.Item
	for i := range n {
		it := base[i%len(base)]
		it.Code = fmt.Sprintf("%s-%04d", it.Code, i)
		it.Name = fmt.Sprintf("%s（%s）", it.Name, base[(i/len(base)*7)%len(base)].Name)
		items = append(items, it)
	}
	return items
}

var typed = []string{"d", "di", "dib", "dibao", "z", "zd", "zds", "zdsh", "低", "低保", "zuidishenghuobaozhang", "s", "sh", "sheng", "shengyu", "办理",
	"cjr", "canjiren", "canjirenzheng补", "xyzzyx", "残 补", "mz0", "yanglaobaoxianguanxizhuanyi"}

// BenchmarkSearch types queries into a catalogue of 2,000 items. The budget of
// the 95th percentile is 30 ms.
func BenchmarkSearch(b *testing.B) {
	x := NewIndex(many(b, 2000))
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		x.Search(typed[i%len(typed)], 20)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	b.ReportMetric(float64(p95.Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(p95)/float64(30*time.Millisecond), "of-budget")
}

func BenchmarkNewIndex(b *testing.B) {
	items := many(b, 2000)
	for b.Loop() {
		NewIndex(items)
	}
}
