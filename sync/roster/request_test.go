package roster

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestRequestFile(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	req, err := DecodeRequest(w.request)
	if err != nil || req.Division != villageCode || req.Counter != "01" || req.Name != "塔坡社区服务站" {
		t.Fatalf("%+v, %v", req, err)
	}
	// A mail program may change line ends; a person may look at the file.
	crlf := bytes.ReplaceAll(w.request, []byte("\n"), []byte("\r\n"))
	if _, err := DecodeRequest(crlf); err != nil {
		t.Error(err)
	}
	// Characters that JSON writers escape in several ways must not break the signature.
	w.enrol(t, "440604100002", "01", `A&B <村> "一" \u0041`, Village)
	if !bytes.Contains(w.request, []byte("塔坡社区服务站")) {
		t.Error("the name cannot be read in the file")
	}
	file := string(w.request)
	for what, c := range map[string]struct {
		data string
		code Code
	}{
		"empty":         {"", CodeWrongFile},
		"grant":         {string(w.grantFile), CodeWrongFile},
		"photo":         {"\x89PNG\r\n\x1a\n", CodeWrongFile},
		"cut":           {file[:len(file)/2], CodeWrongFile},
		"newer":         {strings.Replace(file, `"version": 1`, `"version": 2`, 1), CodeNewer},
		"older":         {strings.Replace(file, `"version": 1`, `"version": 0`, 1), CodeAltered},
		"other counter": {strings.Replace(file, `"counter": "01"`, `"counter": "02"`, 1), CodeAltered},
		"other village": {strings.Replace(file, `"division": "440604100001"`, `"division": "440604100002"`, 1), CodeAltered},
		"other name":    {strings.Replace(file, "塔坡", "河宕", 1), CodeAltered},
		"unknown field": {strings.Replace(file, `"counter"`, `"more": 1, "counter"`, 1), CodeAltered},
		"trailing":      {file + "{}", CodeWrongFile},
		"huge":          {file + strings.Repeat(" ", maxRequest), CodeTooLarge},
	} {
		_, err := DecodeRequest([]byte(c.data))
		wantCode(t, what, err, c.code)
	}
}

// TestRequestKeysAreBound: parts of two genuine requests do not make a third.
func TestRequestKeysAreBound(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	a, _ := DecodeRequest(w.request)
	other, _ := GenerateKeys()
	b, err := NewRequest(other, villageCode, "01", "x")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Request){
		"transport": func(r *Request) { r.TLSCSR = b.TLSCSR },
		"signing":   func(r *Request) { r.SignCSR = b.SignCSR },
		"wrapping":  func(r *Request) { r.WrapKey = b.WrapKey },
	} {
		mixed := *a
		change(&mixed)
		file, err := mixed.Encode(w.townKeys) // signed by somebody else
		if err != nil {
			t.Fatal(err)
		}
		_, err = DecodeRequest(file)
		wantCode(t, what, err, CodeAltered)
	}
	one := *other
	one.TLS = one.Signing
	_, err = NewRequest(&one, villageCode, "01", "x")
	wantCode(t, "one key for both", err, CodeInvalid)
	for _, c := range [][3]string{{"4406", "01", "x"}, {"440604100001", "1", "x"}, {"440604100001", "0a", "x"}, {"440604100001", "01", ""},
		{"440604100001", "01", strings.Repeat("长", 65)}} {
		_, err := NewRequest(other, c[0], c[1], c[2])
		wantCode(t, strings.Join(c[:], " "), err, CodeInvalid)
	}
}

// TestNoByteOfARequestCanChangeItsMeaning: white space is not covered, all else is.
func TestNoByteOfARequestCanChangeItsMeaning(t *testing.T) {
	w := newWorld(t, "440604", "禅城区")
	want, _ := DecodeRequest(w.request)
	bad := bytes.Clone(w.request)
	for i := range bad {
		bad[i] ^= 1 << (i % 8)
		got, err := DecodeRequest(bad)
		if err != nil && CodeOf(err) == "" {
			t.Fatalf("byte %d: untyped %v", i, err)
		}
		if err == nil && !sameJSON(got, want) {
			t.Fatalf("byte %d changed the request", i)
		}
		bad[i] ^= 1 << (i % 8)
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}
