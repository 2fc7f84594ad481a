package desk

import (
	"errors"

	"onedoor/app/counter"
)

// textOf gives what an error tells the clerk.
func textOf(err error) string {
	var e *counter.Error
	if errors.As(err, &e) {
		return e.Zh
	}
	return err.Error()
}

func hintOf(err error) string {
	var e *counter.Error
	if errors.As(err, &e) {
		return e.HintZh
	}
	return ""
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// bothOf gives what an error tells in both languages, as a Problem has it.
func bothOf(err error) string {
	var e *counter.Error
	if errors.As(err, &e) {
		return e.Zh + " / " + e.En
	}
	return err.Error()
}

func bothHints(err error) string {
	var e *counter.Error
	if errors.As(err, &e) && e.HintZh != "" {
		return e.HintZh + " / " + e.HintEn
	}
	return ""
}
