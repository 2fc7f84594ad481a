package document

import (
	"fmt"
	"strings"

	"onedoor/forms/document/wording"
)

// Code is the stable kind of an Error.
type Code string

const (
	MissingContents Code = "missing_contents" // Missing lists them all
	InvalidText     Code = "invalid_text"     // not UTF-8
	InvalidValue    Code = "invalid_value"    // a statement of a wrong form, or one that the document does not know
	Unmasked        Code = "unmasked_number"  // a full ID number where a masked one belongs
	Illegible       Code = "illegible_name"   // the law needs a name that no font can draw
	UnknownKind     Code = "unknown_kind"
	UnknownPaper    Code = "unknown_paper" // the kind is not printed on this paper
	Internal        Code = "internal"
)

// Error says in Chinese and English why a document was not made.
type Error struct {
	Code    Code
	Zh, En  string
	Missing []Requirement
	Wrong   []wording.Fault
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

func invalidValues(wrong []wording.Fault) *Error {
	var zh, en []string
	for _, w := range wrong {
		zh, en = append(zh, w.Where+" "+w.Zh), append(en, w.Where+": "+w.En)
	}
	return &Error{Code: InvalidValue, Wrong: wrong,
		Zh: "文书内容填写不对：" + strings.Join(zh, "；"),
		En: "statements of a wrong form: " + strings.Join(en, "; ")}
}

func unmasked(where string) *Error {
	return &Error{Code: Unmasked, Zh: "证件号码未脱敏，不能印在文书上：" + where, En: "the ID number must be masked before it is printed"}
}

func illegible(f wording.Field, r rune) *Error {
	return &Error{Code: Illegible,
		Zh: fmt.Sprintf("%s中的字符 U+%04X 没有字形，本文书依法须写明姓名，不能用方框代替；请先在人员信息中更正为规范汉字", f.Zh, r),
		En: fmt.Sprintf("%s has U+%04X, which no font can draw; this document needs the name: correct the person's record first", f.En, r)}
}
