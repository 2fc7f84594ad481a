package segment

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

const (
	sigSize    = 64
	maxOps     = 1 << 14
	maxPlain   = 8 << 20
	maxHeads   = 1 << 14
	signDomain = "onedoor batch 1\n"

	flagPositions = 1 // realm and powers positions follow; else those of the batch before
	knownFlags    = flagPositions
)

// State is where a log stands before a batch: what the batch continues from.
type State struct {
	Seq    uint64     // last op
	Prev   oplog.Hash // its hash
	Realm  oplog.Position
	Powers oplog.Position
}

// Batch is one parsed batch of a file: what is in the clear. Nothing of it is
// proven before Verify, nothing of its inside before Open.
type Batch struct {
	Offset int64 // in the file, of the length prefix
	Size   int64 // whole, with length prefix and signature
	First  uint64
	Count  int
	Last   oplog.Hash // hash of its last op

	hasPositions  bool
	realm, powers oplog.Position
	key           oplog.KeyID
	plainSize     int
	nonce         [seal.NonceSize]byte
	sealed        []byte
	signed        []byte // what the signature covers, in the file
	sig           []byte
}

// LastSeq is the number of the batch's last op.
func (b *Batch) LastSeq() uint64 { return b.First + uint64(b.Count) - 1 }

// Key is the id of the key the batch is sealed with.
func (b *Batch) Key() oplog.KeyID { return b.key }

// NamesPositions tells whether it says itself which positions its ops name; else they
// are those of the batch before.
func (b *Batch) NamesPositions() bool { return b.hasPositions }

// Encode makes one batch of ops that continue the log from st. Seq, Prev and
// positions of the ops are taken as they are; bodies are their canonical bytes.
// positions says whether to write them: at the front of a file and on change.
func (c *Codec) Encode(log oplog.LogID, suite seal.Suite, positions bool, ops []oplog.Op, bodies [][]byte,
	last oplog.Hash, heads []oplog.Head, s *seal.Sealer, priv *ecdsa.PrivateKey) ([]byte, error) {
	plain := appendHeads(nil, heads)
	for _, body := range bodies {
		plain = append(binary.AppendUvarint(plain, uint64(len(body))), body...)
	}
	packed := c.compress(plain)
	var nonce [seal.NonceSize]byte
	rand.Read(nonce[:])
	first := ops[0].Seq

	var b []byte
	if positions {
		b = append(b, flagPositions)
	} else {
		b = append(b, 0)
	}
	b = binary.AppendUvarint(b, first)
	b = binary.AppendUvarint(b, uint64(len(ops)))
	b = append(b, last[:]...)
	if positions {
		b = appendPosition(b, ops[0].Realm)
		b = appendPosition(b, ops[0].Powers)
	}
	b = append(b, s.ID[:]...)
	b = binary.AppendUvarint(b, uint64(len(plain)))
	b = append(b, nonce[:]...)
	b = binary.AppendUvarint(b, uint64(len(packed)+seal.Overhead))
	b = s.SealBatch(b, nonce, log, first, packed)

	sig, err := sign(priv, digest(suite, log, b))
	if err != nil {
		return nil, err
	}
	b = append(b, sig...)
	return append(binary.AppendUvarint(nil, uint64(len(b))), b...), nil
}

// Verify checks the writer's signature.
func (b *Batch) Verify(h Header, pub *ecdsa.PublicKey) error {
	r, s := new(big.Int).SetBytes(b.sig[:32]), new(big.Int).SetBytes(b.sig[32:])
	if s.Cmp(halfOrder) > 0 || !ecdsa.Verify(pub, digest(h.Suite, h.LogID, b.signed), r, s) {
		return fmt.Errorf("%w: signature of ops %d-%d", ErrRefused, b.First, b.LastSeq())
	}
	return nil
}

// Opened is the inside of a batch, checked against the log's chain.
type Opened struct {
	Ops    []oplog.Op
	Hashes []oplog.Hash
	Bodies [][]byte
	Heads  []oplog.Head // of other logs of the scope, as the writer held them, where changed
	After  State
}

// Open unseals the batch and checks that its ops continue the log from st: each
// op's hash covers the hash before it, and the last one is what was signed. Whether
// its positions go forward is told by who holds the district's log.
func (c *Codec) Open(b *Batch, h Header, st State, s *seal.Sealer) (*Opened, error) {
	if b.First != st.Seq+1 {
		return nil, fmt.Errorf("%w: op %d follows op %d", ErrRefused, b.First, st.Seq)
	}
	if b.hasPositions {
		st.Realm, st.Powers = b.realm, b.powers
	}
	packed, err := s.OpenBatch(b.nonce, h.LogID, b.First, b.sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: ops %d-%d: %w", ErrRefused, b.First, b.LastSeq(), err)
	}
	plain, err := c.decompress(packed, b.plainSize)
	if err != nil {
		return nil, err
	}
	o, err := unpack(plain, b, h, st)
	if err != nil {
		return nil, err
	}
	if o.After.Prev != b.Last {
		return nil, fmt.Errorf("%w: chain of ops %d-%d does not continue from %s", ErrRefused, b.First, b.LastSeq(), st.Prev.Short())
	}
	return o, nil
}

func unpack(plain []byte, b *Batch, h Header, st State) (*Opened, error) {
	r := oplog.Reader{B: plain}
	o := &Opened{Heads: readHeads(&r), Ops: make([]oplog.Op, b.Count), After: st,
		Hashes: make([]oplog.Hash, b.Count), Bodies: make([][]byte, b.Count)}
	for i := range o.Ops {
		body := r.Bytes(oplog.MaxBody)
		if r.Err() != nil {
			break
		}
		op := &o.Ops[i]
		op.LogID, op.Seq, op.Prev = h.LogID, b.First+uint64(i), o.After.Prev
		op.Realm, op.Powers = st.Realm, st.Powers
		if err := op.DecodeBody(body); err != nil {
			return nil, fmt.Errorf("%w: op %d: %w", ErrRefused, op.Seq, err)
		}
		o.Bodies[i], o.Hashes[i] = body, op.HashBody(body)
		o.After.Seq, o.After.Prev = op.Seq, o.Hashes[i]
	}
	if r.Err() != nil || len(r.B) != 0 {
		return nil, fmt.Errorf("%w: inside of ops %d-%d", ErrRefused, b.First, b.LastSeq())
	}
	return o, nil
}

// halfOrder is half the order of P-256. Of a signature's two spellings only the
// one with the lower s is accepted, so that nobody can make a second one.
var halfOrder = new(big.Int).Rsh(elliptic.P256().Params().N, 1)

func digest(suite seal.Suite, log oplog.LogID, signed []byte) []byte {
	h := sha256.New()
	h.Write([]byte(signDomain))
	h.Write([]byte{byte(suite), byte(len(log.Scope))})
	h.Write([]byte(log.Scope))
	h.Write(log.Device[:])
	h.Write(log.Epoch[:])
	h.Write(signed)
	return h.Sum(nil)
}

func sign(priv *ecdsa.PrivateKey, digest []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, priv, digest)
	if err != nil {
		return nil, fmt.Errorf("segment: sign: %w", err)
	}
	if s.Cmp(halfOrder) > 0 {
		s.Sub(elliptic.P256().Params().N, s)
	}
	sig := make([]byte, sigSize)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return sig, nil
}
