package counter

import "encoding/json"

// PowerState is the folded state of a user, member, key or device entity, for
// listings and digests; Powers are what rights are judged by.
type PowerState struct {
	Op          OpID                 `json:"op"`
	Payload     json.RawMessage      `json:"payload"`
	Sealed      map[string]SealedRef `json:"sealed,omitempty"`
	Ended       *OpID                `json:"ended,omitempty"` // disabled, removed or revoked by this op
	NeedsUpdate bool                 `json:"needs_update,omitempty"`
}

// powerVerbs: the verb that sets, and the one that ends.
var powerVerbs = map[string][2]Verb{
	"user": {"set", "disable"}, "member": {"add", "remove"}, "key": {"add", ""}, "device": {"enroll", "revoke"},
	"epoch": {"begin", ""}, "branch": {"adopt", ""}, "number": {"give", ""}, "station": {"copied", ""},
}

func foldPower(entityType string, h History) Folded {
	s, last, ended := PowerState{}, -1, -1
	effects := make([]Effect, len(h.Facts))
	for i := range h.Facts {
		f := &h.Facts[i]
		verb, pair := f.Verb(), powerVerbs[entityType]
		payload := newPowerPayload(f.Kind)
		reason := admit(f, entityType, payload, payload != nil)
		effects[i] = Effect{Effective: reason == "", Reason: reason}
		s.NeedsUpdate = s.NeedsUpdate || reason == ReasonNeedsUpdate
		switch {
		case reason != "":
		case verb == pair[0]:
			replaceEffect(effects, last, f)
			replaceEffect(effects, ended, f)
			last, ended = i, -1
			s.Op, s.Payload, s.Ended = f.ID, payloadJSON(f), nil
			for field, ref := range f.Sealed {
				if s.Sealed == nil {
					s.Sealed = map[string]SealedRef{}
				}
				s.Sealed[field] = ref
			}
		default:
			id := OpID(f.ID)
			s.Ended, ended = &id, i
		}
	}
	markReviews(h, effects, nil, nil)
	if last < 0 && ended < 0 && !s.NeedsUpdate {
		return Folded{Effects: effects}
	}
	return folded(effects, &s, nil)
}

func replaceEffect(effects []Effect, i int, by *Fact) {
	if i >= 0 {
		effects[i].Reason, effects[i].By = ReasonReplaced, by.ID
	}
}

// payloadJSON is the payload as it may stand inside a state.
func payloadJSON(f *Fact) json.RawMessage {
	if len(f.Payload) == 0 {
		return nil
	}
	return f.Payload
}

// newPowerPayload gives an empty payload struct, nil for an unknown kind.
func newPowerPayload(kind string) any {
	switch kind {
	case "user.set":
		return &UserPayload{}
	case "user.disable":
		return &DisablePayload{}
	case "member.add", "device.enroll":
		return &MemberPayload{}
	case "member.remove", "device.revoke":
		return &DevicePayload{}
	case "epoch.begin", "branch.adopt":
		return &ContinuePayload{}
	case "key.add":
		return &KeyPayload{}
	case "number.give":
		return &NumberPayload{}
	case "station.copied":
		return &CopiedPayload{}
	}
	return nil
}
