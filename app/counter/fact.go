package counter

import (
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ScopeRealm is the scope that only the district writes; every other scope is
// the 12-digit code of a service point.
const ScopeRealm = "realm"

// Fact is one op as the domain sees it: who did what to which entity, where,
// and with which right. The log that it came from is none of its business.
type Fact struct {
	ID       [32]byte                           // hash of the op
	Kind     string                             // "case.accept": entity type, dot, verb
	Entity   uuid.UUID                          // what it is about
	Actor    uuid.UUID                          // the user; zero is the device itself
	Device   [32]byte                           // the device that said it
	Scope    string                             // ScopeRealm or 12 digits
	At       time.Time                          // physical part of the stamp, UTC, milliseconds; never a legal date
	Payload  []byte                             // JSON of the kind's payload struct
	Sealed   map[string]SealedRef               // personal parts by field; opaque, folds carry the references only
	Epoch    [8]byte                            // which life of the device's log
	Seq      uint64                             // its place there
	Leads    func(seq uint64, op [32]byte) bool // of a log with branches: whether that op of it follows from this one; nil without
	Position uint64                             // how much of the district's log in the scope its author had applied
	District bool                               // written by the district's own device
	Verdict  Verdict                            // right to act, from Powers.Judge, filled before folding
}

// Type is the entity type of the fact's kind, the part before the dot.
func (f *Fact) Type() string {
	typ, _, _ := strings.Cut(f.Kind, ".")
	return typ
}

// Verb is the part of the kind after the dot.
func (f *Fact) Verb() Verb {
	_, verb, _ := strings.Cut(f.Kind, ".")
	return Verb(verb)
}

// part gives the reference of a sealed field, nil without one.
func (f *Fact) part(field string) *SealedRef {
	ref, ok := f.Sealed[field]
	if !ok {
		return nil
	}
	return &ref
}

// SealedRef names a personal part where it lies: the op that carries it and
// the field. As text, and in JSON, it is "hex64/field".
type SealedRef struct {
	Op    [32]byte
	Field string
}

// String gives "hex64/field".
func (r SealedRef) String() string { return hex.EncodeToString(r.Op[:]) + "/" + r.Field }

// MarshalText gives the form of String.
func (r SealedRef) MarshalText() ([]byte, error) {
	b := hex.AppendEncode(make([]byte, 0, 65+len(r.Field)), r.Op[:])
	return append(append(b, '/'), r.Field...), nil
}

// UnmarshalText reads the form of String.
func (r *SealedRef) UnmarshalText(b []byte) error {
	op, field, ok := strings.Cut(string(b), "/")
	id, err := ParseOpID(op)
	if !ok || err != nil || field == "" {
		return errors.New("counter: not a reference to a sealed part")
	}
	*r = SealedRef{Op: id, Field: field}
	return nil
}

// OpID is the identity of an op inside states: 64 hexadecimal digits in JSON.
type OpID [32]byte

// String gives 64 lower-case hexadecimal digits.
func (id OpID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText gives the form of String.
func (id OpID) MarshalText() ([]byte, error) {
	return hex.AppendEncode(make([]byte, 0, 64), id[:]), nil
}

// UnmarshalText reads the form of String.
func (id *OpID) UnmarshalText(b []byte) error {
	got, err := ParseOpID(string(b))
	*id = got
	return err
}

// ParseOpID reads 64 hexadecimal digits.
func ParseOpID(s string) (id [32]byte, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(id) {
		return id, errors.New("counter: an op is named by 64 hexadecimal digits")
	}
	copy(id[:], raw)
	return id, nil
}

// Verdict is the outcome of judging the right to act at the position that the
// op named. Authority orders concurrent facts: tier (village 0, town 10,
// district 20) plus the rank of the role acted under (1 to 4); 0 without right.
type Verdict struct {
	OK        bool
	Authority int
	Reason    string // why not, a code of ReasonText
	Since     uint64 // of a revoked device: place of the revocation in the district's log
	Review    bool   // stands, but somebody has to look at it (待复核)
}

// Rank is the rank of the role acted under: 1 clerk, 2 reviewer, 3 approver,
// 4 supervisor; 0 for devices and without right.
func (v Verdict) Rank() int { return v.Authority % 10 }

// Effect is what became of one fact. A fact without effect always has a reason.
type Effect struct {
	Effective bool     // counts in the state
	Reason    string   // stable code, see ReasonText; also on some effective facts
	Review    bool     // 待复核
	By        [32]byte // the fact that Reason speaks of; zero if none
}
