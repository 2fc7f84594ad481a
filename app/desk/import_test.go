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
