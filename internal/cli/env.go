package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/app/counter"
	"onedoor/internal/clock"

	"golang.org/x/term"
)

// Env is everything a command may know of the world it was called from.
type Env struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Cwd    string // absolute; relative paths of the user start here
	Getenv func(string) string
	Now    clock.Func
	// Prompt shows text and reads one line without echo. It is nil when nobody
	// can be asked (no terminal).
	Prompt func(text string) ([]byte, error)
}

// System is the Env of this process.
func System() (*Env, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("cli: working folder: %w", err)
	}
	e := &Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Cwd: cwd, Getenv: os.Getenv, Now: clock.System,
	}
	if fd := int(os.Stdin.Fd()); term.IsTerminal(fd) {
		e.Prompt = func(text string) ([]byte, error) {
			fmt.Fprint(os.Stderr, text)
			line, err := term.ReadPassword(fd)
			fmt.Fprintln(os.Stderr) // the user's Enter was not echoed
			return line, err
		}
	}
	return e, nil
}

// Path makes a path that the user typed absolute. The empty path and "-"
// (standard input or output) stay as they are.
func (e *Env) Path(p string) string {
	if p == "" || p == "-" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.Cwd, p)
}

// Open opens a file that the user named; "-" is standard input. Errors are
// counter.Errors that name the file.
func (e *Env) Open(p string) (io.ReadCloser, error) {
	if p == "-" {
		return io.NopCloser(e.Stdin), nil
	}
	f, err := os.Open(e.Path(p))
	if err != nil {
		return nil, openError(p, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close() // it was only read
		return nil, counter.Ef(counter.CodeInvalid, "%s 是文件夹，这里要写一个文件", "%s is a folder; a file is needed here", p).
			Hint("请写出文件夹里的那个文件", "name the file in it")
	}
	return f, nil
}

// ReadFile reads a file that the user named, at most limit bytes of it: a file
// that is longer is an error, not a silent half.
func (e *Env) ReadFile(p string, limit int64) ([]byte, error) {
	f, err := e.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, openError(p, err)
	}
	if int64(len(data)) > limit {
		return nil, counter.Ef(counter.CodeInvalid, "文件 %s 超过 %d 字节", "file %s is larger than %d bytes", p, limit)
	}
	return data, nil
}

func openError(p string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return counter.Ef(counter.CodeNotFound, "找不到文件 %s", "no such file: %s", p).
			Hint("请检查文件名和所在文件夹", "check the file name and its folder")
	case errors.Is(err, fs.ErrPermission):
		return counter.Ef(counter.CodeDenied, "没有权限读取文件 %s", "no permission to read file %s", p).Because(err).
			Hint("请用有权限的用户运行，或检查文件的权限", "run it as a user who may, or check the file's permissions")
	}
	return counter.Ef(counter.CodeFailed, "读不出文件 %s", "cannot read file %s", p).Because(err).
		Hint("请检查磁盘或U盘，再试一次", "check the disk or stick and try again")
}
