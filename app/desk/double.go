package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// alreadyOpen finds an open case of the same person and the same item, where the
// item is for one case at a time. Only what this device holds can be seen: what
// another station accepts meanwhile is joined by their superior.
func (s *Session) alreadyOpen(ctx context.Context, it *counter.Item, number string) error {
	if !it.Single || number == "" {
		return nil
	}
	people, err := s.ledger.People(ctx, number)
	if err != nil {
		return err
	}
	for _, p := range people {
		rows, err := s.ledger.Cases(ctx, counter.CaseFilter{Scope: p.Scope, Item: it.Code, Person: p.Entity})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if counter.Status(r.Status).Ended() {
				continue
			}
			if same, err := s.appliedBy(ctx, r, number); err != nil || !same {
				if err != nil {
					return err
				}
				continue
			}
			return counter.Ef(counter.CodeInvalid, "这位申请人的“%s”已经受理,同时只能办一件:%s(%s)", "the applicant has an open case of %s: %s (%s)",
				it.Name, r.Number, counter.Status(r.Status).Name("zh")).
				Hint("请按原编号继续办理;原件受理有误的先作废,再重新受理;尚未受理,没有留下记录", "go on with that case, or void it first if it was a mistake; nothing was recorded")
		}
	}
	return nil
}

// appliedBy tells whether the applicant of a case, as its receipt has it, bears
// a number. A person found by a number may once have been entered under it wrongly.
func (d *Desk) appliedBy(ctx context.Context, r counter.CaseRow, number string) (bool, error) {
	dossier, err := d.ledger.Entity(ctx, r.Scope, r.Entity)
	if err != nil || dossier.Folded.Case == nil {
		return false, err
	}
	snap, err := d.applicantOf(ctx, dossier)
	return snap.Number == number, err
}

// acceptance is one of several acceptances of the same matter.
type acceptance struct {
	*counter.Dossier
	state *counter.CaseState
	at    time.Time // stamp of the acceptance
	said  map[uuid.UUID]*saying
	// this device said something about it that had no right: it does not go on saying it
	deaf bool
}

// saying is what a case's own history says about it and one other case.
type saying struct {
	here, there bool // the other goes on here; this one goes on there
	apart       bool // a ruling said that the two are different matters
}

// JoinDoubles finds cases that two stations accepted for the same person and the
// same single item, among what came in after a mark, and says so in both. It is
// for superiors: whoever holds both scopes. It gives the mark to go on from, how
// many statements were written, and can be repeated and run at several devices.
func (d *Desk) JoinDoubles(ctx context.Context, after uint64) (upTo uint64, written int, err error) {
	cat, err := d.catalogue(ctx)
	if err != nil {
		return after, 0, err
	}
	singles := cat.singles()
	for done := false; !done; {
		var rows []counter.CaseRow
		if rows, upTo, done, err = d.ledger.Touched(ctx, singles, after); err != nil {
			return after, written, err
		}
		for _, r := range rows {
			if leaving, err := d.leaving(ctx, r.Scope); err != nil || leaving {
				if err != nil {
					return after, written, err
				}
				continue
			}
			n, err := d.joinMatter(ctx, cat, r)
			if err != nil {
				return after, written, err
			}
			written += n
			done = done && n == 0 // what was said is itself looked at
		}
		after = upTo
	}
	return upTo, written, nil
}

// leaving tells that the village of a scope belongs to another town now: who is its
// superior has the say there, and what this device would say has no effect.
func (d *Desk) leaving(ctx context.Context, scope string) (bool, error) {
	p, err := d.ledger.Powers(ctx, scope)
	return err == nil && p.Leaving(d.cfg.Device.ID), err
}

// singles lists the items of which some version is for one case at a time.
func (c *catalogue) singles() []string {
	out := []string{}
	for _, code := range c.order {
		for _, it := range c.versions[code] {
			if it.Single && !it.Instant {
				out = append(out, code)
				break
			}
		}
	}
	return out
}

// joinMatter looks at one case and those that may be the same matter.
func (d *Desk) joinMatter(ctx context.Context, cat *catalogue, r counter.CaseRow) (int, error) {
	rows, err := d.ledger.SameMatter(ctx, r)
	if err != nil || len(rows) < 2 {
		return 0, err
	}
	anchor, number, err := d.acceptanceOf(ctx, cat, r)
	if err != nil || anchor == nil {
		return 0, err
	}
	group := []*acceptance{anchor}
	for _, o := range rows {
		if o.Entity == r.Entity && o.Scope == r.Scope {
			continue
		}
		if leaving, err := d.leaving(ctx, o.Scope); err != nil || leaving {
			if err != nil {
				return 0, err
			}
			continue
		}
		a, theirs, err := d.acceptanceOf(ctx, cat, o)
		if err != nil {
			return 0, err
		}
		if a != nil && theirs == number && a.state.Joinable(anchor.at) && anchor.state.Joinable(a.at) {
			group = append(group, a)
		}
	}
	acts := joinActs(group)
	if len(acts) == 0 || slices.ContainsFunc(group, func(a *acceptance) bool { return a.deaf }) {
		return 0, nil
	}
	return len(acts), d.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, a := range acts {
			if _, err := rec.Append(a); err != nil {
				return err
			}
		}
		return nil
	})
}

// acceptanceOf reads a case of a single item with what was said about it, and its
// applicant's number; nil when it is none, or cannot be read here.
func (d *Desk) acceptanceOf(ctx context.Context, cat *catalogue, r counter.CaseRow) (*acceptance, string, error) {
	dossier, err := d.ledger.Entity(ctx, r.Scope, r.Entity)
	if err != nil {
		return nil, "", err
	}
	c := dossier.Folded.Case
	if c == nil {
		return nil, "", nil
	}
	if it, err := cat.version(c.Item); err != nil || !it.Single {
		return nil, "", nil // accepted under a version that allows several
	}
	snap, err := d.applicantOf(ctx, dossier)
	if err != nil || snap.Number == "" {
		return nil, "", nil // sealed with a key not held here: its own superior can read it
	}
	a := &acceptance{Dossier: dossier, state: c, said: map[uuid.UUID]*saying{}}
	for i := range dossier.Facts {
		f := &dossier.Facts[i]
		if f.ID == c.Accepted {
			a.at = f.At
		}
		switch {
		case f.Kind != "case.join":
		case f.Verdict.OK:
			a.hear(f, dossier.Folded.Effects[i])
		case f.Device == d.cfg.Device.ID:
			a.deaf = true
		}
	}
	return a, snap.Number, nil
}

func (a *acceptance) hear(f *counter.Fact, e counter.Effect) {
	var p counter.JoinPayload
	if json.Unmarshal(f.Payload, &p) != nil {
		return
	}
	s := a.said[p.Case]
	if s == nil {
		s = &saying{}
		a.said[p.Case] = s
	}
	s.apart = s.apart || e.Reason == counter.ReasonOverruled
	s.here, s.there = s.here || p.Survives, s.there || !p.Survives
}
