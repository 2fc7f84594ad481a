package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Fault is one place where what is stored is not what was written.
type Fault struct {
	Device string `json:"device"`
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	What   string `json:"what"`
}

// LogReport is the outcome of VerifyLogs.
type LogReport struct {
	OK     bool    `json:"ok"`
	Logs   int     `json:"logs"`
	Ops    int     `json:"ops"`
	Files  int     `json:"files"`
	Faults []Fault `json:"faults"`
	Forks  []Fork  `json:"forks"`
}

// VerifyLogs checks everything that is held: the hash chain of every log in the
// database, and in every segment file its recorded length and hash, the
// signature of each batch and its last op against the database. It opens no
// seal, so that it needs no key of a scope.
func (s *Store) VerifyLogs(ctx context.Context) (LogReport, error) {
	rep := LogReport{Faults: []Fault{}, Forks: []Fork{}}
	logs, err := s.allLogs(ctx)
	if err != nil {
		return rep, diskError(err)
	}
	keys, err := s.signKeys(ctx)
	if err != nil {
		return rep, diskError(err)
	}
	rep.Logs = len(logs)
	if rep.Forks, err = s.forks(ctx); err != nil {
		return rep, diskError(err)
	}
	for i := range logs {
		n, err := s.verifyChain(ctx, &logs[i], &rep)
		if err != nil {
			return rep, diskError(err)
		}
		rep.Ops += n
	}
	if err := s.verifyFiles(ctx, keys, &rep); err != nil {
		return rep, diskError(err)
	}
	if err := s.verifyScans(ctx, &rep); err != nil {
		return rep, diskError(err)
	}
	rep.OK = len(rep.Faults) == 0
	return rep, nil
}

func (r *LogReport) fault(d oplog.DeviceID, file string, off int64, what string, args ...any) {
	r.Faults = append(r.Faults, Fault{Device: d.String(), File: file, Offset: off, What: fmt.Sprintf(what, args...)})
}

func (s *Store) allLogs(ctx context.Context) ([]logRow, error) { return s.logsLike(ctx, "") }

func (s *Store) logsLike(ctx context.Context, where string) (logs []logRow, err error) {
	rows, err := s.r.QueryContext(ctx, selectLog+where+" ORDER BY l.id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		l, err := scanLog(rows)
		if err != nil {
			return nil, err
		}
		logs = append(logs, l)
	}
	return logs, rows.Err()
}

func (s *Store) signKeys(ctx context.Context) (map[oplog.DeviceID]*ecdsa.PublicKey, error) {
	devices, err := s.Devices(ctx)
	if err != nil {
		return nil, err
	}
	keys := map[oplog.DeviceID]*ecdsa.PublicKey{}
	for _, d := range devices {
		if pub, err := publicKey(d.SignCert); err == nil { // else its files are named as faults
			keys[d.Device] = pub
		}
	}
	return keys, nil
}

// verifyChain recomputes the hash of every op of a log from its stored bytes.
func (s *Store) verifyChain(ctx context.Context, l *logRow, rep *LogReport) (int, error) {
	rows, err := s.r.QueryContext(ctx, `SELECT o.seq, o.hash, o.entity, o.body, p.realm_seq, p.realm_hash, p.powers_seq, p.powers_hash
		FROM ops o JOIN positions p ON p.id = o.pos WHERE o.log = ? AND o.seq <= ? ORDER BY o.seq`, l.id, l.seq)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	prev, err := s.hashBefore(ctx, l)
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		o := oplog.Op{LogID: l.LogID, Prev: prev}
		var hash, entity, kept, rh, ph []byte
		if err := rows.Scan(&o.Seq, &hash, &entity, &kept, &o.Realm.Seq, &rh, &o.Powers.Seq, &ph); err != nil {
			return n, err
		}
		copy(o.Realm.Hash[:], rh)
		copy(o.Powers.Hash[:], ph)
		body, err := Unpack(kept)
		got := o.HashBody(body)
		if err == nil {
			err = o.DecodeBody(body)
		}
		if n++; o.Seq != l.shared+uint64(n) || string(got[:]) != string(hash) || err != nil || string(o.Entity[:]) != string(entity) {
			rep.fault(l.Device, DatabaseName, int64(o.Seq), "第%d条记录与哈希链不符 / op %d of scope %s does not fit its chain", o.Seq, o.Seq, l.Scope)
			return n, nil // what follows hangs on it
		}
		prev = got
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if has := l.shared + uint64(n); has != l.seq || prev != l.head {
		rep.fault(l.Device, DatabaseName, int64(has), "日志应有%d条,实有%d条 / log has %d of %d ops", l.seq, has, has, l.seq)
	}
	return n, nil
}

func (s *Store) verifyFiles(ctx context.Context, keys map[oplog.DeviceID]*ecdsa.PublicKey, rep *LogReport) error {
	files, err := s.fileRows(ctx)
	if err != nil {
		return err
	}
	patience := verifyTries
	if s.opt.ByHand {
		patience = 0 // nobody else writes
	}
	for _, f := range files {
		rep.Files++
		before := len(rep.Faults)
		s.verifyFile(ctx, f, keys, rep)
		if len(rep.Faults) > before && !s.opt.ByHand {
			rep.Faults = rep.Faults[:before]
			s.verifyAgain(ctx, f, keys, rep)
		}
		for len(rep.Faults) > before && patience > 0 && ctx.Err() == nil {
			patience--
			time.Sleep(verifyPause)
			rep.Faults = rep.Faults[:before]
			s.verifyAgain(ctx, f, keys, rep)
		}
	}
	return nil
}

// verifyAgain looks at a file again that seemed to be bad. A file is renamed a moment
// before that is recorded; what was sealed or grew meanwhile is no fault. With the store
// in hand nobody in this process is in between; another process may be.
func (s *Store) verifyAgain(ctx context.Context, f fileRow, keys map[oplog.DeviceID]*ecdsa.PublicKey, rep *LogReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var now []byte
	err := s.r.QueryRowContext(ctx, "SELECT hash FROM files WHERE folder = ? AND name = ?", f.folder, f.name).Scan(&now)
	if err == nil && string(now) == string(f.hash[:]) {
		s.verifyFile(ctx, f, keys, rep)
	}
}

// A fault is looked at again, so often in one run and after such a pause (a busy disk
// commits late): one that
// stays is real, and so are probably the next ones.
const verifyTries = 40

var verifyPause = 15 * time.Millisecond // tests do not wait

// fileRow is a segment file as our index has it.
type fileRow struct {
	folder, name string
	log, size    int64
	hash         oplog.Hash
}

func (s *Store) fileRows(ctx context.Context) (out []fileRow, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT folder, name, log, size, hash FROM files ORDER BY folder, log, first")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f fileRow
		var hash []byte
		if err := rows.Scan(&f.folder, &f.name, &f.log, &f.size, &hash); err != nil {
			return nil, err
		}
		copy(f.hash[:], hash)
		out = append(out, f)
	}
	return out, rows.Err()
}

func (s *Store) verifyFile(ctx context.Context, f fileRow, keys map[oplog.DeviceID]*ecdsa.PublicKey, rep *LogReport) {
	label, size := f.folder+"/"+f.name, f.size
	log, err := scanLog(s.r.QueryRowContext(ctx, selectLog+"WHERE l.id = ?", f.log))
	if err != nil {
		rep.fault(oplog.DeviceID{}, label, 0, "没有对应的日志 / no such log")
		return
	}
	dev := log.Device
	data, err := s.disk.ReadFile(s.SegmentPath(f.folder, f.name))
	if err != nil {
		rep.fault(dev, label, 0, "文件读不出 / file cannot be read: %v", errors.Unwrap(err))
		return
	}
	if int64(len(data)) < size {
		rep.fault(dev, label, int64(len(data)), "文件短了 / file has %d of %d bytes", len(data), size)
		return
	}
	data = data[:size] // bytes beyond are a torn tail: cut at the next start
	same := sha256.Sum256(data) == f.hash
	off, what := s.verifyBatches(ctx, data, &log, keys[dev])
	switch {
	case what != "":
		rep.fault(dev, label, off, "%s", what)
	case !same:
		rep.fault(dev, label, 0, "内容与登记的哈希不符 / content differs from its recorded hash")
	}
}

// verifyBatches checks each batch of a file and compares its ops with the
// database. It gives the first fault and where it is.
func (s *Store) verifyBatches(ctx context.Context, data []byte, log *logRow, pub *ecdsa.PublicKey) (int64, string) {
	h, n, err := segment.ParseHeader(data)
	if err != nil {
		return 0, "文件头损坏 / damaged header"
	}
	if pub == nil {
		return 0, "写入者不在名册上 / the writer is not in the roster"
	}
	batches, good, err := segment.Scan(data, int64(n))
	for i := range batches {
		b := &batches[i]
		if err := b.Verify(h, pub); err != nil {
			return b.Offset, fmt.Sprintf("第%d-%d条的签名不符 / bad signature of ops %d-%d", b.First, b.LastSeq(), b.First, b.LastSeq())
		}
		var have []byte
		if s.r.QueryRowContext(ctx, "SELECT hash FROM ops WHERE log = ? AND seq = ?", log.holder(b.LastSeq()), b.LastSeq()).Scan(&have) != nil ||
			string(have) != string(b.Last[:]) {
			return b.Offset, fmt.Sprintf("第%d条与数据库不符 / op %d differs from the database", b.LastSeq(), b.LastSeq())
		}
	}
	if err != nil {
		return good, "批次损坏 / damaged batch"
	}
	return 0, ""
}

// LogStat is one log in numbers.
type LogStat struct {
	Scope  string `json:"scope"`
	Device string `json:"device"`
	Epoch  string `json:"epoch"`
	Own    bool   `json:"own"`
	Ops    uint64 `json:"ops"`  // of a branch: those that it does not share with one listed before
	Last   uint64 `json:"last"` // number of the last op
	Head   string `json:"head"`
	Branch bool   `json:"branch,omitempty"` // of a log that goes on in several ways after one op
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
}

// LogStat lists the logs that are held.
func (s *Store) LogStat(ctx context.Context) ([]LogStat, error) {
	logs, err := s.allLogs(ctx)
	if err != nil {
		return nil, diskError(err)
	}
	out := []LogStat{}
	for _, l := range logs {
		st := LogStat{Scope: string(l.Scope), Device: l.Device.String(), Epoch: l.Epoch.String(), Own: l.own,
			Ops: l.seq - l.shared, Last: l.seq, Head: l.head.String(), Branch: l.split.Valid}
		if err := s.r.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(size), 0) FROM files WHERE log = ?", l.id).Scan(&st.Files, &st.Bytes); err != nil {
			return nil, diskError(err)
		}
		out = append(out, st)
	}
	return out, nil
}

// OwnFiles lists the segment files of this device's own logs in a scope, those of
// its earlier epochs included, oldest first. At a successor hub those of whom it
// followed come behind: its own first op says who they are.
func (s *Store) OwnFiles(scope oplog.Scope) ([]segment.FileInfo, error) {
	devices := []oplog.DeviceID{s.self.Device}
	if s.isHub() {
		devices = s.powers.districts.now().devices()
		slices.Reverse(devices)
	}
	var out []segment.FileInfo
	for _, d := range devices {
		files, err := s.filesOf(scope, d)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

func (s *Store) filesOf(scope oplog.Scope, device oplog.DeviceID) (out []segment.FileInfo, err error) {
	rows, err := s.r.Query(`SELECT f.folder, f.name, f.size FROM files f JOIN logs l ON l.id = f.log
		WHERE l.device = ? AND l.scope = ? ORDER BY l.id, f.first`, device[:], string(scope))
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var f segment.FileInfo
		if err := rows.Scan(&f.Folder, &f.Name, &f.Size); err != nil {
			return nil, diskError(err)
		}
		out = append(out, f)
	}
	return out, diskError(rows.Err())
}
