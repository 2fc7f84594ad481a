package desk_test

import (
	"fmt"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// byName asks until nothing is outstanding, as a page does.
func byName(t *testing.T, s *desk.Session, query string) desk.NameHits {
	t.Helper()
	for {
		hits, err := s.FindByName(ctx, query)
		must(t, err)
		if hits.Complete {
			return hits
		}
	}
}

func TestFindByName(t *testing.T) {
	it := shared.promised(t)
	accept := func(name, number string) {
		t.Helper()
		_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Materials: all(),
			Applicant: &desk.Applicant{Type: counter.ObjectPerson, Name: name, Number: number}})
		must(t, err)
	}
	accept("诸葛青禾", person(950).Number)
	accept("阿依古丽·买买提", person(951).Number)
	for query, want := range map[string]string{"诸葛": "诸葛青禾", "青禾": "诸葛青禾", "zgqh": "诸葛青禾", "zhuge": "诸葛青禾",
		"古丽买买提": "阿依古丽·买买提", "ayglmmt": "阿依古丽·买买提"} {
		hits := byName(t, shared.wang, query)
		if len(hits.People) == 0 || hits.People[0].Name != want {
			t.Errorf("%s: %+v", query, hits.People)
		}
	}
	hit := byName(t, shared.wang, "诸葛青禾").People[0]
	if hit.NumberMasked != person(950).Number[:6]+"********"+person(950).Number[14:] {
		t.Errorf("the number is not masked: %s", hit.NumberMasked)
	}
	v, err := shared.wang.ShowPerson(ctx, hit.ID)
	must(t, err)
	if v.Name != "诸葛青禾" || len(v.Cases) != 1 {
		t.Errorf("%+v", v)
	}
	for _, query := range []string{"", " ", "z", "7"} {
		if hits := byName(t, shared.wang, query); len(hits.People) != 0 {
			t.Errorf("%q gives %d people", query, len(hits.People))
		}
	}
	// Who is recorded later is found later.
	if hits := byName(t, shared.wang, "闾丘远舟"); len(hits.People) != 0 {
		t.Fatalf("%+v", hits)
	}
	accept("闾丘远舟", person(952).Number)
	if hits := byName(t, shared.wang, "闾丘远舟"); len(hits.People) != 1 {
		t.Errorf("%+v", hits)
	}
	for i := range 25 {
		accept(fmt.Sprintf("纳兰甲%c", '一'+rune(i)), person(960+i).Number)
	}
	if hits := byName(t, shared.wang, "纳兰甲"); len(hits.People) != 20 {
		t.Errorf("%d people at once", len(hits.People))
	}
}
