package desk

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// Retention gives the district's policy for scanned materials; before one is set
// everything is kept.
func (d *Desk) Retention(ctx context.Context) (r counter.Retention, err error) {
	_, r, err = d.retention(ctx)
	return r, err
}

func (d *Desk) retention(ctx context.Context) (id uuid.UUID, r counter.Retention, err error) {
	rows, err := d.ledger.States(ctx, counter.ScopeRealm, "retention")
	if err != nil || len(rows) == 0 {
		return id, r, err
	}
	var st counter.RetentionState
	if err := json.Unmarshal(rows[0].JSON, &st); err != nil {
		return id, r, err
	}
	return rows[0].Entity, r, json.Unmarshal(st.Retention, &r)
}

// SetRetention states the policy for the whole district.
func (s *Session) SetRetention(ctx context.Context, r counter.Retention) error {
	if err := s.mustAdminister(); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	id, _, err := s.retention(ctx)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		return s.set(rec, "retention.set", id, counter.RetentionPayload{Retention: raw})
	})
}
