package wording

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func book(t testing.TB) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var today = time.Date(2026, 11, 20, 9, 0, 0, 0, Zone)

// TestShippedWordingIsFixed: papers out there carry the fingerprint of their
// wording. A changed sentence needs a new file with a new version; its line is
// then added to the golden file.
func TestShippedWordingIsFixed(t *testing.T) {
	b := book(t)
	var got bytes.Buffer
	for _, kind := range b.Kinds() {
		p := b.At(kind, today)
		got.WriteString(kind + " " + p.Fingerprint() + "\n")
	}
	want, err := os.ReadFile("testdata/fingerprints.golden")
	if os.Getenv("ONEDOOR_GOLDEN") != "" {
		err = os.WriteFile("testdata/fingerprints.golden", got.Bytes(), 0o600)
		want = got.Bytes()
	}
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("a shipped wording was changed without a new version:\n%s", got.String())
	}
}

// TestEveryRequirementHasABasis: and both names.
func TestEveryRequirementHasABasis(t *testing.T) {
	b := book(t)
	for _, kind := range b.Kinds() {
		p := b.At(kind, today)
		if p.Basis == "" || p.TitleEn == "" || p.QR == "" {
			t.Errorf("%s: no basis, English title or words under the QR code", kind)
		}
		for _, f := range p.Fields {
			if f.Required && f.Basis == "" {
				t.Errorf("%s: %s", kind, f.Key)
			}
		}
	}
}

func TestTemplates(t *testing.T) {
	p := &Page{Fields: []Field{{Key: "name", Type: TypeText}, {Key: "on", Type: TypeDate}, {Key: "at", Type: TypeTime}, {Key: "n", Type: TypeCount},
		{Key: "list", Type: TypeList}, {Key: "ok", Type: TypeBool}, {Key: "organisation", Type: TypeBool}, {Key: "what", Type: TypeChoice, Options: []Option{{"a", "甲", "A"}}},
		{Key: "rows", Type: TypeRows, Columns: []Field{{Key: "x", Type: TypeText}}}}}
	s := Scope{Page: p, Number: "N1", Issued: today, Facts: Facts{"on": "2026-01-02", "at": "2026-01-02T03:04:05+08:00", "n": 0, "list": []string{"a", "b"}, "ok": true, "what": "a", "rows": []Facts{{"x": "1"}}}}
	for in, want := range map[string]string{
		"{number}{you}": "N1您", "{on}": "2026年1月2日", "{at}": "2026年1月2日 03:04", "{at|date}": "2026年1月2日", "{issued_at|date}": "2026年11月20日",
		"{list}共{list|count}项": "a、b共2项", "{rows|count}": "1", "[[有{name}]]无": "无", "[[{n}份]]": "", "{n}份": "0份", "{what}{ok}": "甲是", "完。。": "完。",
	} {
		if got := s.Expand(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for c, want := range map[string]bool{"ok": true, "!ok": false, "name": false, "!name": true, "what=a": true, "what!=a": false, "what=b": false, "n": false} {
		if s.Holds([]string{c}) != want {
			t.Error(c)
		}
	}
	for _, bad := range []string{"{", "}", "{}", "{a{b}", "[[a", "a]]", "{list|sum}", "[[{name]]}"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

const small = `{"format": 1, "kind": "k", "version": 1, "effective_from": "2026-01-01", "title": "标题", "papers": ["a4"], "copies": 1,
 "fields": [{"key": "a", "zh": "甲", "en": "a", "type": "text"}], "blocks": [{"text": "{a}"}]}`

// TestFaultyFilesAreRefused: whatever is wrong is found when the file is read,
// never when a citizen waits for the paper.
func TestFaultyFilesAreRefused(t *testing.T) {
	with := func(old, new string) string {
		out := strings.Replace(small, old, new, 1)
		if out == small {
			t.Fatalf("%q is not in the sample", old)
		}
		return out
	}
	if _, err := (&Book{}).With(fstest.MapFS{"k.json": {Data: []byte(small)}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"unknown name":      with(`"copies"`, `"kopies"`),
		"name twice":        with(`"copies": 1`, `"copies": 1, "copies": 2`),
		"text after":        small + "{}",
		"other format":      with(`"format": 1`, `"format": 2`),
		"no title":          with(`"标题"`, `""`),
		"no version":        with(`"version": 1`, `"version": 0`),
		"no day":            with(`"2026-01-01"`, `"1.1.2026"`),
		"ends before":       with(`"title"`, `"effective_to": "2025-01-01", "title"`),
		"kind and part":     with(`"kind": "k"`, `"kind": "k", "part": "p"`),
		"odd kind":          with(`"kind": "k"`, `"kind": "K 1"`),
		"unknown paper":     with(`"a4"`, `"a3"`),
		"unknown field":     with(`{a}`, `{b}`),
		"unknown type":      with(`"type": "text"`, `"type": "blob"`),
		"no basis":          with(`"type": "text"`, `"type": "text", "required": true`),
		"key twice":         with(`"type": "text"}`, `"type": "text"}, {"key": "a", "zh": "甲", "en": "a", "type": "text"}`),
		"reserved key":      with(`"key": "a"`, `"key": "number"`),
		"two things":        with(`{"text": "{a}"}`, `{"text": "{a}", "space": 3}`),
		"nothing":           with(`{"text": "{a}"}`, `{"align": "left"}`),
		"unknown part":      with(`{"text": "{a}"}`, `{"use": "p"}`),
		"unknown condition": with(`{"text": "{a}"}`, `{"when": ["b"], "text": "{a}"}`),
		"list of a text":    with(`{"text": "{a}"}`, `{"of": "a", "each": "{.}"}`),
		"table of a text":   with(`{"text": "{a}"}`, `{"table": {"of": "a", "columns": [{"head": "h", "text": "{.}", "width": 1, "main": true}]}}`),
		"three cells":       with(`{"text": "{a}"}`, `{"facts": {"rows": [{"cells": ["a", "b", "c"]}]}}`),
		"choice of a text":  with(`{"text": "{a}"}`, `{"choice": {"of": "a", "label": "x"}}`),
		"after nothing":     with(`"type": "text"`, `"type": "date", "after": "x"`),
		"not JSON":          "titel",
	} {
		_, err := (&Book{}).With(fstest.MapFS{"k.json": {Data: []byte(text)}})
		var e *Error
		if !errors.As(err, &e) || len(e.Faults) == 0 || e.Faults[0].Where == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVersionsAndDays(t *testing.T) {
	next := strings.NewReplacer(`"version": 1`, `"version": 2`, "2026-01-01", "2027-01-01", "标题", "新标题").Replace(small)
	b, err := (&Book{}).With(fstest.MapFS{"1.json": {Data: []byte(small)}, "2.json": {Data: []byte(next)}})
	if err != nil {
		t.Fatal(err)
	}
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 23, 59, 0, 0, Zone) }
	if b.At("k", day(2025, 12, 31)) != nil || b.At("k", day(2026, 1, 1)).Version != 1 || b.At("k", day(2026, 12, 31)).Version != 1 || b.At("k", day(2027, 1, 1)).Version != 2 {
		t.Error("the wrong version is in force")
	}
	if _, err := b.With(fstest.MapFS{"x.json": {Data: []byte(small)}}); err != nil {
		t.Error("the same file again:", err)
	}
	changed := strings.Replace(small, "标题", "改过", 1)
	if _, err := b.With(fstest.MapFS{"x.json": {Data: []byte(changed)}}); err == nil {
		t.Error("a version was changed after its papers went out")
	}
}

// TestPartsTurn: a page that is right today and wrong from the day on which a
// part changes is refused today.
func TestPartsTurn(t *testing.T) {
	part := `{"format": 1, "part": "p", "version": 1, "effective_from": "2026-01-01", "fields": [{"key": "z", "zh": "乙", "en": "z", "type": "text"}]}`
	without := `{"format": 1, "part": "p", "version": 2, "effective_from": "2027-01-01", "fields": [{"key": "y", "zh": "丙", "en": "y", "type": "text"}]}`
	page := strings.Replace(strings.Replace(small, `"copies": 1`, `"copies": 1, "use": ["p"]`, 1), "{a}", "{z}", 1)
	if _, err := (&Book{}).With(fstest.MapFS{"p.json": {Data: []byte(part)}, "k.json": {Data: []byte(page)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Book{}).With(fstest.MapFS{"p.json": {Data: []byte(part)}, "q.json": {Data: []byte(without)}, "k.json": {Data: []byte(page)}}); err == nil {
		t.Error("a page will break in 2027 and nobody said so")
	}
}

// FuzzDecode: no description panics, and one that is accepted can be filled in.
func FuzzDecode(f *testing.F) {
	entries, err := shipped.ReadDir("data")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		data, err := shipped.ReadFile("data/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(small))
	base, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err != nil {
			return
		}
		b, err := base.With(fstest.MapFS{"x.json": {Data: data}})
		if err != nil || p.Kind == "" {
			return
		}
		page := b.At(p.Kind, time.Date(2030, 1, 1, 0, 0, 0, 0, Zone))
		if page == nil {
			return
		}
		c := page.Check(Facts{})
		s := Scope{Page: page, Facts: c.Facts}
		for _, blk := range page.Blocks {
			s.Expand(blk.Text)
			s.Holds(blk.When)
			s.Entries(blk.Of)
		}
	})
}

// FuzzFacts: no facts panic, and canonical facts stay as they are.
func FuzzFacts(f *testing.F) {
	f.Add("grant", []byte(`{"body": "x", "conditions": ["a"], "decided_on": "2026-01-01"}`))
	f.Add("intake", []byte(`{"materials": [{"name": "x", "originals": 1}], "received_at": "2026-01-01T00:00:00Z"}`))
	b, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		facts, err := DecodeFacts(data)
		page := b.At(kind, today)
		if err != nil || page == nil {
			return
		}
		once := page.Check(facts)
		if len(once.Wrong) > 0 {
			return
		}
		if again := page.Check(once.Facts); len(again.Wrong) > 0 || len(again.Lacks) != len(once.Lacks) {
			t.Fatalf("%v %v", again.Wrong, again.Lacks)
		}
	})
}

// TestFilesAreReadable: a district's clerk edits them by hand.
func TestFilesAreReadable(t *testing.T) {
	entries, _ := shipped.ReadDir("data")
	for _, e := range entries {
		data, err := shipped.ReadFile("data/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(bytes.NewReader(data))
		for sc.Scan() {
			if strings.Contains(sc.Text(), "\t") || len([]rune(sc.Text())) > 320 {
				t.Errorf("%s: a tab or a very long line: %.40s", e.Name(), sc.Text())
			}
		}
	}
}

// TestCalled: a page is called by its title, and by all of a choice.
func TestCalled(t *testing.T) {
	book, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for kind, want := range map[string]string{"grant": "准予决定书", "withdrawal": "撤回申请或终止办理通知书", "guide": "办事指南"} {
		if got := book.At(kind, day).Called(); got != want {
			t.Errorf("%s is called %q", kind, got)
		}
	}
}
