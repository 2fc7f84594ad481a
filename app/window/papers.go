package window

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// Papers lists the documents that can be issued for a case, those of its last act
// first; with a verb, those of that act, which is not done yet. Errors:
// CodeLoggedOut, CodeNotFound.
func (w *Window) Papers(number, verb string) ([]desk.PaperOffer, error) {
	user, err := w.current(false)
	if err != nil {
		return nil, err
	}
	offers, err := user.Papers(w.ctx, strings.TrimSpace(number), verb)
	if err != nil {
		return nil, w.failed("Papers", err)
	}
	return list(offers), nil
}

// Printers lists the printers of the device, and which is used for what. Errors:
// CodeLoggedOut.
func (w *Window) Printers() (desk.PrinterList, error) {
	none := desk.PrinterList{Printers: list(desk.PrinterList{}.Printers), Chosen: []desk.PrinterChoice{}}
	if _, err := w.current(true); err != nil {
		return none, err
	}
	if w.cfg.Printers == nil {
		none.Why = "本程序没有接打印机"
		return none, nil
	}
	all, err := w.cfg.Printers(w.ctx)
	if err != nil {
		return none, w.failed("Printers", err)
	}
	return all, nil
}

// PrintPaper issues a document; it is recorded before the paper exists. With a
// printer it is printed, and comes back only when the spooler took it. Without one
// it is shown as Print does. Errors: CodeLoggedOut, CodeNotFound, CodeDenied,
// CodeUsage, CodeInvalid (what it must state, all of it), CodeFailed (printer).
func (w *Window) PrintPaper(r PaperRequest) (Paper, error) {
	user, err := w.current(true)
	if err != nil {
		return Paper{}, err
	}
	name, err := paperName(first(r.Number, r.Item, "onedoor"), r.Kind)
	if err != nil {
		return Paper{}, err
	}
	if r.Printer != "" {
		ref, warn, err := w.issue(user, r, "")
		if err != nil {
			return Paper{}, w.failed("PrintPaper", err)
		}
		return Paper{Kind: ref.Kind, Copy: ref.Copy, Reprint: ref.Reprint, Printer: ref.Printer, Warnings: list(warn)}, nil
	}
	dir, showing := w.cfg.PaperFolder, w.cfg.PaperFolder != ""
	if showing {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Paper{}, w.failed("PrintPaper", notSaved(err))
		}
	} else {
		if dir, err = privateFolder(); err != nil {
			return Paper{}, w.failed("PrintPaper", err)
		}
		defer os.RemoveAll(dir) // plain text of a citizen must not stay behind
	}
	file := filepath.Join(dir, name)
	ref, warn, err := w.issue(user, r, file)
	if err != nil {
		return Paper{}, w.failed("PrintPaper", err)
	}
	out := Paper{Kind: ref.Kind, Copy: ref.Copy, Reprint: ref.Reprint, Warnings: list(warn)}
	if showing {
		out.File = file
		if pdf, err := os.ReadFile(file); err == nil {
			out.Ticket = w.hold(name, pdf)
		}
		out.Opened = w.cfg.OpenFile != nil && w.cfg.OpenFile(file) == nil
		return out, nil
	}
	pdf, err := os.ReadFile(file)
	if err != nil {
		return Paper{}, w.failed("PrintPaper", notSaved(err))
	}
	out.Ticket = w.hold(name, pdf)
	return out, nil
}

func (w *Window) issue(user User, r PaperRequest, file string) (desk.DocumentRef, []string, error) {
	if r.Number == "" {
		return user.PrintLoose(w.ctx, desk.LooseRequest{Kind: r.Kind, Item: r.Item, Person: r.Person, Day: counter.Date(r.Day), To: r.To,
			Texts: r.Texts, Paper: r.Paper, Out: file, Printer: r.Printer})
	}
	return user.PrintPaper(w.ctx, desk.PrintRequest{Number: strings.TrimSpace(r.Number), Kind: r.Kind, Texts: r.Texts, Anew: r.Anew, CopyNo: r.Copy,
		Paper: r.Paper, Out: file, Printer: r.Printer})
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// longestCode bounds what a page sends to be verified, a PDF with scans in base 64.
const longestCode = 16 << 20

// Verify tells whether a document is genuine: text is what a scanner read from its
// QR code, or a PDF file as a data URL. It needs no network. Errors:
// CodeLoggedOut, CodeInvalid (neither of the two).
func (w *Window) Verify(text string) (desk.Verification, error) {
	if _, err := w.current(true); err != nil {
		return desk.Verification{}, err
	}
	data, isFile, ok := scanned(text)
	if !ok || w.cfg.Verify == nil {
		return desk.Verification{}, counter.E(counter.CodeInvalid, "这不是文书上的二维码", "this is not the text of a document's QR code").
			Hint("请扫描文书右上角（小票在末尾）的二维码，或选择文书的 PDF 文件；输入法要在英文状态", "scan the QR code of the document, or choose its PDF")
	}
	v, err := w.cfg.Verify(w.ctx, data, isFile)
	if err != nil {
		return v, w.failed("Verify", err)
	}
	return v, nil
}

func scanned(text string) (data []byte, isFile, ok bool) {
	const pdf = "data:application/pdf;base64,"
	if len(text) > longestCode {
		return nil, false, false
	}
	if code, found := strings.CutPrefix(text, pdf); found {
		data, err := base64.StdEncoding.DecodeString(code)
		return data, true, err == nil
	}
	// A scanner is a keyboard: Caps Lock and a Chinese input method change what it types.
	text = strings.ToUpper(strings.Replace(strings.TrimSpace(text), "：", ":", 1))
	return []byte(text), false, strings.HasPrefix(text, "OD1:")
}
