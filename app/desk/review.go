package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// ReviewLine is a case or person of which somebody has to see to something.
type ReviewLine struct {
	Type       string   `json:"type"`   // case or person
	Number     string   `json:"number"` // of a case
	ID         string   `json:"id"`
	Division   string   `json:"division"`
	Item       string   `json:"item"` // code; empty while nothing of the case has effect
	ItemName   string   `json:"item_name"`
	Name       string   `json:"name"` // of a person, if anything recorded of it has effect
	Status     string   `json:"status"`
	StatusName string   `json:"status_name"`
	Kinds      []string `json:"kinds"` // review, withheld, dispute, superseded, notice, twice, number, join
	KindNames  []string `json:"kind_names"`
}

// Reviews lists what has to be seen to in a service point, or in all that are
// held here for "": the newest first.
func (s *Session) Reviews(ctx context.Context, scope string) ([]ReviewLine, error) {
	rows, err := s.ledger.Reviews(ctx, scope)
	if err != nil {
		return nil, err
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := []ReviewLine{}
	for _, r := range rows {
		shown := r.Number
		if slices.Contains(r.Kinds, counter.TaskNumber) {
			shown = toldApart(r.Number, r.Entity)
		}
		line := ReviewLine{Type: r.Type, Number: shown, ID: r.Entity.String(), Division: r.Scope, Kinds: r.Kinds, KindNames: []string{}}
		for _, k := range r.Kinds {
			line.KindNames = append(line.KindNames, counter.TaskText(k, "zh"))
		}
		if r.Type == "person" {
			who, err := nameOf(ctx, s.ledger, nameKey{r.Scope, r.Entity})
			if err != nil {
				return nil, err
			}
			line.Name = strings.TrimSpace(who.Name + " " + who.NumberMasked)
		}
		if r.Number != "" {
			cases, err := s.ledger.CaseByNumber(ctx, r.Number)
			if err != nil {
				return nil, err
			}
			if k := slices.IndexFunc(cases, func(c counter.CaseRow) bool { return c.Entity == r.Entity && c.Scope == r.Scope }); k >= 0 {
				line.Item, line.Status, line.StatusName = cases[k].Item, cases[k].Status, counter.Status(cases[k].Status).Name("zh")
			}
		}
		if v := cat.versions[line.Item]; len(v) > 0 {
			line.ItemName = v[len(v)-1].Name
		}
		out = append(out, line)
	}
	return out, nil
}

// findWithheld finds a case of which nothing has effect yet: its acceptance waits
// for a supervisor.
func (d *Desk) findWithheld(ctx context.Context, number string) (*counter.Dossier, error) {
	rows, err := d.ledger.Reviews(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Type == "case" && r.Number == number {
			return d.ledger.Entity(ctx, r.Scope, r.Entity)
		}
	}
	return nil, nil
}

// withheldOps lists the acts of an entity that wait for a supervisor.
func withheldOps(d *counter.Dossier) (ops []counter.OpID) {
	for i, e := range d.Folded.Effects {
		if e.Reason == counter.ReasonRevoked || e.Reason == counter.ReasonWithheld {
			ops = append(ops, d.Facts[i].ID)
		}
	}
	return ops
}

// admitCase gives effect to acts of a revoked device, and to what rests on them:
// to one that is named, else to all of the case. The applicant's record at the
// service point is admitted with the acceptance that it came with.
func (s *Session) admitCase(ctx context.Context, d *counter.Dossier, o ActOptions) (*CaseView, error) {
	ops := withheldOps(d)
	if o.Choose != "" {
		whole := wholeOp(d, o.Choose)
		ops = slices.DeleteFunc(ops, func(op counter.OpID) bool { return op.String() != whole })
	}
	if len(ops) == 0 {
		return nil, counter.E(counter.CodeInvalid, "这个办件没有等待认可的操作", "nothing of this case waits to be admitted").
			Hint("用 case list --review 查看待复核的办件", "see case list --review")
	}
	a := counter.Act{Scope: d.Scope, Kind: "case.admit", Entity: d.Entity, Actor: s.user.ID, Payload: counter.AdmitPayload{Ops: ops}}
	if text := strings.TrimSpace(strings.Join([]string{o.Reason, o.Opinion}, " ")); text != "" {
		a.Sealed = map[string][]byte{counter.SealedOpinion: []byte(text)}
	}
	acts := []counter.Act{a}
	if err := s.admitPerson(ctx, d, &acts); err != nil {
		return nil, err
	}
	err := s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, a := range acts {
			if _, err := rec.Append(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if d, err = s.ledger.Entity(ctx, d.Scope, d.Entity); err != nil {
		return nil, err
	}
	return s.view(ctx, d)
}

// admitPerson adds the admitting of what the revoked device recorded about the
// applicant of a case.
func (s *Session) admitPerson(ctx context.Context, d *counter.Dossier, acts *[]counter.Act) error {
	person := applicantEntity(d)
	if person == uuid.Nil {
		return nil
	}
	p, err := s.ledger.Entity(ctx, d.Scope, person)
	if err != nil {
		if counter.CodeOf(err) == counter.CodeNotFound {
			return nil
		}
		return err
	}
	if ops := withheldOps(p); len(ops) > 0 {
		*acts = append(*acts, counter.Act{Scope: d.Scope, Kind: "person.admit", Entity: person, Actor: s.user.ID, Payload: counter.AdmitPayload{Ops: ops}})
	}
	return nil
}

func applicantEntity(d *counter.Dossier) uuid.UUID {
	if d.Folded.Case != nil {
		return d.Folded.Case.Person
	}
	for i := range d.Facts {
		var p counter.AcceptPayload
		if d.Facts[i].Kind == "case.accept" && json.Unmarshal(d.Facts[i].Payload, &p) == nil {
			return p.Person
		}
	}
	return uuid.Nil
}

// noneStands tells of a case of which nothing has effect.
func noneStands(d *counter.Dossier) error {
	e := counter.E(counter.CodeNotFound, "这个办件没有有效的受理记录", "no acceptance of this case stands")
	if len(withheldOps(d)) > 0 {
		e = counter.E(counter.CodeNotFound, "这个办件由已挂失的设备受理,暂不生效", "this case was accepted at a revoked device and has no effect yet").
			Hint("由主管核实后认可:界面里按 F5,或 onedoor case act 编号 admit", "a supervisor looks at it and admits it: F5, or onedoor case act NUMBER admit")
	}
	return e
}
