package helper

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"onedoor/app/cardreader/sdt"
)

// Options of a process.
type Options struct {
	Command []string      // program and arguments
	Start   time.Duration // limit for hello
	Limit   time.Duration // limit for one answer; then the process is killed
}

// Port is the library as a byte stream, the same as cardreader.Port: it takes
// request frames and gives answer frames.
type Port struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	folder string
	limit  time.Duration
	hello  Hello

	mu      sync.Mutex
	scan    *sdt.Scanner
	ready   []byte
	id      uint64
	pending map[uint64]*time.Timer
	hung    bool // killed for its silence
	lost    bool // killed because the library lost its reader
	wake    chan struct{}
	done    chan struct{} // closed when the process has ended
}

// Why a process is not there any more.
var (
	ErrGone = errors.New("helper: the library's process ended")
	ErrLost = errors.New("helper: the library lost its reader")
	ErrHung = errors.New("helper: the library did not come back in time")
)

// LibraryError is why the process says that it cannot use the library.
type LibraryError struct {
	Why      string
	NoReader bool // the library is well and finds no reader
}

func (e *LibraryError) Error() string { return e.Why }

// Start starts the process and waits until it has loaded the library.
func Start(ctx context.Context, o Options) (*Port, error) {
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Dir, cmd.Env = folder, environment(folder)
	hide(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		wipeFolder(folder)
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stdin.Close()
		wipeFolder(folder)
		return nil, err
	}
	p := &Port{cmd: cmd, stdin: stdin, folder: folder, limit: o.Limit, scan: sdt.NewScanner(sdt.MinRequest),
		pending: map[uint64]*time.Timer{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	greeted := make(chan error, 1)
	go p.listen(stdout, greeted)
	limit := time.NewTimer(o.Start)
	defer limit.Stop()
	select {
	case err = <-greeted:
	case <-limit.C:
		err = fmt.Errorf("helper: no hello within %v", o.Start)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Library is the file and version of what was loaded.
func (p *Port) Library() string { return p.hello.Family + " " + p.hello.Library }

// listen takes lines until the process ends, and cleans up after it.
func (p *Port) listen(stdout io.Reader, greeted chan<- error) {
	scan := bufio.NewScanner(stdout)
	buf := make([]byte, 0, maxLine)
	scan.Buffer(buf, maxLine)
	hello := false
	for scan.Scan() {
		line := scan.Bytes()
		if !hello {
			h, err := decodeHello(line)
			if err != nil {
				continue // what a library prints when it is loaded
			}
			if p.hello, hello = h, true; h.Error != "" {
				greeted <- &LibraryError{h.Error, h.NoReader}
				continue
			}
			greeted <- nil
		} else if a, err := decodeAnswer(line); err == nil {
			p.answered(a)
		}
		clear(line)
	}
	p.cmd.Process.Kill() // a line too long, or its output is closed: of no use any more
	p.cmd.Wait()
	clear(buf[:cap(buf)])
	if !hello {
		greeted <- ErrGone
	}
	p.mu.Lock()
	for _, t := range p.pending {
		t.Stop()
	}
	p.mu.Unlock()
	wipeFolder(p.folder)
	close(p.done)
}

func (p *Port) answered(a Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, asked := p.pending[a.ID]
	if !asked {
		return
	}
	t.Stop()
	delete(p.pending, a.ID)
	switch {
	case a.Gone:
		p.lost = true
		p.cmd.Process.Kill()
	case !a.Silent:
		p.put(sdt.EncodeAnswer(a.Status, a.Data))
	}
	clear(a.Data)
}

// put appends a frame; p.mu is held.
func (p *Port) put(frame []byte) {
	p.ready = append(p.ready, frame...)
	clear(frame)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Write takes whole frames and parts of them. What a module would refuse for its
// form is refused here; a library has no way to be asked.
func (p *Port) Write(ctx context.Context, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return p.why()
	default:
	}
	if bytes.HasPrefix(b, []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}) {
		p.scan.Reset() // a new request ends an old one that never became whole
	}
	p.scan.Push(b)
	for {
		payload, err := p.scan.Next()
		if err != nil {
			p.put(sdt.EncodeAnswer(sdt.BadChecksum, nil))
			continue
		}
		if payload == nil {
			return nil
		}
		if err := p.request(payload); err != nil {
			return err
		}
	}
}

func (p *Port) request(payload []byte) error {
	cmd, data, err := sdt.ParseRequest(payload)
	switch {
	case err != nil || len(data) > 0:
		p.put(sdt.EncodeAnswer(sdt.BadLength, nil))
		return nil
	case cmd == sdt.Reset:
		cmd = sdt.Status
	}
	switch cmd {
	case sdt.Status, sdt.SAMID, sdt.Find, sdt.Select, sdt.Read, sdt.Address:
	default:
		p.put(sdt.EncodeAnswer(sdt.BadCommand, nil))
		return nil
	}
	p.id++
	line, err := json.Marshal(Request{p.id, cmd})
	if err != nil {
		return err
	}
	// Calls wait for each other in the library: each adds its time.
	p.pending[p.id] = time.AfterFunc(p.limit*time.Duration(len(p.pending)+1), p.kill)
	if _, err := p.stdin.Write(append(line, '\n')); err != nil {
		return ErrGone
	}
	return nil
}

func (p *Port) Read(ctx context.Context, b []byte) (int, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		p.mu.Lock()
		n := copy(b, p.ready)
		clear(p.ready[:n])
		p.ready = p.ready[n:]
		p.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		select {
		case <-p.wake:
		case <-p.done:
			p.mu.Lock()
			defer p.mu.Unlock()
			return 0, p.why()
		case <-ctx.Done():
		}
	}
}

// kill ends a process whose library does not come back.
func (p *Port) kill() {
	p.mu.Lock()
	p.hung = true
	p.mu.Unlock()
	p.cmd.Process.Kill()
}

// why tells what ended the process; p.mu is held.
func (p *Port) why() error {
	switch {
	case p.hung:
		return ErrHung
	case p.lost:
		return ErrLost
	}
	return ErrGone
}

// grace is how long a process may take to close its port in order.
const grace = 500 * time.Millisecond

// Close ends the process and waits for it.
func (p *Port) Close() error {
	p.stdin.Close()
	select {
	case <-p.done:
	case <-time.After(grace):
		p.cmd.Process.Kill()
		<-p.done
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scan.Reset()
	clear(p.ready[:cap(p.ready)])
	p.ready = nil
	return nil
}
