package cardreader

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader/sdt"
	"onedoor/app/cardreader/simulator"
)

// noLeak fails the test when goroutines or file handles of ours outlive run.
func noLeak(t *testing.T, run func()) {
	t.Helper()
	handles := func() int {
		list, _ := os.ReadDir("/proc/self/fd")
		return len(list)
	}
	conn, err := net.Listen("tcp", "127.0.0.1:0") // the poller's own handles come with first use
	if err == nil {
		conn.Close()
	}
	before := handles()
	run()
	buf := make([]byte, 1<<20)
	for range 3000 { // a minute
		stacks := string(buf[:runtime.Stack(buf, true)])
		ours := strings.Count(stacks, "onedoor/app/cardreader") - strings.Count(stacks[:strings.Index(stacks, "\n\n")], "onedoor/app/cardreader")
		if ours == 0 && handles() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d handles before, %d after; goroutines:\n%s", before, handles(), buf[:runtime.Stack(buf, true)])
}

func open(t *testing.T, url string, o ...Option) (*Reader, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return Open(ctx, url, append([]Option{WithTimeouts(quick())}, o...)...)
}

// openSoon opens a reader that may just have been unplugged and be on its way back.
func openSoon(t *testing.T, sim *simulator.Simulator, o ...Option) *Reader {
	t.Helper()
	for range 100 {
		r, err := open(t, sim.URL(), o...)
		if err == nil {
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the reader does not come back")
	return nil
}

func TestOpenFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	plain := filepath.Join(t.TempDir(), "file")
	os.WriteFile(plain, nil, 0o600)
	noLeak(t, func() {
		for url, want := range map[string]string{
			"sdt+tcp://" + nobody:                    CodeNoReader,
			"sdt+serial:///dev/ttyUSB99?baud=9600":   CodeNoReader,
			"sdt+serial:///dev/ttyUSB99":             CodeNoReader,
			"sdt+serial://" + plain + "?baud=115200": CodeNoReader,
			"sdt+serial:///dev/null?baud=115200":     CodeNoReader,
			"nonsense":                               CodeBadURL,
		} {
			r, err := open(t, url)
			if r != nil {
				t.Errorf("%s: opened", url)
			}
			wantCode(t, err, want)
		}
		if os.Getuid() != 0 {
			os.Chmod(plain, 0)
			_, err := open(t, "sdt+serial://"+plain+"?baud=115200")
			wantCode(t, err, CodeNoPermission)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Open(ctx, "sdt+tcp://"+nobody)
	wantCode(t, err, CodeCancelled)
}

// Separate programs read one after the other: new connections, same simulator.
func TestSequentialConnections(t *testing.T) {
	for _, address := range []string{"tcp://127.0.0.1:0", "pty"} {
		noLeak(t, func() {
			sim, err := simulator.Listen(address, simulator.Options{Cards: deck(t, "R1,F2"), AutoLift: 20 * time.Millisecond})
			if err != nil {
				t.Skip(err)
			}
			defer sim.Close()
			for _, want := range []string{"张三丰", "杜约翰", "张三丰"} {
				r, err := open(t, sim.URL())
				if err != nil {
					t.Fatal(address, err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				card, err := r.ReadCard(ctx)
				cancel()
				if err != nil || card.Name != want {
					t.Errorf("%s: %v %v, want %s", address, card, err, want)
				}
				r.Close()
			}
		})
	}
}

// Two Opens of one serial port: the second is told who is in the way.
func TestBusy(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may share a port")
	}
	sim, err := simulator.Listen("pty", simulator.Options{})
	if err != nil {
		t.Skip(err)
	}
	defer sim.Close()
	r, err := open(t, sim.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = open(t, sim.URL())
	wantCode(t, err, CodeBusy)
}

// Without a baud the speed of the module is found; with a wrong one it is not.
func TestBaud(t *testing.T) {
	noLeak(t, func() {
		sim, err := simulator.Listen("pty", simulator.Options{Cards: deck(t, "R1"), Faults: "baud=19200@status"})
		if err != nil {
			t.Skip(err)
		}
		defer sim.Close()
		fixed, err := open(t, sim.URL()) // 115200
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, fixed.Status(t.Context()), CodeTimeout) // the fault: the module goes to 19200
		fixed.Close()
		// A speed is given up after half of Answer: quick's 50 ms are too few on a busy
		// machine for the module to be heard at the right one.
		patient := quick()
		patient.Answer, patient.ReadAnswer, patient.Frame = time.Second, 2*time.Second, 4*time.Second
		auto, err := open(t, strings.TrimSuffix(sim.URL(), "?baud=115200"), WithTimeouts(patient))
		if err != nil {
			t.Fatal(err)
		}
		defer auto.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if card, err := auto.ReadCard(ctx); err != nil || card.Name != "张三丰" {
			t.Error(card, err)
		}
	})
}

// A pseudo-terminal that dies in the middle of a read, and comes back.
func TestUnplugTerminal(t *testing.T) {
	link := filepath.Join(t.TempDir(), "reader")
	noLeak(t, func() {
		sim, err := simulator.Listen("pty://"+link, simulator.Options{Cards: deck(t, "R1"), Faults: "unplug@read"})
		if err != nil {
			t.Skip(err)
		}
		defer sim.Close()
		r, err := open(t, sim.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = r.ReadCard(ctx)
		wantCode(t, err, CodeUnplugged)
		for CodeOf(err) == CodeUnplugged || CodeOf(err) == CodeNoReader {
			_, err = r.ReadCard(ctx) // until it is plugged in again
		}
		if err != nil {
			t.Error(err)
		}
	})
	if _, err := os.Lstat(link); err == nil {
		t.Error("the link was left behind")
	}
}

// Cancelling over real connections returns at once and leaves nothing.
func TestCancelReal(t *testing.T) {
	for _, address := range []string{"tcp://127.0.0.1:0", "pty"} {
		noLeak(t, func() {
			sim, err := simulator.Listen(address, simulator.Options{Cards: deck(t, "R1"), Faults: "silent*"})
			if err != nil {
				t.Skip(err)
			}
			defer sim.Close()
			r, err := Open(t.Context(), sim.URL())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err = r.ReadCard(ctx)
			wantCode(t, err, CodeCancelled)
			events := r.Watch(t.Context())
			r.Close()
			for range events {
			}
		})
	}
}

// Whatever a module sends, the driver returns in time with a card or an Error.
func FuzzReader(f *testing.F) {
	f.Add([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x90, 0x94}, uint8(1))
	f.Add([]byte("\xAA\xAA\xAA\x96\x69\x00\x04\x00\x00\x90\x94\xAA\xAA\xAA\x96\x69\x00\x08\x00\x00\x9F\x00\x00\x00\x00\x97"), uint8(9))
	f.Fuzz(func(t *testing.T, answer []byte, piece uint8) {
		m := &scripted{}
		m.reply = func(n int, _ sdt.Command) []byte {
			size := int(piece) + 1
			lo := min((n-1)*size, len(answer))
			return answer[lo:min(lo+size, len(answer))]
		}
		times := Timeouts{Answer: 2 * time.Millisecond, ReadAnswer: 2 * time.Millisecond, Gap: time.Millisecond,
			Frame: 5 * time.Millisecond, Late: 5 * time.Millisecond, Quiet: time.Millisecond, Find: time.Millisecond}
		r := New(m.dial, WithTimeouts(times))
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		card, err := r.ReadCard(ctx)
		if (card == nil) == (err == nil) || err != nil && CodeOf(err) == "" {
			t.Fatalf("%v %v", card, err)
		}
	})
}
