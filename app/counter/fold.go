package counter

import "encoding/json"

// Folded is the state of one entity and what became of each of its facts.
// JSON is canonical: replicas that hold the same facts have the same bytes. It
// is nil when nothing stands. The pointer of the entity's type is set with it.
type Folded struct {
	JSON     []byte
	Effects  []Effect // one per fact, in the order of the history
	Case     *CaseState
	Person   *PersonState
	Item     *ItemState
	Division *DivisionState
	Calendar *CalendarState
}

// Fold computes the state of an entity from everything that is held about it.
// It is pure and total: no clock, no settings, no plain text of personal parts;
// facts that it does not understand mark the state and never break it.
func Fold(entityType string, h History) Folded {
	switch entityType {
	case "case":
		return foldCase(h.withhold())
	case "person":
		return foldPerson(h.withhold())
	case "item":
		return foldItem(h)
	case "division":
		return foldDivision(h)
	case "calendar":
		return foldCalendar(h)
	case "retention":
		return foldRetention(h)
	case "wording":
		return foldWording(h)
	case "paper":
		return foldPaper(h)
	case "user", "member", "key", "device", "epoch", "branch", "number", "station":
		return foldPower(entityType, h)
	}
	effects := make([]Effect, len(h.Facts))
	for i := range effects {
		effects[i].Reason = ReasonNeedsUpdate
	}
	return folded(effects, &struct {
		NeedsUpdate bool `json:"needs_update"`
	}{true}, nil)
}

// folded finishes a fold: the canonical JSON of the state, unless it is nil.
func folded[S any](effects []Effect, state *S, set func(*Folded)) Folded {
	out := Folded{Effects: effects}
	if state == nil {
		return out
	}
	data, err := json.Marshal(state)
	if err != nil { // raw JSON inside was checked when it was read; keep the promise of no panic
		data = []byte(`{"needs_update":true}`)
	}
	out.JSON = data
	if set != nil {
		set(&out)
	}
	return out
}

// admit reads a fact of a simple entity: right first, then sense. The reason
// is empty when the fact may count; known is false for a verb of a newer version.
func admit(f *Fact, entityType string, payload any, known bool) string {
	switch {
	case f.Type() != entityType:
		return ReasonWrongEntity
	case !f.Verdict.OK:
		return noRight(f.Verdict)
	case !known:
		return ReasonNeedsUpdate
	}
	switch decodePayload(f.Payload, payload) {
	case newer:
		return ReasonNeedsUpdate
	case malformed:
		return ReasonMalformed
	}
	return ""
}
