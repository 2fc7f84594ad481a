package window

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"onedoor/app/counter"
)

var built = fstest.MapFS{
	"index.html":      {Data: []byte("<!doctype html><title>一门办</title>")},
	"assets/a-1.js":   {Data: []byte("1")},
	"assets/.secret":  {Data: []byte("1")},
	"assets/deep/b.x": {Data: []byte("1")},
}

// browser is a client of one running server that behaves as a page of ours does,
// until a test bends it.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string // http://127.0.0.1:port
	key    string
	bend   func(r *http.Request)
}

// site is a running server.
type site struct {
	*bench
	base  string
	mu    sync.Mutex
	links []string
	stop  func() error
}

func serve(t *testing.T, dist fs.FS) *site {
	t.Helper()
	s := &site{bench: newBench(t)}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	up, done := make(chan struct{}, 100), make(chan error, 1)
	server := NewServer(s.cfg, dist, func(link string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.links = append(s.links, link)
		up <- struct{}{}
	})
	go func() { done <- server.Serve(ctx, l) }()
	<-up
	s.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *site) link() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[len(s.links)-1]
}

func (s *site) token() string { _, token, _ := strings.Cut(s.link(), "#"); return token }

func (s *site) browser(t *testing.T) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{t: t, client: &http.Client{Jar: jar}, base: s.base}
}

// seated is a browser that came through the link.
func (s *site) seated(t *testing.T) *browser {
	t.Helper()
	b := s.browser(t)
	status, body := b.post("/api/open", `{"token":"`+s.token()+`"}`)
	var answer struct{ Value struct{ Key string } }
	if err := json.Unmarshal(body, &answer); status != 200 || err != nil || answer.Value.Key == "" {
		t.Fatalf("%d %s", status, body)
	}
	b.key = answer.Value.Key
	return b
}

func (b *browser) post(path, body string) (int, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", b.base)
	r.Header.Set("X-Onedoor-Key", b.key)
	if b.bend != nil {
		b.bend(r)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, got
}

func (b *browser) want(path, body string, status int, code counter.Code) {
	b.t.Helper()
	got, answer := b.post(path, body)
	var f Fault
	if err := json.Unmarshal(answer, &f); got != status || err != nil || f.Code != code || status >= 400 && f.Message == "" {
		b.t.Errorf("%s %.60s: %d %s, want %d %s", path, body, got, answer, status, code)
	}
}

func TestBrowserStory(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	b.want("/api/call/Whoami", `[true]`, 401, CodeLoggedOut)
	b.want("/api/call/Login", `["陈晓","wrong"]`, 403, counter.CodeDenied)
	b.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	status, body := b.post("/api/call/Cases", `[{"limit":2,"status":""}]`)
	if status != 200 || !strings.Contains(string(body), `"number":"1"`) || !strings.Contains(string(body), `"more":true`) {
		t.Errorf("%d %s", status, body)
	}
	b.want("/api/call/Case", `["1"]`, 200, "")
	b.want("/api/call/Case", `["9"]`, 404, counter.CodeNotFound)
	b.want("/api/call/Items", `["jz"]`, 200, "")
	b.want("/api/call/Logout", `[]`, 200, "")
	b.want("/api/call/Case", `["1"]`, 401, CodeLoggedOut)
}

func TestSeatsAreApart(t *testing.T) {
	s := serve(t, built)
	a, b := s.seated(t), s.seated(t)
	a.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	b.want("/api/call/Whoami", `[true]`, 401, CodeLoggedOut)
	a.key = b.key // the cookie of one and the key of the other
	a.want("/api/call/Whoami", `[true]`, 401, CodeNoSeat)
}

func TestALinkOpensOnce(t *testing.T) {
	s := serve(t, built)
	first := s.token()
	s.seated(t)
	if s.token() == first {
		t.Fatal("the link did not change")
	}
	s.browser(t).want("/api/open", `{"token":"`+first+`"}`, 401, CodeNoSeat)
	for _, wrong := range []string{`{"token":""}`, `{"token":"x"}`, `{}`} {
		s.browser(t).want("/api/open", wrong, 401, CodeNoSeat)
	}
	s.seated(t)
	if len(s.links) != 3 {
		t.Errorf("announced %d links", len(s.links))
	}
}

func TestNoSeatNoCall(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	b.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	for name, bend := range map[string]func(r *http.Request){
		"no key":       func(r *http.Request) { r.Header.Del("X-Onedoor-Key") },
		"wrong key":    func(r *http.Request) { r.Header.Set("X-Onedoor-Key", "A"+b.key[1:]+"A") },
		"wrong cookie": func(r *http.Request) { r.Header.Set("Cookie", "onedoor=1") },
	} {
		other := *b
		if name == "wrong cookie" {
			other.client = http.DefaultClient
		}
		other.bend = bend
		t.Run(name, func(t *testing.T) { other.t = t; other.want("/api/call/Case", `["1"]`, 401, CodeNoSeat) })
	}
}

func TestCookie(t *testing.T) {
	s := serve(t, built)
	r, _ := http.NewRequestWithContext(t.Context(), "POST", s.base+"/api/open", strings.NewReader(`{"token":"`+s.token()+`"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", s.base)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	u, _ := url.Parse(s.base)
	c := resp.Cookies()
	if len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/api/" ||
		c[0].Name != "onedoor_"+u.Port() || c[0].MaxAge != 0 || len(c[0].Value) < 26 {
		t.Errorf("%v", c)
	}
}

func TestStrangersAreRefused(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.base, "http://"))
	for name, bend := range map[string]func(r *http.Request){
		"no origin":        func(r *http.Request) { r.Header.Del("Origin") },
		"null origin":      func(r *http.Request) { r.Header.Set("Origin", "null") },
		"other site":       func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"other port":       func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") },
		"other scheme":     func(r *http.Request) { r.Header.Set("Origin", "https://127.0.0.1:"+port) },
		"other local name": func(r *http.Request) { r.Header.Set("Origin", "http://localhost:"+port) },
		"same site":        func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"rebound host":     func(r *http.Request) { r.Host = "evil.example:" + port; r.Header.Set("Origin", "http://"+r.Host) },
		"host, no port":    func(r *http.Request) { r.Host = "127.0.0.1"; r.Header.Set("Origin", "http://127.0.0.1") },
		"form":             func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"no type":          func(r *http.Request) { r.Header.Del("Content-Type") },
	} {
		t.Run(name, func(t *testing.T) {
			other := *b
			other.t, other.bend = t, bend
			other.want("/api/call/Station", `[]`, 403, CodeRefused)
			other.want("/api/open", `{"token":"`+s.token()+`"}`, 403, CodeRefused)
		})
	}
	b.bend = func(r *http.Request) { r.Host = "localhost:" + port; r.Header.Set("Origin", "http://localhost:"+port) }
	b.want("/api/open", `{"token":"`+s.token()+`"}`, 200, "")
}

func TestBadCalls(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	b.want("/api/call/Login", `["陈晓","secret"]`, 200, "")
	for _, c := range [][2]string{
		{"Nothing", `[]`}, {"login", `["a","b"]`}, {"Case", ``}, {"Case", `{`}, {"Case", `{}`}, {"Case", `[]`}, {"Case", `[1]`},
		{"Case", `["1","2"]`}, {"Cases", `[{"scope":"x"}]`}, {"Cases", `[{"limit":"3"}]`}, {"Whoami", `["yes"]`}, {"Logout", `[1]`},
	} {
		b.want("/api/call/"+c[0], c[1], 400, counter.CodeUsage)
	}
	b.want("/api/call/Case", `["`+strings.Repeat("x", largestBody)+`"]`, 400, counter.CodeInvalid)
	b.want("/api/open", `{"token":"`+strings.Repeat("x", largestBody)+`"}`, 400, counter.CodeInvalid)
	b.want("/api/call/Case", `["panic"]`, 500, counter.CodeFailed)
	b.want("/api/call/Case", `["1"]`, 200, "")
	if _, body := b.post("/api/call/Case", `["panic"]`); bytes.Contains(body, []byte("secret")) {
		t.Errorf("%s", body)
	}
	if len(s.logged) != 2 {
		t.Errorf("logged %v", s.logged)
	}
}

func TestLargeHeader(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	b.bend = func(r *http.Request) { r.Header.Set("X-Large", strings.Repeat("x", largestHeader+8<<10)) }
	if status, _ := b.post("/api/call/Station", `[]`); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", status)
	}
}

func TestOnePasswordAtATime(t *testing.T) {
	s := serve(t, built)
	var wg sync.WaitGroup
	for range 4 {
		b := s.seated(t)
		wg.Go(func() { b.want("/api/call/Login", `["陈晓","slow"]`, 403, counter.CodeDenied) })
	}
	wg.Wait()
	if s.most.Load() != 1 {
		t.Errorf("%d at a time", s.most.Load())
	}
}

func TestTheEndWaitsForCalls(t *testing.T) {
	s := serve(t, built)
	b := s.seated(t)
	entered := make(chan struct{})
	s.inLogin = func() { close(entered); time.Sleep(30 * time.Millisecond) }
	answered := make(chan int, 1)
	go func() {
		status, _ := b.post("/api/call/Login", `["陈晓","secret"]`)
		answered <- status
	}()
	<-entered
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if s.logins.Load() != 0 {
		t.Error("the server ended before the call did")
	}
	if status := <-answered; status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestSeatsAreBounded(t *testing.T) {
	b := newBench(t)
	s := newSeats(t.Context(), b.cfg)
	first, key, _ := s.open(s.link())
	for range mostSeats + 1 {
		b.clock.Advance(time.Second)
		if s.find(first, key) == nil {
			t.Fatal("a seat in use was dropped")
		}
		if _, _, ok := s.open(s.link()); !ok {
			t.Fatal("no seat")
		}
	}
	if len(s.taken) != mostSeats {
		t.Errorf("%d seats", len(s.taken))
	}
}

func TestListenOnlyHere(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.org:0", "127.0.0.1", "", "8808"} {
		_, err := Listen(addr)
		wantCode(t, err, counter.CodeUsage)
	}
	l, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Listen(l.Addr().String())
	wantCode(t, err, counter.CodeBusy)
}

func TestServeRefusesAnOpenListener(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	wantCode(t, NewServer(newBench(t).cfg, built, nil).Serve(t.Context(), l), counter.CodeUsage)
	if _, err := l.Accept(); err == nil {
		t.Error("the listener is open")
	}
}
