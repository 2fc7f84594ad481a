package cardreader

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"onedoor/app/cardreader/sdt"
)

// Timeouts are the patience of the driver; the defaults are those in use in the
// field. Tests scale them down.
type Timeouts struct {
	Answer     time.Duration // first byte of any answer but a read, 1 s
	ReadAnswer time.Duration // first byte of a read, 3 s
	Gap        time.Duration // silence inside a frame that means it was cut, 1 s
	Frame      time.Duration // a whole answer, however slowly it drips, 15 s
	Late       time.Duration // how long after a request a lost answer may still come, 5 s
	Quiet      time.Duration // silence that ends a drain, 150 ms
	Find       time.Duration // least time between two finds, 300 ms
}

// DefaultTimeouts are used unless WithTimeouts says otherwise.
func DefaultTimeouts() Timeouts {
	return Timeouts{Answer: time.Second, ReadAnswer: 3 * time.Second, Gap: time.Second,
		Frame: 15 * time.Second, Late: 5 * time.Second,
		Quiet: 150 * time.Millisecond, Find: 300 * time.Millisecond}
}

// Option changes how a Reader behaves.
type Option func(*Reader)

// WithTimeouts replaces all timeouts.
func WithTimeouts(t Timeouts) Option { return func(r *Reader) { r.times = t } }

// WithNotify has fn called, from within ReadCard, with what the person at the
// counter should do meanwhile: EventPlace, EventLift. fn must not block.
func WithNotify(fn func(Event)) Option { return func(r *Reader) { r.notify = fn } }

// Dial opens the port of a reader at a line speed (0 where there is none).
type Dial func(ctx context.Context, baud int) (Port, error)

// Reader is one card reader. All methods may be called from any goroutine; they
// take turns. A port that died is opened again by the next call.
type Reader struct {
	dial   Dial
	bauds  []int
	times  Timeouts
	notify func(Event)

	turn     chan struct{} // held by whoever talks to the reader
	life     context.Context
	end      context.CancelFunc
	watchers sync.WaitGroup

	// Owned by the holder of turn.
	port     Port         // nil when not connected
	scan     *sdt.Scanner // what arrived and is not yet an answer
	findGate <-chan time.Time
	slow     int  // how often the patience was doubled, see slower
	used     bool // a card was found and not read to its end: 80 now means lift it
}

// Open connects to the reader at url: sdt+serial:///dev/ttyUSB0?baud=115200,
// sdt+serial://COM3 (no baud: every speed is tried), sdt+tcp://host:port,
// sdt+usb:// (a native module, Linux), sdt+lib:///path/libsdtapi.so?port=1001 (a
// vendor's library), sdt+replay:///path/of/a/recording or sdt+auto: (the first of
// Readers that answers). A pseudo-terminal is a serial port too. ctx bounds the opening only.
// Errors are *Error: CodeBadURL, CodeNoReader, CodeNoPermission, CodeBusy,
// CodeLibrary, and CodeTimeout when no speed finds an answering reader.
func Open(ctx context.Context, url string, opts ...Option) (*Reader, error) {
	dial, bauds, err := Dialer(url)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(url, "sdt+lib:") {
		opts = append([]Option{WithTimeouts(libraryTimeouts())}, opts...)
	}
	r := New(dial, opts...)
	r.bauds = bauds
	ctx, done, err := r.begin(ctx)
	if err == nil {
		err = r.connect(ctx)
		done()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Dialer returns how to open the port of a reader at url, and the line speeds to
// try (one element, 0 where a line has none), for programs that work below a
// Reader. It opens nothing. The error is CodeBadURL or CodeNotImplemented.
func Dialer(url string) (Dial, []int, error) {
	if url == autoURL || url == autoURL+"//" {
		return func(ctx context.Context, _ int) (Port, error) { return openFirst(ctx, Readers()) }, []int{0}, nil
	}
	t, err := parseURL(url)
	if err != nil {
		return nil, nil, err
	}
	if t.library != nil {
		return t.library.open, t.bauds, nil
	}
	if t.usb != nil {
		return func(context.Context, int) (Port, error) { return openUSB(*t.usb) }, t.bauds, nil
	}
	if t.replay != "" {
		return replay(t.replay), t.bauds, nil
	}
	if t.tcp != "" {
		return func(ctx context.Context, _ int) (Port, error) { return openTCP(ctx, t.tcp) }, []int{0}, nil
	}
	return func(_ context.Context, baud int) (Port, error) { return openSerial(t.device, baud) }, t.bauds, nil
}

// New makes a Reader on a transport of the caller's. It opens nothing yet.
func New(dial Dial, opts ...Option) *Reader {
	r := &Reader{dial: dial, times: DefaultTimeouts(), turn: make(chan struct{}, 1),
		scan: sdt.NewScanner(sdt.MinAnswer), notify: func(Event) {}}
	r.life, r.end = context.WithCancel(context.Background())
	for _, o := range opts {
		o(r)
	}
	return r
}

// Status asks the module for its state: nil when it is ready, CodeSelfTest,
// CodeNotAuthorised, or why it could not be asked.
func (r *Reader) Status(ctx context.Context) error {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	return r.finish(ctx, r.sync(ctx))
}

// SAMID returns the printed identity of the security module.
func (r *Reader) SAMID(ctx context.Context) (string, error) {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	var a sdt.Answer
	for range 3 {
		if err = r.sync(ctx); err == nil {
			a, err = r.exchange(ctx, sdt.SAMID)
		}
		if !isLineFault(err) {
			break
		}
	}
	if err == nil && a.SW3 != sdt.OK {
		err = statusError(a.SW3)
	}
	return sdt.FormatSAMID(a.Data), r.finish(ctx, err)
}

// Library names the vendor's library that reads the cards, with its version, or
// is "" where there is none or it is not running.
func (r *Reader) Library(ctx context.Context) string {
	_, done, err := r.begin(ctx)
	if err != nil {
		return ""
	}
	defer done()
	if p, ok := r.port.(interface{ Library() string }); ok {
		return p.Library()
	}
	return ""
}

// Close ends whatever is going on, waits for it, and closes the port. It may be
// called more than once.
func (r *Reader) Close() error {
	r.end()
	r.watchers.Wait()
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	return r.disconnect()
}

// begin takes the turn and returns a context that also ends on Close.
func (r *Reader) begin(ctx context.Context) (context.Context, func(), error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.life, func() { cancel(errClosed) })
	release := func() { stop(); cancel(nil) }
	if r.life.Err() != nil {
		release()
		return nil, nil, newError(CodeClosed, 0, nil)
	}
	select {
	case r.turn <- struct{}{}:
		return ctx, func() { release(); <-r.turn }, nil
	case <-ctx.Done():
		defer release()
		return nil, nil, ended(ctx, nil)
	}
}

// connect opens the port unless it is open. With several line speeds it keeps
// the first one at which a status request is answered.
func (r *Reader) connect(ctx context.Context) error {
	if r.port != nil {
		return nil
	}
	if len(r.bauds) <= 1 {
		return r.open(ctx, append(r.bauds, 0)[0])
	}
	for _, baud := range r.bauds {
		if err := r.open(ctx, baud); err != nil {
			return err
		}
		probe, cancel := context.WithTimeout(ctx, r.times.Answer)
		err := r.barrier(probe, r.times.Answer/2)
		cancel()
		if err == nil || CodeOf(err) == CodeSelfTest || CodeOf(err) == CodeNotAuthorised {
			return nil
		}
		if CodeOf(err) == CodeUnplugged {
			return err
		}
		r.disconnect()
		if ctx.Err() != nil {
			return ended(ctx, nil)
		}
	}
	return newError(CodeTimeout, 0, nil)
}

func (r *Reader) open(ctx context.Context, baud int) error {
	port, err := r.dial(ctx, baud)
	if err != nil {
		if ctx.Err() != nil {
			return ended(ctx, newError(CodeNoReader, 0, nil))
		}
		var e *Error
		if errors.As(err, &e) {
			return e
		}
		return openError(err)
	}
	r.port, r.slow = port, 0
	r.scan.Reset()
	return nil
}

func (r *Reader) disconnect() error {
	r.scan.Reset()
	if r.port == nil {
		return nil
	}
	err := r.port.Close()
	r.port = nil
	return err
}

var errClosed = errors.New("reader closed")

// finish gives err the meaning it has for the caller when ctx has ended.
func (r *Reader) finish(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return ended(ctx, err)
}

// ended makes the error of a context that ended. After a deadline it still says
// what the driver was waiting for: last, if that is an Error.
func ended(ctx context.Context, last error) error {
	var e *Error
	switch {
	case context.Cause(ctx) == errClosed:
		return newError(CodeClosed, 0, nil)
	case errors.Is(ctx.Err(), context.Canceled):
		return newError(CodeCancelled, 0, ctx.Err())
	case errors.As(last, &e):
		return newError(e.Code, e.Status, ctx.Err())
	}
	return newError(CodeTimeout, 0, ctx.Err())
}
