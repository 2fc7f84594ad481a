package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"onedoor/app/counter"
	"onedoor/internal/clock"
	"onedoor/internal/filelock"
)

// DefaultWait is how long one-shot writers wait for each other before they say
// that the home is busy.
const DefaultWait = 10 * time.Second

// Holder is the note that an owner leaves in the lock file, for the message of
// whoever waits in vain. Command must not hold personal data: give the command's
// words, never its operands.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// Lease is the ownership of a home by this process.
type Lease struct {
	home string
	lock *filelock.Lock
}

// Home gives the folder that the lease is for.
func (l *Lease) Home() string { return l.home }

// Release gives the home up.
func (l *Lease) Release() error { return l.lock.Release() }

// Acquire becomes the owner of home, or finds the daemon that is: exactly one of
// lease and client is given when err is nil. An owner that is no daemon is waited
// for, at most wait; then, and when a daemon starts or ends too slowly, the error
// is CodeBusy and names the holder. command goes into the note for others.
func Acquire(ctx context.Context, home, command string, now clock.Func, wait time.Duration) (*Lease, *Client, error) {
	path := filepath.Join(home, LockName)
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		lease, err := own(home, path, command, now)
		if err == nil {
			return lease, nil, nil
		}
		if !errors.Is(err, filelock.ErrHeld) {
			return nil, nil, err
		}
		if c, err := Connect(home); err == nil {
			return nil, c, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-deadline.C:
			return nil, nil, busy(path)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Own is Acquire for a daemon: another daemon on the home is not a helper but a
// mistake, and CodeBusy at once; one-shot writers are waited for.
func Own(ctx context.Context, home, command string, now clock.Func, wait time.Duration) (*Lease, error) {
	lease, other, err := Acquire(ctx, home, command, now, wait)
	if other != nil {
		other.Close()
		return nil, busy(filepath.Join(home, LockName))
	}
	return lease, err
}

func own(home, path, command string, now clock.Func) (*Lease, error) {
	lock, err := filelock.Try(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, counter.Ef(counter.CodeNotEnrolled, "数据文件夹不存在: %s", "no such data folder: %s", home).
			Hint("请检查 --home，或先用 onedoor init 建立", "check --home, or make it with onedoor init")
	case err != nil:
		return nil, err
	}
	note, err := json.Marshal(Holder{PID: os.Getpid(), Command: command, Since: now()})
	if err == nil {
		err = lock.SetNote(note)
	}
	if err != nil {
		lock.Release()
		return nil, err
	}
	return &Lease{home: home, lock: lock}, nil
}

func busy(lockPath string) error {
	e := counter.E(counter.CodeBusy, "另一个程序正在使用这个数据文件夹", "another program is using this data folder")
	var h Holder
	if note, err := filelock.Note(lockPath); err == nil && json.Unmarshal(note, &h) == nil && h.PID != 0 {
		since := h.Since.Format("2006-01-02 15:04:05")
		e.Zh += fmt.Sprintf("：%s（进程 %d，%s 开始）", h.Command, h.PID, since)
		e.En += fmt.Sprintf(": %s (process %d, since %s)", h.Command, h.PID, since)
	}
	return e.Hint("请等它结束后再试一次", "wait until it ends and try again")
}
