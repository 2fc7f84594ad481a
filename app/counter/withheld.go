package counter

import (
	"encoding/json"
	"slices"
)

// AdmitPayload names acts of a revoked device, or acts that rest on them, which a
// supervisor has looked at and gives effect.
type AdmitPayload struct {
	Ops []OpID `json:"ops"`
}

// LogEnd is the last op of one log that counts after its device was revoked.
type LogEnd struct {
	Epoch string `json:"epoch"` // 16 hexadecimal digits
	Seq   uint64 `json:"seq"`
	Hash  *OpID  `json:"hash,omitempty"` // of that op: of a log with branches, which one counts
}

// cutOff marks what a revoked device said after the last op that counts: it has no
// effect until a supervisor admits it. The rank is kept for then.
func (m *Member) cutOff(f *Fact, v Verdict) Verdict {
	if !m.Removed || !m.cut || slices.ContainsFunc(m.counts[f.Epoch], func(e LogEnd) bool { return f.within(&e) }) {
		return v
	}
	return Verdict{Authority: v.Authority, Reason: ReasonRevoked, Review: true, Since: m.removedSeq}
}

// within tells whether a fact lies in a log up to an end of it, on the branch of it
// that the end is on: else who has a stolen device could put a branch beside what counts.
func (f *Fact) within(e *LogEnd) bool {
	return f.Seq <= e.Seq && (f.Leads == nil || e.Hash == nil || f.Leads(e.Seq, *e.Hash))
}

// withhold works out which facts of an entity have no effect because a revoked
// device said them, or because their authors built on such a fact and did not know
// of the revocation yet. Admitting gives effect: to a fact named by a supervisor,
// and to what rests on nothing else.
func (h History) withhold() History {
	if !slices.ContainsFunc(h.Facts, func(f Fact) bool { return f.Verdict.Reason == ReasonRevoked }) {
		return h
	}
	facts := slices.Clone(h.Facts)
	admitted := h.admitted()
	var held []int
	for i := range facts {
		f := &facts[i]
		switch {
		case f.Verdict.Reason == ReasonRevoked && admitted[f.ID]:
			f.Verdict = Verdict{OK: true, Authority: f.Verdict.Authority}
		case f.Verdict.Reason == ReasonRevoked:
			held = append(held, i)
		case f.Verdict.OK && f.Verb() != VerbAdmit && !admitted[f.ID]:
			rests := func(j int) bool { return h.past(i, j) && f.Position < facts[j].Verdict.Since }
			if slices.ContainsFunc(held, rests) {
				f.Verdict = Verdict{Authority: f.Verdict.Authority, Reason: ReasonWithheld, Review: true}
			}
		}
	}
	return History{Facts: facts, Past: h.Past}
}

// admitted lists what acts with the right to do so admit, of what they knew.
func (h History) admitted() map[OpID]bool {
	out := map[OpID]bool{}
	for i := range h.Facts {
		f := &h.Facts[i]
		var p AdmitPayload
		if f.Verb() != VerbAdmit || !f.Verdict.OK || json.Unmarshal(f.Payload, &p) != nil {
			continue
		}
		for j := range i {
			if h.past(i, j) && slices.Contains(p.Ops, OpID(h.Facts[j].ID)) {
				out[h.Facts[j].ID] = true
			}
		}
	}
	return out
}

// Kinds of what somebody has to look at, besides the kinds of tasks.
const (
	TaskWithheld = "withheld" // without effect until a supervisor admits it
	TaskNumber   = "number"   // another case bears the same number, and neither was noticed again
)

// Reviews lists the kinds of what people have to see to about an entity, each
// once. It is not empty for an entity of which nothing stands, too.
func Reviews(out Folded) (kinds []string) {
	add := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, e := range out.Effects {
		if e.Reason == ReasonRevoked || e.Reason == ReasonWithheld {
			add(TaskWithheld)
		}
	}
	if out.Case != nil {
		for _, t := range out.Case.Tasks {
			add(t.Kind)
		}
		return kinds
	}
	for _, e := range out.Effects {
		if e.Review {
			add(TaskReview)
		}
	}
	return kinds
}
