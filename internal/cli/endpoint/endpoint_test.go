package endpoint

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/internal/cli"
	"onedoor/internal/clock"
)

// roleEnv makes the test binary another process: "daemon HOME" or "writer HOME".
const roleEnv = "ENDPOINT_TEST_ROLE"

func TestMain(m *testing.M) {
	if role, home, ok := strings.Cut(os.Getenv(roleEnv), " "); ok {
		os.Exit(other(role, home))
	}
	os.Exit(m.Run())
}

// other is the second process: it owns home until it is killed.
func other(role, home string) int {
	lease, err := Own(context.Background(), home, "onedoor "+role, clock.System, 0)
	if err == nil && role == "daemon" {
		_, err = lease.Serve(clock.System, testCommands)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	time.Sleep(time.Minute)
	return 0
}

// testCommands is a handler with one command per thing to be carried over.
func testCommands(ctx context.Context, env *cli.Env) int {
	switch env.Args[0] {
	case "where":
		fmt.Fprintf(env.Stdout, "%s %s %s", env.Path("a.json"), env.Getenv("ONEDOOR_PASSWORD"), env.Getenv("LANG"))
		fmt.Fprint(env.Stderr, "warned")
		return 7
	case "cat":
		if _, err := io.Copy(env.Stdout, env.Stdin); err != nil {
			return 1
		}
	case "ask":
		if env.Prompt == nil {
			return 3
		}
		secret, err := env.Prompt("密码: ")
		if err != nil {
			return 1
		}
		fmt.Fprintf(env.Stdout, "got %s", secret)
	case "wait":
		fmt.Fprint(env.Stdout, "waiting")
		<-ctx.Done()
		os.WriteFile(env.Path("cancelled"), nil, 0o600)
		return 1
	}
	return 0
}

// start runs the test binary in a role and waits until it owns home.
func start(t *testing.T, role, home string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"="+role+" "+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%s says %q", role, line)
	}
	return cmd
}

// do sends one command to the daemon of home.
func do(t *testing.T, home string, env cli.Env) (code int, stdout, stderr string) {
	t.Helper()
	lease, c, err := Acquire(t.Context(), home, "test", clock.System, 5*time.Second)
	if err != nil || lease != nil {
		t.Fatalf("Acquire: lease %v, %v", lease, err)
	}
	var out, errs bytes.Buffer
	env.Stdout, env.Stderr = &out, &errs
	if env.Getenv == nil {
		env.Getenv = func(string) string { return "" }
	}
	code, err = c.Execute(t.Context(), &env)
	if err != nil {
		t.Fatal(err)
	}
	return code, out.String(), errs.String()
}

func TestDaemonCarriesOutCommands(t *testing.T) {
	home, cwd := t.TempDir(), t.TempDir()
	start(t, "daemon", home)

	vars := map[string]string{"ONEDOOR_PASSWORD": "pw", "LANG": "en", "SECRET": "no"}
	code, out, errs := do(t, home, cli.Env{Args: []string{"where"}, Cwd: cwd, Getenv: func(k string) string { return vars[k] }})
	if want := filepath.Join(cwd, "a.json") + " pw en"; code != 7 || out != want || errs != "warned" {
		t.Errorf("where: exit %d, %q, %q", code, out, errs)
	}

	big := strings.Repeat("一行很长的输入\n", 50_000) // about a megabyte, many chunks
	if _, out, _ := do(t, home, cli.Env{Args: []string{"cat"}, Stdin: strings.NewReader(big)}); out != big {
		t.Errorf("cat: %d bytes of %d", len(out), len(big))
	}
	if _, out, _ := do(t, home, cli.Env{Args: []string{"cat"}}); out != "" {
		t.Errorf("cat without input: %q", out)
	}

	if code, _, _ := do(t, home, cli.Env{Args: []string{"ask"}}); code != 3 {
		t.Errorf("ask without a terminal: exit %d", code)
	}
	prompt := func(text string) ([]byte, error) { return []byte("typed after " + text), nil }
	if _, out, _ := do(t, home, cli.Env{Args: []string{"ask"}, Prompt: prompt}); out != "got typed after 密码: " {
		t.Errorf("ask: %q", out)
	}
	prompt = func(string) ([]byte, error) { return nil, errors.New("closed") }
	if code, _, _ := do(t, home, cli.Env{Args: []string{"ask"}, Prompt: prompt}); code != 1 {
		t.Errorf("ask with a failing terminal: exit %d", code)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	home := t.TempDir()
	start(t, "daemon", home)
	done := make(chan string)
	for i := range 8 {
		go func() {
			text := strings.Repeat(fmt.Sprint(i), 100_000)
			c, err := Connect(home)
			if err != nil {
				done <- err.Error()
				return
			}
			var out bytes.Buffer
			env := &cli.Env{Args: []string{"cat"}, Stdin: strings.NewReader(text), Stdout: &out, Stderr: io.Discard,
				Getenv: func(string) string { return "" }}
			if code, err := c.Execute(context.Background(), env); code != 0 || err != nil || out.String() != text {
				done <- fmt.Sprintf("client %d: exit %d, %v, %d bytes", i, code, err, out.Len())
				return
			}
			done <- ""
		}()
	}
	for range 8 {
		if fault := <-done; fault != "" {
			t.Error(fault)
		}
	}
}

// A client that is interrupted cancels its command in the daemon.
func TestClientGone(t *testing.T) {
	home, cwd := t.TempDir(), t.TempDir()
	start(t, "daemon", home)
	c, err := Connect(home)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out := writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	env := &cli.Env{Args: []string{"wait"}, Cwd: cwd, Stdout: out, Stderr: io.Discard, Getenv: func(string) string { return "" }}
	if _, err := c.Execute(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v", err)
	}
	for range 500 {
		if _, err := os.Stat(filepath.Join(cwd, "cancelled")); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the daemon went on with the command")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A daemon killed in the middle: the client says that the outcome is unknown, and
// the home is free for the next one in spite of the stale endpoint file.
func TestDaemonKilled(t *testing.T) {
	home := t.TempDir()
	daemon := start(t, "daemon", home)
	c, err := Connect(home)
	if err != nil {
		t.Fatal(err)
	}
	out := writerFunc(func(p []byte) (int, error) { daemon.Process.Kill(); return len(p), nil })
	env := &cli.Env{Args: []string{"wait"}, Stdout: out, Stderr: io.Discard, Cwd: home, Getenv: func(string) string { return "" }}
	_, err = c.Execute(t.Context(), env)
	if counter.CodeOf(err) != counter.CodeFailed || !strings.Contains(err.Error(), "不知道") {
		t.Fatalf("err = %v", err)
	}
	daemon.Wait()
	if _, err := readPlace(home); err != nil {
		t.Fatal("the stale endpoint file should be there:", err)
	}
	lease, client, err := Acquire(t.Context(), home, "next", clock.System, 5*time.Second)
	if err != nil || client != nil {
		t.Fatalf("after the kill: client %v, %v", client, err)
	}
	// A new daemon takes the socket's name over from the dead one.
	s, err := lease.Serve(clock.System, testCommands)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, _ := do(t, home, cli.Env{Args: []string{"cat"}}); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{EndpointName, socketName} {
		if _, err := os.Stat(filepath.Join(home, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left after Close", name)
		}
	}
}

func TestBusyNamesTheHolder(t *testing.T) {
	home := t.TempDir()
	writer := start(t, "writer", home)
	_, _, err := Acquire(t.Context(), home, "second", clock.System, 100*time.Millisecond)
	if counter.CodeOf(err) != counter.CodeBusy || !strings.Contains(err.Error(), fmt.Sprint(writer.Process.Pid)) ||
		!strings.Contains(err.Error(), "onedoor writer") {
		t.Fatalf("err = %v", err)
	}
	daemonHome := t.TempDir()
	start(t, "daemon", daemonHome)
	if _, err := Own(t.Context(), daemonHome, "serve", clock.System, time.Minute); counter.CodeOf(err) != counter.CodeBusy {
		t.Fatalf("a second daemon: %v", err)
	}
	// One that ends in time is waited for.
	time.AfterFunc(100*time.Millisecond, func() { writer.Process.Kill() })
	lease, _, err := Acquire(t.Context(), home, "second", clock.System, DefaultWait)
	if err != nil {
		t.Fatal(err)
	}
	lease.Release()
}

func TestNoHome(t *testing.T) {
	_, _, err := Acquire(t.Context(), filepath.Join(t.TempDir(), "none"), "x", clock.System, 0)
	if counter.CodeOf(err) != counter.CodeNotEnrolled {
		t.Fatalf("err = %v", err)
	}
}

// A socket path beyond what the system takes goes to a short folder instead.
func TestLongHome(t *testing.T) {
	home := filepath.Join(t.TempDir(), strings.Repeat("很长的文件夹", 12))
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	lease, _, err := Acquire(t.Context(), home, "long", clock.System, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Release()
	s, err := lease.Serve(clock.System, testCommands)
	if err != nil {
		t.Fatal(err)
	}
	at, err := readPlace(home)
	if err != nil || len(at.Address) > socketPathLimit {
		t.Fatalf("place %+v, %v", at, err)
	}
	if code, _, _ := do(t, home, cli.Env{Args: []string{"where"}, Cwd: home}); code != 7 {
		t.Fatalf("exit %d", code)
	}
	s.Close()
	if runtime.GOOS == "windows" {
		return
	}
	if _, err := os.Stat(filepath.Dir(at.Address)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left after Close", at.Address)
	}
}
