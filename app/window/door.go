package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	"onedoor/app/counter"
)

// door is a server on one address.
type door struct {
	server *Server
	seats  *seats
	addr   string
	cookie string // named after the port: browsers keep one jar for all ports of a host

	streams atomic.Int32 // of events that are open
}

func (d *door) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/open", d.open)
	table := methods()
	mux.HandleFunc("POST /api/call/{method}", func(w http.ResponseWriter, r *http.Request) { d.call(w, r, table) })
	mux.HandleFunc("POST /api/events", d.events)
	mux.HandleFunc("GET /api/paper/{ticket}", d.paper)
	mux.Handle("GET /", Pages(d.server.pages))
	return mux
}

// tell announces the address of the next seat. The token stands behind the #, which
// a browser keeps to itself.
func (d *door) tell() {
	if d.server.announce != nil {
		d.server.announce("http://" + d.addr + "/#" + d.seats.link())
	}
}

func (d *door) open(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token string }
	if err := readCall(w, r, &body); err != nil {
		writeFault(w, err)
		return
	}
	cookie, key, ok := d.seats.open(body.Token)
	if !ok {
		writeFault(w, noSeat())
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: d.cookie, Value: cookie, Path: "/api/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	writeValue(w, map[string]string{"key": key})
	d.tell()
}

func (d *door) call(w http.ResponseWriter, r *http.Request, table map[string]method) {
	var args []json.RawMessage
	if err := readCall(w, r, &args); err != nil {
		writeFault(w, err)
		return
	}
	at := d.seatOf(r)
	if at == nil {
		writeFault(w, noSeat())
		return
	}
	m := table[r.PathValue("method")]
	if m == nil {
		writeFault(w, badCall("no such method"))
		return
	}
	v, err := d.safely(r.PathValue("method"), func() (any, error) { return m(at, args) })
	if err != nil {
		writeFault(w, err)
		return
	}
	writeValue(w, v)
}

// paper gives a printed paper to the browser that printed it, once. A browser sends
// no header of ours when it opens a page, so the ticket stands for the key: only a
// call with the key could come by it.
func (d *door) paper(w http.ResponseWriter, r *http.Request) {
	var p *heldPaper
	if c, err := r.Cookie(d.cookie); err == nil && sameSite(r) {
		if at := d.seats.findOpened(c.Value); at != nil {
			p = at.take(r.PathValue("ticket"))
		}
	}
	if p == nil {
		http.Error(w, "这份文书已经打开过，请在办件里补打。This paper was fetched before; print it again.", http.StatusNotFound)
		return
	}
	h := w.Header()
	// The browser's own viewer is a plug-in of the page that it makes of a PDF.
	h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+p.name+`"`)
	_, _ = w.Write(p.pdf)
}

// safely makes an error of a panic, as Wails does: one broken page of a clerk must
// not end the daemon that also syncs.
func (d *door) safely(method string, f func() (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("window: %s panicked: %v", method, p)
			if d.server.cfg.Log != nil {
				d.server.cfg.Log(method, err)
			}
		}
	}()
	return f()
}

// readCall reads the body of a call by our own page.
func readCall(w http.ResponseWriter, r *http.Request, into any) error {
	if err := ownPage(r); err != nil {
		return err
	}
	// A form of another site can send text, not this type.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refused("content type")
	}
	most := int64(largestBody)
	if strings.HasSuffix(r.URL.Path, "/Verify") {
		most = longestCode // a PDF
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return counter.Ef(counter.CodeInvalid, "内容太大，最多 %d MB", "the body is larger than %d MB", most>>20).
			Hint("请减少填写的内容", "send less")
	}
	if err != nil {
		return badCall("body broke off")
	}
	if err := json.Unmarshal(b, into); err != nil {
		return badCall("body is not JSON")
	}
	return nil
}
