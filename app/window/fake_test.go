package window

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/internal/clock"
)

// fakeUser sees n cases.
type fakeUser struct {
	name string
	n    int
	last counter.CaseFilter

	admitted []string
	accepted []desk.Acceptance
	printed  []string
}

func (u *fakeUser) Whoami() desk.Whoami { return desk.Whoami{User: u.name, Roles: []string{"clerk"}} }

func (u *fakeUser) Cases(_ context.Context, f counter.CaseFilter) ([]desk.CaseLine, error) {
	u.last = f
	var lines []desk.CaseLine
	for i := f.Offset; i < u.n && len(lines) < f.Limit; i++ {
		lines = append(lines, desk.CaseLine{Number: fmt.Sprint(i)})
	}
	return lines, nil
}

func (u *fakeUser) Case(_ context.Context, number string) (*desk.CaseView, error) {
	switch number {
	case "1":
		return &desk.CaseView{Number: "1"}, nil
	case "panic":
		panic("a fault of ours with a secret in it")
	case "broken":
		return nil, errors.New("disk I/O error with a secret in it")
	}
	return nil, counter.E(counter.CodeNotFound, "没有这个办件", "no such case").Hint("请核对编号", "check the number")
}

func (u *fakeUser) ShowPerson(_ context.Context, id string) (*desk.PersonView, error) {
	if id != knownPerson.String() {
		return nil, counter.E(counter.CodeNotFound, "没有这个人员", "no such person").Hint("查询", "find")
	}
	return &desk.PersonView{ID: id}, nil
}

// knownPerson is the one that the fake user may see.
var knownPerson = uuid.NewSHA1(uuid.NameSpaceOID, []byte("known"))

func (u *fakeUser) Material(_ context.Context, number, name string) (desk.MaterialFile, error) {
	return desk.MaterialFile{Name: name, Ext: "pdf", Data: []byte("%PDF-" + number)}, nil
}

func (u *fakeUser) UserID() uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(u.name)) }

func (u *fakeUser) Item(_ context.Context, code string) (*counter.Item, error) {
	return &counter.Item{Code: code, Name: "居住登记"}, nil
}

func (u *fakeUser) Prefill(_ context.Context, item string, card *desk.Card, number string) ([]desk.Prefilled, error) {
	if card != nil {
		return []desk.Prefilled{{Field: item, Value: card.Name, Source: "card"}}, nil
	}
	return []desk.Prefilled{{Field: item, Value: number, Source: "person"}}, nil
}

func (u *fakeUser) Accept(_ context.Context, a desk.Acceptance) (desk.Accepted, error) {
	u.accepted = append(u.accepted, a)
	if a.Item == "incomplete" {
		return desk.Accepted{}, counter.E(counter.CodeInvalid, "材料不齐", "incomplete").With(counter.Problem{Where: "材料", What: "缺少"})
	}
	due := counter.Date("2026-12-01")
	return desk.Accepted{Number: "1", Item: a.Item, Due: &due, DueProvisional: true}, nil
}

func (u *fakeUser) ActChecked(_ context.Context, number, verb string, o desk.ActOptions, r desk.PrintRequest) (*desk.CaseView, error) {
	if verb == "deny" && r.Texts["facts"] == "" {
		return nil, counter.E(counter.CodeInvalid, "文书缺少必备内容", "the document lacks something").With(counter.Problem{Where: "查明的事实", What: "缺少"})
	}
	if verb == "void" && o.Opinion == "" {
		return nil, counter.E(counter.CodeUsage, "作废必须写明原因", "voiding needs a reason")
	}
	return &desk.CaseView{Number: number, Status: verb}, nil
}

func (u *fakeUser) Print(_ context.Context, _, kind, out string) (desk.DocumentRef, error) {
	u.printed = append(u.printed, out)
	return desk.DocumentRef{Kind: kind, Copy: len(u.printed), File: out}, os.WriteFile(out, []byte("%PDF-1.4 fake"), 0o600)
}

func (u *fakeUser) Papers(_ context.Context, _, verb string) ([]desk.PaperOffer, error) {
	if verb == "" {
		return nil, nil
	}
	return []desk.PaperOffer{{Kind: "grant", Now: true}}, nil
}

func (u *fakeUser) PrintPaper(_ context.Context, r desk.PrintRequest) (desk.DocumentRef, []string, error) {
	if r.Printer == "stopped" {
		return desk.DocumentRef{}, nil, counter.E(counter.CodeFailed, "打印机 stopped 已停止,没有打印", "stopped")
	}
	return u.made(r.Kind, r.Out, r.Printer)
}

func (u *fakeUser) PrintLoose(_ context.Context, r desk.LooseRequest) (desk.DocumentRef, []string, error) {
	return u.made(r.Kind, r.Out, r.Printer)
}

func (u *fakeUser) made(kind, out, printer string) (desk.DocumentRef, []string, error) {
	ref := desk.DocumentRef{Kind: kind, Copy: 1, File: out, Printer: printer}
	if out == "" {
		return ref, nil, nil
	}
	return ref, nil, os.WriteFile(out, []byte("%PDF-1.4 "+kind), 0o600)
}

func (u *fakeUser) FindPerson(_ context.Context, number string) ([]desk.PersonView, error) {
	return []desk.PersonView{{Name: "李䶮", NumberMasked: number[:2]}}, nil
}

func (u *fakeUser) Applicants(_ context.Context, numbers []string) ([]string, error) {
	return slices.Repeat([]string{"李䶮"}, len(numbers)), nil
}

func (u *fakeUser) FindByName(_ context.Context, query string) (desk.NameHits, error) {
	return desk.NameHits{People: []desk.NameHit{{ID: "1", Name: query}}, Complete: true}, nil
}

var lostDevice = [32]byte{7}

func (u *fakeUser) Withheld(context.Context) ([]desk.Withheld, error) {
	return []desk.Withheld{{Device: lostDevice, Name: "丢失的窗口", Cases: []string{"1"}, Ops: 3}}, nil
}

func (u *fakeUser) WithheldOf(_ context.Context, device [32]byte) ([]desk.WithheldThing, error) {
	if device != lostDevice {
		return nil, nil
	}
	return []desk.WithheldThing{{Type: "case", Number: "1", Acts: []desk.WithheldAct{{Verb: "accept"}}}}, nil
}

func (u *fakeUser) AdmitDevice(_ context.Context, device [32]byte, expect int, opinion string) (desk.Withheld, error) {
	u.admitted = append(u.admitted, opinion)
	return desk.Withheld{Name: "丢失的窗口", Cases: []string{"1"}, Ops: expect, Device: device}, nil
}

func (u *fakeUser) AdmitThing(_ context.Context, device [32]byte, thing uuid.UUID, expect int, opinion string) (desk.Withheld, error) {
	u.admitted = append(u.admitted, opinion+" "+thing.String())
	return desk.Withheld{Name: "丢失的窗口", Cases: []string{"1"}, Ops: expect, Device: device}, nil
}

func (u *fakeUser) Reviews(context.Context, string) ([]desk.ReviewLine, error) { return nil, nil }

func (u *fakeUser) RestoreValue(_ context.Context, person, field, op string) (*desk.PersonView, error) {
	return &desk.PersonView{ID: person, Values: []desk.ValueView{{Field: field, Op: op}}}, nil
}

func (u *fakeUser) SeenPerson(_ context.Context, person string, ops []string, text string) (*desk.PersonView, error) {
	return &desk.PersonView{ID: person, Notes: []desk.PersonNote{{Op: ops[0], Text: text}}}, nil
}

// bench is a Config over fakes, with its clock and what was logged.
type bench struct {
	cfg    Config
	clock  *clock.Fake
	user   *fakeUser
	logged []string
	logins atomic.Int32 // passwords being checked right now
	most   atomic.Int32

	inLogin func() // called during each check
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), user: &fakeUser{name: "陈晓", n: 7}}
	b.cfg = Config{
		Station: Station{Name: "纯阳社区 1 号窗口"},
		Login:   b.login,
		Items: func(context.Context) ([]desk.ItemLine, error) {
			return []desk.ItemLine{{Code: "A"}, {Code: "B"}}, nil
		},
		Search: func(_ context.Context, query string, limit int) ([]desk.ItemLine, error) {
			if query != "jz" || limit <= 0 {
				return nil, nil
			}
			return []desk.ItemLine{{Code: "B"}}, nil
		},
		Verify: func(_ context.Context, data []byte, _ bool) (desk.Verification, error) {
			return desk.Verification{Valid: len(data) == 3<<20}, nil
		},
		Feed: &Feed{},
		Now:  b.clock.Now,
		Idle: 10 * time.Minute,
		Log:  func(method string, _ error) { b.logged = append(b.logged, method) },
	}
	return b
}

func (b *bench) login(_ context.Context, name, password string) (User, error) {
	b.most.Store(max(b.most.Load(), b.logins.Add(1)))
	defer b.logins.Add(-1)
	if b.inLogin != nil {
		b.inLogin()
	}
	if password == "slow" {
		time.Sleep(5 * time.Millisecond)
	}
	if name != "陈晓" || password != "secret" {
		return nil, counter.E(counter.CodeDenied, "用户名或口令不对", "wrong user name or password")
	}
	return b.user, nil
}

func wantCode(t *testing.T, err error, code counter.Code) {
	t.Helper()
	if err == nil || counter.CodeOf(err) != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
}
