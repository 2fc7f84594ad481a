package desk

import (
	"context"
	"slices"
	"strings"

	"onedoor/app/counter"
)

// ActOptions go with a stage act.
type ActOptions struct {
	Opinion string // personal text: sealed
	Reason  string // personal text too: it is kept with the opinion, sealed
	To      string // handover: division code of who is to act
	Choose  string // resolve: the op that stands; restore: the op that is to count again; note: the op that is seen to, or "all"
	// correct: the date of acceptance, "" leaves it; and the due date, "" counts it anew
	LegalDate, Due counter.Date
}

// Act does the next step of a case: hand over, review, approve, deny, return,
// withdraw, conclude, void ... It is refused before anything is recorded when
// the stage or the user's role does not allow it.
func (s *Session) Act(ctx context.Context, number, verb string, o ActOptions) (*CaseView, error) {
	return s.actIf(ctx, number, verb, o, func(*counter.Dossier) error { return nil })
}

// actIf is Act with a last check, made when all else allows the step and nothing
// is recorded yet.
func (s *Session) actIf(ctx context.Context, number, verb string, o ActOptions, check func(*counter.Dossier) error) (*CaseView, error) {
	v := counter.Verb(strings.TrimSpace(verb))
	if !slices.Contains(actVerbs(), v) {
		return nil, counter.Ef(counter.CodeUsage, "没有这种操作:%s", "there is no act %q", verb).
			Hint("可用:"+joinVerbs(actVerbs()), "acts: "+joinVerbs(actVerbs()))
	}
	d, err := s.findCase(ctx, number)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, d.Scope, "case."+string(v)); err != nil {
		return nil, err
	}
	if v == counter.VerbAdmit {
		return s.admitCase(ctx, d, o)
	}
	c := d.Folded.Case
	if c == nil {
		return nil, noneStands(d)
	}
	verdict, err := s.judge(ctx, d.Scope, "case."+string(v))
	if err != nil {
		return nil, err
	}
	if err := c.Check(v, verdict); err != nil {
		return nil, err
	}
	o.Choose = wholeOp(d, o.Choose)
	act, err := s.actOf(ctx, d, v, o)
	if err != nil {
		return nil, err
	}
	if err := check(d); err != nil {
		return nil, err
	}
	return s.recordAct(ctx, d, act)
}

func (s *Session) recordAct(ctx context.Context, d *counter.Dossier, act counter.Act) (*CaseView, error) {
	var op [32]byte
	err := s.ledger.Record(ctx, func(rec counter.Recorder) (err error) {
		op, err = rec.Append(act)
		return err
	})
	if err != nil {
		return nil, err
	}
	if d, err = s.ledger.Entity(ctx, d.Scope, d.Entity); err != nil {
		return nil, err
	}
	if err := counted(d, op); err != nil {
		return nil, err
	}
	return s.view(ctx, d)
}

// wholeOp gives the op of the timeline that begins as people copied it, if there
// is just one.
func wholeOp(d *counter.Dossier, prefix string) string {
	found := prefix
	for i := range d.Facts {
		if op := counter.OpID(d.Facts[i].ID).String(); len(prefix) >= minOpPrefix && strings.HasPrefix(op, strings.ToLower(prefix)) {
			if found != prefix {
				return prefix
			}
			found = op
		}
	}
	return found
}

// counted refuses to call an act done that somebody else was faster than, in the
// moment between the check and the record. It stays in the timeline.
func counted(d *counter.Dossier, op [32]byte) error {
	for i := range d.Facts {
		if d.Facts[i].ID != op || d.Folded.Effects[i].Effective {
			continue
		}
		reason := d.Folded.Effects[i].Reason
		return counter.E(counter.CodeInvalid, "刚才有别的操作先生效,这一步没有生效:"+counter.ReasonText(reason, "zh"),
			"somebody else was faster; this act has no effect: "+counter.ReasonText(reason, "en")).
			Hint("重新打开办件,核对现在的状态后再办理", "open the case again and look at its state first")
	}
	return nil
}

func (s *Session) actOf(ctx context.Context, d *counter.Dossier, v counter.Verb, o ActOptions) (counter.Act, error) {
	a := counter.Act{Scope: d.Scope, Kind: "case." + string(v), Entity: d.Entity, Actor: s.user.ID}
	if o.Opinion == "" {
		o.Opinion = o.Reason
	} else if o.Reason != "" {
		o.Opinion = o.Reason + ";" + o.Opinion
	}
	if o.Opinion != "" {
		a.Sealed = map[string][]byte{counter.SealedOpinion: []byte(o.Opinion)}
	}
	switch v {
	case counter.VerbNote:
		return s.noteAct(ctx, d, o)
	case counter.VerbResolve:
		op, err := counter.ParseOpID(o.Choose)
		if err != nil {
			return a, counter.E(counter.CodeUsage, "裁决要写明以哪一条为准", "say which act stands").
				Hint("用 --choose 加时间线里的记录号", "use --choose with the op of the timeline")
		}
		a.Payload = counter.ResolvePayload{Choose: op}
		return a, nil
	case counter.VerbRestore:
		op, err := counter.ParseOpID(o.Choose)
		if err != nil {
			return a, counter.E(counter.CodeUsage, "恢复要写明恢复哪一条", "say which act is to count again").
				Hint("用 --choose 加时间线里的记录号", "use --choose with the op of the timeline")
		}
		a.Payload = counter.RestorePayload{Op: op}
		return a, nil
	case counter.VerbCorrect:
		p, err := s.correction(ctx, d.Folded.Case, o)
		a.Payload = p
		return a, err
	case counter.VerbVoid:
		if o.Opinion == "" {
			return a, counter.E(counter.CodeUsage, "作废必须写明原因", "voiding needs a reason").
				Hint("用 --opinion 写明原因", "give it with --opinion")
		}
	}
	var p counter.ActPayload
	if o.To != "" {
		to, err := counter.PadDivision(o.To)
		if err != nil {
			return a, err
		}
		p.To = to
	}
	a.Payload = p
	return a, nil
}

// actVerbs are the acts that a user does by name.
func actVerbs() []counter.Verb {
	return []counter.Verb{counter.VerbHandover, counter.VerbReview, counter.VerbReturn, counter.VerbApprove, counter.VerbDeny,
		counter.VerbWithdraw, counter.VerbConclude, counter.VerbVoid, counter.VerbResolve, counter.VerbRestore, counter.VerbCorrect, counter.VerbAdmit, counter.VerbNote}
}

func joinVerbs(vs []counter.Verb) string {
	out := []string{}
	for _, v := range vs {
		if slices.Contains(actVerbs(), v) {
			out = append(out, string(v)+"("+v.Name("zh")+")")
		}
	}
	if len(out) == 0 {
		return "无(none)"
	}
	return strings.Join(out, " ")
}
