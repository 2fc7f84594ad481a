package counter

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Act is something to be recorded: what was done, to what, by whom. It becomes
// one op in the log of its scope.
type Act struct {
	Scope   string // "realm" or the 12-digit code of a service point
	Kind    string // "case.accept"
	Entity  uuid.UUID
	Actor   uuid.UUID         // zero when the device itself acts
	Payload any               // marshalled to JSON
	Sealed  map[string][]byte // personal parts in the clear; sealed on the way in
	New     bool              // the entity is made by this act: there is no history to look up
}

// Recorder takes the acts of one transaction.
type Recorder interface {
	// Now is the one moment of the transaction.
	Now() time.Time
	// Append adds an act and gives the hash of its op.
	Append(Act) ([32]byte, error)
	// NextSerial counts the case numbers of a day. The date returned is the one
	// to print: it never lies before that of the number before.
	NextSerial(day time.Time) (date time.Time, serial uint64)
}

// Ledger is the port to what a device holds. Errors are *Error: CodeNotFound
// when there is no such thing, CodeBusy, CodeIntegrity, CodeFailed otherwise.
type Ledger interface {
	// Record runs f and makes all that it appended durable in one transaction,
	// together with its effect on every state and with the serial it took. When
	// it returns nil, the acts survive a power cut.
	Record(ctx context.Context, f func(Recorder) error) error
	// Scopes lists the scopes that are held, "realm" first.
	Scopes() []string
	// Revision rises whenever anything of a scope was added.
	Revision(ctx context.Context, scope string) (uint64, error)
	// Powers gives the powers of a scope as held now.
	Powers(ctx context.Context, scope string) (*Powers, error)
	// Entity gives the folded state of one entity and its history.
	Entity(ctx context.Context, scope string, id uuid.UUID) (*Dossier, error)
	// Persons lists the people of a scope, in the order in which they came.
	Persons(ctx context.Context, scope string) ([]PersonMark, error)
	// States gives the canonical JSON of all entities of a type in a scope; none for
	// cases and persons, whose state is folded by Entity.
	States(ctx context.Context, scope, typ string) ([]StateRow, error)
	// Open opens a sealed part of an op about an entity.
	Open(ctx context.Context, scope string, entity uuid.UUID, ref SealedRef) ([]byte, error)
	// CaseByNumber finds the cases that bear a number: more than one only after
	// a whole disk was restored.
	CaseByNumber(ctx context.Context, number string) ([]CaseRow, error)
	// Cases lists cases, newest acceptance first.
	Cases(ctx context.Context, f CaseFilter) ([]CaseRow, error)
	// People finds persons by ID number or credit code.
	People(ctx context.Context, number string) ([]PersonRow, error)
	// Reviews lists the cases and persons of which somebody has to see to something,
	// newest first; of all scopes for "".
	Reviews(ctx context.Context, scope string) ([]ReviewRow, error)
	// Touched lists the cases of these items that acts after a mark are about, or
	// about whose person they are. upTo is the mark for the next call; done tells
	// that nothing is left for now.
	Touched(ctx context.Context, items []string, after uint64) (cases []CaseRow, upTo uint64, done bool, err error)
	// SameMatter lists the cases of the same item, in all scopes, whose person may
	// be the same by number; the one asked about is among them.
	SameMatter(ctx context.Context, c CaseRow) ([]CaseRow, error)
	// Clock tells what the device can witness about the time.
	Clock(ctx context.Context) (ClockEvidence, error)
}

// Dossier is one entity with everything that was ever said of it, in order.
type Dossier struct {
	Scope   string
	Entity  uuid.UUID
	Type    string
	Facts   []Fact // in the deterministic order
	Folded  Folded // Folded.Effects[i] belongs to Facts[i]
	Waiting int    // ops that wait for something not held yet
}

// StateRow is the state of one entity.
type StateRow struct {
	Entity uuid.UUID
	JSON   []byte
}

// PersonMark names a person, and tells without opening anything whether the record is
// as it was.
type PersonMark struct {
	Entity uuid.UUID
	State  [16]byte // the beginning of the hash of its state
}

// CaseFilter narrows Cases. Zero values do not narrow; Limit 0 gives all.
type CaseFilter struct {
	Scope  string
	Status string
	Item   string
	Person uuid.UUID
	From   string // accepted on or after, YYYY-MM-DD
	To     string
	// Provisional leaves only those whose due date waits for a calendar.
	Provisional bool
	Limit       int
	Offset      int
}

// CaseRow is a case as lists show it.
type CaseRow struct {
	Scope      string
	Entity     uuid.UUID
	Number     string
	Item       string // code
	Person     uuid.UUID
	Status     string
	Stage      string
	AcceptedAt string // RFC 3339
	Due        string // YYYY-MM-DD; empty without
}

// ReviewRow is a case or person with what has to be seen to.
type ReviewRow struct {
	Scope  string
	Entity uuid.UUID
	Type   string   // case or person
	Number string   // of a case, also of one whose acceptance has no effect yet
	Kinds  []string // TaskReview, TaskDispute ...
}

// PersonRow is a person found by number.
type PersonRow struct {
	Scope  string
	Entity uuid.UUID
}

// ClockEvidence is what a device knows about the time besides its own clock.
type ClockEvidence struct {
	Now  time.Time // the clock
	Own  time.Time // latest time this device recorded anything; zero at first
	Seen time.Time // latest time that any device recorded, as held here
}

// Margins of doubt about a clock.
const (
	clockBack  = 10 * time.Minute     // behind our own last record: set back
	clockPeers = 26 * time.Hour       // behind a peer's record by more than a day and some: one of us is wrong
	clockAhead = 180 * 24 * time.Hour // half a year since anybody recorded anything
)

// Suspicious tells whether the clock contradicts what is known, so that the
// clerk must confirm the legal date.
func (e ClockEvidence) Suspicious() bool {
	last := e.Own
	if e.Seen.After(last) {
		last = e.Seen
	}
	switch {
	case last.IsZero():
		return false
	case !e.Own.IsZero() && e.Now.Before(e.Own.Add(-clockBack)):
		return true
	case e.Now.Before(e.Seen.Add(-clockPeers)):
		return true
	}
	return e.Now.After(last.Add(clockAhead))
}
