package cardreader

import (
	"context"
	"errors"
	"time"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/sdt"
)

// The protocol has no sequence numbers: an answer does not say which request it
// belongs to. Two rules keep a late answer from being taken for another's:
//
//  1. After any doubt, barrier sends a status request and throws everything
//     away until its answer comes. The module answers in order, and no other
//     answer is "90 without data", so whatever was due has then passed.
//     (If several status requests were out, an early answer may end the wait
//     with a find still due. No answer that names a person can be: it is asked
//     for only after find and select were answered, hence all before them.)
//  2. Every answer must have the shape of its command's answers (judge).

var (
	errCut   = errors.New("answer broke off")
	errStray = errors.New("answer belongs to another request")
)

// isLineFault reports whether the stream is in doubt, as opposed to the module
// having said something.
func isLineFault(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == 0 && (e.Code == CodeTimeout || e.Code == CodeDamaged)
}

// exchange sends a command and returns its answer, whatever its status byte. A
// module that received a damaged request is asked once more.
func (r *Reader) exchange(ctx context.Context, cmd sdt.Command) (sdt.Answer, error) {
	a, err := r.ask(ctx, cmd)
	if err == nil && (a.SW3 == sdt.BadChecksum || a.SW3 == sdt.BadLength) {
		a, err = r.ask(ctx, cmd)
	}
	return a, err
}

func (r *Reader) ask(ctx context.Context, cmd sdt.Command) (sdt.Answer, error) {
	patience := r.times.Answer
	if cmd == sdt.Read {
		patience = r.times.ReadAnswer
	}
	patience = max(patience, min(patience<<r.slow, r.times.Late))
	first, cancelFirst := context.WithTimeout(ctx, patience)
	defer cancelFirst()
	whole, cancelWhole := context.WithTimeout(ctx, r.times.Frame)
	defer cancelWhole()
	if err := r.send(ctx, cmd); err != nil {
		return sdt.Answer{}, err
	}
	for {
		a, err := r.receive(ctx, first, whole)
		if err != nil {
			if CodeOf(err) == CodeTimeout && (cmd == sdt.Read || cmd == sdt.Address) {
				r.awaitLate(ctx, patience)
			}
			return a, err
		}
		switch judge(cmd, a) {
		case belongs:
			return a, nil
		case stale:
			r.slower()
		case foreign:
			return sdt.Answer{}, newError(CodeDamaged, 0, errStray)
		}
	}
}

// awaitLate gives an answer that names a person and missed its time the rest of
// the span in which answers are known to arrive, and discards it. The barrier
// that follows would sort it out on a plain line; a network converter that
// reorders needs this.
func (r *Reader) awaitLate(ctx context.Context, waited time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, max(r.times.Late-waited, r.times.Quiet))
	defer cancel()
	var buf [512]byte
	if n, err := r.port.Read(ctx, buf[:]); err == nil {
		clear(buf[:n])
		r.slower()
		r.drain(ctx)
	}
}

// slower doubles the patience with this line, up to Late: an answer came after
// its time, or a status request found none. A busy converter may be slow all day.
func (r *Reader) slower() { r.slow = min(r.slow+1, 8) }

// send writes a request. What was left of earlier answers is forgotten.
func (r *Reader) send(ctx context.Context, cmd sdt.Command) error {
	r.scan.Reset()
	if r.port == nil {
		return newError(CodeUnplugged, 0, nil)
	}
	if err := r.port.Write(ctx, sdt.EncodeRequest(cmd)); err != nil {
		return r.lost(ctx, err)
	}
	return nil
}

// receive returns the next frame. first bounds the wait for it to begin, whole
// its end; in between no silence may be longer than Gap.
func (r *Reader) receive(ctx, first, whole context.Context) (sdt.Answer, error) {
	var buf [2048]byte
	defer clear(buf[:])
	for {
		payload, err := r.scan.Next()
		if err != nil {
			return sdt.Answer{}, newError(CodeDamaged, 0, err)
		}
		if payload != nil {
			return sdt.ParseAnswer(payload)
		}
		wait, cancel, begun := first, func() {}, r.scan.Started()
		if begun {
			wait, cancel = context.WithTimeout(whole, r.times.Gap)
		}
		n, err := r.port.Read(wait, buf[:])
		expired := wait.Err() != nil
		cancel()
		switch {
		case err == nil:
			r.scan.Push(buf[:n])
		case ctx.Err() != nil:
			return sdt.Answer{}, ctx.Err()
		case !expired:
			return sdt.Answer{}, r.lost(ctx, err)
		case begun:
			return sdt.Answer{}, newError(CodeDamaged, 0, errCut)
		default:
			return sdt.Answer{}, newError(CodeTimeout, 0, nil)
		}
	}
}

// lost closes a port that failed. The next call opens it again.
func (r *Reader) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.disconnect()
	return newError(lostCode(err), 0, err)
}

// drain reads until the line has been quiet for a while.
func (r *Reader) drain(ctx context.Context) error {
	var buf [2048]byte
	defer clear(buf[:])
	limit, cancel := context.WithTimeout(ctx, r.times.Late)
	defer cancel()
	for limit.Err() == nil {
		quiet, cancel := context.WithTimeout(limit, r.times.Quiet)
		_, err := r.port.Read(quiet, buf[:])
		expired := quiet.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !expired:
			return r.lost(ctx, err)
		case err != nil:
			return nil
		}
	}
	return nil // noise without end; the barrier decides
}

// sync connects if need be and finds our place in the stream. Every session
// starts here: the line may still carry answers to a program that was killed.
// It gives up when nothing was understood for as long as a late answer may take.
func (r *Reader) sync(ctx context.Context) error {
	if err := r.connect(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, r.times.Late+r.times.Answer)
	defer cancel()
	err := r.barrier(limit, r.times.Answer)
	if err != nil && ctx.Err() == nil && limit.Err() != nil {
		return newError(CodeTimeout, 0, nil)
	}
	return err
}

// resync is sync after doubt: first it lets the line fall silent.
func (r *Reader) resync(ctx context.Context) error {
	if r.port != nil {
		if err := r.drain(ctx); err != nil {
			return err
		}
	}
	return r.sync(ctx)
}

// barrier repeats the status request until its answer comes or ctx ends;
// patience is the wait for one answer. Answers that come, but late, teach it that
// this line is slow.
func (r *Reader) barrier(ctx context.Context, patience time.Duration) error {
	for ctx.Err() == nil {
		if err := r.send(ctx, sdt.Status); err != nil {
			return err
		}
		first, cancelFirst := context.WithTimeout(ctx, patience)
		whole, cancelWhole := context.WithTimeout(ctx, r.times.Frame)
		a, err := r.receive(ctx, first, whole)
		for err == nil && !statusShape(a) {
			r.slower()
			a, err = r.receive(ctx, first, whole)
		}
		cancelFirst()
		cancelWhole()
		switch {
		case err == nil && a.SW3 != sdt.OK:
			return statusError(a.SW3)
		case err == nil:
			return nil
		case !isLineFault(err):
			return err
		case CodeOf(err) == CodeTimeout:
			r.slower()
		default:
			if err := r.drain(ctx); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// statusShape tells the answers that only a status request has, and the two
// faults under which a module answers nothing else.
func statusShape(a sdt.Answer) bool {
	return len(a.Data) == 0 && (a.SW3 == sdt.OK || a.SW3 == sdt.SelfTestFailed || a.SW3 == sdt.NotAuthorised)
}

type verdict int

const (
	belongs verdict = iota // may answer this request
	stale                  // the answer of an earlier status request: skip it
	foreign                // answers something else: the stream is out of step
)

// judge decides by shape whether an answer can belong to a command. Error
// statuses look alike for all commands; taken wrongly they cost a retry only.
func judge(cmd sdt.Command, a sdt.Answer) verdict {
	n := len(a.Data)
	switch a.SW3 {
	case sdt.Found:
		return when(cmd == sdt.Find)
	case sdt.NoAddress:
		return when(cmd == sdt.Address)
	case sdt.OK:
	default:
		return when(n == 0)
	}
	switch {
	case cmd == sdt.Status:
		return when(n == 0)
	case n == 0:
		return stale
	case cmd == sdt.SAMID:
		return when(n == 16)
	case cmd == sdt.Select:
		return when(n == 8)
	case cmd == sdt.Address:
		return when(n >= addressLen && n < baseHeader+textLen)
	case cmd == sdt.Read:
		return when(n >= baseHeader+textLen)
	}
	return foreign
}

func when(ok bool) verdict {
	if ok {
		return belongs
	}
	return foreign
}

// lostCode tells a library that failed from a reader that was unplugged.
func lostCode(err error) string {
	switch {
	case errors.Is(err, helper.ErrGone):
		return CodeLibraryCrashed
	case errors.Is(err, helper.ErrHung):
		return CodeLibraryHung
	}
	return CodeUnplugged
}
