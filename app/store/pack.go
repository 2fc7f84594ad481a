package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Bodies of ops are packed one by one in the table: a fixed dictionary of how ops look
// takes away what is the same in all of them, four tenths of the bytes. What they are
// hashed and signed as is the unpacked body, which is checked wherever hashes are.
//
// packedV1 is the first byte of a packed body, before an S2 block made with the text of
// the segment dictionary 1. No canonical body begins with it, so that bodies which an
// older program stored stand beside packed ones.
const packedV1 = 0xd1

var packDict = newPackDict()

func newPackDict() *s2.Dict {
	text, err := segment.DictText()
	d := s2.MakeDictManual(text, 0)
	if err != nil || d == nil {
		panic(fmt.Sprintf("store: the embedded dictionary is damaged: %v", err))
	}
	return d
}

// packer reuses one buffer; what pack gives is good until its next call.
type packer struct{ buf []byte }

// pack gives what the table keeps of a canonical body.
func (p *packer) pack(body []byte) []byte {
	if n := s2.MaxEncodedLen(len(body)) + 1; len(p.buf) < n {
		p.buf = make([]byte, 2*n)
	}
	p.buf[0] = packedV1
	block := packDict.Encode(p.buf[1:], body)
	if len(block) == 0 || len(block)+1 >= len(body) || &block[0] != &p.buf[1] {
		return body
	}
	return p.buf[:1+len(block)]
}

// packAll packs the bodies of a batch, each for itself.
func packAll(bodies [][]byte) [][]byte {
	var p packer
	kept := make([][]byte, len(bodies))
	for i, body := range bodies {
		kept[i] = bytes.Clone(p.pack(body))
	}
	return kept
}

var errPacked = errors.New("store: a packed body does not unpack")

// Unpack gives the canonical body of what the table keeps of one. What is not packed is given
// as it is: whether it is a body is for its reader to say.
func Unpack(kept []byte) ([]byte, error) {
	if len(kept) == 0 || kept[0] != packedV1 {
		return kept, nil
	}
	n, err := s2.DecodedLen(kept[1:])
	if err != nil || n > oplog.MaxBody {
		return nil, errPacked
	}
	body, err := packDict.Decode(nil, kept[1:])
	if err != nil {
		return nil, errPacked
	}
	return body, nil
}

// decodeKept reads an op's body as the table keeps it.
func decodeKept(o *oplog.Op, kept []byte) error {
	body, err := Unpack(kept)
	if err != nil {
		return err
	}
	return o.DecodeBody(body)
}
