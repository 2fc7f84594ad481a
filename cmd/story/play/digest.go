package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Digest is one line of "state digest".
type Digest struct {
	Scope, Digest string
	Fold, Ops     int
	Waiting       int
	Cases         int
}

// Digests asks a home for the digests of all its scopes.
func (s *Stage) Digests(ctx context.Context, home string) ([]Digest, error) {
	r, err := s.Run(ctx, nobody, "state", "digest", "--home", home, "--json")
	if err != nil {
		return nil, err
	}
	if r.Code != 0 {
		return nil, fmt.Errorf("state digest --home %s: %d %s", home, r.Code, r.Stderr)
	}
	var list []Digest
	return list, r.JSON(&list)
}

// Agree tells whether the hub holds everything that the counter holds, with the
// same state, and gives both sides of what the counter holds.
func (s *Stage) Agree(ctx context.Context) (same bool, counter, hub []Digest, err error) {
	if counter, err = s.Digests(ctx, "village"); err != nil {
		return false, nil, nil, err
	}
	all, err := s.Digests(ctx, "hub")
	if err != nil {
		return false, nil, nil, err
	}
	same = len(counter) > 0
	for _, d := range counter {
		i := slices.IndexFunc(all, func(h Digest) bool { return h.Scope == d.Scope })
		if i < 0 {
			return false, counter, hub, fmt.Errorf("枢纽没有服务点 %s / the hub lacks scope %s", d.Scope, d.Scope)
		}
		hub = append(hub, all[i])
		same = same && all[i] == d
	}
	return same, counter, hub, nil
}

// compareDigests tells the digests of both sides.
func (l *Land) compareDigests(ctx context.Context) (same bool, err error) {
	l.tell(nobody, []string{"state", "digest", "--home", "village"})
	l.tell(nobody, []string{"state", "digest", "--home", "hub"})
	same, counter, hub, err := l.Agree(ctx)
	if err != nil {
		return false, err
	}
	for i, d := range counter {
		l.say("   %s", d.Scope)
		l.say("     窗口 %s  操作 %d 办件 %d", d.Digest, d.Ops, d.Cases)
		l.say("     枢纽 %s  操作 %d 办件 %d", hub[i].Digest, hub[i].Ops, hub[i].Cases)
	}
	if same {
		l.say("   → 两边相同")
	} else {
		l.say("   → 两边不同")
	}
	return same, nil
}

func (l *Land) mustAgree(ctx context.Context) error {
	same, err := l.compareDigests(ctx)
	if err == nil && !same {
		err = errors.New("两边的摘要应当相同 / the digests must be equal")
	}
	return err
}
