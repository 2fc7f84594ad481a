package cardreader

import (
	"context"
	"errors"
	"testing"
	"time"

	"onedoor/app/cardreader/internal/usb"
	"onedoor/app/cardreader/internal/usbtest"
	"onedoor/app/cardreader/simulator"
)

func TestUSBModule(t *testing.T) {
	noLeak(t, func() {
		sim, err := simulator.New(simulator.Options{Cards: deck(t, "R2,F2"), Faults: "badsum@read,silent@select,unplug@address"})
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		r := New(func(context.Context, int) (Port, error) { return usb.NewPort(usbtest.New(sim), 64), nil },
			WithTimeouts(Timeouts{Answer: 300 * time.Millisecond, ReadAnswer: 500 * time.Millisecond, Gap: 200 * time.Millisecond,
				Frame: 2 * time.Second, Late: time.Second, Quiet: 30 * time.Millisecond, Find: 50 * time.Millisecond}))
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if id, err := r.SAMID(ctx); err != nil || id == "" {
			t.Error(id, err)
		}
		if _, err := r.ReadCard(ctx); CodeOf(err) != CodeUnplugged {
			t.Error(err)
		}
		seen := map[string]bool{}
		for range 2 {
			card, err := r.ReadCard(ctx)
			if err != nil {
				t.Fatal(err)
			}
			seen[card.Name] = true
		}
		if !seen["李䶮𠅤"] || !seen["杜约翰"] {
			t.Error(seen)
		}
		short, cancelShort := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancelShort()
		start := time.Now()
		if _, err := r.ReadCard(short); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Error(err, time.Since(start))
		}
	})
}

func TestUSBAddress(t *testing.T) {
	for url, want := range map[string]string{
		"sdt+usb://9-9.9.9": CodeNoReader, "sdt+usb://1-1/x": CodeBadURL, "sdt+usb://1-1?a=b": CodeBadURL, "sdt+hid://": CodeNotImplemented,
	} {
		_, err := Open(t.Context(), url)
		wantCode(t, err, want)
	}
}
