package desk

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// joinActs says what is still to be said in a group of acceptances of one matter:
// all of them go on in one. Who was named survivor stays it; later arrivals join
// it. Else the one that is decided already goes on, else the earliest. What is
// said already is never said again, so superiors that do this at the same time
// come to an end. The group is put into one order first, so that the order of
// arrival makes no difference.
func joinActs(group []*acceptance) (acts []counter.Act) {
	slices.SortFunc(group, func(a, b *acceptance) int { return earlier(a, b) })
	for _, a := range group { // somebody's statement that only half arrived or was only half made
		for _, b := range group {
			if a != b {
				acts = append(acts, mirrored(a, b)...)
			}
		}
	}
	survivor := chooseSurvivor(group)
	if len(acts) > 0 || survivor == nil {
		return acts // looked at again with these in it
	}
	for _, a := range group {
		if a == survivor || apart(a, survivor) {
			continue
		}
		if root(a) || a.about(survivor).here { // in a circle, the earliest one contradicts
			acts = append(acts, say(survivor, a, true)...)
			acts = append(acts, say(a, survivor, false)...)
		}
	}
	return acts
}

func earlier(a, b *acceptance) int {
	switch {
	case counter.EarlierNumber(a.state.Number, b.state.Number):
		return -1
	case a.state.Number == b.state.Number:
		return cmp.Compare(a.Entity.String(), b.Entity.String())
	}
	return 1
}

// root tells that a case goes on itself.
func root(a *acceptance) bool { return a.state.JoinedTo == nil }

// named tells that a case was named the one that goes on.
func named(a *acceptance) bool {
	return slices.ContainsFunc(a.state.Joins, func(j counter.CaseJoin) bool { return j.Survives })
}

// chooseSurvivor gives the case that all go on in; nil when that is a case
// outside of the group. The group is in the order of acceptance.
func chooseSurvivor(group []*acceptance) *acceptance {
	var best *acceptance
	score := func(a *acceptance) int {
		switch {
		case named(a):
			return 2
		case a.state.Decided != nil:
			return 1
		}
		return 0
	}
	for _, a := range group {
		if root(a) && (best == nil || score(a) > score(best)) {
			best = a
		}
	}
	if best != nil {
		return best
	}
	for _, a := range group {
		if !slices.ContainsFunc(group, func(b *acceptance) bool { return b.Entity == a.state.JoinedTo.Case }) {
			return nil
		}
	}
	return group[0]
}

func (a *acceptance) about(b *acceptance) saying {
	if s := a.said[b.Entity]; s != nil {
		return *s
	}
	return saying{}
}

func apart(a, b *acceptance) bool { return a.about(b).apart || b.about(a).apart }

// mirrored says in b what a's history says about the two.
func mirrored(a, b *acceptance) (acts []counter.Act) {
	if s := a.about(b); !apart(a, b) {
		if s.here {
			acts = append(acts, say(b, a, false)...)
		}
		if s.there {
			acts = append(acts, say(b, a, true)...)
		}
	}
	return acts
}

// say states in a that b is the same matter: with survives, b goes on in a. It
// tells number, service point and stage of b, nothing else. Nothing is said twice.
func say(a, b *acceptance, survives bool) []counter.Act {
	s := a.said[b.Entity]
	if s == nil {
		s = &saying{}
		a.said[b.Entity] = s
	}
	if survives && s.here || !survives && s.there {
		return nil
	}
	s.here, s.there = s.here || survives, s.there || !survives
	return []counter.Act{{Scope: a.Scope, Kind: "case.join", Entity: a.Entity, Actor: uuid.Nil,
		Payload: counter.JoinPayload{Number: b.state.Number, Division: b.state.Division, Stage: b.state.Stage, Case: b.Entity, Survives: survives}}}
}
