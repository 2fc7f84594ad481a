package counter

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// sampleItem is a complete item that uses every element once.
func sampleItem() Item {
	return Item{
		Code: "T-1", Scheme: "local", Name: "测试事项", Aliases: []string{"测试"}, Version: 2,
		EffectiveFrom: "2026-01-01", EffectiveTo: "2026-12-31", Sample: true,
		Department: "民政", Level: "town", Type: "05", Objects: []string{"person", "org"}, Themes: []string{"救助"},
		PromisedDays: 5, StatutoryDays: 20, Visits: 1, Reversible: true,
		Conditions: []string{"本人申请"}, Refusals: []string{"不属本区"},
		SpecialSteps: []SpecialStep{{"公示", 3, false}},
		Materials: []ItemMaterial{
			{Name: "居民身份证", Necessity: "required", Source: "department", Originals: 1, SeenOnly: true, Form: "either"},
			{Name: "残疾人证", Necessity: "conditional", When: "残疾人申请的", Source: "department", Copies: 1, Form: "paper", MayPromise: true, PromiseDays: 5},
		},
		Flow: []FlowStage{{"apply", "申请人", 0, "申请表"}, {"accept", "村级窗口", 1, "受理通知书"}, {"review", "镇街民政", 2, ""},
			{"decide", "镇街", 2, "决定书"}, {"deliver", "村级窗口", 10, "送达回证"}},
		Fees:   []Fee{{Name: "工本费", Amount: "5.00", Unit: "本", Basis: "某办法第三条"}},
		Result: ItemResult{Name: "决定书", Type: "approval", Validity: "一年"},
		Fields: []Field{
			{Name: "reason", Label: "理由", Kind: FieldLongText, Required: true, Max: "500"},
			{Name: "kind", Label: "类别", Kind: FieldChoice, Choices: []string{"甲", "乙"}},
			{Name: "other", Label: "说明", Kind: FieldText, VisibleWhen: &FieldCondition{Field: "kind", In: []string{"乙"}}, Pattern: "[a-z]+", Hint: "小写字母"},
		},
		Window:     ItemWindow{Phone: "0757-82000000"},
		Relief:     ItemRelief{Reconsideration: "区人民政府，60日内"},
		LegalBasis: []LegalBasis{{Law: "社会救助暂行办法", Article: "第十一条"}},
	}
}

func TestItemRoundTrip(t *testing.T) {
	want := sampleItem()
	if ps := want.Validate(); len(ps) != 0 {
		t.Fatal(ps)
	}
	b, err := EncodeItems([]Item{want})
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeItems(b)
	if err != nil || !reflect.DeepEqual(got, []Item{want}) {
		t.Fatalf("%v\n%+v", err, got)
	}
}

func TestItemValidateNamesEachFault(t *testing.T) {
	for _, c := range []struct {
		where string
		spoil func(*Item)
	}{
		{"code", func(it *Item) { it.Code = "含 空格" }},
		{"code", func(it *Item) { it.Scheme = "gbt39554" }},
		{"scheme", func(it *Item) { it.Scheme = "" }},
		{"name", func(it *Item) { it.Name = "" }},
		{"version", func(it *Item) { it.Version = 0 }},
		{"effective_from", func(it *Item) { it.EffectiveFrom = "2026-02-30" }},
		{"effective_to", func(it *Item) { it.EffectiveTo = "2025-01-01" }},
		{"department", func(it *Item) { it.Department = "" }},
		{"level", func(it *Item) { it.Level = "省" }},
		{"type", func(it *Item) { it.Type = "02" }},
		{"type", func(it *Item) { it.Type = "99" }},
		{"objects", func(it *Item) { it.Objects = nil }},
		{"objects[0]", func(it *Item) { it.Objects = []string{"cat"} }},
		{"objects", func(it *Item) { it.Objects = []string{"person", "person"} }},
		{"promised_days", func(it *Item) { it.PromisedDays = 21 }},
		{"conditions", func(it *Item) { it.Conditions = nil }},
		{"conditions[0]", func(it *Item) { it.Conditions[0] = " 前有空格" }},
		{"name", func(it *Item) { it.Name = "响铃\x07" }},
		{"materials[1].when", func(it *Item) { it.Materials[1].When = "" }},
		{"materials[1].name", func(it *Item) { it.Materials[1].Name = it.Materials[0].Name }},
		{"materials[1].promise_days", func(it *Item) { it.Materials[1].PromiseDays = 0 }},
		{"materials[1].originals", func(it *Item) { it.Materials[1].Copies = 0 }},
		{"materials[0].source", func(it *Item) { it.Materials[0].Source = "" }},
		{"flow", func(it *Item) { it.Flow = it.Flow[:4] }},
		{"flow", func(it *Item) { it.Flow[2].Limit = 9 }},
		{"flow[3].post", func(it *Item) { it.Flow[3].Post = "" }},
		{"fees[0].basis", func(it *Item) { it.Fees[0].Basis = "" }},
		{"fees[0].amount", func(it *Item) { it.Fees[0].Amount = "五元" }},
		{"result.type", func(it *Item) { it.Result.Type = "" }},
		{"legal_basis", func(it *Item) { it.LegalBasis = nil }},
		{"fields[0].name", func(it *Item) { it.Fields[0].Name = "理由" }},
		{"fields[0].kind", func(it *Item) { it.Fields[0].Kind, it.Fields[0].Max = "group", "" }},
		{"fields[0].max", func(it *Item) { it.Fields[0].Max = "很多" }},
		{"fields[1].choices", func(it *Item) { it.Fields[1].Kind, it.Fields[2].VisibleWhen = FieldText, nil }},
		{"fields[1].choices[1]", func(it *Item) { it.Fields[1].Choices[1], it.Fields[2].VisibleWhen = "甲", nil }},
		{"fields[2].pattern", func(it *Item) { it.Fields[2].Pattern = "[" }},
		{"fields[2].hint", func(it *Item) { it.Fields[2].Hint = "" }},
		{"fields[2].visible_when.in[0]", func(it *Item) { it.Fields[2].VisibleWhen.In[0] = "丙" }},
		{"fields[2].visible_when.field", func(it *Item) { it.Fields[2].VisibleWhen.Field = "reason" }},
	} {
		it := sampleItem()
		c.spoil(&it)
		ps := it.Validate()
		if len(ps) != 1 || ps[0].Where != c.where || ps[0].What == "" || ps[0].Fix == "" {
			t.Errorf("want one fault at %s, got %v", c.where, ps)
		}
	}
}

func TestItemInstant(t *testing.T) {
	it := sampleItem()
	it.Instant = true
	ps := it.Validate()
	if len(ps) != 2 { // promised days, and stages longer than none
		t.Error(ps)
	}
	if it.Days() != 0 || (&Item{Type: "01"}).StatutoryLimit() != 20 {
		t.Error("days")
	}
}

func TestDecodeItemIsStrict(t *testing.T) {
	good, _ := json.Marshal(sampleItem())
	for _, c := range []struct{ from, to, where string }{
		{`"code"`, `"Code"`, "Code"},
		{`"version":2`, `"version":"2"`, "version"},
		{`"version":2`, `"version":2.5`, "version"},
		{`"version":2`, `"version":2,"version":3`, "version"},
		{`"seen_only":true`, `"seenonly":true`, "materials[0].seenonly"},
		{`"objects":["person","org"]`, `"objects":"person"`, "objects"},
		{`"name":"公示"`, `"name":null`, "special_steps[0].name"},
		{`"visible_when":{"field":"kind"`, `"visible_when":{"fild":"kind"`, "fields[2].visible_when.fild"},
		{`{"code"`, `{{"code"`, "第 1 行 / line 1"},
		{`"instant"`, `"instant"`, ""},
	} {
		data := strings.Replace(string(good), c.from, c.to, 1)
		_, err := DecodeItem([]byte(data))
		if c.where == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		e, ok := err.(*Error)
		if !ok || e.Code != CodeInvalid || len(e.Details) == 0 || e.Details[0].Where != c.where {
			t.Errorf("%s: %+v", c.where, err)
		}
	}
	if _, err := DecodeItem([]byte(strings.Repeat("[", 100000))); CodeOf(err) != CodeInvalid {
		t.Error(err)
	}
	if _, err := DecodeItem(append(good, "{}"...)); CodeOf(err) != CodeInvalid {
		t.Error("text after the end passed")
	}
}

func TestDecodeItemsDoubles(t *testing.T) {
	a, b := sampleItem(), sampleItem()
	data, _ := json.Marshal([]Item{a, b})
	if _, err := DecodeItems(data); CodeOf(err) != CodeInvalid {
		t.Error(err)
	}
	b.Version = 3
	data, _ = json.Marshal([]Item{a, b})
	if got, err := DecodeItems(append([]byte("\xef\xbb\xbf"), data...)); err != nil || len(got) != 2 {
		t.Error(err)
	}
	for _, empty := range []string{"", "[]", "{}", `{"items":[]}`, "null", "3"} {
		if _, err := DecodeItems([]byte(empty)); CodeOf(err) != CodeInvalid {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestInForce(t *testing.T) {
	version := func(n int, from, to Date) Item {
		return Item{Code: "A", Name: "甲", Version: n, EffectiveFrom: from, EffectiveTo: to}
	}
	all := []Item{version(1, "2026-01-01", "2026-06-30"), version(3, "2026-09-01", "2026-12-31"), version(2, "2026-03-01", "2026-06-30")}
	for on, want := range map[Date]int{"2026-01-01": 1, "2026-02-28": 1, "2026-03-01": 2, "2026-06-30": 2, "2026-09-01": 3, "2026-12-31": 3} {
		if got, err := InForce(all, on); err != nil || got.Version != want {
			t.Errorf("%s: version %d, %v", on, got.Version, err)
		}
	}
	for on, text := range map[Date]string{"2025-12-31": "自 2026-01-01 起", "2026-07-01": "自 2026-09-01 起", "2027-01-01": "2026-12-31 之后失效"} {
		_, err := InForce(all, on)
		if CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", on, err)
		}
	}
	if _, err := InForce(nil, "2026-01-01"); CodeOf(err) != CodeNotFound {
		t.Error(err)
	}
}

func FuzzDecodeItems(f *testing.F) {
	good, _ := EncodeItems([]Item{sampleItem()})
	f.Add(good)
	f.Add([]byte(`[{"code":1}]`))
	f.Add([]byte(`{"items":[{"fields":[{"visible_when":{}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := DecodeItems(data)
		if err != nil {
			return
		}
		again, err := EncodeItems(items)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeItems(again); err != nil || !reflect.DeepEqual(back, items) {
			t.Fatalf("an accepted catalogue does not come back: %v", err)
		}
	})
}
