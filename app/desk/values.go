package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/schema"
)

// ValueView is one field of a person or of a case's form with where its value
// came from, and every other value that was entered for it. Numbers and phones
// are masked.
type ValueView struct {
	Field      string       `json:"field"`
	Name       string       `json:"name"`
	Value      string       `json:"value"`
	Op         string       `json:"op"`     // the record that brought it
	Source     string       `json:"source"` // card, typed, import; of a form also person, case
	SourceName string       `json:"source_name"`
	From       string       `json:"from"`    // of a form's value that was filled in: the source in words, with its day or number
	Columns    []string     `json:"columns"` // of a group of rows: its heads, and
	Rows       [][]string   `json:"rows"`    // its cells, in words
	Actor      string       `json:"actor"`
	Device     string       `json:"device"`
	At         string       `json:"at"` // RFC 3339
	Restored   *RestoredBy  `json:"restored"`
	Others     []OtherValue `json:"others"` // newest first
}

// RestoredBy says who let a value stand again.
type RestoredBy struct {
	Op     string `json:"op"`
	Actor  string `json:"actor"`
	Device string `json:"device"`
	At     string `json:"at"`
}

// OtherValue is a value that was entered and does not stand; it can be restored
// by its op.
type OtherValue struct {
	Value      string `json:"value"`
	Op         string `json:"op"`
	Source     string `json:"source"`
	SourceName string `json:"source_name"`
	Actor      string `json:"actor"`
	Device     string `json:"device"`
	At         string `json:"at"`
	Why        string `json:"why"` // superseded, chip_stands, replaced
	WhyName    string `json:"why_name"`
}

// sourceNames say how a value came in.
var sourceNames = map[string]string{counter.SourceCard: "读卡", counter.SourceTyped: "手工录入", counter.SourceImport: "批量导入",
	sourcePerson: "人员登记", sourceCase: "以往办件"}

var personFieldNames = map[string]string{counter.SealedIdentity: "身份信息", counter.SealedPhone: "联系电话", counter.SealedAddress: "住址"}

// personValues lists the fields of a person with all values ever entered.
func (s *Session) personValues(ctx context.Context, d *counter.Dossier) ([]ValueView, error) {
	st := d.Folded.Person
	names, err := s.witnesses(ctx, d)
	if err != nil {
		return nil, err
	}
	out := []ValueView{}
	for _, f := range []struct {
		field string
		now   *counter.PersonField
	}{{counter.SealedIdentity, st.Identity}, {counter.SealedPhone, st.Phone}, {counter.SealedAddress, st.Address}} {
		if f.now == nil {
			continue
		}
		v, err := s.personValue(ctx, d, names, st.Type, f.field, f.now)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Session) personValue(ctx context.Context, d *counter.Dossier, names witnesses, typ, field string, now *counter.PersonField) (v ValueView, err error) {
	v = ValueView{Field: field, Name: personFieldNames[field], Columns: []string{}, Rows: [][]string{}, Others: []OtherValue{}}
	why := map[[32]byte]string{}
	for _, o := range now.Others {
		why[o.Ref.Op] = o.Why
	}
	for i := range d.Facts {
		f, e := &d.Facts[i], d.Folded.Effects[i]
		ref, ok := f.Sealed[field]
		if f.Kind == "person.restore" && e.Effective && e.Reason == "" {
			v.noteRestore(f, now, names)
		}
		if f.Kind != "person.record" || !f.Verdict.OK || !ok || e.Reason == counter.ReasonMalformed || e.Reason == counter.ReasonNeedsUpdate {
			continue
		}
		plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, ref)
		if err != nil {
			return v, err
		}
		source, shown := sourceOf(f), showValue(typ, field, plain)
		actor, device, at := names.of(f)
		if ref == now.Ref {
			v.Value, v.Op, v.Source, v.SourceName = shown, counter.OpID(f.ID).String(), source, sourceNames[source]
			v.Actor, v.Device, v.At = actor, device, at
			continue
		}
		reason := cmp.Or(why[f.ID], counter.ReasonReplaced)
		v.Others = append(v.Others, OtherValue{Value: shown, Op: counter.OpID(f.ID).String(), Source: source, SourceName: sourceNames[source],
			Actor: actor, Device: device, At: at, Why: reason, WhyName: counter.ReasonText(reason, "zh")})
	}
	slices.Reverse(v.Others)
	return v, nil
}

// noteRestore names the restoring by which the value stands.
func (v *ValueView) noteRestore(f *counter.Fact, now *counter.PersonField, names witnesses) {
	var p counter.RestoreFieldPayload
	if json.Unmarshal(f.Payload, &p) == nil && p.Field == v.Field && p.Op == counter.OpID(now.Ref.Op) {
		actor, device, at := names.of(f)
		v.Restored = &RestoredBy{Op: counter.OpID(f.ID).String(), Actor: actor, Device: device, At: at}
	}
}

func sourceOf(f *counter.Fact) string {
	var p counter.RecordPayload
	_ = json.Unmarshal(f.Payload, &p) // what cannot be read was never admitted
	return p.Source
}

// showValue says a person's value for people, with number and phone masked.
func showValue(typ, field string, plain []byte) string {
	switch field {
	case counter.SealedPhone:
		return counter.MaskPhone(string(plain))
	case counter.SealedIdentity:
		var who identity
		if json.Unmarshal(plain, &who) != nil {
			return ""
		}
		out := who.Name + " " + maskNumber(typ, who.Number)
		for _, x := range []string{who.Sex, who.Birth, who.LegalPerson} {
			if x != "" {
				out += " " + x
			}
		}
		switch who.ValidTo {
		case "":
		case "长期":
			out += " 长期有效"
		default:
			out += " 有效期至 " + who.ValidTo
		}
		return out
	}
	return string(plain)
}

// witnesses name who said something, and where.
type witnesses struct {
	users   map[uuid.UUID]string
	devices map[[32]byte]string
}

func (s *Desk) witnesses(ctx context.Context, d *counter.Dossier) (w witnesses, err error) {
	w.users = map[uuid.UUID]string{}
	if w.devices, err = s.cfg.DeviceNames(ctx); err != nil {
		return w, err
	}
	for i := range d.Facts {
		id := d.Facts[i].Actor
		if _, known := w.users[id]; !known {
			w.users[id] = s.userName(ctx, d.Scope, id)
		}
	}
	return w, nil
}

// of gives actor, device and time of a fact in words.
func (w witnesses) of(f *counter.Fact) (actor, device, at string) {
	return w.users[f.Actor], w.devices[f.Device], f.At.In(china).Format(time.RFC3339)
}

// caseValues lists applicant and form fields of a case with their source: they
// were recorded once, with the acceptance.
func (s *Session) caseValues(ctx context.Context, d *counter.Dossier, v *CaseView) ([]ValueView, error) {
	c := d.Folded.Case
	names, err := s.witnesses(ctx, d)
	if err != nil {
		return nil, err
	}
	out := []ValueView{}
	for i := range d.Facts {
		f := &d.Facts[i]
		if f.ID != c.Accepted {
			continue
		}
		source := counter.SourceTyped
		if c.Channel == channelImport {
			source = counter.SourceImport
		}
		actor, device, at := names.of(f)
		from, err := s.origins(ctx, d, f)
		if err != nil {
			return nil, err
		}
		add := func(field, name, value, source string) *ValueView {
			out = append(out, ValueView{Field: field, Name: name, Value: value, Op: counter.OpID(f.ID).String(), Source: source,
				SourceName: sourceNames[source], Columns: []string{}, Rows: [][]string{}, Actor: actor, Device: device, At: at, Others: []OtherValue{}})
			return &out[len(out)-1]
		}
		who := source
		if c.Read == counter.ReadCard {
			who = counter.SourceCard
		}
		add("applicant", "申请人", v.Applicant.Name+" "+v.Applicant.NumberMasked, who)
		for _, f := range s.formOrder(ctx, c, v.Form) {
			o, filled := from[f.Name]
			line := add(f.Name, f.Label, schema.Text(f, v.Form[f.Name]), source)
			if filled {
				line.Source, line.SourceName, line.From = o.Source, sourceNames[o.Source], o.From
			}
			line.table(f, v.Form)
		}
	}
	return out, nil
}

// formOrder gives the filled form fields, as the item lists them.
func (s *Session) formOrder(ctx context.Context, c *counter.CaseState, form map[string]any) (out []counter.Field) {
	seen := map[string]bool{}
	if cat, err := s.catalogue(ctx); err == nil {
		if it, err := cat.version(c.Item); err == nil {
			for _, f := range it.FormFields() {
				if _, ok := form[f.Name]; ok {
					seen[f.Name] = true
					out = append(out, f)
				}
			}
		}
	}
	var rest []string
	for name := range form { // of an item version that is not held here
		if !seen[name] {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range rest {
		out = append(out, counter.Field{Name: name, Label: name, Kind: counter.FieldText})
	}
	return out
}

// minOpPrefix is how much of an op's name people have to copy.
const minOpPrefix = 8

// RestoreValue lets a value that was once recorded for a field of a person stand
// again: by an act of its own that names the record. Later card readings that it
// did not know of still beat it.
func (s *Session) RestoreValue(ctx context.Context, person, field, op string) (*PersonView, error) {
	v, err := s.ShowPerson(ctx, person)
	if err != nil {
		return nil, err
	}
	k := slices.IndexFunc(v.Values, func(x ValueView) bool { return x.Field == field })
	if k < 0 {
		return nil, counter.Ef(counter.CodeUsage, "没有这一项:%s", "no such field: %s", field).
			Hint("可用:identity(身份信息)、phone(联系电话)、address(住址)", "one of identity, phone, address")
	}
	var named []string
	for _, o := range v.Values[k].Others {
		if len(op) >= minOpPrefix && strings.HasPrefix(o.Op, strings.ToLower(op)) {
			named = append(named, o.Op)
		}
	}
	if len(named) != 1 {
		return nil, counter.E(counter.CodeNotFound, "没有这条可以恢复的记录", "there is no such value to restore").
			Hint("用 person show 查看可以恢复的值和记录号", "see person show for the values and their ops")
	}
	if err := s.may(ctx, v.Scope, "person.restore"); err != nil {
		return nil, err
	}
	entity := uuid.MustParse(v.ID)
	id, err := counter.ParseOpID(named[0])
	if err != nil {
		return nil, err
	}
	var done [32]byte
	err = s.ledger.Record(ctx, func(rec counter.Recorder) (err error) {
		done, err = rec.Append(counter.Act{Scope: v.Scope, Kind: "person.restore", Entity: entity, Actor: s.user.ID,
			Payload: counter.RestoreFieldPayload{Field: field, Op: id}})
		return err
	})
	if err != nil {
		return nil, err
	}
	d, err := s.ledger.Entity(ctx, v.Scope, entity)
	if err != nil {
		return nil, err
	}
	if err := counted(d, done); err != nil {
		return nil, err
	}
	return s.person(ctx, v.Scope, entity)
}
