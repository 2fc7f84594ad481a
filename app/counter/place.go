package counter

import (
	"context"
	"encoding/json"
)

// Places says which town a village belongs to, where that does not follow from its
// code: by village.
type Places map[string]string

// PlacesOn gives the places as of a day. A village that moves belongs to its former
// town until the day before.
func PlacesOn(divisions []Division, day Date) Places {
	p := Places{}
	for _, d := range divisions {
		town := d.Parent
		if d.Former != "" && day < d.ValidFrom {
			town = d.Former
		}
		if d.Level == LevelVillage && town != DivisionParent(d.Code) {
			p[d.Code] = town
		}
	}
	return p
}

// ReadPlaces gives the places that a ledger holds.
func ReadPlaces(ctx context.Context, l Ledger, day Date) (Places, error) {
	rows, err := l.States(ctx, ScopeRealm, "division")
	if err != nil {
		return nil, err
	}
	return PlacesOn(ReadDivisions(rows), day), nil
}

// ReadDivisions gives the divisions that states hold, leaving out what this version
// cannot read.
func ReadDivisions(rows []StateRow) (all []Division) {
	for _, r := range rows {
		var st DivisionState
		var d Division
		if json.Unmarshal(r.JSON, &st) == nil && json.Unmarshal(st.Division, &d) == nil {
			all = append(all, d)
		}
	}
	return all
}

// Town gives the town that a village belongs to.
func (p Places) Town(village string) string {
	if town := p[village]; town != "" {
		return town
	}
	return DivisionParent(village)
}

// Within reports whether a division is place or lies below it, as things stand.
func (p Places) Within(code, place string) bool {
	if town := p[code]; town != "" {
		return code == place || DivisionWithin(town, place)
	}
	return DivisionWithin(code, place)
}

// Leaving tells that a device may only finish what was begun in the scope before the
// village moved away from it.
func (p *Powers) Leaving(device OpID) bool {
	i, ok := p.findMember(device)
	return ok && p.members[i].Limited
}

// Limits tells that a fact has a right, but is of a device that may only finish what
// was begun before the village moved away from it.
func (p *Powers) Limits(f Fact) bool {
	if f.District || f.Type() != "case" {
		return false
	}
	i, ok := p.findMember(f.Device)
	return ok && p.members[i].Limited && p.Judge(f).OK
}

// JudgeLimited judges such a fact; began are the powers that its case was accepted
// under.
func (p *Powers) JudgeLimited(f Fact, began *Powers) Verdict {
	i, ok := began.findMember(f.Device)
	if f.Kind == "case.accept" || ok && began.members[i].Limited {
		return Verdict{Reason: ReasonMovedAway}
	}
	return p.Judge(f)
}
