package helper

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/cardreader/sdt"
)

type fake struct{ closed bool }

func (f *fake) Do(c sdt.Command) Answer { return Answer{Status: sdt.OK, Data: []byte{byte(c)}} }
func (f *fake) Close()                  { f.closed = true }

func TestServe(t *testing.T) {
	var out bytes.Buffer
	lib := &fake{}
	in := strings.NewReader("{\"id\":1,\"command\":4607}\nnoise\n{\"id\":0}\n{\"id\":2,\"command\":8193}\n")
	if err := Serve(in, &out, Hello{Protocol: Version, Family: "sdt"}, lib, func() {}); err != nil || !lib.closed {
		t.Fatal(err, lib.closed)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatal(out.String())
	}
	if h, err := decodeHello([]byte(lines[0])); err != nil || h.Family != "sdt" {
		t.Error(h, err)
	}
	if a, err := decodeAnswer([]byte(lines[2])); err != nil || a.ID != 2 || a.Data[0] != 1 {
		t.Error(a, err)
	}
}

// When the input ends in the middle of a call, the process is told to end.
func TestServeEndsInACall(t *testing.T) {
	in, write := io.Pipe()
	lib := stuck{entered: make(chan struct{}), leave: make(chan struct{})}
	exited := make(chan struct{})
	go Serve(in, io.Discard, Hello{}, lib, func() { close(exited) })
	io.WriteString(write, "{\"id\":1,\"command\":4607}\n")
	<-lib.entered
	write.Close()
	<-exited
	close(lib.leave)
}

type stuck struct{ entered, leave chan struct{} }

func (s stuck) Do(sdt.Command) Answer { close(s.entered); <-s.leave; return Answer{} }
func (s stuck) Close()                {}

func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET_PASSPHRASE", "open sesame")
	for _, v := range environment("/x") {
		if strings.Contains(v, "sesame") {
			t.Error(v)
		}
	}
}

func TestWipeFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	os.MkdirAll(filepath.Join(dir, "sub"), 0o700)
	path := filepath.Join(dir, "sub", "wz.txt")
	os.WriteFile(path, []byte("somebody"), 0o600)
	open, err := os.Open(path) // the bytes, not only the name
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	wipeFolder(dir)
	rest, _ := io.ReadAll(open)
	if _, err := os.Stat(dir); err == nil || !bytes.Equal(rest, make([]byte, 8)) {
		t.Errorf("%v, %q", err, rest)
	}
}

// Whatever a library prints, a line is an answer or nothing.
func FuzzAnswer(f *testing.F) {
	for _, v := range []any{Hello{Protocol: 1, Family: "sdt", Library: "libsdtapi.so"}, Answer{ID: 3, Status: 0x90, Data: []byte{1}}, Answer{ID: 1, Gone: true}} {
		b, _ := json.Marshal(v)
		f.Add(b)
	}
	f.Add([]byte(`{"id":1,"status":300}`))
	f.Add([]byte(`{"protocol":1,"library":"WltRs.dll","bitmap":"Qk0="}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if a, err := decodeAnswer(line); err == nil && sdt.EncodeAnswer(a.Status, a.Data) == nil {
			t.Error("an answer that makes no frame")
		}
		if p, err := decodePicture(line); err == nil && p.Error == "" && len(p.Bitmap) == 0 {
			t.Error("a picture without a picture")
		}
		if h, err := decodeHello(line); err == nil && h.Protocol != Version {
			t.Error(h)
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"id":1,"command":4607}`))
	f.Add([]byte(`{"id":1,"command":-1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if r, err := DecodeRequest(line); err == nil && r.ID == 0 {
			t.Error(r)
		}
	})
}
