package store

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"slices"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Backlog is what this device has recorded and no superior has confirmed to hold.
type Backlog struct {
	Ops    int
	Cases  int
	Oldest string // RFC 3339: acceptance of the oldest such case; "" without
	Number string // of that case
}

// Backlog tells what none of the given devices has announced to hold of this
// device's own logs. It errs on the side of "not yet": what a stick carried counts
// once an index says that it arrived.
func (s *Store) Backlog(ctx context.Context, superiors []oplog.DeviceID) (b Backlog, err error) {
	var oldest outItem
	logs, err := s.unsent(ctx, superiors, func(it outItem, _ *sentLog) {
		if b.Cases == 0 || it.at < oldest.at || it.at == oldest.at && it.id < oldest.id {
			oldest = it
		}
		b.Cases++
	})
	if err != nil {
		return b, diskError(err)
	}
	for _, l := range logs {
		b.Ops += int(max(0, l.seq-l.sent))
	}
	if b.Cases > 0 {
		err = s.r.QueryRowContext(ctx, "SELECT accepted_at, number FROM cases WHERE id = ?", oldest.id).Scan(&b.Oldest, &b.Number)
	}
	return b, diskError(err)
}

// Unsent gives those of the case numbers of which something of ours is not with a
// superior yet, in the same sense as Backlog.
func (s *Store) Unsent(ctx context.Context, superiors []oplog.DeviceID, numbers []string) (out []string, err error) {
	logs, err := s.sentUpTo(ctx, superiors)
	if err != nil {
		return nil, diskError(err)
	}
	logs = slices.DeleteFunc(logs, func(l sentLog) bool { return l.sent >= l.seq })
	for _, n := range numbers {
		for _, l := range logs {
			var found bool
			// From the case to its few ops. The signs keep SQLite from going through all
			// that the log has not sent: seconds a number, on a full counter.
			err := s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM cases c CROSS JOIN ops o
				WHERE c.number = ? AND o.entity = c.entity AND +o.log = ? AND +o.seq > ?)`, n, l.id, l.sent).Scan(&found)
			if err != nil {
				return nil, diskError(err)
			}
			if found {
				out = append(out, n)
				break
			}
		}
	}
	return out, nil
}

// sentLog is an own log: its last op, and the last one that a superior holds.
type sentLog struct {
	id, seq, sent int64
	scope         string
	device, epoch []byte
}

func (s *Store) sentUpTo(ctx context.Context, superiors []oplog.DeviceID) (logs []sentLog, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT id, seq, scope, device, epoch FROM logs WHERE own = 1 AND seq > 0 ORDER BY id")
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var l sentLog
		if err := rows.Scan(&l.id, &l.seq, &l.scope, &l.device, &l.epoch); err != nil {
			rows.Close()
			return nil, err
		}
		logs = append(logs, l)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	for i := range logs {
		for _, peer := range superiors {
			n, err := s.heldBy(ctx, &logs[i], peer)
			if err != nil {
				return nil, err
			}
			logs[i].sent = max(logs[i].sent, n)
		}
	}
	return logs, nil
}

// heldBy gives the last op of an own log that is in what the peer has announced:
// whole sealed files by their name, the tail by its length and hash.
func (s *Store) heldBy(ctx context.Context, l *sentLog, peer oplog.DeviceID) (seq int64, err error) {
	var device oplog.DeviceID
	copy(device[:], l.device)
	rows, err := s.r.QueryContext(ctx, "SELECT folder, name, size, hash FROM peer_files WHERE peer = ? AND folder LIKE ? AND name LIKE ?",
		peer[:], l.scope+"-%", device.String()+"/%")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var sealed, tail int64
	for rows.Next() {
		var folder, name string
		var size int64
		var hash []byte
		if err := rows.Scan(&folder, &name, &size, &hash); err != nil {
			return 0, err
		}
		n, err := segment.ParseName(name)
		if err != nil || string(n.Epoch[:]) != string(l.epoch) {
			continue
		}
		if n.Sealed {
			sealed = max(sealed, int64(n.First))
		} else {
			last, err := s.lastWithin(ctx, l.id, folder, size, hash)
			if err != nil {
				return 0, err
			}
			tail = max(tail, last)
		}
	}
	if err := rows.Err(); err != nil || sealed == 0 {
		return tail, err
	}
	// A sealed file reaches up to where the next one begins.
	var next int64
	err = s.r.QueryRowContext(ctx, "SELECT coalesce(min(file_first), 0) FROM batches WHERE log = ? AND first > ? AND file_first > ?", l.id, sealed, sealed).Scan(&next)
	if next == 0 {
		next = l.seq + 1
	}
	return max(tail, next-1), err
}

// beginsWith tells whether our tail begins with the bytes that a peer announced: an
// announcement may be of an earlier file of the same name.
func (s *Store) beginsWith(folder, name string, size int64, hash []byte) bool {
	f, err := os.Open(s.SegmentPath(folder, name))
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.CopyN(h, f, size)
	return err == nil && n == size && string(h.Sum(nil)) == string(hash)
}

// lastWithin gives the last op of the file of ours that begins with the size bytes
// which a peer announced as its tail; 0 if there is none. The peer may be behind: what
// is its tail still is one of our sealed files by now, so the newest are looked at.
func (s *Store) lastWithin(ctx context.Context, log int64, folder string, size int64, hash []byte) (seq int64, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT name, first FROM files WHERE folder = ? AND log = ? AND size >= ? ORDER BY first DESC LIMIT 50", folder, log, size)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var first int64
		if err := rows.Scan(&name, &first); err != nil {
			return 0, err
		}
		if !s.beginsWith(folder, name, size, hash) {
			continue
		}
		err := s.r.QueryRowContext(ctx, `SELECT coalesce(max(first + count - 1), 0) FROM batches
			WHERE log = ? AND first >= ? AND file_first = ? AND offset + length(bytes) <= ?`, log, first, first, size).Scan(&seq)
		return seq, err
	}
	return 0, rows.Err()
}

// Tally is how much this device holds, without the digests, which cost a look at
// every state.
type Tally struct{ Scopes, Ops, Waiting, Cases, Devices int }

// Tally counts.
func (s *Store) Tally(ctx context.Context) (t Tally, err error) {
	t.Scopes = len(s.heldScopes())
	err = s.r.QueryRowContext(ctx, `SELECT (SELECT coalesce(sum(seq - shared), 0) FROM logs), (SELECT count(*) FROM waiting),
		(SELECT count(*) FROM cases), (SELECT count(*) FROM devices)`).Scan(&t.Ops, &t.Waiting, &t.Cases, &t.Devices)
	return t, diskError(err)
}
