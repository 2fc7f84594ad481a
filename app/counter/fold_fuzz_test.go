package counter

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzFold feeds any payload under any kind to fold, powers and judge: never a
// panic, always the same answer, always valid JSON.
func FuzzFold(f *testing.F) {
	accept, _ := json.Marshal(acceptPayload(true))
	f.Add("case.accept", accept)
	f.Add("case.conclude", []byte(`{}`))
	f.Add("case.resolve", []byte(`{"choose":"00"}`))
	f.Add("case.material", []byte(`{"remove":["0000000000000000/0"]}`))
	f.Add("case.note", []byte(`{"clear":[]}`))
	f.Add("person.record", []byte(`{"type":"person","source":"card"}`))
	f.Add("item.publish", []byte(`{"item":{"code":"x","version":1}}`))
	f.Add("user.set", []byte(`{"roles":["clerk"],"division":"440604100001","login":true}`))
	f.Add("member.add", []byte(`{"device":"0101010101010101010101010101010101010101010101010101010101010101"}`))
	f.Add("key.add", []byte(`{"key":"01","wrapped":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		base := Fact{ID: opBytes(0), Kind: "case.accept", Payload: accept, Verdict: Verdict{OK: true, Authority: 4}}
		fact := Fact{ID: opBytes(1), Kind: kind, Payload: payload, District: true, Verdict: Verdict{OK: true, Authority: 4}, Sealed: map[string]SealedRef{"identity": {}}}
		for _, h := range []History{{Facts: []Fact{fact}}, {Facts: []Fact{base, fact, fact}}} {
			a, b := Fold(h.EntityType(), h), Fold(h.EntityType(), h)
			if !bytes.Equal(a.JSON, b.JSON) || a.JSON != nil && !json.Valid(a.JSON) || len(a.Effects) != len(h.Facts) {
				t.Fatalf("%s: %s", kind, a.JSON)
			}
		}
		NewPowers("").Apply(fact).Apply(base).Judge(fact)
		fact.Scope = ScopeRealm
		NewPowers(ScopeRealm).Apply(fact).Judge(fact)
	})
}

func FuzzSealedRef(f *testing.F) {
	f.Add("00/x")
	f.Add(SealedRef{opBytes(3), "phone"}.String())
	f.Fuzz(func(t *testing.T, s string) {
		var r, again SealedRef
		if r.UnmarshalText([]byte(s)) != nil {
			return
		}
		if text, err := r.MarshalText(); err != nil || again.UnmarshalText(text) != nil || again != r || string(text) != r.String() {
			t.Fatalf("%q: %+v %+v", s, r, again)
		}
	})
}
