package document

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onedoor/forms/document/wording"
)

// FuzzPage: a description that is accepted can be drawn on every paper that it
// names, from any facts that it takes.
func FuzzPage(f *testing.F) {
	files, err := os.ReadDir("wording/data")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range files {
		data, err := os.ReadFile("wording/data/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint64(1), []byte(strings.Replace(string(data), `"version": 1`, `"version": 2`, 1)))
	}
	p := newPress(f)
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		page, err := wording.Decode(data)
		if err != nil || page.Kind == "" {
			return
		}
		book, err := p.Book().With(fstest.MapFS{"x.json": {Data: data}})
		if err != nil {
			return
		}
		at := time.Date(2030, 1, 1, 0, 0, 0, 0, wording.Zone)
		press := p.WithWording(book)
		resolved := press.Page(page.Kind, at)
		if resolved == nil {
			return
		}
		d := Draft{Kind: page.Kind, Number: "N1", IssuedAt: at, Facts: randomFacts(rand.New(rand.NewPCG(seed, 1)), resolved.Fields)}
		if resolved.TakesScans() {
			d.Scans = [][]byte{picture(t)}
		}
		for _, name := range resolved.Papers {
			paper, _ := ParsePaper(name)
			_, err := press.RenderDraft(d, paper, "OD1:AB")
			var e *Error
			if err != nil && (!errors.As(err, &e) || e.Code == Internal) {
				t.Fatal(err)
			}
		}
	})
}

// TestExampleOfTheManual: the file that the manual shows can be used as it is.
func TestExampleOfTheManual(t *testing.T) {
	data, err := os.ReadFile("../../docs/documents.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok1 := strings.Cut(string(data), "```json\n")
	example, _, ok2 := strings.Cut(rest, "```\n")
	if !ok1 || !ok2 {
		t.Fatal("the manual shows no example")
	}
	p := newPress(t)
	book, err := p.Book().With(fstest.MapFS{"visit.json": {Data: []byte(example)}})
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{Kind: "visit", Number: "N1", IssuedAt: sampleTime.AddDate(1, 0, 0), Facts: facts(t, caseFacts, `{"visit_on": "2027-11-21"}`)}
	if _, err := p.WithWording(book).RenderDraft(d, Roll80, "OD1:AB"); err != nil {
		t.Fatal(err)
	}
}
