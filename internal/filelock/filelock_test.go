package filelock

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// holderEnv makes the test binary hold a lock as a second process.
const holderEnv = "FILELOCK_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holderEnv); path != "" {
		l, err := Try(path)
		if err != nil {
			os.Exit(1)
		}
		l.SetNote([]byte("child"))
		os.Stdout.WriteString("held\n")
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.SetNote([]byte("a longer first note")); err != nil {
		t.Fatal(err)
	}
	if err := first.SetNote([]byte("pid 7")); err != nil {
		t.Fatal(err)
	}
	if _, err := Try(path); !errors.Is(err, ErrHeld) {
		t.Fatalf("second Try: %v", err)
	}
	if note, err := Note(path); err != nil || string(note) != "pid 7" {
		t.Fatalf("note %q, %v", note, err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Try(path)
	if err != nil {
		t.Fatal("not free after Release:", err)
	}
	again.Release()
}

func TestWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Wait(t.Context(), path, 60*time.Millisecond); !errors.Is(err, ErrHeld) {
		t.Fatalf("timeout gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Wait(ctx, path, time.Minute); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled wait gives %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { first.Release() })
	second, err := Wait(t.Context(), path, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
}

// A killed holder must free the lock, and its stale note must not matter.
func TestKilledHolderFreesTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(exe)
	child.Env = append(os.Environ(), holderEnv+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("child says %q", line)
	}
	if _, err := Try(path); !errors.Is(err, ErrHeld) {
		t.Fatalf("while the child holds it: %v", err)
	}
	child.Process.Kill()
	child.Wait()
	l, err := Wait(t.Context(), path, 10*time.Second)
	if err != nil {
		t.Fatal("after the kill:", err)
	}
	if note, _ := Note(path); string(note) != "child" {
		t.Fatalf("note %q", note)
	}
	l.Release()
}

func TestNoFolder(t *testing.T) {
	if _, err := Try(filepath.Join(t.TempDir(), "no", "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("err = %v", err)
	}
}
