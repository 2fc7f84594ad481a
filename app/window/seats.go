package window

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"sync"
	"time"
)

// mostSeats bounds what a browser that forgets its cookie can pile up.
const mostSeats = 32

// seat is one browser.
type seat struct {
	*Window
	key  string
	used time.Time
}

// seats are the browsers that came in through a link. Nothing outlives the process.
type seats struct {
	ctx context.Context
	cfg Config

	mu    sync.Mutex
	token string           // opens the next seat, once
	taken map[string]*seat // by cookie
}

// secret is 130 bits of chance in letters that fit anywhere in a URL.
func secret() string { return rand.Text() }

func newSeats(ctx context.Context, cfg Config) *seats {
	return &seats{ctx: ctx, cfg: cfg, token: secret(), taken: map[string]*seat{}}
}

// link is the token of the next seat.
func (s *seats) link() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// open gives a seat for the token, which is worth nothing afterwards.
func (s *seats) open(token string) (cookie, key string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !same(token, s.token) {
		return "", "", false
	}
	s.token = secret()
	s.makeRoom()
	cookie, key = secret(), secret()
	s.taken[cookie] = &seat{Window: New(s.ctx, s.cfg), key: key, used: s.cfg.Now()}
	return cookie, key, true
}

// makeRoom drops the seat that was not used for the longest time.
func (s *seats) makeRoom() {
	if len(s.taken) < mostSeats {
		return
	}
	oldest := ""
	for cookie, t := range s.taken {
		if oldest == "" || t.used.Before(s.taken[oldest].used) {
			oldest = cookie
		}
	}
	delete(s.taken, oldest)
}

// find gives the seat of a cookie and a key; nil if there is none.
func (s *seats) find(cookie, key string) *Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.taken[cookie]
	if t == nil || !same(key, t.key) {
		return nil
	}
	t.used = s.cfg.Now()
	return t.Window
}

// findOpened gives the seat of a cookie alone; only for what asks for a secret of
// that seat besides.
func (s *seats) findOpened(cookie string) *Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.taken[cookie]
	if t == nil {
		return nil
	}
	t.used = s.cfg.Now()
	return t.Window
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
