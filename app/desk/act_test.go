package desk_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func (d *district) newCase(t *testing.T, it *counter.Item, i int) string {
	t.Helper()
	a, err := d.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(i), Materials: all()})
	must(t, err)
	return a.Number
}

// step is an act by somebody, and what should come of it: a status or a refusal.
type step struct {
	who, verb string
	opt       desk.ActOptions
	status    counter.Status
	code      counter.Code
}

func (d *district) walk(t *testing.T, number string, steps []step) {
	t.Helper()
	for _, st := range steps {
		s := d.login(t, st.who)
		before, err := s.Case(ctx, number)
		must(t, err)
		v, err := s.Act(ctx, number, st.verb, st.opt)
		if st.code != "" {
			refused(t, err, st.code)
			after, err := s.Case(ctx, number)
			must(t, err)
			if len(after.Timeline) != len(before.Timeline) {
				t.Fatalf("%s by %s was refused and recorded", st.verb, st.who)
			}
			continue
		}
		must(t, err)
		if v.Status != string(st.status) {
			t.Fatalf("%s by %s: %s, want %s", st.verb, st.who, v.Status, st.status)
		}
		last := v.Timeline[len(v.Timeline)-1]
		if !last.Effective || last.Actor != st.who || last.Opinion != st.opt.Opinion {
			t.Fatalf("%+v", last)
		}
	}
}

func TestPromisedItemToItsEnd(t *testing.T) {
	shared.walk(t, shared.newCase(t, shared.promised(t), 100), []step{
		{who: "wang", verb: "approve", code: counter.CodeInvalid},
		{who: "shen", verb: "handover", code: counter.CodeDenied},
		{who: "wang", verb: "handover", status: counter.StatusUnderReview},
		{who: "wang", verb: "review", code: counter.CodeDenied},
		{who: "shen", verb: "return", opt: desk.ActOptions{Opinion: "补一页"}, status: counter.StatusAccepted},
		{who: "wang", verb: "handover", status: counter.StatusUnderReview},
		{who: "shen", verb: "review", opt: desk.ActOptions{Opinion: "属实"}, status: counter.StatusReviewed},
		{who: "wang", verb: "approve", code: counter.CodeDenied}, // a clerk cannot decide a promised item
		{who: "shen", verb: "approve", code: counter.CodeDenied},
		{who: "pi", verb: "approve", opt: desk.ActOptions{Opinion: "同意"}, status: counter.StatusApproved},
		{who: "pi", verb: "deny", code: counter.CodeInvalid},
		{who: "wang", verb: "void", opt: desk.ActOptions{Reason: "x"}, code: counter.CodeInvalid},
		{who: "wang", verb: "conclude", status: counter.StatusConcluded},
		{who: "wang", verb: "conclude", code: counter.CodeInvalid},
	})
}

func TestInstantItemIsFinishedOnTheSpot(t *testing.T) {
	it := shared.item(t, func(it *counter.Item) bool {
		return it.Instant && len(it.RequiredFields()) == 0 && it.Accepts(counter.ObjectPerson)
	})
	number := shared.newCase(t, it, 101)
	shared.walk(t, number, []step{{who: "wang", verb: "conclude", status: counter.StatusConcluded}})
	v, err := shared.wang.Case(ctx, number)
	must(t, err)
	if v.Due != nil {
		t.Fatalf("an instant item has a due date: %v", *v.Due)
	}
}

func TestVoidNeedsAReasonAndKeepsTheCase(t *testing.T) {
	number := shared.newCase(t, shared.promised(t), 102)
	shared.walk(t, number, []step{
		{who: "wang", verb: "void", code: counter.CodeUsage},
		{who: "wang", verb: "void", opt: desk.ActOptions{Opinion: "录错了人"}, status: counter.StatusVoided},
		{who: "wang", verb: "handover", code: counter.CodeInvalid},
	})
	rows, err := shared.wang.Cases(ctx, counter.CaseFilter{Status: "voided"})
	must(t, err)
	if !slices.ContainsFunc(rows, func(c desk.CaseLine) bool { return c.Number == number }) {
		t.Fatal("the voided case is gone")
	}
}

func TestOtherEnds(t *testing.T) {
	it := shared.promised(t)
	shared.walk(t, shared.newCase(t, it, 103), []step{{who: "wang", verb: "withdraw", status: counter.StatusWithdrawn}})
	shared.walk(t, shared.newCase(t, it, 104), []step{
		{who: "wang", verb: "handover", status: counter.StatusUnderReview},
		{who: "zhang", verb: "review", status: counter.StatusReviewed},
		{who: "pi", verb: "deny", opt: desk.ActOptions{Opinion: "不符合条件"}, status: counter.StatusDenied},
		{who: "wang", verb: "conclude", status: counter.StatusConcluded},
	})
	number := shared.newCase(t, it, 105)
	_, err := shared.wang.Act(ctx, number, "explode", desk.ActOptions{})
	refused(t, err, counter.CodeUsage)
	wrong := []byte(number)
	wrong[len(wrong)-1] ^= 1
	_, err = shared.wang.Act(ctx, string(wrong), "handover", desk.ActOptions{})
	if c := counter.CodeOf(err); c != counter.CodeInvalid && c != counter.CodeNotFound {
		t.Fatalf("%v", err)
	}
}

// TestTwoSeatsOneCase: of two acts at the same moment that exclude each other,
// one is told that it did not count.
func TestTwoSeatsOneCase(t *testing.T) {
	a, b := shared.login(t, "wang"), shared.login(t, "zhang")
	for i := range 8 {
		number := shared.newCase(t, shared.promised(t), 200+i)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for k, s := range []*desk.Session{a, b} {
			wg.Go(func() { _, errs[k] = s.Act(ctx, number, "withdraw", desk.ActOptions{}) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
	}
}

func TestUsersComeAndGo(t *testing.T) {
	hub := shared.hub.Desk()
	_, err := shared.admin.AddUser(ctx, desk.NewUser{Name: "li", Role: "administrator,clerk", Division: "440604", Password: "pw-li-1"})
	must(t, err)
	li, err := hub.Login(ctx, "li", "pw-li-1")
	must(t, err)
	for name, u := range map[string]desk.NewUser{
		"taken":    {Name: "li", Role: "clerk", Division: "440604", Password: "x1"},
		"blank":    {Name: "a b", Role: "clerk", Division: "440604", Password: "x1"},
		"role":     {Name: "new1", Role: "emperor", Division: "440604", Password: "x1"},
		"division": {Name: "new2", Role: "clerk", Division: "110101", Password: "x1"},
		"password": {Name: "new3", Role: "clerk", Division: "440604", Password: ""},
	} {
		if _, err := shared.admin.AddUser(ctx, u); err == nil {
			t.Errorf("%s: added", name)
		}
	}
	must(t, shared.admin.SetPassword(ctx, "li", "pw-li-2"))
	_, err = hub.Login(ctx, "li", "pw-li-1")
	refused(t, err, counter.CodeDenied)
	_, err = hub.Login(ctx, "li", "pw-li-2")
	must(t, err)
	refused(t, shared.admin.DisableUser(ctx, "admin"), counter.CodeInvalid)
	must(t, shared.admin.DisableUser(ctx, "li"))
	_, err = hub.Login(ctx, "li", "pw-li-2")
	refused(t, err, counter.CodeDenied)
	// The session that was open ends with the account.
	_, err = li.AddUser(ctx, desk.NewUser{Name: "accomplice", Role: "clerk", Division: "440604", Password: "x1"})
	refused(t, err, counter.CodeDenied)
	// A new password does not bring a disabled account back.
	refused(t, shared.admin.SetPassword(ctx, "li", "pw-li-3"), counter.CodeInvalid)
	if _, err := hub.Login(ctx, "li", "pw-li-3"); err == nil {
		t.Fatal("a disabled account logs in with a new password")
	}
	_, err = shared.wang.AddUser(ctx, desk.NewUser{Name: "x", Role: "clerk", Division: villageCode, Password: "x1"})
	refused(t, err, counter.CodeDenied)
}

// TestNothingPersonalOnTheDisk fills the counter and looks into every file that
// it keeps, the journal of the open database included.
func TestNothingPersonalOnTheDisk(t *testing.T) {
	it := shared.promised(t)
	secrets := []string{"欧阳保密", idNumber(300), "13899887766", "祖庙路秘密巷九号", "意见里的秘密", "代办人司马", idNumber(301), "张扫描内容"}
	scan := filepath.Join(t.TempDir(), "scan.txt")
	must(t, os.WriteFile(scan, []byte("张扫描内容"), 0o600))
	given := desk.Materials{All: true}
	if len(it.Materials) > 0 {
		given.List = []desk.GivenMaterial{{Name: it.Materials[0].Name, Provided: true, File: scan}}
	}
	a, err := shared.wang.Accept(ctx, desk.Acceptance{Item: it.Code, Materials: given, Applicant: &desk.Applicant{Name: secrets[0], Number: secrets[1],
		Phone: secrets[2], Address: secrets[3], Agent: &desk.Agent{Name: secrets[5], Number: secrets[6], Phone: secrets[2]}}})
	must(t, err)
	_, err = shared.wang.Act(ctx, a.Number, "handover", desk.ActOptions{Opinion: secrets[4]})
	must(t, err)
	filled := shared.item(t, func(it *counter.Item) bool {
		ok := false
		for _, f := range it.Fields {
			free := (f.Kind == counter.FieldText || f.Kind == counter.FieldLongText) && f.Pattern == "" && f.VisibleWhen == nil
			if f.Required && !free {
				return false
			}
			ok = ok || free
		}
		return ok && it.Accepts(counter.ObjectPerson)
	})
	form := map[string]any{}
	for _, f := range filled.Fields {
		if (f.Kind == counter.FieldText || f.Kind == counter.FieldLongText) && f.Pattern == "" && f.VisibleWhen == nil {
			form[f.Name] = "表单机密"
		}
	}
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: filled.Code, Applicant: person(302), Materials: all(), Form: form})
	must(t, err)
	miao := shared.login(t, longName)
	_, err = miao.Act(ctx, a.Number, "note", desk.ActOptions{Opinion: secrets[4]})
	must(t, err)
	secrets = append(secrets, "表单机密", longName)
	// Errors go into logs: they name nobody either.
	_, err = shared.wang.Accept(ctx, desk.Acceptance{Item: filled.Code, Applicant: &desk.Applicant{Name: "欧阳保密", Number: idNumber(300)[:17], Phone: "99"}})
	for _, s := range secrets {
		if strings.Contains(err.Error(), s) {
			t.Errorf("an error names a person: %v", err)
		}
	}
	seen := 0
	for _, home := range []string{"village", "hub"} {
		must(t, filepath.WalkDir(filepath.Join(shared.dir, home), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			must(t, err)
			seen++
			for _, s := range secrets {
				if bytes.Contains(data, []byte(s)) {
					t.Errorf("%s holds %q in the clear", path, s)
				}
			}
			return nil
		}))
	}
	if seen < 8 {
		t.Fatalf("only %d files were looked at", seen)
	}
}
