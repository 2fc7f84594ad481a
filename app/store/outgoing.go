package store

import (
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Limits of one batch. Small enough that a cut costs little on a thin line and
// that a file stays one BEP block; large enough that a backlog compresses well.
const (
	batchOps   = 512
	batchBytes = 64 << 10

	// maxBody is the largest op that is taken: sealed alone in a file it has to be
	// one that peers fetch, else the act would never leave this device.
	maxBody = segment.MaxFile - 128<<10
)

// china is the civil time of every station: days end at midnight there.
var china = time.FixedZone("CST", 8*3600)

// writeLog seals the ops of one log into batches and stores both.
func (t *Tx) writeLog(l *openLog) error {
	if len(l.ops) == 0 {
		return nil
	}
	if err := t.insertOps(l.row.id, l.ops, l.hashes, packAll(l.bodies)); err != nil {
		return err
	}
	before := segment.State{Seq: l.ops[0].Seq - 1, Prev: l.ops[0].Prev}
	if saved, err := scanLog(t.row(selectLog+"WHERE l.id = ?", l.row.id)); err != nil {
		return err
	} else {
		before.Realm, before.Powers = saved.realm, saved.powers
	}
	for from := 0; from < len(l.ops); {
		to := batchEnd(l.bodies, from)
		if err := t.writeBatch(l, from, to, &before); err != nil {
			return err
		}
		from = to
	}
	return t.saveLog(&l.row)
}

func batchEnd(bodies [][]byte, from int) int {
	size := 0
	for i := from; i < len(bodies); i++ {
		if size += len(bodies[i]); i > from && (size > batchBytes || i-from >= batchOps) {
			return i
		}
	}
	return len(bodies)
}

func (t *Tx) writeBatch(l *openLog, from, to int, st *segment.State) error {
	heads, err := t.newHeads(l.row.Scope)
	if err != nil {
		return err
	}
	row, self := &l.row, t.s.self
	encode := func(positions bool) ([]byte, error) {
		return t.s.codec.Encode(row.LogID, self.Suite, positions, l.ops[from:to], l.bodies[from:to],
			l.hashes[to-1], heads, l.sealer, self.Sign)
	}
	today := t.now.In(china).Format(fileDay)
	newFile := row.fileSize == 0 || row.fileDay != today
	moved := st.Realm != row.realm || st.Powers != row.powers
	bytes, err := encode(newFile || moved)
	if err == nil && !newFile && row.fileSize+int64(len(bytes)) > segment.SealSize {
		newFile = true
		bytes, err = encode(true)
	}
	if err != nil {
		return err
	}
	if newFile {
		h := segment.Header{Suite: self.Suite, LogID: row.LogID, First: l.ops[from].Seq, Prev: l.ops[from].Prev}
		row.fileFirst, row.filePrev, row.fileDay = h.First, h.Prev, today
		row.fileSize = int64(len(h.Append(nil)))
	}
	_, err = t.exec("INSERT INTO batches (log, first, count, file_first, offset, bytes) VALUES (?, ?, ?, ?, ?, ?)",
		row.id, l.ops[from].Seq, to-from, row.fileFirst, row.fileSize, bytes)
	row.fileSize += int64(len(bytes))
	st.Realm, st.Powers = row.realm, row.powers
	return err
}

// newHeads gives the heads of other devices' logs in the scope that moved since
// our last batch there: each batch attests what its device held, so that a peer
// that later serves less than that is found out.
func (t *Tx) newHeads(scope oplog.Scope) (heads []oplog.Head, err error) {
	rows, err := t.query("SELECT device, epoch, seq, head FROM logs WHERE scope = ? AND own = 0 AND seq > told ORDER BY id", string(scope))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h oplog.Head
		var d, e, x []byte
		if err := rows.Scan(&d, &e, &h.Seq, &x); err != nil {
			return nil, err
		}
		copy(h.Device[:], d)
		copy(h.Epoch[:], e)
		copy(h.Hash[:], x)
		heads = append(heads, h)
	}
	if err := rows.Err(); err != nil || len(heads) == 0 {
		return nil, err
	}
	_, err = t.exec("UPDATE logs SET told = seq WHERE scope = ? AND own = 0", string(scope))
	return heads, err
}

// insertOps stores ops of one log; kept are their bodies, packed.
func (t *txn) insertOps(log int64, ops []oplog.Op, hashes []oplog.Hash, kept [][]byte) error {
	for i := range ops {
		o := &ops[i]
		pos, err := t.position(o.Realm, o.Powers)
		if err != nil {
			return err
		}
		if _, err := t.exec("INSERT INTO ops (log, seq, hash, entity, pos, body) VALUES (?, ?, ?, ?, ?, ?)",
			log, o.Seq, hashes[i][:], o.Entity[:], pos, kept[i]); err != nil {
			return err
		}
	}
	return nil
}
