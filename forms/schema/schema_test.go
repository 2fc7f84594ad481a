package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"onedoor/app/counter"
)

var today = Context{Today: "2026-11-20", Division: func(code string) bool { return strings.HasPrefix(code, "440604") }}

func TestCanonicalValues(t *testing.T) {
	for _, c := range []struct {
		f    counter.Field
		in   any
		want string // empty: refused
	}{
		{counter.Field{Kind: "text"}, "  张三 ", "张三"},
		{counter.Field{Kind: "text"}, "一\n二", ""},
		{counter.Field{Kind: "text"}, "李䶮𠅤\ue170", "李䶮𠅤\ue170"},
		{counter.Field{Kind: "text", Max: "3"}, "𠅤𠅤𠅤", "𠅤𠅤𠅤"},
		{counter.Field{Kind: "text", Max: "3"}, "四个汉字", ""},
		{counter.Field{Kind: "text", Min: "2"}, "一", ""},
		{counter.Field{Kind: "text"}, strings.Repeat("长", 201), ""},
		{counter.Field{Kind: "text", Pattern: "[0-9]{4}", Hint: "四位数字"}, "12345", ""},
		{counter.Field{Kind: "text", Pattern: "a|b", Hint: "a 或 b"}, "ab", ""},
		{counter.Field{Kind: "longtext"}, "一\r\n二", "一\n二"},
		{counter.Field{Kind: "number"}, "１２．５０", "12.5"},
		{counter.Field{Kind: "number"}, json.Number("7"), "7"},
		{counter.Field{Kind: "number"}, 7.25, "7.25"},
		{counter.Field{Kind: "number"}, 10, "10"},
		{counter.Field{Kind: "number"}, "-0", "0"},
		{counter.Field{Kind: "number"}, "1e3", ""},
		{counter.Field{Kind: "number"}, "1/2", ""},
		{counter.Field{Kind: "number"}, "1_000", ""},
		{counter.Field{Kind: "number", Unit: "亩"}, "3.5亩", "3.5"},
		{counter.Field{Kind: "number", Min: "1", Max: "10"}, "0.9", ""},
		{counter.Field{Kind: "number", Min: "1", Max: "10"}, "10.000001", ""},
		{counter.Field{Kind: "money"}, "￥12,345.6", "12345.60"},
		{counter.Field{Kind: "money"}, "12,34", ""},
		{counter.Field{Kind: "money"}, "0.1", "0.10"},
		{counter.Field{Kind: "money"}, "0.125", ""},
		{counter.Field{Kind: "date"}, "2026年3月1日", "2026-03-01"},
		{counter.Field{Kind: "date"}, "2026-02-29", ""},
		{counter.Field{Kind: "date", Max: "today"}, "2026-11-21", ""},
		{counter.Field{Kind: "date", Max: "today"}, "2026-11-20", "2026-11-20"},
		{counter.Field{Kind: "date", Min: "2026-01-01"}, "2025-12-31", ""},
		{counter.Field{Kind: "choice", Choices: []string{"甲", "乙"}}, " 乙 ", "乙"},
		{counter.Field{Kind: "choice", Choices: []string{"甲", "乙"}}, "丙", ""},
		{counter.Field{Kind: "bool"}, true, "true"},
		{counter.Field{Kind: "bool"}, "否", "false"},
		{counter.Field{Kind: "bool"}, "也许", ""},
		{counter.Field{Kind: "phone"}, "138 0000 0000", "13800000000"},
		{counter.Field{Kind: "phone"}, "1380000", ""},
		{counter.Field{Kind: "number"}, "1e999999999", ""},
		{counter.Field{Kind: "phone"}, "12a", ""},
		{counter.Field{Kind: "idnumber"}, "４４０６０４１９９００３０７２０１ｘ", "44060419900307201X"},
		{counter.Field{Kind: "idnumber"}, "440604199003072011", ""},
		{counter.Field{Kind: "creditcode"}, "91350100m000100y43", "91350100M000100Y43"},
		{counter.Field{Kind: "creditcode"}, "91350100M000100Y44", ""},
		{counter.Field{Kind: "division"}, "440604100", "440604100000"},
		{counter.Field{Kind: "division"}, "440605100", ""},
		{counter.Field{Kind: "division"}, "44", ""},
		{counter.Field{Kind: "text"}, []any{"a"}, ""},
		{counter.Field{Kind: "holo"}, "x", ""},
	} {
		c.f.Name, c.f.Label = "f", "字段"
		out, ps := Check([]counter.Field{c.f}, map[string]any{"f": c.in}, today)
		if got, _ := out["f"].(string); got != c.want || (c.want == "") != (len(ps) == 1) {
			t.Errorf("%s %v: %q %v", c.f.Kind, c.in, out["f"], ps)
		}
		for _, p := range ps {
			if p.Where != "字段 (f)" || p.What == "" || p.Fix == "" {
				t.Errorf("incomplete problem %+v", p)
			}
		}
	}
}

var form = []counter.Field{
	{Name: "cause", Label: "原因", Kind: "choice", Required: true, Choices: []string{"疾病", "其他"}},
	{Name: "other", Label: "说明", Kind: "text", Required: true, VisibleWhen: &counter.FieldCondition{Field: "cause", In: []string{"其他"}}},
	{Name: "loss", Label: "损失", Kind: "money", Required: true},
	{Name: "note", Label: "备注", Kind: "text"},
}

func TestVisibleFields(t *testing.T) {
	for _, c := range []struct {
		in    map[string]any
		want  map[string]any
		where string
	}{
		{map[string]any{"cause": "疾病", "loss": "1"}, map[string]any{"cause": "疾病", "loss": "1.00"}, ""},
		{map[string]any{"cause": "疾病", "loss": "1", "other": "", "note": nil}, map[string]any{"cause": "疾病", "loss": "1.00"}, ""},
		{map[string]any{"cause": "其他", "loss": 1, "other": "洪水"}, map[string]any{"cause": "其他", "loss": "1.00", "other": "洪水"}, ""},
		{map[string]any{"cause": "其他", "loss": 1}, nil, "说明 (other)"},
		{map[string]any{"cause": "疾病", "loss": 1, "other": "x"}, nil, "说明 (other)"},
	} {
		out, ps := Check(form, c.in, today)
		if c.where == "" && (len(ps) != 0 || !reflect.DeepEqual(out, c.want)) || c.where != "" && (len(ps) != 1 || ps[0].Where != c.where) {
			t.Errorf("%v: %v %v", c.in, out, ps)
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, err := Must(&counter.Item{Name: "临时救助", Fields: form}, map[string]any{"loss": "很多", "zzz": 1, "aaa": 2, "note": strings.Repeat("长", 300)}, today)
	e, ok := err.(*counter.Error)
	if !ok || e.Code != counter.CodeInvalid {
		t.Fatal(err)
	}
	var where []string
	for _, p := range e.Details {
		where = append(where, p.Where)
	}
	if want := []string{"原因 (cause)", "损失 (loss)", "备注 (note)", "aaa", "zzz"}; !reflect.DeepEqual(where, want) {
		t.Error(where)
	}
}

func TestDecode(t *testing.T) {
	got, err := Decode([]byte("\xef\xbb\xbf" + `{"a":1.10,"b":"x","c":true,"d":null}`))
	if err != nil || got["a"] != json.Number("1.10") || got["b"] != "x" || got["c"] != true {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "[]", `{"a":1,"a":2}`, `{"a":1`, `{"a":1} x`, `"a"`, strings.Repeat(" ", maxForm+1)} {
		if _, err := Decode([]byte(bad)); counter.CodeOf(err) != counter.CodeInvalid {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

// What was accepted once is accepted again and stays the same.
func FuzzCheck(f *testing.F) {
	f.Add("number", "12.50", "1", "100")
	f.Add("money", "￥1,000", "", "")
	f.Add("date", "2026/1/2", "2020-01-01", "today")
	f.Add("phone", "(0757)82000000", "", "")
	f.Add("idnumber", "44060419900307201x", "", "")
	f.Fuzz(func(t *testing.T, kind, in, low, high string) {
		fields := []counter.Field{{Name: "f", Label: "l", Kind: counter.FieldKind(kind), Min: low, Max: high}}
		out, ps := Check(fields, map[string]any{"f": in}, today)
		if len(ps) > 0 || out["f"] == nil {
			return
		}
		again, ps := Check(fields, map[string]any{"f": out["f"]}, today)
		if len(ps) > 0 || again["f"] != out["f"] {
			t.Errorf("%s %q: %q then %q %v", kind, in, out["f"], again["f"], ps)
		}
	})
}
