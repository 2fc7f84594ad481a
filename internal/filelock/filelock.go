// Package filelock lets one process at a time own a folder, through a lock that
// the operating system drops when the process dies, however it dies. The lock
// file itself carries a note about who holds it, for the message of the loser;
// the note alone means nothing, because a killed holder leaves it behind.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrHeld says that another holder has the lock, in this process or another.
var ErrHeld = errors.New("filelock: held by another program")

// noteLimit bounds what is read of a note: the file may have been put there by anybody.
const noteLimit = 4096

// pollEvery is how often Wait tries again. Neither flock nor LockFileEx can wait
// with a deadline and a context.
const pollEvery = 25 * time.Millisecond

// Lock is a held lock. It must be released once; the process's end releases it too.
type Lock struct{ f *os.File }

// Try takes the lock of the file at path, which is made if it is missing, or
// returns ErrHeld at once. Other errors are the file system's.
func Try(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("filelock: %w", err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	return &Lock{f: f}, nil
}

// Wait is Try, repeated until the lock is free, timeout has passed (ErrHeld) or
// ctx ends (its error).
func Wait(ctx context.Context, path string, timeout time.Duration) (*Lock, error) {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		l, err := Try(path)
		if !errors.Is(err, ErrHeld) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			return nil, ErrHeld
		case <-tick.C:
		}
	}
}

// Release gives the lock up. The file stays: removing it would let two processes
// hold locks on two files of the same name.
func (l *Lock) Release() error { return l.f.Close() }

// SetNote replaces the note in the lock file.
func (l *Lock) SetNote(note []byte) error {
	if len(note) > noteLimit {
		return fmt.Errorf("filelock: note of %d bytes", len(note))
	}
	if err := l.f.Truncate(0); err != nil {
		return fmt.Errorf("filelock: %w", err)
	}
	if _, err := l.f.WriteAt(note, 0); err != nil {
		return fmt.Errorf("filelock: %w", err)
	}
	return nil
}

// Note reads the note of the lock file at path. It may be empty, half written or
// that of a dead holder.
func Note(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("filelock: %w", err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, noteLimit))
}
