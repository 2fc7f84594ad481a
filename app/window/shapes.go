package window

import "onedoor/app/desk"

// Station is the device as it is named before anybody has logged in.
type Station struct {
	Name     string `json:"name"`
	Division string `json:"division"` // 12 digits
	Counter  string `json:"counter"`
	Tier     string `json:"tier"` // village, town, district
	District string `json:"district"`
}

// Who is the logged-in user.
type Who struct {
	User  string   `json:"user"`
	Roles []string `json:"roles"`
	Idle  int      `json:"idle_seconds"` // without any sign of the user, until logged out
}

// CaseFilter chooses cases; empty fields choose all.
type CaseFilter struct {
	Status string `json:"status"`
	Item   string `json:"item"` // code
	From   string `json:"from"` // accepted on or after, YYYY-MM-DD
	To     string `json:"to"`
	Limit  int    `json:"limit"` // 0 is the usual page
	Offset int    `json:"offset"`
}

// CasePage is a part of a list of cases.
type CasePage struct {
	Cases []desk.CaseLine `json:"cases"`
	More  bool            `json:"more"` // there are some after these
}

// CardRead is what a reader gave, for the clerk to compare with the person.
type CardRead struct {
	ID        string `json:"id"` // names the card in an Application
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	NameEN    string `json:"name_en"`
	Sex       string `json:"sex"`
	Ethnicity string `json:"ethnicity"`
	Birth     string `json:"birth"`
	Address   string `json:"address"`
	Number    string `json:"number"`
	Issuer    string `json:"issuer"`
	ValidFrom string `json:"valid_from"`
	ValidTo   string `json:"valid_to"` // a date, or 长期

	Warnings []string `json:"warnings"`
}

// Application is what a page hands in to have a case accepted.
type Application struct {
	Item      string          `json:"item"` // code
	Card      string          `json:"card"` // CardRead.ID; "" if the applicant was typed
	Applicant desk.Applicant  `json:"applicant"`
	Form      map[string]any  `json:"form"`
	Prefilled []string        `json:"prefilled"` // fields of the form whose value stands as Prefill gave it
	Materials []GivenMaterial `json:"materials"`
	LegalDate string          `json:"legal_date"` // YYYY-MM-DD, only when the clock is doubtful
}

// PrefillAsk names the form and the applicant whose values are looked for.
type PrefillAsk struct {
	Item   string `json:"item"`   // code
	Card   string `json:"card"`   // CardRead.ID; "" if the applicant was typed
	Number string `json:"number"` // typed; a card's own goes before it
}

// Accepted is a case that is durable.
type Accepted struct {
	Number         string   `json:"number"`
	Item           string   `json:"item"`
	AcceptedAt     string   `json:"accepted_at"`
	Due            *string  `json:"due"`
	DueProvisional bool     `json:"due_provisional"`
	Warnings       []string `json:"warnings"`
}

// Act is a step of a case.
type Act struct {
	Number    string `json:"number"`
	Verb      string `json:"verb"`
	Opinion   string `json:"opinion"`
	To        string `json:"to"`                   // handover: division code
	Choose    string `json:"choose"`               // resolve, restore: op of the timeline
	LegalDate string `json:"legal_date,omitempty"` // correct: YYYY-MM-DD, "" leaves it
	Due       string `json:"due,omitempty"`        // correct: YYYY-MM-DD, "" counts it anew

	Paper string            `json:"paper,omitempty"` // kind of the document that is to be issued after it
	Texts map[string]string `json:"texts,omitempty"` // its statements by field, as in PaperRequest
}

// WithheldDevice is a revoked device with all of it that has no effect yet.
type WithheldDevice struct {
	Device string               `json:"device"` // names it in an Admission
	Name   string               `json:"name"`   // as the roster has it
	Ops    int                  `json:"ops"`
	Cases  int                  `json:"cases"`
	People int                  `json:"people"`
	First  string               `json:"first"` // RFC 3339, by the device's own clock
	Last   string               `json:"last"`
	Things []desk.WithheldThing `json:"things"` // oldest first
}

// Admission gives effect to all of a device that a supervisor looked at, or to one
// case or person of it.
type Admission struct {
	Device  string `json:"device"`
	Thing   string `json:"thing,omitempty"` // id of a WithheldThing; its applicant's goes with it. "" is all
	Expect  int    `json:"expect"`          // acts that were looked at: WithheldDevice.Ops, or those of the thing and of what goes with it
	Opinion string `json:"opinion"`         // how it was verified; kept sealed
}

// Admitted is what an Admission gave effect to.
type Admitted struct {
	Name   string `json:"name"`
	Ops    int    `json:"ops"`
	Cases  int    `json:"cases"`
	People int    `json:"people"`
}

// Restore lets an earlier value of a person's field stand again.
type Restore struct {
	Person string `json:"person"` // PersonView.id
	Field  string `json:"field"`  // identity, phone, address
	Op     string `json:"op"`     // OtherValue.op
}

// SeenPerson says that records of a person that bear 待复核 were looked at.
type SeenPerson struct {
	Person string   `json:"person"` // PersonView.id
	Ops    []string `json:"ops"`    // PersonReview.op, as they were shown
	Text   string   `json:"text"`   // what was found
}

// Paper is a document that was just made.
type Paper struct {
	Kind   string `json:"kind"`
	Copy   int    `json:"copy"`
	File   string `json:"file"`   // where it was saved; "" in a browser
	Opened bool   `json:"opened"` // the system's viewer was started on File
	Ticket string `json:"ticket"` // fetches it once, at /api/paper/; "" in the desktop program

	Reprint  int      `json:"reprint"` // 0, or this is the n-th reprint
	Printer  string   `json:"printer"` // that took it; "" if it is to be looked at
	Warnings []string `json:"warnings"`
}

// PaperRequest asks for a document: of a case (number), of an item (guide,
// checklist), of a person (mine) or of a day (handover).
type PaperRequest struct {
	Kind   string            `json:"kind"`
	Number string            `json:"number"` // of the case; "" for the others
	Texts  map[string]string `json:"texts"`  // statements by field, as typed; empty prints the last one again
	Anew   bool              `json:"anew"`   // not a reprint: state what is so now
	Copy   int               `json:"copy"`   // which copy; 0 is the first, and all at a printer
	Paper  string            `json:"paper"`  // a4, a5, roll80; "" is the usual one

	Printer string `json:"printer"` // "" shows it instead

	Item   string `json:"item"`   // code
	Person string `json:"person"` // ID number or credit code
	Day    string `json:"day"`    // YYYY-MM-DD; "" is today
	To     string `json:"to"`     // who takes the papers over
}
