package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"onedoor/sync/oplog"
)

// FoldVersion names the rules of folding: stations with equal ops and equal
// fold versions have equal digests.
const FoldVersion = 1

// ScopeDigest is what a device holds of a scope, in one line.
type ScopeDigest struct {
	Scope   string `json:"scope"`
	Digest  string `json:"digest"` // SHA-256 over the states of all entities, in the order of their ids
	Fold    int    `json:"fold"`
	Ops     int    `json:"ops"` // held, waiting ones included
	Waiting int    `json:"waiting"`
	Cases   int    `json:"cases"`
}

// Digests gives one line per scope, or for one scope only.
func (s *Store) Digests(ctx context.Context, only string) ([]ScopeDigest, error) {
	var out []ScopeDigest
	for _, scope := range s.heldScopes() {
		if only != "" && string(scope) != only {
			continue
		}
		d, err := s.digest(ctx, scope)
		if err != nil {
			return nil, diskError(err)
		}
		out = append(out, d)
	}
	return out, nil
}

func (s *Store) digest(ctx context.Context, scope oplog.Scope) (ScopeDigest, error) {
	d := ScopeDigest{Scope: string(scope), Fold: FoldVersion}
	rows, err := s.r.QueryContext(ctx, "SELECT entity, type, hash FROM entities WHERE scope = ? ORDER BY entity", string(scope))
	if err != nil {
		return d, err
	}
	defer rows.Close()
	h := sha256.New()
	h.Write([]byte("onedoor state 1\n" + string(scope) + "\n"))
	for rows.Next() {
		var entity, hash []byte
		var typ string
		if err := rows.Scan(&entity, &typ, &hash); err != nil {
			return d, err
		}
		h.Write(entity)
		h.Write([]byte{byte(len(typ))})
		h.Write([]byte(typ))
		h.Write(hash)
	}
	if err := rows.Err(); err != nil {
		return d, err
	}
	d.Digest = hex.EncodeToString(h.Sum(nil))
	for query, dst := range map[string]*int{
		"SELECT coalesce(sum(seq - shared), 0) FROM logs WHERE scope = ?": &d.Ops,
		"SELECT count(*) FROM waiting WHERE scope = ?":                    &d.Waiting,
		"SELECT count(*) FROM cases WHERE scope = ?":                      &d.Cases,
	} {
		if err := s.r.QueryRowContext(ctx, query, string(scope)).Scan(dst); err != nil {
			return d, err
		}
	}
	return d, nil
}
