package store

import (
	"context"

	"onedoor/sync/oplog"
)

// Fork is a log that its device continued in two ways after one op: its disk was put
// back from a copy together with the key folder, two copies of it ran, or somebody did
// so on purpose. It is no damage: each branch is whole, signed and kept.
type Fork struct {
	Scope    string   `json:"scope"`
	Device   string   `json:"device"`
	Name     string   `json:"name"`
	Epoch    string   `json:"epoch"`
	After    uint64   `json:"after"` // the last op before the branches part
	Branches []Branch `json:"branches"`
}

// Branch is one continuation. It is named by the hash of its first op.
type Branch struct {
	First string `json:"first"`
	After uint64 `json:"after"` // the op that it came off at
	Last  uint64 `json:"last"`
}

// Forks lists the logs that have branches.
func (s *Store) Forks(ctx context.Context) ([]Fork, error) {
	out, err := s.forks(ctx)
	return out, diskError(err)
}

func (s *Store) forks(ctx context.Context) ([]Fork, error) {
	out := []Fork{}
	logs, err := s.logsLike(ctx, "WHERE l.split IS NOT NULL")
	if err != nil || len(logs) == 0 {
		return out, err
	}
	at := map[oplog.LogID]int{}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	for i := range logs {
		l := &logs[i]
		k, ok := at[l.LogID]
		if !ok {
			k = len(out)
			at[l.LogID] = k
			out = append(out, Fork{Scope: string(l.Scope), Device: l.Device.String(), Name: names[l.Device], Epoch: l.Epoch.String(), After: uint64(l.split.Int64)})
		}
		b := Branch{After: l.shared, Last: l.seq}
		if len(l.path) == 0 {
			b.After = out[k].After // the branch that came first: it came off where the others did
		}
		var first []byte
		if err := s.r.QueryRowContext(ctx, "SELECT hash FROM ops WHERE log = ? AND seq = ?", l.id, b.After+1).Scan(&first); err != nil {
			return nil, err
		}
		var h oplog.Hash
		copy(h[:], first)
		b.First = h.String()
		out[k].Branches = append(out[k].Branches, b)
	}
	return out, nil
}

func (s *Store) names(ctx context.Context) (map[oplog.DeviceID]string, error) {
	devices, err := s.Devices(ctx)
	if err != nil {
		return nil, err
	}
	names := map[oplog.DeviceID]string{}
	for _, d := range devices {
		names[d.Device] = d.Name
	}
	return names, nil
}

// hashBefore is the hash of the op that a row of the table continues from.
func (s *Store) hashBefore(ctx context.Context, l *logRow) (h oplog.Hash, err error) {
	if l.shared == 0 {
		return h, nil
	}
	var b []byte
	err = s.r.QueryRowContext(ctx, "SELECT hash FROM ops WHERE log = ? AND seq = ?", l.holder(l.shared), l.shared).Scan(&b)
	copy(h[:], b)
	return h, err
}
