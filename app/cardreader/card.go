package cardreader

import "log/slog"

// Kind names the four card layouts.
type Kind string

const (
	Resident      Kind = "resident"      // 居民身份证
	HKMOTW        Kind = "hkmotw"        // 港澳台居民居住证
	Foreigner2017 Kind = "foreigner2017" // 外国人永久居留身份证, 2017 layout
	Foreigner2023 Kind = "foreigner2023" // the same, 2023 "five-star" layout
)

// LongTerm is the ValidTo of a card without an end date.
const LongTerm = "长期"

// Card is what a chip says. Its JSON is a contract of the command line. Dates
// are YYYY-MM-DD, or "" with a warning when the chip holds no real date.
//
// Name is the Chinese name; a foreigner without one has the English name in
// both fields. The photo is the chip's own compressed form (WLT): decoding it
// needs a licensed library, so it is carried, never interpreted.
type Card struct {
	Kind        Kind   `json:"kind"`
	Name        string `json:"name"`
	NameEN      string `json:"name_en"`
	Sex         string `json:"sex"`       // 男, 女, 未知, 未说明; other codes as 未知(N)
	Ethnicity   string `json:"ethnicity"` // "" on cards that carry none
	Birth       string `json:"birth"`
	Address     string `json:"address"`
	Number      string `json:"number"`
	NumberValid bool   `json:"number_valid"` // check digit and embedded date only
	Issuer      string `json:"issuer"`
	ValidFrom   string `json:"valid_from"`
	ValidTo     string `json:"valid_to"` // a date or 长期
	NewAddress  string `json:"new_address"`
	PhotoBytes  int    `json:"photo_bytes"`

	Nationality        string `json:"nationality,omitempty"`         // as on the chip: USA, or 840 on newer cards
	PermitNumber       string `json:"permit_number,omitempty"`       // travel permit of a hkmotw holder
	IssueCount         string `json:"issue_count,omitempty"`         // two digits
	CardVersion        string `json:"card_version,omitempty"`        // foreigner2017
	AcceptingAuthority string `json:"accepting_authority,omitempty"` // foreigner2017: division code
	FormerNumber       string `json:"former_number,omitempty"`       // foreigner2023: link to the 15-character number

	// NamePrivateUse says that the name holds characters of a private-use area
	// that no font knows; NameRaw lets a person put the right one in its place.
	NamePrivateUse bool      `json:"name_private_use,omitempty"`
	Warnings       []Warning `json:"warnings,omitempty"`

	Photo   []byte `json:"-"` // up to 1024 bytes, WLT
	NameRaw []byte `json:"-"` // the bytes of the Chinese name field, UTF-16LE
	Text    []byte `json:"-"` // the 256 bytes as read
}

// Warning is something about a card that a clerk should look at; it never
// contains the value itself.
type Warning struct {
	Code  string `json:"code"` // date_invalid, number_invalid, text_damaged, ...
	Field string `json:"field"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// String tells the kind only, so that a card in a log message names nobody.
func (c Card) String() string { return "card(" + string(c.Kind) + ")" }

// GoString is String, for %#v.
func (c Card) GoString() string { return c.String() }

// LogValue is String, for log/slog.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

func (c *Card) warn(code, field string) {
	t := warningTexts[code]
	c.Warnings = append(c.Warnings, Warning{Code: code, Field: field, Zh: t[0], En: t[1]})
}

var warningTexts = map[string][2]string{
	"text_damaged":        {"证件文字有无法识别的字符，请对照证件核对", "some characters of the chip are damaged; compare with the printed card"},
	"private_use":         {"含有自定义字符，请对照证件手工更正", "contains private-use characters; correct by hand from the printed card"},
	"missing":             {"芯片上此项为空", "this field is empty on the chip"},
	"date_invalid":        {"芯片上的日期不是有效日期，请对照证件填写", "the chip holds no real date here; fill it in from the printed card"},
	"validity_reversed":   {"有效期止早于有效期起", "the card ends before it begins"},
	"number_invalid":      {"证件号码校验不通过，请对照证件核对", "the number fails its check; compare with the printed card"},
	"birth_mismatch":      {"出生日期与号码不一致，以证件为准", "date of birth differs from the number; the printed card decides"},
	"sex_mismatch":        {"性别与号码不一致，以证件为准", "sex differs from the number; the printed card decides"},
	"sex_unknown":         {"性别代码不在标准内", "sex code is not in the standard"},
	"ethnicity_unknown":   {"民族代码不在代码表内，请对照证件填写", "ethnic code is not in the table; fill in from the printed card"},
	"kind_unknown":        {"证件类型标志未知，按居民身份证解析", "unknown card type flag; read as a resident card"},
	"address_unsupported": {"读卡器不支持读取追加住址", "this reader cannot read an appended address"},
}
