package window

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// Reviews lists the cases and persons of which somebody has to see to something.
// Errors: CodeLoggedOut.
func (w *Window) Reviews() ([]desk.ReviewLine, error) {
	user, err := w.current(false)
	if err != nil {
		return nil, err
	}
	lines, err := user.Reviews(w.ctx, "")
	if err != nil {
		return nil, w.failed("Reviews", err)
	}
	return list(lines), nil
}

// Withheld lists what revoked devices said after the last act of theirs that counts,
// device by device, with every act that waits for this user to admit it; none for
// who may not. Errors: CodeLoggedOut.
func (w *Window) Withheld() ([]WithheldDevice, error) {
	user, err := w.current(false)
	if err != nil {
		return nil, err
	}
	devices, err := user.Withheld(w.ctx)
	if err != nil {
		return nil, w.failed("Withheld", err)
	}
	out := []WithheldDevice{}
	for _, d := range devices {
		things, err := user.WithheldOf(w.ctx, d.Device)
		if err != nil {
			return nil, w.failed("Withheld", err)
		}
		out = append(out, WithheldDevice{Device: hex.EncodeToString(d.Device[:]), Name: d.Name, Ops: d.Ops, Cases: len(d.Cases),
			People: d.People, First: d.First, Last: d.Last, Things: list(things)})
	}
	return out, nil
}

// Admit gives effect to all that waits of a device, or to one case or person of it:
// durable when it returns without error. What came in since the user looked is not admitted unseen. Errors:
// CodeLoggedOut, CodeUsage (no reason), CodeNotFound, CodeInvalid (more has come in).
func (w *Window) Admit(a Admission) (Admitted, error) {
	user, err := w.current(true)
	if err != nil {
		return Admitted{}, err
	}
	var device [32]byte
	if raw, err := hex.DecodeString(a.Device); err != nil || len(raw) != len(device) || a.Expect <= 0 {
		return Admitted{}, badCall("device or expect")
	} else {
		copy(device[:], raw)
	}
	reason := strings.TrimSpace(a.Opinion)
	if reason == "" {
		return Admitted{}, counter.E(counter.CodeUsage, "认可必须写明理由", "admitting needs a reason").
			Hint("写明怎样核实的，例如“与当事人逐件核对”", "say how it was verified")
	}
	d, err := admit(w.ctx, user, device, a, reason)
	if err != nil {
		return Admitted{}, w.failed("Admit", err)
	}
	return Admitted{Name: d.Name, Ops: d.Ops, Cases: len(d.Cases), People: d.People}, nil
}

func admit(ctx context.Context, user User, device [32]byte, a Admission, reason string) (desk.Withheld, error) {
	if a.Thing == "" {
		return user.AdmitDevice(ctx, device, a.Expect, reason)
	}
	thing, err := uuid.Parse(a.Thing)
	if err != nil {
		return desk.Withheld{}, badCall("thing")
	}
	return user.AdmitThing(ctx, device, thing, a.Expect, reason)
}

// FindByName finds people by any characters of their name, pinyin or initials, best
// first and few. Errors: CodeLoggedOut.
func (w *Window) FindByName(query string) (desk.NameHits, error) {
	none := desk.NameHits{People: []desk.NameHit{}, Complete: true}
	user, err := w.current(false)
	if err != nil {
		return none, err
	}
	if len(query) > longestName {
		return none, nil
	}
	hits, err := user.FindByName(w.ctx, query)
	if err != nil {
		return none, w.failed("FindByName", err)
	}
	hits.People = list(hits.People)
	return hits, nil
}
