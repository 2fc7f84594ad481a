package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/schema"
)

// Prefilled is a first value for a field of a form, with where it came from. The
// clerk may write over it.
type Prefilled struct {
	Field  string `json:"field"`
	Value  any    `json:"value"`  // text; of a group rows, as a form file has them
	Source string `json:"source"` // card, person or case
	From   string `json:"from"`   // the source in words, with its day or number
}

// earlierCases bounds how many cases of a person are asked; the newest go first.
const earlierCases = 30

// Prefill gives first values for an item's form: of the card that was read, of
// the person's record, and of their earlier cases, as far as the definition of
// each field asks for them. Only values that the form would accept are given.
// A person who is not known yet has no record; that is no error.
func (s *Session) Prefill(ctx context.Context, item string, card *Card, number string) ([]Prefilled, error) {
	if err := s.may(ctx, s.ownScope(), "case.accept"); err != nil {
		return nil, err
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	it, _, err := cat.item(strings.TrimSpace(item), s.today())
	if err != nil {
		return nil, err
	}
	if card != nil {
		number = card.Number
	}
	p := &prefilling{s: s, cat: cat, item: &it, card: cardValues(card), around: schema.Context{Today: s.today(), Division: s.knownDivision(ctx)}}
	if err := p.know(ctx, number); err != nil {
		return nil, err
	}
	out := []Prefilled{}
	for _, f := range it.FormFields() {
		v, err := p.field(ctx, f)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out = append(out, *v)
		}
	}
	return out, nil
}

// prefilling is what is known of one applicant.
type prefilling struct {
	s      *Session
	cat    *catalogue
	item   *counter.Item
	around schema.Context
	card   map[string]string
	person []known
	cases  []counter.CaseRow
	forms  map[uuid.UUID]map[string]any // of cases, opened once
}

// known is the record of a person in one scope.
type known struct {
	values map[string]string
	from   string
}

func cardValues(c *Card) map[string]string {
	if c == nil {
		return nil
	}
	return map[string]string{"name": first(c.Name, c.NameEN), "number": c.Number, "sex": c.Sex, "birth": c.Birth, "ethnicity": c.Ethnicity,
		"address": first(c.NewAddress, c.Address)}
}

// know finds the person's records and cases, the newest first.
func (p *prefilling) know(ctx context.Context, number string) error {
	n := counter.NormalizeID(number).Plain()
	if n == "" {
		return nil
	}
	rows, err := p.s.ledger.People(ctx, n)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := p.record(ctx, r.Scope, r.Entity); err != nil {
			return err
		}
		cases, err := p.s.ledger.Cases(ctx, counter.CaseFilter{Person: r.Entity})
		if err != nil {
			return err
		}
		p.cases = append(p.cases, cases...)
	}
	slices.SortStableFunc(p.cases, func(a, b counter.CaseRow) int { return strings.Compare(b.AcceptedAt, a.AcceptedAt) })
	p.cases = p.cases[:min(len(p.cases), earlierCases)]
	p.forms = map[uuid.UUID]map[string]any{}
	return nil
}

func (p *prefilling) record(ctx context.Context, scope string, id uuid.UUID) error {
	fields, err := p.s.personFields(ctx, scope, id)
	if err != nil {
		return err
	}
	var who identity
	if raw := fields[counter.SealedIdentity]; raw != "" {
		if err := json.Unmarshal([]byte(raw), &who); err != nil {
			return damaged(err)
		}
	}
	k := known{from: "人员登记", values: map[string]string{"name": first(who.Name, who.NameEN), "number": who.Number, "sex": who.Sex, "birth": who.Birth,
		"ethnicity": who.Ethnicity, "legal_representative": who.LegalPerson, "phone": fields[counter.SealedPhone], "address": fields[counter.SealedAddress]}}
	if scope == p.s.ownScope() {
		p.person = append([]known{k}, p.person...)
	} else {
		p.person = append(p.person, k)
	}
	return nil
}

// field asks the sources of a field in their order.
func (p *prefilling) field(ctx context.Context, f counter.Field) (*Prefilled, error) {
	for _, source := range f.Prefill {
		if source == "case" {
			v, err := p.fromCases(ctx, f)
			if v != nil || err != nil {
				return v, err
			}
			continue
		}
		_, word, _ := strings.Cut(source, ".")
		if v := p.fits(f, p.card[word]); v != nil {
			return &Prefilled{f.Name, v, counter.SourceCard, "本次读卡"}, nil
		}
		for _, k := range p.person {
			if v := p.fits(f, k.values[word]); v != nil {
				return &Prefilled{f.Name, v, sourcePerson, k.from}, nil
			}
		}
	}
	return nil, nil
}

// fromCases takes the newest answer to the same question: the same field of the
// same item, or a field with the same key of any item.
func (p *prefilling) fromCases(ctx context.Context, f counter.Field) (*Prefilled, error) {
	for _, row := range p.cases {
		if row.Status == string(counter.StatusVoided) {
			continue // it was a mistake
		}
		form, ref, err := p.form(ctx, row)
		if err != nil {
			return nil, err
		}
		old, err := p.cat.version(ref)
		if err != nil {
			continue // its version is not here; nobody knows what the answers meant
		}
		for _, o := range old.FormFields() {
			same := o.Kind == f.Kind && (old.Code == p.item.Code && o.Name == f.Name || f.Key != "" && o.Key == f.Key)
			if v := p.fits(f, form[o.Name]); same && v != nil {
				day, _, _ := strings.Cut(row.AcceptedAt, "T")
				return &Prefilled{f.Name, v, sourceCase, day + " 的办件 " + row.Number}, nil
			}
		}
	}
	return nil, nil
}

func (p *prefilling) form(ctx context.Context, row counter.CaseRow) (map[string]any, counter.ItemRef, error) {
	d, err := p.s.ledger.Entity(ctx, row.Scope, row.Entity)
	if err != nil || d.Folded.Case == nil {
		return nil, counter.ItemRef{}, err
	}
	ref := d.Folded.Case.Item
	if form, ok := p.forms[row.Entity]; ok {
		return form, ref, nil
	}
	form, err := p.s.formOf(ctx, d)
	p.forms[row.Entity] = form
	return form, ref, err
}

// fits gives the value as the form would keep it, nil if it would refuse it. Of
// rows it takes what the new form asks for too.
func (p *prefilling) fits(f counter.Field, v any) any {
	if rows, ok := v.([]any); ok && f.Kind == counter.FieldGroup {
		return p.rows(f, rows)
	}
	if v == nil || v == "" {
		return nil
	}
	f.VisibleWhen = nil // whether it applies is not known yet
	if f.NamedBound(f.Min) {
		f.Min = ""
	}
	if f.NamedBound(f.Max) {
		f.Max = ""
	}
	out, faults := schema.Prove([]counter.Field{f}, map[string]any{f.Name: v}, p.around)
	if len(faults) > 0 {
		return nil
	}
	return out[f.Name]
}

// rows leaves out what does not fit, cell by cell: half a row saves typing too.
func (p *prefilling) rows(f counter.Field, rows []any) any {
	var out []any
	for _, r := range rows[:min(len(rows), f.RowLimit())] {
		old, _ := r.(map[string]any)
		row := map[string]any{}
		for _, c := range f.Rows {
			if v, ok := old[c.Name].(string); ok && schema.Visible(c, row) && p.fits(c, v) != nil {
				row[c.Name] = v
			}
		}
		if len(row) > 0 {
			out = append(out, row)
		}
	}
	if out == nil {
		return nil
	}
	return out
}
