package spool

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// Code is why nothing was printed. Codes are kept in the log.
type Code string

const (
	NoSpooler Code = "no_spooler" // this system has none, or it does not run
	NoPrinter Code = "no_printer" // it knows no printer of that name
	Stopped   Code = "stopped"    // the queue is stopped: out of paper, jammed, unplugged, or by hand
	Rejecting Code = "rejecting"  // the queue takes no jobs
	Failed    Code = "failed"
)

// Error says why a document was not printed.
type Error struct {
	Code    Code
	Printer string
	Detail  string // what the system said
}

// Error gives code, printer and detail.
func (e *Error) Error() string { return fmt.Sprintf("spool: %s: %s: %s", e.Printer, e.Code, e.Detail) }

// CodeOf is the code of an error of this package, Failed for all others.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Failed
}

// Printer is one queue of the system.
type Printer struct {
	Name      string `json:"name"`
	Default   bool   `json:"default"`
	Stopped   bool   `json:"stopped"`
	Rejecting bool   `json:"rejecting"`
	Why       string `json:"why,omitempty"` // what the system says about it
}

// Document is what is to be printed.
type Document struct {
	Title string // shown in the queue: nothing personal
	PDF   []byte
	Raw   []byte // in the printer's own language; instead of PDF
	Media string // A4, A5; empty is the printer's own
	// Pages draws the document for spoolers that take no PDF (Windows).
	Pages func(dpi int) ([]*image.Gray, error)
}

// The forms in which a receipt printer is named; all else is a queue.
const (
	RawPrefix  = "raw:"  // raw:QUEUE, a queue that passes bytes through
	FilePrefix = "file:" // file:/dev/usb/lp0, file:COM3, file:/tmp/out.bin
	TCPPrefix  = "tcp:"  // tcp:192.168.1.50:9100
)

// Receipt tells whether a printer is named as a receipt printer, which takes
// Raw and no PDF.
func Receipt(printer string) bool {
	for _, p := range []string{RawPrefix, FilePrefix, TCPPrefix} {
		if strings.HasPrefix(printer, p) {
			return true
		}
	}
	return false
}

// System is the printers of this PC.
type System struct {
	Patience time.Duration // how long a job is watched for a queue that stops; 0 is 3 s
}

const usualPatience = 3 * time.Second

// Print gives a document to a printer and returns the spooler's name of the job,
// empty without a spooler. When it returns nil the spooler has the whole
// document, and the queue did not stop in the moments after. Error: *Error.
func (s System) Print(ctx context.Context, printer string, d Document) (job string, err error) {
	switch {
	case strings.HasPrefix(printer, FilePrefix):
		path := printer[len(FilePrefix):]
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return "", &Error{NoPrinter, printer, err.Error()}
		}
		return "", finish(printer, f, d.Raw)
	case strings.HasPrefix(printer, TCPPrefix):
		dialer := net.Dialer{Timeout: 5 * time.Second}
		conn, err := dialer.DialContext(ctx, "tcp", printer[len(TCPPrefix):])
		if err != nil {
			return "", &Error{NoPrinter, printer, err.Error()}
		}
		_ = conn.SetDeadline(deadline(ctx, 30*time.Second))
		return "", finish(printer, conn, d.Raw)
	case strings.HasPrefix(printer, RawPrefix):
		d.PDF = nil
		return s.queue(ctx, printer[len(RawPrefix):], d)
	}
	d.Raw = nil
	return s.queue(ctx, printer, d)
}

// Printers lists the queues of the system. Error: *Error.
func (s System) Printers(ctx context.Context) ([]Printer, error) { return queues(ctx) }

func finish(printer string, w io.WriteCloser, data []byte) error {
	_, err := w.Write(data)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		return &Error{Failed, printer, err.Error()}
	}
	return nil
}

func (s System) patience() time.Duration {
	if s.Patience > 0 {
		return s.Patience
	}
	return usualPatience
}
