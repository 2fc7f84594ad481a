package window

import (
	"encoding/base64"
	"mime"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

const (
	// LargestScan is the largest file that a material may be, in bytes.
	LargestScan = 20 << 20
	// largestPiece keeps a call within largestBody in base64.
	largestPiece = 512 << 10
)

// scanKinds are the files that a material may be, by the end of their names.
var scanKinds = map[string]string{
	".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".bmp": "image/bmp",
	".tif": "image/tiff", ".tiff": "image/tiff",
}

// upload is a file that arrives in pieces.
type upload struct {
	id   string
	name string
	size int64
	data []byte
}

// Scans keeps files for applications that are not accepted yet, sealed.
type Scans struct {
	Hold func(author uuid.UUID, name string, data []byte) (id string, err error)
	Held func(author uuid.UUID, id string) (name string, data []byte, err error)
	Drop func(author uuid.UUID, keep []string) error
	// Folder lists the scanner's folder, Take gives a file of it, and Taken tells that
	// one belongs to an accepted case now. They may be missing.
	Folder func() ([]FolderScan, error)
	Take   func(name string) ([]byte, error)
	Taken  func(name string)
}

// AddScan takes a piece of a file, in their order. When the last one is there the file
// is sealed and durable. A seat takes one file at a time; a new one gives up the one
// before. Errors: CodeInvalid (kind, size), CodeUsage (order).
func (w *Window) AddScan(p ScanPiece) (HeldScan, error) {
	user, err := w.current(true)
	if err != nil {
		return HeldScan{}, err
	}
	if w.cfg.Scans == nil {
		return HeldScan{}, notHere()
	}
	data, err := base64.StdEncoding.DecodeString(p.Data)
	if err != nil || len(data) > largestPiece {
		return HeldScan{}, badCall("piece")
	}
	u, err := w.addPiece(p, data)
	if err != nil {
		return HeldScan{}, err
	}
	held := HeldScan{ID: u.id, Name: u.name, Size: u.size}
	if int64(len(u.data)) < u.size {
		return held, nil
	}
	held.ID, err = w.cfg.Scans.Hold(user.UserID(), u.name, u.data)
	held.Done = err == nil
	return held, w.failedIf("AddScan", err)
}

// addPiece adds a piece to the upload of this seat and gives it.
func (w *Window) addPiece(p ScanPiece, data []byte) (*upload, error) {
	if p.ID == "" {
		if err := fitScan(p.Name, p.Size); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.ID == "" {
		w.upload = &upload{id: secret(), name: filepath.Base(p.Name), size: p.Size, data: make([]byte, 0, p.Size)}
	}
	u := w.upload
	if u == nil || p.ID != "" && !same(p.ID, u.id) || p.Offset != int64(len(u.data)) || p.Offset+int64(len(data)) > u.size {
		return nil, badCall("piece out of order")
	}
	u.data = append(u.data, data...)
	if int64(len(u.data)) == u.size {
		w.upload = nil
	}
	return u, nil
}

func fitScan(name string, size int64) error {
	if scanKinds[strings.ToLower(path.Ext(name))] == "" {
		return counter.Ef(counter.CodeInvalid, "不能收这种文件：%s", "files of this kind are not taken: %s", filepath.Base(name)).
			Hint("可以收 PDF 和 JPG、PNG、BMP、TIF、WEBP 图片", "PDF and JPG, PNG, BMP, TIF, WEBP pictures are")
	}
	if size <= 0 {
		return counter.Ef(counter.CodeInvalid, "文件是空的：%s", "the file is empty: %s", filepath.Base(name)).Hint("请重新扫描", "scan it again")
	}
	if size > LargestScan {
		return counter.Ef(counter.CodeInvalid, "文件太大（%d MB），最多 %d MB", "the file has %d MB, %d MB is the most", size>>20, LargestScan>>20).
			Hint("请用较低的分辨率（300 dpi 已够）重新扫描", "scan it again at a lower resolution; 300 dpi will do")
	}
	return nil
}

// DropScans gives up the files held for the user's application, all but those named.
func (w *Window) DropScans(keep ScanIDs) error {
	user, err := w.current(false)
	if err != nil || w.cfg.Scans == nil {
		return err
	}
	return w.failedIf("DropScans", w.cfg.Scans.Drop(user.UserID(), keep.IDs))
}

// FolderScans lists the files in the scanner's folder, newest first.
func (w *Window) FolderScans() ([]FolderScan, error) {
	if _, err := w.current(false); err != nil {
		return nil, err
	}
	if w.cfg.Scans == nil || w.cfg.Scans.Folder == nil {
		return []FolderScan{}, nil
	}
	files, err := w.cfg.Scans.Folder()
	return list(files), w.failedIf("FolderScans", err)
}

// TakeScan takes a file of the scanner's folder for the user's application.
func (w *Window) TakeScan(name string) (HeldScan, error) {
	user, err := w.current(true)
	if err != nil {
		return HeldScan{}, err
	}
	if w.cfg.Scans == nil || w.cfg.Scans.Take == nil {
		return HeldScan{}, notHere()
	}
	data, err := w.cfg.Scans.Take(name)
	if err != nil {
		return HeldScan{}, w.failed("TakeScan", err)
	}
	if err := fitScan(name, int64(len(data))); err != nil {
		return HeldScan{}, err
	}
	id, err := w.cfg.Scans.Hold(user.UserID(), filepath.Base(name), data)
	if err != nil {
		return HeldScan{}, w.failed("TakeScan", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken == nil {
		w.taken = map[string]string{}
	}
	w.taken[id] = name
	return HeldScan{ID: id, Name: filepath.Base(name), Size: int64(len(data)), Done: true}, nil
}

// materials gives the checklist of an application with the files that it names.
func (w *Window) materials(user User, given []GivenMaterial) ([]desk.GivenMaterial, error) {
	out := make([]desk.GivenMaterial, len(given))
	for i, g := range given {
		out[i] = desk.GivenMaterial{Name: g.Name, Provided: g.Provided, Deferred: g.Deferred}
		if g.Scan == "" {
			continue
		}
		if w.cfg.Scans == nil {
			return nil, notHere()
		}
		name, data, err := w.cfg.Scans.Held(user.UserID(), g.Scan)
		if err != nil {
			return nil, err
		}
		out[i].Scan, out[i].ScanName = data, name
	}
	return out, nil
}

// accepted forgets the files of an application that became a case.
func (w *Window) accepted(user User, given []GivenMaterial) {
	if w.cfg.Scans == nil {
		return
	}
	_ = w.failedIf("Accept", w.cfg.Scans.Drop(user.UserID(), nil)) // sealed in the case by now
	w.mu.Lock()
	names := w.taken
	w.taken = nil
	w.mu.Unlock()
	for _, g := range given {
		if name := names[g.Scan]; name != "" && w.cfg.Scans.Taken != nil {
			w.cfg.Scans.Taken(name)
		}
	}
}

// Scan gives the scan of a material of a case, to be shown. Errors: CodeNotFound.
func (w *Window) Scan(m MaterialRef) (Content, error) {
	user, err := w.current(true)
	if err != nil {
		return Content{}, err
	}
	f, err := user.Material(w.ctx, m.Number, m.Material)
	if err != nil {
		return Content{}, w.failed("Scan", err)
	}
	ext := strings.ToLower(filepath.Base(f.Ext)) // a name on another's disk may be anything
	kind := scanKinds["."+ext]
	if kind == "" {
		kind = mime.TypeByExtension("." + ext)
	}
	return Content{Name: m.Material + "." + ext, Kind: kind, Data: base64.StdEncoding.EncodeToString(f.Data)}, nil
}

// PaperData gives a paper that Print has made a moment ago, to be shown in the page.
func (w *Window) PaperData(ticket string) (Content, error) {
	if _, err := w.current(true); err != nil {
		return Content{}, err
	}
	p := w.held(ticket)
	if p == nil {
		return Content{}, counter.E(counter.CodeNotFound, "这份文书已经不在了", "this paper is not held any more").Hint("请在办件里补打", "print it again")
	}
	return Content{Name: p.name, Kind: "application/pdf", Data: base64.StdEncoding.EncodeToString(p.pdf)}, nil
}
