package counter

import (
	"encoding/json"
	"fmt"
	"testing"
)

func realmFact(i int, kind, payload string) Fact {
	return Fact{ID: opBytes(uint64(i)), Kind: kind, Scope: ScopeRealm, District: true, Payload: []byte(payload), Verdict: Verdict{OK: true, Authority: 24}}
}

func itemJSON(version int, from, name string) string {
	return fmt.Sprintf(`{"item":{"code":"S-1","name":%q,"version":%d,"effective_from":%q,"unknown_here":[1,2]}}`, name, version, from)
}

func TestItemKeepsAllVersions(t *testing.T) {
	h := History{Facts: []Fact{
		realmFact(0, "item.publish", itemJSON(1, "2026-01-01", "旧名")),
		realmFact(1, "item.publish", itemJSON(2, "2026-12-01", "写错")),
		realmFact(2, "item.publish", itemJSON(2, "2026-12-01", "新名")),
	}}
	out := Fold("item", h)
	s := out.Item
	if len(s.Versions) != 2 || s.Name != "新名" || s.Versions[1].Op != h.Facts[2].ID || s.Versions[0].EffectiveFrom != "2026-01-01" || out.Effects[1].Reason != ReasonReplaced {
		t.Fatalf("%s %+v", out.JSON, out.Effects)
	}
	var raw map[string]any
	if json.Unmarshal(s.Versions[0].Item, &raw) != nil || raw["unknown_here"] == nil {
		t.Fatalf("%s", s.Versions[0].Item)
	}
	h.Facts = append(h.Facts, realmFact(3, "item.withdraw", `{"from":"2027-01-01"}`))
	if out = Fold("item", h); out.Item.Withdrawn == nil || out.Item.Withdrawn.From != "2027-01-01" || len(out.Item.Versions) != 2 {
		t.Fatalf("%s", out.JSON)
	}
	h.Facts = append(h.Facts, realmFact(4, "item.publish", itemJSON(3, "2027-02-01", "再来")))
	if out = Fold("item", h); out.Item.Withdrawn != nil || out.Effects[3].Reason != ReasonReplaced {
		t.Fatalf("%s", out.JSON)
	}
	for _, bad := range []string{`{"item":7}`, `{"item":{"code":""}}`, `{}`, `{"item":{"code":"x","version":"two"}}`} {
		if out = Fold("item", History{Facts: []Fact{realmFact(0, "item.publish", bad)}}); out.JSON != nil || out.Effects[0].Reason != ReasonMalformed {
			t.Errorf("%s: %s %+v", bad, out.JSON, out.Effects)
		}
	}
	if out = Fold("item", History{Facts: []Fact{realmFact(0, "item.withdraw", `{"from":"soon"}`)}}); out.Effects[0].Reason != ReasonMalformed {
		t.Errorf("%+v", out.Effects)
	}
}

func TestDivisionAndCalendar(t *testing.T) {
	out := Fold("division", History{Facts: []Fact{
		realmFact(0, "division.set", `{"division":{"code":"440604100001","name":"甲"}}`),
		realmFact(1, "division.set", `{"division":{"code":"440604100001","name":"乙"}}`),
		realmFact(2, "division.set", `{"division":[]}`),
	}})
	if string(out.Division.Division) != `{"code":"440604100001","name":"乙"}` || out.Effects[0].Reason != ReasonReplaced || out.Effects[2].Reason != ReasonMalformed {
		t.Fatalf("%s %+v", out.JSON, out.Effects)
	}
	out = Fold("calendar", History{Facts: []Fact{realmFact(0, "calendar.set", `{"calendar":{"year":2026}}`), realmFact(1, "calendar.burn", `{}`)}})
	if string(out.Calendar.Calendar) != `{"year":2026}` || !out.Calendar.NeedsUpdate {
		t.Fatalf("%s", out.JSON)
	}
	unfit := realmFact(0, "calendar.set", `{"calendar":{}}`)
	unfit.Verdict = Verdict{Reason: ReasonNoRightDevice}
	if out = Fold("calendar", History{Facts: []Fact{unfit}}); out.JSON != nil || out.Effects[0].Reason != ReasonNoRightDevice {
		t.Fatalf("%s", out.JSON)
	}
}
