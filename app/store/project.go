package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/seal"
)

func (t *txn) projectCase(k entityKey, c *counter.CaseState) error {
	var due any
	if c.Due != nil {
		due = string(*c.Due)
	}
	_, err := t.exec(`INSERT INTO cases (entity, scope, number, item, person, status, stage, accepted_at, due, provisional)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entity, scope) DO UPDATE SET number = excluded.number, item = excluded.item,
		person = excluded.person, status = excluded.status, stage = excluded.stage, accepted_at = excluded.accepted_at, due = excluded.due,
		provisional = excluded.provisional`,
		k.id[:], string(k.scope), c.Number, c.Item.Code, c.Person[:], string(c.Status), c.Stage, c.AcceptedAt, due, c.DueProvisional)
	return err
}

// projectOtherNumbers keeps what else somebody accepted the entity under: a number
// that is on a receipt is found also while another one stands.
func (t *txn) projectOtherNumbers(k entityKey, f *folded) error {
	accepts := func(fact *counter.Fact) bool { return fact.Kind == "case.accept" && fact.Verdict.OK }
	n := 0
	for i := range f.facts {
		if accepts(&f.facts[i]) {
			n++
		}
	}
	for i := range f.facts {
		if n < 2 || !accepts(&f.facts[i]) {
			continue // the only one is the one that stands
		}
		var p struct{ Number string }
		if json.Unmarshal(f.facts[i].Payload, &p) != nil || p.Number == "" || p.Number == f.state.Case.Number {
			continue
		}
		if _, err := t.exec("INSERT OR IGNORE INTO lookup (mac, scope, entity) VALUES (?, ?, ?)",
			t.s.caseMAC(p.Number), string(k.scope), k.id[:]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) caseMAC(number string) []byte {
	m := s.opt.Secrets.MAC("case number", []byte(number))
	return m[:16]
}

// projectPerson keeps the equality lookup of every identity ever entered for
// the person, superseded ones too: who was once registered under a number must
// be found by it.
func (t *txn) projectPerson(k entityKey, f *folded) error {
	for i := range f.ops {
		part := f.ops[i].op.Part("identity")
		if part == nil || !f.facts[i].Verdict.OK {
			continue
		}
		plain, err := t.s.openPart(&f.ops[i].op, part)
		if err != nil {
			// No key, or a writer sealed nonsense: it is not found by this number,
			// and nothing else of the file has to wait for that.
			continue
		}
		var id struct{ Number string }
		if json.Unmarshal(plain, &id) != nil || id.Number == "" {
			continue
		}
		mac := t.s.numberMAC(id.Number)
		if _, err := t.exec("INSERT OR IGNORE INTO lookup (mac, scope, entity) VALUES (?, ?, ?)", mac, string(k.scope), k.id[:]); err != nil {
			return err
		}
	}
	return nil
}

// numberMAC is what an ID number or credit code is found by; only this device
// can compute it.
func (s *Store) numberMAC(number string) []byte {
	m := s.opt.Secrets.MAC("id number", []byte(number))
	return m[:16]
}

// enrolPayload is what realm says of a device.
type enrolPayload struct {
	Device   string `json:"device"`
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Tier     string `json:"tier"`
	Name     string `json:"name"`
	TLSCert  []byte `json:"tls_cert"`
	SignCert []byte `json:"sign_cert"`
}

func (t *txn) projectDevice(f *folded) error {
	for i := range f.ops {
		if f.ops[i].op.Kind != "device.enroll" || !f.facts[i].Verdict.OK {
			continue
		}
		var p enrolPayload
		if err := json.Unmarshal(f.ops[i].op.Payload, &p); err != nil {
			return fmt.Errorf("device.enroll: %w", err)
		}
		id, err := oplog.ParseHash(p.Device)
		if err != nil {
			return err
		}
		if err := putDevice(t.ctx, t.tx, DeviceRow{Device: oplog.DeviceID(id), Division: p.Division, Counter: p.Counter,
			Tier: p.Tier, Name: p.Name, TLSCert: p.TLSCert, SignCert: p.SignCert}); err != nil {
			return err
		}
	}
	return nil
}

// DeviceRow is a device of the district as the roster has it.
type DeviceRow struct {
	Device                        oplog.DeviceID
	Division, Counter, Tier, Name string
	TLSCert, SignCert             []byte // DER
}

func putDevice(ctx context.Context, q querier, d DeviceRow) error {
	_, err := q.ExecContext(ctx, `INSERT INTO devices (device, division, counter, tier, name, tls_cert, sign_cert) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (device) DO UPDATE SET division = excluded.division, counter = excluded.counter, tier = excluded.tier,
		name = excluded.name, tls_cert = excluded.tls_cert, sign_cert = excluded.sign_cert`,
		d.Device[:], d.Division, d.Counter, d.Tier, d.Name, d.TLSCert, d.SignCert)
	return err
}

// PutDevice records a device that is known by other means than realm: the
// district's own, from the grant.
func (s *Store) PutDevice(ctx context.Context, d DeviceRow) error {
	return diskError(putDevice(ctx, s.w, d))
}

// Devices lists the roster, in the order of enrolment.
func (s *Store) Devices(ctx context.Context) (all []DeviceRow, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT device, division, counter, tier, name, tls_cert, sign_cert FROM devices ORDER BY id")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d DeviceRow
		var id []byte
		if err := rows.Scan(&id, &d.Division, &d.Counter, &d.Tier, &d.Name, &d.TLSCert, &d.SignCert); err != nil {
			return nil, diskError(err)
		}
		copy(d.Device[:], id)
		all = append(all, d)
	}
	return all, rows.Err()
}

var errKeyNotHeld = errors.New("store: key of a sealed part is not held")

func (s *Store) openPart(op *oplog.Op, p *oplog.Part) ([]byte, error) {
	sealer := s.keys.byID(op.Scope, p.Key)
	if sealer == nil {
		return nil, errKeyNotHeld
	}
	plain, err := sealer.OpenPart(op.Entity, op.Nonce, *p)
	if errors.Is(err, seal.ErrOpen) {
		return nil, counter.E(counter.CodeIntegrity, "加密内容已被改动,打不开", "a sealed value was altered and does not open").Because(err)
	}
	return plain, err
}
