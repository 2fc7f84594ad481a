package window

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
)

func loggedIn(t *testing.T) (*Window, *bench) {
	t.Helper()
	b := newBench(t)
	w := New(t.Context(), b.cfg)
	if _, err := w.Login(" 陈晓 ", "secret"); err != nil {
		t.Fatal(err)
	}
	return w, b
}

func TestNothingWithoutLogin(t *testing.T) {
	b := newBench(t)
	w := New(t.Context(), b.cfg)
	_, err := w.Whoami(true)
	wantCode(t, err, CodeLoggedOut)
	_, err = w.Cases(CaseFilter{})
	wantCode(t, err, CodeLoggedOut)
	_, err = w.Case("1")
	wantCode(t, err, CodeLoggedOut)
	_, err = w.Login("陈晓", "wrong")
	wantCode(t, err, counter.CodeDenied)
	_, err = w.Case("1")
	wantCode(t, err, CodeLoggedOut)
	if s, err := w.Station(); err != nil || s.Name == "" {
		t.Error("the station has no name before login")
	}
}

func TestAFaultIsToldByEveryMethod(t *testing.T) {
	fault := counter.E(counter.CodeLocked, "密钥打不开", "the key does not open")
	w := New(t.Context(), Config{Fault: fault, Now: newBench(t).cfg.Now})
	_, err := w.Station()
	wantCode(t, err, counter.CodeLocked)
	_, err = w.Login("陈晓", "secret")
	wantCode(t, err, counter.CodeLocked)
	_, err = w.Items("")
	wantCode(t, err, counter.CodeLocked)
	_, err = w.Cases(CaseFilter{})
	wantCode(t, err, CodeLoggedOut)
}

func TestLoginRefusesWithoutHashing(t *testing.T) {
	b := newBench(t)
	w := New(t.Context(), b.cfg)
	for _, c := range [][2]string{{"", "secret"}, {"   ", "secret"}, {strings.Repeat("x", 201), "secret"}, {"陈晓", strings.Repeat("x", 1001)}} {
		_, err := w.Login(c[0], c[1])
		wantCode(t, err, counter.CodeDenied)
	}
	if b.most.Load() != 0 {
		t.Error("the facade was asked")
	}
}

func TestAFailedLoginEndsTheOneBefore(t *testing.T) {
	w, _ := loggedIn(t)
	_, err := w.Login("陈晓", "wrong")
	wantCode(t, err, counter.CodeDenied)
	_, err = w.Whoami(true)
	wantCode(t, err, CodeLoggedOut)
}

func TestIdle(t *testing.T) {
	t.Run("work keeps it open", func(t *testing.T) {
		w, b := loggedIn(t)
		for range 5 {
			b.clock.Advance(9 * time.Minute)
			if _, err := w.FindPerson("11010519491231002X"); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(9 * time.Minute)
		if who, err := w.Whoami(true); err != nil || who.User != "陈晓" || who.Idle != 600 {
			t.Fatal(who, err)
		}
		b.clock.Advance(9 * time.Minute)
		if _, err := w.Whoami(false); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("asking alone does not", func(t *testing.T) {
		w, b := loggedIn(t)
		for range 3 {
			b.clock.Advance(3 * time.Minute)
			if _, err := w.Whoami(false); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(time.Minute)
		_, err := w.Whoami(false)
		wantCode(t, err, CodeLoggedOut)
		_, err = w.Whoami(true) // being there again does not bring it back
		wantCode(t, err, CodeLoggedOut)
	})
	t.Run("neither does a page that shows what others do", func(t *testing.T) {
		w, b := loggedIn(t)
		asks := map[string]func() error{
			"Cases":      func() error { _, err := w.Cases(CaseFilter{}); return err },
			"Case":       func() error { _, err := w.Case("1"); return err },
			"Applicants": func() error { _, err := w.Applicants(Numbers{Numbers: []string{"1"}}); return err },
			"Unsent":     func() error { _, err := w.Unsent(Numbers{Numbers: []string{"1"}}); return err },
			"Papers":     func() error { _, err := w.Papers("1", ""); return err },
			"Reviews":    func() error { _, err := w.Reviews(); return err },
			"Withheld":   func() error { _, err := w.Withheld(); return err },
			"FindByName": func() error { _, err := w.FindByName("ly"); return err },
			"Link":       func() error { _, err := w.Link(); return err },
		}
		for range 3 {
			b.clock.Advance(3 * time.Minute)
			for name, ask := range asks {
				if err := ask(); err != nil {
					t.Fatal(name, err)
				}
			}
		}
		b.clock.Advance(time.Minute)
		for name, ask := range asks {
			if err := ask(); counter.CodeOf(err) != CodeLoggedOut {
				t.Error(name, "after ten minutes without a user:", err)
			}
		}
	})
	t.Run("a clock set back ends it", func(t *testing.T) {
		w, b := loggedIn(t)
		b.clock.Advance(-time.Hour)
		_, err := w.Case("1")
		wantCode(t, err, CodeLoggedOut)
	})
	t.Run("logout ends it", func(t *testing.T) {
		w, _ := loggedIn(t)
		w.Logout()
		w.Logout()
		_, err := w.Case("1")
		wantCode(t, err, CodeLoggedOut)
	})
}

func TestCasesInPages(t *testing.T) {
	w, b := loggedIn(t)
	for _, c := range []struct {
		limit, offset, got int
		more               bool
	}{
		{3, 0, 3, true}, {3, 4, 3, false}, {3, 6, 1, false}, {3, 7, 0, false}, {7, 0, 7, false}, {0, 0, 7, false},
	} {
		p, err := w.Cases(CaseFilter{Limit: c.limit, Offset: c.offset, Status: "accepted"})
		if err != nil || len(p.Cases) != c.got || p.More != c.more || p.Cases == nil {
			t.Errorf("limit %d offset %d: %d cases, more %v, %v", c.limit, c.offset, len(p.Cases), p.More, err)
		}
	}
	if b.user.last.Status != "accepted" || b.user.last.Limit != usualPage+1 {
		t.Errorf("asked for %+v", b.user.last)
	}
	if _, err := w.Cases(CaseFilter{Limit: 1 << 30}); err != nil || b.user.last.Limit != largestPage+1 {
		t.Errorf("asked for %+v, %v", b.user.last, err)
	}
	for _, f := range []CaseFilter{{Limit: -1}, {Offset: -1}} {
		_, err := w.Cases(f)
		wantCode(t, err, counter.CodeUsage)
	}
}

func TestCaseHasNoNulls(t *testing.T) {
	w, _ := loggedIn(t)
	c, err := w.Case(" 1 ")
	if err != nil || c.Materials == nil || c.Documents == nil || c.Timeline == nil || c.NextVerbs == nil || c.Form == nil {
		t.Errorf("%+v %v", c, err)
	}
}

func TestItems(t *testing.T) {
	w := New(t.Context(), newBench(t).cfg)
	for query, want := range map[string]int{"": 2, "  ": 2, " jz ": 1, "none": 0} {
		if items, err := w.Items(query); err != nil || len(items) != want || items == nil {
			t.Errorf("%q: %v %v", query, items, err)
		}
	}
}

func TestLogHearsOnlyOfOurOwnFaults(t *testing.T) {
	w, b := loggedIn(t)
	w.Case("9")
	w.Login("陈晓", "wrong")
	if b.logged != nil {
		t.Errorf("logged %v", b.logged)
	}
	w.Login("陈晓", "secret")
	w.Case("broken")
	if !reflect.DeepEqual(b.logged, []string{"Case"}) {
		t.Errorf("logged %v", b.logged)
	}
}

func TestFaults(t *testing.T) {
	e := counter.E(counter.CodeInvalid, "有误", "wrong").Hint("改正", "mend it").
		With(counter.Problem{Where: "号码", What: "位数"}).Because(errors.New("secret cause"))
	const want = `{"code":"invalid","message":"有误","hint":"改正","details":[{"where":"号码","what":"位数"}]}`
	if got := FaultText(errors.Join(errors.New("outer secret"), e)); got != want {
		t.Errorf("%s", got)
	}
	plain := FaultOf(errors.New("secret"))
	if plain.Code != counter.CodeFailed || plain.Hint == "" || strings.Contains(FaultText(errors.New("secret")), "secret") {
		t.Errorf("%+v", plain)
	}
}
