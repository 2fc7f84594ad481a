package itemsheet

import (
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"onedoor/app/counter"
)

// A slip in a row of a form is told with its cell, whichever way it was found.
func TestFaultsOfFormsNameTheirCells(t *testing.T) {
	var mz counter.Item
	for _, it := range samples(t) {
		if it.Code == "NY004" {
			mz = it
		}
	}
	data := string(write(t, []counter.Item{mz}))
	for _, c := range []struct{ row, column, value, where string }{
		{"plots.use", "C", "", "表单字段 第"},
		{"plots.rented_from", "B", "land.rented_from", "表单字段 第"},
		{"plots", "G", "many", "表单字段 第"},
		{"plots.area", "G", "much", "表单字段 第"},
	} {
		f, err := excelize.OpenReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(sheetFields)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if len(r) > 1 && r[1] == c.row {
				cell := c.column + count(i+1)
				if err := f.SetCellStr(sheetFields, cell, c.value); err != nil {
					t.Fatal(err)
				}
			}
		}
		b, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(b, "a.xlsx")
		if e, ok := err.(*counter.Error); !ok || !strings.HasPrefix(e.Details[0].Where, c.where) || !strings.Contains(e.Details[0].Where, c.column+"列") {
			t.Errorf("%s: %v %+v", c.row, err, e)
		}
	}
}
