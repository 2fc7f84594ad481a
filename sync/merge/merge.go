// Package merge puts the ops of one entity into the one order that every
// replica agrees on: causes before effects, and between concurrent ops the
// greater authority last. It knows nothing of what the ops mean.
package merge

import (
	"bytes"
	"cmp"
	"container/heap"

	"onedoor/sync/oplog"
)

// Node is what ordering needs to know of an op. Nodes of one log that are about
// the entity are implied parents of each other, in the order of Seq.
type Node struct {
	ID        oplog.Hash
	Device    oplog.DeviceID
	Epoch     oplog.Epoch
	Seq       uint64
	Stamp     oplog.Stamp
	Authority int // of the actor when the op was judged; 0 when it had no right
	Parents   []oplog.Hash
	// Branch tells the branches of one log apart, when it was continued twice under
	// one epoch. The caller chooses the numbers, and names among the Parents what the
	// first node of a branch follows from. It has no part in Compare: replicas may
	// number branches differently.
	Branch int64
}

// Compare is the order within the ready set: authority, stamp, device, epoch,
// seq, hash. It is a total order over distinct ops.
func Compare(a, b *Node) int {
	return cmp.Or(
		cmp.Compare(a.Authority, b.Authority),
		cmp.Compare(a.Stamp, b.Stamp),
		bytes.Compare(a.Device[:], b.Device[:]),
		bytes.Compare(a.Epoch[:], b.Epoch[:]),
		cmp.Compare(a.Seq, b.Seq),
		bytes.Compare(a.ID[:], b.ID[:]),
	)
}

// Result of ordering. Order and Waiting hold indexes into the nodes given.
// Causes[i] holds the direct causes of nodes[i] among the nodes, explicit and
// implied, sorted.
type Result struct {
	Order   []int
	Waiting []int
	Causes  [][]int
}

// Order sorts nodes by Kahn's algorithm, taking always the least of the ready
// set. A node whose parent is not among the nodes waits, and so does everything
// that follows from it. The outcome does not depend on the order of nodes.
func Order(nodes []Node) Result {
	g := newGraph(nodes)
	res := Result{Causes: g.causes}
	for i := range nodes {
		if g.missing[i] == 0 {
			g.ready.push(i)
		}
	}
	done := make([]bool, len(nodes))
	for g.ready.Len() > 0 {
		i := heap.Pop(&g.ready).(int)
		done[i] = true
		res.Order = append(res.Order, i)
		for _, e := range g.effects[i] {
			if g.missing[e]--; g.missing[e] == 0 {
				g.ready.push(e)
			}
		}
	}
	for i := range nodes {
		if !done[i] {
			res.Waiting = append(res.Waiting, i)
		}
	}
	return res
}

// readySet is a heap of node indexes by Compare. A pairwise sort would not do:
// causality is a partial order, and mixing it with stamps is not transitive.
type readySet struct {
	nodes []Node
	idx   []int
}

func (r readySet) Len() int           { return len(r.idx) }
func (r readySet) Less(a, b int) bool { return Compare(&r.nodes[r.idx[a]], &r.nodes[r.idx[b]]) < 0 }
func (r readySet) Swap(a, b int)      { r.idx[a], r.idx[b] = r.idx[b], r.idx[a] }
func (r *readySet) Push(x any)        { r.idx = append(r.idx, x.(int)) }
func (r *readySet) Pop() any {
	last := r.idx[len(r.idx)-1]
	r.idx = r.idx[:len(r.idx)-1]
	return last
}
func (r *readySet) push(i int) { heap.Push(r, i) }
