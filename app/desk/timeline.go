package desk

import (
	"context"
	"encoding/json"

	"onedoor/app/counter"
)

// timeline says every fact of a case in words, those without effect with the
// reason why.
func (s *Session) timeline(ctx context.Context, d *counter.Dossier, v *CaseView) error {
	names, err := s.witnesses(ctx, d)
	if err != nil {
		return err
	}
	verdict, err := s.judge(ctx, d.Scope, "case.restore")
	if err != nil {
		return err
	}
	mayRestore := d.Folded.Case.Check(counter.VerbRestore, verdict) == nil
	for i := range d.Facts {
		f, e := &d.Facts[i], d.Folded.Effects[i]
		line := TimelineLine{Op: counter.OpID(f.ID).String(), Verb: string(f.Verb()), VerbName: f.Verb().Name("zh"),
			Effective: e.Effective, Review: e.Review, Detail: detail(f)}
		line.Actor, line.Device, line.At = names.of(f)
		if e.Reason != "" {
			line.Reason = optional(counter.ReasonText(e.Reason, "zh"))
		}
		if e.By != [32]byte{} {
			line.By = counter.OpID(e.By).String()
		}
		own := verdict.Rank() >= counter.Supervisor.Rank() || f.Actor == s.user.ID
		line.Restorable = mayRestore && own && d.Folded.Case.Restorable(f, e)
		ref, ok := f.Sealed[counter.SealedOpinion]
		if f.Verb() == counter.VerbNote {
			ref, ok = f.Sealed[counter.SealedText]
		}
		if ok {
			plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
			if err != nil {
				return err
			}
			line.Opinion = string(plain)
		}
		v.Timeline = append(v.Timeline, line)
	}
	return nil
}

// detail says what an act stated besides being done.
func detail(f *counter.Fact) string {
	switch f.Verb() {
	case counter.VerbJoin:
		var p counter.JoinPayload
		if json.Unmarshal(f.Payload, &p) != nil {
			return ""
		}
		if p.Survives {
			return "同一事项另有受理 " + p.Number + "(" + counter.StageName(p.Stage, "zh") + "),并入本件,由本件续办"
		}
		return "同一事项另有受理 " + p.Number + "(" + counter.StageName(p.Stage, "zh") + "),本件并入该件续办"
	case counter.VerbCorrect:
		var p counter.CorrectPayload
		if json.Unmarshal(f.Payload, &p) != nil {
			return ""
		}
		out := "受理日期 " + string(p.LegalDate)
		if p.Due != nil {
			out += ",办结期限 " + string(*p.Due)
			if p.DueProvisional {
				out += "(暂定)"
			}
		}
		return out
	case counter.VerbRecount:
		var p counter.RecountPayload
		if json.Unmarshal(f.Payload, &p) == nil {
			return "按已公布的放假安排,办结期限为 " + string(p.Due)
		}
	case counter.VerbNote:
		var p counter.NotePayload
		if json.Unmarshal(f.Payload, &p) == nil && len(p.Clear) > 0 {
			return "标为已处理 " + itoa(len(p.Clear)) + " 项"
		}
	case counter.VerbHandover:
		var p counter.ActPayload
		if json.Unmarshal(f.Payload, &p) == nil && p.To != "" {
			return "移交 " + p.To
		}
	}
	return ""
}

// addTasks says what a ruling can choose between, what the case was joined with,
// and what somebody has to see to.
func (v *CaseView) addTasks(c *counter.CaseState) {
	for _, a := range c.Dispute {
		v.Dispute = append(v.Dispute, a.Op.String())
	}
	if c.Status == counter.StatusJoined {
		v.Dispute = append(v.Dispute, c.Accepted.String()) // a ruling for it takes the joining back
	}
	for _, j := range c.Joins {
		v.Joins = append(v.Joins, JoinView{Number: j.Number, Division: j.Division, Stage: j.Stage, Survives: j.Survives})
	}
	for _, t := range c.Tasks {
		v.Tasks = append(v.Tasks, TaskView{Kind: t.Kind, Name: counter.TaskText(t.Kind, "zh"), Op: t.Op.String()})
	}
}
