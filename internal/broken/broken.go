// Package broken names deliberate breaks of the product. They prove that the
// simulation in sync/meshtest can fail: each of them must be caught by it. A
// program that is built without the tag meshbreak has none of them: Is is the
// constant false there, and the compiler drops what stands behind it.
package broken

// Name is one break, as "make mesh BREAK=name" takes it.
type Name string

// The breaks. What each does and which check catches it: docs/simulation.md.
const (
	SkippedFsync      Name = "skipped-fsync"
	TornTail          Name = "torn-tail-accepted"
	SerialReused      Name = "serial-reused"
	EpochNotRenewed   Name = "epoch-not-renewed"
	UnstableTieBreak  Name = "unstable-tie-break"
	PairwiseSort      Name = "pairwise-sort"
	PowerPosition     Name = "power-wrong-position"
	FoldReadsClock    Name = "fold-reads-clock"
	SupersededDropped Name = "superseded-dropped"
	LostWaiting       Name = "lost-waiting"
	LostIndexClaim    Name = "lost-index-claim"
	UncheckedSign     Name = "unchecked-signature"
	UncheckedHash     Name = "unchecked-hash"
	GapIsFinal        Name = "gap-is-final"
	StaleTail         Name = "stale-tail-wins"
	OpenDoor          Name = "open-door"
	ForkDropped       Name = "fork-second-dropped"
)

// All lists the breaks.
func All() []Name {
	return []Name{SkippedFsync, TornTail, SerialReused, EpochNotRenewed, UnstableTieBreak, PairwiseSort, PowerPosition, FoldReadsClock,
		SupersededDropped, LostWaiting, LostIndexClaim, UncheckedSign, UncheckedHash, GapIsFinal, StaleTail, OpenDoor, ForkDropped}
}
