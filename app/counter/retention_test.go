package counter

import "testing"

func TestRetention(t *testing.T) {
	for _, c := range []struct {
		r  Retention
		ok bool
	}{
		{Retention{}, true}, {Retention{0, 400, 90}, true}, {Retention{3650, 400, 90}, true},
		{Retention{0, 0, 29}, false}, {Retention{-1, 0, 0}, false}, {Retention{100, 0, 90}, false},
		{Retention{100, 90, 101}, false}, {Retention{0, 40000, 0}, false},
	} {
		if err := c.r.Check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.r, err)
		}
	}
	r := Retention{1, 2, 3}
	if r.Days("district") != 1 || r.Days("town") != 2 || r.Days("village") != 3 {
		t.Error("days of the wrong tier")
	}
	out := Fold("retention", History{Facts: []Fact{realmFact(0, "retention.set", `{"retention":{"town":90}}`), realmFact(1, "retention.set", `{"retention":{"town":91}}`)}})
	if string(out.JSON) == "" || out.Effects[1].Reason != "" {
		t.Fatalf("%s %+v", out.JSON, out.Effects)
	}
}
