package counter

import (
	"encoding/json"
	"slices"
)

// The verbs of what only the district writes.
const (
	VerbPublish Verb = "publish" // item
	VerbSet     Verb = "set"     // division, calendar, user
)

// PublishPayload is the payload of item.publish: one version of an item.
type PublishPayload struct {
	Item json.RawMessage `json:"item"`
}

// WithdrawPayload is the payload of item.withdraw: the item is accepted no
// more from this day on.
type WithdrawPayload struct {
	From   Date   `json:"from"`
	Reason string `json:"reason,omitempty"`
}

// DivisionPayload is the payload of division.set.
type DivisionPayload struct {
	Division json.RawMessage `json:"division"`
}

// CalendarPayload is the payload of calendar.set.
type CalendarPayload struct {
	Calendar json.RawMessage `json:"calendar"`
}

// ItemState holds every version of an item that was ever published. Which of
// them is in force is a question with a day in it (InForce), not a state.
type ItemState struct {
	Code        string         `json:"code"`
	Name        string         `json:"name"`     // of the version published last
	Versions    []ItemVersion  `json:"versions"` // in the order of publication
	Withdrawn   *ItemWithdrawn `json:"withdrawn,omitempty"`
	NeedsUpdate bool           `json:"needs_update,omitempty"`
}

// ItemVersion is one published version with its raw JSON.
type ItemVersion struct {
	Op            OpID            `json:"op"`
	Version       int             `json:"version"`
	EffectiveFrom Date            `json:"effective_from"`
	EffectiveTo   Date            `json:"effective_to,omitempty"`
	Item          json.RawMessage `json:"item"`
}

// ItemWithdrawn says from when on an item is accepted no more.
type ItemWithdrawn struct {
	Op     OpID   `json:"op"`
	From   Date   `json:"from"`
	Reason string `json:"reason,omitempty"`
}

// DivisionState is a division as set last; Division is its raw JSON.
type DivisionState struct {
	Op          OpID            `json:"op"`
	Division    json.RawMessage `json:"division"`
	NeedsUpdate bool            `json:"needs_update,omitempty"`
}

// CalendarState is a year's calendar as set last; Calendar is its raw JSON.
type CalendarState struct {
	Op          OpID            `json:"op"`
	Calendar    json.RawMessage `json:"calendar"`
	NeedsUpdate bool            `json:"needs_update,omitempty"`
}

// foldItem keeps all versions. Publishing the same version number again
// replaces it: the district corrects a slip before the version is in force.
func foldItem(h History) Folded {
	it := &itemFold{h: h, state: &ItemState{Versions: []ItemVersion{}}, effects: make([]Effect, len(h.Facts)), withdrawn: -1}
	for i := range h.Facts {
		reason := it.apply(i)
		it.effects[i] = Effect{Effective: reason == "", Reason: reason}
		it.state.NeedsUpdate = it.state.NeedsUpdate || reason == ReasonNeedsUpdate
	}
	markReviews(h, it.effects, nil, nil)
	s := it.state
	if len(s.Versions) == 0 && s.Withdrawn == nil && !s.NeedsUpdate {
		s = nil
	}
	return folded(it.effects, s, func(out *Folded) { out.Item = s })
}

type itemFold struct {
	h         History
	state     *ItemState
	effects   []Effect
	from      []int // the fact of each version
	withdrawn int   // the fact of the withdrawal, -1 is none
}

func (it *itemFold) apply(i int) (reason string) {
	f := &it.h.Facts[i]
	switch f.Verb() {
	case VerbPublish:
		var p PublishPayload
		if reason = admit(f, "item", &p, true); reason == "" {
			reason = it.publish(i, p.Item)
		}
	case VerbWithdraw:
		var p WithdrawPayload
		if reason = admit(f, "item", &p, true); reason != "" {
			return reason
		}
		if !p.From.Valid() {
			return ReasonMalformed
		}
		replaceEffect(it.effects, it.withdrawn, f)
		it.state.Withdrawn, it.withdrawn = &ItemWithdrawn{f.ID, p.From, p.Reason}, i
	default:
		reason = admit(f, "item", nil, false)
	}
	return reason
}

// publish takes a version in, reading only what choosing between versions
// needs. A version published after a withdrawal ends it.
func (it *itemFold) publish(i int, raw json.RawMessage) (reason string) {
	f, s := &it.h.Facts[i], it.state
	var head struct {
		Code          string `json:"code"`
		Name          string `json:"name"`
		Version       int    `json:"version"`
		EffectiveFrom Date   `json:"effective_from"`
		EffectiveTo   Date   `json:"effective_to"`
	}
	if json.Unmarshal(raw, &head) != nil || head.Code == "" {
		return ReasonMalformed
	}
	if k := slices.IndexFunc(s.Versions, func(v ItemVersion) bool { return v.Version == head.Version }); k >= 0 {
		replaceEffect(it.effects, it.from[k], f)
		s.Versions, it.from = slices.Delete(s.Versions, k, k+1), slices.Delete(it.from, k, k+1)
	}
	replaceEffect(it.effects, it.withdrawn, f)
	s.Withdrawn, it.withdrawn = nil, -1
	s.Code, s.Name = head.Code, head.Name
	s.Versions = append(s.Versions, ItemVersion{f.ID, head.Version, head.EffectiveFrom, head.EffectiveTo, raw})
	it.from = append(it.from, i)
	return ""
}

func foldDivision(h History) Folded {
	raw, op, newer, effects := foldSet(h, func(f *Fact) (json.RawMessage, string) {
		var p DivisionPayload
		reason := admit(f, "division", &p, f.Verb() == VerbSet)
		return p.Division, reason
	})
	if raw == nil && !newer {
		return Folded{Effects: effects}
	}
	s := &DivisionState{op, raw, newer}
	return folded(effects, s, func(out *Folded) { out.Division = s })
}

func foldCalendar(h History) Folded {
	raw, op, newer, effects := foldSet(h, func(f *Fact) (json.RawMessage, string) {
		var p CalendarPayload
		reason := admit(f, "calendar", &p, f.Verb() == VerbSet)
		return p.Calendar, reason
	})
	if raw == nil && !newer {
		return Folded{Effects: effects}
	}
	s := &CalendarState{op, raw, newer}
	return folded(effects, s, func(out *Folded) { out.Calendar = s })
}

// foldSet folds an entity of which the value set last stands. The district is
// the only writer, so "last" needs no rule for concurrent values.
func foldSet(h History, read func(*Fact) (json.RawMessage, string)) (raw json.RawMessage, op OpID, newer bool, effects []Effect) {
	effects = make([]Effect, len(h.Facts))
	last := -1
	for i := range h.Facts {
		f := &h.Facts[i]
		value, reason := read(f)
		if reason == "" && (len(value) == 0 || value[0] != '{') {
			reason = ReasonMalformed
		}
		effects[i] = Effect{Effective: reason == "", Reason: reason}
		newer = newer || reason == ReasonNeedsUpdate
		if reason != "" {
			continue
		}
		replaceEffect(effects, last, f)
		raw, op, last = value, f.ID, i
	}
	markReviews(h, effects, nil, nil)
	return raw, op, newer, effects
}
