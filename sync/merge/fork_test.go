package merge_test

import (
	"testing"

	"onedoor/sync/merge"
	"onedoor/sync/oplog"
)

// TestForkedLog: a restored disk continues a log twice under one epoch.
func TestForkedLog(t *testing.T) {
	for _, stamps := range [][4]oplog.Stamp{{1, 2, 3, 4}, {1, 4, 3, 2}, {4, 3, 2, 1}} {
		nodes := []merge.Node{
			{ID: id(0), Seq: 1, Stamp: stamps[0]},
			{ID: id(2), Seq: 2, Stamp: stamps[1]},
			{ID: id(1), Seq: 2, Stamp: stamps[2]},
			{ID: id(3), Seq: 3, Stamp: stamps[3]},
		}
		first := ""
		permutations(4, func(p []int) {
			in := make([]merge.Node, 4)
			for i, j := range p {
				in[i] = nodes[j]
			}
			s := ""
			for _, h := range byID(in, merge.Order(in).Order) {
				s += h.Short() + " "
			}
			if first == "" {
				first = s
			}
			if s != first {
				t.Errorf("%v: %s and %s", p, first, s)
			}
		})
	}
}
