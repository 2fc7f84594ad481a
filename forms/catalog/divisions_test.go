package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/counter"
)

func readDivisionFile(t *testing.T, name, district string) ([]counter.Division, int, error) {
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return ReadDivisions(f, name, district)
}

// Every shape of the package, for districts of two other provinces. The
// extracts hold rows of a neighbouring district too, which must be skipped.
func TestReadDivisionsShapes(t *testing.T) {
	for _, c := range []struct {
		file, district string
		rows, skipped  int
		level          counter.DivisionLevel
	}{
		{"streets.csv", "420684", 15, 3, counter.LevelTown},
		{"streets.csv", "450681000000", 3, 15, counter.LevelTown},
		{"villages-420684.csv", "420684", 32, 7, counter.LevelVillage},
		{"villages-420684.csv", "420684103", 32, 7, counter.LevelVillage},
		{"villages-450681.json", "450681", 17, 5, counter.LevelVillage},
		{"areas.json", "420684", 1, 12, counter.LevelDistrict},
		{"pcas-code.json", "420684", 16, 21, counter.LevelDistrict},
	} {
		rows, skipped, err := readDivisionFile(t, c.file, c.district)
		if err != nil {
			t.Error(c.file, err)
			continue
		}
		if len(rows) != c.rows || skipped != c.skipped || rows[0].Level != c.level {
			t.Errorf("%s %s: %d rows, %d skipped, first %+v", c.file, c.district, len(rows), skipped, rows[0])
		}
	}
}

func TestPrivateUseNamesAreKept(t *testing.T) {
	for _, c := range []struct{ file, district, code, name string }{
		{"villages-420684.csv", "420684", "420684103229", "高\ue170村委会"},
		{"villages-450681.json", "450681", "450681101201", "\ue08b尾村村委会"},
	} {
		rows, _, err := readDivisionFile(t, c.file, c.district)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, r := range rows {
			found = found || r.Code == c.code && r.Name == c.name && r.Parent == c.code[:9]+"000"
		}
		if !found {
			t.Errorf("%s %q not found", c.code, c.name)
		}
	}
}

func TestReadDivisionsFaults(t *testing.T) {
	for _, c := range []struct{ name, text, where string }{
		{"empty", " \n", "x.csv"},
		{"no header", "440604,\"禅城区\"\n", "第 1 行"},
		{"bad code", "code,name\n44060x,甲\n440604010,乙\n", "第 2 行"},
		{"no name", "code,name\n440604010,\n", "第 2 行"},
		{"double", "code,name\n440604010,甲\n440604010000,乙\n", "第 3 行"},
		{"too few columns", "code,name\n440604010\n", "第 2 行"},
		{"quotes", "code,name\n440604010,\"甲\n", "第 "},
		{"gbk", "code,name\n440604010,\xca\xaf\xcd\xe5\n", "第 2 行"},
		{"json cut off", `[{"code":"440604010","name":"甲"},`, "第 2 条"},
		{"json unclosed", `[{"code":"440604010","name":"甲"}`, "文件末尾"},
		{"json of something else", `{"a":1}`, "$"},
		{"json wrong type", `[{"code":440604010}]`, "第 1 条"},
	} {
		_, _, err := ReadDivisions(strings.NewReader(c.text), "x.csv", "440604")
		e, ok := err.(*counter.Error)
		if !ok || e.Code != counter.CodeInvalid || len(e.Details) == 0 || !strings.HasPrefix(e.Details[0].Where, c.where) {
			t.Errorf("%s: %+v", c.name, err)
		}
	}
	if _, _, err := ReadDivisions(strings.NewReader("code,name\n440605010,甲\n"), "x.csv", "440604"); counter.CodeOf(err) != counter.CodeInvalid || !strings.Contains(err.Error(), "440604") {
		t.Error(err)
	}
	if _, _, err := ReadDivisions(strings.NewReader("code,name\n"), "x.csv", "4406"); counter.CodeOf(err) != counter.CodeInvalid {
		t.Error(err)
	}
	many := "code,name\n" + strings.Repeat("x,y\n", 500)
	_, _, err := ReadDivisions(strings.NewReader(many), "x.csv", "440604")
	if e := err.(*counter.Error); len(e.Details) != maxFaults || !strings.Contains(e.Zh, "500") {
		t.Error(len(e.Details), e.Zh)
	}
}

func TestDivisionFileRoundTrip(t *testing.T) {
	f := DivisionFile{District: "440604000000", CutOff: "2023-06-30", Divisions: []DivisionLine{{"440604", "禅城区"}, {"440604010", "高\ue170<&>街道"}}}
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	rows, skipped, err := ReadDivisions(strings.NewReader(string(data)), "own.json", "440604")
	if err != nil || skipped != 0 || len(rows) != 2 || rows[1].Name != "高\ue170<&>街道" || rows[1].ValidFrom != "2023-06-30" {
		t.Error(rows, err)
	}
}

func FuzzReadDivisions(f *testing.F) {
	f.Add([]byte("code,name\n440604010,\"甲\"\n"))
	f.Add([]byte(`[{"code":"44","children":[{"code":"440604010","name":"甲"}]}]`))
	f.Add([]byte(`{"district":"440604000000","divisions":[{"code":"440604","name":"禅城区"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, err := ReadDivisions(strings.NewReader(string(data)), "f", "440604")
		if (err == nil) == (len(rows) == 0) {
			t.Error("rows and error disagree")
		}
		for _, r := range rows {
			if len(r.Code) != 12 || r.Name == "" || !strings.HasPrefix(r.Code, "440604") {
				t.Errorf("%+v", r)
			}
		}
	})
}
