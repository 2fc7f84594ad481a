package counter

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stampLayout is how states say when an act was stamped.
const stampLayout = "2006-01-02T15:04:05.000Z"

func stampText(t time.Time) string { return t.UTC().Format(stampLayout) }

// state builds what a case is from the acts that count; nil if none does.
func (c *caseFold) state(v *caseView, effects []Effect, needsUpdate bool) *CaseState {
	if v.status == "" {
		if needsUpdate {
			return &CaseState{NeedsUpdate: true, Materials: []CaseMaterial{}}
		}
		return nil
	}
	status, _ := c.standing(v)
	s := &CaseState{Status: status, Outcome: v.outcome, Stage: status.Stage(), NeedsUpdate: needsUpdate}
	switch status {
	case StatusDisputed:
		s.Outcome = ""
	case StatusJoined:
		s.Outcome = OutcomeJoined
	}
	c.accepted(s, v)
	if v.date >= 0 {
		p := c.root(v.date).payload.(*CorrectPayload)
		s.LegalDate, s.Due, s.DueProvisional, s.Calendar = p.LegalDate, p.Due, p.DueProvisional, p.Calendar
	}
	moved := c.recount(s, effects)
	c.decided(s, v)
	c.contents(s, v, effects)
	c.joined(s, v)
	s.Tasks = c.tasks(v, effects, moved)
	return s
}

func (c *caseFold) accepted(s *CaseState, v *caseView) {
	f, p := &c.h.Facts[v.accept], c.acts[v.accept].payload.(*AcceptPayload)
	s.Number, s.Item, s.Person, s.Type, s.Read = p.Number, p.Item, p.Person, p.Type, p.Read
	s.Channel, s.Counter, s.Division = p.Channel, p.Counter, p.Division
	s.LegalDate, s.AcceptedAt, s.Due, s.DueProvisional, s.Calendar = p.LegalDate, p.AcceptedAt, p.Due, p.DueProvisional, p.Calendar
	s.Instant, s.PromisedDays, s.ClockSuspicious = p.Instant, p.PromisedDays, p.ClockSuspicious
	s.Accepted, s.AcceptedBy = f.ID, f.Actor
	s.Applicant, s.Form, s.Agent = f.part(SealedApplicant), f.part(SealedForm), f.part(SealedAgent)
}

// decided names the acts that decided and ended the case, and those in dispute.
func (c *caseFold) decided(s *CaseState, v *caseView) {
	for _, i := range v.claims {
		a := &c.acts[i]
		if _, dead := v.dead[i]; dead || a.verb == VerbResolve || s.Status == StatusDisputed {
			continue
		}
		if s.Decided == nil && (v.outcome == OutcomeGranted || v.outcome == OutcomeDenied) && a.says.outcome == v.outcome {
			s.Decided = c.ref(i)
		}
		if s.Ended == nil && v.status.Ended() && a.to == v.status {
			s.Ended = c.ref(i)
		}
	}
	if s.Status != StatusDisputed {
		return
	}
	_, heads := c.standing(v)
	for _, i := range heads {
		s.Dispute = append(s.Dispute, *c.ref(i))
	}
}

func (c *caseFold) ref(i int) *ActRef {
	f, a := &c.h.Facts[i], &c.acts[i]
	return &ActRef{Op: f.ID, Verb: a.verb, Outcome: a.says.outcome, Actor: f.Actor, At: stampText(f.At)}
}

// contents gathers what acts have added and not taken away.
func (c *caseFold) contents(s *CaseState, v *caseView, effects []Effect) {
	s.Materials = []CaseMaterial{}
	from := []int{} // which fact brought each material
	for i := range c.acts {
		if !effects[i].Effective {
			continue
		}
		switch p := c.acts[i].payload.(type) {
		case *AcceptPayload:
			if i == v.accept {
				from = c.addMaterials(s, from, i, p.Materials)
			}
		case *MaterialPayload:
			from = c.addMaterials(s, from, i, p.Add)
			from = c.dropMaterials(s, from, i, p.Remove, effects)
		case *NotePayload:
			c.note(s, i, p, effects)
		case *PrintPayload:
			s.Prints = append(s.Prints, CasePrint{Op: c.h.Facts[i].ID, PrintPayload: *p, States: c.h.Facts[i].part(SealedPaper)})
		case *PrintedPayload:
			c.printed(s, p)
		case *ActPayload:
			if c.acts[i].verb == VerbHandover && v.status == StatusUnderReview {
				s.To = p.To
			}
		}
	}
	supplied(s.Materials)
}

func (c *caseFold) addMaterials(s *CaseState, from []int, i int, add []GivenMaterial) []int {
	if len(add) == 0 {
		return from
	}
	prefix := hex.EncodeToString(c.h.Facts[i].ID[:8]) + "/"
	for n, m := range add {
		s.Materials = append(s.Materials, CaseMaterial{ID: prefix + strconv.Itoa(n), GivenMaterial: m})
		from = append(from, i)
	}
	return from
}

// dropMaterials removes what a removal names, if it knew of it: it cannot have
// meant something that it had not seen.
func (c *caseFold) dropMaterials(s *CaseState, from []int, by int, ids []string, effects []Effect) []int {
	for _, id := range ids {
		k := slices.IndexFunc(s.Materials, func(m CaseMaterial) bool { return m.ID == id })
		if k < 0 || !c.h.past(by, from[k]) {
			continue
		}
		if i := from[k]; c.acts[i].verb == VerbMaterial {
			effects[i].Reason, effects[i].By = ReasonRemoved, c.h.Facts[by].ID
		}
		s.Materials, from = slices.Delete(s.Materials, k, k+1), slices.Delete(from, k, k+1)
	}
	return from
}

// supplied marks deferred materials that a later one makes good.
func supplied(ms []CaseMaterial) {
	for _, m := range ms {
		if m.Supplies == "" {
			continue
		}
		for k := range ms {
			if ms[k].ID == m.Supplies && ms[k].SuppliedBy == "" {
				ms[k].SuppliedBy = m.ID
			}
		}
	}
}

// printed notes what became of a print. It comes after it in any order: its
// device wrote both.
func (c *caseFold) printed(s *CaseState, p *PrintedPayload) {
	for k := range s.Prints {
		if s.Prints[k].Op == p.Of {
			s.Prints[k].Results = append(s.Prints[k].Results, CasePrintResult{p.OK, p.Printer, p.Why})
		}
	}
}

func (c *caseFold) note(s *CaseState, i int, p *NotePayload, effects []Effect) {
	f := &c.h.Facts[i]
	for _, op := range p.Remove {
		k := slices.IndexFunc(s.Notes, func(n CaseNote) bool { return n.Op == op })
		if k < 0 {
			continue
		}
		if j := c.find(op); c.h.past(i, j) {
			effects[j].Reason, effects[j].By = ReasonRemoved, f.ID
			s.Notes = slices.Delete(s.Notes, k, k+1)
		}
	}
	if text := f.part(SealedText); text != nil || len(p.Remove)+len(p.Clear) == 0 {
		s.Notes = append(s.Notes, CaseNote{Op: f.ID, Kind: p.Kind, Actor: f.Actor, At: stampText(f.At), Text: text})
	}
}

// tasks lists what people have to see to, but for what notes have cleared.
func (c *caseFold) tasks(v *caseView, effects []Effect, moved int) (tasks []CaseTask) {
	add := func(kind string, i int, by [32]byte) {
		t := CaseTask{Kind: kind, Op: c.h.Facts[i].ID}
		if id := OpID(by); by != [32]byte{} {
			t.By = &id
		}
		tasks = append(tasks, t)
	}
	if status, heads := c.standing(v); status == StatusDisputed {
		for _, i := range heads {
			add(TaskDispute, i, effects[i].By)
		}
	}
	for i, e := range effects {
		if e.Reason == ReasonSuperseded {
			add(TaskSuperseded, i, e.By)
		}
		if e.Review {
			add(TaskReview, i, [32]byte{})
		}
		if verb := c.acts[i].verb; e.Effective && (verb == VerbResolve || verb == VerbCorrect || i == moved) {
			add(TaskNotice, i, [32]byte{})
		} else if e.Effective && verb == VerbJoin && c.firstOf(v, i) {
			add(TaskJoin, i, [32]byte{})
		}
	}
	for k, i := range v.claims {
		if first := c.sameAs(v, i, v.claims[:k]); first >= 0 {
			add(TaskTwice, i, c.h.Facts[first].ID)
		}
	}
	return c.uncleared(tasks, effects)
}

// sameAs gives the first of the fixed acts that said the same as act i without
// knowing of it: two papers say it. It is -1 if there is none.
func (c *caseFold) sameAs(v *caseView, i int, earlier []int) int {
	_, dead := v.dead[i]
	for _, j := range earlier {
		if _, gone := v.dead[j]; !dead && !gone && c.acts[i].says == c.acts[j].says && c.h.concurrent(i, j) {
			return j
		}
	}
	return -1
}

// uncleared leaves out tasks whose act a note has named as seen to. Disputes
// only a ruling clears.
func (c *caseFold) uncleared(tasks []CaseTask, effects []Effect) []CaseTask {
	if len(tasks) == 0 {
		return nil
	}
	cleared := map[OpID]bool{}
	for i := range c.acts {
		if p, ok := c.acts[i].payload.(*NotePayload); ok && effects[i].Effective {
			for _, op := range p.Clear {
				if j := c.find(op); j >= 0 && c.h.past(i, j) {
					cleared[op] = true
				}
			}
		}
	}
	return slices.DeleteFunc(tasks, func(t CaseTask) bool { return t.Kind != TaskDispute && cleared[t.Op] })
}

// IsMaterialID tells whether s has the form of a CaseMaterial ID.
func IsMaterialID(s string) bool {
	op, n, ok := strings.Cut(s, "/")
	if _, err := hex.DecodeString(op); err != nil || len(op) != 16 || !ok {
		return false
	}
	k, err := strconv.Atoi(n)
	return err == nil && k >= 0 && strconv.Itoa(k) == n
}
