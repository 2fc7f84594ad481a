package conformance

import (
	"bytes"
	"context"
	"errors"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/sdt"
)

// Limits is what a reader is measured by. A field of 0 means the value given, which
// is in use in the field for readers on a line. A vendor library that works slowly and
// still well is judged by limits of its own.
type Limits struct {
	Answer time.Duration // 1 s: first byte of any answer but a read
	Read   time.Duration // 3 s: first byte of a read
	Frame  time.Duration // 15 s: a whole answer
	Gap    time.Duration // 1 s: between two bytes of an answer
	Back   time.Duration // 5 s: from garbage to the next good answer
}

func (l *Limits) fill() {
	for _, f := range []struct {
		d     *time.Duration
		usual time.Duration
	}{{&l.Answer, time.Second}, {&l.Read, 3 * time.Second}, {&l.Frame, 15 * time.Second}, {&l.Gap, time.Second}, {&l.Back, 5 * time.Second}} {
		if *f.d == 0 {
			*f.d = f.usual
		}
	}
}

const (
	quietTime = 150 * time.Millisecond
	findEvery = 300 * time.Millisecond
)

var (
	errSilence = errors.New("no answer")
	errCut     = errors.New("answer broke off")
)

// reply is an answer with what surrounded it.
type reply struct {
	sdt.Answer
	before int           // bytes in front of the preamble
	after  int           // bytes that followed in the same pieces
	first  time.Duration // request sent -> first byte
	whole  time.Duration // request sent -> last byte
}

// line is the bare port: it sends bytes and takes frames, and adds nothing.
type line struct {
	port  cardreader.Port
	limit Limits
	now   func() time.Time
	times map[sdt.Command][]reply // without data; for the timing table
}

// send writes a request byte for byte and returns its answer.
func (l *line) send(ctx context.Context, request []byte, patience time.Duration) (reply, error) {
	start := l.now()
	if err := l.port.Write(ctx, request); err != nil {
		return reply{}, err
	}
	return l.take(ctx, start, patience)
}

// ask sends a command and notes how long the answer took.
func (l *line) ask(ctx context.Context, cmd sdt.Command) (reply, error) {
	patience := l.limit.Answer
	if cmd == sdt.Read {
		patience = l.limit.Read
	}
	r, err := l.send(ctx, sdt.EncodeRequest(cmd), patience)
	if err == nil {
		l.times[cmd] = append(l.times[cmd], reply{first: r.first, whole: r.whole})
	}
	return r, err
}

// take waits for one frame.
func (l *line) take(ctx context.Context, start time.Time, patience time.Duration) (r reply, err error) {
	whole, cancelWhole := context.WithTimeout(ctx, l.limit.Frame)
	defer cancelWhole()
	scan, all, buf := sdt.NewScanner(sdt.MinAnswer), []byte(nil), make([]byte, 2048)
	defer func() { clear(buf); clear(all); scan.Reset() }()
	for {
		wait, cancel := context.WithTimeout(whole, patience)
		n, err := l.port.Read(wait, buf)
		expired := wait.Err() != nil
		cancel()
		switch {
		case err != nil && ctx.Err() != nil:
			return r, ctx.Err()
		case err != nil && expired && len(all) == 0:
			return r, errSilence
		case err != nil && expired:
			return r, errCut
		case err != nil:
			return r, err
		}
		if len(all) == 0 {
			r.first, patience = l.now().Sub(start), l.limit.Gap
		}
		all = append(all, buf[:n]...)
		scan.Push(buf[:n])
		payload, err := scan.Next()
		if err != nil {
			return r, err
		}
		if payload == nil {
			continue
		}
		r.whole = l.now().Sub(start)
		frame := sdt.Encode(payload)
		r.before = bytes.Index(all, frame)
		r.after = len(all) - r.before - len(frame)
		clear(frame)
		r.Answer, err = sdt.ParseAnswer(payload)
		return r, err
	}
}

// quiet reads what comes uncalled for until there is silence, and returns how
// many bytes that were.
func (l *line) quiet(ctx context.Context) (n int, err error) {
	buf := make([]byte, 2048)
	defer clear(buf)
	limit, cancelLimit := context.WithTimeout(ctx, l.limit.Back)
	defer cancelLimit()
	for limit.Err() == nil {
		wait, cancel := context.WithTimeout(limit, quietTime)
		m, err := l.port.Read(wait, buf)
		expired := wait.Err() != nil
		cancel()
		n += m
		switch {
		case err != nil && ctx.Err() != nil:
			return n, ctx.Err()
		case err != nil && expired:
			return n, nil
		case err != nil:
			return n, err
		}
	}
	return n, nil
}
