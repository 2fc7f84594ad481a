package store

import (
	"slices"

	"onedoor/app/counter"
	"onedoor/sync/merge"
	"onedoor/sync/oplog"
)

// What some breaks of internal/broken do. Nothing of it is in a program that was
// built without the tag meshbreak.

// breakTies orders by arrival here what only the op itself may decide.
func breakTies(nodes []merge.Node) {
	for i := range nodes {
		nodes[i].Stamp = oplog.Stamp(i)
	}
}

// sortPairwise sorts as if causality and rank together were an order.
func sortPairwise(nodes []merge.Node, res *merge.Result) {
	anc, before := res.Ancestors(), slices.Clone(res.Order)
	slices.Sort(before) // as they lie in the table
	slices.SortFunc(before, func(a, b int) int {
		switch {
		case merge.Has(anc[a], b):
			return 1
		case merge.Has(anc[b], a):
			return -1
		}
		return merge.Compare(&nodes[a], &nodes[b])
	})
	res.Order = before
}

// dropSuperseded hides what lost against a concurrent op.
func (f *folded) dropSuperseded() {
	var ops []storedOp
	var facts []counter.Fact
	var effects []counter.Effect
	for i, e := range f.state.Effects {
		if e.Reason != counter.ReasonSuperseded && e.Reason != counter.ReasonSupersededPart {
			ops, facts, effects = append(ops, f.ops[i]), append(facts, f.facts[i]), append(effects, e)
		}
	}
	f.ops, f.facts, f.state.Effects = ops, facts, effects
}
