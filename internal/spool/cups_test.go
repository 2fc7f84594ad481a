//go:build !windows

package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// cups starts a CUPS scheduler of its own, away from the system's, and makes a
// queue for each name: what is printed arrives, byte for byte, in the file given back.
func cups(t *testing.T, names ...string) (files []string) {
	t.Helper()
	daemon, err := exec.LookPath("/usr/sbin/cupsd")
	if err != nil {
		t.Skip("cups is not installed (apt-get install cups)")
	}
	if os.Getuid() != 0 {
		t.Skip("cupsd runs as root only")
	}
	dir, err := os.MkdirTemp("/tmp", "cups-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // backends run as another user
		t.Fatal(err)
	}
	for _, sub := range []string{"spool/tmp", "cache", "state", "root/ppd", "log", "bin/backend"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The backends that are tested with: the system's for network printers, one that
	// keeps what it gets in a file, and one that says what a jammed printer's says.
	for _, name := range []string{"filter", "daemon", "notifier", "cgi-bin", "backend/ipp"} {
		if err := os.Symlink("/usr/lib/cups/"+name, filepath.Join(dir, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range map[string]string{"jam": "echo 'ERROR: paper jam' >&2; exit 4", "keep": `cat "${6:--}" >> "${DEVICE_URI#keep:}"`} {
		path := filepath.Join(dir, "bin/backend", name)
		keep(t, path, "#!/bin/sh\n[ $# -gt 0 ] || exit 0\n"+script+"\n")
		if err := os.Chmod(path, 0o700); err != nil { // so that it runs as root
			t.Fatal(err)
		}
	}
	socket := filepath.Join(dir, "s")
	keep(t, filepath.Join(dir, "root/cupsd.conf"), "Listen "+socket+"\nLogLevel warn\nBrowsing Off\nDefaultAuthType None\n<Location />\nOrder allow,deny\nAllow all\n</Location>\n<Location /admin>\nAllow all\n</Location>\n<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n")
	keep(t, filepath.Join(dir, "root/cups-files.conf"), fmt.Sprintf("ServerBin %[1]s/bin\nServerRoot %[1]s/root\nRequestRoot %[1]s/spool\nTempDir %[1]s/spool/tmp\nCacheDir %[1]s/cache\nStateDir %[1]s/state\nAccessLog %[1]s/log/a\nErrorLog %[1]s/log/e\nPageLog %[1]s/log/p\n", dir))
	cmd := exec.Command(daemon, "-f", "-c", filepath.Join(dir, "root/cupsd.conf"), "-s", filepath.Join(dir, "root/cups-files.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	t.Setenv("CUPS_SERVER", socket)
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if out, err := exec.Command("lpstat", "-r").Output(); err == nil && strings.Contains(string(out), "is running") {
			break
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(filepath.Join(dir, "log/e"))
			t.Fatalf("cupsd does not answer: %s", said)
		}
	}
	for _, name := range names {
		file := filepath.Join(dir, name+".out")
		admin(t, "lpadmin", "-p", name, "-E", "-v", "keep:"+file, "-m", "raw")
		files = append(files, file)
	}
	return files
}

// printer is one with a network port (JetDirect), which most office printers have.
type printer struct {
	addr string
	mu   sync.Mutex
	got  []byte
}

func listen(t *testing.T) *printer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &printer{addr: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b, _ := io.ReadAll(c)
			c.Close()
			p.mu.Lock()
			p.got = append(p.got, b...)
			p.mu.Unlock()
		}
	}()
	return p
}

func (p *printer) have() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.got)
}

func keep(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func admin(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v %s", name, args, err, out)
	}
}

func in(file string) func() []byte {
	return func() []byte { b, _ := os.ReadFile(file); return b }
}

func arrived(t *testing.T, have func() []byte, want []byte) {
	t.Helper()
	var got []byte
	for range 1200 { // a minute
		if got = have(); bytes.Equal(got, want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%d bytes arrived at the printer, want %d", len(got), len(want))
}

func TestPrintsThroughCUPS(t *testing.T) {
	at := cups(t, "laser", "roll")
	ctx, s := context.Background(), System{Patience: time.Second}
	pdf := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{0, 0xff, '\n'}, 50000)...)
	job, err := s.Print(ctx, "laser", Document{Title: "44060410000120261120010001X acceptance", PDF: pdf, Media: "A4"})
	if err != nil || !strings.HasPrefix(job, "laser-") {
		t.Fatal(job, err)
	}
	arrived(t, in(at[0]), pdf)
	raw := []byte("\x1b@\x1dv0\x00")
	if _, err := s.Print(ctx, "raw:roll", Document{Title: "x", PDF: pdf, Raw: raw}); err != nil {
		t.Fatal(err)
	}
	arrived(t, in(at[1]), raw)
	all, err := s.Printers(ctx)
	if err != nil || len(all) != 2 || all[0].Name != "laser" || all[0].Stopped || all[0].Rejecting {
		t.Fatalf("%+v %v", all, err)
	}
}

// TestStoppedQueue: nothing is called printed, and nothing comes out later.
func TestStoppedQueue(t *testing.T) {
	at := cups(t, "laser")
	ctx, s := context.Background(), System{Patience: time.Second}
	doc := Document{Title: "x", PDF: []byte("%PDF-")}
	want := func(code Code) {
		t.Helper()
		_, err := s.Print(ctx, "laser", doc)
		var e *Error
		if !errors.As(err, &e) || e.Code != code || e.Printer != "laser" {
			t.Fatalf("%v, want %s", err, code)
		}
	}
	admin(t, "cupsdisable", "-r", "no paper", "laser")
	want(Stopped)
	if all, err := s.Printers(ctx); err != nil || !all[0].Stopped || !strings.Contains(all[0].Why, "no paper") {
		t.Fatalf("%+v %v", all, err)
	}
	admin(t, "cupsenable", "laser")
	admin(t, "cupsreject", "laser")
	want(Rejecting)
	admin(t, "cupsaccept", "laser")
	if _, err := s.Print(ctx, "inkjet", doc); CodeOf(err) != NoPrinter {
		t.Fatal(err)
	}
	if _, err := s.Print(ctx, "-h", doc); CodeOf(err) != NoPrinter {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if got := in(at[0])(); len(got) > 0 {
		t.Fatalf("%q came out", got)
	}
}

// TestQueueStopsOnTheJob: the backend fails after lp has taken the job. The job
// is taken away again.
func TestQueueStopsOnTheJob(t *testing.T) {
	cups(t, "laser")
	admin(t, "lpadmin", "-p", "laser", "-v", "jam:/1", "-o", "printer-error-policy=stop-printer")
	_, err := System{Patience: 5 * time.Second}.Print(context.Background(), "laser", Document{Title: "x", PDF: []byte("%PDF-")})
	if CodeOf(err) != Stopped {
		t.Fatal(err)
	}
	out, _ := exec.Command("lpstat", "-W", "not-completed", "-o").Output()
	if len(bytes.TrimSpace(out)) > 0 {
		t.Fatalf("left behind: %s", out)
	}
}

func TestNoSpooler(t *testing.T) {
	if _, err := exec.LookPath("lpstat"); err != nil {
		t.Skip("cups-client is not installed")
	}
	t.Setenv("CUPS_SERVER", "/tmp/no-such-socket")
	if _, err := (System{}).Print(context.Background(), "laser", Document{Title: "x", PDF: []byte("x")}); CodeOf(err) != NoSpooler {
		t.Error(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := (System{}).Printers(context.Background()); CodeOf(err) != NoSpooler {
		t.Error(err)
	}
}

func TestReceiptPrinters(t *testing.T) {
	ctx, raw := context.Background(), []byte("\x1b@\n")
	file := filepath.Join(t.TempDir(), "lp0")
	if _, err := (System{}).Print(ctx, FilePrefix+file, Document{Raw: raw}); err != nil {
		t.Fatal(err)
	}
	arrived(t, in(file), raw)
	p := listen(t)
	if _, err := (System{}).Print(ctx, TCPPrefix+p.addr, Document{Raw: raw}); err != nil {
		t.Fatal(err)
	}
	arrived(t, p.have, raw)
	for _, bad := range []string{FilePrefix + "/nowhere/lp0", TCPPrefix + "127.0.0.1:1"} {
		if _, err := (System{}).Print(ctx, bad, Document{Raw: raw}); CodeOf(err) != NoPrinter {
			t.Error(bad, err)
		}
	}
}

// TestUnpluggedPrinter: the network printer does not answer. CUPS would go on
// trying for days; the clerk must hear of it now.
func TestUnpluggedPrinter(t *testing.T) {
	cups(t, "laser")
	admin(t, "lpadmin", "-p", "laser", "-v", "ipp://127.0.0.1:9/")
	ctx := context.Background()
	if _, err := (System{Patience: 2 * time.Second}).Print(ctx, "laser", Document{Title: "x", PDF: []byte("%PDF-")}); CodeOf(err) != Stopped {
		t.Fatal(err)
	}
	if out, _ := exec.Command("lpstat", "-W", "not-completed", "-o").Output(); len(bytes.TrimSpace(out)) > 0 {
		t.Fatalf("left behind: %s", out)
	}
}
