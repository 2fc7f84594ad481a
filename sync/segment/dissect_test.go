package segment_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// dissector reads a segment file by docs/formats alone: it shares no code with
// the packages that write one, so that both cannot be wrong in the same way.
type dissector struct {
	key  []byte           // of the scope
	pub  *ecdsa.PublicKey // of the writer
	rest []byte
	at   int
	out  []field
	err  error

	suite, scope, device, epoch []byte
	prev                        []byte // hash of the op before the next one
	positions                   []byte // as hashed: realm and powers, 40 bytes each
}

// field is one field of the file, or of what is sealed in it.
type field struct {
	at   int
	raw  []byte
	what string
}

func (d *dissector) take(n int, what string, args ...any) []byte {
	if d.err != nil || n > len(d.rest) {
		d.fail("%d bytes for %s at %d", n, what, d.at)
		return make([]byte, n)
	}
	raw := d.rest[:n]
	d.out = append(d.out, field{d.at, raw, fmt.Sprintf(what, args...)})
	d.rest, d.at = d.rest[n:], d.at+n
	return raw
}

// number takes a varint; what is a format for its value.
func (d *dissector) number(what string) int {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || v > 1<<32 {
		d.fail("number %q at %d", what, d.at)
		return 0
	}
	d.take(n, what, v)
	return int(v)
}

func (d *dissector) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.rest = nil
}

// file reads a whole file. outside are its fields, inside those of each batch.
func (d *dissector) file(data []byte) (outside []field, inside [][]field) {
	d.rest = data
	d.take(8, `magic "ODSEG", 0, 0, version 1`)
	d.suite = d.take(1, "suite: AES-256-GCM, ECDSA P-256")
	d.scope = d.take(int(d.take(1, "length of the scope")[0]), "scope")
	d.device = d.take(32, "device")
	d.epoch = d.take(8, "epoch")
	seq := d.number("first op: %d")
	d.prev = d.take(32, "hash of the op before it")
	for len(d.rest) > 0 && d.err == nil {
		plain, count := d.batch(seq)
		if d.err != nil {
			break
		}
		in := &dissector{rest: plain, scope: d.scope, device: d.device, epoch: d.epoch, prev: d.prev, positions: d.positions}
		in.contents(seq, count)
		if d.err = in.err; d.err == nil && !bytes.Equal(in.prev, d.lastOf()) {
			d.fail("the last op's hash is %x", in.prev)
		}
		d.prev, seq = in.prev, seq+count
		inside = append(inside, in.out)
	}
	return d.out, inside
}

// lastOf finds the hash of the last op that the latest batch states.
func (d *dissector) lastOf() []byte {
	for i := len(d.out) - 1; i >= 0; i-- {
		if d.out[i].what == "hash of its last op" {
			return d.out[i].raw
		}
	}
	return nil
}

// batch reads one batch from the outside, checks its signature and opens it.
func (d *dissector) batch(seq int) (plain []byte, count int) {
	whole := d.number("batch: %d bytes follow")
	if whole < 64 || whole > len(d.rest) {
		d.fail("batch of %d bytes", whole)
		return nil, 0
	}
	signed := d.rest[:whole-64]
	flags := d.take(1, "flags")[0]
	if first := d.number("first op: %d"); first != seq {
		d.fail("op %d, not %d", first, seq)
	}
	count = d.number("count of ops: %d")
	d.take(32, "hash of its last op")
	if flags&1 != 0 {
		d.positions = d.position("realm")
		d.positions = append(d.positions, d.position("powers")...)
	}
	keyID := d.take(8, "key id")
	size := d.number("length of the plain text: %d")
	nonce := d.take(12, "nonce")
	sealed := d.take(d.number("length of the sealed text: %d"), "sealed text, and its tag of 16 bytes")
	d.checkSignature(signed, d.take(64, "signature: r, s"))
	if d.err != nil {
		return nil, 0
	}
	aad := append(bytes.Clone(d.suite), keyID...)
	aad = append(append(append(aad, byte(len(d.scope))), d.scope...), d.device...)
	aad = binary.BigEndian.AppendUint64(append(aad, d.epoch...), uint64(seq))
	return d.open(nonce, sealed, aad, size), count
}

// position reads one position and gives it as it is hashed.
func (d *dissector) position(of string) []byte {
	seq := d.number(of + " position: op %d")
	return append(binary.BigEndian.AppendUint64(nil, uint64(seq)), d.take(32, "and its hash")...)
}

func (d *dissector) checkSignature(signed, sig []byte) {
	m := append([]byte("onedoor batch 1\n"), d.suite...)
	m = append(append(append(m, byte(len(d.scope))), d.scope...), d.device...)
	sum := sha256.Sum256(append(append(m, d.epoch...), signed...))
	if !ecdsa.Verify(d.pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		d.fail("signature before %d", d.at)
	}
}

func (d *dissector) open(nonce, sealed, aad []byte, size int) []byte {
	key, err := hkdf.Key(sha256.New, d.key, nil, "onedoor batch 1", 32)
	if err != nil {
		d.fail("key: %v", err)
		return nil
	}
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	packed, err := gcm.Open(nil, nonce, sealed, aad)
	if err != nil {
		d.fail("does not open: %v", err)
		return nil
	}
	// RFC 8878, 3.1.1.1: no checksum, a dictionary id of two bytes.
	if !bytes.HasPrefix(packed, []byte{0x28, 0xb5, 0x2f, 0xfd}) || packed[4]&0b111 != 0b010 {
		d.fail("frame header %x", packed[:8])
	}
	dict, err := os.ReadFile("dict/v1.dict")
	if err != nil {
		d.fail("%v", err)
		return nil
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderDicts(dict))
	if err != nil {
		d.fail("%v", err)
		return nil
	}
	defer dec.Close()
	plain, err := dec.DecodeAll(packed, nil)
	if err != nil || len(plain) != size {
		d.fail("%d bytes instead of %d, %v", len(plain), size, err)
	}
	return plain
}

// contents reads the plain text of a batch.
func (d *dissector) contents(seq, count int) {
	for range d.number("count of heads: %d") {
		d.take(32, "device of a head")
		d.take(8, "epoch")
		d.number("its last op held here: %d")
		d.take(32, "and its hash")
	}
	for i := range count {
		n := d.number("body of op " + fmt.Sprint(seq+i) + ": %d bytes")
		if n > len(d.rest) {
			d.fail("body of %d bytes", n)
			return
		}
		body := d.rest[:n]
		d.body()
		d.prev = d.hash(uint64(seq+i), body)
	}
	if len(d.rest) > 0 {
		d.fail("%d bytes are left", len(d.rest))
	}
}

func (d *dissector) body() {
	d.take(1, "version")
	d.take(d.number("length %d"), "kind")
	d.take(16, "entity")
	d.take(16, "actor")
	d.take(8, "stamp")
	for range d.number("count of parents: %d") {
		d.take(32, "parent")
	}
	d.take(d.number("length %d"), "payload")
	parts := d.number("count of sealed parts: %d")
	if parts > 0 {
		d.take(12, "nonce of the op")
	}
	for range parts {
		d.take(d.number("length %d"), "field")
		d.take(8, "key id")
		d.take(d.number("length %d"), "nonce, sealed text, tag")
	}
}

func (d *dissector) hash(seq uint64, body []byte) []byte {
	m := append([]byte("onedoor op 1\n"), byte(len(d.scope)))
	m = append(append(append(m, d.scope...), d.device...), d.epoch...)
	m = append(binary.BigEndian.AppendUint64(m, seq), d.prev...)
	sum := sha256.Sum256(append(append(m, d.positions...), body...))
	return sum[:]
}

// dump writes fields as the documents show them: every byte, 16 to a line.
func dump(fields []field) string {
	var b strings.Builder
	for _, f := range fields {
		what := f.what
		switch what {
		case "scope", "kind", "payload", "field":
			what += " " + string(f.raw)
		}
		for i := 0; i == 0 || i < len(f.raw); i += 16 {
			line := fmt.Sprintf("%04x  %-47s  %s", f.at+i, fmt.Sprintf("% x", f.raw[i:min(i+16, len(f.raw))]), what)
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			what = ""
		}
	}
	return b.String()
}
