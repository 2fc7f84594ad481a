package desk

import (
	"context"
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document/wording"
)

// act is what a document says of the step that it belongs to.
type act struct {
	verb    counter.Verb
	opinion string
	at      time.Time
	actor   string
}

func (a *act) day() string { return a.at.In(china).Format(time.DateOnly) }

// acts gives the last act of each verb that has effect.
func (s *Session) acts(ctx context.Context, d *counter.Dossier) (map[counter.Verb]*act, error) {
	out := map[counter.Verb]*act{}
	for i := range d.Facts {
		f := &d.Facts[i]
		if _, belongs := actPapers[f.Verb()]; !belongs || !d.Folded.Effects[i].Effective {
			continue
		}
		a := &act{verb: f.Verb(), at: f.At, actor: s.userName(ctx, d.Scope, f.Actor)}
		if ref, ok := f.Sealed[counter.SealedOpinion]; ok {
			plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
			if err != nil {
				return nil, err
			}
			a.opinion = string(plain)
		}
		out[a.verb] = a
	}
	return out, nil
}

// factsFor gives what the record and the clerk say of a document.
func (s *Session) factsFor(ctx context.Context, d *counter.Dossier, r PrintRequest) (wording.Facts, error) {
	return s.factsOfAct(ctx, d, nil, r)
}

// factsOfAct is factsFor with an act that is about to be recorded. What the
// clerk says goes before what the record suggests.
func (s *Session) factsOfAct(ctx context.Context, d *counter.Dossier, next *act, r PrintRequest) (wording.Facts, error) {
	acts, err := s.acts(ctx, d)
	if err != nil {
		return nil, err
	}
	if next != nil {
		acts[next.verb] = next
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	item, err := cat.version(d.Folded.Case.Item)
	if err != nil {
		return nil, err
	}
	f := suggestion{c: d.Folded.Case, item: &item, acts: acts, calendars: cat.calendars, out: wording.Facts{}, today: s.today()}
	f.suggest(r.Kind)
	if r.Kind == joinKind {
		f.joined(d, cat)
	}
	said, err := s.said(ctx, r)
	if err != nil {
		return nil, err
	}
	for k, v := range said {
		f.out[k] = v
	}
	return f.out, nil
}

// suggestion is what a document can state without asking the clerk.
type suggestion struct {
	c         *counter.CaseState
	item      *counter.Item
	acts      map[counter.Verb]*act
	calendars []counter.Calendar
	today     counter.Date
	out       wording.Facts
}

// put leaves out what is not known: an empty statement is a missing one.
func (f *suggestion) put(key, value string) {
	if value != "" {
		f.out[key] = value
	}
}

// after is the working day that lies n working days behind a day.
func (f *suggestion) after(day counter.Date, n int) string {
	due, _, err := counter.DueDate(day, n, f.calendars)
	if err != nil {
		return ""
	}
	return string(due)
}

func (f *suggestion) suggest(kind string) {
	switch kind {
	case "intake":
		f.put("received_at", f.c.AcceptedAt)
		f.put("tell_by", f.after(f.c.LegalDate, 5)) // 行政许可法第三十二条第一款第四项
	case "approval":
		f.approval()
	case "grant":
		f.grant()
	case "denial":
		f.denial()
	case "withdrawal":
		f.withdrawal()
	case "delivery":
		f.delivery()
	case "extension":
		f.put("basis", f.basisOfLimit())
		f.of("extend", "reason", "approver", "approved_on")
	case "suspension":
		for _, st := range f.item.SpecialSteps {
			f.put("step", st.Name)
			f.put("duration", itoa(st.Days)+"个工作日")
			break
		}
		f.put("begins_on", string(f.today))
		f.of("suspend", "reason", "", "begins_on")
	case "refusal":
		f.relief()
		f.of("refuse", "reason", "", "")
	case "deferral":
		f.deferral()
	case "consultation":
		f.consultation()
	case "pledge":
		f.put("basis", basis(f.item))
		f.out["conditions"] = f.item.Conditions
	}
}

// of takes the opinion, the actor and the day of an act as statements.
func (f *suggestion) of(v counter.Verb, opinion, actor, day string) {
	a := f.acts[v]
	if a == nil {
		return
	}
	for key, value := range map[string]string{opinion: a.opinion, actor: a.actor, day: a.day()} {
		if key != "" {
			f.put(key, value)
		}
	}
}

func (f *suggestion) basisOfLimit() string {
	if f.item.Type == "01" {
		return "《中华人民共和国行政许可法》第四十二条"
	}
	return basis(f.item)
}

func (f *suggestion) approval() {
	f.of(counter.VerbHandover, "first_opinion", "", "")
	f.of(counter.VerbReview, "review_opinion", "", "")
	f.of(counter.VerbApprove, "decision", "", "")
	f.of(counter.VerbDeny, "decision", "", "")
}

func (f *suggestion) grant() {
	f.put("basis", basis(f.item))
	f.put("content", "准予办理“"+f.item.Name+"”")
	without := "以证照或者批文载明的为准"
	if f.item.Result.Type == counter.ResultOther {
		without = "不设有效期"
	}
	f.put("validity", first(f.item.Result.Validity, without))
	f.put("collect", first(f.item.Result.Delivery, "到受理窗口领取"))
	f.of(counter.VerbApprove, "", "approver", "decided_on")
	a := f.acts[counter.VerbApprove]
	if f.item.Result.Type == counter.ResultCertificate && a != nil {
		f.put("certificate", f.item.Result.Name)
		f.put("deliver_by", f.after(counter.Date(a.day()), 10)) // 行政许可法第四十四条
	}
}

func (f *suggestion) denial() {
	f.put("basis", basis(f.item))
	f.relief()
	f.of(counter.VerbDeny, "", "approver", "decided_on")
	if a := f.acts[counter.VerbDeny]; a != nil && a.opinion != "" {
		f.out["reasons"] = []string{a.opinion}
	}
}

func (f *suggestion) relief() {
	f.put("reconsideration", f.item.Relief.Reconsideration)
	f.put("lawsuit", f.item.Relief.Lawsuit)
}

func (f *suggestion) withdrawal() {
	f.put("what", "withdrawn")
	f.of(counter.VerbWithdraw, "statement", "", "ended_on")
	for _, v := range []counter.Verb{counter.VerbVoid, "terminate"} {
		if f.acts[v] != nil {
			f.put("what", "terminated")
			delete(f.out, "statement")
			f.of(v, "reason", "", "ended_on")
		}
	}
}

// delivery lists the decision that is handed over, under the case's number.
func (f *suggestion) delivery() {
	names := map[string]string{"grant": "准予决定书", "denial": "不予决定书"}
	var rows []wording.Facts
	for kind, name := range names {
		if printed(f.c, kind) > 0 {
			rows = append(rows, wording.Facts{"name": name, "paper_number": f.c.Number, "copies": 1})
		}
	}
	if len(rows) > 0 {
		f.out["papers"] = rows
	}
	f.put("method", "direct")
	f.put("place", f.item.Window.Address)
	if a := f.acts[counter.VerbConclude]; a != nil {
		f.put("delivered_at", a.at.In(china).Format(time.RFC3339))
	}
}

func (f *suggestion) deferral() {
	var rows []wording.Facts
	for _, m := range f.c.Materials {
		if want, _ := f.item.Material(m.Name); m.Deferred && m.SuppliedBy == "" {
			rows = append(rows, wording.Facts{"name": m.Name, "by": f.after(f.c.LegalDate, max(want.PromiseDays, 1)), "how": "到受理窗口补交"})
		}
	}
	if len(rows) > 0 {
		f.out["missing"] = rows
	}
}
