package document

import (
	"crypto/sha256"
	"encoding/json"
	"time"
)

// Acceptance is the kind of the acceptance notice (受理通知书).
const Acceptance = "acceptance"

// Notice is what an acceptance notice says. Days are shown in China Standard
// Time. It holds no full ID number: numbers come masked from the caller.
type Notice struct {
	Kind         string    // Acceptance
	Number       string    // case number (办件编号): on paper, in the QR code, in verification
	NoticeNumber string    // the body's own number for the paper (文号); optional
	IssuedAt     time.Time // when the record was made; whole seconds count

	Body    string // the handling body as the seal names it (受理机关)
	Phone   string // its inquiry phone
	Address string // where the counter is; optional
	Officer string // who accepted (经办人)

	Applicant Party
	Agent     *Party // who came for the applicant; nil if nobody
	Typed     bool   // the applicant was typed in, not read from a card

	Item      Item
	Materials []Material
	// NoMaterials states that the item asks for none, so that an empty list is
	// not an omission.
	NoMaterials bool `json:",omitempty"`

	ReceivedOn time.Time // materials received (收件日期)
	AcceptedOn time.Time // accepted (受理日期)
	Statutory  Limit     // legal limit (法定办结时限)
	Promised   Limit     // the body's own shorter limit (承诺办结时限)
	Due        Due       // what both come to
	NotCounted []string  // steps whose time is not counted (行政许可法 art. 45); none: prints 无

	Query   string // how to ask how far it is
	Collect string // how the result is handed over
	Fee     string // e.g. 不收费

	Copies  int // how many copies were made (一式几份)
	CopyNo  int // which of them this is, from 1
	Reprint int // 0, or this is the n-th reprint (补打)

	QR      string  `json:"-"` // set by Issue
	Edition Edition `json:"-"` // of a reprint, see Draft
}

// Party is an applicant or agent.
type Party struct {
	Name         string
	Number       string // masked; an organisation's credit code is public and stands in full
	NumberLabel  string // what the number is; default 证件号码, for organisations 统一社会信用代码
	Organisation bool
	LegalRep     string // an organisation's legal representative; optional
	Phone        string // masked; optional
}

// Item is the service item applied for.
type Item struct {
	Name, Code string
	Type       string // 行政许可, 行政确认, 公共服务 ...
	Basis      string // legal basis of the acceptance; licences have a default
	Instant    bool   // finished on the spot (即时办结)
}

// Material is one line of the list of what was handed in.
type Material struct {
	Name      string
	Originals int // counts of papers kept
	Copies    int
	Note      string // e.g. 电子件, 核验原件后退回; optional
}

// Limit is a span of time, as "20 工作日". Text, if set, is printed instead,
// e.g. 法律法规未规定.
type Limit struct {
	Days int
	Unit string // default 工作日
	Text string
}

// Due is the date by which the result must be given.
type Due struct {
	On          time.Time // unused for instant items
	Provisional bool      // computed with days nobody has published yet
	Reason      string    // why it is provisional
}

// digestDomain keeps this digest apart from every other use of SHA-256.
const digestDomain = "onedoor/document/v1\x00"

// Digest is SHA-256 of everything the notice states, but not of which copy or
// reprint this paper is: all of them carry the same. Any later Notice with the
// same statements has the same digest (docs/document-format.md).
func (n Notice) Digest() [sha256.Size]byte {
	n.CopyNo, n.Reprint = 0, 0
	for _, t := range []*time.Time{&n.IssuedAt, &n.ReceivedOn, &n.AcceptedOn, &n.Due.On} {
		*t = t.UTC().Truncate(time.Second)
	}
	text, err := json.Marshal(n)
	if err != nil { // only a year beyond 9999 can do this; Render refuses it
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(append([]byte(digestDomain), text...))
}
