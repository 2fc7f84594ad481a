package desk

import (
	"context"
	"encoding/json"
	"slices"

	"onedoor/app/counter"
)

// WithheldThing is a case or a person's record of which a revoked device said
// something that has no effect yet: what a supervisor looks at before admitting it.
type WithheldThing struct {
	Type         string        `json:"type"`   // case or person
	Number       string        `json:"number"` // of a case
	ID           string        `json:"id"`
	ItemName     string        `json:"item_name"` // of an acceptance that waits
	Name         string        `json:"name"`      // applicant or person, as that device has it; else as it stands
	NumberMasked string        `json:"number_masked"`
	Applicant    string        `json:"applicant"` // of a case: id of the record that is admitted with it, "" if none waits
	Stands       bool          `json:"stands"`    // something of it has effect, so it can be opened
	Acts         []WithheldAct `json:"acts"`      // oldest first
}

// WithheldAct is one act that waits.
type WithheldAct struct {
	Op       string `json:"op"`
	Verb     string `json:"verb"`
	VerbName string `json:"verb_name"`
	At       string `json:"at"` // RFC 3339, by the device's own clock
	Actor    string `json:"actor"`
	Opinion  string `json:"opinion,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// WithheldOf shows all of a device that waits to be admitted by the user, the
// oldest first.
func (s *Session) WithheldOf(ctx context.Context, device [32]byte) ([]WithheldThing, error) {
	_, parts, err := s.withheld(ctx)
	if err != nil {
		return nil, err
	}
	out := []WithheldThing{}
	for _, p := range parts[device] {
		d, err := s.ledger.Entity(ctx, p.scope, p.entity)
		if err != nil {
			return nil, err
		}
		names, err := s.witnesses(ctx, d)
		if err != nil {
			return nil, err
		}
		t := WithheldThing{Type: p.typ, ID: p.entity.String(), Applicant: p.applicant(parts[device], d), Stands: d.Folded.Case != nil || d.Folded.Person != nil, Acts: []WithheldAct{}}
		if d.Folded.Case != nil {
			t.Number, t.ItemName = d.Folded.Case.Number, d.Folded.Case.Item.Name
		}
		for i := range d.Facts {
			if slices.Contains(p.ops, counter.OpID(d.Facts[i].ID)) {
				if err := s.lookAt(ctx, d, &d.Facts[i], names, &t); err != nil {
					return nil, err
				}
			}
		}
		if t.Name == "" && p.typ == "person" { // it said something else of somebody who stands
			who, err := nameOf(ctx, s.ledger, nameKey{p.scope, p.entity})
			if err != nil {
				return nil, err
			}
			t.Name, t.NumberMasked = who.Name, who.NumberMasked
		}
		out = append(out, t)
	}
	return out, nil
}

// lookAt adds one act, and what it says of case and person.
func (s *Session) lookAt(ctx context.Context, d *counter.Dossier, f *counter.Fact, names witnesses, t *WithheldThing) error {
	a := WithheldAct{Op: counter.OpID(f.ID).String(), Verb: string(f.Verb()), VerbName: f.Verb().Name("zh"), Detail: detail(f)}
	a.Actor, _, a.At = names.of(f)
	if f.Kind == "person.record" {
		a.VerbName = "人员登记"
	}
	if ref, ok := f.Sealed[counter.SealedOpinion]; ok {
		plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
		if err != nil {
			return err
		}
		a.Opinion = string(plain)
	}
	t.Acts = append(t.Acts, a)
	var p counter.AcceptPayload
	if f.Kind == "case.accept" && json.Unmarshal(f.Payload, &p) == nil {
		t.Number, t.ItemName = p.Number, p.Item.Name
	}
	var r counter.RecordPayload
	if f.Kind == "person.record" && json.Unmarshal(f.Payload, &r) == nil {
		p.Type = r.Type
	}
	for _, field := range []string{counter.SealedApplicant, counter.SealedIdentity} {
		ref, ok := f.Sealed[field]
		if !ok {
			continue
		}
		plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
		if err != nil {
			return err
		}
		var who identity
		if err := json.Unmarshal(plain, &who); err != nil {
			return damaged(err)
		}
		t.Name, t.NumberMasked = who.Name, maskNumber(p.Type, who.Number)
	}
	return nil
}
