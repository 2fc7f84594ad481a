package window

import (
	"context"
	"strings"
	"time"

	"onedoor/app/counter"
)

// syncPatience is how long one round asked for by a clerk may take.
const syncPatience = 2 * time.Minute

// Link tells how this device stands with the others and with its reader.
func (w *Window) Link() (LinkState, error) {
	// Asked for by the page and not by a person, so it is no sign of the user.
	if _, err := w.current(false); err != nil {
		return LinkState{}, err
	}
	st := LinkState{Roads: []Road{}}
	if w.cfg.Link != nil {
		ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
		defer cancel()
		var err error
		if st, err = w.cfg.Link(ctx); err != nil {
			return LinkState{}, w.failed("Link", err)
		}
	}
	st.Roads = list(st.Roads)
	st.Notices, st.Waits, st.Stations = list(st.Notices), list(st.Waits), list(st.Stations)
	st.Handover.Numbers = list(st.Handover.Numbers)
	for i := range st.Roads {
		st.Roads[i].Peers = list(st.Roads[i].Peers)
	}
	st.Reader, st.Papers, st.Drafts = w.hasReader(), w.cfg.PaperFolder, w.cfg.KeepDraft != nil
	st.Now = w.cfg.Now().Format(time.RFC3339)
	return st, nil
}

// Unsent gives those of the cases of which something is not with a superior yet.
func (w *Window) Unsent(n Numbers) ([]string, error) {
	if _, err := w.current(false); err != nil {
		return nil, err
	}
	if w.cfg.Unsent == nil || len(n.Numbers) == 0 {
		return []string{}, nil
	}
	if len(n.Numbers) > largestPage {
		return nil, badCall("too many numbers")
	}
	out, err := w.cfg.Unsent(w.ctx, n.Numbers)
	return list(out), w.failedIf("Unsent", err)
}

// SyncNow does one round with the superior. It returns when both sides hold the same,
// or tells why not. Errors: CodeUsage (no address), CodeFailed, CodeDenied.
func (w *Window) SyncNow() (Exchange, error) {
	if _, err := w.current(true); err != nil {
		return Exchange{}, err
	}
	if w.cfg.SyncNow == nil {
		return Exchange{}, notHere()
	}
	ctx, cancel := context.WithTimeout(w.ctx, syncPatience)
	defer cancel()
	e, err := w.cfg.SyncNow(ctx)
	return tidyExchange(e), w.failedIf("SyncNow", err)
}

// Sticks lists the folders that look like plugged-in sticks.
func (w *Window) Sticks() ([]Stick, error) {
	if _, err := w.current(true); err != nil {
		return nil, err
	}
	if w.cfg.Sticks == nil {
		return []Stick{}, nil
	}
	return list(w.cfg.Sticks()), nil
}

// StickExport brings a stick up to what is held here, sealed. Errors: CodeNotFound,
// CodeDenied (of another district), CodeFailed (full, pulled).
func (w *Window) StickExport(folder string) (Exchange, error) {
	return w.stick("StickExport", folder, w.opened().StickExport)
}

// StickImport takes over what a stick shows and is lacking here. Errors as StickExport.
func (w *Window) StickImport(folder string) (Exchange, error) {
	return w.stick("StickImport", folder, w.opened().StickImport)
}

func (w *Window) stick(method, folder string, do func(context.Context, string) (Exchange, error)) (Exchange, error) {
	if _, err := w.current(true); err != nil {
		return Exchange{}, err
	}
	if do == nil {
		return Exchange{}, notHere()
	}
	if folder = strings.TrimSpace(folder); folder == "" {
		return Exchange{}, counter.E(counter.CodeUsage, "没有选 U 盘", "no stick was chosen").Hint("插好 U 盘后重新查找，或填写它的路径", "plug it in and look again, or type its path")
	}
	e, err := do(w.ctx, folder)
	return tidyExchange(e), w.failedIf(method, err)
}

func tidyExchange(e Exchange) Exchange {
	e.Stations, e.Faults = list(e.Stations), list(e.Faults)
	return e
}

func notHere() error {
	return counter.E(counter.CodeFailed, "这个程序里没有这项功能", "this program cannot do that").Hint("请用命令行", "use the command line")
}
