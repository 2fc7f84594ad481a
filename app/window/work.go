package window

import (
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// Item gives the version of an item in force today, with its materials and form.
// Errors: CodeLoggedOut, CodeNotFound.
func (w *Window) Item(code string) (*counter.Item, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	it, err := user.Item(w.ctx, strings.TrimSpace(code))
	if err != nil {
		return nil, w.failed("Item", err)
	}
	it.Objects, it.Conditions, it.Materials = list(it.Objects), list(it.Conditions), list(it.Materials)
	it.Flow, it.LegalBasis = list(it.Flow), list(it.LegalBasis)
	return it, nil
}

// Divisions gives the divisions of the district, for fields that hold one.
func (w *Window) Divisions() ([]counter.Division, error) {
	if _, err := w.current(true); err != nil {
		return nil, err
	}
	if w.cfg.Divisions == nil {
		return []counter.Division{}, nil
	}
	ds, err := w.cfg.Divisions(w.ctx)
	if err != nil {
		return nil, w.failed("Divisions", err)
	}
	return list(ds), nil
}

// Prefill gives first values for an item's form, each with its source. Errors:
// CodeLoggedOut, CodeNotFound, CodeInvalid for a card that is not held any more.
func (w *Window) Prefill(a PrefillAsk) ([]desk.Prefilled, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	var card *desk.Card
	if a.Card != "" {
		if card, err = w.cardRead(a.Card); err != nil {
			return nil, err
		}
	}
	values, err := user.Prefill(w.ctx, a.Item, card, a.Number)
	if err != nil {
		return nil, w.failed("Prefill", err)
	}
	return list(values), nil
}

// Accept hands in an application. Everything that is missing is told at once, and
// then nothing is recorded; when it returns without error the case is durable. A
// card is only believed in if this seat has read it. Errors: CodeLoggedOut,
// CodeInvalid with details, CodeDenied.
func (w *Window) Accept(a Application) (Accepted, error) {
	user, err := w.current(true)
	if err != nil {
		return Accepted{}, err
	}
	given, err := w.materials(user, a.Materials)
	if err != nil {
		return Accepted{}, w.failed("Accept", err)
	}
	in := desk.Acceptance{
		Item: a.Item, Applicant: &a.Applicant, Form: a.Form, Prefilled: a.Prefilled,
		Materials: desk.Materials{List: given}, LegalDate: counter.Date(a.LegalDate),
	}
	if a.Card != "" {
		if in.Card, err = w.cardRead(a.Card); err != nil {
			return Accepted{}, err
		}
	}
	done, err := user.Accept(w.ctx, in)
	if err != nil {
		return Accepted{}, w.failed("Accept", err)
	}
	w.accepted(user, a.Materials)
	out := Accepted{
		Number: done.Number, Item: done.Item, AcceptedAt: done.AcceptedAt,
		DueProvisional: done.DueProvisional, Warnings: list(done.Warnings),
	}
	if done.Due != nil {
		due := string(*done.Due)
		out.Due = &due
	}
	return out, nil
}

// Act does the next step of a case and gives the case as it then is. What the paper
// named must state is checked before anything is recorded; PrintPaper then issues
// it. A decision is checked even without a name. Errors: CodeLoggedOut,
// CodeNotFound, CodeDenied, CodeInvalid (with what the paper lacks, all of it).
func (w *Window) Act(a Act) (*desk.CaseView, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	c, err := user.ActChecked(w.ctx, a.Number, a.Verb, desk.ActOptions{Opinion: strings.TrimSpace(a.Opinion), To: a.To, Choose: a.Choose,
		LegalDate: counter.Date(strings.TrimSpace(a.LegalDate)), Due: counter.Date(strings.TrimSpace(a.Due))},
		desk.PrintRequest{Kind: a.Paper, Texts: a.Texts})
	if err != nil {
		return nil, w.failed("Act", err)
	}
	return tidyCase(c), nil
}

// FindPerson finds people by an ID number or credit code. Errors: CodeLoggedOut,
// CodeNotFound.
func (w *Window) FindPerson(number string) ([]desk.PersonView, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	people, err := user.FindPerson(w.ctx, strings.TrimSpace(number))
	if err != nil {
		return nil, w.failed("FindPerson", err)
	}
	for i := range people {
		tidyPerson(&people[i])
	}
	return list(people), nil
}

// Person shows a person by id, with every value that was ever entered. Errors:
// CodeLoggedOut, CodeNotFound.
func (w *Window) Person(id string) (*desk.PersonView, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	p, err := user.ShowPerson(w.ctx, strings.TrimSpace(id))
	if err != nil {
		return nil, w.failed("Person", err)
	}
	return tidyPerson(p), nil
}

// Restore lets an earlier value of a person stand again and gives the person as
// they then are. Errors: CodeLoggedOut, CodeNotFound, CodeDenied.
func (w *Window) Restore(r Restore) (*desk.PersonView, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	p, err := user.RestoreValue(w.ctx, r.Person, r.Field, r.Op)
	if err != nil {
		return nil, w.failed("Restore", err)
	}
	return tidyPerson(p), nil
}

// SeenPerson takes the mark 待复核 off the records that were shown and looked at, and
// gives the person as they then are. Errors: CodeLoggedOut, CodeNotFound, CodeDenied,
// CodeUsage without a text or without records, CodeInvalid when they bear it no more.
func (w *Window) SeenPerson(r SeenPerson) (*desk.PersonView, error) {
	user, err := w.current(true)
	if err != nil {
		return nil, err
	}
	if len(r.Ops) == 0 { // none named would be all, shown or not
		return nil, counter.E(counter.CodeUsage, "没有写明核实了哪些登记", "which records were looked at is not said").Hint("请刷新页面", "reload the page")
	}
	p, err := user.SeenPerson(w.ctx, r.Person, r.Ops, r.Text)
	if err != nil {
		return nil, w.failed("SeenPerson", err)
	}
	return tidyPerson(p), nil
}

func tidyPerson(p *desk.PersonView) *desk.PersonView {
	p.Cases, p.Values, p.Reviews, p.Notes = list(p.Cases), list(p.Values), list(p.Reviews), list(p.Notes)
	for i := range p.Values {
		p.Values[i].Others = list(p.Values[i].Others)
	}
	return p
}

// SaveDraft keeps what the user has typed and not handed in yet; "" forgets it.
// Only the same user gets it back. Where drafts cannot be kept the error says so.
func (w *Window) SaveDraft(text string) error {
	user, err := w.current(true)
	if err != nil {
		return err
	}
	if w.cfg.KeepDraft == nil {
		return counter.E(counter.CodeFailed, "本机不能保存草稿", "drafts cannot be kept here").Hint("请不要在受理完成前关闭页面", "do not close the page before you are done")
	}
	return w.failedIf("SaveDraft", w.cfg.KeepDraft(user.UserID(), []byte(text)))
}

// Draft gives what SaveDraft has kept for the user; "" if there is nothing.
func (w *Window) Draft() (string, error) {
	user, err := w.current(true)
	if err != nil || w.cfg.Draft == nil {
		return "", err
	}
	data, err := w.cfg.Draft(user.UserID())
	return string(data), w.failedIf("Draft", err)
}

func (w *Window) failedIf(method string, err error) error {
	if err == nil {
		return nil
	}
	return w.failed(method, err)
}
