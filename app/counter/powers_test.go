package counter

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

const village, town, district = "440604100001", "440604100000", "440604000000"

var villagePC, townPC, hub, stranger = [32]byte{1}, [32]byte{2}, [32]byte{3}, [32]byte{4}

// law is a district's log in a scope, being written.
type law struct {
	scope string
	clock int
	state *Powers
}

func (l *law) say(kind string, entity uuid.UUID, payload any, sealed ...string) *Powers {
	l.clock++
	raw, _ := json.Marshal(payload)
	f := Fact{ID: opBytes(uint64(l.clock)), Kind: kind, Entity: entity, Scope: l.scope, Device: hub, District: true, Payload: raw,
		At: epoch.Add(time.Duration(l.clock) * time.Minute), Sealed: map[string]SealedRef{}}
	for _, field := range sealed {
		f.Sealed[field] = SealedRef{f.ID, field}
	}
	l.state = l.state.Apply(f)
	return l.state
}

func newLaw(scope string) *law { return &law{scope: scope, state: NewPowers(scope)} }

func villageLaw() *law {
	l := newLaw(village)
	l.say("member.add", uuid.UUID{1}, MemberPayload{Device: villagePC, Division: village, Counter: "01", Tier: "village", Name: "窗口"})
	l.say("member.add", uuid.UUID{2}, MemberPayload{Device: townPC, Division: town, Counter: "01", Tier: "town"})
	l.say("user.set", userID(1), UserPayload{Roles: []Role{Clerk}, Division: village, Login: true}, SealedName, SealedVerifier)
	l.say("user.set", userID(2), UserPayload{Roles: []Role{Reviewer, Approver}, Division: town})
	l.say("user.set", userID(4), UserPayload{Roles: []Role{Supervisor}, Division: district})
	return l
}

func act(kind string, user int, device [32]byte) Fact {
	f := Fact{Kind: kind, Scope: village, Device: device, District: device == hub, At: epoch.Add(time.Hour)}
	if user > 0 {
		f.Actor = userID(user)
	}
	return f
}

func TestJudge(t *testing.T) {
	p := villageLaw().state
	for _, c := range []struct {
		kind   string
		user   int
		device [32]byte
		want   Verdict
	}{
		{"case.accept", 1, villagePC, Verdict{OK: true, Authority: 1}},
		{"case.accept", 1, stranger, Verdict{Reason: ReasonNoRightDevice}},
		{"case.accept", 9, villagePC, Verdict{Reason: ReasonNoRightUser}},
		{"case.accept", 0, villagePC, Verdict{Reason: ReasonNoRightUser}},
		{"case.accept", 2, townPC, Verdict{Reason: ReasonNoRight}},
		{"case.review", 2, townPC, Verdict{OK: true, Authority: 12}},
		{"case.approve", 2, villagePC, Verdict{OK: true, Authority: 13}},
		{"case.approve", 1, villagePC, Verdict{OK: true, Authority: 1}}, // instant items; the stage table asks for more
		{"case.resolve", 2, townPC, Verdict{Reason: ReasonNoRight}},
		{"case.resolve", 4, hub, Verdict{OK: true, Authority: 24}},
		{"case.join", 0, townPC, Verdict{OK: true, Authority: 10}},
		{"case.join", 0, villagePC, Verdict{Reason: ReasonNoRightUser}},
		{"case.join", 0, hub, Verdict{OK: true, Authority: 20}},
		{"case.levitate", 1, villagePC, Verdict{OK: true}},
		{"case.levitate", 1, stranger, Verdict{Reason: ReasonNoRightDevice}},
		{"user.set", 4, hub, Verdict{OK: true, Authority: 24}},
		{"user.set", 4, townPC, Verdict{Reason: ReasonNoRightDevice}},
		{"item.publish", 4, hub, Verdict{Reason: ReasonNoRightScope}},
	} {
		if got := p.Judge(act(c.kind, c.user, c.device)); got != c.want {
			t.Errorf("%s by %d: %+v, want %+v", c.kind, c.user, got, c.want)
		}
	}
	foreign := act("case.accept", 1, villagePC)
	foreign.Scope = town
	if got := p.Judge(foreign); got.Reason != ReasonNoRightScope {
		t.Error(got)
	}
	realm := NewPowers(ScopeRealm)
	for _, kind := range []string{"item.publish", "division.set", "device.enroll", "anything.new"} {
		f := Fact{Kind: kind, Scope: ScopeRealm, District: true}
		if got := realm.Judge(f); !got.OK || got.Authority != 24 {
			t.Error(kind, got)
		}
		f.District = false
		if got := realm.Judge(f); got.Reason != ReasonNoRightDevice {
			t.Error(kind, got)
		}
	}
}

// Every kind that the table names is judged and folded: nothing has a right
// without a meaning, nothing a meaning without a right.
func TestKindsAreComplete(t *testing.T) {
	for _, v := range CaseVerbs() {
		if _, ok := kindRules["case."+string(v)]; !ok {
			t.Errorf("nobody may case.%s", v)
		}
		if newPayload(v) == nil || v.Name("zh") == string(v) || v.Name("en") == "" {
			t.Errorf("case.%s has no payload or name", v)
		}
	}
	for kind, rule := range kindRules {
		if len(rule.roles) == 0 && !rule.district && !rule.superior && !rule.self {
			t.Errorf("nobody may %s", kind)
		}
		if rule.realm && !rule.district {
			t.Errorf("%s in the realm by others than the district", kind)
		}
		f := Fact{Kind: kind, Verdict: Verdict{OK: true}}
		if out := Fold(f.Type(), History{Facts: []Fact{f}}); out.Effects[0].Reason == ReasonNeedsUpdate || out.Effects[0].Reason == ReasonWrongEntity {
			t.Errorf("%s has a right and no fold", kind)
		}
	}
}

func TestPowersOnlyByTheDistrict(t *testing.T) {
	l := villageLaw()
	before := l.state
	for _, change := range []func(*Fact){func(f *Fact) { f.District = false }, func(f *Fact) { f.Scope = town }, func(f *Fact) { f.Kind = "case.accept" },
		func(f *Fact) { f.Kind = "device.enroll" }, func(f *Fact) { f.Payload = []byte(`{"roles":7}`) }, func(f *Fact) { f.Payload = []byte(`{"wings":2}`) }} {
		f := Fact{Kind: "user.set", Entity: userID(9), Scope: village, District: true, Payload: []byte(`{"roles":["supervisor"],"division":"440604000000","login":true}`)}
		change(&f)
		if before.Apply(f) != before {
			t.Errorf("%+v changed the powers", f)
		}
	}
}

// Powers are immutable: what was judged at a position stays so.
func TestPowersPositions(t *testing.T) {
	l := villageLaw()
	accept := act("case.accept", 1, villagePC)
	before := l.state
	disabled := l.say("user.disable", userID(1), DisablePayload{})
	removed := l.say("member.remove", uuid.UUID{1}, DevicePayload{Device: villagePC})
	back := l.say("user.set", userID(1), UserPayload{Roles: []Role{Clerk, Reviewer}, Division: village, Login: true})
	if !before.Judge(accept).OK || disabled.Judge(accept).Reason != ReasonNoRightUser || removed.Judge(accept).Reason != ReasonNoRightDevice {
		t.Fatal("positions are mixed up")
	}
	accept.Device = townPC
	if v := back.Judge(accept); !v.OK {
		t.Fatal(v)
	}
	u, ok := back.User(userID(1))
	if !ok || u.Disabled || !u.Has(Reviewer) || u.Name == nil || u.Verifier == nil || u.Name.Field != SealedName {
		t.Fatalf("%+v", u) // parts not given keep their value
	}
	if u, _ := disabled.User(userID(1)); !u.Disabled {
		t.Fatal("not disabled there")
	}
	m, ok := removed.MemberByDevice(villagePC)
	if !ok || !m.Removed || m.Counter != "01" || len(removed.Members()) != 2 || len(removed.Users()) != 3 {
		t.Fatalf("%+v", m)
	}
	if _, ok := removed.MemberByDevice(stranger); ok {
		t.Fatal("a stranger is a member")
	}
	if !Allowed("case.review", u) || Allowed("case.resolve", u) {
		t.Fatal("allowed")
	}
	l.say("user.set", userID(1), UserPayload{Roles: []Role{Clerk}, Division: village})
	if u, _ := l.state.User(userID(1)); u.Verifier != nil || u.Name == nil {
		t.Fatalf("%+v", u) // no login, no verifier
	}
}

// Acts stamped after a power ended, by somebody who had not heard of it, stand
// and are looked at; older acts and those after its return are not.
func TestRecheck(t *testing.T) {
	l := villageLaw()
	before := l.state
	l.clock = 60
	l.say("user.disable", userID(1), DisablePayload{})
	l.clock = 120
	l.say("user.set", userID(1), UserPayload{Roles: []Role{Reviewer}, Division: village})
	l.clock = 180
	l.say("user.set", userID(1), UserPayload{Roles: []Role{Clerk}, Division: village})
	l.clock = 240
	l.say("member.remove", uuid.UUID{1}, DevicePayload{Device: villagePC})
	for minute, want := range map[int]bool{0: false, 30: false, 61: true, 90: true, 150: true, 200: false, 300: true} {
		f := act("case.accept", 1, villagePC)
		f.At = epoch.Add(time.Duration(minute) * time.Minute)
		v := before.Judge(f)
		if got := l.state.Recheck(f, v); !got.OK || got.Review != want || got.Authority != v.Authority {
			t.Errorf("minute %d: %+v, want review %v", minute, got, want)
		}
	}
	refused := Verdict{Reason: ReasonNoRight}
	if got := l.state.Recheck(act("case.accept", 1, villagePC), refused); got != refused {
		t.Error(got)
	}
}

func TestKeys(t *testing.T) {
	l := villageLaw()
	l.say("key.add", uuid.UUID{7}, KeyPayload{Key: "01aa", Wrapped: map[string]string{"x": "AA=="}})
	old := l.state
	l.say("key.add", uuid.UUID{8}, KeyPayload{Key: "01bb", Wrapped: map[string]string{"x": "BB=="}})
	l.say("key.add", uuid.UUID{7}, KeyPayload{Key: "01aa", Wrapped: map[string]string{"y": "CC=="}})
	k := l.state.Keys()
	if len(k) != 2 || k[1].ID != "01bb" || k[0].Wrapped["x"] != "AA==" || k[0].Wrapped["y"] != "CC==" || len(old.Keys()[0].Wrapped) != 1 {
		t.Fatalf("%+v", k)
	}
}

// The roster of a whole district, in the realm.
func TestRoster(t *testing.T) {
	l := newLaw(ScopeRealm)
	states := []*Powers{l.state}
	for i := range 300 {
		states = append(states, l.say("device.enroll", uuid.New(), MemberPayload{Device: opBytes(uint64(i * 7919 % 300)), Division: village, Tier: "village", TLSCert: "AA=="}))
	}
	l.say("device.revoke", uuid.UUID{1}, DevicePayload{Device: opBytes(5)})
	for n, p := range states {
		if len(p.Members()) != n {
			t.Fatalf("state %d has %d members", n, len(p.Members()))
		}
	}
	ms := l.state.Members()
	if !slices.IsSortedFunc(ms, func(a, b Member) int { return slices.Compare(a.Device[:], b.Device[:]) }) {
		t.Fatal("not sorted")
	}
	if m, ok := l.state.MemberByDevice(opBytes(5)); !ok || !m.Removed || m.TLSCert != "AA==" {
		t.Fatalf("%+v", m)
	}
}

func TestPowerStates(t *testing.T) {
	facts := func(kinds ...string) (h History) {
		for i, k := range kinds {
			payload := map[string]string{"user.set": `{"roles":["clerk"],"division":"440604100001","login":true}`}[k]
			f := Fact{ID: opBytes(uint64(i)), Kind: k, Payload: []byte(payload), Verdict: Verdict{OK: true}, Sealed: map[string]SealedRef{}}
			if k == "user.set" {
				f.Sealed["name"] = SealedRef{f.ID, "name"}
			}
			h.Facts = append(h.Facts, f)
		}
		return h
	}
	out := Fold("user", facts("user.set", "user.disable"))
	var s PowerState
	if err := json.Unmarshal(out.JSON, &s); err != nil || s.Ended == nil || len(s.Sealed) != 1 || !out.Effects[1].Effective {
		t.Fatalf("%v %s", err, out.JSON)
	}
	out = Fold("user", facts("user.set", "user.disable", "user.set"))
	if out.Effects[0].Reason != ReasonReplaced || out.Effects[1].Reason != ReasonReplaced {
		t.Fatalf("%+v", out.Effects)
	}
	if out = Fold("key", facts("key.turn")); out.Effects[0].Reason != ReasonNeedsUpdate || out.JSON == nil {
		t.Fatalf("%s %+v", out.JSON, out.Effects)
	}
	if out = Fold("user", History{Facts: []Fact{{Kind: "user.set"}}}); out.JSON != nil || out.Effects[0].Reason != ReasonNoRight {
		t.Fatalf("%s %+v", out.JSON, out.Effects)
	}
}

func TestRoles(t *testing.T) {
	for _, r := range Roles() {
		if got, err := ParseRole(string(r)); err != nil || got != r || r.Rank() == 0 || r.Name("zh") == string(r) || r.Name("en") == "" {
			t.Errorf("%s: %v", r, err)
		}
		if got, err := ParseRole(r.Name("zh")); err != nil || got != r {
			t.Errorf("%s: %v", r.Name("zh"), err)
		}
	}
	if _, err := ParseRole("king"); CodeOf(err) != CodeInvalid {
		t.Error(err)
	}
	if r := Role("king"); r.Rank() != 0 || r.Name("zh") != "king" {
		t.Error("a king")
	}
}

// BenchmarkJudge: one look-up among a district's users.
func BenchmarkJudge(b *testing.B) {
	l := villageLaw()
	for i := range 200 {
		l.say("user.set", uuid.New(), UserPayload{Roles: []Role{Clerk}, Division: village, Login: i%2 == 0})
	}
	f := act("case.accept", 1, villagePC)
	for b.Loop() {
		if !l.state.Judge(f).OK {
			b.Fatal(fmt.Sprint("no right"))
		}
	}
}
