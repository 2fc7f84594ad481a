package play

import (
	"context"
	"fmt"
)

// OpenCounter runs the counter's daemon with the pages for a browser, on a free
// port, and gives their address.
func (l *Land) OpenCounter(ctx context.Context) (c *Child, page string, err error) {
	port, err := FreePort()
	if err != nil {
		return nil, "", err
	}
	l.scene("打开窗口的界面")
	args := []string{"serve", "--home", "village", "--ui", fmt.Sprintf("127.0.0.1:%d", port)}
	l.tell(nobody, args)
	var at Addrs
	if c, err = l.Start(ctx, &at, args...); err != nil {
		return nil, "", err
	}
	if at.UI == "" {
		c.Stop()
		return nil, "", fmt.Errorf("界面没有打开 / the daemon gave no address of its pages")
	}
	return c, at.UI, nil
}
