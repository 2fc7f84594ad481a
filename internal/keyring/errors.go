package keyring

import (
	"errors"
	"fmt"
)

// Code is the stable, append-only kind of an Error.
type Code string

const (
	CodeMissing          Code = "key_missing"           // no key file of this name: a copied home, or a lost key folder
	CodePassphraseNeeded Code = "key_passphrase_needed" // the key is wrapped and no passphrase was given
	CodeWrongPassphrase  Code = "key_wrong_passphrase"  // ... or the file was altered: the two cannot be told apart
	CodeDamaged          Code = "key_damaged"           // not a key file, or its check does not hold
	CodeNewer            Code = "key_newer"             // written by a newer version of this program
	CodeExists           Code = "key_exists"            // a key or mark of this name is there already
	CodeBelowHome        Code = "key_below_home"        // the key folder lies in the home that it protects
	CodeNoFolder         Code = "key_no_folder"         // no place for the key folder is known
	CodeBadName          Code = "key_bad_name"          // a key name is 32 hexadecimal digits
	CodeMarkMissing      Code = "mark_missing"          // no mark file of this name
	CodeMarkDamaged      Code = "mark_damaged"          // neither of its slots holds
	CodeIO               Code = "key_io"                // the operating system refused; see the cause
)

// Error is a failure of the key folder. Path is the file or folder concerned.
type Error struct {
	Code  Code
	Path  string
	Cause error
}

// Error gives the code, the path and the cause.
func (e *Error) Error() string {
	s := "keyring: " + string(e.Code)
	if e.Path != "" {
		s += ": " + e.Path
	}
	if e.Cause != nil {
		s += fmt.Sprintf(": %v", e.Cause)
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

// ErrOpen says that sealed bytes were altered, moved, or sealed with another key.
var ErrOpen = errors.New("keyring: sealed data does not open")
