package vendorlib

import (
	"testing"

	"onedoor/app/cardreader/sdt"
)

func TestParseSAMID(t *testing.T) {
	const printed = "05.03-20091105-0001234567-0987654321"
	if got := sdt.FormatSAMID(parseSAMID(printed)); got != printed {
		t.Error(got)
	}
	for _, s := range []string{"", "05.03", "05.03-20091105-0001234567-x", "05.03-20091105-0001234567-99999999999"} {
		if parseSAMID(s) != nil {
			t.Errorf("%q is an id", s)
		}
	}
}

func TestWords(t *testing.T) {
	for s, want := range map[string]string{"1952年02月29日": "19520229", "2008.01.01": "20080101", "长期": "长期", "": ""} {
		if got := digits(s); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	for s, want := range map[string]string{"汉": "01", "汉族": "01", "土家": "15", "谁": ""} {
		if got := ethnicCode(s); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, _, err := Open("/no/such/library.so", 1001); err == nil {
		t.Error("opened nothing")
	}
}
