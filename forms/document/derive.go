package document

import (
	"maps"
	"slices"
	"time"

	"onedoor/forms/document/wording"
)

// caseKeys are the statements that every later document of a case takes over
// from its acceptance. Legal basis, reasons and limits are each document's own.
var caseKeys = []string{"body", "phone", "address", "officer", "applicant_name", "applicant_number", "number_label",
	"organisation", "legal_rep", "applicant_phone", "agent", "agent_name", "agent_number", "agent_number_label", "agent_phone",
	"typed", "item_name", "item_code", "item_type", "received_on", "accepted_on", "due", "no_materials", "materials"}

// Derive makes the draft of another document of an accepted case: what the
// acceptance states of parties, item and dates, as far as the kind states it too,
// and facts, which go before. at is when the new document is made.
func (p *Press) Derive(n Notice, kind string, at time.Time, facts wording.Facts) Draft {
	d := Draft{Kind: kind, Number: n.Number, IssuedAt: at, Facts: wording.Facts{}}
	if page := p.Page(kind, at); page != nil {
		from := n.draft().Facts
		for _, k := range caseKeys {
			f, known := page.Field(k)
			if v, ok := from[k]; ok && known && fits(f) {
				d.Facts[k] = v
			}
		}
	}
	maps.Copy(d.Facts, facts)
	return d
}

// fits tells whether a list of materials is one of papers handed in.
func fits(f wording.Field) bool {
	return f.Type != wording.TypeRows || slices.ContainsFunc(f.Columns, func(c wording.Field) bool { return c.Key == "originals" })
}
