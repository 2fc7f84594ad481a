package desk

import (
	"context"
	"slices"

	"onedoor/app/counter"
)

// foundation is what a document states as done: one of the acts, and the states of
// a case in which that still holds.
type foundation struct {
	acts   []counter.Verb
	states []counter.Status
}

// foundations lists the documents that tell the citizen that the case was decided
// or has ended: they are lawful only where that is so (行政许可法第三十八条). All
// others announce, ask or prove, and say nothing of a decision.
var foundations = map[string]foundation{
	"grant":      {[]counter.Verb{counter.VerbApprove}, []counter.Status{counter.StatusApproved, counter.StatusConcluded}},
	"denial":     {[]counter.Verb{counter.VerbDeny}, []counter.Status{counter.StatusDenied, counter.StatusConcluded}},
	"withdrawal": {[]counter.Verb{counter.VerbWithdraw, counter.VerbVoid, "terminate"}, []counter.Status{counter.StatusWithdrawn, counter.StatusVoided}},
}

// founded tells whether the case as it stands, or as the act next will make it,
// bears a document of a kind. An instant case that was concluded at once was
// granted by that.
func founded(c *counter.CaseState, acts map[counter.Verb]*act, next *act, kind string) bool {
	f, asks := foundations[kind]
	if !asks || next != nil && slices.Contains(f.acts, next.verb) {
		return true
	}
	if kind == "grant" && c.Instant && next != nil && next.verb == counter.VerbConclude {
		return acts[counter.VerbDeny] == nil
	}
	if !slices.Contains(f.states, c.Status) {
		return false
	}
	if kind == "grant" && c.Instant && acts[counter.VerbDeny] == nil {
		return true
	}
	return slices.ContainsFunc(f.acts, func(v counter.Verb) bool { return acts[v] != nil })
}

// mustBeFounded refuses a document that would state what has not happened. A
// reprint needs no such look: it states what was issued then.
func (s *Session) mustBeFounded(ctx context.Context, d *counter.Dossier, next *act, kind string) error {
	acts, err := s.acts(ctx, d)
	if err != nil || founded(d.Folded.Case, acts, next, kind) {
		return err
	}
	title := s.titleOfKind(ctx, kind)
	return counter.Ef(counter.CodeInvalid, "办件现在是“%[1]s”，不能出具%[2]s", "the case is %[3]s; a document of kind %[4]s would state what is not so",
		d.Folded.Case.Status.Name("zh"), title, d.Folded.Case.Status.Name("en"), kind).
		Hint("先办这一步（决定、撤回或作废），再出具；现在可以出具哪些：document kinds", "do the act first (decide, withdraw or void); document kinds lists what can be issued now")
}
