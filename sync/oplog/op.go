package oplog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// NonceSize is the length in bytes of an op's nonce.
const NonceSize = 12

// Op is one fact. The first group says where it stands in its log; a batch says
// it once for all its ops. The second group is the body. Both are hashed.
type Op struct {
	LogID
	Seq    uint64   // 1, 2, 3 ... within the log
	Prev   Hash     // the op before it in the log; zero for the first of a first epoch
	Realm  Position // of the district's realm log, as this device had applied it
	Powers Position // of the district's log in this scope; both never go backwards

	Kind    string   // "case.accept": the part before the dot is the entity's type
	Entity  EntityID // what it is about
	Actor   EntityID // the user who acted; zero when the device itself did
	Stamp   Stamp    // breaks ties between concurrent ops, nothing else
	Parents []Hash   // heads of the entity as seen, other logs only; sorted, unique
	Payload []byte   // open part, opaque here (JSON of the domain)
	Nonce   [NonceSize]byte
	Sealed  []Part // personal parts, sorted by field; Nonce is zero without any
}

// Part is one personal field of an op, sealed apart from the rest so that a key
// can be given, or destroyed, without the rest.
type Part struct {
	Field string
	Key   KeyID
	Data  []byte // nonce, ciphertext and tag, as package seal makes them
}

// Type is the entity's type: the kind up to its first dot.
func (o *Op) Type() string {
	typ, _, _ := strings.Cut(o.Kind, ".")
	return typ
}

// Part gives the sealed data of a field, or nil.
func (o *Op) Part(field string) *Part {
	for i := range o.Sealed {
		if o.Sealed[i].Field == field {
			return &o.Sealed[i]
		}
	}
	return nil
}

// Normalize puts parents and sealed parts into their canonical order.
func (o *Op) Normalize() {
	slices.SortFunc(o.Parents, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	o.Parents = slices.Compact(o.Parents)
	slices.SortFunc(o.Sealed, func(a, b Part) int { return strings.Compare(a.Field, b.Field) })
}

// hashDomain separates the hash of an op from every other use of SHA-256 here.
const hashDomain = "onedoor op 1\n"

// HashBody gives the identity of an op from its place and its canonical body.
func (o *Op) HashBody(body []byte) Hash {
	b := make([]byte, 0, 256)
	b = append(b, hashDomain...)
	b = appendString(b, string(o.Scope))
	b = append(b, o.Device[:]...)
	b = append(b, o.Epoch[:]...)
	b = binary.BigEndian.AppendUint64(b, o.Seq)
	b = append(b, o.Prev[:]...)
	b = appendPosition(b, o.Realm)
	b = appendPosition(b, o.Powers)
	h := sha256.New()
	h.Write(b)
	h.Write(body)
	return Hash(h.Sum(nil))
}

func appendPosition(b []byte, p Position) []byte {
	b = binary.BigEndian.AppendUint64(b, p.Seq)
	return append(b, p.Hash[:]...)
}
