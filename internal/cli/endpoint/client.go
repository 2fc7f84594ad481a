package endpoint

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/internal/cli"
)

// handshakeTimeout bounds how long a stranger can hold up either side.
const handshakeTimeout = 5 * time.Second

// Client is a connection to the daemon of a home, good for one command.
type Client struct {
	conn   net.Conn
	frames *frameWriter
	mac    []byte
}

// errNotOurs says that what answers at the address does not know the token.
var errNotOurs = errors.New("endpoint: the other side does not know the token")

// Connect reaches the daemon of home and makes sure that it is the one that wrote
// the endpoint file. It fails if there is none.
func Connect(home string) (*Client, error) {
	p, err := readPlace(home)
	if err != nil {
		return nil, err
	}
	conn, err := p.dial(handshakeTimeout)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: conn, frames: &frameWriter{w: conn}}
	if err := c.handshake(p.Token); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *Client) handshake(token []byte) error {
	if err := c.conn.SetDeadline(deadline(handshakeTimeout)); err != nil {
		return err
	}
	nonce := newNonce()
	if err := c.frames.writeJSON(kindHello, hello{Protocol: protocol, Nonce: nonce}); err != nil {
		return err
	}
	var p proof
	if err := expect(c.conn, kindProof, &p); err != nil {
		return err
	}
	if len(p.Nonce) != len(nonce) || !hmac.Equal(p.MAC, mac(token, "server", nonce, p.Nonce)) {
		return errNotOurs
	}
	if p.Protocol != protocol {
		return fmt.Errorf("endpoint: daemon speaks protocol %d, not %d", p.Protocol, protocol)
	}
	c.mac = mac(token, "client", nonce, p.Nonce)
	return c.conn.SetDeadline(time.Time{})
}

// Close ends the connection; a command still running on it is cancelled.
func (c *Client) Close() error { return c.conn.Close() }

// Execute has the daemon run env.Args and gives its exit code. Output arrives as it
// is made; standard input is read only when the command asks for it. When the
// daemon dies in between, the error says that the outcome is not known.
func (c *Client) Execute(ctx context.Context, env *cli.Env) (code int, err error) {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	err = c.frames.writeJSON(kindRequest, request{
		MAC: c.mac, Args: env.Args, Cwd: env.Cwd, Environ: forwarded(env), Terminal: env.Prompt != nil,
	})
	if err != nil {
		return 0, c.lost(ctx, err)
	}
	for {
		k, payload, err := readFrame(c.conn)
		if err != nil {
			return 0, c.lost(ctx, err)
		}
		switch k {
		case kindStdout:
			_, err = env.Stdout.Write(payload)
		case kindStderr:
			_, err = env.Stderr.Write(payload)
		case kindRead:
			// Not in this goroutine: the command may end, or speak, while nobody types.
			go c.sendInput(env.Stdin)
		case kindAsk:
			go c.sendAnswer(env.Prompt, string(payload))
		case kindExit:
			if len(payload) == 1 {
				return int(payload[0]), nil
			}
			return 0, fmt.Errorf("endpoint: bad exit frame")
		case kindRefused:
			return 0, errNotOurs
		default:
			return 0, fmt.Errorf("endpoint: frame of kind %d from the daemon", k)
		}
		if err != nil {
			return 0, err // our own standard output is full or closed; closing cancels the command
		}
	}
}

// lost explains a broken connection.
func (c *Client) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return counter.E(counter.CodeFailed, "后台程序中途断开，不知道这一步是否完成", "the daemon went away, the outcome is not known").
		Hint("请查看结果后再决定是否重做", "look at the result before doing it again").Because(err)
}

// Errors of the two senders need no report: the reader of the same connection sees them.

func (c *Client) sendInput(stdin io.Reader) {
	buf := make([]byte, chunk)
	n := 0
	if stdin != nil {
		for n == 0 {
			var err error
			if n, err = stdin.Read(buf); err != nil {
				break
			}
		}
	}
	c.frames.write(kindInput, buf[:n])
}

func (c *Client) sendAnswer(prompt func(string) ([]byte, error), text string) {
	var a answer
	if prompt == nil {
		a.Error = "no terminal"
	} else if line, err := prompt(text); err != nil {
		a.Error = err.Error()
	} else {
		a.Text = line
	}
	c.frames.writeJSON(kindAnswer, a)
}

// forwardedNames are the variables that a command may look at; ONEDOOR_* is taken
// name by name, because an Env can look up but not list.
var forwardedNames = strings.Fields("LC_ALL LC_MESSAGES LANG " +
	"ONEDOOR_HOME ONEDOOR_PASSWORD ONEDOOR_NEW_PASSWORD ONEDOOR_PASSPHRASE ONEDOOR_RECOVERY_PASSPHRASE")

func forwarded(env *cli.Env) map[string]string {
	m := map[string]string{}
	for _, name := range forwardedNames {
		if v := env.Getenv(name); v != "" {
			m[name] = v
		}
	}
	return m
}
