package desk

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// Applicant is who applies, as the clerk typed it or as a card gave it.
type Applicant struct {
	Type        string `json:"type"` // person (default) or org
	Name        string `json:"name"`
	Number      string `json:"number"` // ID number, or the credit code of an organisation
	Phone       string `json:"phone,omitempty"`
	Address     string `json:"address,omitempty"`
	LegalPerson string `json:"legal_representative,omitempty"` // of an organisation
	Agent       *Agent `json:"agent,omitempty"`
}

// Agent is who came for the applicant.
type Agent struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	Phone  string `json:"phone,omitempty"`
}

// Card is what a reader gave, in the words of the facade: it does not know the
// driver. The clerk compared the person with the card.
type Card struct {
	Kind, Name, NameEN, Sex, Ethnicity, Birth, Address, Number string
	Issuer, ValidFrom, ValidTo, NewAddress                     string

	Photo []byte // in the chip's form; kept apart from the record, and not for long
}

// GivenMaterial is one material as the clerk found it.
type GivenMaterial struct {
	Name     string `json:"name"`
	Provided bool   `json:"provided"`
	Deferred bool   `json:"deferred,omitempty"` // promised for later, where the item allows it
	File     string `json:"-"`                  // path of a scan; optional
	Scan     []byte `json:"-"`                  // or the scan itself, and
	ScanName string `json:"-"`                  // the name of its file
}

// Materials is the checklist. In JSON it is a list, or "all": everything that
// the item requires was shown to the clerk.
type Materials struct {
	All  bool
	List []GivenMaterial
}

// UnmarshalJSON reads a list or the word "all".
func (m *Materials) UnmarshalJSON(b []byte) error {
	if string(b) == `"all"` {
		m.All = true
		return nil
	}
	return json.Unmarshal(b, &m.List)
}

// Acceptance is what a clerk hands in to have a case accepted.
type Acceptance struct {
	Item      string         `json:"item"` // code
	Card      *Card          `json:"-"`    // read from a card; then Applicant may add phone and agent
	Applicant *Applicant     `json:"applicant"`
	Form      map[string]any `json:"form"`
	Prefilled []string       `json:"-"` // form fields whose value stands as Prefill gave it
	Materials Materials      `json:"materials"`
	LegalDate counter.Date   `json:"legal_date,omitempty"` // only needed when the clock is suspicious
	Out       string         `json:"-"`                    // folder for the notice; "" makes no plain PDF
}

// DocumentRef is a document that was made.
type DocumentRef struct {
	Kind string `json:"kind"`
	File string `json:"file"` // path; empty when none was asked for
	Copy int    `json:"copy"` // how many documents of this kind were printed for the case, this one included

	Reprint int      `json:"reprint,omitempty"` // this is the n-th reprint (补打)
	Printer string   `json:"printer,omitempty"` // that took it
	Jobs    []string `json:"jobs,omitempty"`    // the spooler's names for the copies
}

// Accepted is the outcome of an acceptance.
type Accepted struct {
	Number         string         `json:"number"`
	CaseID         uuid.UUID      `json:"case_id"`
	Item           string         `json:"item"`
	Status         counter.Status `json:"status"`
	AcceptedAt     string         `json:"accepted_at"` // RFC 3339
	Due            *counter.Date  `json:"due"`
	DueProvisional bool           `json:"due_provisional"`
	Warnings       []string       `json:"warnings"`
	Documents      []DocumentRef  `json:"documents"`
}

// Refusal is a line of an import that was not accepted.
type Refusal struct {
	Line  int    `json:"line"`
	Why   string `json:"why"` // Chinese
	WhyEn string `json:"why_en"`
}

// CaseImport is the outcome of a bulk acceptance.
type CaseImport struct {
	Accepted int       `json:"accepted"`
	Refused  []Refusal `json:"refused"`
}

// CaseLine is a case in a list.
type CaseLine struct {
	Number     string  `json:"number"`
	Item       string  `json:"item"` // code
	ItemName   string  `json:"item_name"`
	Status     string  `json:"status"`
	StatusName string  `json:"status_name"`
	Stage      string  `json:"stage"`
	AcceptedAt string  `json:"accepted_at"`
	Due        *string `json:"due"`
	Division   string  `json:"division"`
}

// CaseView is a case as it is shown to somebody who may see it.
type CaseView struct {
	Number    string `json:"number"`
	CaseID    string `json:"case_id"`
	Scope     string `json:"scope"`
	Item      ItemID `json:"item"`
	Applicant struct {
		Name         string `json:"name"`
		NumberMasked string `json:"number_masked"`
		Type         string `json:"type"`
		Read         string `json:"read"` // card or typed
	} `json:"applicant"`
	Stage          string         `json:"stage"`
	StageName      string         `json:"stage_name"`
	Status         string         `json:"status"`
	StatusName     string         `json:"status_name"`
	LegalDate      string         `json:"legal_date"`
	AcceptedAt     string         `json:"accepted_at"`
	Due            *string        `json:"due"`
	DueProvisional bool           `json:"due_provisional"`
	Materials      []MaterialView `json:"materials"`
	Form           map[string]any `json:"form"`
	Documents      []PrintView    `json:"documents"`
	Timeline       []TimelineLine `json:"timeline"`
	NextVerbs      []string       `json:"next_verbs"`
	Waiting        int            `json:"waiting"` // ops about it that wait for something not held yet
	Values         []ValueView    `json:"values"`  // applicant and form, with their source
	Dispute        []string       `json:"dispute"` // ops to choose between with resolve
	Joins          []JoinView     `json:"joins"`   // other acceptances of the same matter
	Tasks          []TaskView     `json:"tasks"`   // what somebody has to see to
}

// JoinView is another acceptance of the same matter of the same person.
type JoinView struct {
	Number   string `json:"number"`
	Division string `json:"division"`
	Stage    string `json:"stage"`    // of the other case, when it was said
	Survives bool   `json:"survives"` // this case goes on; else the other does
}

// TaskView is something that a person has to see to; a note clears it.
type TaskView struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Op        string `json:"op"`
	Clearable bool   `json:"clearable"` // the user may mark it as seen to, with a note
}

// ItemID names an item and its version.
type ItemID struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// MaterialView is one material of a case.
type MaterialView struct {
	Name     string `json:"name"`
	Provided bool   `json:"provided"`
	Deferred bool   `json:"deferred"`
	File     string `json:"file,omitempty"` // SHA-256 of the scan
	Scan     *Scan  `json:"scan,omitempty"`
}

// Scan tells how a scanned material stands on this device.
type Scan struct {
	Size int64  `json:"size"` // bytes
	Ext  string `json:"ext"`
	ScanState
}

// ScanState counts the pieces of a scan: all, those on this device, and those that
// the district confirmed, as far as is known here.
type ScanState struct {
	Parts     int  `json:"parts"`
	Held      int  `json:"held"`
	Delivered int  `json:"delivered"`
	Released  bool `json:"released,omitempty"` // removed here by the retention policy
}

// PrintView is one print of a document.
type PrintView struct {
	Kind     string `json:"kind"`
	Copy     int    `json:"copy"`
	IssuedAt string `json:"issued_at"`
	Digest   string `json:"digest"`
	Title    string `json:"title"`   // of the kind, as it is called now
	Reprint  int    `json:"reprint"` // 0, or this is the n-th reprint
	Printer  string `json:"printer"` // that it was sent to last; "" if it was saved as a file
	Failed   bool   `json:"failed"`  // no printer took it
}

// TimelineLine is one fact of a case in words.
type TimelineLine struct {
	Op         string  `json:"op"`
	At         string  `json:"at"` // RFC 3339
	Actor      string  `json:"actor"`
	Device     string  `json:"device"`
	Verb       string  `json:"verb"`
	VerbName   string  `json:"verb_name"`
	Effective  bool    `json:"effective"`
	Review     bool    `json:"review"`
	Reason     *string `json:"reason"` // why it has no effect, in words
	Opinion    string  `json:"opinion,omitempty"`
	Detail     string  `json:"detail,omitempty"` // what the act said besides, in words
	By         string  `json:"by,omitempty"`     // op that reason speaks of
	Restorable bool    `json:"restorable"`
}

// ItemLine is an item in a list.
type ItemLine struct {
	Code           string   `json:"code"`
	Name           string   `json:"name"`
	Department     string   `json:"department"`
	Instant        bool     `json:"instant"`
	Days           int      `json:"days"`
	Version        int      `json:"version"`
	EffectiveFrom  string   `json:"effective_from"`
	RequiredFields []string `json:"required_fields"`
}

// UserLine is a user in a list.
type UserLine struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Division string   `json:"division"`
	Disabled bool     `json:"disabled"`
}

// PersonView is a person as the counter knows them.
type PersonView struct {
	ID           string      `json:"id"`
	Scope        string      `json:"scope"`
	Type         string      `json:"type"`
	Name         string      `json:"name"`
	NumberMasked string      `json:"number_masked"`
	Birth        string      `json:"birth,omitempty"`
	Sex          string      `json:"sex,omitempty"`
	Phone        string      `json:"phone,omitempty"` // masked
	Address      string      `json:"address,omitempty"`
	Source       string      `json:"source"` // of the identity: card, typed, import
	Superseded   int         `json:"superseded"`
	Values       []ValueView `json:"values"`
	Cases        []CaseLine  `json:"cases"`

	Reviews []PersonReview `json:"reviews"` // records that somebody has to look at, oldest first
	MaySee  bool           `json:"may_see"` // the user may say that they were looked at
	Notes   []PersonNote   `json:"notes"`   // what was said of those that were, newest first
}

// Verification answers whether a document is genuine.
type Verification struct {
	Valid    bool    `json:"valid"`
	Number   string  `json:"number"`
	Kind     string  `json:"kind"`
	IssuedAt string  `json:"issued_at"`
	Device   string  `json:"device"`
	AsOf     string  `json:"as_of"` // state of our knowledge about devices
	Why      *string `json:"why"`

	Verdict    string `json:"verdict"`     // VerdictGenuine ...
	Title      string `json:"title"`       // of the kind, in words
	DeviceName string `json:"device_name"` // as the roster has it
	Note       string `json:"note"`        // what to look at, although it is genuine
	WhyEn      string `json:"why_en,omitempty"`
	NoteEn     string `json:"note_en,omitempty"`
}

// Import tells what an import of reference data did.
type Import struct {
	Imported  int `json:"imported"`
	Unchanged int `json:"unchanged"`
	Skipped   int `json:"skipped"`
}

// Whoami is the device and the user at the counter.
type Whoami struct {
	User     string   `json:"user"`
	Roles    []string `json:"roles"`
	Device   string   `json:"device"`
	Name     string   `json:"name"`
	Division string   `json:"division"`
	Tier     string   `json:"tier"`
	Counter  string   `json:"counter"`
	Now      time.Time
}
