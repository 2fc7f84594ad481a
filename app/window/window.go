package window

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// DefaultIdle is how long a counter may be left alone before it is logged out:
// long enough for a talk with a citizen, short enough for a lunch break.
const DefaultIdle = 15 * time.Minute

const (
	usualPage   = 100
	largestPage = 500
	foundItems  = 50
	// Longer ones are refused unread: hashing a megabyte helps nobody.
	longestName, longestPassword = 200, 1000
)

// User is a logged-in user; *desk.Session is one.
type User interface {
	Whoami() desk.Whoami
	Cases(ctx context.Context, f counter.CaseFilter) ([]desk.CaseLine, error)
	Applicants(ctx context.Context, numbers []string) ([]string, error)
	Case(ctx context.Context, number string) (*desk.CaseView, error)
	Item(ctx context.Context, code string) (*counter.Item, error)
	Prefill(ctx context.Context, item string, card *desk.Card, number string) ([]desk.Prefilled, error)
	Accept(ctx context.Context, a desk.Acceptance) (desk.Accepted, error)
	ActChecked(ctx context.Context, number, verb string, o desk.ActOptions, r desk.PrintRequest) (*desk.CaseView, error)
	Print(ctx context.Context, number, kind, out string) (desk.DocumentRef, error)
	Papers(ctx context.Context, number, verb string) ([]desk.PaperOffer, error)
	PrintPaper(ctx context.Context, r desk.PrintRequest) (desk.DocumentRef, []string, error)
	PrintLoose(ctx context.Context, r desk.LooseRequest) (desk.DocumentRef, []string, error)
	FindPerson(ctx context.Context, number string) ([]desk.PersonView, error)
	ShowPerson(ctx context.Context, id string) (*desk.PersonView, error)
	Reviews(ctx context.Context, scope string) ([]desk.ReviewLine, error)
	FindByName(ctx context.Context, query string) (desk.NameHits, error)
	Withheld(ctx context.Context) ([]desk.Withheld, error)
	WithheldOf(ctx context.Context, device [32]byte) ([]desk.WithheldThing, error)
	AdmitDevice(ctx context.Context, device [32]byte, expect int, opinion string) (desk.Withheld, error)
	AdmitThing(ctx context.Context, device [32]byte, thing uuid.UUID, expect int, opinion string) (desk.Withheld, error)
	RestoreValue(ctx context.Context, person, field, op string) (*desk.PersonView, error)
	SeenPerson(ctx context.Context, person string, ops []string, text string) (*desk.PersonView, error)
	Material(ctx context.Context, number, name string) (desk.MaterialFile, error)
	UserID() uuid.UUID
}

// Config is what a Window works with.
type Config struct {
	Station Station
	// Fault is why the station could not be opened; nil if it was. Every method then
	// gives it, so that the pages tell a person what no terminal would show. All else
	// but Now may be missing.
	Fault  error
	Login  func(ctx context.Context, name, password string) (User, error)
	Items  func(ctx context.Context) ([]desk.ItemLine, error)
	Search func(ctx context.Context, query string, limit int) ([]desk.ItemLine, error)
	// Printers and Verify may be missing.
	Printers func(ctx context.Context) (desk.PrinterList, error)
	Verify   func(ctx context.Context, data []byte, isFile bool) (desk.Verification, error)
	// Divisions, ReadCard, Link, KeepDraft and Draft may be missing; the pages then
	// say so where it matters. ReadCard waits for a card until ctx ends.
	Divisions func(ctx context.Context) ([]counter.Division, error)
	ReadCard  func(ctx context.Context) (desk.Card, []string, error)
	// Reader tells how the reader is; Photo gives a person's photo. They may be missing.
	Reader    func(ctx context.Context) ReaderState
	Photo     func(ctx context.Context, person uuid.UUID) (Photo, error)
	HasReader func() bool // a reader is set now; nil says that ReadCard has one
	Link      func(ctx context.Context) (LinkState, error)
	KeepDraft func(author uuid.UUID, data []byte) error
	Draft     func(author uuid.UUID) ([]byte, error)
	// Feed tells the pages that something changed; nil tells nothing.
	Feed *Feed
	// Unsent, SyncNow and the sticks may be missing too.
	Unsent      func(ctx context.Context, numbers []string) ([]string, error)
	SyncNow     func(ctx context.Context) (Exchange, error)
	Sticks      func() []Stick
	StickExport func(ctx context.Context, folder string) (Exchange, error)
	StickImport func(ctx context.Context, folder string) (Exchange, error)
	// Settings and Health of this PC, what users keep, and files of applications; they may be missing.
	Settings     func() Settings
	SaveSettings func(Settings) error
	Health       func(ctx context.Context) (Health, error)
	KeepOwn      func(author uuid.UUID, data []byte) error
	Own          func(author uuid.UUID) ([]byte, error)
	Scans        *Scans
	// PaperFolder is where the desktop program saves papers, to be shown by OpenFile;
	// empty for browsers, which fetch them.
	PaperFolder string
	OpenFile    func(path string) error

	Now  func() time.Time
	Idle time.Duration // 0 is DefaultIdle
	// Log is told of failures that are nobody's input; nil forgets them. It gets the
	// name of the method, never its arguments.
	Log func(method string, err error)
}

// Window is one seat: what a page may call. It is safe for concurrent use.
type Window struct {
	ctx   context.Context // ends with the program
	ready chan struct{}   // closed once cfg is there
	cfg   Config          // by way of opened, or after it

	mu   sync.Mutex
	user User
	seen time.Time // last sign of the user

	card       *desk.Card // read last, for the user
	cardID     string
	cancelRead context.CancelFunc // of a read that waits
	reading    int                // counts reads
	papers     []*heldPaper       // oldest first
	upload     *upload            // a file that is arriving
	taken      map[string]string  // files of the scanner's folder, by the id of the held scan
}

// New makes a seat at which nobody is logged in. Calls end when ctx does.
func New(ctx context.Context, cfg Config) *Window {
	w, opened := Opening(ctx)
	opened(cfg)
	return w
}

// Opening makes a seat of a station that is still being opened, so that the web view
// starts meanwhile. Every method waits until opened was called, which must be once.
func Opening(ctx context.Context) (w *Window, opened func(Config)) {
	w = &Window{ctx: ctx, ready: make(chan struct{})}
	return w, func(cfg Config) {
		if cfg.Idle <= 0 {
			cfg.Idle = DefaultIdle
		}
		w.cfg = cfg
		close(w.ready)
	}
}

// opened gives what the window works with, when it is there.
func (w *Window) opened() *Config {
	<-w.ready
	return &w.cfg
}

// Station names the device. It needs no login. Errors: why it could not be opened.
func (w *Window) Station() (Station, error) {
	cfg := w.opened()
	return cfg.Station, cfg.Fault
}

// Login logs a user in, in place of one who still is. Errors: CodeDenied.
func (w *Window) Login(name, password string) (Who, error) {
	w.Logout()
	if fault := w.opened().Fault; fault != nil {
		return Who{}, fault
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > longestName || len(password) > longestPassword {
		return Who{}, counter.E(counter.CodeDenied, "用户名或口令不对", "wrong user name or password").
			Hint("请检查后重新输入", "check and type again")
	}
	user, err := w.cfg.Login(w.ctx, name, password)
	if err != nil {
		return Who{}, w.failed("Login", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.user, w.seen = user, w.cfg.Now()
	return w.who(user), nil
}

// Logout logs the user out, if there is one.
func (w *Window) Logout() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leave()
}

// leave forgets the user and all that was theirs. It needs w.mu.
func (w *Window) leave() {
	w.endRead()
	w.forgetCard()
	w.user, w.papers, w.upload, w.taken = nil, nil, nil, nil
}

// Whoami tells who is logged in. A page asks now and then, so that an abandoned
// screen is cleared; active says that the user has typed or clicked since it last
// asked. Errors: CodeLoggedOut.
func (w *Window) Whoami(active bool) (Who, error) {
	user, err := w.current(active)
	if err != nil {
		return Who{}, err
	}
	return w.who(user), nil
}

// Cases gives a page of the cases that the user may see, as the facade orders them.
// Errors: CodeLoggedOut, CodeInvalid.
func (w *Window) Cases(f CaseFilter) (CasePage, error) {
	user, err := w.current(false)
	if err != nil {
		return CasePage{}, err
	}
	if f.Limit < 0 || f.Offset < 0 {
		return CasePage{}, badCall("negative limit or offset")
	}
	limit := min(f.Limit, largestPage)
	if limit == 0 {
		limit = usualPage
	}
	// One more than asked for tells whether there are more.
	cases, err := user.Cases(w.ctx, counter.CaseFilter{
		Status: f.Status, Item: f.Item, From: f.From, To: f.To, Limit: limit + 1, Offset: f.Offset,
	})
	if err != nil {
		return CasePage{}, w.failed("Cases", err)
	}
	more := len(cases) > limit
	if more {
		cases = cases[:limit]
	}
	return CasePage{Cases: list(cases), More: more}, nil
}

// mostNamed bounds what Applicants opens at once: some screens of a list.
const mostNamed = 100

// Applicants gives the names of the applicants of the cases that a list shows, in the
// same order; "" where there is none. Errors: CodeLoggedOut, CodeUsage (more than 100).
func (w *Window) Applicants(n Numbers) ([]string, error) {
	user, err := w.current(false)
	if err != nil {
		return nil, err
	}
	if len(n.Numbers) > mostNamed {
		return nil, badCall("too many numbers")
	}
	names, err := user.Applicants(w.ctx, n.Numbers)
	return list(names), w.failedIf("Applicants", err)
}

// Case gives one case by its number. Errors: CodeLoggedOut, CodeNotFound, CodeDenied.
func (w *Window) Case(number string) (*desk.CaseView, error) {
	user, err := w.current(false)
	if err != nil {
		return nil, err
	}
	c, err := user.Case(w.ctx, strings.TrimSpace(number))
	if err != nil {
		return nil, w.failed("Case", err)
	}
	return tidyCase(c), nil
}

func tidyCase(c *desk.CaseView) *desk.CaseView {
	c.Materials, c.Documents = list(c.Materials), list(c.Documents)
	c.Timeline, c.NextVerbs = list(c.Timeline), list(c.NextVerbs)
	c.Values, c.Dispute, c.Joins, c.Tasks = list(c.Values), list(c.Dispute), list(c.Joins), list(c.Tasks)
	if c.Form == nil {
		c.Form = map[string]any{}
	}
	return c
}

// Items gives the items in force: those that a query finds (name, single characters,
// pinyin), best first, or all. It needs no login.
func (w *Window) Items(query string) ([]desk.ItemLine, error) {
	if fault := w.opened().Fault; fault != nil {
		return nil, fault
	}
	var items []desk.ItemLine
	var err error
	if query = strings.TrimSpace(query); query == "" {
		items, err = w.cfg.Items(w.ctx)
	} else {
		items, err = w.cfg.Search(w.ctx, query, foundItems)
	}
	if err != nil {
		return nil, w.failed("Items", err)
	}
	return list(items), nil
}

// current gives the logged-in user, unless left alone for too long. active: only somebody
// who is there asks this. A page asks for lists, cases and papers by itself when others
// have worked, and tells by Whoami that keys are pressed.
func (w *Window) current(active bool) (User, error) {
	w.opened()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.user == nil {
		return nil, loggedOut()
	}
	now := w.cfg.Now()
	if away := now.Sub(w.seen); away < 0 || away >= w.idle() {
		w.leave() // also when the clock was set back: rather once too often
		return nil, loggedOut()
	}
	if active {
		w.seen = now
	}
	return w.user, nil
}

func (w *Window) who(u User) Who {
	about := u.Whoami()
	return Who{User: about.User, Roles: list(about.Roles), Idle: int(w.idle() / time.Second)}
}

// failed tells the log of what no user can mend, and gives err on.
func (w *Window) failed(method string, err error) error {
	switch counter.CodeOf(err) {
	case counter.CodeFailed, counter.CodeIntegrity:
		if w.cfg.Log != nil {
			w.cfg.Log(method, err)
		}
	}
	return err
}

// list makes an empty list of none: a page must not have to expect null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
