package merge_test

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"onedoor/sync/merge"
	"onedoor/sync/oplog"
)

func id(i int) oplog.Hash { return oplog.Hash{byte(i + 1)} }

// byID gives the IDs of nodes in an order, to compare outcomes of shuffled inputs.
func byID(nodes []merge.Node, idx []int) []oplog.Hash {
	out := make([]oplog.Hash, 0, len(idx))
	for _, i := range idx {
		out = append(out, nodes[i].ID)
	}
	return out
}

// reference is Kahn's algorithm as one would say it: among the nodes whose causes
// are all placed take the least, until there is none. It shares no code with Order.
func reference(nodes []merge.Node) (order []oplog.Hash) {
	placed := map[oplog.Hash]bool{}
	free := func(n merge.Node) bool {
		for _, p := range n.Parents {
			if !placed[p] {
				return false
			}
		}
		for _, m := range nodes {
			if m.Device == n.Device && m.Epoch == n.Epoch && m.Seq < n.Seq && !placed[m.ID] {
				return false
			}
		}
		return true
	}
	for {
		var least *merge.Node
		for i, n := range nodes {
			if !placed[n.ID] && free(n) && (least == nil || less(n, *least)) {
				least = &nodes[i]
			}
		}
		if least == nil {
			return order
		}
		placed[least.ID] = true
		order = append(order, least.ID)
	}
}

func less(a, b merge.Node) bool {
	return cmp.Or(
		cmp.Compare(a.Authority, b.Authority), cmp.Compare(a.Stamp, b.Stamp),
		slices.Compare(a.Device[:], b.Device[:]), slices.Compare(a.Epoch[:], b.Epoch[:]),
		cmp.Compare(a.Seq, b.Seq), slices.Compare(a.ID[:], b.ID[:]),
	) < 0
}

// permutations calls f with every order of 0..n-1.
func permutations(n int, f func([]int)) {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	var walk func(k int)
	walk = func(k int) {
		if k == n {
			f(p)
			return
		}
		for i := k; i < n; i++ {
			p[k], p[i] = p[i], p[k]
			walk(k + 1)
			p[k], p[i] = p[i], p[k]
		}
	}
	walk(0)
}

// checkSet runs Order over every order of the nodes and compares with reference.
func checkSet(t *testing.T, nodes []merge.Node, orders func(int, func([]int))) {
	t.Helper()
	want := reference(nodes)
	orders(len(nodes), func(p []int) {
		in := make([]merge.Node, len(nodes))
		for i, j := range p {
			in[i] = nodes[j]
		}
		res := merge.Order(in)
		if got := byID(in, res.Order); !slices.Equal(got, want) {
			t.Fatalf("%+v\nin order %v gave %v, want %v", nodes, p, got, want)
		}
		if len(res.Order)+len(res.Waiting) != len(nodes) {
			t.Fatalf("%d placed, %d waiting of %d", len(res.Order), len(res.Waiting), len(nodes))
		}
		for _, w := range res.Waiting {
			if slices.Contains(want, in[w].ID) {
				t.Fatal("a node is placed and waits")
			}
		}
	})
}

// TestEverySmallGraph: all directed acyclic graphs on four nodes (edges from older
// to newer), each with several ways to spread the nodes over logs, authorities and
// stamps, in every order of arrival.
func TestEverySmallGraph(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for edges := range 1 << 6 {
		for range 24 {
			checkSet(t, graph(4, edges, r), permutations)
		}
	}
}

// TestEveryGraphOfFive goes through all 1,024 graphs on five nodes once.
func TestEveryGraphOfFive(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for edges := range 1 << 10 {
		checkSet(t, graph(5, edges, r), permutations)
	}
}

// graph has n nodes; bit k of edges is the k-th pair (i, j), i < j: i is a parent of
// j. Values are drawn from few, so that every tie-breaker is used. One node in
// sixteen graphs names a parent that nobody holds.
func graph(n, edges int, r *rand.Rand) []merge.Node {
	nodes := make([]merge.Node, n)
	seqs := map[byte]uint64{}
	perm := r.Perm(n) // hashes are no guide to causality
	for j := range nodes {
		log := byte(r.IntN(n))
		seqs[log] += 1 + r.Uint64N(3)
		nodes[j] = merge.Node{ID: id(perm[j]), Seq: seqs[log], Stamp: oplog.Stamp(r.IntN(2)), Authority: r.IntN(2)}
		nodes[j].Device[0], nodes[j].Epoch[0] = log/2, log%2
	}
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			if edges>>k&1 == 1 {
				nodes[j].Parents = append(nodes[j].Parents, nodes[i].ID)
			}
			k++
		}
	}
	if r.IntN(16) == 0 {
		j := r.IntN(n)
		nodes[j].Parents = append(nodes[j].Parents, oplog.Hash{0xff})
	}
	return nodes
}

// TestLargeGraphs: random graphs in random orders, and what must hold of any outcome.
func TestLargeGraphs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 60 {
		n := 2 + r.IntN(60)
		nodes := make([]merge.Node, n)
		seqs := map[byte]uint64{}
		for j := range nodes {
			log := byte(r.IntN(5))
			seqs[log]++
			nodes[j] = merge.Node{ID: id(j), Seq: seqs[log], Stamp: oplog.Stamp(r.IntN(10)), Authority: r.IntN(3)}
			nodes[j].Device[0] = log
			for i := range j {
				if r.IntN(12) == 0 {
					nodes[j].Parents = append(nodes[j].Parents, nodes[i].ID)
				}
			}
		}
		if n > 10 && r.IntN(2) == 0 {
			nodes = slices.Delete(nodes, n/2, n/2+1) // one that some wait for
		}
		checkSet(t, nodes, func(n int, f func([]int)) {
			for range 6 {
				f(r.Perm(n))
			}
		})
		checkCauses(t, nodes)
	}
}

// checkCauses: causes come first, and Ancestors is their transitive closure.
func checkCauses(t *testing.T, nodes []merge.Node) {
	t.Helper()
	res := merge.Order(nodes)
	anc := res.Ancestors()
	at := make([]int, len(nodes))
	for i := range at {
		at[i] = -1
	}
	for k, i := range res.Order {
		at[i] = k
	}
	past := make([]map[int]bool, len(nodes))
	for _, i := range res.Order {
		past[i] = map[int]bool{}
		if !slices.IsSorted(res.Causes[i]) {
			t.Fatal("causes are not sorted")
		}
		for _, c := range res.Causes[i] {
			if at[c] < 0 || at[c] >= at[i] {
				t.Fatal("an effect stands before its cause")
			}
			past[i][c] = true
			for p := range past[c] {
				past[i][p] = true
			}
		}
		for j := range nodes {
			if merge.Has(anc[i], j) != past[i][j] {
				t.Fatalf("node %d in the past of %d: %v", j, i, !past[i][j])
			}
		}
	}
}

// TestWaiting: exactly what depends on something that is not held waits, through
// named parents and through the log, and nothing else.
func TestWaiting(t *testing.T) {
	dev := func(b byte) (d oplog.DeviceID) { d[0] = b; return }
	nodes := []merge.Node{
		{ID: id(0), Device: dev(1), Seq: 1},
		{ID: id(1), Device: dev(1), Seq: 2, Parents: []oplog.Hash{{0xff}}},        // not held
		{ID: id(2), Device: dev(1), Seq: 5},                                       // after it in the log
		{ID: id(3), Device: dev(2), Seq: 1, Parents: []oplog.Hash{id(2)}},         // after that
		{ID: id(4), Device: dev(2), Epoch: oplog.Epoch{1}, Seq: 9},                // another epoch
		{ID: id(5), Device: dev(3), Seq: 1, Parents: []oplog.Hash{id(0)}},         // beside it
		{ID: id(6), Device: dev(4), Seq: 1, Parents: []oplog.Hash{id(0), {0xfe}}}, // one held, one not
	}
	res := merge.Order(nodes)
	if !slices.Equal(res.Waiting, []int{1, 2, 3, 6}) {
		t.Fatalf("waiting %v", res.Waiting)
	}
	// When it arrives, nothing waits; the outcome is as if it had always been there.
	nodes = append(nodes, merge.Node{ID: oplog.Hash{0xff}, Device: dev(5), Seq: 1}, merge.Node{ID: oplog.Hash{0xfe}, Device: dev(5), Seq: 2})
	checkSet(t, nodes, func(n int, f func([]int)) { f(rand.New(rand.NewPCG(4, 4)).Perm(n)) })
	if res := merge.Order(nodes); len(res.Waiting) != 0 {
		t.Fatalf("waiting %v", res.Waiting)
	}
}

// TestAuthority: later among concurrent ops, and never before a cause.
func TestAuthority(t *testing.T) {
	dev := func(b byte) (d oplog.DeviceID) { d[0] = b; return }
	clerk := merge.Node{ID: id(0), Device: dev(1), Seq: 1, Stamp: 9, Authority: 1}
	chief := merge.Node{ID: id(1), Device: dev(2), Seq: 1, Stamp: 1, Authority: 3}
	if got := merge.Order([]merge.Node{chief, clerk}).Order; !slices.Equal(got, []int{1, 0}) {
		t.Errorf("concurrent: %v", got)
	}
	clerk.Parents = []oplog.Hash{chief.ID}
	if got := merge.Order([]merge.Node{chief, clerk}).Order; !slices.Equal(got, []int{0, 1}) {
		t.Errorf("the clerk had seen it: %v", got)
	}
}

// TestNoPairwiseSort is the case for which a sort by (causality, then stamp) has no
// answer: a before b by stamp, b before c by stamp, c before a by causality.
func TestNoPairwiseSort(t *testing.T) {
	dev := func(b byte) (d oplog.DeviceID) { d[0] = b; return }
	nodes := []merge.Node{
		{ID: id(0), Device: dev(1), Seq: 1, Stamp: 1, Parents: []oplog.Hash{id(2)}},
		{ID: id(1), Device: dev(2), Seq: 1, Stamp: 2},
		{ID: id(2), Device: dev(3), Seq: 1, Stamp: 3},
	}
	checkSet(t, nodes, permutations)
	if got := merge.Order(nodes).Order; !slices.Equal(got, []int{1, 2, 0}) {
		t.Errorf("%v", got)
	}
}

func TestCompareIsATotalOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	nodes := make([]merge.Node, 60)
	for i := range nodes {
		nodes[i] = merge.Node{ID: id(i), Seq: r.Uint64N(2), Stamp: oplog.Stamp(r.IntN(2)), Authority: r.IntN(2)}
		nodes[i].Device[31], nodes[i].Epoch[7] = byte(r.IntN(2)), byte(r.IntN(2))
	}
	sign := func(i, j int) int { return merge.Compare(&nodes[i], &nodes[j]) }
	for i := range nodes {
		for j := range nodes {
			if sign(i, j) != -sign(j, i) || (sign(i, j) == 0) != (i == j) || (sign(i, j) < 0) != less(nodes[i], nodes[j]) {
				t.Fatalf("%d and %d", i, j)
			}
			for k := range nodes {
				if sign(i, j) < 0 && sign(j, k) < 0 && sign(i, k) >= 0 {
					t.Fatalf("%d < %d < %d, but not %d < %d", i, j, k, i, k)
				}
			}
		}
	}
}

// TestHostileInput: what no honest device makes must neither hang nor fail.
func TestHostileInput(t *testing.T) {
	circle := []merge.Node{
		{ID: id(0), Device: oplog.DeviceID{1}, Seq: 1, Parents: []oplog.Hash{id(1)}},
		{ID: id(1), Device: oplog.DeviceID{2}, Seq: 1, Parents: []oplog.Hash{id(0)}},
		{ID: id(2), Device: oplog.DeviceID{3}, Seq: 1, Parents: []oplog.Hash{id(2)}},
		{ID: id(3), Device: oplog.DeviceID{4}, Seq: 1},
	}
	res := merge.Order(circle)
	if !slices.Equal(res.Order, []int{3}) || !slices.Equal(res.Waiting, []int{0, 1, 2}) {
		t.Errorf("%+v", res)
	}
	// A parent in one's own log, named although it is implied, and named twice.
	double := []merge.Node{
		{ID: id(0), Seq: 1},
		{ID: id(1), Seq: 2, Parents: []oplog.Hash{id(0), id(0)}},
	}
	if res := merge.Order(double); !slices.Equal(res.Order, []int{0, 1}) || !reflect.DeepEqual(res.Causes[1], []int{0}) {
		t.Errorf("%+v", res)
	}
	if res := merge.Order(nil); len(res.Order)+len(res.Waiting) != 0 {
		t.Errorf("%+v", res)
	}
}

// FuzzOrder lets bytes choose the graph; outcome and reference must agree.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, uint64(1))
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if len(b) > 36 {
			b = b[:36]
		}
		var nodes []merge.Node
		seqs := map[byte]uint64{}
		for i := 0; i+2 < len(b); i += 3 {
			n := merge.Node{ID: id(i / 3), Authority: int(b[i] & 3), Stamp: oplog.Stamp(b[i] >> 2 & 3)}
			log := b[i] >> 4 & 3
			seqs[log]++
			n.Device[0], n.Seq = log, seqs[log]
			for k := range 16 {
				if (int(b[i+1])|int(b[i+2])<<8)>>k&1 == 1 {
					n.Parents = append(n.Parents, id(k)) // also of later and missing nodes: circles
				}
			}
			nodes = append(nodes, n)
		}
		checkSet(t, nodes, func(n int, f func([]int)) { f(rand.New(rand.NewPCG(seed, 0)).Perm(n)) })
	})
}

func BenchmarkOrder(b *testing.B) {
	r := rand.New(rand.NewPCG(6, 6))
	nodes := graph(12, 0x155, r)
	for b.Loop() {
		merge.Order(nodes)
	}
}
