package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"onedoor/app/counter"
	"onedoor/forms/schema"
)

// Where a value of a form can come from besides a card, a keyboard and an import.
const (
	sourcePerson = "person"
	sourceCase   = "case"
)

// origin is where a value of a form came from; it is kept sealed with the acceptance.
type origin struct {
	Source string `json:"source"` // card, person or case
	From   string `json:"from"`   // in words, as the clerk saw it
}

// sourcesOf says where values of a form came from that the page filled in. The
// page's word is not enough: a field is only said to come from a source that gives
// just that value for this applicant now; all others count as typed.
func (s *Session) sourcesOf(ctx context.Context, a *Acceptance, p *prepared) ([]byte, error) {
	if len(a.Prefilled) == 0 || p.form == nil {
		return nil, nil
	}
	given, err := s.Prefill(ctx, p.item.Code, a.Card, p.who.snap.Number)
	if err != nil {
		return nil, err
	}
	var form map[string]json.RawMessage
	if err := json.Unmarshal(p.form, &form); err != nil {
		return nil, err
	}
	out := map[string]origin{}
	for _, g := range given {
		same, err := json.Marshal(g.Value)
		if err != nil {
			return nil, err
		}
		if slices.Contains(a.Prefilled, g.Field) && bytes.Equal(same, form[g.Field]) {
			out[g.Field] = origin{g.Source, g.From}
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return json.Marshal(out)
}

// origins opens what an acceptance says of where its form came from.
func (d *Desk) origins(ctx context.Context, of *counter.Dossier, f *counter.Fact) (out map[string]origin, err error) {
	ref, ok := f.Sealed[counter.SealedSources]
	if !ok {
		return nil, nil
	}
	plain, err := d.ledger.Open(ctx, of.Scope, of.Entity, ref)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, &out); err != nil {
		return nil, damaged(err)
	}
	return out, nil
}

// table shows a group of rows as heads and cells; a column that nobody answered
// is left out.
func (v *ValueView) table(f counter.Field, form map[string]any) {
	if f.Kind != counter.FieldGroup {
		return
	}
	rows, _ := form[f.Name].([]any)
	v.Rows = make([][]string, len(rows))
	for i := range v.Rows {
		v.Rows[i] = []string{}
	}
	for _, c := range f.Rows {
		cells, used := make([]string, len(rows)), false
		for i, r := range rows {
			row, _ := r.(map[string]any)
			cells[i] = schema.Text(c, row[c.Name])
			used = used || cells[i] != ""
		}
		if !used {
			continue
		}
		v.Columns = append(v.Columns, c.Label)
		for i := range rows {
			v.Rows[i] = append(v.Rows[i], cells[i])
		}
	}
}
