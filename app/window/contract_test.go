package window

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/internal/spool"
)

func source(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile("../../frontend/src/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exported are the methods that Wails would bind.
func exported() (names []string) {
	for m := range reflect.TypeFor[*Window]().Methods() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}

func TestEveryMethodIsServed(t *testing.T) {
	var served []string
	for name := range methods() {
		served = append(served, name)
	}
	slices.Sort(served)
	if !slices.Equal(served, exported()) {
		t.Errorf("served %v, bound %v", served, exported())
	}
}

// TestMethodsSuitWails: with three results Wails loses value and error alike, and a
// context among the arguments cannot be sent.
func TestMethodsSuitWails(t *testing.T) {
	for m := range reflect.TypeFor[*Window]().Methods() {
		if m.Type.NumOut() > 2 || m.Type.NumOut() == 2 && m.Type.Out(1) != reflect.TypeFor[error]() {
			t.Errorf("%s: %v", m.Name, m.Type)
		}
		for i := 1; i < m.Type.NumIn(); i++ {
			switch k := m.Type.In(i).Kind(); k {
			case reflect.String, reflect.Bool, reflect.Struct:
			default:
				t.Errorf("%s takes a %v", m.Name, k)
			}
		}
	}
}

func TestPagesKnowEveryMethod(t *testing.T) {
	_, body, _ := strings.Cut(source(t, "bridge/desk.ts"), "export interface Desk {")
	body, _, _ = strings.Cut(body, "\n}")
	var known []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+)\(`).FindAllStringSubmatch(body, -1) {
		known = append(known, m[1])
	}
	slices.Sort(known)
	if !slices.Equal(known, exported()) {
		t.Errorf("desk.ts has %v, Window has %v", known, exported())
	}
}

// shapesOfPages gives the shapes of all pages as one text.
func shapesOfPages(t *testing.T) (all string) {
	t.Helper()
	files, err := filepath.Glob("../../frontend/src/bridge/types/*.ts")
	if err != nil || len(files) == 0 {
		t.Fatal("no shapes", err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".ts"); !strings.Contains(source(t, "bridge/types.ts"), "'./types/"+name+"'") {
			t.Errorf("types.ts does not give on types/%s", name)
		}
		all += source(t, "bridge/types/"+filepath.Base(f))
	}
	return all
}

// TestShapes compares the shapes of bridge/types with the Go types, key by key and
// optional by optional, so that the hand-written types of the pages cannot drift.
func TestShapes(t *testing.T) {
	goTypes := map[string]reflect.Type{
		"Station": reflect.TypeFor[Station](), "Who": reflect.TypeFor[Who](),
		"CaseFilter": reflect.TypeFor[CaseFilter](), "CasePage": reflect.TypeFor[CasePage](),
		"CaseLine": reflect.TypeFor[desk.CaseLine](), "CaseView": reflect.TypeFor[desk.CaseView](),
		"CaseApplicant": reflect.TypeOf(desk.CaseView{}.Applicant), "ItemID": reflect.TypeFor[desk.ItemID](),
		"MaterialView": reflect.TypeFor[desk.MaterialView](), "PrintView": reflect.TypeFor[desk.PrintView](),
		"TimelineLine": reflect.TypeFor[desk.TimelineLine](), "ItemLine": reflect.TypeFor[desk.ItemLine](),
		"Item": reflect.TypeFor[counter.Item](), "ItemMaterial": reflect.TypeFor[counter.ItemMaterial](),
		"SpecialStep": reflect.TypeFor[counter.SpecialStep](), "FlowStage": reflect.TypeFor[counter.FlowStage](),
		"Fee": reflect.TypeFor[counter.Fee](), "ItemResult": reflect.TypeFor[counter.ItemResult](),
		"Field": reflect.TypeFor[counter.Field](), "FieldCondition": reflect.TypeFor[counter.FieldCondition](),
		"Form": reflect.TypeFor[counter.Form](), "FormLayout": reflect.TypeFor[counter.FormLayout](),
		"FormSection": reflect.TypeFor[counter.FormSection](), "FormHint": reflect.TypeFor[counter.FormHint](),
		"ItemWindow": reflect.TypeFor[counter.ItemWindow](), "ItemRelief": reflect.TypeFor[counter.ItemRelief](),
		"LegalBasis": reflect.TypeFor[counter.LegalBasis](), "Division": reflect.TypeFor[counter.Division](),
		"CardRead": reflect.TypeFor[CardRead](), "Application": reflect.TypeFor[Application](),
		"Applicant": reflect.TypeFor[desk.Applicant](), "Agent": reflect.TypeFor[desk.Agent](),
		"GivenMaterial": reflect.TypeFor[GivenMaterial](), "Accepted": reflect.TypeFor[Accepted](),
		"Act": reflect.TypeFor[Act](), "Paper": reflect.TypeFor[Paper](), "PersonView": reflect.TypeFor[desk.PersonView](),
		"ReaderState": reflect.TypeFor[ReaderState](), "LastCard": reflect.TypeFor[LastCard](),
		"FoundReader": reflect.TypeFor[FoundReader](), "Photo": reflect.TypeFor[Photo](),
		"PrefillAsk": reflect.TypeFor[PrefillAsk](), "Prefilled": reflect.TypeFor[desk.Prefilled](),
		"LinkState": reflect.TypeFor[LinkState](), "Peer": reflect.TypeFor[Peer](), "Road": reflect.TypeFor[Road](),
		"Settings": reflect.TypeFor[Settings](), "Health": reflect.TypeFor[Health](), "ScanPiece": reflect.TypeFor[ScanPiece](),
		"HeldScan": reflect.TypeFor[HeldScan](), "FolderScan": reflect.TypeFor[FolderScan](), "ScanIDs": reflect.TypeFor[ScanIDs](),
		"Scan": reflect.TypeFor[desk.Scan](), "MaterialRef": reflect.TypeFor[MaterialRef](), "Content": reflect.TypeFor[Content](),
		"LinkNotice": reflect.TypeFor[LinkNotice](), "LinkHandover": reflect.TypeFor[LinkHandover](), "LinkWait": reflect.TypeFor[LinkWait](),
		"LinkStation": reflect.TypeFor[LinkStation](),
		"Backlog":     reflect.TypeFor[Backlog](), "Exchange": reflect.TypeFor[Exchange](), "ExchangeFault": reflect.TypeFor[ExchangeFault](),
		"Eligibility": reflect.TypeFor[counter.Eligibility](), "ReviewLine": reflect.TypeFor[desk.ReviewLine](), "ValueView": reflect.TypeFor[desk.ValueView](), "RestoredBy": reflect.TypeFor[desk.RestoredBy](), "OtherValue": reflect.TypeFor[desk.OtherValue](),
		"JoinView": reflect.TypeFor[desk.JoinView](), "TaskView": reflect.TypeFor[desk.TaskView](), "Restore": reflect.TypeFor[Restore](),
		"PersonReview": reflect.TypeFor[desk.PersonReview](), "PersonNote": reflect.TypeFor[desk.PersonNote](), "SeenPerson": reflect.TypeFor[SeenPerson](),
		"Stick": reflect.TypeFor[Stick](), "Numbers": reflect.TypeFor[Numbers](),
		"PaperRequest": reflect.TypeFor[PaperRequest](), "PaperOffer": reflect.TypeFor[desk.PaperOffer](),
		"PaperField": reflect.TypeFor[desk.PaperField](), "PaperOption": reflect.TypeFor[desk.PaperOption](),
		"PaperColumns": reflect.TypeFor[desk.PaperColumns](), "PrinterList": reflect.TypeFor[desk.PrinterList](),
		"PrinterChoice": reflect.TypeFor[desk.PrinterChoice](), "Printer": reflect.TypeFor[spool.Printer](),
		"NameHit": reflect.TypeFor[desk.NameHit](), "NameHits": reflect.TypeFor[desk.NameHits](),
		"WithheldDevice": reflect.TypeFor[WithheldDevice](), "WithheldThing": reflect.TypeFor[desk.WithheldThing](),
		"WithheldAct": reflect.TypeFor[desk.WithheldAct](), "Admission": reflect.TypeFor[Admission](), "Admitted": reflect.TypeFor[Admitted](),
		"Verification": reflect.TypeFor[desk.Verification](),
	}
	key := regexp.MustCompile(`(?m)^  (\w+)(\??): (.*)$`)
	found := regexp.MustCompile(`(?ms)^export interface (\w+) \{$(.*?)^\}`).FindAllStringSubmatch(shapesOfPages(t), -1)
	for _, f := range found {
		typ, ok := goTypes[f[1]]
		if !ok {
			t.Errorf("types.ts has %s, Go has none", f[1])
			continue
		}
		delete(goTypes, f[1])
		var ts []string
		for _, k := range key.FindAllStringSubmatch(f[2], -1) {
			ts = append(ts, k[1]+k[2]+" "+k[3])
		}
		if want := keysOf(typ); !slices.Equal(ts, want) {
			t.Errorf("%s:\n ts %q\n go %q", f[1], ts, want)
		}
	}
	for name := range goTypes {
		t.Errorf("types.ts lacks %s", name)
	}
}

// keysOf says the fields of a struct as types.ts would.
func keysOf(t reflect.Type) (keys []string) {
	for f := range t.Fields() {
		if f.Anonymous {
			keys = append(keys, keysOf(f.Type)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue // never leaves the program
		}
		if strings.Contains(options, "omitempty") {
			name += "?"
		}
		keys = append(keys, name+" "+scriptType(f.Type))
	}
	return keys
}

func scriptType(t reflect.Type) string {
	if t == reflect.TypeFor[json.RawMessage]() || t.Kind() == reflect.Interface {
		return "unknown" // JSON of any shape
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	case reflect.Pointer:
		return scriptType(t.Elem()) + " | null"
	case reflect.Slice:
		return scriptType(t.Elem()) + "[]"
	case reflect.Map:
		return "Record<string, unknown>"
	case reflect.Struct:
		if t.Name() == "" {
			return "CaseApplicant"
		}
		return t.Name()
	}
	return "?" + t.String()
}

func TestStatusWords(t *testing.T) {
	var ts, want [][2]string
	for _, m := range regexp.MustCompile(`(?m)^  \['(\w+)', '(.*)'\],$`).FindAllStringSubmatch(source(t, "shared/status.ts"), -1) {
		ts = append(ts, [2]string{m[1], m[2]})
	}
	for _, s := range counter.Statuses() {
		want = append(want, [2]string{string(s), s.Name("zh")})
	}
	if !slices.Equal(ts, want) {
		t.Errorf("status.ts %q\ncounter  %q", ts, want)
	}
}

func TestRoleWords(t *testing.T) {
	words := source(t, "shared/words.ts")
	for _, r := range counter.Roles() {
		if line := "\n  " + string(r) + ": '" + r.Name("zh") + "',\n"; !strings.Contains(words, line) {
			t.Errorf("words.ts lacks%q", line)
		}
	}
}

// TestWhoMayAct compares the acts that pages offer with the table of the rules, which
// app/counter in turn holds against its own.
func TestWhoMayAct(t *testing.T) {
	rules, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	offered := regexp.MustCompile(`(?m)^  (\w+): \{ by: '([^']*)'`).FindAllStringSubmatch(source(t, "shared/words.ts"), -1)
	for _, o := range offered {
		row := regexp.MustCompile("(?m)^\\| [^|]+ \\| `" + o[1] + "` \\|[^|]*\\| ([^|]*) \\|$").FindSubmatch(rules)
		if row == nil || string(row[1]) != o[2] {
			t.Errorf("%s: words.ts says %q, the rules %q", o[1], o[2], row)
		}
	}
	if len(offered) < 9 {
		t.Errorf("only %d acts were found", len(offered))
	}
}

func TestOnePolicy(t *testing.T) {
	page, err := os.ReadFile("../../frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	// A page cannot forbid frames for itself; all else is said twice, for the web view gets no headers.
	if inPage := strings.TrimSuffix(contentPolicy, "; frame-ancestors 'none'"); !strings.Contains(string(page), inPage) {
		t.Errorf("index.html lacks %q", inPage)
	}
}
