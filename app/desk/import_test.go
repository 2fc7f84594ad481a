package desk_test

import (
	"fmt"
	"strings"
	"testing"
)

// Somebody who comes three times in one import is recorded once, and each new value once.
func TestImportRecordsAPersonOnce(t *testing.T) {
	number, mark := unheard()
	code := shared.promised(t).Code
	line := func(phone string) string {
		return fmt.Sprintf(`{"item":%q,"applicant":{"type":"person","name":"上官云%s","number":%q,"phone":%q},"form":{},"materials":"all"}`+"\n", code, mark, number(1), phone)
	}
	for _, lines := range []string{line("13800000001") + line("13800000001") + line("13800000002"), line("13800000002") + line("13800000003") + line("13800000003")} {
		done, err := shared.wang.ImportCases(ctx, strings.NewReader(lines), nil)
		must(t, err)
		if done.Accepted != 3 {
			t.Fatalf("%+v", done)
		}
	}
	people, err := shared.wang.FindPerson(ctx, number(1))
	must(t, err)
	if len(people) != 1 || len(people[0].Cases) != 6 {
		t.Fatalf("%+v", people)
	}
	if id := value(t, &people[0], "identity"); len(id.Others) != 0 {
		t.Errorf("the same name is recorded again: %+v", id.Others)
	}
	if phone := value(t, &people[0], "phone"); len(phone.Others) != 2 {
		t.Errorf("two numbers were replaced, and this is kept of them: %+v", phone.Others)
	}
}

// TestImportSaysWhatIsWrongWithALine: in both languages, with every detail whole.
func TestImportSaysWhatIsWrongWithALine(t *testing.T) {
	code := shared.promised(t).Code
	lines := `{"item":"` + code + `","applicant":{"name":"上官云","number":"440604199003072011"},"materials":"all"}` + "\n" +
		`{"item":"` + code + `","applicant":{"name":"上官云","numbr":"1"},"materials":"all"}` + "\n"
	done, err := shared.wang.ImportCases(ctx, strings.NewReader(lines), nil)
	must(t, err)
	if done.Accepted != 0 || len(done.Refused) != 2 {
		t.Fatalf("%+v", done)
	}
	first, second := done.Refused[0], done.Refused[1]
	if !strings.Contains(first.Why, "校验位不对（请对照证件逐位核对）") || !strings.HasPrefix(first.WhyEn, "the application is incomplete") {
		t.Errorf("%+v", first)
	}
	if !strings.Contains(second.Why, "numbr") || !strings.Contains(second.WhyEn, "numbr") {
		t.Errorf("%+v", second)
	}
}
