package counter

// Status is where a case stands. The codes are in states and in --json.
type Status string

// Every status a case can have. The empty Status is "not accepted": a case of
// which no acceptance stands.
const (
	StatusAccepted    Status = "accepted"
	StatusUnderReview Status = "under_review"
	StatusReviewed    Status = "reviewed"
	StatusApproved    Status = "approved"
	StatusDenied      Status = "denied"
	StatusConcluded   Status = "concluded"
	StatusWithdrawn   Status = "withdrawn"
	StatusVoided      Status = "voided"
	StatusDisputed    Status = "disputed" // two fixed acts conflict; only a ruling leaves it
	StatusJoined      Status = "joined"   // the same matter goes on under another number; a ruling undoes it
)

// Outcome is what the fixed acts of a case have said to the outside. The empty
// Outcome is "nothing yet".
type Outcome string

// The outcomes. Two fixed acts are compatible when they say the same.
const (
	OutcomeGranted   Outcome = "granted"
	OutcomeDenied    Outcome = "denied"
	OutcomeWithdrawn Outcome = "withdrawn"
	OutcomeVoided    Outcome = "voided"
	OutcomeJoined    Outcome = "joined"
)

// Verb is what a fact does: the part of its kind after the dot.
type Verb string

// The verbs of a case.
const (
	VerbAccept   Verb = "accept"
	VerbHandover Verb = "handover"
	VerbReview   Verb = "review"
	VerbReturn   Verb = "return"
	VerbApprove  Verb = "approve"
	VerbDeny     Verb = "deny"
	VerbWithdraw Verb = "withdraw"
	VerbConclude Verb = "conclude"
	VerbVoid     Verb = "void"
	VerbResolve  Verb = "resolve"
	VerbRestore  Verb = "restore"
	VerbCorrect  Verb = "correct"
	VerbMaterial Verb = "material"
	VerbNote     Verb = "note"
	VerbPrint    Verb = "print"
	VerbPrinted  Verb = "printed"
	VerbJoin     Verb = "join"
	VerbAdmit    Verb = "admit"
	VerbRecount  Verb = "recount"
)

// verbClass says how a verb takes part when facts are concurrent.
type verbClass int

const (
	classUnknown verbClass = iota
	classFixed             // has effect outside and moves the case: never undone by something concurrent
	classMove              // moves the case, not fixed: gives way to fixed acts, else the later stands
	classField             // sets one field: the later stands
	classFree              // adds something: always stands
)

// verbInfo describes a verb: its class, its names, and whether it is a fixed act.
type verbInfo struct {
	class verbClass
	fixed bool
	names [2]string
}

var verbs = map[Verb]verbInfo{
	VerbAccept:   {classFixed, true, [2]string{"受理", "accept"}},
	VerbHandover: {classMove, false, [2]string{"移交审查", "hand over"}},
	VerbReview:   {classMove, false, [2]string{"审查", "review"}},
	VerbReturn:   {classMove, false, [2]string{"退回", "return"}},
	VerbApprove:  {classFixed, true, [2]string{"准予", "approve"}},
	VerbDeny:     {classFixed, true, [2]string{"不予", "deny"}},
	VerbWithdraw: {classFixed, true, [2]string{"申请人撤回", "withdraw"}},
	VerbConclude: {classFixed, true, [2]string{"办结送达", "conclude"}},
	VerbVoid:     {classFixed, true, [2]string{"作废", "void"}},
	VerbResolve:  {classFixed, true, [2]string{"裁决", "resolve"}},
	VerbRestore:  {classMove, false, [2]string{"恢复", "restore"}},
	VerbCorrect:  {classField, false, [2]string{"更正受理日期", "correct the legal date"}},
	VerbMaterial: {classFree, false, [2]string{"材料", "materials"}},
	VerbNote:     {classFree, false, [2]string{"记事", "note"}},
	VerbPrint:    {classFree, true, [2]string{"出具文书", "print"}},
	VerbPrinted:  {classFree, false, [2]string{"打印结果", "print result"}},
	VerbJoin:     {classFree, false, [2]string{"并案", "join"}},
	VerbAdmit:    {classFree, false, [2]string{"认可", "admit"}},
	VerbRecount:  {classFree, false, [2]string{"重算期限", "count the due date anew"}},
}

// caseVerbs is the order in which verbs are listed.
var caseVerbs = []Verb{VerbAccept, VerbHandover, VerbReview, VerbReturn, VerbApprove, VerbDeny, VerbWithdraw,
	VerbConclude, VerbVoid, VerbResolve, VerbRestore, VerbCorrect, VerbMaterial, VerbNote, VerbPrint,
	VerbPrinted, VerbJoin, VerbAdmit, VerbRecount}

// CaseVerbs lists the verbs of a case.
func CaseVerbs() []Verb { return append([]Verb(nil), caseVerbs...) }

// Fixed tells whether an act with this verb has effect outside, so that
// nothing that arrives later makes it ineffective.
func (v Verb) Fixed() bool { return verbs[v].fixed }

// Name says the verb in words; lang "en" is English, all else Chinese. An
// unknown verb is its own name.
func (v Verb) Name(lang string) string {
	if info, ok := verbs[v]; ok {
		return inLanguage(info.names, lang)
	}
	return string(v)
}

// statuses in the order in which they are listed, with names and stage.
var statuses = []struct {
	status Status
	stage  string
	names  [2]string
}{
	{StatusAccepted, FlowAccept, [2]string{"已受理", "accepted"}},
	{StatusUnderReview, FlowReview, [2]string{"审查中", "under review"}},
	{StatusReviewed, FlowReview, [2]string{"已审查，待决定", "reviewed, to be decided"}},
	{StatusApproved, FlowDecide, [2]string{"准予，待送达", "approved, to be delivered"}},
	{StatusDenied, FlowDecide, [2]string{"不予，待送达", "denied, to be delivered"}},
	{StatusDisputed, FlowDecide, [2]string{"待裁决", "disputed"}},
	{StatusConcluded, FlowDeliver, [2]string{"已办结", "concluded"}},
	{StatusWithdrawn, StageEnded, [2]string{"申请人已撤回", "withdrawn"}},
	{StatusJoined, StageEnded, [2]string{"已并案", "joined"}},
	{StatusVoided, StageEnded, [2]string{"已作废", "voided"}},
}

// StageEnded is the stage of cases that ended without a decision. The other
// stages are those of a catalogue item, FlowAccept to FlowDeliver.
const StageEnded = "ended"

// Statuses lists every status.
func Statuses() []Status {
	all := make([]Status, len(statuses))
	for i, s := range statuses {
		all[i] = s.status
	}
	return all
}

// Name says the status in words; lang "en" is English, all else Chinese.
func (s Status) Name(lang string) string {
	for _, known := range statuses {
		if known.status == s {
			return inLanguage(known.names, lang)
		}
	}
	return string(s)
}

// Stage is the stage that a status belongs to, empty for an unknown status.
func (s Status) Stage() string {
	for _, known := range statuses {
		if known.status == s {
			return known.stage
		}
	}
	return ""
}

// StageName says a stage in words; lang "en" is English, all else Chinese.
func StageName(stage, lang string) string {
	switch {
	case lang == "en":
		return stage
	case stage == StageEnded:
		return "终止"
	}
	return FlowName(stage)
}

// Open tells that the case still waits for its decision.
func (s Status) Open() bool {
	return s == StatusAccepted || s == StatusUnderReview || s == StatusReviewed
}

// Ended tells that nothing more is to be done.
func (s Status) Ended() bool {
	return s == StatusConcluded || s == StatusWithdrawn || s == StatusVoided || s == StatusJoined
}

// Name says the outcome in words; lang "en" is English, all else Chinese.
func (o Outcome) Name(lang string) string {
	if text, ok := outcomeNames[o]; ok {
		return inLanguage(text, lang)
	}
	return string(o)
}

var outcomeNames = map[Outcome][2]string{
	"":               {"未作决定", "no decision"},
	OutcomeGranted:   {"准予", "granted"},
	OutcomeDenied:    {"不予", "denied"},
	OutcomeWithdrawn: {"申请人撤回", "withdrawn"},
	OutcomeVoided:    {"作废", "voided"},
	OutcomeJoined:    {"并案", "joined"},
}
