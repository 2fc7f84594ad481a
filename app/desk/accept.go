package desk

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/schema"
)

// prepared is an acceptance that was checked whole and can be recorded.
type prepared struct {
	item      counter.Item
	itemID    uuid.UUID
	who       applicant
	person    uuid.UUID // once recorded
	form      []byte    // canonical JSON, nil without fields
	sources   []byte    // JSON of origins by field, nil if everything was typed
	materials []counter.GivenMaterial
	legal     counter.Date
	due       *counter.Date
	dueProv   bool
	calendar  string
	suspect   bool
	channel   string
	warnings  []string
}

// How an application came in.
const (
	channelWindow = "window"
	channelImport = "import"
)

// Accept checks an application and, when nothing is missing, accepts it: the
// case, its number and the person become durable in one transaction. When
// something is missing the error lists all of it at once (行政许可法 第三十二条
// 第一款第四项) and nothing is recorded. With Out, the acceptance notice is
// written there after the case is durable.
func (s *Session) Accept(ctx context.Context, a Acceptance) (Accepted, error) {
	if err := s.may(ctx, s.ownScope(), "case.accept"); err != nil {
		return Accepted{}, err
	}
	p, err := s.prepare(ctx, &a)
	if err != nil {
		return Accepted{}, err
	}
	var out Accepted
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		out, err = s.record(ctx, rec, p, writtenPeople{})
		return err
	})
	if err != nil {
		return out, err
	}
	out.Warnings = append(out.Warnings, s.keepPhoto(a.Card, p.person)...)
	if a.Out == "" {
		return out, nil
	}
	doc, warn, err := s.printNotice(ctx, out.CaseID, s.ownScope(), a.Out)
	if err != nil {
		return out, counter.E(counter.CodeOf(err), "案件 "+out.Number+" 已受理,但受理通知书没有打印出来:"+textOf(err),
			"case "+out.Number+" is accepted, but its notice was not printed").
			Hint("不要重复受理;用 onedoor document print "+out.Number+" --kind acceptance 补打",
				"do not accept again; print it with onedoor document print").Because(err)
	}
	out.Documents = []DocumentRef{doc}
	out.Warnings = append(out.Warnings, warn...)
	return out, nil
}

// keepPhoto keeps the photo of a card once its case stands. The case does not hang on
// it: what goes wrong is a warning.
func (s *Session) keepPhoto(c *Card, person uuid.UUID) (warnings []string) {
	if c == nil || len(c.Photo) == 0 || s.cfg.KeepPhoto == nil {
		return nil
	}
	if err := s.cfg.KeepPhoto(person, c.Photo); err != nil {
		return []string{"证件照片没有保存（不影响本次受理）：" + textOf(err)}
	}
	return nil
}

// prepare checks everything that can be checked before the transaction.
func (s *Session) prepare(ctx context.Context, a *Acceptance) (*prepared, error) {
	p := &prepared{channel: channelWindow}
	var err error
	if p.legal, p.suspect, err = s.legalDate(ctx, a.LegalDate); err != nil {
		return nil, err
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if p.item, p.itemID, err = cat.item(strings.TrimSpace(a.Item), p.legal); err != nil {
		return nil, err
	}
	var ps []counter.Problem
	if p.who, ps = checkApplicant(a, p.legal); len(p.item.Objects) > 0 && !p.item.Accepts(p.who.typ) {
		ps = append(ps, counter.Problem{Where: "申请人类型 / kind of applicant", What: "本事项不受理这类申请人 / the item is not for this kind of applicant", Fix: "核对事项的服务对象,或另选事项 / choose another item"})
	}
	refused, warned := p.eligible()
	ps = append(ps, refused...)
	form, faults := s.checkForm(ctx, &p.item, a.Form, p.legal)
	p.form = form
	ps = append(ps, faults...)
	if p.sources, err = s.sourcesOf(ctx, a, p); err != nil {
		return nil, err
	}
	given, faults := s.checkMaterials(ctx, &p.item, a.Materials, a.Card != nil)
	p.materials = given
	ps = append(ps, faults...)
	if err := s.alreadyOpen(ctx, &p.item, p.who.snap.Number); err != nil {
		return nil, err
	}
	if len(ps) > 0 {
		return nil, counter.E(counter.CodeInvalid, "材料或信息不齐全,不能受理;需要补正的内容一次性告知如下",
			"the application is incomplete; everything that is missing is listed").
			Hint("请申请人按清单补齐后再来办理;尚未受理,没有留下记录", "bring what is listed and apply again; nothing was recorded").With(ps...)
	}
	p.warnings = append(append(p.warnings, p.who.warnings...), warned...)
	return p, p.setDue(cat)
}

func (p *prepared) setDue(cat *catalogue) error {
	if p.item.Instant || p.item.Days() == 0 {
		return nil
	}
	due, provisional, err := counter.DueDate(p.legal, p.item.Days(), cat.calendars)
	if err != nil {
		return err
	}
	p.due, p.dueProv = &due, provisional
	p.calendar = cat.countedWith(p.legal, due)
	if provisional {
		p.warnings = append(p.warnings, "办结日期为暂定:"+string(due)+"所在年度的放假安排尚未公布,公布后请重新核对")
	}
	return nil
}

// legalDate is the date of acceptance in law: today, unless the clock
// contradicts what is known; then the clerk has to say it, within what other
// devices witnessed.
func (s *Session) legalDate(ctx context.Context, given counter.Date) (counter.Date, bool, error) {
	ev, err := s.ledger.Clock(ctx)
	if err != nil {
		return "", false, err
	}
	today, suspect := counter.DateOf(ev.Now.In(china)), ev.Suspicious()
	if given == "" {
		if !suspect {
			return today, false, nil
		}
		return "", true, counter.Ef(counter.CodeInvalid, "本机时钟可疑(现在显示 %s),不能自动确定受理日期", "this PC's clock is doubtful (it says %s)", today).
			Hint("请先校准时钟;或核对日历后用 --legal-date 年-月-日 写明今天的日期", "set the clock, or give today's date with --legal-date YYYY-MM-DD")
	}
	if !given.Valid() {
		return "", suspect, counter.E(counter.CodeInvalid, "受理日期无效", "the legal date is not a date").Hint("写成 2026-11-20 的样子", "write it as 2026-11-20")
	}
	seen := counter.DateOf(ev.Seen.In(china))
	if suspect && !ev.Seen.IsZero() && given < seen.AddDays(-1) {
		return "", true, counter.Ef(counter.CodeInvalid, "受理日期早于其他设备已经记录的日期 %s", "other devices have already recorded %s", seen).
			Hint("核对日历后重新填写", "check the calendar")
	}
	if last := max(today, seen.AddDays(maxAway), counter.DateOf(ev.Own.In(china)).AddDays(maxAway)); suspect && given > last {
		return "", true, counter.Ef(counter.CodeInvalid, "受理日期 %s 太远,可能填错了", "the legal date %s is too far ahead", given).
			Hint("核对年份;办件编号会带上这个日期,之后的编号不能再往前", "check the year: case numbers carry this date and never go back")
	}
	if !suspect && (given > today || given < today.AddDays(-maxBackdate)) {
		return "", false, counter.Ef(counter.CodeInvalid, "受理日期只能是今天或之前%d天内", "the legal date must be today or within %d days before", maxBackdate).
			Hint("核对日期;时钟正常时一般不用填写", "leave it out when the clock is right")
	}
	return given, suspect, nil
}

// maxBackdate is how many days a paper backlog may lie back.
const maxBackdate = 31

// maxAway is how many days a counter may have heard of nobody before a date that
// its own clock does not show either is taken for a slip of the finger.
const maxAway = 400

func (s *Session) checkForm(ctx context.Context, it *counter.Item, form map[string]any, on counter.Date) ([]byte, []counter.Problem) {
	values, ps := schema.Check(it.FormFields(), form, schema.Context{Today: on, Division: s.knownDivision(ctx)})
	if len(ps) > 0 || len(values) == 0 {
		return nil, ps
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, []counter.Problem{{Where: "表单 / form", What: "内容无法保存 / cannot be kept", Fix: "重新填写 / fill it in again"}}
	}
	return data, nil
}

// checkMaterials compares what was given with what the item asks for and lists
// all that is missing.
func (s *Session) checkMaterials(ctx context.Context, it *counter.Item, m Materials, cardRead bool) (out []counter.GivenMaterial, ps []counter.Problem) {
	given := map[string]GivenMaterial{}
	for _, g := range m.List {
		g.Name = strings.TrimSpace(g.Name)
		if _, ok := it.Material(g.Name); !ok {
			ps = append(ps, counter.Problem{Where: materialWhere(g.Name), What: "不在本事项的材料清单里 / not on the item's list", Fix: "核对名称(见 catalog show) / check the name (catalog show)"})
			continue
		}
		given[g.Name] = g
	}
	for _, want := range it.Materials {
		g, ok := given[want.Name]
		required := want.Necessity == counter.NeedRequired
		line := counter.GivenMaterial{Name: want.Name, Originals: want.Originals, Copies: want.Copies}
		switch {
		case ok && g.Provided, m.All && required && !ok, cardRead && want.Name == idCardMaterial && !ok:
			line.Provided = true
		case ok && g.Deferred && want.MayPromise:
			line.Deferred = true
		case ok && g.Deferred:
			ps = append(ps, counter.Problem{Where: materialWhere(want.Name), What: "本事项不允许容缺后补 / it may not follow later", Fix: describe(&want)})
			continue
		case required:
			ps = append(ps, counter.Problem{Where: materialWhere(want.Name), What: "缺少 / missing", Fix: describe(&want)})
			continue
		default:
			continue // conditional or optional, and not given
		}
		if ok && (g.File != "" || g.Scan != nil) {
			file, err := s.keepScan(ctx, &g)
			if err != nil {
				ps = append(ps, counter.Problem{Where: materialWhere(want.Name), What: bothOf(err), Fix: bothHints(err)})
				continue
			}
			line.File = &file
		}
		out = append(out, line)
	}
	return out, ps
}

func (s *Session) keepScan(ctx context.Context, g *GivenMaterial) (counter.MaterialFile, error) {
	if g.Scan != nil {
		return s.cfg.KeepData(ctx, s.ownScope(), g.ScanName, g.Scan)
	}
	return s.cfg.KeepScan(ctx, s.ownScope(), g.File)
}

// idCardMaterial is the material that reading the card itself shows to the clerk.
const idCardMaterial = "居民身份证"

// describe says what is asked for and how to come by it.
func describe(m *counter.ItemMaterial) string {
	parts := []string{}
	if m.Originals > 0 {
		parts = append(parts, "原件"+itoa(m.Originals)+"份")
	}
	if m.Copies > 0 {
		parts = append(parts, "复印件"+itoa(m.Copies)+"份")
	}
	if m.Standard != "" {
		parts = append(parts, m.Standard)
	}
	if m.Issuer != "" {
		parts = append(parts, "由"+m.Issuer+"出具")
	}
	if m.MayPromise {
		parts = append(parts, "可以承诺后补")
	}
	return strings.Join(parts, ";")
}

// record appends the acts of one acceptance.
func (s *Session) record(ctx context.Context, rec counter.Recorder, p *prepared, written writtenPeople) (Accepted, error) {
	scope, dev := s.ownScope(), s.cfg.Device
	if err := s.alreadyOpen(ctx, &p.item, p.who.snap.Number); err != nil { // another window of this station was faster
		return Accepted{}, err
	}
	window, err := s.counterNumber(ctx) // inside the transaction: it may have changed a moment ago
	if err != nil {
		return Accepted{}, err
	}
	person, err := s.recordPerson(ctx, rec, scope, &p.who, written)
	if err != nil {
		return Accepted{}, err
	}
	date, serial := rec.NextSerial(p.legal.Time())
	p.person = person
	number := counter.FormatNumber(dev.Division, counter.DateOf(date), window, serial)
	if number == "" {
		return Accepted{}, counter.E(counter.CodeFailed, "办件编号生成失败", "no case number could be made").
			Hint("检查本机的区划代码和窗口编号", "check the division and the counter number of this device")
	}
	sealed, err := p.sealed()
	if err != nil {
		return Accepted{}, err
	}
	at := rec.Now().In(china).Format(time.RFC3339)
	id := uuid.New()
	_, err = rec.Append(counter.Act{Scope: scope, Kind: "case.accept", Entity: id, Actor: s.user.ID, New: true, Sealed: sealed,
		Payload: counter.AcceptPayload{Number: number,
			Item:   counter.ItemRef{ID: p.itemID, Code: p.item.Code, Name: p.item.Name, Version: p.item.Version},
			Person: person, Type: p.who.typ, Read: p.who.read, Channel: p.channel, Counter: window, Division: dev.Division,
			LegalDate: p.legal, AcceptedAt: at, Due: p.due, DueProvisional: p.dueProv, Calendar: p.calendar,
			Instant: p.item.Instant, PromisedDays: p.item.Days(), Materials: p.materials, ClockSuspicious: p.suspect}})
	if err != nil {
		return Accepted{}, err
	}
	return Accepted{Number: number, CaseID: id, Item: p.item.Code, Status: counter.StatusAccepted, AcceptedAt: at,
		Due: p.due, DueProvisional: p.dueProv, Warnings: append([]string{}, p.warnings...),
		Documents: []DocumentRef{{Kind: document.Acceptance}}}, nil
}

func (p *prepared) sealed() (map[string][]byte, error) {
	who, err := json.Marshal(p.who.snap)
	if err != nil {
		return nil, err
	}
	parts := map[string][]byte{counter.SealedApplicant: who}
	if p.form != nil {
		parts[counter.SealedForm] = p.form
	}
	if p.sources != nil {
		parts[counter.SealedSources] = p.sources
	}
	if p.who.agent != nil {
		if parts[counter.SealedAgent], err = json.Marshal(p.who.agent); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// materialWhere names a material in both languages, as a Problem has it.
func materialWhere(name string) string { return "材料 " + name + " / material " + name }
