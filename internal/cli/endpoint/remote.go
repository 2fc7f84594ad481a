package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"time"

	"onedoor/internal/cli"
	"onedoor/internal/clock"
)

// remote is the daemon's side of a client: its standard input and its terminal.
type remote struct {
	frames  *frameWriter
	input   chan []byte
	answers chan answer
	ctx     context.Context
	left    []byte // of a piece of input that was larger than the reader's buffer
	ended   bool
}

func (r *remote) env(req request, now clock.Func) *cli.Env {
	e := &cli.Env{
		Args: req.Args, Cwd: req.Cwd, Now: now,
		Stdin: r, Stdout: stream{r.frames, kindStdout}, Stderr: stream{r.frames, kindStderr},
		Getenv: func(name string) string { return req.Environ[name] },
	}
	if req.Terminal {
		e.Prompt = r.ask
	}
	return e
}

// receive takes the client's frames until it goes away or breaks the protocol. A
// second piece of input that nobody asked for breaks it: the channels hold one.
func (r *remote) receive(conn net.Conn) {
	for {
		k, payload, err := readFrame(conn)
		if err != nil {
			return
		}
		switch k {
		case kindInput:
			select {
			case r.input <- payload:
			default:
				return
			}
		case kindAnswer:
			var a answer
			if json.Unmarshal(payload, &a) != nil {
				return
			}
			select {
			case r.answers <- a:
			default:
				return
			}
		default:
			return
		}
	}
}

// Read reads the client's standard input, piece by piece on request.
func (r *remote) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.left) == 0 && !r.ended {
		if err := r.frames.write(kindRead, nil); err != nil {
			return 0, err
		}
		select {
		case r.left = <-r.input:
			r.ended = len(r.left) == 0
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	if r.ended {
		return 0, io.EOF
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// ask has the client's user answer a prompt without echo.
func (r *remote) ask(text string) ([]byte, error) {
	if err := r.frames.write(kindAsk, []byte(text)); err != nil {
		return nil, err
	}
	select {
	case a := <-r.answers:
		if a.Error != "" {
			return nil, errors.New(a.Error)
		}
		return a.Text, nil
	case <-r.ctx.Done():
		return nil, r.ctx.Err()
	}
}

// deadline is a point in time for a connection. It asks the machine's clock, not the
// program's: the runtime compares it with that one.
func deadline(d time.Duration) time.Time { return clock.System().Add(d) }
