package command

import (
	"errors"
	"fmt"

	"onedoor/app/cardreader"
	"onedoor/app/counter"
)

// cardError tells a reader's error in the shape of all others. The driver's own
// code and status byte go into the cause, for whoever looks after the reader.
func cardError(err error) error {
	var e *cardreader.Error
	if !errors.As(err, &e) {
		return err
	}
	code := counter.CodeFailed
	switch e.Code {
	case cardreader.CodeBadURL:
		code = counter.CodeUsage
	case cardreader.CodeNoReader:
		code = counter.CodeNotFound
	case cardreader.CodeNoPermission:
		code = counter.CodeDenied
	case cardreader.CodeBusy:
		code = counter.CodeBusy
	}
	cause := errors.New(e.Code)
	if e.Status != 0 {
		cause = fmt.Errorf("%w (status %02X)", cause, e.Status)
	}
	if e.Cause != nil {
		cause = fmt.Errorf("%w: %w", cause, e.Cause)
	}
	return counter.E(code, e.Zh, e.En).Hint(e.HintZh, e.HintEn).Because(cause)
}
