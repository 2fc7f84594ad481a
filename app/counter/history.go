package counter

import "slices"

// History is all that is held about one entity, in the deterministic order:
// causes before effects, and of concurrent facts the greater authority later.
// Past(i, j) tells whether Facts[j] is in the causal past of Facts[i]; it is
// transitive, and never true for j >= i. A nil Past says that every fact has
// seen all before it.
type History struct {
	Facts []Fact
	Past  func(i, j int) bool
}

// EntityType is the type of the first fact in the order. It is the only choice
// that every replica makes alike if somebody ever uses one entity id for two.
func (h History) EntityType() string {
	if len(h.Facts) == 0 {
		return ""
	}
	return h.Facts[0].Type()
}

// past is Past for any pair of indexes.
func (h History) past(i, j int) bool { return j < i && (h.Past == nil || h.Past(i, j)) }

// concurrent tells that neither fact knew of the other.
func (h History) concurrent(i, j int) bool { return i != j && !h.past(i, j) && !h.past(j, i) }

// linear tells that each fact has seen all before it, which is almost always
// so. One look per fact is enough: the causal past is transitive.
func (h History) linear() bool {
	for i := 1; i < len(h.Facts); i++ {
		if !h.past(i, i-1) {
			return false
		}
	}
	return true
}

// cuts tells for each fact whether it is comparable with every other: all
// before it in the order are its past, and it is in the past of all after it.
// At a cut the state is settled; only between cuts can facts compete.
func (h History) cuts() []bool {
	n := len(h.Facts)
	cut := make([]bool, n)
	straight := h.linear()
	for i := range cut {
		cut[i] = straight || h.isCut(i)
	}
	return cut
}

func (h History) isCut(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if !h.past(i, j) {
			return false
		}
	}
	for k := i + 1; k < len(h.Facts); k++ {
		if !h.past(k, i) {
			return false
		}
	}
	return true
}

// markReviews sets Review on facts that know of a fact which was set aside,
// and on those whose right somebody took back meanwhile. settled are the facts
// (a supervisor's rulings, and notes that name what was seen to) that end the matter
// for what follows them. looks are those notes: they are no such matter themselves,
// or seeing to it would never end.
func markReviews(h History, effects []Effect, settled, looks []int) {
	settled = slices.Concat(settled, looks)
	aside := asideFacts(h, effects)
	for i := range effects {
		effects[i].Review = effects[i].Review || h.Facts[i].Verdict.Review
		if slices.Contains(looks, i) {
			continue
		}
		for _, j := range aside {
			if h.past(i, j) && !settledBetween(h, settled, i, j) {
				effects[i].Review = true
				break
			}
		}
	}
}

func asideFacts(h History, effects []Effect) (aside []int) {
	for i, e := range effects {
		// What rests on a revoked device's acts is withheld itself, or was done by
		// somebody who knew.
		if setAside(e.Reason) && e.Reason != ReasonRevoked && e.Reason != ReasonWithheld {
			aside = append(aside, i)
		}
	}
	return aside
}

func settledBetween(h History, settled []int, i, j int) bool {
	for _, r := range settled {
		if h.past(i, r) && h.past(r, j) {
			return true
		}
	}
	return false
}
