package counter

import "github.com/google/uuid"

// kindRule says where facts of a kind belong and who may state them.
type kindRule struct {
	realm    bool   // belongs into the realm, else into service points
	both     bool   // into either
	district bool   // only the district's own device
	superior bool   // also by a device of a town or the district itself, in what is not above it
	self     bool   // also by any member device itself
	roles    []Role // users with one of these
	apply    func(*Powers, *Fact) *Powers
}

var (
	anyClerk  = []Role{Clerk, Reviewer, Approver, Supervisor}
	atCounter = []Role{Clerk, Supervisor}
	examiners = []Role{Reviewer, Supervisor}
	returners = []Role{Reviewer, Approver, Supervisor}
	headsOnly = []Role{Supervisor}
	deciders  = []Role{Clerk, Approver, Supervisor} // clerks for instant items only: the stage table asks for the rank
	adjusters = []Role{Approver, Supervisor}
)

// kindRules is the table of all kinds. It is data, never changed.
var kindRules = map[string]kindRule{
	"item.publish":  {realm: true, district: true},
	"item.withdraw": {realm: true, district: true},
	"division.set":  {realm: true, district: true},
	"calendar.set":  {realm: true, district: true},
	"retention.set": {realm: true, district: true},
	"wording.set":   {realm: true, district: true},
	"number.give":   {realm: true, district: true, apply: (*Powers).giveNumber},
	"device.enroll": {realm: true, district: true, apply: (*Powers).addMember},
	"device.revoke": {realm: true, district: true, apply: (*Powers).removeMember},

	"user.set":      {district: true, apply: (*Powers).setUser},
	"user.disable":  {district: true, apply: (*Powers).disableUser},
	"member.add":    {district: true, apply: (*Powers).addMember},
	"member.remove": {district: true, apply: (*Powers).removeMember},
	"key.add":       {district: true, apply: (*Powers).addKey},
	"epoch.begin":   {district: true, both: true},
	"branch.adopt":  {district: true, both: true},

	"person.record":  {roles: anyClerk},
	"person.restore": {roles: anyClerk},
	"person.admit":   {roles: headsOnly},
	"person.note":    {roles: headsOnly},

	"station.copied": {self: true},

	"paper.print":   {roles: anyClerk},
	"paper.printed": {roles: anyClerk},

	"case.accept":   {roles: atCounter},
	"case.handover": {roles: atCounter},
	"case.review":   {roles: examiners},
	"case.return":   {roles: returners},
	"case.approve":  {roles: deciders},
	"case.deny":     {roles: deciders},
	"case.withdraw": {roles: atCounter},
	"case.conclude": {roles: atCounter},
	"case.void":     {roles: atCounter},
	"case.resolve":  {roles: headsOnly},
	"case.restore":  {roles: anyClerk},
	"case.admit":    {roles: headsOnly},
	"case.recount":  {roles: adjusters, self: true},
	"case.correct":  {roles: adjusters},
	"case.material": {roles: anyClerk},
	"case.note":     {roles: anyClerk},
	"case.print":    {roles: anyClerk},
	"case.printed":  {roles: anyClerk},
	"case.join":     {roles: headsOnly, superior: true},
}

// Authority of the tiers; the rank of the role is added.
const (
	authorityTown     = 10
	authorityDistrict = 20
)

// Judge decides the right to act in these powers, which must be those at the
// position that the op named: so every replica judges alike, whenever the fact
// arrives. Whether the act was possible at the stage is the fold's question.
func (p *Powers) Judge(f Fact) Verdict {
	rule, known := kindRules[f.Kind]
	switch {
	case f.Scope != p.scope, known && !rule.both && rule.realm != (p.scope == ScopeRealm):
		return Verdict{Reason: ReasonNoRightScope}
	case p.scope == ScopeRealm || rule.district:
		if !f.District {
			return Verdict{Reason: ReasonNoRightDevice}
		}
		return Verdict{OK: true, Authority: authorityDistrict + Administrator.Rank()}
	}
	tier, member := p.deviceTier(&f)
	switch {
	case !member:
		return Verdict{Reason: ReasonNoRightDevice}
	case !known: // of a newer version: held, and the entity waits for the update
		return Verdict{OK: true}
	case f.Actor == uuid.Nil:
		if rule.self {
			return Verdict{OK: true, Authority: tier}
		}
		if rule.superior && tier >= max(tierAuthority(p.scope), authorityTown) {
			return Verdict{OK: true, Authority: tier}
		}
		return Verdict{Reason: ReasonNoRightUser}
	}
	i, ok := p.findUser(f.Actor)
	if !ok || p.users[i].Disabled {
		return Verdict{Reason: ReasonNoRightUser}
	}
	u := p.users[i]
	if rank := bestRank(rule.roles, u.Roles); rank > 0 {
		return Verdict{OK: true, Authority: tierAuthority(u.Division) + rank}
	}
	return Verdict{Reason: ReasonNoRight}
}

// Recheck looks at a verdict again with later powers of the same scope: an act
// that stands, but was stamped when its user had already been disabled, had
// lost the role, or its device had been removed, is to be looked at (待复核).
// What a revoked device said after its cut-off loses its right. The powers must
// be the newest that are held, so that replicas agree.
func (p *Powers) Recheck(f Fact, v Verdict) Verdict {
	rule, known := kindRules[f.Kind]
	if !v.OK || !known || rule.district || f.Scope != p.scope {
		return v
	}
	if i, ok := p.findMember(f.Device); ok && !f.District {
		m := p.members[i]
		if v = m.cutOff(&f, v); !v.OK {
			return v
		}
		v.Review = v.Review || m.Removed && !m.cut && !f.At.Before(m.removedAt)
	}
	if i, ok := p.findUser(f.Actor); ok {
		g, granted := p.users[i].grantAt(&f)
		v.Review = v.Review || granted && bestRank(rule.roles, g.roles) == 0
	}
	return v
}

// deviceTier gives the authority of the tier that the acting device stands
// at; member is false when it may not write here.
func (p *Powers) deviceTier(f *Fact) (tier int, member bool) {
	if f.District {
		return authorityDistrict, true
	}
	i, ok := p.findMember(f.Device)
	if !ok || p.members[i].Removed {
		return 0, false
	}
	return tierAuthority(p.members[i].Division), true
}

func tierAuthority(division string) int {
	switch {
	case len(division) != 12:
		return 0
	case DivisionLevelOf(division) == LevelDistrict:
		return authorityDistrict
	case DivisionLevelOf(division) == LevelTown:
		return authorityTown
	}
	return 0
}

// bestRank is the highest rank among the roles held that allow the kind.
func bestRank(allowed, held []Role) (rank int) {
	for _, a := range allowed {
		for _, h := range held {
			if a == h {
				rank = max(rank, a.Rank())
			}
		}
	}
	return rank
}

// Allowed tells whether a user's roles allow a kind at all, for showing what
// somebody can do. Judge decides.
func Allowed(kind string, u User) bool {
	return !u.Disabled && bestRank(kindRules[kind].roles, u.Roles) > 0
}
