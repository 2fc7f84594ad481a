package window

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/app/counter"
)

// mostPapers is how many printed papers wait at a seat to be fetched.
const mostPapers = 4

// heldPaper is a PDF that a browser may fetch once; a page of its seat may show it as
// long as it is held.
type heldPaper struct {
	fetched bool
	ticket  string
	name    string
	pdf     []byte
}

// Print makes a document of a case; the print is recorded before the paper exists.
// With a PaperFolder (the desktop program) it is saved there and opened with the
// system's viewer; else it waits under the ticket for this seat's browser to fetch
// it, once. Errors: CodeLoggedOut, CodeNotFound, CodeDenied, CodeUsage (kind).
func (w *Window) Print(number, kind string) (Paper, error) {
	user, err := w.current(true)
	if err != nil {
		return Paper{}, err
	}
	name, err := paperName(number, kind)
	if err != nil {
		return Paper{}, err
	}
	if w.cfg.PaperFolder != "" {
		return w.printToFolder(user, number, kind, name)
	}
	dir, err := privateFolder()
	if err != nil {
		return Paper{}, w.failed("Print", err)
	}
	defer os.RemoveAll(dir) // plain text of a citizen must not stay behind
	file := filepath.Join(dir, name)
	ref, err := user.Print(w.ctx, number, kind, file)
	if err != nil {
		return Paper{}, w.failed("Print", err)
	}
	pdf, err := os.ReadFile(file)
	if err != nil {
		return Paper{}, w.failed("Print", notSaved(err))
	}
	return Paper{Kind: ref.Kind, Copy: ref.Copy, Reprint: ref.Reprint, Ticket: w.hold(name, pdf), Warnings: []string{}}, nil
}

func (w *Window) printToFolder(user User, number, kind, name string) (Paper, error) {
	if err := os.MkdirAll(w.cfg.PaperFolder, 0o700); err != nil {
		return Paper{}, w.failed("Print", notSaved(err))
	}
	file := filepath.Join(w.cfg.PaperFolder, name)
	ref, err := user.Print(w.ctx, number, kind, file)
	if err != nil {
		return Paper{}, w.failed("Print", err)
	}
	out := Paper{Kind: ref.Kind, Copy: ref.Copy, Reprint: ref.Reprint, File: file, Warnings: []string{}}
	if pdf, err := os.ReadFile(file); err == nil {
		out.Ticket = w.hold(name, pdf)
	}
	if w.cfg.OpenFile != nil {
		// The paper exists; a viewer that does not start is said, and is no failure.
		out.Opened = w.cfg.OpenFile(file) == nil
	}
	return out, nil
}

// paperName is a file name. Number and kind come from a page, so nothing but the
// letters of a case number may reach a path.
func paperName(number, kind string) (string, error) {
	for _, r := range number + kind {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return "", badCall("number or kind")
		}
	}
	if number == "" || kind == "" || len(number)+len(kind) > 120 {
		return "", badCall("number or kind")
	}
	return number + "-" + kind + ".pdf", nil
}

// privateFolder is for the moment between printing and reading: in memory where the
// system has such a folder.
func privateFolder() (string, error) {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		if dir, err := os.MkdirTemp(memory, "onedoor-paper-"); err == nil {
			return dir, nil
		}
	}
	dir, err := os.MkdirTemp("", "onedoor-paper-")
	if err != nil {
		return "", notSaved(err)
	}
	return dir, nil
}

func notSaved(err error) error {
	e := counter.E(counter.CodeFailed, "文书已登记，但没有保存成文件", "the paper was recorded but not saved")
	if errors.Is(err, fs.ErrPermission) {
		return e.Hint("请检查文件夹权限，然后补打", "check the folder's rights, then print again").Because(err)
	}
	return e.Hint("请检查磁盘空间，然后补打", "check the disk's space, then print again").Because(err)
}

func (w *Window) hold(name string, pdf []byte) (ticket string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.papers) >= mostPapers {
		w.papers = w.papers[1:]
	}
	p := &heldPaper{ticket: secret(), name: name, pdf: pdf}
	w.papers = append(w.papers, p)
	return p.ticket
}

// take gives a held paper to a browser that opens its address, once; nil if there is
// none or nobody is logged in.
func (w *Window) take(ticket string) *heldPaper {
	p := w.held(ticket)
	w.mu.Lock()
	defer w.mu.Unlock()
	if p == nil || p.fetched {
		return nil
	}
	p.fetched = true
	return p
}

// held gives a paper that this seat still has.
func (w *Window) held(ticket string) *heldPaper {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.papers {
		if w.user != nil && same(ticket, p.ticket) {
			return p
		}
	}
	return nil
}
