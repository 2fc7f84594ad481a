package desk

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// identity is the sealed identity of a person: one field, because half of one
// reading and half of another would be a person that does not exist.
type identity struct {
	Name        string `json:"name"`
	NameEN      string `json:"name_en,omitempty"`
	Sex         string `json:"sex,omitempty"`
	Ethnicity   string `json:"ethnicity,omitempty"`
	Birth       string `json:"birth,omitempty"`
	Number      string `json:"number"`
	Issuer      string `json:"issuer,omitempty"`
	ValidFrom   string `json:"valid_from,omitempty"`
	ValidTo     string `json:"valid_to,omitempty"`
	LegalPerson string `json:"legal_representative,omitempty"`
}

// snapshot is the sealed applicant of a case: what the receipt says for ever.
type snapshot struct {
	identity
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

// applicant is a checked applicant, ready to be recorded.
type applicant struct {
	typ      string // counter.ObjectPerson or ObjectOrg
	read     string // counter.ReadCard or ReadTyped
	source   string // of the person's record
	cardKind string
	snap     snapshot
	agent    *Agent
	warnings []string
}

// checkApplicant normalises who applies and lists everything that is wrong.
func checkApplicant(a *Acceptance, today counter.Date) (out applicant, ps []counter.Problem) {
	in := Applicant{Type: counter.ObjectPerson}
	if a.Applicant != nil {
		in = *a.Applicant
	}
	out = applicant{typ: in.Type, read: counter.ReadTyped, source: counter.SourceTyped, agent: in.Agent}
	if out.typ == "" {
		out.typ = counter.ObjectPerson
	}
	out.snap = snapshot{Phone: counter.NormalizePhone(in.Phone), Address: strings.TrimSpace(in.Address)}
	if a.Card != nil {
		out.fromCard(a.Card, today)
	} else {
		out.snap.Name, out.snap.Number = strings.TrimSpace(in.Name), in.Number
		out.snap.LegalPerson = strings.TrimSpace(in.LegalPerson)
	}
	ps = append(ps, out.check()...)
	return out, ps
}

func (p *applicant) fromCard(c *Card, today counter.Date) {
	p.read, p.source, p.cardKind = counter.ReadCard, counter.SourceCard, c.Kind
	p.typ = counter.ObjectPerson
	p.snap.identity = identity{Name: c.Name, NameEN: c.NameEN, Sex: c.Sex, Ethnicity: c.Ethnicity, Birth: c.Birth,
		Number: c.Number, Issuer: c.Issuer, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo}
	if p.snap.Name == "" {
		p.snap.Name = c.NameEN
	}
	if p.snap.Address == "" {
		if p.snap.Address = c.NewAddress; p.snap.Address == "" {
			p.snap.Address = c.Address
		}
	}
	if to := counter.Date(c.ValidTo); to.Valid() && to < today {
		p.warnings = append(p.warnings, "证件已于 "+c.ValidTo+" 到期,请提醒申请人换证")
	}
}

func (p *applicant) check() (ps []counter.Problem) {
	add := func(where, what, fix string) { ps = append(ps, counter.Problem{Where: where, What: what, Fix: fix}) }
	name := p.snap.Name
	switch {
	case name == "":
		add("申请人姓名 / applicant's name", "没有填写 / not given", "填写证件上的姓名或单位全称 / the name as on the document")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 }):
		add("申请人姓名 / applicant's name", "含有无法识别的字符 / characters that cannot be read", "重新输入 / type it again")
	case utf8.RuneCountInString(name) > 120:
		add("申请人姓名 / applicant's name", "超过120个字 / longer than 120 characters", "核对后重新输入 / check and type again")
	}
	switch p.typ {
	case counter.ObjectPerson:
		n := counter.NormalizeID(p.snap.Number)
		p.snap.Number = n.Plain()
		// What the chip says stands, even with a wrong check digit: the card is
		// the evidence, so the clerk is warned and the case goes on.
		if err := n.Check(); err != nil && p.read == counter.ReadTyped {
			add("申请人证件号码 / applicant's ID number", bothOf(err), bothHints(err))
		} else if err != nil {
			p.warnings = append(p.warnings, "证件芯片中的号码校验不符,请核对证件真伪")
		}
		p.warnings = append(p.warnings, n.Warnings()...)
	case counter.ObjectOrg:
		c := counter.NormalizeCreditCode(p.snap.Number)
		p.snap.Number = string(c)
		if err := c.Check(); err != nil {
			add("统一社会信用代码 / credit code", bothOf(err), bothHints(err))
		}
		if p.snap.LegalPerson == "" {
			add("法定代表人 / legal representative", "没有填写 / not given", "填写营业执照或证书上的法定代表人(负责人) / as on the licence or certificate")
		}
	default:
		add("申请人类型 / kind of applicant", "只能是 person(自然人)或 org(单位) / person or org only", "改为其中之一 / use one of them")
	}
	if err := counter.CheckPhone(p.snap.Phone); p.snap.Phone != "" && err != nil {
		add("联系电话 / phone", bothOf(err), bothHints(err))
	}
	return append(ps, p.checkAgent()...)
}

func (p *applicant) checkAgent() (ps []counter.Problem) {
	if p.agent == nil {
		return nil
	}
	a := *p.agent
	a.Name, a.Phone = strings.TrimSpace(a.Name), counter.NormalizePhone(a.Phone)
	n := counter.NormalizeID(a.Number)
	a.Number = n.Plain()
	if a.Name == "" {
		ps = append(ps, counter.Problem{Where: "代办人姓名 / agent's name", What: "没有填写 / not given", Fix: "填写代办人证件上的姓名 / the name as on the agent's document"})
	}
	if err := n.Check(); err != nil {
		ps = append(ps, counter.Problem{Where: "代办人证件号码 / agent's ID number", What: bothOf(err), Fix: bothHints(err)})
	}
	p.agent = &a
	return ps
}

// recordPerson finds the person of the applicant at the service point or makes
// a new one, and records what is new about them. It gives the entity.
func (s *Session) recordPerson(ctx context.Context, rec counter.Recorder, scope string, p *applicant, written writtenPeople) (uuid.UUID, error) {
	who, again := written[p.snap.Number]
	if !again {
		var err error
		if who, err = s.findOrNew(ctx, scope, p.snap.Number); err != nil {
			return who.id, err
		}
	}
	id, isNew := who.id, who.isNew && !again
	parts, err := changedParts(who.have, p)
	if err != nil {
		return id, err
	}
	for field, value := range parts {
		who.have[field] = string(value)
	}
	written[p.snap.Number] = who
	if len(parts) == 0 {
		return id, nil
	}
	_, err = rec.Append(counter.Act{Scope: scope, Kind: "person.record", Entity: id, Actor: s.user.ID, New: isNew, Sealed: parts,
		Payload: counter.RecordPayload{Type: p.typ, Source: p.source, CardKind: p.cardKind}})
	return id, err
}

// writtenPeople are, by number, the people of one transaction as it has left them: the
// ledger does not show them yet.
type writtenPeople map[string]writtenPerson

type writtenPerson struct {
	id    uuid.UUID
	isNew bool
	have  map[string]string // sealed fields that stand
}

func (s *Session) findOrNew(ctx context.Context, scope, number string) (who writtenPerson, err error) {
	rows, err := s.ledger.People(ctx, number)
	if err != nil {
		return who, err
	}
	for _, r := range rows {
		if r.Scope == scope {
			have, err := s.personFields(ctx, scope, r.Entity)
			return writtenPerson{r.Entity, false, have}, err
		}
	}
	return writtenPerson{uuid.New(), true, map[string]string{}}, nil
}

// changedParts gives the fields that differ from what stands.
func changedParts(have map[string]string, p *applicant) (map[string][]byte, error) {
	parts := map[string][]byte{}
	want, err := json.Marshal(p.snap.identity)
	if err != nil {
		return nil, err
	}
	// A typed identity does not replace one that a chip gave unless it says
	// something else: it knows less.
	if string(want) != have[counter.SealedIdentity] && !(p.read == counter.ReadTyped && sameIdentity(have[counter.SealedIdentity], p.snap.identity)) {
		parts[counter.SealedIdentity] = want
	}
	if p.snap.Phone != "" && p.snap.Phone != have[counter.SealedPhone] {
		parts[counter.SealedPhone] = []byte(p.snap.Phone)
	}
	if p.snap.Address != "" && p.snap.Address != have[counter.SealedAddress] {
		parts[counter.SealedAddress] = []byte(p.snap.Address)
	}
	return parts, nil
}

func sameIdentity(have string, typed identity) bool {
	var h identity
	return json.Unmarshal([]byte(have), &h) == nil && h.Name == typed.Name && h.Number == typed.Number && h.LegalPerson == typed.LegalPerson
}

// personFields opens the values that stand of a person. An entity that was made
// in this very transaction has none yet.
func (s *Desk) personFields(ctx context.Context, scope string, id uuid.UUID) (map[string]string, error) {
	out := map[string]string{}
	dossier, err := s.ledger.Entity(ctx, scope, id)
	if counter.CodeOf(err) == counter.CodeNotFound && err != nil {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	st := dossier.Folded.Person
	if st == nil {
		return out, nil
	}
	for field, f := range map[string]*counter.PersonField{counter.SealedIdentity: st.Identity, counter.SealedPhone: st.Phone, counter.SealedAddress: st.Address} {
		if f == nil {
			continue
		}
		plain, err := s.ledger.Open(ctx, scope, id, f.Ref)
		if err != nil {
			return nil, err
		}
		out[field] = string(plain)
	}
	return out, nil
}
