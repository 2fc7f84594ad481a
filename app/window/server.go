package window

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"onedoor/app/counter"
)

// Limits of the HTTP road. The body of a call is a form at most: scans do not
// travel here.
const (
	largestBody   = 1 << 20
	largestHeader = 16 << 10
	readTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	goodbye       = 3 * time.Second
)

// Server gives a Window to each browser of this machine that opens its link.
type Server struct {
	cfg      Config
	pages    fs.FS
	announce func(link string)

	login sync.Mutex // one password at a time: each check takes much memory by design
}

// NewServer prepares a server of pages, a folder with an index.html. announce gets
// the address to open in a browser: once when the server is up, and anew each time
// that one was used up, for an address opens one browser only. It may be nil.
func NewServer(cfg Config, pages fs.FS, announce func(link string)) *Server {
	s := &Server{cfg: cfg, pages: pages, announce: announce}
	login := cfg.Login
	s.cfg.Login = func(ctx context.Context, name, password string) (User, error) {
		s.login.Lock()
		defer s.login.Unlock()
		return login(ctx, name, password)
	}
	return s
}

// Serve answers on l, which must be a loopback listener, until ctx ends, and closes
// it. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() {
		l.Close()
		return notLoopback(l.Addr().String())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &door{server: s, seats: newSeats(ctx, s.cfg), addr: addr.String(), cookie: "onedoor_" + strconv.Itoa(addr.Port)}
	server := &http.Server{
		Handler:           guarded(ourHosts(addr.Port), d.routes()),
		ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: largestHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // it would write what a stranger sent
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		// Calls in flight get a moment to end; then the program does.
		late, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		if server.Shutdown(late) != nil {
			server.Close()
		}
	})
	d.tell()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return counter.E(counter.CodeFailed, "界面服务中断", "the user interface's server broke off").Because(err)
	}
	<-ended // Serve returns when Shutdown begins, and the caller closes the station next
	return nil
}
