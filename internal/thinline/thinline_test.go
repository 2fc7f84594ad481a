package thinline

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// echo answers with what it is sent.
func echo(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return ln.Addr().String()
}

// TestNothingIsLostAndNothingIsEarly: a line delays, and changes no byte.
func TestNothingIsLostAndNothingIsEarly(t *testing.T) {
	l := &Line{Rate: 400_000, Delay: 20 * time.Millisecond, Loss: 0.1, Seed: 3, Now: time.Now}
	at, end, err := l.Forward(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	start := time.Now() // the line counts from the dial on
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := bytes.Repeat([]byte("0123456789"), 3000)
	go func() { _, _ = c.Write(sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%v", err)
	}
	// Handshake, there, back, and the time of the bytes on one lane.
	if least := 4*l.Delay + time.Duration(len(sent))*time.Second/time.Duration(l.Rate); time.Since(start) < least {
		t.Fatalf("%v, a line takes at least %v", time.Since(start), least)
	}
}

func TestCutAfter(t *testing.T) {
	l := &Line{Rate: 10_000_000, Seed: 1, Now: time.Now}
	at, end, err := l.Forward(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	l.CutAfter(20_000)
	for range 2 {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = c.Write(make([]byte, 40_000)) }()
		n, _ := io.Copy(io.Discard, io.LimitReader(c, 40_000))
		_ = c.Close()
		if l.Bytes() < 20_000 {
			t.Fatalf("%d bytes", l.Bytes())
		}
		if n == 40_000 {
			return // the second connection is whole
		}
	}
	t.Fatal("a line that was cut once stays cut")
}

// TestDown: while a line is away, what was on it is broken and nobody gets through;
// afterwards it carries again.
func TestDown(t *testing.T) {
	l := &Line{Rate: 10_000_000, Seed: 1, Now: time.Now}
	at, end, err := l.Forward(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	ask := func() error {
		c, err := net.Dial("tcp", at)
		if err != nil {
			return err
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = c.Write([]byte("x"))
		_, err = io.ReadFull(c, make([]byte, 1))
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	l.Down(true)
	if err := ask(); err == nil {
		t.Fatal("a line that is away answers")
	}
	l.Down(false)
	if err := ask(); err != nil {
		t.Fatal(err)
	}
}
