package window

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// seatOf is a seat at which the fake user is logged in.
func seatOf(t *testing.T, b *bench) *Window {
	t.Helper()
	w := New(t.Context(), b.cfg)
	if _, err := w.Login("陈晓", "secret"); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestACardIsBelievedOnlyIfThisSeatReadIt(t *testing.T) {
	b := newBench(t)
	b.cfg.ReadCard = func(context.Context) (desk.Card, []string, error) {
		return desk.Card{Name: "李䶮", Number: "1", Address: "旧址", NewAddress: "新址"}, nil, nil
	}
	w, other := seatOf(t, b), seatOf(t, b)
	read, err := w.ReadCard()
	if err != nil || read.Name != "李䶮" || read.Address != "新址" || read.ID == "" || read.Warnings == nil {
		t.Fatalf("%+v %v", read, err)
	}
	if _, err := w.Accept(Application{Item: "A", Card: read.ID}); err != nil || b.user.accepted[0].Card.Name != "李䶮" {
		t.Fatal(err)
	}
	_, err = other.Accept(Application{Item: "A", Card: read.ID})
	wantCode(t, err, counter.CodeInvalid)
	_, err = w.Accept(Application{Item: "A", Card: "made up"})
	wantCode(t, err, counter.CodeInvalid)
	if _, err := w.Accept(Application{Item: "A"}); err != nil || b.user.accepted[1].Card != nil {
		t.Fatal("a typed applicant came with a card", err)
	}
	w.Logout()
	if _, err := w.Login("陈晓", "secret"); err != nil {
		t.Fatal(err)
	}
	_, err = w.Accept(Application{Item: "A", Card: read.ID})
	wantCode(t, err, counter.CodeInvalid)
}

func TestReadingEnds(t *testing.T) {
	b := newBench(t)
	waiting := make(chan struct{})
	b.cfg.ReadCard = func(ctx context.Context) (desk.Card, []string, error) {
		waiting <- struct{}{}
		<-ctx.Done()
		return desk.Card{}, nil, ctx.Err()
	}
	w := seatOf(t, b)
	for name, end := range map[string]func(){"cancel": func() { _ = w.CancelCard() }, "logout": w.Logout} {
		ended := make(chan error, 1)
		go func() { _, err := w.ReadCard(); ended <- err }()
		<-waiting
		end()
		if err := <-ended; counter.CodeOf(err) != CodeCancelled {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.Login("陈晓", "secret"); err != nil {
			t.Fatal(err)
		}
	}
	b.cfg.ReadCard = nil
	_, err := seatOf(t, b).ReadCard()
	wantCode(t, err, counter.CodeNotFound)
}

func TestDraftsBelongToTheirAuthor(t *testing.T) {
	b := newBench(t)
	kept := map[uuid.UUID][]byte{}
	w := seatOf(t, b)
	if err := w.SaveDraft("x"); err == nil {
		t.Error("kept nowhere, and no error")
	}
	b.cfg.KeepDraft = func(who uuid.UUID, data []byte) error { kept[who] = data; return nil }
	b.cfg.Draft = func(who uuid.UUID) ([]byte, error) { return kept[who], nil }
	w = seatOf(t, b)
	if err := w.SaveDraft(`{"a":1}`); err != nil {
		t.Fatal(err)
	}
	if got, err := seatOf(t, b).Draft(); err != nil || got != `{"a":1}` {
		t.Error(got, err)
	}
	b.user.name = "刘敏"
	if got, _ := w.Draft(); got != "" {
		t.Errorf("somebody else got %q", got)
	}
}

func TestPapersAreFetchedOnce(t *testing.T) {
	s := serve(t, built)
	a, b := s.seated(t), s.seated(t)
	a.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	b.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	_, body := a.post("/api/call/Print", `["440-1","acceptance"]`)
	_, rest, _ := strings.Cut(string(body), `"ticket":"`)
	ticket, _, _ := strings.Cut(rest, `"`)
	if len(ticket) < 26 {
		t.Fatalf("%s", body)
	}
	get := func(b *browser, site string) (int, http.Header) {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", s.base+"/api/paper/"+ticket, nil)
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		resp, err := b.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode, resp.Header
	}
	if status, _ := get(b, ""); status != 404 {
		t.Error("another seat got the paper")
	}
	if status, _ := get(a, "cross-site"); status != 404 {
		t.Error("another site opened the paper")
	}
	status, h := get(a, "same-origin")
	if status != 200 || h.Get("Content-Type") != "application/pdf" || !strings.Contains(h.Get("Content-Disposition"), "440-1-acceptance.pdf") {
		t.Error(status, h)
	}
	if status, _ := get(a, ""); status != 404 {
		t.Error("fetched twice")
	}
	for _, file := range s.user.printed {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there", file)
		}
	}
	a.want("/api/call/Print", `["../../etc/x","acceptance"]`, 400, counter.CodeUsage)
	a.want("/api/call/Print", `["1","a/b"]`, 400, counter.CodeUsage)
}

func TestTheWindowSavesPapers(t *testing.T) {
	b := newBench(t)
	b.cfg.PaperFolder = filepath.Join(t.TempDir(), "papers")
	shown := ""
	b.cfg.OpenFile = func(path string) error { shown = path; return nil }
	p, err := seatOf(t, b).Print("440-1", "acceptance")
	if err != nil || p.File != shown || !p.Opened || p.Ticket == "" {
		t.Fatalf("%+v %v", p, err)
	}
	if _, err := os.Stat(p.File); err != nil {
		t.Error(err)
	}
}

func TestWorkNeedsALogin(t *testing.T) {
	w := New(t.Context(), newBench(t).cfg)
	for name, call := range map[string]func() error{
		"Item":       func() error { _, err := w.Item("A"); return err },
		"Prefill":    func() error { _, err := w.Prefill(PrefillAsk{}); return err },
		"Accept":     func() error { _, err := w.Accept(Application{}); return err },
		"Act":        func() error { _, err := w.Act(Act{}); return err },
		"Print":      func() error { _, err := w.Print("1", "acceptance"); return err },
		"FindPerson": func() error { _, err := w.FindPerson("1"); return err },
		"Person":     func() error { _, err := w.Person("1"); return err },
		"Reviews":    func() error { _, err := w.Reviews(); return err },
		"Applicants": func() error { _, err := w.Applicants(Numbers{[]string{"1"}}); return err },
		"FindByName": func() error { _, err := w.FindByName("1"); return err },
		"Withheld":   func() error { _, err := w.Withheld(); return err },
		"Admit":      func() error { _, err := w.Admit(Admission{}); return err },
		"Restore":    func() error { _, err := w.Restore(Restore{}); return err },
		"SeenPerson": func() error { _, err := w.SeenPerson(SeenPerson{}); return err },
		"ReadCard":   func() error { _, err := w.ReadCard(); return err },
		"CancelCard": w.CancelCard,
		"Draft":      func() error { _, err := w.Draft(); return err },
		"SaveDraft":  func() error { return w.SaveDraft("") },
		"Link":       func() error { _, err := w.Link(); return err },
		"Divisions":  func() error { _, err := w.Divisions(); return err },
	} {
		if err := call(); counter.CodeOf(err) != CodeLoggedOut {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A decision is refused with what its paper lacks; what a page states of it arrives.
func TestAnActIsCheckedWithItsPaper(t *testing.T) {
	w := seatOf(t, newBench(t))
	_, err := w.Act(Act{Number: "1", Verb: "deny", Opinion: "x"})
	if f := FaultOf(err); f.Code != counter.CodeInvalid || len(f.Details) != 1 {
		t.Errorf("%+v", f)
	}
	if c, err := w.Act(Act{Number: "1", Verb: "deny", Texts: map[string]string{"facts": "年龄未满"}}); err != nil || c.Status != "deny" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestIncompleteIsToldWhole(t *testing.T) {
	_, err := seatOf(t, newBench(t)).Accept(Application{Item: "incomplete"})
	if f := FaultOf(err); f.Code != counter.CodeInvalid || len(f.Details) != 1 {
		t.Errorf("%+v", f)
	}
}

// The photo is shown of a person whom the user may see, and the bytes of a card are
// overwritten when the seat forgets it.
func TestPhotoAndReader(t *testing.T) {
	b := newBench(t)
	photo := []byte{1, 2, 3}
	b.cfg.ReadCard = func(context.Context) (desk.Card, []string, error) {
		return desk.Card{Name: "李䶮", Number: "1", Photo: photo}, nil, nil
	}
	w := seatOf(t, b)
	if p, err := w.Photo(knownPerson.String()); err != nil || p.Image != "" || p.Text == "" {
		t.Errorf("%+v %v", p, err)
	}
	if st, err := w.Reader(); err != nil || st.OK || st.Text == "" || st.Hint == "" || st.Found == nil {
		t.Errorf("%+v %v", st, err)
	}
	asked := uuid.Nil
	b.cfg.Photo = func(_ context.Context, id uuid.UUID) (Photo, error) { asked = id; return Photo{Image: "data:"}, nil }
	b.cfg.Reader = func(context.Context) ReaderState { return ReaderState{OK: true} }
	w = seatOf(t, b)
	if p, err := w.Photo(knownPerson.String()); err != nil || p.Image != "data:" || asked != knownPerson {
		t.Errorf("%+v %v", p, err)
	}
	asked = uuid.Nil
	_, err := w.Photo(uuid.NewString())
	if wantCode(t, err, counter.CodeNotFound); asked != uuid.Nil {
		t.Error("a stranger's photo was asked for")
	}
	if st, err := w.Reader(); err != nil || !st.OK || st.Found == nil {
		t.Errorf("%+v %v", st, err)
	}
	read, err := w.ReadCard()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accept(Application{Item: "A", Card: read.ID}); err != nil {
		t.Fatal(err)
	}
	w.Logout()
	if photo[0] != 0 || b.user.accepted[len(b.user.accepted)-1].Card.Photo[0] != 1 {
		t.Error("the seat's photo stays, or the acceptance's is gone")
	}
	_, err = w.Photo(knownPerson.String())
	wantCode(t, err, CodeLoggedOut)
}
