package station

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"onedoor/internal/thinline"
	"onedoor/sync/segment"
)

func thin(loss float64) *thinline.Line {
	return &thinline.Line{Rate: 16_000, Delay: 300 * time.Millisecond, Loss: loss, Seed: 7, Now: time.Now}
}

// BenchmarkRatioThinLine sends 50 new cases over a line of 128 kbit/s and 600 ms
// round trip, on a new connection of a pair that has met before, until both sides
// know that they hold the same. The bare figure is a new TLS connection over the
// same line that carries the same sealed bytes and one byte of answer.
func BenchmarkRatioThinLine(b *testing.B) {
	for name, loss := range map[string]float64{"lossless": 0, "loss5": 0.05} {
		b.Run(name, func(b *testing.B) { thinRun(b, loss) })
	}
}

func thinRun(b *testing.B, loss float64) {
	d := newDistrict(b)
	ctx := context.Background()
	_, addr, stop := d.serve(d.hub, "-")
	defer stop()
	vil, err := Open(ctx, d.vil, Write)
	must(b, err)
	defer vil.Close()
	d.accept(vil, "wang", 1, 1)
	_, err = vil.Sync(ctx, addr, time.Minute)
	must(b, err)
	before := ownBytes(b, vil)
	d.accept(vil, "wang", 100, 50)
	must(b, vil.v.store.Flush())
	sealed := ownBytes(b, vil) - before

	line := thin(loss)
	at, end, err := line.Forward(addr[len("tcp://"):])
	must(b, err)
	defer end()
	start := time.Now()
	rep, err := vil.Sync(ctx, "tcp://"+at, 2*time.Minute)
	ours := time.Since(start)
	must(b, err)
	if !rep.Converged || rep.SentOps != 100 {
		b.Fatalf("%+v", rep)
	}
	bare := bareTLS(b, vil, loss, int(sealed))
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(ours)/float64(bare), 1.5)
	b.ReportMetric(ours.Seconds(), "s/sync")
	b.ReportMetric(bare.Seconds(), "s/bareTLS")
	b.ReportMetric(float64(sealed), "B/sealed")
	b.ReportMetric(float64(rep.SentBytes+rep.ReceivedBytes), "B/wire")
}

// ownBytes is the length of what the village wrote in its scope, sealed.
func ownBytes(b *testing.B, s *Station) (total int64) {
	files, err := s.v.store.Since(segment.FolderID(testVillage, time.Now().In(chinaTime).Year()), 0, 1000)
	must(b, err)
	for _, f := range files {
		if n, err := segment.ParseName(f.Name); err == nil && n.Device == s.id.Device.ID {
			total += f.Size
		}
	}
	return total
}

func bareTLS(b *testing.B, s *Station, loss float64, size int) time.Duration {
	cfg := &tls.Config{Certificates: []tls.Certificate{s.keys.TLSCertificate(&s.id.Device)}, ClientAuth: tls.RequireAnyClientCert,
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS13} //nolint:gosec // a measure, to ourselves
	ln, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	must(b, err)
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			_, _ = io.CopyN(io.Discard, c, int64(size))
			_, _ = c.Write([]byte{1})
			_, _ = c.Read(make([]byte, 1))
			_ = c.Close()
		}
	}()
	at, end, err := thin(loss).Forward(ln.Addr().String())
	must(b, err)
	defer end()
	start := time.Now()
	raw, err := net.Dial("tcp", at)
	must(b, err)
	c := tls.Client(raw, cfg)
	defer c.Close()
	_, err = c.Write(make([]byte, size))
	must(b, err)
	_, err = io.ReadFull(c, make([]byte, 1))
	must(b, err)
	return time.Since(start)
}

// TestCutAgainAndAgainOnAThinLine: a line that breaks every few kilobytes costs no
// case, and no more than the bytes in flight.
func TestCutAgainAndAgainOnAThinLine(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	hub, addr, _ := d.serve(d.hub, "-")
	vil, err := Open(ctx, d.vil, Write)
	must(t, err)
	defer vil.Close()
	d.accept(vil, "wang", 1, 40)
	line := &thinline.Line{Rate: 400_000, Delay: 5 * time.Millisecond, Loss: 0.02, Seed: 5, Now: time.Now}
	at, end, err := line.Forward(addr[len("tcp://"):])
	must(t, err)
	defer end()
	cuts := 0
	for n := int64(4000); ; n += 2500 {
		line.CutAfter(n)
		rep, err := vil.Sync(ctx, "tcp://"+at, 20*time.Second)
		if err == nil && rep.Converged {
			break
		}
		if cuts++; cuts > 40 {
			t.Fatalf("%+v %v", rep, err)
		}
	}
	if cuts < 2 {
		t.Fatalf("only %d cuts", cuts)
	}
	agree(t, vil, hub, "realm", testVillage)
}
