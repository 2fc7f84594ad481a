package document

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onedoor/forms/document/wording"
)

// Requirement is one statement that a document must make.
type Requirement struct {
	Key    string // stable, for programs
	Zh, En string
	Basis  string // where the demand comes from
}

const common = "文书通用要素"

// What every document states, whatever its wording says.
var (
	needNumber = Requirement{"number", "办件编号", "case number", common}
	needIssued = Requirement{"issued_at", "出具时间", "time of issue", "行政许可法第三十二条第二款（注明日期）"}
	needCopies = Requirement{"copies", "份数及份号", "copies and copy number", common}
	needScans  = Requirement{"scans", "扫描件", "scans", "国办函〔2016〕108号"}
	needQR     = Requirement{"qr", "二维码", "QR code", common}
)

// Required lists what a document of a kind must state by the wording that
// comes with the program, in order. The title, the place of the seal and the
// receiver's signature are always drawn. Nil for an unknown kind.
func Required(kind string) []Requirement {
	book, err := shipped()
	if err != nil {
		return nil
	}
	return required(book.At(kind, time.Date(9998, 1, 1, 0, 0, 0, 0, wording.Zone)))
}

func required(page *wording.Page) []Requirement {
	if page == nil {
		return nil
	}
	out := []Requirement{needNumber, needIssued}
	for _, f := range page.Fields {
		if f.Basis != "" {
			out = append(out, Requirement{f.Key, f.Zh, f.En, f.Basis})
		}
	}
	out = append(out, needCopies)
	if page.TakesScans() {
		out = append(out, needScans)
	}
	return append(out, needQR)
}

func set(s string) bool { return strings.TrimSpace(s) != "" }

// day rejects the zero time and years that no calendar date of a case has.
func day(t time.Time) bool { return t.Year() > 1949 && t.Year() < 9999 }

func (l Limit) given() bool { return l.Days > 0 || set(l.Text) }

// Check reports the first of: wrong kind, text that is not UTF-8, an unmasked
// ID number, required contents that are missing (all of them). Error: *Error.
func (n Notice) Check() error {
	book, err := shipped()
	if err != nil {
		return internal(err)
	}
	_, err = n.job(book)
	return err
}

func (n Notice) job(book *wording.Book) (*job, error) {
	if n.Kind != Acceptance {
		return nil, &Error{Code: UnknownKind, Zh: "未知的文书类型", En: "unknown kind of document"}
	}
	if where := invalidText(reflect.ValueOf(n), ""); where != "" {
		return nil, &Error{Code: InvalidText, Zh: "文书内容不是有效的 UTF-8 文字：" + where, En: "text is not valid UTF-8: " + where}
	}
	for _, p := range []*Party{&n.Applicant, n.Agent} {
		if p != nil && !p.Organisation && fullNumber.MatchString(strings.TrimSpace(p.Number)) {
			return nil, unmasked("证件号码")
		}
	}
	j, err := newJob(book, nil, n.draft(), n.QR)
	if err != nil {
		return nil, err
	}
	j.digest = n.Digest()
	return j, nil
}

// fullNumber is an 18- or 15-digit citizen number: nothing hidden in it.
var fullNumber = regexp.MustCompile(`^(\d{17}[\dXx]|\d{15})$`)

// invalidText returns the path of a string that is not UTF-8, or "".
func invalidText(v reflect.Value, path string) string {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return path
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return invalidText(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if w := invalidText(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); w != "" {
				return w
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return ""
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			if w := invalidText(v.Field(i), name); w != "" {
				return w
			}
		}
	}
	return ""
}

// draft is the notice in the terms of the wording.
func (n Notice) draft() Draft {
	f := wording.Facts{
		"body": n.Body, "phone": n.Phone, "address": n.Address, "officer": n.Officer, "notice_number": n.NoticeNumber,
		"typed": n.Typed, "instant": n.Item.Instant, "basis": n.basis(),
		"item_name": n.Item.Name, "item_code": n.Item.Code, "item_type": n.Item.Type,
		"received_on": n.ReceivedOn, "accepted_on": n.AcceptedOn,
		"statutory_limit": n.limit(n.Statutory), "promised_limit": n.limit(n.Promised),
		"provisional": n.Due.Provisional, "due_reason": n.Due.Reason, "not_counted": slices.Clone(n.NotCounted),
		"query": n.Query, "collect": n.Collect, "fee": n.Fee,
	}
	if !n.Item.Instant {
		f["due"] = n.Due.On
	}
	n.Applicant.state(f, "applicant_name", "applicant_number", "number_label", "applicant_phone")
	f["organisation"], f["legal_rep"] = n.Applicant.Organisation, n.Applicant.LegalRep
	if n.Agent != nil {
		f["agent"] = true
		n.Agent.state(f, "agent_name", "agent_number", "agent_number_label", "agent_phone")
	}
	switch {
	case n.NoMaterials && len(n.Materials) == 0:
		f["no_materials"] = true
	case !n.NoMaterials:
		f["materials"] = n.materialRows()
	} // else the two contradict each other: neither is stated, so the list is missing
	copyNo := n.CopyNo
	if copyNo == 0 {
		copyNo = -1 // a notice says which copy it is
	}
	copies := n.Copies
	if copies == 0 {
		copies = -1
	}
	return Draft{Kind: n.Kind, Number: n.Number, IssuedAt: n.IssuedAt, Facts: f, Copies: copies, CopyNo: copyNo, Reprint: n.Reprint}
}

func (n Notice) materialRows() (rows []wording.Facts) {
	for _, m := range n.Materials {
		rows = append(rows, wording.Facts{"name": m.Name, "originals": m.Originals, "copies": m.Copies, "note": m.Note})
	}
	return rows
}

func (p Party) state(f wording.Facts, name, number, label, phone string) {
	kind := p.NumberLabel
	if kind == "" && p.Organisation {
		kind = "统一社会\n信用代码"
	}
	f[name], f[number], f[label], f[phone] = p.Name, p.Number, kind, p.Phone
}

// basis is the item's own legal basis, for licences that of the Licensing Law.
func (n Notice) basis() string {
	if n.Item.Basis == "" && n.Item.Type == "行政许可" {
		return "《中华人民共和国行政许可法》第三十二条第一款第五项"
	}
	return strings.TrimRight(n.Item.Basis, "。；，")
}

func (n Notice) limit(l Limit) string {
	if !l.given() && n.Item.Instant {
		return "即时办结"
	}
	return l.String()
}

func (l Limit) String() string {
	if l.Text != "" || l.Days == 0 {
		return l.Text
	}
	unit := l.Unit
	if unit == "" {
		unit = "工作日"
	}
	return fmt.Sprintf("%d个%s", l.Days, unit)
}
