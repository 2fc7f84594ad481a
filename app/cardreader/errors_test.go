package cardreader

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"onedoor/app/cardreader/sdt"
)

// Every code has a message and a next step in both languages, read from the
// source so that a new code cannot be forgotten.
func TestEveryCodeHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") || len(spec.Values) != 1 {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes++
		e := newError(code, 0, nil)
		if e.Zh == "" || e.En == "" || code != CodeCancelled && (e.HintZh == "" || e.HintEn == "") {
			t.Errorf("%s has no words", code)
		}
		if strings.Contains(e.HintZh, "拿起") && code != CodeNoCard && code != CodeLiftCard {
			t.Errorf("%s asks to lift the card; only status 80 may", code)
		}
		return true
	})
	if codes < 20 {
		t.Errorf("found only %d codes", codes)
	}
}

func TestStatusTable(t *testing.T) {
	for sw3, want := range map[byte]string{
		0x10: CodeLine, 0x11: CodeLine, 0x21: CodeCommand, 0x24: CodeModule,
		0x31: CodeAuth, 0x32: CodeAuth, 0x33: CodeAuth, 0x40: CodeWrongCard, 0x41: CodeReadFailed,
		0x47: CodeModule, 0x60: CodeSelfTest, 0x66: CodeNotAuthorised, 0x80: CodeNoCard,
		0x81: CodeSelectFailed, 0x77: CodeModule,
	} {
		if e := statusError(sw3); e.Code != want || e.Status != sw3 {
			t.Errorf("%02X: %s", sw3, e.Code)
		}
	}
}

func TestErrorText(t *testing.T) {
	e := newError(CodeReadFailed, 0x41, context.DeadlineExceeded)
	if !errors.Is(e, context.DeadlineExceeded) || CodeOf(e) != CodeReadFailed || CodeOf(errors.New("x")) != "" {
		t.Error("the chain is broken")
	}
	if s := e.Error(); !strings.Contains(s, "读取证件失败") || !strings.Contains(s, "41") {
		t.Error(s)
	}
}

func TestOpenErrors(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EACCES: CodeNoPermission, fs.ErrPermission: CodeNoPermission, syscall.EBUSY: CodeBusy,
		syscall.ENOENT: CodeNoReader, os.ErrNotExist: CodeNoReader, errors.New("?"): CodeNoReader,
	} {
		if e := openError(err); e.Code != want {
			t.Errorf("%v: %s", err, e.Code)
		}
	}
}

func TestParseURL(t *testing.T) {
	one := []int{9600}
	for url, want := range map[string]target{
		"sdt+serial:///dev/ttyUSB0?baud=9600":    {device: "/dev/ttyUSB0", bauds: one},
		"sdt+serial:///dev/serial/by-id/usb-x:1": {device: "/dev/serial/by-id/usb-x:1", bauds: sdt.Bauds[:]},
		"sdt+serial://dev/ttyS0?baud=9600":       {device: "/dev/ttyS0", bauds: one},
		"sdt+serial://COM3?baud=9600":            {device: "COM3", bauds: one},
		"sdt+serial://com12":                     {device: "com12", bauds: sdt.Bauds[:]},
		"sdt+serial:///dev/pts/5?baud=auto":      {device: "/dev/pts/5", bauds: sdt.Bauds[:]},
		"sdt+tcp://127.0.0.1:9600":               {tcp: "127.0.0.1:9600"},
		"sdt+tcp://[::1]:9600/":                  {tcp: "[::1]:9600"},
		"/dev/ttyACM0":                           {device: "/dev/ttyACM0", bauds: sdt.Bauds[:]},
		"COM3":                                   {device: "COM3", bauds: sdt.Bauds[:]},
	} {
		got, err := parseURL(url)
		if err != nil || got.tcp != want.tcp || got.device != want.device || len(got.bauds) != len(want.bauds) {
			t.Errorf("%s: %+v %v", url, got, err)
		}
	}
	for url, code := range map[string]string{
		"": CodeBadURL, "ttyUSB0": CodeBadURL, "http://x": CodeBadURL, "sdt+tcp://host": CodeBadURL,
		"sdt+tcp://:9600": CodeBadURL, "sdt+tcp://h:1?baud=9600": CodeBadURL, "sdt+serial://": CodeBadURL,
		"sdt+serial:///dev/x?baud=300": CodeBadURL, "sdt+serial:///dev/x?baut=9600": CodeBadURL,
		"sdt+serial://host/dev/x": CodeBadURL, "sdt+tcp://a b:1": CodeBadURL, "COM": CodeBadURL,
		"sdt+usb://0400:beef": CodeBadURL,
	} {
		if _, err := parseURL(url); CodeOf(err) != code {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("sdt+serial:///dev/ttyUSB0?baud=9600")
	f.Add("sdt+tcp://127.0.0.1:9600")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseURL(s)
		if err == nil && (got.tcp == "") == (got.device == "") {
			t.Fatalf("%q: %+v", s, got)
		}
	})
}
