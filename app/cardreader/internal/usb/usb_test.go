package usb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// script is a device that expects recorded transfers in their order.
type script struct {
	t     *testing.T
	lines []string
	held  []byte
}

func (s *script) next() (kind, endpoint string, data []byte) {
	if len(s.lines) == 0 {
		return "", "", nil
	}
	f := strings.SplitN(s.lines[0], " ", 3)
	if len(f) == 3 {
		data, _ = hex.DecodeString(strings.ReplaceAll(f[2], " ", ""))
	}
	return f[0], f[1], data
}

func (s *script) Bulk(endpoint uint8, p []byte, limit time.Duration) (int, error) {
	kind, ep, data := s.next()
	name := fmt.Sprintf("%02X", endpoint)
	if endpoint < 0x80 {
		if kind != "OUT" || ep != name || string(data) != string(p) {
			s.t.Errorf("OUT %s % X, want %s %s % X", name, p, kind, ep, data)
		}
		s.lines = s.lines[1:]
		return len(p), nil
	}
	if kind == "LOST" {
		return 0, errors.New("no such device")
	}
	if kind != "IN" || ep != name {
		return 0, ErrTimeout
	}
	n := copy(p, data)
	if n < len(data) {
		s.lines[0] = fmt.Sprintf("IN %s % X", name, data[n:])
		return n, nil
	}
	s.lines = s.lines[1:]
	return n, nil
}

func (s *script) Close() error { return nil }

func load(t *testing.T, name string) *script {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s.lines = append(s.lines, line)
		}
	}
	return s
}

func TestTransfers(t *testing.T) {
	s := load(t, "short.transfers")
	p := NewPort(s, 64)
	defer p.Close()
	for _, c := range []struct{ request, answer string }{
		{"AAAAAA9669000311FFED", "AAAAAA96690004000090 94"},
		{"AAAAAA966900032001 22", "AAAAAA966900080000 9F 00000000 97"},
		{"AAAAAA966900032002 21", "AAAAAA9669000C0000 90 0000000000000000 9C"},
		{"AAAAAA9669000320 01 23", "AAAAAA96690004000010 14"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if err := p.Write(ctx, unhex(c.request)); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for want := unhex(c.answer); len(got) < len(want); {
			buf := make([]byte, 5)
			n, err := p.Read(ctx, buf)
			if err != nil {
				t.Fatalf("%s: %v after % X", c.request, err, got)
			}
			got = append(got, buf[:n]...)
		}
		if string(got) != string(unhex(c.answer)) {
			t.Errorf("%s: % X", c.request, got)
		}
		cancel()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 80*time.Millisecond)
	defer cancel()
	if _, err := p.Read(ctx, make([]byte, 5)); err == nil || len(s.lines) != 1 {
		t.Errorf("after the end: %v, %d lines left", err, len(s.lines))
	}
}

func unhex(s string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	return b
}

// The descriptors of a module as the protocol's description has them.
func descriptors() []byte {
	return unhex("12 01 10 01 00 00 00 40 00 04 5A C3 00 01 01 02 00 01" +
		"09 02 2E 00 01 01 00 80 32" + "09 04 00 00 04 FF 00 00 00" +
		"07 05 02 02 40 00 00" + "07 05 06 02 40 00 00" + "07 05 81 02 40 00 00" + "07 05 85 02 40 00 00")
}

func TestFindInterface(t *testing.T) {
	got, err := FindInterface(descriptors())
	if err != nil || got != (Interface{0, 64}) {
		t.Errorf("%+v %v", got, err)
	}
	for n := range len(descriptors()) {
		if _, err := FindInterface(descriptors()[:n]); err == nil {
			t.Errorf("%d bytes are enough", n)
		}
	}
}

func FuzzFindInterface(f *testing.F) {
	f.Add(descriptors())
	f.Fuzz(func(t *testing.T, d []byte) {
		if got, err := FindInterface(d); err == nil && (got.Packet < headLen || got.Packet > 0x7FF) {
			t.Errorf("%+v", got)
		}
	})
}
