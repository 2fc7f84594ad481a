package sign

// Code is the stable kind of an Error.
type Code string

const (
	NotOurs       Code = "not_ours"       // no document of this system
	Altered       Code = "altered"        // ours once, but bytes were changed
	UnknownSigner Code = "unknown_signer" // intact, but nobody we trust vouches for the signer
	BadSigner     Code = "bad_signer"     // the key or certificate may not sign, or not at that time
	Unreadable    Code = "unreadable"     // a QR text that begins as ours and is none: misread, cut, or nonsense
	CannotSign    Code = "cannot_sign"    // input of SignPDF or SignQR is unfit
)

// Error says in Chinese and English why a document was refused. Cause is
// technical and holds no personal data.
type Error struct {
	Code   Code
	Zh, En string
	Cause  error
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

func notOurs(cause error) *Error {
	return &Error{NotOurs, "不是本系统出具的文件", "not a document issued by this system", cause}
}

func altered(cause error) *Error {
	return &Error{Altered, "文件被改动过，与签发时不一致", "the document was altered after it was issued", cause}
}

func unreadable(cause error) *Error {
	return &Error{Unreadable, "读到的不是完整的文书二维码：可能没有扫全，或者本来就不是", "what was read is no whole QR code of a document: cut short, or never one", cause}
}

func unknownSigner(cause error) *Error {
	return &Error{UnknownSigner, "签发设备不被本区县信任", "the signing device is not trusted by this district", cause}
}

func badSigner(cause error) *Error {
	return &Error{BadSigner, "签发证书不可用于签名，或签名时不在有效期内", "the certificate may not sign, or was not valid when it signed", cause}
}

func cannotSign(cause error) *Error {
	return &Error{CannotSign, "无法签名", "cannot sign", cause}
}
