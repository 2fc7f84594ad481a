package document

import "strings"

// Code is the stable kind of an Error.
type Code string

const (
	MissingContents Code = "missing_contents" // Missing lists them all
	InvalidText     Code = "invalid_text"     // not UTF-8
	Unmasked        Code = "unmasked_number"  // a full ID number where a masked one belongs
	UnknownKind     Code = "unknown_kind"
	Internal        Code = "internal"
)

// Error says in Chinese and English why a document was not made.
type Error struct {
	Code    Code
	Zh, En  string
	Missing []Requirement
	Cause   error
}

// Error gives both messages.
func (e *Error) Error() string {
	s := e.Zh + " / " + e.En
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

func internal(err error) *Error {
	return &Error{Code: Internal, Zh: "生成文书失败", En: "the document could not be made", Cause: err}
}

func missing(reqs []Requirement) *Error {
	var zh, en []string
	for _, r := range reqs {
		zh, en = append(zh, r.Zh), append(en, r.En)
	}
	return &Error{Code: MissingContents, Missing: reqs,
		Zh: "文书缺少必备内容：" + strings.Join(zh, "、"),
		En: "the document lacks required contents: " + strings.Join(en, ", ")}
}
