package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// A log is a chain, and a tree when its device was copied: a disk that came back
// together with its key folder goes on where the copy stood, under the same epoch.
// Both branches are genuine, so both are kept. Which of them has the plain row of
// the table depends on which came first; nothing that is folded depends on that.

// span is a part of a log that another row of the table holds: the ops up to a number.
type span struct {
	log  int64
	upTo uint64
}

func parsePath(text string) (path []span, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		log, upTo, _ := strings.Cut(part, ":")
		id, err := strconv.ParseInt(log, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("path of a branch: %w", err)
		}
		n, err := strconv.ParseUint(upTo, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("path of a branch: %w", err)
		}
		path = append(path, span{id, n})
	}
	return path, nil
}

func formatPath(path []span) string {
	var parts []string
	for _, s := range path {
		parts = append(parts, fmt.Sprintf("%d:%d", s.log, s.upTo))
	}
	return strings.Join(parts, ",")
}

// holder gives the row that holds an op of this branch: its own, or one that it
// shares the op with.
func (l *logRow) holder(seq uint64) int64 {
	id := l.id
	for _, s := range l.path {
		if seq > s.upTo {
			break
		}
		id = s.log
	}
	return id
}

// epochEnd ends the range of what the column epoch says of one epoch.
var epochEnd = bytes.Repeat([]byte{0xff}, 33)

// logTree is all that is held of one log: a single row, as a rule.
type logTree struct {
	t       *txn
	rows    []*logRow
	changed map[*logRow]bool
}

// knot is a place in a tree: after an op of a branch.
type knot struct {
	row *logRow
	seq uint64
}

// tree reads the rows of a log, and makes the first one of a log that is new.
func (t *txn) tree(id oplog.LogID) (*logTree, error) {
	g := &logTree{t: t, changed: map[*logRow]bool{}}
	rows, err := t.query(selectLog+"WHERE l.scope = ? AND l.device = ? AND l.epoch >= ? AND l.epoch < ? ORDER BY l.id",
		string(id.Scope), id.Device[:], id.Epoch[:], append(id.Epoch[:], epochEnd...))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		l, err := scanLog(rows)
		if err != nil {
			return nil, err
		}
		g.rows = append(g.rows, &l)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(g.rows) > 0 {
		return g, err
	}
	l, err := t.log(id, false)
	g.rows = append(g.rows, &l)
	return g, err
}

// find gives the branch that has this op at this number, or nil.
func (g *logTree) find(seq uint64, hash oplog.Hash) (*logRow, error) {
	if seq == 0 {
		if hash != (oplog.Hash{}) {
			return nil, nil
		}
		return g.rows[0], nil
	}
	for _, l := range g.rows {
		if seq <= l.shared || seq > l.seq {
			continue
		}
		if seq == l.seq {
			if l.head == hash {
				return l, nil
			}
			continue
		}
		have, err := g.t.hashOf(l.id, seq)
		if err != nil {
			return nil, err
		}
		if have == hash {
			return l, nil
		}
	}
	return nil, nil
}

// longest is how far any branch goes.
func (g *logTree) longest() (seq uint64) {
	for _, l := range g.rows {
		seq = max(seq, l.seq)
	}
	return seq
}

// state is what a batch behind a place continues from.
func (g *logTree) state(at knot) (segment.State, error) {
	l := at.row
	if at.seq == l.seq {
		return segment.State{Seq: l.seq, Prev: l.head, Realm: l.realm, Powers: l.powers}, nil
	}
	st := segment.State{Seq: at.seq}
	if at.seq == 0 {
		return st, nil
	}
	var hash, rh, ph []byte
	err := g.t.row(`SELECT o.hash, p.realm_seq, p.realm_hash, p.powers_seq, p.powers_hash FROM ops o JOIN positions p ON p.id = o.pos
		WHERE o.log = ? AND o.seq = ?`, l.holder(at.seq), at.seq).Scan(&hash, &st.Realm.Seq, &rh, &st.Powers.Seq, &ph)
	copy(st.Prev[:], hash)
	copy(st.Realm.Hash[:], rh)
	copy(st.Powers.Hash[:], ph)
	return st, err
}

// grow gives the branch that the op behind a place belongs to: the one that ends
// there, or a new one. The district's own log is never a tree: all rights hang on it.
func (g *logTree) grow(at knot, first oplog.Hash) (*logRow, error) {
	l := at.row
	if at.seq == l.seq {
		g.changed[l] = true
		return l, nil
	}
	if g.t.s.isDistrict(l.Device) || broken.Is(broken.ForkDropped) {
		return nil, fmt.Errorf("%w: the log of %s forks after op %d", segment.ErrRefused, l.Device.Short(), at.seq)
	}
	path := []span{{l.holder(at.seq), at.seq}}
	for _, s := range l.path {
		if s.upTo < at.seq {
			path = append(path, s)
		}
	}
	st, err := g.state(at)
	if err != nil {
		return nil, err
	}
	b := &logRow{LogID: l.LogID, path: path, shared: at.seq, seq: at.seq, head: st.Prev, realm: st.Realm, powers: st.Powers}
	zero := oplog.Hash{}
	res, err := g.t.exec("INSERT INTO logs (scope, device, epoch, own, head, file_prev, path, shared) VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
		string(l.Scope), l.Device[:], append(l.Epoch[:], first[:]...), zero[:], zero[:], formatPath(path), at.seq)
	if err != nil {
		return nil, err
	}
	if b.id, err = res.LastInsertId(); err != nil {
		return nil, err
	}
	g.rows = append(g.rows, b)
	g.changed[b] = true
	return b, g.part(at.seq)
}

// part notes in all rows where the branches of a log part first.
func (g *logTree) part(after uint64) error {
	for _, l := range g.rows {
		if l.split.Valid {
			after = min(after, uint64(l.split.Int64))
		}
	}
	for _, l := range g.rows {
		l.split = sql.NullInt64{Int64: int64(after), Valid: true}
		if _, err := g.t.exec("UPDATE logs SET split = ? WHERE id = ?", after, l.id); err != nil {
			return err
		}
	}
	return nil
}

// save writes the rows that grew, and adds to the touched entities those that a log
// with branches has said something about since these part: what was said there is to
// be looked at again, on each branch.
func (g *logTree) save(set touchedSet) error {
	for l := range g.changed {
		if err := g.t.saveLog(l); err != nil {
			return err
		}
	}
	if len(g.rows) == 1 {
		return nil
	}
	for _, e := range set {
		e.new, e.ops = false, nil // what was kept of them does not know of the branches
	}
	for _, l := range g.rows {
		if err := g.t.touchAfter(l, set); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) touchAfter(l *logRow, set touchedSet) error {
	rows, err := t.query("SELECT DISTINCT entity FROM ops WHERE log = ? AND seq > ?", l.id, l.split.Int64)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e []byte
		if err := rows.Scan(&e); err != nil {
			return err
		}
		k := entityKey{scope: l.Scope}
		copy(k.id[:], e)
		if set[k] == nil {
			set[k] = &touched{}
		}
	}
	return rows.Err()
}

// crossing gives, for the first op of each branch among an entity's ops, the op that
// it follows from on the branch that it came off; nil for all others.
func crossing(ops []storedOp) map[int]int {
	first := map[int64]int{}
	for i := range ops {
		if len(ops[i].path) == 0 {
			continue
		}
		if j, ok := first[ops[i].log]; !ok || ops[i].op.Seq < ops[j].op.Seq {
			first[ops[i].log] = i
		}
	}
	var out map[int]int
	for _, i := range first {
		for _, s := range ops[i].path {
			last := -1
			for j := range ops {
				if ops[j].log == s.log && ops[j].op.Seq <= s.upTo && (last < 0 || ops[last].op.Seq < ops[j].op.Seq) {
					last = j
				}
			}
			if last >= 0 {
				if out == nil {
					out = map[int]int{}
				}
				out[i] = last
				break
			}
		}
	}
	return out
}

// leads tells, of an op in a log with branches, whether another op of it follows from
// it, or is it itself.
func leads(q querier, o *storedOp) func(seq uint64, hash [32]byte) bool {
	return func(seq uint64, hash [32]byte) bool {
		l, err := scanLog(q.QueryRowContext(context.Background(), selectLog+`JOIN ops o ON o.log = l.id
			WHERE l.scope = ? AND l.device = ? AND substr(l.epoch, 1, 8) = ? AND o.seq = ? AND o.hash = ?`,
			string(o.op.Scope), o.op.Device[:], o.op.Epoch[:], seq, hash[:]))
		return err == nil && l.holder(o.op.Seq) == o.log
	}
}
