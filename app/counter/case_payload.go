package counter

import "github.com/google/uuid"

// How an applicant's identity came into the case.
const (
	ReadCard  = "card"
	ReadTyped = "typed" // honestly and for ever marked as not read from a card
)

// Sealed fields of case facts.
const (
	SealedApplicant = "applicant" // JSON snapshot of the applicant
	SealedForm      = "form"      // JSON of the form
	SealedSources   = "sources"   // JSON of where values of the form came from, by field
	SealedAgent     = "agent"     // JSON of the agent
	SealedOpinion   = "opinion"   // what was written to an act
	SealedText      = "text"      // of a note
	SealedPaper     = "paper"     // what a printed document states, deflated JSON
)

// AcceptPayload is the open part of case.accept. Its sealed parts are
// applicant, form and agent. Everything in it is a snapshot: the case keeps
// the item, calendar and days that it was accepted under.
type AcceptPayload struct {
	Number          string          `json:"number"` // FormatNumber
	Item            ItemRef         `json:"item"`
	Person          uuid.UUID       `json:"person"`
	Type            string          `json:"type"` // ObjectPerson or ObjectOrg
	Read            string          `json:"read"` // ReadCard or ReadTyped
	Channel         string          `json:"channel"`
	Counter         string          `json:"counter"`
	Division        string          `json:"division"`
	LegalDate       Date            `json:"legal_date"`
	AcceptedAt      string          `json:"accepted_at"` // RFC 3339 with offset
	Due             *Date           `json:"due"`         // null for instant items
	DueProvisional  bool            `json:"due_provisional"`
	Calendar        string          `json:"calendar"` // calendars counted with, as text
	Instant         bool            `json:"instant"`
	PromisedDays    int             `json:"promised_days"`
	Materials       []GivenMaterial `json:"materials"`
	ClockSuspicious bool            `json:"clock_suspicious"`
}

// ItemRef names the item version that a case was accepted under.
type ItemRef struct {
	ID      uuid.UUID `json:"id"`
	Code    string    `json:"code"`
	Name    string    `json:"name"`
	Version int       `json:"version"`
}

// GivenMaterial is one material of the checklist as the clerk found it.
type GivenMaterial struct {
	Name      string        `json:"name"`
	Provided  bool          `json:"provided"`
	Deferred  bool          `json:"deferred"` // may follow later (容缺)
	Originals int           `json:"originals"`
	Copies    int           `json:"copies"`
	File      *MaterialFile `json:"file,omitempty"`
	Supplies  string        `json:"supplies,omitempty"` // ID of the deferred material that this one makes good
}

// MaterialFile names a scanned material by its content.
type MaterialFile struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Ext    string `json:"ext"`
	Root   string `json:"root,omitempty"` // hash of the root piece of the sealed scan, in hexadecimal
}

// ActPayload is the open part of the simple stage acts. What a person wrote
// about the act is personal and travels sealed as SealedOpinion.
type ActPayload struct {
	To     string `json:"to,omitempty"`     // handover: division code of who is to act
	Reason string `json:"reason,omitempty"` // void, deny, return: a reason without names in it
}

// ResolvePayload chooses between the acts of a dispute.
type ResolvePayload struct {
	Choose OpID   `json:"choose"`
	Reason string `json:"reason,omitempty"`
}

// RestorePayload names the superseded act that is to count after all.
type RestorePayload struct {
	Op OpID `json:"op"`
}

// CorrectPayload changes the legal date of an acceptance, and with it the due date.
type CorrectPayload struct {
	LegalDate      Date   `json:"legal_date"`
	Due            *Date  `json:"due"`
	DueProvisional bool   `json:"due_provisional"`
	Calendar       string `json:"calendar"`
	Reason         string `json:"reason"`
}

// MaterialPayload adds materials or removes some by their IDs, never both: an
// addition always stands, a removal gives way to a concurrent decision.
type MaterialPayload struct {
	Add    []GivenMaterial `json:"add,omitempty"`
	Remove []string        `json:"remove,omitempty"`
}

// NotePayload goes with a sealed text. Remove takes notes away, Clear strikes
// tasks that name these ops off the case's list.
type NotePayload struct {
	Kind   string `json:"kind,omitempty"`
	Remove []OpID `json:"remove,omitempty"`
	Clear  []OpID `json:"clear,omitempty"`
}

// sees tells whether this is how a supervisor says what was seen to.
func (p *NotePayload) sees(f *Fact) bool {
	return len(p.Clear) > 0 && f.Verdict.Rank() >= Supervisor.Rank()
}

// PrintPayload says that a document was issued: what it states travels sealed
// as SealedPaper, so that a reprint years later is the same. Whether a printer
// took it is a fact of its own, PrintedPayload.
type PrintPayload struct {
	Kind     string `json:"kind"`   // acceptance, grant, ...
	Digest   string `json:"digest"` // SHA-256 of what the document states, hexadecimal
	Copy     int    `json:"copy"`   // 1 is the first print of this kind
	IssuedAt string `json:"issued_at"`

	Version int    `json:"version,omitempty"` // of the wording
	Wording string `json:"wording,omitempty"` // its fingerprint
	Paper   string `json:"paper,omitempty"`   // a4, a5, roll80
	CopyNo  int    `json:"copy_no,omitempty"` // which of the copies, from 1; 0 is all of them
	Reprint int    `json:"reprint,omitempty"` // 0, or this is the n-th reprint of the same document
	Number  string `json:"number,omitempty"`  // as printed, where another case bears the same number
}

// PrintedPayload says what became of a print that was sent to a printer.
type PrintedPayload struct {
	Of      OpID   `json:"of"` // the print
	OK      bool   `json:"ok"` // the spooler took it
	Printer string `json:"printer"`
	Job     string `json:"job,omitempty"` // the spooler's name for it
	Why     string `json:"why,omitempty"` // a code: stopped, rejecting, no_printer, no_spooler, failed
}

// JoinPayload says that the same matter was accepted twice. Both receipts stay
// valid; the survivor is handled on.
type JoinPayload struct {
	Number   string    `json:"number"`   // of the other case
	Division string    `json:"division"` // its service point
	Stage    string    `json:"stage"`
	Case     uuid.UUID `json:"case"`
	Survives bool      `json:"survives"` // this case is the one that is handled on
}

// newPayload gives an empty payload struct for a verb, nil for unknown verbs.
func newPayload(v Verb) any {
	switch v {
	case VerbAccept:
		return &AcceptPayload{}
	case VerbResolve:
		return &ResolvePayload{}
	case VerbRestore:
		return &RestorePayload{}
	case VerbCorrect:
		return &CorrectPayload{}
	case VerbMaterial:
		return &MaterialPayload{}
	case VerbNote:
		return &NotePayload{}
	case VerbPrint:
		return &PrintPayload{}
	case VerbPrinted:
		return &PrintedPayload{}
	case VerbJoin:
		return &JoinPayload{}
	case VerbAdmit:
		return &AdmitPayload{}
	case VerbRecount:
		return &RecountPayload{}
	}
	if verbs[v].class == classUnknown {
		return nil
	}
	return &ActPayload{}
}

// complete tells whether a payload says what its verb needs.
func complete(f *Fact, payload any) bool {
	switch p := payload.(type) {
	case *AcceptPayload:
		return p.Number != "" && p.Item.Code != ""
	case *ResolvePayload:
		return p.Choose != OpID{}
	case *RestorePayload:
		return p.Op != OpID{}
	case *CorrectPayload:
		return p.LegalDate.Valid()
	case *MaterialPayload:
		return (len(p.Add) > 0) != (len(p.Remove) > 0)
	case *RecountPayload:
		return p.LegalDate.Valid() && p.Due.Valid()
	case *AdmitPayload:
		return len(p.Ops) > 0
	case *PrintPayload:
		return p.Kind != ""
	case *PrintedPayload:
		return p.Of != OpID{}
	case *ActPayload:
		return f.Verb() != VerbVoid || p.Reason != "" || f.part(SealedOpinion) != nil
	}
	return true
}
