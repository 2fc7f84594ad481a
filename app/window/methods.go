package window

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// method calls one method of a seat with arguments as a page sent them.
type method func(w *Window, args []json.RawMessage) (any, error)

// methods are those of Window, by name; a test compares the two.
func methods() map[string]method {
	return map[string]method{
		"Station":    with0((*Window).Station),
		"Login":      with2((*Window).Login),
		"Logout":     with0(func(w *Window) (any, error) { w.Logout(); return nil, nil }),
		"Whoami":     with1((*Window).Whoami),
		"Cases":      with1((*Window).Cases),
		"Case":       with1((*Window).Case),
		"Applicants": with1((*Window).Applicants),
		"Items":      with1((*Window).Items),
		"Item":       with1((*Window).Item),

		"Divisions":  with0((*Window).Divisions),
		"ReadCard":   with0((*Window).ReadCard),
		"Reader":     with0((*Window).Reader),
		"Photo":      with1((*Window).Photo),
		"CancelCard": with0(func(w *Window) (any, error) { return nil, w.CancelCard() }),
		"Prefill":    with1((*Window).Prefill),
		"Accept":     with1((*Window).Accept),
		"Act":        with1((*Window).Act),
		"Print":      with2((*Window).Print),
		"Papers":     with2((*Window).Papers),
		"PrintPaper": with1((*Window).PrintPaper),
		"Printers":   with0((*Window).Printers),
		"Verify":     with1((*Window).Verify),
		"FindPerson": with1((*Window).FindPerson),
		"Person":     with1((*Window).Person),
		"FindByName": with1((*Window).FindByName),
		"Reviews":    with0((*Window).Reviews),
		"Withheld":   with0((*Window).Withheld),
		"Admit":      with1((*Window).Admit),
		"Restore":    with1((*Window).Restore),
		"SeenPerson": with1((*Window).SeenPerson),
		"SaveDraft":  with1(func(w *Window, text string) (any, error) { return nil, w.SaveDraft(text) }),
		"Draft":      with0((*Window).Draft),

		"Settings":     with0((*Window).Settings),
		"SaveSettings": with1((*Window).SaveSettings),
		"Health":       with0((*Window).Health),
		"SaveOwn":      with1(func(w *Window, text string) (any, error) { return nil, w.SaveOwn(text) }),
		"Own":          with0((*Window).Own),

		"AddScan":     with1((*Window).AddScan),
		"DropScans":   with1(func(w *Window, keep ScanIDs) (any, error) { return nil, w.DropScans(keep) }),
		"FolderScans": with0((*Window).FolderScans),
		"TakeScan":    with1((*Window).TakeScan),
		"Scan":        with1((*Window).Scan),
		"PaperData":   with1((*Window).PaperData),

		"Link":        with0((*Window).Link),
		"Unsent":      with1((*Window).Unsent),
		"SyncNow":     with0((*Window).SyncNow),
		"Sticks":      with0((*Window).Sticks),
		"StickExport": with1((*Window).StickExport),
		"StickImport": with1((*Window).StickImport),
	}
}

func with0[R any](f func(*Window) (R, error)) method {
	return func(w *Window, args []json.RawMessage) (any, error) {
		if err := decode(args); err != nil {
			return nil, err
		}
		return f(w)
	}
}

func with1[A, R any](f func(*Window, A) (R, error)) method {
	return func(w *Window, args []json.RawMessage) (any, error) {
		var a A
		if err := decode(args, &a); err != nil {
			return nil, err
		}
		return f(w, a)
	}
}

func with2[A, B, R any](f func(*Window, A, B) (R, error)) method {
	return func(w *Window, args []json.RawMessage) (any, error) {
		var a A
		var b B
		if err := decode(args, &a, &b); err != nil {
			return nil, err
		}
		return f(w, a, b)
	}
}

// decode is stricter than Wails, which lets unknown keys pass: a page that is tried
// in a browser shows its mistakes there.
func decode(args []json.RawMessage, into ...any) error {
	if len(args) != len(into) {
		return badCall(fmt.Sprintf("%d arguments for %d", len(args), len(into)))
	}
	for i, target := range into {
		d := json.NewDecoder(bytes.NewReader(args[i]))
		d.DisallowUnknownFields()
		if err := d.Decode(target); err != nil {
			return badCall(fmt.Sprintf("argument %d: %v", i+1, err))
		}
	}
	return nil
}
