package counter

import "github.com/google/uuid"

// CaseState is the folded state of a case: everything that showing, listing
// and printing it needs, without any personal data in the clear.
type CaseState struct {
	Number          string     `json:"number"`
	Item            ItemRef    `json:"item"`
	Person          uuid.UUID  `json:"person"`
	Type            string     `json:"type"`
	Read            string     `json:"read"`
	Channel         string     `json:"channel,omitempty"`
	Counter         string     `json:"counter"`
	Division        string     `json:"division"`
	Stage           string     `json:"stage"`
	Status          Status     `json:"status"`
	Outcome         Outcome    `json:"outcome,omitempty"`
	To              string     `json:"to,omitempty"` // who is to act, after a handover
	LegalDate       Date       `json:"legal_date"`
	AcceptedAt      string     `json:"accepted_at"`
	Due             *Date      `json:"due"`
	DueProvisional  bool       `json:"due_provisional"`
	Calendar        string     `json:"calendar,omitempty"`
	Instant         bool       `json:"instant"`
	PromisedDays    int        `json:"promised_days"`
	ClockSuspicious bool       `json:"clock_suspicious,omitempty"`
	Accepted        OpID       `json:"accepted"` // the op of the acceptance that stands
	AcceptedBy      uuid.UUID  `json:"accepted_by"`
	Decided         *ActRef    `json:"decided,omitempty"`
	Ended           *ActRef    `json:"ended,omitempty"`
	Applicant       *SealedRef `json:"applicant"`
	Form            *SealedRef `json:"form,omitempty"`
	Agent           *SealedRef `json:"agent,omitempty"`

	Materials   []CaseMaterial `json:"materials"`
	Prints      []CasePrint    `json:"prints,omitempty"`
	Notes       []CaseNote     `json:"notes,omitempty"`
	Joins       []CaseJoin     `json:"joins,omitempty"`
	JoinedTo    *CaseJoin      `json:"joined_to,omitempty"` // the matter goes on in that case
	Dispute     []ActRef       `json:"dispute,omitempty"`   // the acts to choose between, while disputed
	Tasks       []CaseTask     `json:"tasks,omitempty"`
	NeedsUpdate bool           `json:"needs_update,omitempty"` // facts of a newer version: read-only here
}

// ActRef points at an act.
type ActRef struct {
	Op      OpID      `json:"op"`
	Verb    Verb      `json:"verb"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Actor   uuid.UUID `json:"actor"`
	At      string    `json:"at"` // stamp, RFC 3339 UTC with milliseconds
}

// CaseMaterial is one material with the ID by which it can be removed or made
// good: 16 hexadecimal digits of the op that brought it, and its place there.
type CaseMaterial struct {
	ID string `json:"id"`
	GivenMaterial
	SuppliedBy string `json:"supplied_by,omitempty"` // ID of the material that made it good
}

// CasePrint is a document that was issued. It cannot be taken back.
type CasePrint struct {
	Op OpID `json:"op"`
	PrintPayload
	States  *SealedRef        `json:"states,omitempty"`  // what it states
	Results []CasePrintResult `json:"results,omitempty"` // what became of it at the printer; none if it was saved to a file
}

// CasePrintResult is what became of a print at a printer.
type CasePrintResult struct {
	OK      bool   `json:"ok"`
	Printer string `json:"printer"`
	Why     string `json:"why,omitempty"`
}

// Failed tells that no printer took it, and that it was meant for one.
func (p *CasePrint) Failed() bool {
	for _, r := range p.Results {
		if r.OK {
			return false
		}
	}
	return len(p.Results) > 0
}

// CaseNote is a note that stands.
type CaseNote struct {
	Op    OpID       `json:"op"`
	Kind  string     `json:"kind,omitempty"`
	Actor uuid.UUID  `json:"actor"`
	At    string     `json:"at"`
	Text  *SealedRef `json:"text,omitempty"`
}

// CaseJoin is the finding that the same matter was accepted twice.
type CaseJoin struct {
	Op OpID `json:"op"`
	JoinPayload
}

// CaseTask is something that a person has to see to.
type CaseTask struct {
	Kind string `json:"kind"` // TaskSuperseded ...
	Op   OpID   `json:"op"`
	By   *OpID  `json:"by,omitempty"`
}

// Kinds of tasks.
const (
	TaskSuperseded = "superseded" // tell the person whose act did not count
	TaskDispute    = "dispute"    // a supervisor has to rule
	TaskReview     = "review"     // 待复核
	TaskNotice     = "notice"     // a fixed act was undone or a date changed: a printed notice is due
	TaskTwice      = "twice"      // the same was done twice, two papers are out
	TaskJoin       = "join"       // the same matter was accepted at two stations
)

// TaskText says a kind of task in words; lang "en" is English, all else Chinese.
func TaskText(kind, lang string) string {
	if text, ok := taskTexts[kind]; ok {
		return inLanguage(text, lang)
	}
	return kind
}

var taskTexts = map[string][2]string{
	TaskSuperseded: {"有操作被取代，请告知经办人", "an act was superseded: tell the person"},
	TaskDispute:    {"待裁决：已生效的操作互相冲突", "to be ruled on: fixed acts conflict"},
	TaskReview:     {"待复核", "to be looked at again"},
	TaskNotice:     {"须出具更正或撤销通知", "a printed notice is due"},
	TaskTwice:      {"同一操作办理了两次，请核对两份文书", "the same was done twice: compare the papers"},
	TaskNumber:     {"另有一件编号相同，须给其中一件重新打印受理通知书", "another case has the same number: print the acceptance notice of one of them again"},
	TaskWithheld:   {"有操作暂不生效，待主管认可", "acts without effect until a supervisor admits them"},
	TaskJoin:       {"同一事项在两处受理，须出具并案通知", "accepted at two stations: a notice is due"},
}
