package merge

import (
	"bytes"
	"cmp"
	"slices"

	"onedoor/sync/oplog"
)

// graph holds the causal edges of one entity's ops.
type graph struct {
	causes  [][]int // direct causes among the nodes
	effects [][]int
	missing []int // causes not yet placed; a cause that is not held counts for ever
	ready   readySet
}

type logKey struct {
	device oplog.DeviceID
	epoch  oplog.Epoch
	branch int64
}

func newGraph(nodes []Node) *graph {
	g := &graph{
		causes:  make([][]int, len(nodes)),
		effects: make([][]int, len(nodes)),
		missing: make([]int, len(nodes)),
		ready:   readySet{nodes: nodes},
	}
	at := make(map[oplog.Hash]int, len(nodes))
	logs := map[logKey][]int{}
	for i, n := range nodes {
		at[n.ID] = i
		k := logKey{n.Device, n.Epoch, n.Branch}
		logs[k] = append(logs[k], i)
	}
	for i, n := range nodes {
		for _, p := range n.Parents {
			if j, held := at[p]; held {
				g.edge(j, i)
			} else {
				g.missing[i]++
			}
		}
	}
	for _, idx := range logs {
		slices.SortFunc(idx, func(a, b int) int {
			return cmp.Or(cmp.Compare(nodes[a].Seq, nodes[b].Seq), bytes.Compare(nodes[a].ID[:], nodes[b].ID[:]))
		})
		for k := 1; k < len(idx); k++ {
			g.edge(idx[k-1], idx[k])
		}
	}
	for i := range g.causes {
		slices.Sort(g.causes[i])
	}
	return g
}

func (g *graph) edge(cause, effect int) {
	if slices.Contains(g.causes[effect], cause) {
		return
	}
	g.causes[effect] = append(g.causes[effect], cause)
	g.effects[cause] = append(g.effects[cause], effect)
	g.missing[effect]++
}

// Ancestors tells, for each node, which nodes are in its causal past: bit j of
// row i. Rows are as long as the nodes need. Waiting nodes have what is held.
func (r Result) Ancestors() [][]uint64 {
	words := (len(r.Causes) + 63) / 64
	anc := make([][]uint64, len(r.Causes))
	for _, i := range r.Order {
		row := make([]uint64, words)
		for _, c := range r.Causes[i] {
			row[c/64] |= 1 << (c % 64)
			for w, bits := range anc[c] {
				row[w] |= bits
			}
		}
		anc[i] = row
	}
	return anc
}

// Has tells whether bit j is set in a row of Ancestors.
func Has(row []uint64, j int) bool { return row != nil && row[j/64]&(1<<(j%64)) != 0 }
