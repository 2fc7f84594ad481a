package counter

import "encoding/json"

// Retention says how many days a station of each tier keeps its copy of a scanned
// material after it was made; 0 keeps it for ever. A copy below the district goes only
// when the district has confirmed to hold it. Which days are lawful is for the
// district to say (档案法; 个人信息保护法 art. 19: no longer than needed).
type Retention struct {
	District int `json:"district"`
	Town     int `json:"town"`
	Village  int `json:"village"`
}

// Days gives the days for a tier.
func (r Retention) Days(tier string) int {
	switch tier {
	case "district":
		return r.District
	case "town":
		return r.Town
	}
	return r.Village
}

// minRetention keeps a copy at least until a case can have reached the district by
// any road.
const minRetention = 30

// Check wants days that leave time for the copy to arrive.
func (r Retention) Check() error {
	for _, days := range []int{r.District, r.Town, r.Village} {
		if days < 0 || days > 0 && days < minRetention || days > 36500 {
			return Ef(CodeInvalid, "保存天数要么是0(一直保存),要么是%d到36500天", "days are 0 (for ever), or %d to 36500", minRetention).
				Hint("改一下天数再试", "change the days and try again")
		}
	}
	if below := max(r.Town, r.Village); r.District != 0 && (r.Town == 0 || r.Village == 0 || r.District < below) {
		return E(CodeInvalid, "区级保存的时间不能比镇村短", "the district must not keep scans shorter than towns and villages").
			Hint("把 --district 设为0或更长", "set --district to 0 or more days")
	}
	return nil
}

// RetentionPayload is the payload of retention.set.
type RetentionPayload struct {
	Retention json.RawMessage `json:"retention"`
}

// RetentionState is the policy as set last; Retention is its raw JSON.
type RetentionState struct {
	Op          OpID            `json:"op"`
	Retention   json.RawMessage `json:"retention"`
	NeedsUpdate bool            `json:"needs_update,omitempty"`
}

func foldRetention(h History) Folded {
	raw, op, newer, effects := foldSet(h, func(f *Fact) (json.RawMessage, string) {
		var p RetentionPayload
		reason := admit(f, "retention", &p, f.Verb() == VerbSet)
		return p.Retention, reason
	})
	if raw == nil && !newer {
		return Folded{Effects: effects}
	}
	return folded(effects, &RetentionState{op, raw, newer}, nil)
}
