package counter

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"
)

// Powers says who may do what in one scope, as of one position in the
// district's log of that scope: its users, its member devices, its keys. For
// the realm the members are the district's roster of devices and there are no
// users. Powers are immutable; Apply gives the next state.
type Powers struct {
	scope   string
	users   []*User   // sorted by ID
	members []*Member // sorted by device
	keys    []*Key    // in the order of their adding
}

// NewPowers is the state before the first fact of a scope.
func NewPowers(scope string) *Powers { return &Powers{scope: scope} }

// Scope is the scope whose powers these are.
func (p *Powers) Scope() string { return p.scope }

// User finds a user, also a disabled one.
func (p *Powers) User(id uuid.UUID) (User, bool) {
	if i, ok := p.findUser(id); ok {
		return *p.users[i], true
	}
	return User{}, false
}

// Users lists all users by ID, disabled ones included.
func (p *Powers) Users() []User {
	all := make([]User, len(p.users))
	for i, u := range p.users {
		all[i] = *u
	}
	return all
}

// MemberByDevice finds a device, also a removed one.
func (p *Powers) MemberByDevice(device [32]byte) (Member, bool) {
	if i, ok := p.findMember(device); ok {
		return *p.members[i], true
	}
	return Member{}, false
}

// Members lists all devices by ID, removed ones included.
func (p *Powers) Members() []Member {
	all := make([]Member, len(p.members))
	for i, m := range p.members {
		all[i] = *m
	}
	return all
}

// Keys lists the keys of the scope; the last one is to be used for new batches.
func (p *Powers) Keys() []Key {
	all := make([]Key, len(p.keys))
	for i, k := range p.keys {
		all[i] = *k
	}
	return all
}

// Apply takes the next fact of the district's log in this scope and gives the
// state after it: the same pointer when nothing changes. Facts of other
// devices, other scopes and unreadable ones change nothing.
func (p *Powers) Apply(f Fact) *Powers {
	if !f.District || f.Scope != p.scope {
		return p
	}
	rule, known := kindRules[f.Kind]
	if !known || rule.apply == nil || rule.realm != (p.scope == ScopeRealm) {
		return p
	}
	return rule.apply(p, &f)
}

func (p *Powers) setUser(f *Fact) *Powers {
	var set UserPayload
	if decodePayload(f.Payload, &set) != readable || f.Entity == uuid.Nil {
		return p
	}
	u := User{ID: f.Entity}
	i, known := p.findUser(f.Entity)
	if known {
		u = *p.users[i]
	}
	u.Roles, u.Division, u.Login, u.Disabled, u.Set = slices.Clone(set.Roles), set.Division, set.Login, false, f.ID
	keepPart(&u.Name, f.part(SealedName))
	keepPart(&u.Display, f.part(SealedDisplay))
	keepPart(&u.Verifier, f.part(SealedVerifier))
	if !u.Login {
		u.Verifier = nil
	}
	u.grants = append(slices.Clip(u.grants), grant{f.At, u.Roles})
	return p.withUser(i, known, u)
}

func keepPart(dst **SealedRef, ref *SealedRef) {
	if ref != nil {
		*dst = ref
	}
}

func (p *Powers) disableUser(f *Fact) *Powers {
	i, known := p.findUser(f.Entity)
	if !known || p.users[i].Disabled {
		return p
	}
	u := *p.users[i]
	u.Disabled, u.Set = true, f.ID
	u.grants = append(slices.Clip(u.grants), grant{at: f.At})
	return p.withUser(i, true, u)
}

func (p *Powers) addMember(f *Fact) *Powers {
	var add MemberPayload
	if decodePayload(f.Payload, &add) != readable || add.Device == (OpID{}) {
		return p
	}
	i, known := p.findMember(add.Device)
	m := Member{Device: add.Device, Division: add.Division, Counter: add.Counter, Tier: add.Tier,
		Name: add.Name, TLSCert: add.TLSCert, SignCert: add.SignCert, Limited: add.Limited, Set: f.ID}
	if m.Limited {
		m.limitedAt = f.At
	}
	if known {
		m.Numbers = p.members[i].Numbers
	}
	return p.withMember(i, known, m)
}

func (p *Powers) removeMember(f *Fact) *Powers {
	var remove DevicePayload
	i, known := 0, false
	if decodePayload(f.Payload, &remove) == readable {
		i, known = p.findMember(remove.Device)
	}
	if !known || p.members[i].Removed {
		return p
	}
	m := *p.members[i]
	m.Removed, m.removedAt, m.removedSeq, m.Set = true, f.At, f.Seq, f.ID
	m.cut, m.counts = remove.Cut, map[[8]byte][]LogEnd{}
	for _, end := range remove.Counts {
		if raw, err := hex.DecodeString(end.Epoch); err == nil && len(raw) == 8 {
			m.counts[[8]byte(raw)] = append(m.counts[[8]byte(raw)], end)
		}
	}
	return p.withMember(i, true, m)
}

func (p *Powers) addKey(f *Fact) *Powers {
	var add KeyPayload
	if decodePayload(f.Payload, &add) != readable || add.Key == "" || add.Scope != "" && add.Scope != p.scope {
		return p
	}
	next := *p
	k := &Key{ID: add.Key, Wrapped: add.Wrapped, Set: f.ID}
	i := slices.IndexFunc(p.keys, func(o *Key) bool { return o.ID == add.Key })
	if i < 0 {
		next.keys = append(slices.Clip(p.keys), k)
		return &next
	}
	k.Wrapped = mergeWrapped(p.keys[i].Wrapped, add.Wrapped) // wrapped for one more member
	next.keys = slices.Clone(p.keys)
	next.keys[i] = k
	return &next
}

func mergeWrapped(a, b map[string]string) map[string]string {
	m := make(map[string]string, len(a)+len(b))
	for _, from := range []map[string]string{a, b} {
		for device, key := range from {
			m[device] = key
		}
	}
	return m
}

func (p *Powers) findUser(id uuid.UUID) (int, bool) {
	return slices.BinarySearchFunc(p.users, id, func(u *User, id uuid.UUID) int { return bytes.Compare(u.ID[:], id[:]) })
}

func (p *Powers) findMember(device OpID) (int, bool) {
	return slices.BinarySearchFunc(p.members, device, func(m *Member, id OpID) int { return bytes.Compare(m.Device[:], id[:]) })
}

// withUser gives the powers with the user at place i, copying the list: older
// states go on pointing at the old one.
func (p *Powers) withUser(i int, replace bool, u User) *Powers {
	next := *p
	next.users = spliced(p.users, i, replace, &u)
	return &next
}

func (p *Powers) withMember(i int, replace bool, m Member) *Powers {
	next := *p
	next.members = spliced(p.members, i, replace, &m)
	return &next
}

func spliced[T any](list []*T, i int, replace bool, x *T) []*T {
	if replace {
		out := slices.Clone(list)
		out[i] = x
		return out
	}
	out := make([]*T, 0, len(list)+1)
	return append(append(append(out, list[:i]...), x), list[i:]...)
}

// grantAt gives what the user could do at a moment; ok is false before the
// first grant.
func (u *User) grantAt(f *Fact) (g grant, ok bool) {
	i, _ := slices.BinarySearchFunc(u.grants, f, func(g grant, f *Fact) int {
		return cmp.Or(g.at.Compare(f.At), -1) // the last one not after the fact
	})
	if i == 0 {
		return grant{}, false
	}
	return u.grants[i-1], true
}
