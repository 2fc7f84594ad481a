package desk

import (
	"context"
	"slices"

	"onedoor/app/counter"
)

// ChooseAll is what Choose says to see to all of a case's tasks that the user may.
const ChooseAll = "all"

// noteAct writes a note into a case. Choose names the task that it sees to, or all of
// them: what was found out is the opinion, and then the task is off the list.
func (s *Session) noteAct(ctx context.Context, d *counter.Dossier, o ActOptions) (counter.Act, error) {
	a := counter.Act{Scope: d.Scope, Kind: "case.note", Entity: d.Entity, Actor: s.user.ID}
	if o.Opinion == "" {
		return a, counter.E(counter.CodeUsage, "记事必须写明内容", "a note needs its text").
			Hint("用 --opinion 写明，例如怎样核实的", "say with --opinion what was found")
	}
	a.Sealed = map[string][]byte{counter.SealedText: []byte(o.Opinion)}
	if o.Choose == "" {
		a.Payload = counter.NotePayload{}
		return a, nil
	}
	mine, err := s.clearable(ctx, d)
	if err != nil {
		return a, err
	}
	clears := slices.DeleteFunc(slices.Clone(mine), func(op counter.OpID) bool { return o.Choose != ChooseAll && op.String() != o.Choose })
	if len(clears) == 0 {
		return a, counter.E(counter.CodeInvalid, "没有您可以标为已处理的事项", "nothing here is yours to mark as seen to").
			Hint("待裁决由主管裁决，须出具的通知出具后自己消除，其余由主管处理", "a dispute is ruled on, a notice is printed; a supervisor sees to the rest")
	}
	a.Payload = counter.NotePayload{Clear: clears}
	return a, nil
}

// clearable lists the tasks of a case that the user may mark as seen to: a supervisor
// what is to be looked at again, anybody what became of an own act. A ruling and a
// printed notice cannot be replaced by a remark.
func (s *Session) clearable(ctx context.Context, d *counter.Dossier) (ops []counter.OpID, err error) {
	head, err := s.judge(ctx, d.Scope, "case.resolve")
	if err != nil {
		return nil, err
	}
	for _, t := range d.Folded.Case.Tasks {
		switch t.Kind {
		case counter.TaskReview, counter.TaskTwice, counter.TaskSuperseded:
		default:
			continue
		}
		own := slices.ContainsFunc(d.Facts, func(f counter.Fact) bool { return f.ID == t.Op && f.Actor == s.user.ID })
		if (head.OK || t.Kind == counter.TaskSuperseded && own) && !slices.Contains(ops, t.Op) {
			ops = append(ops, t.Op)
		}
	}
	return ops, nil
}

// markClearable says of each task whether the user may mark it as seen to.
func (s *Session) markClearable(ctx context.Context, d *counter.Dossier, v *CaseView) error {
	if len(v.Tasks) == 0 {
		return nil
	}
	mine, err := s.clearable(ctx, d)
	for i := range v.Tasks {
		t := &v.Tasks[i]
		plain := t.Kind == counter.TaskReview || t.Kind == counter.TaskTwice || t.Kind == counter.TaskSuperseded
		t.Clearable = plain && slices.ContainsFunc(mine, func(op counter.OpID) bool { return op.String() == t.Op })
	}
	return err
}
