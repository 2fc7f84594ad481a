package counter

import "slices"

var personFields = []string{SealedIdentity, SealedPhone, SealedAddress}

// personFold folds the facts of one person, field by field.
type personFold struct {
	h       History
	records []RecordPayload // by fact; only of admitted records
	fields  map[string]*fieldFold
	notes   map[int]NotePayload // by fact; only of admitted ones
	effects []Effect
	typ     string
	newer   bool
}

// fieldFold is one field while folding.
type fieldFold struct {
	value  int            // the record whose value stands
	set    int            // the fact that made it stand: the record, or a restoring
	others map[int]string // records whose value does not stand -> why
}

func foldPerson(h History) Folded {
	p := &personFold{h: h, records: make([]RecordPayload, len(h.Facts)), fields: map[string]*fieldFold{}, effects: make([]Effect, len(h.Facts))}
	stood := make([]int, len(h.Facts)) // fields that each fact brought in
	for i := range h.Facts {
		var n int
		p.effects[i].Reason, n = p.apply(i)
		stood[i] = n
	}
	for i := range p.effects {
		if p.effects[i].Reason == "" {
			p.effects[i] = p.outcome(i, stood[i])
		}
	}
	looks := p.looks()
	markReviews(h, p.effects, nil, looks)
	p.clear(looks)
	state := p.state()
	return folded(p.effects, state, func(out *Folded) { out.Person = state })
}

// apply takes one fact in; it gives a reason when the fact cannot count.
func (p *personFold) apply(i int) (reason string, fields int) {
	f := &p.h.Facts[i]
	switch f.Verb() {
	case VerbRecord:
		reason = admit(f, "person", &p.records[i], true)
		if reason == "" && p.records[i].Type == "" {
			reason = ReasonMalformed
		}
		if reason != "" {
			p.records[i] = RecordPayload{} // half a reading is none
			break
		}
		fields = p.record(i, f)
	case VerbRestore:
		var restore RestoreFieldPayload
		if reason = admit(f, "person", &restore, true); reason == "" {
			reason, fields = p.restore(i, restore), 1
		}
	case VerbNote:
		var note NotePayload
		if reason = admit(f, "person", &note, true); reason == "" {
			p.note(i, note)
		}
	case VerbAdmit:
		var p AdmitPayload
		if reason = admit(f, "person", &p, true); reason == "" && len(p.Ops) == 0 {
			reason = ReasonMalformed
		}
	default:
		reason = admit(f, "person", nil, false)
	}
	p.newer = p.newer || reason == ReasonNeedsUpdate
	return reason, fields
}

func (p *personFold) note(i int, n NotePayload) {
	if p.notes == nil {
		p.notes = map[int]NotePayload{}
	}
	p.notes[i] = n
}

// looks lists the notes by which a supervisor said what was seen to.
func (p *personFold) looks() (list []int) {
	for i, n := range p.notes {
		if n.sees(&p.h.Facts[i]) {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return list
}

// clear takes the mark 待复核 off what these notes name and knew of.
func (p *personFold) clear(looks []int) {
	for _, i := range looks {
		for j := range i {
			if p.h.past(i, j) && slices.Contains(p.notes[i].Clear, OpID(p.h.Facts[j].ID)) {
				p.effects[j].Review = false
			}
		}
	}
}

func (p *personFold) record(i int, f *Fact) (fields int) {
	p.typ = p.records[i].Type
	for _, name := range personFields {
		if f.part(name) == nil {
			continue
		}
		fields++
		p.set(name, i, i, p.strength(name, i))
	}
	return fields
}

// strength ranks sources: for the identity a chip beats what was typed.
func (p *personFold) strength(field string, record int) int {
	if field == SealedIdentity && p.records[record].Source == SourceCard {
		return 1
	}
	return 0
}

// set offers a value for a field on behalf of fact by. The facts come in the
// order, so the offer is the later one and stands, unless the value that it
// meets came from a chip and it did not.
func (p *personFold) set(field string, value, by, strength int) {
	fld := p.fields[field]
	if fld == nil {
		p.fields[field] = &fieldFold{value: value, set: by, others: map[int]string{}}
		return
	}
	if strength < p.strength(field, fld.value) {
		if value != fld.value {
			fld.others[value] = ReasonChipStands
		}
		return
	}
	if fld.value != value {
		switch {
		case !p.h.past(by, fld.set):
			fld.others[fld.value] = ReasonSuperseded
		default:
			fld.others[fld.value] = ReasonReplaced
		}
	}
	delete(fld.others, value)
	fld.value, fld.set = value, by
}

// restore lets the value of an earlier record stand again. It knows what it
// puts aside, so also a typed value can stand over one from a chip; a chip
// reading that it did not know of still beats it.
func (p *personFold) restore(i int, r RestoreFieldPayload) string {
	fld := p.fields[r.Field]
	value := slices.IndexFunc(p.h.Facts[:i], func(f Fact) bool { return f.ID == r.Op })
	if fld == nil || value < 0 || !p.h.past(i, value) || p.h.Facts[value].part(r.Field) == nil || p.records[value].Type == "" {
		return ReasonOutOfStage
	}
	if value != fld.value && fld.others[value] == "" {
		return ReasonOutOfStage
	}
	strength := p.strength(r.Field, value)
	if p.h.past(i, fld.set) {
		strength = 1
	}
	p.set(r.Field, value, i, strength)
	return ""
}

// outcome says what became of an admitted fact that brought n fields in.
func (p *personFold) outcome(i, n int) Effect {
	e := Effect{Effective: true}
	if p.h.Facts[i].Verb() == VerbRestore {
		return p.restoreOutcome(i)
	}
	counts := map[string]int{}
	lost := 0
	for _, name := range personFields {
		if fld := p.fields[name]; fld != nil && fld.others[i] != "" {
			counts[fld.others[i]]++
			lost++
			e.By = p.h.Facts[fld.set].ID
		}
	}
	beaten := counts[ReasonSuperseded] + counts[ReasonChipStands]
	switch {
	case beaten > 0 && beaten == n && counts[ReasonSuperseded] == 0:
		e.Effective, e.Reason = false, ReasonChipStands
	case beaten > 0 && beaten == n:
		e.Effective, e.Reason = false, ReasonSuperseded
	case beaten > 0:
		e.Reason = ReasonSupersededPart
	case lost > 0 && lost == n:
		e.Reason = ReasonReplaced
	default:
		e.By = [32]byte{}
	}
	return e
}

// restoreOutcome: a restoring counts while it is what makes a value stand.
func (p *personFold) restoreOutcome(i int) Effect {
	for _, fld := range p.fields {
		if fld.set == i {
			return Effect{Effective: true}
		}
	}
	var r RestoreFieldPayload
	decodePayload(p.h.Facts[i].Payload, &r)
	set := p.fields[r.Field].set
	by := p.h.Facts[set].ID
	if p.h.past(set, i) {
		return Effect{Effective: true, Reason: ReasonReplaced, By: by}
	}
	return Effect{Reason: ReasonSuperseded, By: by}
}

func (p *personFold) state() *PersonState {
	s := &PersonState{Type: p.typ, Identity: p.field(SealedIdentity), Phone: p.field(SealedPhone), Address: p.field(SealedAddress), NeedsUpdate: p.newer}
	if s.Type == "" && !s.NeedsUpdate {
		return nil
	}
	return s
}

func (p *personFold) field(name string) *PersonField {
	fld := p.fields[name]
	if fld == nil {
		return nil
	}
	f, r := &p.h.Facts[fld.value], p.records[fld.value]
	out := &PersonField{Ref: *f.part(name), Source: r.Source, CardKind: r.CardKind, At: stampText(f.At)}
	for i := range p.h.Facts {
		if why := fld.others[i]; why != "" && why != ReasonReplaced {
			out.Others = append(out.Others, OtherValue{Ref: *p.h.Facts[i].part(name), Source: p.records[i].Source, Why: why})
		}
	}
	return out
}
