package desk

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// FindPerson finds a person by ID number or credit code in the scopes that this
// device holds, with their cases.
func (s *Session) FindPerson(ctx context.Context, number string) ([]PersonView, error) {
	n := counter.NormalizeID(number).Plain()
	rows, err := s.ledger.People(ctx, n)
	if err != nil {
		return nil, err
	}
	out := []PersonView{}
	for _, r := range rows {
		v, err := s.person(ctx, r.Scope, r.Entity)
		if err != nil {
			return nil, err
		}
		out = append(out, *v)
	}
	if len(out) == 0 {
		return nil, counter.E(counter.CodeNotFound, "没有这个证件号码的记录", "nobody is recorded under this number").
			Hint("核对号码;别的窗口登记的要等同步", "check the number; other counters' people appear after a sync")
	}
	return out, nil
}

// ShowPerson shows a person by id.
func (s *Session) ShowPerson(ctx context.Context, id string) (*PersonView, error) {
	e, err := uuid.Parse(id)
	if err != nil {
		return nil, counter.E(counter.CodeUsage, "人员编号格式不对", "not a person's id").Hint("用 person find 查询", "use person find")
	}
	for _, scope := range s.loginScopes() {
		v, err := s.person(ctx, scope, e)
		if err == nil || counter.CodeOf(err) != counter.CodeNotFound {
			return v, err
		}
	}
	return nil, counter.E(counter.CodeNotFound, "没有这个人员", "no such person").Hint("用 person find 按证件号码查询", "use person find")
}

func (s *Session) person(ctx context.Context, scope string, id uuid.UUID) (*PersonView, error) {
	d, err := s.ledger.Entity(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	st := d.Folded.Person
	if st == nil {
		return nil, counter.E(counter.CodeNotFound, "没有这个人员", "no such person")
	}
	fields, err := s.personFields(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	var who identity
	if raw := fields[counter.SealedIdentity]; raw != "" {
		if err := json.Unmarshal([]byte(raw), &who); err != nil {
			return nil, damaged(err)
		}
	}
	v := &PersonView{ID: id.String(), Scope: scope, Type: st.Type, Name: who.Name, NumberMasked: maskNumber(st.Type, who.Number),
		Birth: who.Birth, Sex: who.Sex, Phone: counter.MaskPhone(fields[counter.SealedPhone]), Address: fields[counter.SealedAddress]}
	if st.Identity != nil {
		v.Source = st.Identity.Source
	}
	for _, f := range []*counter.PersonField{st.Identity, st.Phone, st.Address} {
		if f != nil {
			v.Superseded += len(f.Others)
		}
	}
	if v.Values, err = s.personValues(ctx, d); err != nil {
		return nil, err
	}
	if err := s.personReviews(ctx, d, v); err != nil {
		return nil, err
	}
	v.Cases, err = s.Cases(ctx, counter.CaseFilter{Person: id})
	return v, err
}
