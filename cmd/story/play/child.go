package play

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// Child is a command that runs until it is ended: a daemon or the simulator.
type Child struct {
	cmd    *exec.Cmd
	ctx    context.Context // of whoever started it
	stderr lockedBuffer
	done   chan struct{}
	err    error
}

// patience is how long a child may take to get ready, and to end.
const patience = 30 * time.Second

// grace is how long a child may take to end after an interrupt that we did not send.
const grace = 3 * time.Second

// Start runs a command and waits for its first line, a JSON value, which it reads
// into ready.
func (s *Stage) Start(ctx context.Context, ready any, args ...string) (*Child, error) {
	c := &Child{cmd: s.Command(context.WithoutCancel(ctx), nobody, append(args, "--json")...), ctx: ctx, done: make(chan struct{})}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.stderr.also = s.Echo
	c.cmd.Stderr = &c.stderr
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	first := make(chan string, 1)
	go func() {
		r := bufio.NewReader(out)
		line, _ := r.ReadString('\n')
		first <- line
		io.Copy(io.Discard, r)
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	select {
	case line := <-first:
		if err := json.Unmarshal([]byte(line), ready); err == nil {
			return c, nil
		}
	case <-time.After(patience):
	case <-ctx.Done():
	}
	c.Kill()
	return nil, fmt.Errorf("onedoor %v did not get ready: %s", args, c.stderr.String())
}

// Stop ends the child in order and gives its standard error; a child that does
// not end, or not well, is an error.
func (c *Child) Stop() (stderr string, err error) {
	if c.ctx.Err() != nil {
		// A Ctrl-C at the terminal reached the child too, and a second one would end it
		// without order.
		select {
		case <-c.done:
			return c.stderr.String(), c.err
		case <-time.After(grace):
		}
	}
	if runtime.GOOS == "windows" || c.cmd.Process.Signal(os.Interrupt) != nil {
		c.cmd.Process.Kill() // Windows has no interrupt for another process
	}
	select {
	case <-c.done:
	case <-time.After(patience):
		c.Kill()
		return c.stderr.String(), fmt.Errorf("%s did not end within %v", c.cmd.Args[1], patience)
	}
	if runtime.GOOS == "windows" {
		return c.stderr.String(), nil
	}
	return c.stderr.String(), c.err
}

// Kill ends the child at once, as a power cut would.
func (c *Child) Kill() {
	c.cmd.Process.Kill()
	<-c.done
}

// Ended is closed when the child has ended.
func (c *Child) Ended() <-chan struct{} { return c.done }

// lockedBuffer collects what a child says while others may look.
type lockedBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	also io.Writer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.also != nil {
		l.also.Write(p)
	}
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
