package counter

// move is one row of the stage table: where a verb leads, what it says to the
// outside, and the least rank of the role acted under.
type move struct {
	to      Status
	outcome Outcome
	rank    int
}

// stageTable is what each verb does in each status. What is not in it is not
// possible (out_of_stage). Acceptance, ruling and restoring do not depend on a
// single status and are not in it.
var stageTable = map[Verb]map[Status]move{
	VerbHandover: {StatusAccepted: {StatusUnderReview, "", 1}},
	VerbReview:   {StatusUnderReview: {StatusReviewed, "", 2}},
	VerbReturn: {
		StatusUnderReview: {StatusAccepted, "", 2},
		StatusReviewed:    {StatusAccepted, "", 2},
	},
	VerbApprove: {StatusReviewed: {StatusApproved, OutcomeGranted, 3}},
	VerbDeny:    {StatusReviewed: {StatusDenied, OutcomeDenied, 3}},
	VerbConclude: {
		StatusApproved: {StatusConcluded, OutcomeGranted, 1},
		StatusDenied:   {StatusConcluded, OutcomeDenied, 1},
	},
	VerbWithdraw: openMoves(move{StatusWithdrawn, OutcomeWithdrawn, 1}),
	VerbVoid:     openMoves(move{StatusVoided, OutcomeVoided, 1}),
}

// instantTable is what an instant item (即办件) allows besides: the decision,
// or decision and delivery in one, by the clerk who accepted it.
var instantTable = map[Verb]map[Status]move{
	VerbApprove:  {StatusAccepted: {StatusApproved, OutcomeGranted, 1}},
	VerbDeny:     {StatusAccepted: {StatusDenied, OutcomeDenied, 1}},
	VerbConclude: {StatusAccepted: {StatusConcluded, OutcomeGranted, 1}},
}

func openMoves(m move) map[Status]move {
	return map[Status]move{StatusAccepted: m, StatusUnderReview: m, StatusReviewed: m}
}

// step looks a verb up in the tables.
func step(v Verb, from Status, instant bool) (move, bool) {
	if m, ok := stageTable[v][from]; ok {
		return m, true
	}
	if !instant {
		return move{}, false
	}
	m, ok := instantTable[v][from]
	return m, ok
}

// NextVerbs lists the verbs that move a case on from a status, in the order of
// CaseVerbs, whoever asks.
func NextVerbs(from Status, instant bool) []Verb {
	var next []Verb
	for _, v := range caseVerbs {
		if _, ok := step(v, from, instant); ok {
			next = append(next, v)
		}
	}
	if from == StatusDisputed || from == StatusJoined {
		next = append(next, VerbResolve)
	}
	return next
}

// compatible is the table of pairs for two concurrent fixed acts: they stand
// together exactly when they say the same to the outside about the same
// acceptance. It is total and symmetric. A pair that is not compatible puts
// the case into dispute.
func compatible(a, b claim) bool { return a == b }

// claim is what a fixed act says to the outside: an outcome, about the
// acceptance at this index of the history.
type claim struct {
	outcome Outcome
	accept  int
}

// shared is the table of pairs for two concurrent acts of which neither is
// fixed: both stand when they lead to the same status, or when one leads to
// where the other started. Otherwise the later in the order stands.
func shared(aFrom, aTo, bFrom, bTo Status) bool {
	return aTo == bTo || aTo == bFrom || bTo == aFrom
}
