package desk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// BenchmarkRatioNames measures the search by name among ONEDOOR_BENCH_PEOPLE people
// (2,000; a counter may hold 100,000): how long the first search takes until it knows
// all, the next ones, and one after somebody was recorded, against the 30 ms of an
// answer to typing; and the memory of the index against a tenth of what the program
// may use.
func BenchmarkRatioNames(b *testing.B) {
	people := 2_000
	if v, err := strconv.Atoi(os.Getenv("ONEDOOR_BENCH_PEOPLE")); err == nil && v >= 100 {
		people = v
	}
	code := importPeople(b, people)
	before := heap()
	start := time.Now()
	all := allNames(b, "欧阳文静")
	first := time.Since(start)
	index := float64(heap()-before) / (1 << 20)
	if all.Known < people {
		b.Fatalf("%d names of %d people", all.Known, people)
	}
	b.Run("First", func(b *testing.B) {
		for b.Loop() { //nolint:revive // measured above
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(first.Seconds(), "s/first")
		b.ReportMetric(index, "MB/index")
		b.ReportMetric(index/15, "ratio")
		b.ReportMetric(1, "budget")
	})
	queries := []string{"欧", "ly", "zhao", "文静", "zjb", "李甲子", "ouyangwj", "没有这个人"}
	quick(b, "Typed", func(i int) { _, _ = shared.wang.FindByName(ctx, queries[i%len(queries)]) })
	quick(b, "AfterAcceptance", func(i int) { acceptOne(b, code, people+i) },
		func(i int) { _, _ = shared.wang.FindByName(ctx, queries[i%len(queries)]) })
	quick(b, "AllKnownAgain", func(i int) { acceptOne(b, code, 2*people+i) }, func(int) { allNames(b, "欧阳文静") })
}

// quick measures the last of some steps, 60 times.
func quick(b *testing.B, name string, steps ...func(i int)) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() { //nolint:revive // measured below, with steps in between that do not count
		}
		var took []time.Duration
		for i := range 60 {
			for _, prepare := range steps[:len(steps)-1] {
				prepare(i)
			}
			start := time.Now()
			steps[len(steps)-1](i)
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(took[30].Microseconds()), "us/median")
		b.ReportMetric(float64(took[57].Microseconds()), "us/p95")
		b.ReportMetric(float64(took[57])/float64(30*time.Millisecond), "ratio")
		b.ReportMetric(1, "budget")
	})
}

func allNames(b *testing.B, query string) desk.NameHits {
	for {
		hits, err := shared.wang.FindByName(ctx, query)
		must(b, err)
		if hits.Complete {
			return hits
		}
		time.Sleep(5 * time.Millisecond) // a page asks again after 300; asking all the time would slow down what is waited for
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func benchLine(code string, i int) []byte {
	family, given := []string{"赵", "钱", "李", "欧阳", "阿依古丽·", "吕"}, []rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥文静")
	name := family[i%len(family)] + string([]rune{given[i/6%24], given[i/144%24]})
	line, _ := json.Marshal(map[string]any{"item": code, "materials": "all", "form": map[string]any{},
		"applicant": map[string]any{"type": "person", "name": name, "number": benchNumber(i)}})
	return append(line, '\n')
}

// benchNumber is the i-th made-up ID number, for i below three million.
func benchNumber(i int) string {
	day := i / 999
	body := fmt.Sprintf("440604%04d%02d%02d%03d", 1930+day/336%80, 1+day/28%12, 1+day%28, 1+i%999)
	for _, c := range "0123456789X" {
		if n := counter.NormalizeID(body + string(c)); n.Check() == nil {
			return n.Plain()
		}
	}
	return ""
}

func importPeople(b *testing.B, people int) (code string) {
	items, err := shared.vil.Desk().Items(ctx)
	must(b, err)
	code = items[slices.IndexFunc(items, func(it desk.ItemLine) bool { return len(it.RequiredFields) == 0 && !it.Instant })].Code
	pr, pw := io.Pipe()
	go func() {
		for i := range people {
			if _, err := pw.Write(benchLine(code, i)); err != nil {
				break
			}
		}
		pw.Close()
	}()
	done, err := shared.wang.ImportCases(ctx, pr, nil)
	must(b, err)
	if done.Accepted != people {
		b.Fatalf("%d of %d people; %v", done.Accepted, people, done.Refused[:min(3, len(done.Refused))])
	}
	return code
}

func acceptOne(b *testing.B, code string, i int) {
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: code, Materials: all(),
		Applicant: &desk.Applicant{Type: counter.ObjectPerson, Name: "新来的人", Number: benchNumber(i)}})
	must(b, err)
}
