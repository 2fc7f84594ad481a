package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"onedoor/internal/broken"
	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// Errors of received files that are not final: the file stays wanted.
var (
	errGap           = errors.New("store: earlier ops of this log are still missing")
	errUnknownWriter = errors.New("store: the writer's certificate is not known yet")
	errPrefix        = errors.New("store: our beginning of the file is another one; fetching it whole")
	// final
	errHeader = fmt.Errorf("%w: file header does not fit its first batch", segment.ErrRefused)
)

// Receive takes bytes of a peer's file: it verifies every batch (chain,
// signature, the writer's membership) before any op is applied, and keeps the
// file. Everything is durable on return.
func (s *Store) Receive(ctx context.Context, peer oplog.DeviceID, w segment.Want, data []byte) (segment.Receipt, error) {
	n, err := s.receiveLocked(ctx, peer, w, data)
	if err == nil && n > 0 {
		err = s.adoptLost(ctx, w)
	}
	return segment.Receipt{Ops: n}, err
}

// errBytes says that a peer sent other bytes than it announced: they may be
// right the next time, so the announced file is not quarantined.
var errBytes = errors.New("store: bytes differ from the announced hash")

func refuse(err error) error {
	if errors.Is(err, segment.ErrRefused) {
		return err
	}
	return fmt.Errorf("%w: %w", segment.ErrRefused, err)
}

// wholeFile puts received bytes behind the beginning that we hold already and
// checks that the result is what was announced.
func (s *Store) wholeFile(w segment.Want, data []byte) ([]byte, error) {
	full := data
	if w.Offset > 0 {
		name, err := segment.ParseName(w.Name)
		if err != nil {
			return nil, err
		}
		old, err := s.disk.ReadFile(s.SegmentPath(w.Folder, segment.TailName(name.Device, name.Epoch)))
		if err != nil || int64(len(old)) < w.Offset {
			s.refetch(w)
			return nil, errPrefix
		}
		full = append(old[:w.Offset:w.Offset], data...)
	}
	if int64(len(full)) == w.Size && sha256.Sum256(full) == w.Hash || broken.Is(broken.UncheckedHash) {
		return full, nil
	}
	if w.Offset > 0 {
		s.refetch(w)
		return nil, errPrefix
	}
	return nil, fmt.Errorf("%w: %w", segment.ErrRefused, errBytes)
}

func checkName(h segment.Header, scope oplog.Scope, file string) (name segment.Name, err error) {
	if name, err = segment.ParseName(file); err != nil {
		return name, err
	}
	if h.Scope != scope || h.Device != name.Device || h.Epoch != name.Epoch || name.Sealed && h.First != name.First {
		return name, fmt.Errorf("%w: file header does not fit its name", segment.ErrRefused)
	}
	return name, nil
}

// applyFile verifies and applies the batches that are new here, and gives where the
// file ends.
func (t *txn) applyFile(in *incoming) (at knot, ops int, err error) {
	h := in.head
	if err := t.learnHeir(h, &in.batches[0]); err != nil {
		return at, 0, err
	}
	pub, err := signKey(t.ctx, t, &t.s.signers, h.Device)
	if err != nil {
		return at, 0, err
	}
	if err := t.mayWrite(h.LogID); err != nil {
		return at, 0, err
	}
	stranger, err := t.neverLived(h.LogID)
	if err != nil {
		return at, 0, err
	}
	g, err := t.tree(h.LogID)
	if err != nil {
		return at, 0, err
	}
	if at, err = g.begin(h, in.batches, in.w); err != nil {
		return at, 0, err
	}
	set := touchedSet{}
	for i := range in.batches {
		b, l := &in.batches[i], looked{}
		if b.LastSeq() <= at.seq && b.Offset < in.w.Offset {
			continue // verified and applied when it came
		}
		if in.looked != nil && in.looked[i].by == pub {
			l = in.looked[i]
		} else if err := b.Verify(h, pub); err != nil && !broken.Is(broken.UncheckedSign) {
			return at, 0, err
		}
		n, err := t.applyBatch(h, b, &l, g, &at, set)
		if err != nil {
			return at, 0, err
		}
		ops += n
	}
	if ops == 0 {
		return at, 0, nil
	}
	if err := g.save(set); err != nil {
		return at, 0, err
	}
	if t.s.self.Device == h.Device && (stranger || h.Epoch == t.s.epoch.now()) {
		if err := t.turnEpoch(); err != nil {
			return at, 0, err
		}
	}
	if t.s.isDistrict(h.Device) {
		if err := t.districtMoved(h.LogID, set); err != nil {
			return at, 0, err
		}
		if err := t.wakeWaiting(h.Scope, set); err != nil {
			return at, 0, err
		}
	}
	return at, ops, t.fold(set)
}

// begin finds the place that a file continues from. Of a file whose beginning we
// had, that is the end of the beginning.
func (g *logTree) begin(h segment.Header, batches []segment.Batch, w segment.Want) (knot, error) {
	for i := len(batches) - 1; i >= 0; i-- {
		if batches[i].Offset >= w.Offset {
			continue
		}
		if l, err := g.find(batches[i].LastSeq(), batches[i].Last); err != nil || l != nil {
			return knot{l, batches[i].LastSeq()}, err
		}
		break
	}
	l, err := g.find(h.First-1, h.Prev)
	if err != nil || l != nil {
		return knot{l, h.First - 1}, err
	}
	if g.t.s.isDistrict(h.Device) && h.First <= g.longest()+1 {
		return knot{}, fmt.Errorf("%w: the log of %s forks after op %d", segment.ErrRefused, h.Device.Short(), h.First-1)
	}
	return knot{}, errGap // or of a branch whose beginning is still to come
}

func (t *txn) applyBatch(h segment.Header, b *segment.Batch, l *looked, g *logTree, at *knot, set touchedSet) (int, error) {
	if row, err := g.find(b.LastSeq(), b.Last); err != nil || row != nil {
		*at = knot{row, b.LastSeq()}
		return 0, err
	}
	st, err := g.state(*at)
	if err != nil {
		return 0, err
	}
	sealer, err := t.sealerOf(h, b, st)
	if err != nil {
		return 0, err
	}
	if l.with != any(sealer) || !l.fits(b, st) {
		o, err := t.s.codec.Open(b, h, st, sealer)
		if err != nil {
			return 0, err
		}
		*l = looked{opened: o, kept: packAll(o.Bodies)}
	}
	o := l.opened
	if err := t.forward(h, st, o.After); err != nil {
		return 0, err
	}
	if err := t.keyFits(h, b, o.Ops); err != nil {
		return 0, err
	}
	n, err := g.shared(o, at)
	if err != nil {
		return 0, err
	}
	row, err := g.grow(*at, o.Hashes[n])
	if err != nil {
		return 0, err
	}
	known, err := t.knownOf(set, o.Ops[n:]) // before they are in the table themselves
	if err != nil {
		return 0, err
	}
	for i := n; i < len(o.Ops); i++ {
		if err := t.takeKey(&o.Ops[i]); err != nil {
			return 0, err
		}
		t.touch(set, &o.Ops[i], o.Hashes[i], known)
	}
	if err := t.insertOps(row.id, o.Ops[n:], o.Hashes[n:], l.kept[n:]); err != nil {
		return 0, err
	}
	row.seq, row.head, row.realm, row.powers = o.After.Seq, o.After.Prev, o.After.Realm, o.After.Powers
	*at = knot{row, row.seq}
	return len(o.Ops) - n, nil
}

// shared passes over the ops of a batch that are held, and tells how many these are:
// none, unless somebody put ops into other batches than before.
func (g *logTree) shared(o *segment.Opened, at *knot) (n int, err error) {
	if at.seq == at.row.seq && len(g.rows) == 1 {
		return 0, nil
	}
	for n < len(o.Ops)-1 {
		l, err := g.find(o.Ops[n].Seq, o.Hashes[n])
		if err != nil || l == nil {
			return n, err
		}
		*at = knot{l, o.Ops[n].Seq}
		n++
	}
	return n, nil
}

// touch notes an op's entity and lets its stamp move our clock. known are those of the
// entities that the table had ops of before this batch.
func (t *txn) touch(set touchedSet, op *oplog.Op, hash oplog.Hash, known map[oplog.EntityID]bool) {
	now := t.s.now()
	t.prog.Stamp = t.prog.Stamp.Witness(op.Stamp, now)
	if op.Device == t.s.powers.districts.now().hub() {
		t.prog.Seen = max(t.prog.Seen, op.Stamp)
	} else { // one PC with its clock years ahead must not stop acceptance everywhere
		t.prog.Seen = t.prog.Seen.Witness(op.Stamp, now)
	}
	set.add(op, hash, len(op.Parents) == 0 && !known[op.Entity])
}

// wakeWaiting adds what waited for the district's log of a scope.
func (t *txn) wakeWaiting(scope oplog.Scope, set touchedSet) error {
	if broken.Is(broken.LostWaiting) {
		return nil
	}
	query, args := "SELECT DISTINCT w.scope, w.entity FROM waiting w WHERE w.scope = ?", []any{string(scope)}
	if scope == oplog.Realm {
		query, args = "SELECT DISTINCT w.scope, w.entity FROM waiting w", nil
	}
	rows, err := t.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var sc string
		var e []byte
		if err := rows.Scan(&sc, &e); err != nil {
			return err
		}
		k := entityKey{scope: oplog.Scope(sc)}
		copy(k.id[:], e)
		if set[k] == nil {
			set[k] = &touched{}
		}
	}
	return rows.Err()
}

// signers are the keys of the certificates that were read last.
type signers struct {
	mu   sync.Mutex
	keys map[string]*ecdsa.PublicKey // by certificate
}

func (s *signers) of(der []byte) (*ecdsa.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if pub := s.keys[string(der)]; pub != nil {
		return pub, nil
	}
	pub, err := publicKey(der)
	if err != nil {
		return nil, err
	}
	if s.keys == nil || len(s.keys) >= maxSigners {
		s.keys = map[string]*ecdsa.PublicKey{}
	}
	s.keys[string(der)] = pub
	return pub, nil
}

// maxSigners bounds what is kept: a district has 1,000 stations.
const maxSigners = 4096

// signKey gives the key that a device signs its batches with: the same pointer as
// long as its certificate is the same.
func signKey(ctx context.Context, q querier, s *signers, d oplog.DeviceID) (*ecdsa.PublicKey, error) {
	var der []byte
	err := q.QueryRowContext(ctx, "SELECT sign_cert FROM devices WHERE device = ?", d[:]).Scan(&der)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errUnknownWriter
	}
	if err != nil {
		return nil, err
	}
	return s.of(der)
}

func publicKey(der []byte) (*ecdsa.PublicKey, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("signing certificate: %w", err)
	}
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("signing certificate: not an ECDSA key")
	}
	return pub, nil
}

// mayWrite tells whether a device is a writer of a scope: the district, or one
// that the scope's powers name or named a member. What its ops may do is judged
// op by op.
func (t *txn) mayWrite(log oplog.LogID) error {
	if t.s.isDistrict(log.Device) {
		return nil
	}
	if log.Scope == oplog.Realm {
		return fmt.Errorf("%w: %s wrote into realm", segment.ErrRefused, log.Device.Short())
	}
	p, _, err := t.powersAt(log.Scope, now)
	if err != nil {
		return err
	}
	if _, ok := p.MemberByDevice(log.Device); !ok {
		return errUnknownWriter
	}
	return nil
}
