package recording

import (
	"bytes"

	"onedoor/app/cardreader/sdt"
)

const frameHead = 7 // preamble and length

var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// scrub replaces everything personal in the bytes that came from the reader, in
// place. It looks at each connection as one stream, because a frame may lie in
// many pieces.
func scrub(events []Event) {
	var pieces [][]byte
	flush := func() {
		if len(pieces) == 0 {
			return
		}
		raw := bytes.Join(pieces, nil)
		clean := scrubStream(raw)
		for _, p := range pieces {
			clean = clean[copy(p, clean):]
		}
		clear(raw)
		pieces = nil
	}
	for _, e := range events {
		switch e.Kind {
		case Recv:
			pieces = append(pieces, e.Bytes)
		case Open:
			flush()
		}
	}
	flush()
}

// scrubStream returns a stream of the same length in which frames keep command,
// status and length, and whatever is not part of a frame is noise without
// content. A checksum that was right stays right, a wrong one wrong.
func scrubStream(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.Index(raw, preamble)
		if i < 0 {
			i = len(raw)
		}
		out, raw = append(out, mute(raw[:i])...), raw[i:]
		n := frameEnd(raw)
		out, raw = append(out, scrubFrame(raw[:n])...), raw[n:]
	}
	return out
}

// frameEnd returns how many bytes from the start belong to the frame that begins
// there: all of it, what arrived before the next one began, or the preamble
// alone when no length can be believed.
func frameEnd(raw []byte) int {
	if len(raw) < frameHead {
		return len(raw)
	}
	whole := frameHead + int(raw[5])<<8 + int(raw[6])
	if whole < frameHead+sdt.MinAnswer || whole > frameHead+sdt.MaxLen {
		return len(preamble)
	}
	if len(raw) >= whole && checksum(raw[len(preamble):whole]) == 0 {
		return whole
	}
	if i := bytes.Index(raw[len(preamble):min(whole, len(raw))], preamble); i >= 0 {
		return len(preamble) + i
	}
	return min(whole, len(raw))
}

// scrubFrame scrubs one frame, which may have been cut short.
func scrubFrame(raw []byte) []byte {
	if len(raw) <= frameHead {
		return bytes.Clone(raw)
	}
	body := make([]byte, int(raw[5])<<8+int(raw[6]))
	copy(body, raw[frameHead:])
	last := len(body) - 1
	before := checksum(body[:last])
	if last >= 3 {
		scrubData(body[3:last], body[2])
	}
	body[last] ^= before ^ checksum(body[:last])
	frame := append(bytes.Clone(raw[:frameHead]), body...)
	return frame[:len(raw)]
}

// mute keeps of noise only the bytes of a preamble: they are what makes noise
// interesting, and say nothing.
func mute(raw []byte) []byte {
	out := bytes.Repeat([]byte{0x55}, len(raw))
	for i, b := range raw {
		if bytes.IndexByte(preamble, b) >= 0 {
			out[i] = b
		}
	}
	return out
}

func checksum(p []byte) (x byte) {
	for _, b := range p {
		x ^= b
	}
	return x
}
