package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"onedoor/app/counter"
	"onedoor/forms/catalog"
)

// mitText is the licence that package.json of china-division names; the
// package holds no text of it.
const mitText = `MIT License

Copyright (c) modood <modood@qq.com>

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`

func divisionFile(dir, district string) ([]byte, error) {
	full, err := counter.PadDivision(district)
	if err != nil {
		return nil, err
	}
	f := catalog.DivisionFile{
		District:  full,
		Release:   "国家统计局 2023 年统计用区划代码和城乡划分代码",
		CutOff:    "2023-06-30",
		Published: "2023-09-11",
	}
	if f.Source, err = packageName(dir); err != nil {
		return nil, err
	}
	license, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	f.Licenses = []catalog.License{{Name: "MIT", From: "package.json", Text: mitText}, {Name: "WTFPL v2", From: "LICENSE", Text: string(license)}}
	for _, name := range []string{"areas.csv", "streets.csv", "villages.csv"} {
		lines, err := divisionLines(filepath.Join(dir, "dist", name), full)
		if err != nil {
			return nil, err
		}
		f.Divisions = append(f.Divisions, lines...)
	}
	return f.Encode()
}

func divisionLines(path, district string) ([]catalog.DivisionLine, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, _, err := catalog.ReadDivisions(in, filepath.Base(path), district)
	if err != nil {
		return nil, err
	}
	var lines []catalog.DivisionLine
	for _, r := range rows {
		lines = append(lines, catalog.DivisionLine{Code: counter.DivisionShort(r.Code), Name: r.Name})
	}
	return lines, nil
}

func calendarFile(dir string, year int, document string) ([]byte, error) {
	name := fmt.Sprintf("%d.json", year)
	in, err := os.Open(filepath.Join(dir, "dist", "years", name))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	cs, err := catalog.ReadCalendars(in, name)
	if err != nil {
		return nil, err
	}
	license, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	source, err := packageName(dir)
	if err != nil {
		return nil, err
	}
	c := cs[0]
	c.Source, c.Version, _ = strings.Cut(source, "@")
	c.Document, c.License = document, string(license)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(c)
	return out.Bytes(), err
}

// packageName gives "npm NAME@VERSION".
func packageName(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", err
	}
	var p struct{ Name, Version string }
	if err := json.Unmarshal(data, &p); err != nil {
		return "", err
	}
	return "npm " + p.Name + "@" + p.Version, nil
}
