// Package play runs the real program as separate processes and checks what they
// do: the story that "make run" shows, which is also a test.
package play

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Result is what one command left behind.
type Result struct {
	Code           int // exit code; -1 if it was killed
	Stdout, Stderr string
}

// JSON reads the one JSON value of standard output into v.
func (r Result) JSON(v any) error {
	if err := json.Unmarshal([]byte(r.Stdout), v); err != nil {
		return fmt.Errorf("not JSON: %w: %q", err, r.Stdout)
	}
	return nil
}

// Stage is a folder with a program: commands run in it, as the users of a
// district would type them.
type Stage struct {
	Program string // absolute path of onedoor
	Dir     string // working folder of every command
	Env     []string
	Out     io.Writer // where the story is told; nil tells nothing
	Echo    io.Writer // what a running child says beyond its first line; may be nil
	step    int
	seen    map[string]bool
}

// Person is a user with a password.
type Person struct{ Name, Password string }

// nobody acts where no login is needed.
var nobody Person

// Command is a call of the program in the name of who, not yet started.
func (s *Stage) Command(ctx context.Context, who Person, args ...string) *exec.Cmd {
	if who.Name != "" {
		args = append(args, "--user", who.Name)
	}
	cmd := exec.CommandContext(ctx, s.Program, args...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), s.Env...)
	if who.Password != "" {
		cmd.Env = append(cmd.Env, "ONEDOOR_PASSWORD="+who.Password)
	}
	return cmd
}

// Run calls the program and waits for it. The error is only for a program that
// could not be run at all; an exit code is a result.
func (s *Stage) Run(ctx context.Context, who Person, args ...string) (Result, error) {
	cmd := s.Command(ctx, who, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	r := Result{Code: cmd.ProcessState.ExitCode(), Stdout: out.String(), Stderr: errs.String()}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil
	}
	return r, err
}

// say tells a line of the story.
func (s *Stage) say(format string, args ...any) {
	if s.Out != nil {
		fmt.Fprintf(s.Out, format+"\n", args...)
	}
}

// scene begins a numbered step.
func (s *Stage) scene(title string) {
	s.step++
	s.say("\n【%d】%s", s.step, title)
}

// do runs a command that must end with the exit code want, and tells it with its
// output and the files that it made.
func (s *Stage) do(ctx context.Context, want int, who Person, args ...string) (Result, error) {
	return s.doShown(ctx, want, who, true, args...)
}

// ask is do for a command whose output is a JSON value for us and not for people.
func (s *Stage) ask(ctx context.Context, v any, who Person, args ...string) error {
	r, err := s.doShown(ctx, 0, who, false, append(args, "--json")...)
	if err != nil {
		return err
	}
	return r.JSON(v)
}

func (s *Stage) doShown(ctx context.Context, want int, who Person, show bool, args ...string) (Result, error) {
	s.tell(who, args)
	r, err := s.Run(ctx, who, args...)
	if err != nil {
		return r, err
	}
	if show || r.Code != want {
		s.quote(r.Stdout)
		s.quote(r.Stderr)
	}
	if r.Code != want {
		return r, fmt.Errorf("onedoor %s: 退出码 %d，应为 %d / exit code %d, not %d", strings.Join(args, " "), r.Code, want, r.Code, want)
	}
	if want != 0 {
		s.say("   → 退出码 %d（应当如此）", r.Code)
	}
	return r, s.newFiles()
}

func (s *Stage) tell(who Person, args []string) {
	line := "onedoor"
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " ?&*") {
			a = "'" + a + "'"
		}
		line += " " + a
	}
	if who.Name != "" {
		line += " --user " + who.Name
	}
	s.say("   $ %s", line)
}

// quoted is how many lines of output the story shows of one command.
const quoted = 14

func (s *Stage) quote(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		if i == quoted && len(lines) > quoted+1 {
			s.say("   │ … 还有 %d 行", len(lines)-quoted)
			return
		}
		if text != "" {
			s.say("   │ %s", line)
		}
	}
}

// listed is how many new files the story names after one command.
const listed = 7

// newFiles tells which files appeared since it was last called.
func (s *Stage) newFiles() error {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	fresh := 0
	err := filepath.WalkDir(s.Dir, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil // a temporary file of a running daemon
		}
		if err != nil || d.IsDir() || s.seen[path] || passing(d.Name()) {
			return err
		}
		s.seen[path] = true
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if fresh++; fresh > listed {
			return nil
		}
		rel, err := filepath.Rel(s.Dir, path)
		s.say("   + %s (%d 字节)", filepath.ToSlash(rel), info.Size())
		return err
	})
	if fresh > listed {
		s.say("   + … 另有 %d 个文件", fresh-listed)
	}
	return err
}

// passing files come and go while the program runs and tell the reader nothing.
func passing(name string) bool {
	for _, end := range []string{"-wal", "-shm", ".lock", ".sock", ".tmp", "endpoint.json"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}
