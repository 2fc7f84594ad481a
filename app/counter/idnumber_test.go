package counter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand"
	"strings"
	"testing"
)

func TestIDNumberVectors(t *testing.T) {
	for _, c := range []struct {
		n     string
		kind  IDKind
		valid bool
		birth Date
		sex   string
	}{
		{"11010519491231002X", IDResident, true, "1949-12-31", "女"},
		{"44060419900307201X", IDResident, true, "1990-03-07", "男"},
		{"440604195202290425", IDResident, true, "1952-02-29", "女"},
		{"440604201508150036", IDResident, true, "2015-08-15", "男"},
		{"44060120000229117X", IDResident, true, "2000-02-29", "男"},
		{"810000198506175017", IDHKMOTW, true, "1985-06-17", "男"},
		{"820000199001012040", IDHKMOTW, true, "1990-01-01", "女"},
		{"830000197811010023", IDHKMOTW, true, "1978-11-01", "女"},
		{"944840198804121014", IDForeigner2023, true, "1988-04-12", "男"},
		{"931156197001012029", IDForeigner2023, true, "1970-01-01", "女"},
		{"KAZ110090123105", IDForeigner2017, true, "1990-12-31", "女"},
		{"USA440088041216", IDForeigner2017, true, "1988-04-12", "男"},
		{"USA440088041210", IDForeigner2017, false, "1988-04-12", "男"},
		{"440604900307201", IDResident15, true, "1990-03-07", "男"},
		{"440604199003072011", IDResident, false, "1990-03-07", "男"},
		{"440604195102290424", IDResident, false, "", "女"},
		{"44060419900307201", IDUnknown, false, "", ""},
		{"", IDUnknown, false, "", ""},
		{"X4060419900307201X", IDUnknown, false, "", ""},
	} {
		n := NormalizeID(c.n)
		birth, _ := n.Birth()
		if n.Kind() != c.kind || (n.Check() == nil) != c.valid || birth != c.birth || n.Sex() != c.sex {
			t.Errorf("%s: kind %q, %v, %q %q", c.n, n.Kind(), n.Check(), birth, n.Sex())
		}
	}
}

func TestIDNumberNormalize(t *testing.T) {
	for _, s := range []string{"44060419900307201x", " 440604 19900307 201X ", "４４０６０４１９９００３０７２０１ｘ", "440604-19900307-201X"} {
		if n := NormalizeID(s); n.Plain() != "44060419900307201X" {
			t.Errorf("%q: %q", s, n.Plain())
		}
	}
}

// MOD 11-2 catches every change of one place and every swap of two neighbours;
// so must we, whatever kind the changed number looks like.
func TestIDNumberCatchesSingleChange(t *testing.T) {
	const base = "44060419900307201X"
	for i := range base {
		for _, c := range "0123456789XAI " {
			if byte(c) == base[i] {
				continue
			}
			changed := base[:i] + string(c) + base[i+1:]
			if IDNumber(changed).Check() == nil {
				t.Errorf("change at %d to %c passed", i, c)
			}
		}
	}
	for i := range len(base) - 2 {
		if base[i] == base[i+1] {
			continue
		}
		b := []byte(base)
		b[i], b[i+1] = b[i+1], b[i]
		if IDNumber(b).Check() == nil {
			t.Errorf("swap at %d passed", i)
		}
	}
}

func TestIDNumberProperty(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	for range 2000 {
		d := Date("1900-01-01").AddDays(rng.Intn(45000))
		head := fmt.Sprintf("%06d%s%03d", 110000+rng.Intn(540000), strings.ReplaceAll(string(d), "-", ""), rng.Intn(1000))
		n := IDNumber(head + string(mod11Check(head)))
		if err := n.Check(); err != nil {
			t.Fatal(n.Plain(), err)
		}
		if birth, ok := n.Birth(); !ok || birth != d {
			t.Fatal(birth, d)
		}
		i, c := rng.Intn(18), byte('0'+rng.Intn(10))
		if n[i] != c && IDNumber(string(n[:i])+string(c)+string(n[i+1:])).Check() == nil {
			t.Fatalf("change at %d passed", i)
		}
	}
}

func TestIDNumberWarnings(t *testing.T) {
	if w := IDNumber("440604900307201").Warnings(); len(w) != 1 {
		t.Error(w)
	}
	if w := IDNumber("44060419900307201X").Warnings(); w != nil {
		t.Error(w)
	}
	head := "99060419900307201"[:17]
	if w := IDNumber("1" + head[1:] + "X").Warnings(); len(w) != 1 {
		t.Error(w)
	}
}

func TestIDNumberHidesItself(t *testing.T) {
	n := IDNumber("44060419900307201X")
	if n.Mask() != "440604********201X" || n.MaskReceipt() != "4406**********201X" {
		t.Error(n.Mask(), n.MaskReceipt())
	}
	if short := IDNumber("4406041990"); short.Mask() != "**********" {
		t.Error(short.Mask())
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "id", n)
	out := log.String() + fmt.Sprintf("%v %s %+v %#v %q %x", n, n, n, n, n, n) + fmt.Sprint(struct{ N IDNumber }{n}, []IDNumber{n})
	if strings.Contains(out, "19900307") || strings.Contains(out, "3139393030333037") {
		t.Errorf("the number shows: %s", out)
	}
	if b, _ := json.Marshal(n); string(b) != `"44060419900307201X"` {
		t.Errorf("JSON is for sealing and must keep the number: %s", b)
	}
	if err := IDNumber("440604199003072011").Check(); strings.Contains(err.Error(), "1990") {
		t.Error("an error shows the number")
	}
}

func TestMasks(t *testing.T) {
	for in, want := range map[string]string{
		"张三丰": "张*丰", "张三": "张*", "张": "*", "": "", "欧阳修远": "欧**远", "李䶮𠅤": "李*𠅤", "李\U00020164": "李*",
		"葛\U000E0100城": "葛\U000E0100*", "DOE, JOHN QUINCY": "D** J** Q**",
	} {
		if got := MaskName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"13800000000": "138****0000", "138 0000 0000": "138****0000", "82000000": "******00", "0757-82000000": "075******0000", "110": "***"} {
		if got := MaskPhone(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{
		"138 0000 0000": "13800000000", "+86-13800000000": "13800000000", "１３８００００００００": "13800000000",
		"075782000000": "0757-82000000", "(0757)82000000": "0757-82000000", "010-62000000": "010-62000000", "12345": "12345",
		"82000000": "82000000", "+85291234567": "+85291234567",
	} {
		got := NormalizePhone(in)
		if got != want || CheckPhone(got) != nil {
			t.Errorf("%q: %q %v", in, got, CheckPhone(got))
		}
	}
	for _, bad := range []string{"", "1380000000", "12800000000", "abc", "138000000001"} {
		if CheckPhone(NormalizePhone(bad)) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzIDNumber(f *testing.F) {
	f.Add("44060419900307201X")
	f.Add("USA440088041216")
	f.Add("４４０６０４")
	f.Fuzz(func(t *testing.T, s string) {
		n := NormalizeID(s)
		if NormalizeID(n.Plain()) != n {
			t.Error("normalising twice differs")
		}
		_, _, _, _ = n.Check(), n.Warnings(), n.Sex(), n.Mask()
		if _, ok := n.Birth(); n.Check() == nil && !ok && n.Kind() != IDForeigner2017 {
			t.Error("a valid number without a birth date")
		}
	})
}
