package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

var namesRun int

// unheard gives numbers of people of whom no test has heard yet, and a character that is
// in no name so far: the fixture outlives a test that runs again (-count).
func unheard() (number func(i int) string, mark string) {
	namesRun++
	base := namesRun * 100
	return func(i int) string {
		body := fmt.Sprintf("440604195%d%02d%02d%03d", (base+i)/10_000%10, 1+(base+i)/1000%10, 1, (base+i)%1000)
		for _, c := range "0123456789X" {
			if n := counter.NormalizeID(body + string(c)); n.Check() == nil {
				return n.Plain()
			}
		}
		return ""
	}, string('丐' + rune(namesRun))
}

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
	number, mark := unheard()
	accept := func(name, number string) {
		t.Helper()
		_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Materials: all(),
			Applicant: &desk.Applicant{Type: counter.ObjectPerson, Name: name, Number: number}})
		must(t, err)
	}
	accept("诸葛青禾"+mark, number(50))
	accept("阿依古丽·买买提", number(51))
	for query, want := range map[string]string{"诸葛": "诸葛青禾", "青禾": "诸葛青禾", "zgqh": "诸葛青禾", "zhuge": "诸葛青禾",
		"古丽买买提": "阿依古丽·买买提", "ayglmmt": "阿依古丽·买买提"} {
		hits := byName(t, shared.wang, query)
		if len(hits.People) == 0 || !strings.HasPrefix(hits.People[0].Name, want) {
			t.Errorf("%s: %+v", query, hits.People)
		}
	}
	hit := byName(t, shared.wang, "诸葛青禾"+mark).People[0]
	if hit.NumberMasked != number(50)[:6]+"********"+number(50)[14:] {
		t.Errorf("the number is not masked: %s", hit.NumberMasked)
	}
	// Whose card was not read is told apart by what the number itself proves.
	birth, _ := counter.IDNumber(number(50)).Birth()
	if hit.Birth != string(birth) || hit.Sex != counter.IDNumber(number(50)).Sex() || hit.Sex == "" {
		t.Errorf("born %s, %s", hit.Birth, hit.Sex)
	}
	v, err := shared.wang.ShowPerson(ctx, hit.ID)
	must(t, err)
	if v.Name != "诸葛青禾"+mark || len(v.Cases) != 1 {
		t.Errorf("%+v", v)
	}
	for _, query := range []string{"", " ", "z", "7"} {
		if hits := byName(t, shared.wang, query); len(hits.People) != 0 {
			t.Errorf("%q gives %d people", query, len(hits.People))
		}
	}
	// Who is recorded later is found later.
	if hits := byName(t, shared.wang, "闾丘远舟"+mark); len(hits.People) != 0 {
		t.Fatalf("%+v", hits)
	}
	accept("闾丘远舟"+mark, number(52))
	if hits := byName(t, shared.wang, "闾丘远舟"+mark); len(hits.People) != 1 {
		t.Errorf("%+v", hits)
	}
	for i := range 25 {
		accept(fmt.Sprintf("纳兰甲%c", '一'+rune(i)), number(60+i))
	}
	if hits := byName(t, shared.wang, "纳兰甲"); len(hits.People) != 20 {
		t.Errorf("%d people at once", len(hits.People))
	}
}

// Whose name was corrected is found by the new one at once, and by the old one no more.
func TestFindByNameAfterCorrection(t *testing.T) {
	it := shared.promised(t)
	number, mark := unheard()
	accept := func(name string) {
		t.Helper()
		_, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Materials: all(),
			Applicant: &desk.Applicant{Type: counter.ObjectPerson, Name: name, Number: number(53)}})
		must(t, err)
	}
	accept("呼延晓枫" + mark)
	if hits := byName(t, shared.wang, "呼延晓枫"+mark); len(hits.People) != 1 {
		t.Fatalf("%+v", hits)
	}
	accept("呼延晓峰" + mark)
	if hits := byName(t, shared.wang, "晓峰"+mark); len(hits.People) != 1 || hits.People[0].Name != "呼延晓峰"+mark {
		t.Errorf("by the new name: %+v", hits.People)
	}
	if hits := byName(t, shared.wang, "晓枫"+mark); len(hits.People) != 0 {
		t.Errorf("by the old name: %+v", hits.People)
	}
}
