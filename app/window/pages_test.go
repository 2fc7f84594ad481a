package window

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, method, url string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestPages(t *testing.T) {
	s := serve(t, built)
	for _, c := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/assets/a-1.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/assets/", 404, ""},
		{"GET", "/assets", 404, ""},
		{"GET", "/assets/.secret", 404, ""},
		{"GET", "/assets/none.js", 404, ""},
		{"GET", "/..%2f..%2fetc/passwd", 404, ""},
		{"GET", "/api/call/Station", 404, ""},
		{"PUT", "/", 405, ""},
		{"POST", "/", 405, ""},
		{"OPTIONS", "/api/call/Station", 405, ""},
	} {
		resp, _ := get(t, c.method, s.base+c.path)
		if resp.StatusCode != c.status || c.kind != "" && resp.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s %s: %d %s", c.method, c.path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		policy := resp.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "frame-ancestors 'none'") ||
			resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s %s: headers %v", c.method, c.path, resp.Header)
		}
	}
}

func TestCaching(t *testing.T) {
	s := serve(t, built)
	page, _ := get(t, "GET", s.base+"/")
	asset, _ := get(t, "GET", s.base+"/assets/a-1.js")
	if page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%v %v", page.Header, asset.Header)
	}
}

func TestPagesUnderAForeignName(t *testing.T) {
	s := serve(t, built)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", s.base, nil)
	r.Host = "evil.example"
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestPagesNotBuilt(t *testing.T) {
	s := serve(t, fstest.MapFS{".gitkeep": {}})
	resp, body := get(t, "GET", s.base+"/")
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make ui") || !strings.Contains(body, "尚未构建") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
