package recording

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Kind is what happened.
type Kind string

const (
	Open  Kind = "open"
	Send  Kind = ">"
	Recv  Kind = "<"
	Lost  Kind = "lost"
	Close Kind = "close"
)

// Event is one line. Baud belongs to Open, Bytes to Send and Recv.
type Event struct {
	At    time.Duration
	Kind  Kind
	Baud  int
	Bytes []byte
}

// Session is a recording: what one program and one reader said to each other.
type Session struct{ Events []Event }

const (
	firstLine = "card-recording 1"
	maxLine   = 64 << 10
	maxEvents = 1 << 20
)

// ErrFormat says that a text is no recording; the error names the line.
var ErrFormat = errors.New("recording: not understood")

// Parse reads the text form.
func Parse(r io.Reader) (*Session, error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 0, 4096), maxLine)
	s, begun := &Session{}, false
	for n := 1; scan.Scan(); n++ {
		line := strings.TrimSpace(scan.Text())
		switch {
		case line == "" || line[0] == '#':
			continue
		case !begun:
			if begun = line == firstLine; !begun {
				return nil, fmt.Errorf("%w: line %d: want %q", ErrFormat, n, firstLine)
			}
			continue
		}
		e, err := parseEvent(line)
		if err == nil && len(s.Events) > 0 && e.At < s.Events[len(s.Events)-1].At {
			err = errors.New("time goes back")
		}
		if err == nil && len(s.Events) == maxEvents {
			err = errors.New("too many events")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFormat, n, err)
		}
		s.Events = append(s.Events, e)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if !begun {
		return nil, fmt.Errorf("%w: empty", ErrFormat)
	}
	return s, nil
}

func parseEvent(line string) (e Event, err error) {
	at, rest, _ := strings.Cut(line, " ")
	kind, data, _ := strings.Cut(strings.TrimSpace(rest), " ")
	ms, err := strconv.ParseUint(at, 10, 40)
	if err != nil {
		return e, errors.New("no time in milliseconds")
	}
	e = Event{At: time.Duration(ms) * time.Millisecond, Kind: Kind(kind)}
	switch e.Kind {
	case Open:
		baud, err := strconv.ParseUint(strings.TrimSpace(data), 10, 24)
		if err != nil {
			return e, errors.New("no line speed")
		}
		e.Baud = int(baud)
	case Send, Recv:
		if e.Bytes, err = hex.DecodeString(strings.ReplaceAll(data, " ", "")); err != nil || len(e.Bytes) == 0 {
			return e, errors.New("no bytes in hexadecimal")
		}
	case Lost, Close:
		if data != "" {
			return e, errors.New("something follows")
		}
	default:
		return e, errors.New("unknown event")
	}
	return e, nil
}

// WriteTo writes the text form.
func (s *Session) WriteTo(w io.Writer) (n int64, err error) {
	put := func(format string, args ...any) {
		if err == nil {
			var m int
			m, err = fmt.Fprintf(w, format+"\n", args...)
			n += int64(m)
		}
	}
	put("%s", firstLine)
	for _, e := range s.Events {
		ms := e.At.Milliseconds()
		switch e.Kind {
		case Open:
			put("%d open %d", ms, e.Baud)
		case Send, Recv:
			put("%d %s % X", ms, e.Kind, e.Bytes)
		default:
			put("%d %s", ms, e.Kind)
		}
	}
	return n, err
}
