package endpoint

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/internal/cli"
	"onedoor/internal/clock"
)

// serveHere runs a daemon in this process that fails the test when a command gets in.
func serveHere(t *testing.T) (home string, at place) {
	t.Helper()
	home = t.TempDir()
	lease, _, err := Acquire(t.Context(), home, "test", clock.System, 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := lease.Serve(clock.System, func(context.Context, *cli.Env) int {
		t.Error("a stranger's command was carried out")
		return 0
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); lease.Release() })
	if at, err = readPlace(home); err != nil {
		t.Fatal(err)
	}
	return home, at
}

func TestEndpointFileIsPrivate(t *testing.T) {
	home, at := serveHere(t)
	st, err := os.Stat(filepath.Join(home, EndpointName))
	if err != nil || at.Network == "unix" && st.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", st.Mode(), err)
	}
}

func TestStrangerWithoutToken(t *testing.T) {
	_, at := serveHere(t)
	conn, err := at.dial(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	f := &frameWriter{w: conn}
	nonce := newNonce()
	f.writeJSON(kindHello, hello{Protocol: protocol, Nonce: nonce})
	var p proof
	if err := expect(conn, kindProof, &p); err != nil {
		t.Fatal(err)
	}
	// The server's own proof played back must not open it either.
	f.writeJSON(kindRequest, request{MAC: p.MAC, Args: []string{"x"}})
	if k, _, err := readFrame(conn); err != nil || k != kindRefused {
		t.Fatalf("kind %d, %v", k, err)
	}
}

// A program on a dead daemon's port cannot prove the token and is told nothing.
func TestImpostorLearnsNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan []byte, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		var h hello
		expect(conn, kindHello, &h)
		(&frameWriter{w: conn}).writeJSON(kindProof, proof{Protocol: protocol, Nonce: newNonce(), MAC: newNonce()})
		rest, _ := io.ReadAll(conn)
		heard <- rest
	}()
	home := t.TempDir()
	at := place{Network: "tcp", Address: l.Addr().String(), Token: newNonce()}
	if err := at.write(home); err != nil {
		t.Fatal(err)
	}
	if _, err := Connect(home); !errors.Is(err, errNotOurs) {
		t.Fatalf("err = %v", err)
	}
	if rest := <-heard; len(rest) != 0 {
		t.Fatalf("the impostor heard %q", rest)
	}
}

func TestDamagedEndpointFile(t *testing.T) {
	for _, content := range []string{"", "{", `{"network":"unix","address":"/x"}`, `{"network":"udp","token":"AAAA"}`} {
		home := t.TempDir()
		os.WriteFile(filepath.Join(home, EndpointName), []byte(content), 0o600)
		if _, err := Connect(home); err == nil {
			t.Errorf("%q was accepted", content)
		}
	}
}

func TestProofsAreBoundToRoleAndNonces(t *testing.T) {
	token, a, b := newNonce(), newNonce(), newNonce()
	base := mac(token, "server", a, b)
	for _, other := range [][]byte{mac(token, "client", a, b), mac(token, "server", b, a), mac(newNonce(), "server", a, b)} {
		if hmac.Equal(base, other) {
			t.Fatal("two proofs are equal")
		}
	}
}

func FuzzFrame(f *testing.F) {
	var b bytes.Buffer
	(&frameWriter{w: &b}).writeJSON(kindRequest, request{Args: []string{"case", "list"}})
	f.Add(b.Bytes())
	f.Add([]byte{4, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{4, 0, 0, 0, 2, 'x'})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		k, payload, err := readFrame(r)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := (&frameWriter{w: &again}).write(k, payload); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), data[:len(data)-r.Len()]) {
			t.Fatal("a frame does not read back as it was written")
		}
		var req request
		json.Unmarshal(payload, &req)
	})
}

// FuzzGreet sends anything at all to a daemon that waits for a client.
func FuzzGreet(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, '{', '}'})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ours, theirs := net.Pipe()
		go io.Copy(io.Discard, theirs)
		go func() { theirs.Write(data); theirs.Close() }()
		s := &Server{token: newNonce()}
		if _, err := s.greet(ours, &frameWriter{w: ours}); err == nil {
			t.Fatal("a stranger was let in")
		}
		ours.Close()
	})
}
