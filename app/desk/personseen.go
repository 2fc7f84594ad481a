package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// PersonReview is a record about a person that somebody has to look at (待复核).
type PersonReview struct {
	Op     string `json:"op"`
	What   string `json:"what"` // in words: what was recorded, and how
	Actor  string `json:"actor"`
	Device string `json:"device"`
	At     string `json:"at"` // RFC 3339
}

// PersonNote is what somebody wrote who looked at a person's records.
type PersonNote struct {
	Op     string `json:"op"`
	Text   string `json:"text"`
	Actor  string `json:"actor"`
	Device string `json:"device"`
	At     string `json:"at"` // RFC 3339
}

// personReviews fills in what of a person's records has to be looked at, and what
// was said of those that were.
func (s *Session) personReviews(ctx context.Context, d *counter.Dossier, v *PersonView) error {
	v.Reviews, v.Notes = []PersonReview{}, []PersonNote{}
	names, err := s.witnesses(ctx, d)
	if err != nil {
		return err
	}
	for i := range d.Facts {
		f, e := &d.Facts[i], d.Folded.Effects[i]
		actor, device, at := names.of(f)
		op := counter.OpID(f.ID).String()
		if e.Review {
			v.Reviews = append(v.Reviews, PersonReview{Op: op, What: personAct(f), Actor: actor, Device: device, At: at})
		}
		ref, ok := f.Sealed[counter.SealedText]
		if f.Kind != "person.note" || !e.Effective || !ok {
			continue
		}
		text, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
		if err != nil {
			return err
		}
		v.Notes = append(v.Notes, PersonNote{Op: op, Text: string(text), Actor: actor, Device: device, At: at})
	}
	slices.Reverse(v.Notes)
	if len(v.Reviews) == 0 {
		return nil
	}
	may, err := s.judge(ctx, d.Scope, "person.note")
	v.MaySee = may.OK
	return err
}

// personAct says in words what a fact about a person recorded.
func personAct(f *counter.Fact) string {
	var fields []string
	for _, name := range []string{counter.SealedIdentity, counter.SealedPhone, counter.SealedAddress} {
		if _, ok := f.Sealed[name]; ok {
			fields = append(fields, personFieldNames[name])
		}
	}
	var restored counter.RestoreFieldPayload
	if f.Verb() == counter.VerbRestore && json.Unmarshal(f.Payload, &restored) == nil {
		fields = append(fields, cmp.Or(personFieldNames[restored.Field], restored.Field))
	}
	what := f.Verb().Name("zh")
	if f.Verb() == counter.VerbRecord {
		what = "登记"
		if source := sourceNames[sourceOf(f)]; source != "" {
			what += "（" + source + "）"
		}
	}
	if len(fields) > 0 {
		what += "：" + strings.Join(fields, "、")
	}
	return what
}

// SeenPerson takes the mark 待复核 off records of a person that a supervisor looked at:
// those that ops name, or all that bear it for none. text says what was found; it is
// kept, sealed, with the person. Errors: CodeUsage without a text, CodeInvalid when
// nothing bears the mark (any more), CodeDenied, CodeNotFound.
func (s *Session) SeenPerson(ctx context.Context, person string, ops []string, text string) (*PersonView, error) {
	v, err := s.ShowPerson(ctx, person)
	if err != nil {
		return nil, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil, counter.E(counter.CodeUsage, "必须写明怎样核实的", "say what was found").
			Hint("例如：与申请人电话核对，登记属实", "for example: called the applicant, the record is right")
	}
	if err := s.may(ctx, v.Scope, "person.note"); err != nil {
		return nil, err
	}
	var clears []counter.OpID
	for _, r := range v.Reviews {
		if len(ops) > 0 && !slices.Contains(ops, r.Op) {
			continue
		}
		op, err := counter.ParseOpID(r.Op)
		if err != nil {
			return nil, err
		}
		clears = append(clears, op)
	}
	if len(clears) == 0 {
		return nil, counter.E(counter.CodeInvalid, "这个人没有待复核的登记", "no record of this person is to be looked at").
			Hint("可能已经有人处理，重新打开看一看", "somebody may have seen to it; look again")
	}
	entity := uuid.MustParse(v.ID)
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		_, err := rec.Append(counter.Act{Scope: v.Scope, Kind: "person.note", Entity: entity, Actor: s.user.ID,
			Payload: counter.NotePayload{Clear: clears}, Sealed: map[string][]byte{counter.SealedText: []byte(text)}})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.person(ctx, v.Scope, entity)
}
