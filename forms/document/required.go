package document

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Requirement is one statement that a notice must make.
type Requirement struct {
	Key    string // stable, for programs
	Zh, En string
	Basis  string // where the demand comes from
	has    func(Notice) bool
}

// Sources of the requirements.
const (
	art32  = "行政许可法第三十二条" // dated, sealed, in writing
	art42  = "行政许可法第四十二条" // limits
	art45  = "行政许可法第四十五条" // steps that are not counted
	common = "文书通用要素"
)

var acceptanceNeeds = []Requirement{
	{"number", "办件编号", "case number", common, func(n Notice) bool { return set(n.Number) }},
	{"issued_at", "出具时间", "time of issue", art32, func(n Notice) bool { return day(n.IssuedAt) }},
	{"applicant_name", "申请人", "applicant", common, func(n Notice) bool { return set(n.Applicant.Name) }},
	{"applicant_number", "申请人证件号码（脱敏）", "applicant's masked number", common, func(n Notice) bool { return set(n.Applicant.Number) }},
	{"agent_name", "代理人姓名", "agent's name", common, func(n Notice) bool { return n.Agent == nil || set(n.Agent.Name) }},
	{"item_name", "事项名称", "item name", common, func(n Notice) bool { return set(n.Item.Name) }},
	{"item_code", "事项编码", "item code", common, func(n Notice) bool { return set(n.Item.Code) }},
	{"item_type", "事项类型", "item type", common, func(n Notice) bool { return set(n.Item.Type) }},
	{"materials", "材料清单（名称、份数）", "list of materials with names", art32, materialsNamed},
	{"received_on", "收件日期", "date of receipt", art32, func(n Notice) bool { return day(n.ReceivedOn) }},
	{"accepted_on", "受理日期", "date of acceptance", art32, func(n Notice) bool { return day(n.AcceptedOn) }},
	{"statutory_limit", "法定办结时限", "legal limit", art42, func(n Notice) bool { return n.Statutory.given() || n.Item.Instant }},
	{"promised_limit", "承诺办结时限", "promised limit", common, func(n Notice) bool { return n.Promised.given() || n.Item.Instant }},
	{"due", "办结期限", "due date", art42, func(n Notice) bool { return n.Item.Instant || day(n.Due.On) }},
	{"due_reason", "办结期限暂定的原因", "why the due date is provisional", art42, func(n Notice) bool {
		return n.Item.Instant || !n.Due.Provisional || set(n.Due.Reason)
	}},
	{"not_counted", "不计入时限的环节（有空项）", "steps not counted (an entry is empty)", art45, func(n Notice) bool { return allSet(n.NotCounted) }},
	{"query", "查询方式", "how to inquire", common, func(n Notice) bool { return set(n.Query) }},
	{"collect", "领取方式", "how to collect the result", common, func(n Notice) bool { return set(n.Collect) }},
	{"fee", "收费情况", "fee", common, func(n Notice) bool { return set(n.Fee) }},
	{"body", "受理机关", "handling body", art32, func(n Notice) bool { return set(n.Body) }},
	{"phone", "联系电话", "phone of the handling body", common, func(n Notice) bool { return set(n.Phone) }},
	{"officer", "经办人", "officer", common, func(n Notice) bool { return set(n.Officer) }},
	{"copies", "份数及份号", "copies and copy number", common, func(n Notice) bool {
		return n.Copies >= 1 && n.CopyNo >= 1 && n.CopyNo <= n.Copies && n.Reprint >= 0
	}},
	{"qr", "二维码", "QR code", common, func(n Notice) bool { return set(n.QR) }},
}

// Required lists what a document of a kind must state, in order of appearance.
// The title, the place of the seal and the receiver's signature are always
// drawn. Nil for an unknown kind.
func Required(kind string) []Requirement {
	if kind != Acceptance {
		return nil
	}
	return append([]Requirement(nil), acceptanceNeeds...)
}

func set(s string) bool { return strings.TrimSpace(s) != "" }

func allSet(list []string) bool {
	for _, s := range list {
		if !set(s) {
			return false
		}
	}
	return true
}

// day rejects the zero time and years that no calendar date of a case has.
func day(t time.Time) bool { return t.Year() > 1949 && t.Year() < 10000 }

func (l Limit) given() bool { return l.Days > 0 || set(l.Text) }

func materialsNamed(n Notice) bool {
	for _, m := range n.Materials {
		if !set(m.Name) || m.Originals < 0 || m.Copies < 0 {
			return false
		}
	}
	return len(n.Materials) > 0 != n.NoMaterials
}

// Check reports the first of: wrong kind, text that is not UTF-8, an unmasked
// ID number, required contents that are missing (all of them). Error: *Error.
func (n Notice) Check() error {
	if n.Kind != Acceptance {
		return &Error{Code: UnknownKind, Zh: "未知的文书类型", En: "unknown kind of document"}
	}
	if where := invalidText(reflect.ValueOf(n), ""); where != "" {
		return &Error{Code: InvalidText, Zh: "文书内容不是有效的 UTF-8 文字：" + where, En: "text is not valid UTF-8: " + where}
	}
	for _, p := range []*Party{&n.Applicant, n.Agent} {
		if p != nil && !p.Organisation && fullNumber.MatchString(strings.TrimSpace(p.Number)) {
			return &Error{Code: Unmasked, Zh: "证件号码未脱敏，不能印在文书上", En: "the ID number must be masked before it is printed"}
		}
	}
	var lacks []Requirement
	for _, r := range acceptanceNeeds {
		if !r.has(n) {
			lacks = append(lacks, r)
		}
	}
	if len(lacks) > 0 {
		return missing(lacks)
	}
	return nil
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
