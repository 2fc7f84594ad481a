package desk_test

import (
	"reflect"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// landForm is NY004 filled in for two plots.
func landForm() map[string]any {
	return map[string]any{"area": "3.5", "crop": "水稻", "account_bank": "农村信用社", "account": "6200000000001",
		"plots": []any{
			map[string]any{"name": "大田", "area": "2", "use": "自种", "village": villageCode},
			map[string]any{"name": "坡地", "area": "1.5亩", "use": "流转种植", "rented_from": "李某", "crop": "花生"},
		}}
}

func byField(values []desk.Prefilled) map[string]desk.Prefilled {
	out := map[string]desk.Prefilled{}
	for _, v := range values {
		out[v.Field] = v
	}
	return out
}

// A form with repeated groups is accepted, kept in one text per value, and the
// next form of the same person starts from it, each value with its source.
func TestFormWithGroupsAndPrefill(t *testing.T) {
	number := idNumber(700)
	who := &desk.Applicant{Name: "田某", Number: number, Phone: testPhone, Address: "纯阳路 2 号"}
	done, err := shared.wang.Accept(ctx, desk.Acceptance{Item: "NY004", Applicant: who, Form: landForm(), Materials: all()})
	must(t, err)
	v, err := shared.wang.Case(ctx, done.Number)
	must(t, err)
	plots, _ := v.Form["plots"].([]any)
	if len(plots) != 2 || !reflect.DeepEqual(plots[1], map[string]any{"name": "坡地", "area": "1.5", "use": "流转种植", "rented_from": "李某", "crop": "花生"}) {
		t.Errorf("%v", v.Form)
	}

	// The same item: the answers that its definition asks earlier cases for.
	values, err := shared.wang.Prefill(ctx, "NY004", nil, number)
	must(t, err)
	got := byField(values)
	if got["account"].Value != "6200000000001" || got["account"].Source != "case" || got["account"].From != "2026-11-20 的办件 "+done.Number {
		t.Errorf("%+v", got["account"])
	}
	if _, asked := got["crop"]; asked {
		t.Error("crop is filled, and its definition does not ask for that")
	}
	sourcesStay(t, who, done.Number)
	// Another item asks for plots by their key, and takes the cells it knows.
	values, err = shared.wang.Prefill(ctx, "NY002", nil, number)
	must(t, err)
	if rows, _ := byField(values)["plots"].Value.([]any); len(rows) != 2 ||
		!reflect.DeepEqual(rows[0], map[string]any{"name": "大田", "area": "2", "village": villageCode}) {
		t.Errorf("%+v", values)
	}
	// The record of the person, and a card that goes before it.
	values, err = shared.wang.Prefill(ctx, "MZ001", &desk.Card{Name: "田某", Number: number, NewAddress: "新居 3 号", Address: "旧居"}, "")
	must(t, err)
	got = byField(values)
	if got["address"].Value != "新居 3 号" || got["address"].Source != "card" || got["phone"].Value != testPhone || got["phone"].Source != "person" {
		t.Errorf("%+v", values)
	}
	// What was voided is no source.
	_, err = shared.wang.Act(ctx, done.Number, "void", desk.ActOptions{Opinion: "选错事项"})
	must(t, err)
	values, err = shared.wang.Prefill(ctx, "NY004", nil, number)
	if err != nil || len(values) != 0 {
		t.Errorf("%+v %v", values, err)
	}
	if values, err := shared.wang.Prefill(ctx, "NY004", nil, idNumber(701)); err != nil || len(values) != 0 {
		t.Errorf("a stranger: %+v %v", values, err)
	}
}

// sourcesStay hands in a form that was filled in from the earlier case and partly
// changed: the case says of each value where it came from, and shows the group as
// a table. A page that claims a source for what somebody typed is not believed.
func sourcesStay(t *testing.T, who *desk.Applicant, earlier string) {
	t.Helper()
	form := landForm()
	form["account_bank"] = "另一家信用社"
	done, err := shared.wang.Accept(ctx, desk.Acceptance{Item: "NY004", Applicant: who, Form: form, Materials: all(),
		Prefilled: []string{"account", "account_bank", "crop", "area", "no_such_field"}})
	must(t, err)
	v, err := shared.wang.Case(ctx, done.Number)
	must(t, err)
	got := map[string]desk.ValueView{}
	for _, x := range v.Values {
		got[x.Field] = x
	}
	if a := got["account"]; a.Source != "case" || a.SourceName != "以往办件" || a.From != "2026-11-20 的办件 "+earlier || a.Value != "6200000000001" {
		t.Errorf("%+v", a)
	}
	for _, typed := range []string{"account_bank", "crop", "area"} {
		if x := got[typed]; x.Source != "typed" || x.From != "" {
			t.Errorf("%s: %+v", typed, x)
		}
	}
	if p := got["plots"]; p.Source != "typed" || len(p.Rows) != 2 || len(p.Columns) != len(p.Rows[0]) || p.Columns[0] == "" || p.Rows[1][0] != "坡地" {
		t.Errorf("%+v", p)
	}
	if c := got["crop"]; len(c.Columns) != 0 || c.Rows == nil {
		t.Errorf("%+v", c)
	}
	_, err = shared.wang.Act(ctx, done.Number, "void", desk.ActOptions{Opinion: "试件"})
	must(t, err)
}

func TestFormWithGroupsTellsEveryFault(t *testing.T) {
	form := landForm()
	form["plots"] = []any{map[string]any{"name": "大田", "area": "两亩", "use": "流转种植"}, map[string]any{"rented_from": "x", "use": "休耕"}}
	_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: "NY004", Applicant: &desk.Applicant{Name: "田某", Number: idNumber(702)}, Form: form, Materials: all()})
	e := refused(t, err, counter.CodeInvalid)
	var where []string
	for _, p := range e.Details {
		where = append(where, p.Where)
	}
	want := []string{"地块第1行 面积 (plots[0].area)", "地块第1行 原承包人 (plots[0].rented_from)", "地块第2行 地块名称 (plots[1].name)",
		"地块第2行 面积 (plots[1].area)", "地块第2行 原承包人 (plots[1].rented_from)"}
	if !reflect.DeepEqual(where, want) {
		t.Errorf("%q", where)
	}
}
