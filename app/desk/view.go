package desk

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// Cases lists cases of all scopes that this device holds.
func (s *Session) Cases(ctx context.Context, f counter.CaseFilter) ([]CaseLine, error) {
	rows, err := s.ledger.Cases(ctx, f)
	if err != nil {
		return nil, err
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]CaseLine, len(rows))
	for i, r := range rows {
		out[i] = CaseLine{Number: r.Number, Item: r.Item, Status: r.Status, StatusName: counter.Status(r.Status).Name("zh"),
			Stage: r.Stage, AcceptedAt: r.AcceptedAt, Due: optional(r.Due), Division: r.Scope}
		if v := cat.versions[r.Item]; len(v) > 0 {
			out[i].ItemName = v[len(v)-1].Name
		}
	}
	return out, nil
}

// Case shows a case: what stands, and everything that was ever done to it.
func (s *Session) Case(ctx context.Context, number string) (*CaseView, error) {
	d, err := s.findCase(ctx, number)
	if err != nil {
		return nil, err
	}
	return s.view(ctx, d)
}

// Applicants gives the names of the applicants of some cases, in the order asked for;
// "" for a case that is not held or of which nothing has effect.
func (s *Session) Applicants(ctx context.Context, numbers []string) ([]string, error) {
	out := make([]string, len(numbers))
	for i, number := range numbers {
		rows, err := s.ledger.CaseByNumber(ctx, number)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			continue
		}
		d, err := s.ledger.Entity(ctx, rows[0].Scope, rows[0].Entity)
		if err != nil {
			return nil, err
		}
		if d.Folded.Case == nil {
			continue
		}
		snap, err := s.applicantOf(ctx, d)
		if err != nil {
			return nil, err
		}
		out[i] = snap.Name
	}
	return out, nil
}

func (s *Session) view(ctx context.Context, d *counter.Dossier) (*CaseView, error) {
	c := d.Folded.Case
	if c == nil {
		return nil, noneStands(d)
	}
	v := &CaseView{Number: c.Number, CaseID: d.Entity.String(), Scope: d.Scope,
		Item:  ItemID{Code: c.Item.Code, Name: c.Item.Name, Version: c.Item.Version},
		Stage: c.Stage, StageName: counter.StageName(c.Stage, "zh"), Status: string(c.Status), StatusName: c.Status.Name("zh"),
		LegalDate: string(c.LegalDate), AcceptedAt: c.AcceptedAt, DueProvisional: c.DueProvisional,
		Materials: []MaterialView{}, Documents: []PrintView{}, Timeline: []TimelineLine{}, NextVerbs: []string{}, Waiting: d.Waiting,
		Dispute: []string{}, Joins: []JoinView{}, Tasks: []TaskView{}}
	if c.Due != nil {
		v.Due = optional(string(*c.Due))
	}
	snap, err := s.applicantOf(ctx, d)
	if err != nil {
		return nil, err
	}
	v.Applicant.Name, v.Applicant.Type, v.Applicant.Read = snap.Name, c.Type, c.Read
	v.Applicant.NumberMasked = maskNumber(c.Type, snap.Number)
	if v.Form, err = s.formOf(ctx, d); err != nil {
		return nil, err
	}
	for _, m := range c.Materials {
		line := MaterialView{Name: m.Name, Provided: m.Provided, Deferred: m.Deferred}
		if m.File != nil {
			line.File = m.File.SHA256
			st, err := s.scanOf(ctx, m.File)
			if err != nil {
				return nil, err
			}
			line.Scan = st
		}
		v.Materials = append(v.Materials, line)
	}
	if err := s.prints(ctx, c, v); err != nil {
		return nil, err
	}
	for _, verb := range counter.NextVerbs(c.Status, c.Instant) {
		v.NextVerbs = append(v.NextVerbs, string(verb))
	}
	v.addTasks(c)
	if err := s.markClearable(ctx, d, v); err != nil {
		return nil, err
	}
	if v.Values, err = s.caseValues(ctx, d, v); err != nil {
		return nil, err
	}
	return v, s.timeline(ctx, d, v)
}

func maskNumber(typ, number string) string {
	if typ == counter.ObjectOrg {
		return number // an organisation's credit code is public
	}
	return counter.IDNumber(number).Mask()
}

func (s *Desk) applicantOf(ctx context.Context, d *counter.Dossier) (snap snapshot, err error) {
	ref := d.Folded.Case.Applicant
	if ref == nil {
		return snap, nil
	}
	plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, *ref)
	if err != nil {
		return snap, err
	}
	if err := json.Unmarshal(plain, &snap); err != nil {
		return snap, damaged(err)
	}
	return snap, nil
}

func (s *Desk) formOf(ctx context.Context, d *counter.Dossier) (form map[string]any, err error) {
	ref := d.Folded.Case.Form
	if ref == nil {
		return map[string]any{}, nil
	}
	plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, *ref)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, &form); err != nil {
		return nil, damaged(err)
	}
	return form, nil
}

// userName gives the name of a user as the powers of a scope have it.
func (s *Desk) userName(ctx context.Context, scope string, id uuid.UUID) string {
	if id == uuid.Nil {
		return "设备"
	}
	p, err := s.ledger.Powers(ctx, scope)
	if err != nil {
		return ""
	}
	u, ok := p.User(id)
	if !ok || u.Name == nil {
		return ""
	}
	plain, err := s.ledger.Open(ctx, scope, id, *u.Name)
	if err != nil {
		return ""
	}
	return string(plain)
}
