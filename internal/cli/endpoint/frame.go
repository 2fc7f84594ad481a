package endpoint

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// kind tells what a frame carries. The numbers are the protocol: never renumber.
type kind byte

const (
	kindHello   kind = 1  // client: hello
	kindProof   kind = 2  // server: proof
	kindRequest kind = 3  // client: request
	kindStdout  kind = 4  // server: bytes
	kindStderr  kind = 5  // server: bytes
	kindRead    kind = 6  // server: wants a piece of standard input
	kindInput   kind = 7  // client: that piece; empty means end of input
	kindAsk     kind = 8  // server: text of a prompt
	kindAnswer  kind = 9  // client: answer
	kindExit    kind = 10 // server: exit code as one byte; last frame
	kindRefused kind = 11 // server: the proof did not hold; last frame
)

// frameLimit bounds one frame, so that a stray byte cannot ask for gigabytes.
const frameLimit = 1 << 20

// chunk is the most that one output or input frame carries.
const chunk = 32 << 10

// A frame is: kind (1 byte), length of the payload (4 bytes, big endian), payload.
func readFrame(r io.Reader) (kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > frameLimit {
		return 0, nil, fmt.Errorf("endpoint: frame of %d bytes", n)
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return kind(head[0]), payload, nil
}

// frameWriter writes whole frames; several goroutines may use it.
type frameWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (f *frameWriter) write(k kind, payload []byte) error {
	if len(payload) > frameLimit {
		return fmt.Errorf("endpoint: frame of %d bytes", len(payload))
	}
	buf := make([]byte, 5, 5+len(payload))
	buf[0] = byte(k)
	binary.BigEndian.PutUint32(buf[1:], uint32(len(payload)))
	buf = append(buf, payload...)
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.w.Write(buf)
	return err
}

func (f *frameWriter) writeJSON(k kind, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.write(k, payload)
}

// expect reads a frame of kind k with a JSON payload into v.
func expect(r io.Reader, k kind, v any) error {
	got, payload, err := readFrame(r)
	if err != nil {
		return err
	}
	if got != k {
		return fmt.Errorf("endpoint: frame of kind %d where %d belongs", got, k)
	}
	if err := json.Unmarshal(payload, v); err != nil {
		return fmt.Errorf("endpoint: frame of kind %d: %w", k, err)
	}
	return nil
}

// stream is an io.Writer whose writes become frames of one kind.
type stream struct {
	frames *frameWriter
	kind   kind
}

func (s stream) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		piece := p[:min(len(p), chunk)]
		if err := s.frames.write(s.kind, piece); err != nil {
			return n, err
		}
		n += len(piece)
		p = p[len(piece):]
	}
	return n, nil
}
