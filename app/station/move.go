package station

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// Moved is how a village stands that was moved to another town.
type Moved struct {
	Village string `json:"village"`
	From    string `json:"from"` // its former town
	To      string `json:"to"`
	Date    string `json:"date"`  // from when on
	State   string `json:"state"` // planned, open (the former town finishes its cases), done
	Open    int    `json:"open"`  // cases of before that are not ended
}

// States of Moved.
const (
	movePlanned = "planned"
	moveOpen    = "open"
	moveDone    = "done"
)

// chinaTime is the civil time of every station.
var chinaTime = time.FixedZone("CST", 8*3600)

func (s *Station) today() counter.Date { return counter.DateOf(s.cfg.Now().In(chinaTime)) }

// Move gives a village to another town, from a day on ("" for today). On that day
// the new town's devices and users get their right and the keys, and the former
// town's may only finish what was accepted before; when that is done they leave, and
// the keys rotate.
func (s *Station) Move(ctx context.Context, who *desk.Session, village, town, from string) (Moved, error) {
	if err := who.RequireAdministrator(); err != nil {
		return Moved{}, err
	}
	if _, err := s.authority(ctx); err != nil {
		return Moved{}, err
	}
	day := s.today()
	if from != "" {
		var ok bool
		if day, ok = counter.ParseDate(from); !ok {
			return Moved{}, counter.Ef(counter.CodeUsage, "日期 %q 不对", "%q is not a date", from).Hint("写成 2026-12-01", "write it as 2026-12-01")
		}
	}
	d, id, err := s.movable(ctx, village, town)
	if err != nil {
		return Moved{}, err
	}
	d.Former, d.ValidFrom = d.Parent, day
	if d.Parent, err = counter.PadDivision(town); err != nil {
		return Moved{}, err
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return Moved{}, err
	}
	if err := s.v.store.Record(ctx, func(r counter.Recorder) error {
		_, err := r.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "division.set", Entity: id, Actor: who.UserID(), Payload: counter.DivisionPayload{Division: raw}})
		return err
	}); err != nil {
		return Moved{}, err
	}
	return s.settleMove(ctx, d)
}

// movable finds a village that may be moved to a town.
func (s *Station) movable(ctx context.Context, village, town string) (d counter.Division, id uuid.UUID, err error) {
	if village, err = counter.PadDivision(village); err != nil {
		return d, id, err
	}
	if town, err = counter.PadDivision(town); err != nil {
		return d, id, err
	}
	all, ids, err := s.divisions(ctx)
	if err != nil {
		return d, id, err
	}
	i := slices.IndexFunc(all, func(d counter.Division) bool { return d.Code == village })
	j := slices.IndexFunc(all, func(d counter.Division) bool { return d.Code == town })
	if i < 0 || j < 0 || all[i].Level != counter.LevelVillage || all[j].Level != counter.LevelTown {
		return d, id, counter.E(counter.CodeNotFound, "要写本区一个村(社区)和一个镇街的代码", "a village and a town of this district are needed").
			Hint("用 division list 核对代码", "check the codes with division list")
	}
	d = all[i]
	if d.Parent == town {
		return d, id, counter.E(counter.CodeInvalid, "这个村已经属于该镇街", "the village belongs to that town already").Hint("用 division moves 查看", "see division moves")
	}
	if d.Former != "" {
		m, err := s.moved(ctx, d)
		if err != nil {
			return d, id, err
		}
		if m.State != moveDone {
			return d, id, counter.Ef(counter.CodeInvalid, "上一次划转还没有完成(还有 %d 件没有办完)", "the last move is not finished (%d cases are open)", m.Open).
				Hint("等原镇街办完划转前的件;用 division moves 查看", "wait until the former town has finished; see division moves")
		}
	}
	return d, ids[i], nil
}

func (s *Station) divisions(ctx context.Context) (all []counter.Division, ids []uuid.UUID, err error) {
	rows, err := s.v.store.States(ctx, counter.ScopeRealm, "division")
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		var st counter.DivisionState
		var d counter.Division
		if json.Unmarshal(r.JSON, &st) == nil && json.Unmarshal(st.Division, &d) == nil {
			all, ids = append(all, d), append(ids, r.Entity)
		}
	}
	return all, ids, nil
}

// Moves lists the villages that were moved.
func (s *Station) Moves(ctx context.Context) ([]Moved, error) {
	all, _, err := s.divisions(ctx)
	if err != nil {
		return nil, err
	}
	out := []Moved{}
	for _, d := range all {
		if d.Former == "" || !slices.Contains(s.v.store.Scopes(), d.Code) {
			continue
		}
		m, err := s.moved(ctx, d)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// moved tells how a move stands by what is held here.
func (s *Station) moved(ctx context.Context, d counter.Division) (Moved, error) {
	m := Moved{Village: d.Code, From: d.Former, To: d.Parent, Date: string(d.ValidFrom), State: movePlanned}
	if s.today() < d.ValidFrom {
		return m, nil
	}
	p, err := s.v.store.Powers(ctx, d.Code)
	if err != nil {
		return m, err
	}
	m.State = moveDone
	var since time.Time
	for _, x := range p.Members() {
		if x.Division != d.Former || x.Removed {
			continue
		}
		if m.State = moveOpen; x.Limited && (since.IsZero() || x.LimitedAt().Before(since)) {
			since = x.LimitedAt()
		}
	}
	if m.State == moveDone {
		return m, nil
	}
	if since.IsZero() {
		since = s.cfg.Now()
	}
	cases, err := s.v.store.Cases(ctx, counter.CaseFilter{Scope: d.Code})
	for _, c := range cases {
		if counter.Status(c.Status).Ended() {
			continue
		}
		older, err := s.acceptedBefore(ctx, c, since)
		if err != nil {
			return m, err
		}
		if older {
			m.Open++
		}
	}
	return m, err
}

// acceptedBefore compares by the second that the case's row holds and, where that is the very
// second of t, by the stamp of the acceptance: a fast counter works on within that second.
func (s *Station) acceptedBefore(ctx context.Context, c counter.CaseRow, t time.Time) (bool, error) {
	at, err := time.Parse(time.RFC3339, c.AcceptedAt)
	if err != nil {
		return true, nil // a date nobody can read keeps the former town in rather than out
	}
	if !at.Equal(t.Truncate(time.Second)) {
		return at.Before(t), nil
	}
	x, err := s.v.store.Entity(ctx, c.Scope, c.Entity)
	if err != nil || len(x.Facts) == 0 {
		return true, err
	}
	return x.Facts[0].At.Before(t), nil
}

// SettleMoves does what has become due of all moves.
func (s *Station) SettleMoves(ctx context.Context, who *desk.Session) error {
	if err := who.RequireAdministrator(); err != nil {
		return err
	}
	if _, err := s.authority(ctx); err != nil {
		return err
	}
	return s.settleMoves(ctx)
}

func (s *Station) settleMoves(ctx context.Context) error {
	all, _, err := s.divisions(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Former == "" {
			continue
		}
		if _, err := s.settleMove(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (s *Station) settleMove(ctx context.Context, d counter.Division) (Moved, error) {
	if s.today() >= d.ValidFrom {
		if err := s.beginMove(ctx, d); err != nil {
			return Moved{}, err
		}
	}
	m, err := s.moved(ctx, d)
	if err != nil || m.State != moveOpen || m.Open > 0 {
		return m, err
	}
	if err := s.endMove(ctx, d); err != nil {
		return m, err
	}
	return s.moved(ctx, d)
}

// beginMove limits the former town and lets the new one in, as far as that is not done.
func (s *Station) beginMove(ctx context.Context, d counter.Division) error {
	p, err := s.v.store.Powers(ctx, d.Code)
	if err != nil {
		return err
	}
	all, err := s.roster(ctx)
	if err != nil {
		return err
	}
	var limit, enter []*roster.DeviceRecord
	for _, rec := range all {
		m, known := p.MemberByDevice(rec.ID)
		switch {
		case rec.Division == d.Former && known && !m.Removed && !m.Limited:
			limit = append(limit, rec)
		case rec.Division == d.Parent && (!known || m.Removed || m.Limited):
			enter = append(enter, rec)
		}
	}
	users, err := s.newcomers(ctx, d)
	if err != nil || len(limit)+len(enter)+len(users) == 0 {
		return err
	}
	keys, err := s.v.store.ScopeKeys(ctx, oplog.Scope(d.Code))
	if err != nil {
		return err
	}
	return s.v.store.Record(ctx, func(r counter.Recorder) error {
		for _, rec := range limit {
			m := memberPayload(rec, false)
			m.Limited = true
			if _, err := r.Append(counter.Act{Scope: d.Code, Kind: "member.add", Entity: uuid.New(), New: true, Payload: m}); err != nil {
				return err
			}
		}
		for _, rec := range enter {
			if err := letIn(r, d.Code, rec, keys); err != nil {
				return err
			}
		}
		for _, u := range users {
			if err := desk.WriteUser(r, d.Code, u.ID, u.name, "", counter.UserPayload{Roles: u.Roles, Division: u.Division}); err != nil {
				return err
			}
		}
		return nil
	})
}

// letIn makes a device a member of a scope that it could not read until now: the keys
// are stated there, and handed over in the scope of its own service point.
func letIn(r counter.Recorder, scope string, rec *roster.DeviceRecord, keys []store.ScopeKey) error {
	if _, err := r.Append(counter.Act{Scope: scope, Kind: "member.add", Entity: uuid.New(), New: true, Payload: memberPayload(rec, false)}); err != nil {
		return err
	}
	for _, k := range keys {
		for _, in := range []string{scope, rec.Division} {
			if err := stateKey(r, in, k, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// newcomer is a user of the new town, by name.
type newcomer struct {
	counter.User
	name string
}

// newcomers lists the new town's users who have no right in a village yet.
func (s *Station) newcomers(ctx context.Context, d counter.Division) (out []newcomer, err error) {
	there, err := s.v.store.Powers(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	town, err := s.v.store.Powers(ctx, d.Parent)
	if err != nil {
		return nil, err
	}
	for _, u := range town.Users() {
		old, known := there.User(u.ID)
		if u.Division != d.Parent || u.Disabled || u.Name == nil || known && !old.Disabled {
			continue
		}
		name, err := s.v.store.Open(ctx, d.Parent, u.ID, *u.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, newcomer{u, string(name)})
	}
	return out, nil
}

// endMove takes the former town's devices and users out, and rotates the key.
func (s *Station) endMove(ctx context.Context, d counter.Division) error {
	p, err := s.v.store.Powers(ctx, d.Code)
	if err != nil {
		return err
	}
	var leaving []oplog.DeviceID
	for _, m := range p.Members() {
		if m.Division == d.Former && !m.Removed {
			leaving = append(leaving, oplog.DeviceID(m.Device))
		}
	}
	all := func(string) (out []counter.DevicePayload) { // in good order: nothing is cut off
		for _, id := range leaving {
			out = append(out, counter.DevicePayload{Device: counter.OpID(id)})
		}
		return out
	}
	_, err = s.rotate(ctx, uuid.Nil, []string{d.Code}, leaving, all, func(r counter.Recorder) error {
		for _, u := range p.Users() {
			if u.Division != d.Former || u.Disabled {
				continue
			}
			if _, err := r.Append(counter.Act{Scope: d.Code, Kind: "user.disable", Entity: u.ID, Payload: counter.DisablePayload{}}); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// settleEvery is how often a running hub looks whether a move is due or done.
const settleEvery = 10 * time.Minute

func (s *Station) watchMoves(ctx context.Context) error {
	for {
		if err := s.settleMoves(ctx); err != nil {
			slog.Warn("a village's move could not be carried on", "cause", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(settleEvery):
		}
	}
}
