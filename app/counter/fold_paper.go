package counter

import "encoding/json"

// WordingPayload is the payload of wording.set: one version of one kind of
// document, or of a part of some, in the district's own words.
type WordingPayload struct {
	Wording json.RawMessage `json:"wording"`
}

// WordingState is a version of a wording as set last; Wording is its raw JSON.
// A version that papers may carry already is never set again: the facade that
// imports it sees to that.
type WordingState struct {
	Op          OpID            `json:"op"`
	Wording     json.RawMessage `json:"wording"`
	NeedsUpdate bool            `json:"needs_update,omitempty"`
}

func foldWording(h History) Folded {
	raw, op, newer, effects := foldSet(h, func(f *Fact) (json.RawMessage, string) {
		var p WordingPayload
		reason := admit(f, "wording", &p, f.Verb() == VerbSet)
		return p.Wording, reason
	})
	if raw == nil && !newer {
		return Folded{Effects: effects}
	}
	return folded(effects, &WordingState{op, raw, newer}, nil)
}

// PaperPayload is the payload of paper.print: a document that belongs to no
// case was issued, such as a citizen's own page or the day's hand-over list.
type PaperPayload struct {
	Kind     string `json:"kind"`
	Number   string `json:"number"` // of the paper
	Digest   string `json:"digest"`
	IssuedAt string `json:"issued_at"`
	Version  int    `json:"version"`
	Wording  string `json:"wording"`
	Printer  string `json:"printer,omitempty"` // that it went to
}

// PaperState is one such document. What it states is sealed in its op.
type PaperState struct {
	Op OpID `json:"op"`
	PaperPayload
	Results     []CasePrintResult `json:"results,omitempty"` // what became of each copy at the printer; none if it was saved to a file
	NeedsUpdate bool              `json:"needs_update,omitempty"`
}

// foldPaper folds paper.print and, after it in any order, what the printer said
// of it: paper.printed, PrintedPayload.
func foldPaper(h History) Folded {
	effects := make([]Effect, len(h.Facts))
	var s *PaperState
	last := -1
	for i := range h.Facts {
		f := &h.Facts[i]
		if f.Verb() == VerbPrinted {
			effects[i] = s.printed(f)
			continue
		}
		var p PaperPayload
		reason := admit(f, "paper", &p, f.Verb() == VerbPrint)
		if reason == "" && p.Kind == "" {
			reason = ReasonMalformed
		}
		effects[i] = Effect{Effective: reason == "", Reason: reason}
		newer := reason == ReasonNeedsUpdate || s != nil && s.NeedsUpdate
		switch {
		case reason == "":
			replaceEffect(effects, last, f)
			s, last = &PaperState{Op: f.ID, PaperPayload: p, NeedsUpdate: newer}, i
		case newer && s == nil:
			s = &PaperState{NeedsUpdate: true}
		case newer:
			s.NeedsUpdate = true
		}
	}
	markReviews(h, effects, nil, nil)
	return folded(effects, s, nil)
}

// printed notes what became of a print; of another than the one that stands, or
// of none, there is nothing to note.
func (s *PaperState) printed(f *Fact) Effect {
	var p PrintedPayload
	reason := admit(f, "paper", &p, true)
	if reason == "" && p.Of == (OpID{}) {
		reason = ReasonMalformed
	}
	switch {
	case reason == ReasonNeedsUpdate && s != nil:
		s.NeedsUpdate = true
	case reason == "" && s != nil && s.Op == p.Of:
		s.Results = append(s.Results, CasePrintResult{p.OK, p.Printer, p.Why})
	}
	return Effect{Effective: reason == "", Reason: reason}
}
