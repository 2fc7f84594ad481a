package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"

	"onedoor/app/counter"
)

// DivisionFile is our own file of one district: where the rows come from, under
// which licences, and the rows. Level and parent are not stored; they follow
// from the code.
type DivisionFile struct {
	District  string         `json:"district"`  // 12 digits
	Source    string         `json:"source"`    // package and version
	Release   string         `json:"release"`   // edition of the statistical codes
	CutOff    counter.Date   `json:"cut_off"`   // the rows were in force on this day
	Published counter.Date   `json:"published"` // by the statistical office
	Licenses  []License      `json:"licenses"`
	Divisions []DivisionLine `json:"divisions"`
}

// License is a licence of bundled data with its whole text.
type License struct {
	Name string `json:"name"`
	From string `json:"from"` // the file of the package that states it
	Text string `json:"text"`
}

// DivisionLine is one row of a DivisionFile.
type DivisionLine struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Encode writes the file with one row per line, so that a change of one village
// shows as one line.
func (f DivisionFile) Encode() ([]byte, error) {
	rows := f.Divisions
	f.Divisions = []DivisionLine{}
	head, err := plainJSON(f)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for i, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&lines, "    %s%s\n", line, map[bool]string{true: ","}[i < len(rows)-1])
	}
	return bytes.Replace(head, []byte(`"divisions": []`), []byte("\"divisions\": [\n"+lines.String()+"  ]"), 1), nil
}

// plainJSON is indented JSON that leaves < > & readable.
func plainJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return out.Bytes(), err
}
