package cardreader

import (
	"context"
	"net"
	"testing"
	"time"

	"onedoor/app/cardreader/simulator"
)

func TestOpenFirst(t *testing.T) {
	noLeak(t, func() {
		sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: deck(t, "R1")})
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		mute, err := net.Listen("tcp", "127.0.0.1:0") // something that is no reader
		if err != nil {
			t.Fatal(err)
		}
		defer mute.Close()
		list := []ReaderInfo{{URL: "sdt+tcp://127.0.0.1:1", Openable: true}, {URL: "x", Problem: newError(CodeNoPermission, 0, nil)},
			{URL: "sdt+tcp://" + mute.Addr().String(), Openable: true}, {URL: sim.URL(), Openable: true}}
		r := New(func(ctx context.Context, _ int) (Port, error) { return openFirst(ctx, list) })
		defer r.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if card, err := r.ReadCard(ctx); err != nil || card.Name != "张三丰" {
			t.Error(err)
		}
		_, err = openFirst(ctx, list[:2])
		wantCode(t, err, CodeNoPermission)
		_, err = openFirst(ctx, nil)
		wantCode(t, err, CodeNoReader)
	})
	if _, _, err := Dialer(autoURL); err != nil {
		t.Error(err)
	}
}
