package itemsheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"onedoor/app/counter"
	"onedoor/forms/catalog"

	"github.com/xuri/excelize/v2"
)

func samples(t testing.TB) []counter.Item {
	t.Helper()
	items, err := catalog.Items()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// full uses every element, and texts that are hard to carry in a cell.
func full(t testing.TB) counter.Item {
	it := samples(t)[0]
	it.Code, it.Scheme, it.Name = "001100000000", "gbt39554", `名称 "引号" <&> \ 反斜线 | 竖线 𠅤`
	it.Objects = []string{"org", "person"}
	it.Conditions = []string{"第一条\n分两行", `C:\new | 竖线｜`, "=1+1", "'单引号"}
	it.SpecialSteps = []counter.SpecialStep{{Name: "公示", Days: 7}, {Name: `听证 | 分\n段`, Days: 10, Counted: true}}
	it.Fees = []counter.Fee{{Name: "工本费", Amount: "5.00", Unit: "本", Basis: "某办法"}, {Name: "费", Amount: "1", Basis: "依据", Relieved: "低保免收"}}
	it.LegalBasis = []counter.LegalBasis{{Law: "甲法", Article: "第一条", Text: "全文\n第二行"}, {Law: "乙法"}, {Law: "丙法", Text: "只有内容"}}
	it.Window = counter.ItemWindow{Address: "a", Hours: "b", Phone: "0757-82000000", Complaint: "12345", Transport: "c", URL: "https://example.org/?a=1&b=2"}
	it.EffectiveTo, it.Version, it.StatutoryDays, it.Visits = "2027-12-31", 12, 45, 2
	it.Fields = append(it.Fields, counter.Field{Name: "agree", Label: "同意", Kind: counter.FieldBool},
		counter.Field{Name: "why", Label: "理由", Kind: counter.FieldText, Min: "2", Max: "9", Pattern: `[a-z\d]+|\n`, Hint: "小写", Unit: "个", Required: true,
			VisibleWhen: &counter.FieldCondition{Field: "agree", In: []string{"false", "true"}}})
	if ps := it.Validate(); len(ps) != 0 {
		t.Fatal(ps)
	}
	return it
}

func write(t testing.TB, items []counter.Item) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, items); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	want := append(samples(t), full(t))
	got, err := Read(bytes.NewReader(write(t, want)), "a.xlsx")
	if err != nil {
		t.Fatalf("%v %+v", err, err.(*counter.Error).Details)
	}
	groups := 0
	for i := range want {
		if want[i].Form != nil && i < len(got) { // as fields: a workbook keeps no spaces of JSON
			groups++
			want[i].Expand()
			got[i].Expand()
			want[i].Form, got[i].Form = nil, nil
		}
		if i >= len(got) || !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("item %d:\n%+v\n%+v", i, got[i], want[i])
		}
	}
	if groups < 6 {
		t.Errorf("%d forms", groups)
	}
	want = append(samples(t), full(t))
	data, _ := counter.EncodeItems(want)
	if got, err := Read(bytes.NewReader(data), "a.json"); err != nil || !reflect.DeepEqual(got, want) {
		t.Error("JSON:", err)
	}
}

func TestTemplate(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTemplate(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.GetSheetList(); !reflect.DeepEqual(got, []string{"说明", "事项", "材料", "表单字段", "流程"}) {
		t.Error(got)
	}
	for sheet, lists := range map[string]int{"事项": 8, "材料": 6, "表单字段": 4, "流程": 2} {
		dvs, err := f.GetDataValidations(sheet)
		notes, _ := f.GetComments(sheet)
		if err != nil || len(dvs) != lists || len(notes) < 3 {
			t.Errorf("%s: %d drop-down lists, %d notes, %v", sheet, len(dvs), len(notes), err)
		}
	}
	guide, _ := f.GetRows("说明")
	if len(guide) < 60 {
		t.Errorf("the guide has %d lines", len(guide))
	}
	if _, err := Read(&b, "empty.xlsx"); counter.CodeOf(err) != counter.CodeInvalid || !strings.Contains(fmt.Sprint(err.(*counter.Error).Details), "没有任何事项") {
		t.Error("an empty template was imported:", err)
	}
}

var (
	goodBook  sync.Once // two items, written once
	goodBytes []byte
)

// spoil changes cells of a good workbook and gives the faults that reading finds.
func spoil(t *testing.T, change func(*excelize.File)) []counter.Problem {
	t.Helper()
	goodBook.Do(func() { goodBytes = write(t, []counter.Item{full(t), samples(t)[1]}) })
	f, err := excelize.OpenReader(bytes.NewReader(goodBytes))
	if err != nil {
		t.Fatal(err)
	}
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	items, err := Read(&b, "坏.xlsx")
	if err == nil {
		return nil
	}
	e, ok := err.(*counter.Error)
	if !ok || e.Code != counter.CodeInvalid || items != nil {
		t.Fatalf("%v with %d items", err, len(items))
	}
	for _, p := range e.Details {
		if p.Where == "" || p.What == "" || p.Fix == "" {
			t.Errorf("incomplete: %+v", p)
		}
	}
	return e.Details
}

// cellOf finds the column letter of a header.
func cellOf(t *testing.T, f *excelize.File, sheet, title string, row int) string {
	t.Helper()
	rows, _ := f.GetRows(sheet)
	for i, h := range rows[0] {
		if strings.TrimRight(h, "*") == title {
			cell, _ := excelize.CoordinatesToCellName(i+1, row)
			return cell
		}
	}
	t.Fatalf("%s has no column %s", sheet, title)
	return ""
}

func TestEachFaultNamesItsCell(t *testing.T) {
	for _, c := range []struct{ sheet, title, text, what string }{
		{"事项", "事项编码", "1.23456789012346E+17", "被当成数字"},
		{"事项", "事项名称", "", "必填"},
		{"事项", "版本", "第一版", "不是整数"},
		{"事项", "版本", "-1", "不在"},
		{"事项", "生效日期", "2026年2月30日", "不是有效日期"},
		{"事项", "失效日期", "2020-01-01", "早于"},
		{"事项", "事项类型", "行政处罚", "不在可选范围"},
		{"事项", "服务对象", "自然人、外星人", "不在可选范围"},
		{"事项", "办件类型", "#REF!", "公式出错"},
		{"事项", "受理条件", " ", "必填"},
		{"事项", "特殊环节", "公示 | 七天", "没有写天数"},
		{"事项", "特殊环节", "公示 | 7 | 不计入 | 多余", "太多"},
		{"事项", "特殊环节", "公示 | 0", "不在"},
		{"事项", "收费", "工本费 | 五元 | 本 | 某办法", "金额无效"},
		{"事项", "结果类型", "", "必填"},
		{"材料", "事项编码", "NO1", "没有编码"},
		{"材料", "必要性", "也许", "不在可选范围"},
		{"材料", "原件份数", "100", "不在"},
		{"材料", "补交期限（工作日）", "5", "补交工作日数"},
		{"表单字段", "字段名", "理由", "字段名不合规"},
		{"表单字段", "类型", "视频", "不在可选范围"},
		{"表单字段", "最小", "很小", "界限"},
		{"流程", "环节", "送达", "环节顺序"},
		{"流程", "承办岗位", "", "必填"},
	} {
		want := ""
		ps := spoil(t, func(f *excelize.File) {
			cell := cellOf(t, f, c.sheet, c.title, 2)
			want = fmt.Sprintf("%s 第2行 %s列（%s）", c.sheet, strings.TrimRight(cell, "0123456789"), c.title)
			f.SetCellStr(c.sheet, cell, c.text)
		})
		found := slices.ContainsFunc(ps, func(p counter.Problem) bool { return p.Where == want && strings.Contains(p.What, c.what) })
		if !found {
			t.Errorf("%s %q: want %q at %s, got %v", c.title, c.text, c.what, want, ps)
		}
		if len(ps) != 1 && c.title != "事项编码" && c.title != "必要性" && c.title != "类型" {
			t.Errorf("%s %q: one fault was made, %d told: %v", c.title, c.text, len(ps), ps)
		}
	}
}

func TestManyFaultsAtOnce(t *testing.T) {
	ps := spoil(t, func(f *excelize.File) {
		f.SetCellStr("事项", cellOf(t, f, "事项", "事项编码", 4), "001100000000")
		first, _ := f.GetCellValue("材料", cellOf(t, f, "材料", "材料名称", 2))
		f.SetCellStr("材料", cellOf(t, f, "材料", "材料名称", 3), first)
		f.SetCellStr("表单字段", cellOf(t, f, "表单字段", "必填", 2), "可能")
		f.RemoveRow("流程", 2)
		f.SetCellStr("事项", "AZ3", "游离的内容")
		f.SetCellStr("材料", "Z1", "备注列")
	})
	text := fmt.Sprint(ps)
	for _, want := range []string{"事项 第4行 A列（事项编码） 编码与第2行重复", "材料 第3行 B列（材料名称） 与第 1 份材料重名", "表单字段 第2行 E列（必填）",
		"流程（事项 001100000000", "事项 第3行 AZ列 这一列没有表头", "材料 第1行 Z列 不认识表头", "事项 第4行 C列（事项名称） 必填"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in %v", want, text)
		}
	}
}

func TestHeaders(t *testing.T) {
	ps := spoil(t, func(f *excelize.File) {
		f.RemoveCol("事项", "C")
		f.DeleteSheet("流程")
		f.SetCellStr("材料", "C1", "材料名称")
	})
	text := fmt.Sprint(ps)
	for _, want := range []string{"缺少必填的列“事项名称”", "工作表 流程", "表头“材料名称”出现两次", "缺少必填的列“必要性”"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in %v", want, text)
		}
	}
	if ps := spoil(t, func(f *excelize.File) { f.RemoveCol("事项", "D"); f.NewSheet("备忘") }); ps != nil {
		t.Error("an optional column may be absent, other sheets are no matter:", ps)
	}
}

// What people do in Excel: numbers and dates as such, codes of the catalogue
// instead of the words, columns moved, blank rows.
func TestTypedByHand(t *testing.T) {
	f, _ := excelize.OpenReader(bytes.NewReader(write(t, []counter.Item{full(t)})))
	f.SetCellInt("事项", cellOf(t, f, "事项", "事项编码", 2), 440600000001)
	for _, sheet := range []string{"材料", "表单字段", "流程"} {
		rows, _ := f.GetRows(sheet)
		for i := range rows[1:] {
			f.SetCellInt(sheet, fmt.Sprintf("A%d", i+2), 440600000001)
		}
	}
	f.SetCellFloat("事项", cellOf(t, f, "事项", "生效日期", 2), 46023, -1, 64) // 2026-01-01
	f.SetCellStr("事项", cellOf(t, f, "事项", "事项类型", 2), "05")
	f.SetCellStr("事项", cellOf(t, f, "事项", "服务对象", 2), "person,法人和其他组织")
	f.SetCellStr("事项", cellOf(t, f, "事项", "版本", 2), "３")
	f.InsertRows("材料", 3, 2)
	f.DuplicateRowTo("流程", 6, 9)
	f.RemoveRow("流程", 6)
	var b bytes.Buffer
	f.Write(&b)
	got, err := Read(&b, "x.xlsx")
	if err != nil {
		t.Fatalf("%+v", err)
	}
	if it := got[0]; it.Code != "440600000001" || it.EffectiveFrom != "2026-01-01" || it.Version != 3 || it.Type != "05" || len(it.Flow) != 5 || len(it.Objects) != 2 {
		t.Errorf("%+v", it)
	}
}

func TestNotACatalogue(t *testing.T) {
	archive := func(name string, size int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, _ := z.Create(name)
		w.Write(bytes.Repeat([]byte(" "), size))
		z.Close()
		return b.Bytes()
	}
	good := write(t, nil)
	for _, c := range []struct {
		name, what string
		data       []byte
	}{
		{"empty", "既不是", nil},
		{"text", "既不是", []byte("事项编码,事项名称")},
		{"old xls", "旧版", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		{"cut off", "不是完整的", good[:len(good)/2]},
		{"zip", "不是 Excel", archive("a.txt", 10)},
		{"bomb", "压缩炸弹", archive("xl/workbook.xml", maxUnpacked+1)},
		{"hollow", "损坏", archive("xl/workbook.xml", 10)},
		{"too large", "32 MB", make([]byte, maxFile+5)},
	} {
		_, err := Read(bytes.NewReader(c.data), "f.xlsx")
		e, ok := err.(*counter.Error)
		if !ok || e.Code != counter.CodeInvalid || len(e.Details) != 1 || !strings.Contains(e.Details[0].What, c.what) {
			t.Errorf("%s: %+v", c.name, err)
		}
	}
}

func TestHugeSheetsEnd(t *testing.T) {
	ps := spoil(t, func(f *excelize.File) {
		f.SetCellStr("流程", "A200000", "远处")
		f.SetCellStr("材料", "XFD2", "远处")
	})
	text := fmt.Sprint(ps)
	if len(ps) > 10 || !strings.Contains(text, "流程 第200000行") || !strings.Contains(text, "材料 第2行 XFD列") {
		t.Error(ps)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, []counter.Item{full(f)}))
	f.Add(write(f, nil))
	f.Add([]byte(`{"items":[{"code":"A"}]}`))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := Read(bytes.NewReader(data), "f")
		if (err == nil) != (len(items) > 0) {
			t.Error("items and error disagree")
		}
		if e, ok := err.(*counter.Error); err != nil && (!ok || e.Code != counter.CodeInvalid) {
			t.Error(err)
		}
		for _, it := range items {
			if len(it.Validate()) > 0 {
				t.Error("an invalid item was read")
			}
		}
	})
}

// FuzzCells puts any text into any cell: reading either refuses it or gives
// items that come back unchanged.
func FuzzCells(f *testing.F) {
	columns := identityColumns()
	columns = append(append(columns, handlingColumns()...), serviceColumns()...)
	f.Add(uint8(3), "一\n二")
	f.Add(uint8(19), `公示 | 7 | 计入`)
	f.Add(uint8(20), `费 | 1 | \| | 依\\据`)
	f.Fuzz(func(t *testing.T, n uint8, text string) {
		c := columns[int(n)%len(columns)]
		var it counter.Item
		if c.set(&it, tidyCell(text)) != nil {
			return
		}
		it.Tidy()
		var again counter.Item
		if s := c.get(&it); s == "" {
			return
		} else if p := c.set(&again, tidyCell(s)); p != nil {
			t.Fatalf("%s: %q was read, written as %q, refused: %v", c.title, text, s, p)
		}
		again.Tidy()
		if !reflect.DeepEqual(it, again) {
			t.Errorf("%s: %q\n%+v\n%+v", c.title, text, it, again)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	base := samples(b)
	var items []counter.Item
	for i := range 2000 {
		it := base[i%len(base)]
		it.Code = fmt.Sprintf("%s.%d", it.Code, i)
		items = append(items, it)
	}
	data := write(b, items)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Read(bytes.NewReader(data), "b.xlsx"); err != nil {
			b.Fatal(err)
		}
	}
}
