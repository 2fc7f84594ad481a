package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"testing"

	"onedoor/app/counter"
)

var update = flag.Bool("update", false, "write fields and schema of testdata/conformance.json anew")

// conformance is one definition with data and verdicts. The browser's test
// (frontend/src/features/form/conformance.spec.ts) reads the same file, so that
// both sides judge alike.
type conformance struct {
	Name      string          `json:"name"`
	Form      counter.Form    `json:"form"`
	Fields    []counter.Field `json:"fields"` // what Form comes to
	Schema    map[string]any  `json:"schema"` // what values are judged by
	Today     counter.Date    `json:"today"`
	Divisions []string        `json:"divisions,omitempty"`
	Cases     []verdict       `json:"cases"`
}

type verdict struct {
	Given    map[string]any `json:"given"`
	Out      map[string]any `json:"out,omitempty"`
	Problems []placedKey    `json:"problems,omitempty"`
}

type placedKey struct {
	Path string `json:"path"`
	Key  string `json:"key"`
}

const table = "testdata/conformance.json"

func readTable(t testing.TB) (rows []conformance) {
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestConformance(t *testing.T) {
	rows := readTable(t)
	keys := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		it := counter.Item{Form: &r.Form}
		fields := it.FormFields()
		if *update {
			r.Fields, r.Schema = fields, Of(fields)
			continue
		}
		if !sameJSON(r.Fields, fields) || !sameJSON(r.Schema, Of(fields)) {
			t.Errorf("%s: fields or schema differ from the table; if that is meant, run the test with -update", r.Name)
		}
		for j, c := range r.Cases {
			r.check(t, j, c)
			for _, p := range c.Problems {
				keys[p.Key] = true
			}
		}
	}
	if *update {
		writeTable(t, rows)
		return
	}
	for key := range messages {
		// credit_* and id_* stand once each; kind needs a field that no definition can state
		if !keys[key] && key != "kind" && key != "few_rows" {
			t.Errorf("no case of the table comes to %q", key)
		}
	}
}

func (r *conformance) check(t *testing.T, i int, c verdict) {
	around := Context{Today: r.Today}
	if r.Divisions != nil {
		around.Division = func(code string) bool { return slices.Contains(r.Divisions, code) }
	}
	out, faults := Prove(r.Fields, c.Given, around)
	var got []placedKey
	for _, f := range faults {
		got = append(got, placedKey{f.Path, f.Key})
	}
	if !reflect.DeepEqual(got, c.Problems) {
		t.Errorf("%s %d %v: %v, want %v", r.Name, i, c.Given, got, c.Problems)
	}
	if len(faults) == 0 && !sameJSON(out, orEmpty(c.Out)) {
		t.Errorf("%s %d %v: %v, want %v", r.Name, i, c.Given, out, c.Out)
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func sameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func writeTable(t *testing.T, rows []conformance) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(table, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every key that a fault can have has its words, in both languages.
func TestMessages(t *testing.T) {
	for key, m := range messages {
		if m.Zh == "" || m.En == "" || m.FixZh == "" || m.FixEn == "" {
			t.Errorf("%s: incomplete", key)
		}
	}
	for _, check := range formatChecks {
		for _, s := range []string{"", "x", "\x00", "440604199003072011", "12", "91350100M000100Y44", "91350100M000100YI3"} {
			if key := check(s); key != "" && messages[key].Zh == "" {
				t.Errorf("no words for %q", key)
			}
		}
	}
}
