package play

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Counter is the village's counter, open for somebody to try: its card reader (made
// of software), and either its window or the address of its pages.
type Counter struct {
	reader *Child
	daemon *Child // nil when there is a window
	window *exec.Cmd
	done   chan struct{} // closed when daemon or window has ended

	Page string // link that opens one browser; "" when there is a window
}

// OpenCounter runs a card reader with two cards, and the counter: in the window
// program, where one is given and can be shown, else as a daemon with pages for a
// browser on a free port.
func (l *Land) OpenCounter(ctx context.Context, window string) (*Counter, error) {
	l.scene("打开窗口的界面，接上（模拟的）读卡器")
	var sim struct{ URL string }
	args := []string{"card", "simulate", "--listen", "tcp://127.0.0.1:0", "--card", "R1,R2"}
	l.tell(nobody, args)
	c := &Counter{}
	var err error
	if c.reader, err = l.Start(ctx, &sim, args...); err != nil {
		return nil, err
	}
	if window != "" {
		if err = l.openWindow(ctx, c, window, sim.URL); err == nil {
			return c, nil
		}
		l.say("   窗口打不开，改用浏览器界面 / no window: %v", err)
	}
	if err = l.openPages(ctx, c, sim.URL); err != nil {
		c.reader.Stop()
		return nil, err
	}
	return c, nil
}

// windowGrace is how long a window that cannot be shown may take to say so.
const windowGrace = 5 * time.Second

func (l *Land) openWindow(ctx context.Context, c *Counter, program, reader string) error {
	l.say("   $ %s --home village --card-port %s", program, reader)
	c.window = exec.CommandContext(context.WithoutCancel(ctx), program, "--home", "village", "--card-port", reader)
	c.window.Dir = l.Dir
	c.window.Env = append(os.Environ(), l.Env...)
	if err := c.window.Start(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	go func() {
		_ = c.window.Wait()
		close(c.done)
	}()
	select {
	case <-c.done:
		return errors.New("the window program ended at once")
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(windowGrace):
		return nil
	}
}

func (l *Land) openPages(ctx context.Context, c *Counter, reader string) error {
	port, err := FreePort()
	if err != nil {
		return err
	}
	args := []string{"serve", "--home", "village", "--ui", fmt.Sprintf("127.0.0.1:%d", port), "--card-port", reader}
	l.tell(nobody, args)
	var at Addrs
	if c.daemon, err = l.Start(ctx, &at, args...); err != nil {
		return err
	}
	c.window, c.done = nil, make(chan struct{})
	go func() {
		<-c.daemon.Ended()
		close(c.done)
	}()
	if at.UI == "" {
		c.daemon.Stop()
		return fmt.Errorf("界面没有打开 / the daemon gave no address of its pages")
	}
	c.Page = at.UI
	return nil
}

// Ended is closed when the window was closed, or the daemon has ended.
func (c *Counter) Ended() <-chan struct{} { return c.done }

// Stop ends the counter and its reader.
func (c *Counter) Stop() error {
	var err error
	if c.window != nil {
		_ = c.window.Process.Signal(os.Interrupt)
		select {
		case <-c.done:
		case <-time.After(grace):
			_ = c.window.Process.Kill()
			<-c.done
		}
	} else if c.daemon != nil {
		_, err = c.daemon.Stop()
	}
	_, stopErr := c.reader.Stop()
	return errors.Join(err, stopErr)
}
