package counter

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the machine-readable kind of an Error. The list is append-only: codes
// are printed by --json and decide the exit code of the command line.
type Code string

const (
	CodeFailed      Code = "failed"       // exit 1: anything else that went wrong
	CodeUsage       Code = "usage"        // exit 2: the command itself was wrong
	CodeNotEnrolled Code = "not_enrolled" // exit 3: this home has not joined a district
	CodeDenied      Code = "denied"       // exit 3: wrong password, or no right to do this
	CodeLocked      Code = "locked"       // exit 3: the device's key is missing or does not open
	CodeBusy        Code = "busy"         // exit 4: another program holds the home
	CodeIntegrity   Code = "integrity"    // exit 5: a signature, chain or hash does not hold
	CodeNotFound    Code = "not_found"    // exit 6
	CodeInvalid     Code = "invalid"      // exit 7: input that a person can correct
)

// Error is a failure as a person is told it: what happened, and what to do
// next, in Chinese and in English. Cause is for the log only and must never
// hold personal data.
type Error struct {
	Code           Code
	Zh, En         string // message
	HintZh, HintEn string // next step; may be empty
	Cause          error
	Details        []Problem // for input with many faults at once
}

// Problem is one fault of an input: where it is, what is wrong, how to mend it.
type Problem struct {
	Where string `json:"where"` // e.g. "事项表 第3行 D列", a field name, a JSON path
	What  string `json:"what"`
	Fix   string `json:"fix,omitempty"`
}

// In gives the problem in one language. Texts that have both are written "中文 /
// English"; others stay as they are.
func (p Problem) In(lang string) Problem {
	return Problem{part(p.Where, lang), part(p.What, lang), part(p.Fix, lang)}
}

func part(text, lang string) string {
	zh, en, both := strings.Cut(text, " / ")
	if both && strings.HasPrefix(lang, "en") {
		return en
	}
	return zh
}

// E makes an Error with its message in both languages.
func E(code Code, zh, en string) *Error { return &Error{Code: code, Zh: zh, En: en} }

// Ef is E with the same arguments formatted into both messages.
func Ef(code Code, zh, en string, args ...any) *Error {
	return E(code, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...))
}

// Hint returns e with the next step set.
func (e *Error) Hint(zh, en string) *Error {
	e.HintZh, e.HintEn = zh, en
	return e
}

// Because returns e with its technical cause set.
func (e *Error) Because(err error) *Error {
	e.Cause = err
	return e
}

// With returns e with more problems listed.
func (e *Error) With(p ...Problem) *Error {
	e.Details = append(e.Details, p...)
	return e
}

// Error gives the Chinese message, and the cause if there is one.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Zh + ": " + e.Cause.Error()
	}
	return e.Zh
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain, or CodeFailed.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeFailed
}
