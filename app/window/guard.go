package window

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"onedoor/app/counter"
)

// Listen opens a TCP port on this machine's loopback address, e.g. "127.0.0.1:8808"
// or "localhost:0". Errors: CodeUsage for any other address, CodeBusy.
func Listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, notLoopback(addr)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, counter.Ef(counter.CodeBusy, "无法在 %s 打开界面", "cannot serve the user interface on %s", addr).
			Hint("请换一个端口，或关闭占用该端口的程序", "choose another port, or end the program that holds it").Because(err)
	}
	return l, nil
}

func notLoopback(addr string) error {
	return counter.Ef(counter.CodeUsage, "界面只能在本机地址上打开，不能用 %q", "the user interface is served on loopback only, not on %q", addr).
		Hint("例如 --ui 127.0.0.1:8808", "for example --ui 127.0.0.1:8808")
}

// ourHosts are the names under which a browser on this machine reaches the port.
// Any other Host came through a name that somebody made point here (DNS rebinding).
func ourHosts(port int) map[string]bool {
	p := strconv.Itoa(port)
	return map[string]bool{"127.0.0.1:" + p: true, "localhost:" + p: true, "[::1]:" + p: true}
}

// contentPolicy allows nothing but our own files. Styles may stand in the page,
// because the component library writes them there; scripts may not.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded refuses what does not come from this machine under our own name, and
// tells the browser to be strict.
func guarded(hosts map[string]bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if from, _, err := net.SplitHostPort(r.RemoteAddr); err != nil || !net.ParseIP(from).IsLoopback() {
			writeFault(w, refused("remote address"))
			return
		}
		if !hosts[strings.ToLower(r.Host)] {
			writeFault(w, refused("host"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownPage refuses a call that some other site's page makes the browser send. A
// browser always names the origin of a POST.
func ownPage(r *http.Request) error {
	if r.Header.Get("Origin") != "http://"+r.Host {
		return refused("origin")
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return refused("site")
	}
	return nil
}

// sameSite refuses an opening that another site began; a browser too old to say who
// began it is kept out by the cookie's SameSite=Strict.
func sameSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin" || site == "none"
}
