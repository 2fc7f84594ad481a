// Package roster says who is who in a district: the realm's root, the hub's
// issuing authority, the certificates and keys of devices, the files by which a
// device is enrolled, and the kit from which a hub can be made again.
//
// No check in this package asks what time it is. Certificates carry a fixed, open-
// ended validity: a counter whose battery is dead must not lock itself out, and a
// station that was cut off for years must be let in again. What ends a device's
// membership is its revocation in the district's log, never the calendar.
//
// The formats are specified in docs/formats/enrolment.md.
package roster

import (
	"errors"
	"fmt"
)

// Code is the stable, append-only kind of an Error.
type Code string

const (
	CodeWrongFile   Code = "wrong_file"    // not the kind of file that was asked for
	CodeNewer       Code = "newer_version" // written by a newer version of this program
	CodeAltered     Code = "altered"       // damaged or changed: a signature, hash or length does not hold
	CodeInvalid     Code = "invalid"       // a field has no acceptable value; Field says which
	CodeUntrusted   Code = "untrusted"     // a certificate that does not lead to this realm's root
	CodeOtherRealm  Code = "other_realm"   // a genuine file of another district
	CodeWrongDevice Code = "wrong_device"  // a genuine file for another device
	CodePassphrase  Code = "passphrase"    // wrong passphrase, or the sealed part was altered
	CodeTooLarge    Code = "too_large"     // beyond what such a file can be
)

// Error is a refusal. It never holds personal data or key material.
type Error struct {
	Code  Code
	What  string // "request", "grant", "certificate", "recovery kit", "keys"
	Field string // for CodeInvalid: the field at fault
	Cause error
}

// Error gives what was refused, why, and the cause.
func (e *Error) Error() string {
	s := fmt.Sprintf("roster: %s: %s", e.What, e.Code)
	if e.Field != "" {
		s += " " + e.Field
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf gives the code of the first Error in err's chain, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func refuse(code Code, what, why string) error {
	return &Error{Code: code, What: what, Cause: errors.New(why)}
}

func invalid(what, field, why string) error {
	return &Error{Code: CodeInvalid, What: what, Field: field, Cause: errors.New(why)}
}
