package cardreader

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"onedoor/app/cardreader/internal/layout"
)

// text builds a 256-byte text; fields in layout order.
func text(t testing.TB, kind string, fields ...string) []byte {
	t.Helper()
	b, err := layout.Find(kind).Encode(fields)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func r1(t testing.TB, change ...string) []byte {
	f := []string{"张三丰", "1", "01", "19900307", "广东省佛山市禅城区张槎街道测试路1号",
		"44060419900307201X", "佛山市公安局禅城分局", "20200101", "20400101"}
	names := []string{"name", "sex", "ethnicity", "birth", "address", "number", "issuer", "valid_from", "valid_to"}
	for i := 0; i < len(change); i += 2 {
		for j, n := range names {
			if n == change[i] {
				f[j] = change[i+1]
			}
		}
	}
	return text(t, "resident", f...)
}

func parse(t testing.TB, b []byte) *Card {
	t.Helper()
	c, err := ParseText(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// warnings lists code:field.
func warnings(c *Card) string {
	var w []string
	for _, x := range c.Warnings {
		w = append(w, x.Code+":"+x.Field)
	}
	return strings.Join(w, " ")
}

// The five published cards as the JSON that scripts rely on.
func TestParseVectors(t *testing.T) {
	const bureau = "佛山市公安局禅城分局"
	for name, c := range map[string]struct {
		text []byte
		json string
	}{
		"R1": {r1(t), `{"kind":"resident","name":"张三丰","name_en":"","sex":"男","ethnicity":"汉","birth":"1990-03-07","address":"广东省佛山市禅城区张槎街道测试路1号","number":"44060419900307201X","number_valid":true,"issuer":"佛山市公安局禅城分局","valid_from":"2020-01-01","valid_to":"2040-01-01","new_address":"","photo_bytes":0}`},
		"R2": {text(t, "resident", "李䶮𠅤", "2", "15", "19520229", "广东省佛山市禅城区南庄镇罗南村测试巷2号", "440604195202290425", bureau, "20080101", "长期"),
			`{"kind":"resident","name":"李䶮𠅤","name_en":"","sex":"女","ethnicity":"土家","birth":"1952-02-29","address":"广东省佛山市禅城区南庄镇罗南村测试巷2号","number":"440604195202290425","number_valid":true,"issuer":"佛山市公安局禅城分局","valid_from":"2008-01-01","valid_to":"长期","new_address":"","photo_bytes":0}`},
		"H1": {text(t, "hkmotw", "陈大文", "1", "", "19850617", "广东省佛山市禅城区祖庙街道测试街3号", "810000198506175017", bureau, "20230601", "20280601", "H12345678", "01", "J"),
			`{"kind":"hkmotw","name":"陈大文","name_en":"","sex":"男","ethnicity":"","birth":"1985-06-17","address":"广东省佛山市禅城区祖庙街道测试街3号","number":"810000198506175017","number_valid":true,"issuer":"佛山市公安局禅城分局","valid_from":"2023-06-01","valid_to":"2028-06-01","new_address":"","photo_bytes":0,"permit_number":"H12345678","issue_count":"01"}`},
		"F1": {text(t, "foreigner2017", "DOE, JOHN QUINCY", "1", "USA440088041210", "USA", "杜约翰", "20180601", "20280601", "19880412", "01", "4400", "I"),
			`{"kind":"foreigner2017","name":"杜约翰","name_en":"DOE, JOHN QUINCY","sex":"男","ethnicity":"","birth":"1988-04-12","address":"","number":"USA440088041210","number_valid":false,"issuer":"","valid_from":"2018-06-01","valid_to":"2028-06-01","new_address":"","photo_bytes":0,"nationality":"USA","card_version":"01","accepting_authority":"4400","warnings":[{"code":"number_invalid","field":"number","zh":"证件号码校验不通过，请对照证件核对","en":"the number fails its check; compare with the printed card"}]}`},
		"F2": {text(t, "foreigner2023", "杜约翰", "1", "01", "19880412", "DOE, JOHN QUINCY ALEXANDER MAXIMILIAN B", "944840198804121014", "20240101", "20340101", "840", "Y", "000"),
			`{"kind":"foreigner2023","name":"杜约翰","name_en":"DOE, JOHN QUINCY ALEXANDER MAXIMILIAN B","sex":"男","ethnicity":"","birth":"1988-04-12","address":"","number":"944840198804121014","number_valid":true,"issuer":"","valid_from":"2024-01-01","valid_to":"2034-01-01","new_address":"","photo_bytes":0,"nationality":"840","issue_count":"01","former_number":"000"}`},
	} {
		got, err := json.Marshal(parse(t, c.text))
		if err != nil || string(got) != c.json {
			t.Errorf("%s:\n got %s\nwant %s (%v)", name, got, c.json, err)
		}
	}
}

// Odd cards: the read never fails, the warnings say what to look at.
func TestParseOdd(t *testing.T) {
	nul := func(b []byte) []byte {
		for i := 0; i < len(b); i += 2 {
			if b[i] == ' ' && b[i+1] == 0 {
				b[i] = 0
			}
		}
		return b
	}
	unit := func(b []byte, off int, u uint16) []byte {
		b[off], b[off+1] = byte(u), byte(u>>8)
		return b
	}
	plain := parse(t, r1(t))
	for name, c := range map[string]struct {
		text     []byte
		field    string
		want     any
		warnings string
	}{
		"NUL padding":          {nul(r1(t)), "Name", plain.Name, ""},
		"full-width padding":   {r1(t, "name", "张三丰　　"), "Name", "张三丰", ""},
		"unknown ethnic code":  {r1(t, "ethnicity", "57"), "Ethnicity", "未知(57)", "ethnicity_unknown:ethnicity"},
		"unknown sex code":     {r1(t, "sex", "5"), "Sex", "未知(5)", "sex_unknown:sex"},
		"sex not stated":       {r1(t, "sex", "9"), "Sex", "未说明", ""},
		"sex 0":                {r1(t, "sex", "0"), "Sex", "未知", ""},
		"30 February":          {r1(t, "birth", "19900230"), "Birth", "", "date_invalid:birth"},
		"date with letters":    {r1(t, "valid_from", "2020010a"), "ValidFrom", "", "date_invalid:valid_from"},
		"date of seven":        {r1(t, "valid_to", "2040010"), "ValidTo", "", "date_invalid:valid_to"},
		"long term birth":      {r1(t, "birth", "长期"), "Birth", "", "date_invalid:birth"},
		"validity reversed":    {r1(t, "valid_to", "20190101"), "ValidTo", "2019-01-01", "validity_reversed:valid_to"},
		"bad check digit":      {r1(t, "number", "440604199003072011"), "NumberValid", false, "number_invalid:number"},
		"date in number wrong": {r1(t, "number", "440604195102290424"), "NumberValid", false, "number_invalid:number"},
		"small x":              {r1(t, "number", "44060419900307201x"), "Number", "44060419900307201X", ""},
		"full-width number":    {r1(t, "number", "４４０６０４１９９００３０７２０１Ｘ"), "Number", "44060419900307201X", ""},
		"15 digits":            {r1(t, "number", "440604900307201"), "NumberValid", false, "number_invalid:number"},
		"birth differs":        {r1(t, "birth", "19910307"), "Birth", "1991-03-07", "birth_mismatch:birth"},
		"sex differs":          {r1(t, "sex", "2"), "Sex", "女", "sex_mismatch:sex"},
		"no name":              {r1(t, "name", ""), "Name", "", "missing:name"},
		"private use":          {r1(t, "name", "张\uE123"), "NamePrivateUse", true, "private_use:name"},
		"private use kept":     {r1(t, "name", "张\uE123"), "Name", "张\uE123", "private_use:name"},
		"private use, address": {r1(t, "address", "\uE123村"), "NamePrivateUse", false, "private_use:address"},
		"lone high surrogate":  {unit(r1(t), 2, 0xD840), "Name", "张\uFFFD丰", "text_damaged:name"},
		"lone low surrogate":   {unit(r1(t), 0, 0xDC00), "Name", "\uFFFD三丰", "text_damaged:name"},
		"surrogate at the end": {unit(r1(t, "name", "一二三四五六七八九十一二三四五"), 28, 0xD840), "Name", "一二三四五六七八九十一二三四\uFFFD", "text_damaged:name"},
		"control character":    {unit(r1(t), 2, 7), "Name", "张丰", "text_damaged:name"},
		"unknown type flag":    {unit(r1(t), 248, 'Q'), "Kind", Resident, "kind_unknown:kind"},
		"no Chinese name": {text(t, "foreigner2023", "", "1", "01", "19880412", "DOE, JOHN", "944840198804121014", "20240101", "20340101", "840", "Y", "000"),
			"Name", "DOE, JOHN", ""},
		"name splits at a space": {text(t, "foreigner2023", "", "1", "01", "19880412", strings.Repeat("A", 34)+" B", "944840198804121014", "20240101", "20340101", "840", "Y", "000"),
			"NameEN", strings.Repeat("A", 34) + " B", ""},
		"good 2017 number": {text(t, "foreigner2017", "DOE", "1", "USA440088041216", "USA", "", "20180601", "20280601", "19880412", "01", "4400", "I"),
			"NumberValid", true, ""},
		"2017 number of another": {text(t, "foreigner2017", "DOE", "1", "USA440088041216", "USA", "", "20180601", "20280601", "19880413", "01", "4400", "I"),
			"Birth", "1988-04-13", "birth_mismatch:birth"},
	} {
		card := parse(t, c.text)
		if got := reflect.ValueOf(*card).FieldByName(c.field).Interface(); got != c.want {
			t.Errorf("%s: %s = %v, want %v", name, c.field, got, c.want)
		}
		if got := warnings(card); got != c.warnings {
			t.Errorf("%s: warnings %q, want %q", name, got, c.warnings)
		}
	}
	if got := fmt.Sprintf("% X", parse(t, r1(t, "name", "\uE123")).NameRaw[:4]); got != "23 E1 20 00" {
		t.Errorf("raw name %s", got)
	}
}

func TestParseBlank(t *testing.T) {
	for _, fill := range []byte{0, ' ', 0xFF} {
		b := make([]byte, 256)
		for i := range b {
			if b[i] = fill; fill == ' ' && i%2 == 1 {
				b[i] = 0
			}
		}
		if c := parse(t, b); c.Name != "" || c.Number != "" || c.NumberValid || len(c.Warnings) == 0 {
			t.Errorf("blank card of %02X: %+v", fill, c.Warnings)
		}
	}
	if _, err := ParseText(make([]byte, 255)); err == nil {
		t.Error("255 bytes accepted")
	}
}

func TestParseAddress(t *testing.T) {
	raw, _ := layout.EncodeAddress("广东省佛山市禅城区祖庙街道新址路9号")
	if got, damaged := ParseAddress(append(raw, 'x', 'y')); got != "广东省佛山市禅城区祖庙街道新址路9号" || damaged {
		t.Error(got)
	}
	if got, _ := ParseAddress(nil); got != "" {
		t.Error(got)
	}
}

func TestNumbers(t *testing.T) {
	for number, want := range map[string]bool{
		"11010519491231002X": true, "44060419900307201X": true, "440604195202290425": true,
		"440604201508150036": true, "44060120000229117X": true, "810000198506175017": true,
		"820000199001012040": true, "830000197811010023": true, "944840198804121014": true,
		"931156197001012029": true, "USA440088041216": true, "KAZ110090123105": true,
		"440604199003072011": false, "440604195102290424": false, "USA440088041210": false,
		"44060419900307201x": false, "": false, "4406041990030720": false,
		"44060419900307２": false, "usa440088041216": false, "USA4400880412X6": false,
	} {
		if ValidNumber(number) != want {
			t.Errorf("%q: valid = %v", number, !want)
		}
	}
}

func TestEthnicTable(t *testing.T) {
	if n := len(ethnicNames()); n != 58 {
		t.Errorf("%d codes, want 56 groups and two more", n)
	}
	for code, want := range map[string]string{"01": "汉", "46": "德昂", "56": "基诺", "97": "其他", "98": "外国血统中国籍人士", "83": "未知(83)", "": "未知()"} {
		if got, _ := EthnicName(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

// Whatever a program logs about a card, it names nobody.
func TestCardDoesNotPrint(t *testing.T) {
	c := parse(t, r1(t))
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("card", "card", c, "value", *c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s", *c, c, *c, c), log.String()} {
		if strings.Contains(s, "张三丰") || strings.Contains(s, "440604") || strings.Contains(s, "测试路") {
			t.Errorf("printed: %s", s)
		}
	}
}

// Any 256 bytes give a card whose JSON is valid text with real dates.
func FuzzParseText(f *testing.F) {
	f.Add(r1(f))
	f.Add(text(f, "foreigner2023", "杜约翰", "1", "01", "19880412", "DOE", "944840198804121014", "20240101", "20340101", "840", "Y", "000"))
	f.Fuzz(func(t *testing.T, in []byte) {
		b := make([]byte, 256)
		copy(b, in)
		c, err := ParseText(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []string{c.Birth, c.ValidFrom, c.ValidTo} {
			if d != "" && d != LongTerm && !isDate(strings.ReplaceAll(d, "-", "")) {
				t.Fatalf("date %q", d)
			}
		}
		out, err := json.Marshal(c)
		if err != nil || !utf8.Valid(out) || !utf8.ValidString(c.Name) {
			t.Fatal("not valid text")
		}
		if c.NumberValid && len(c.Number) != 18 && len(c.Number) != 15 {
			t.Fatalf("valid number of length %d", len(c.Number))
		}
		for _, w := range c.Warnings {
			if w.Zh == "" || w.En == "" {
				t.Fatalf("warning %s has no text", w.Code)
			}
		}
	})
}
