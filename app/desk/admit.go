package desk

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// Withheld is what one revoked device said after the last act of it that counts,
// and what therefore has no effect here until a supervisor admits it.
type Withheld struct {
	Device [32]byte
	Name   string   // as the roster has it
	Cases  []string // numbers
	People int
	Ops    int
	First  string // RFC 3339; when the device says it did the first and the last of them
	Last   string
}

// withheldPart is what a device said of one entity.
type withheldPart struct {
	scope, typ string
	entity     uuid.UUID
	number     string // of a case
	ops        []counter.OpID
}

// Withheld lists, device by device, what waits to be admitted at the service
// points where the user may admit it.
func (s *Session) Withheld(ctx context.Context) ([]Withheld, error) {
	list, _, err := s.withheld(ctx)
	return list, err
}

func (s *Session) withheld(ctx context.Context) (list []Withheld, parts map[[32]byte][]withheldPart, err error) {
	rows, err := s.ledger.Reviews(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	names, err := s.cfg.DeviceNames(ctx)
	if err != nil {
		return nil, nil, err
	}
	parts, list = map[[32]byte][]withheldPart{}, []Withheld{}
	for _, r := range slices.Backward(rows) { // the oldest first: people before what rests on them
		if !slices.Contains(r.Kinds, counter.TaskWithheld) {
			continue
		}
		if v, err := s.judge(ctx, r.Scope, r.Type+".admit"); err != nil || !v.OK {
			if err != nil {
				return nil, nil, err
			}
			continue
		}
		d, err := s.ledger.Entity(ctx, r.Scope, r.Entity)
		if err != nil {
			return nil, nil, err
		}
		list = sortOut(d, r, list, parts)
	}
	for i := range list {
		list[i].Name = names[list[i].Device]
	}
	return list, parts, nil
}

// sortOut puts the acts of an entity that wait by themselves to their devices.
// What others built on them is not named: it has effect once they have.
func sortOut(d *counter.Dossier, r counter.ReviewRow, list []Withheld, parts map[[32]byte][]withheldPart) []Withheld {
	ops := map[[32]byte][]counter.OpID{}
	for i := range d.Facts {
		f := &d.Facts[i]
		if d.Folded.Effects[i].Reason != counter.ReasonRevoked {
			continue
		}
		ops[f.Device] = append(ops[f.Device], f.ID)
		k := slices.IndexFunc(list, func(w Withheld) bool { return w.Device == f.Device })
		if k < 0 {
			k, list = len(list), append(list, Withheld{Device: f.Device, Cases: []string{}})
		}
		w, at := &list[k], f.At.In(china).Format("2006-01-02T15:04:05Z07:00")
		w.Ops++
		if w.First == "" || at < w.First {
			w.First = at
		}
		w.Last = max(w.Last, at)
		if len(ops[f.Device]) > 1 {
			continue
		}
		if r.Type == "case" {
			w.Cases = append(w.Cases, r.Number)
		} else {
			w.People++
		}
	}
	for device, named := range ops {
		parts[device] = append(parts[device], withheldPart{r.Scope, r.Type, r.Entity, r.Number, named})
	}
	return list
}

// applicant gives the id of the record of a case's applicant, if the same device said
// something of it that waits too.
func (p withheldPart) applicant(all []withheldPart, d *counter.Dossier) string {
	if p.typ == "case" {
		if k := slices.IndexFunc(all, func(o withheldPart) bool { return o.scope == p.scope && o.entity == applicantEntity(d) }); k >= 0 {
			return all[k].entity.String()
		}
	}
	return ""
}

// AdmitThing gives effect to what a revoked device said of one case or one person;
// with a case goes what the device recorded of its applicant. expect is the number of
// acts that the supervisor looked at, of both.
func (s *Session) AdmitThing(ctx context.Context, device [32]byte, thing uuid.UUID, expect int, opinion string) (Withheld, error) {
	list, parts, err := s.withheld(ctx)
	if err != nil {
		return Withheld{}, err
	}
	k := slices.IndexFunc(parts[device], func(p withheldPart) bool { return p.entity == thing })
	if k < 0 {
		return Withheld{}, counter.E(counter.CodeNotFound, "这一件没有等待您认可的操作", "nothing of this waits to be admitted by you").
			Hint("可能已经有人认可,请重新列出", "somebody else may have admitted it; list them again")
	}
	p := parts[device][k]
	d, err := s.ledger.Entity(ctx, p.scope, p.entity)
	if err != nil {
		return Withheld{}, err
	}
	chosen := []withheldPart{p}
	if who := p.applicant(parts[device], d); who != "" {
		i := slices.IndexFunc(parts[device], func(o withheldPart) bool { return o.entity.String() == who })
		chosen = append([]withheldPart{parts[device][i]}, p)
	}
	out := Withheld{Device: device, Cases: []string{}, Name: list[slices.IndexFunc(list, func(w Withheld) bool { return w.Device == device })].Name}
	for _, c := range chosen {
		out.Ops += len(c.ops)
		if c.typ == "person" {
			out.People++
		} else {
			out.Cases = append(out.Cases, c.number)
		}
	}
	if out.Ops != expect {
		return out, changedSince(out.Ops, expect)
	}
	return out, s.admitParts(ctx, chosen, strings.TrimSpace(opinion))
}

func changedSince(waiting, expect int) error {
	return counter.Ef(counter.CodeInvalid, "等待认可的操作现在是%d条,不是%d条,没有认可", "%d acts wait now, not %d; nothing was admitted", waiting, expect).
		Hint("重新列出,核对后再认可", "list them again and look at what is new")
}

// admitStep is how many cases and people are admitted in one transaction.
const admitStep = 200

// AdmitDevice gives effect to all that a revoked device said and that waits here:
// acts on cases and records of people. expect is the number of acts that the
// supervisor looked at, 0 does not compare: what came in since is not admitted
// unseen. When it is cut short, what was admitted stands; doing it again does the
// rest. It gives what the list said of the device.
func (s *Session) AdmitDevice(ctx context.Context, device [32]byte, expect int, opinion string) (Withheld, error) {
	list, parts, err := s.withheld(ctx)
	if err != nil {
		return Withheld{}, err
	}
	k := slices.IndexFunc(list, func(w Withheld) bool { return w.Device == device })
	if k < 0 {
		return Withheld{}, counter.E(counter.CodeNotFound, "这台设备没有等待您认可的操作", "nothing of this device waits to be admitted by you").
			Hint("不写 --device 列出有哪些;认可须由该服务点的主管办理", "leave --device away to see what waits; a supervisor of the service point admits it")
	}
	if w := list[k]; expect > 0 && w.Ops != expect {
		return w, changedSince(w.Ops, expect)
	}
	opinion = strings.TrimSpace(opinion)
	for step := range slices.Chunk(parts[device], admitStep) {
		if err := s.admitParts(ctx, step, opinion); err != nil {
			return list[k], err
		}
	}
	return list[k], nil
}

func (s *Session) admitParts(ctx context.Context, parts []withheldPart, opinion string) error {
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, p := range parts {
			a := counter.Act{Scope: p.scope, Kind: p.typ + ".admit", Entity: p.entity, Actor: s.user.ID, Payload: counter.AdmitPayload{Ops: p.ops}}
			if opinion != "" && p.typ == "case" {
				a.Sealed = map[string][]byte{counter.SealedOpinion: []byte(opinion)}
			}
			if _, err := rec.Append(a); err != nil {
				return err
			}
		}
		return nil
	})
}
