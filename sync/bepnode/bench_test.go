package bepnode

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// BenchmarkFirstSync moves files that the hub has never seen, over loopback.
func BenchmarkFirstSync(b *testing.B) {
	for _, c := range []struct {
		name        string
		files, size int
	}{{"50MB_in_128KiB", 400, 128 << 10}, {"1000_of_2KiB", 1000, 2 << 10}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(c.files * c.size))
			var wire int64
			for range b.N {
				b.StopTimer()
				village, hub := pair(b)
				for i := range c.files {
					village.vault.write("s", fmt.Sprintf("v/%05d.seg", i), payload(uint64(i), c.size))
				}
				b.StartTimer()
				r := mustRound(b, village, hub.addr)
				wire = r.SentBytes + r.ReceivedBytes
				b.StopTimer()
				_, _ = village.Close(), hub.Close()
				b.StartTimer()
			}
			b.ReportMetric(float64(wire)/float64(c.files*c.size), "wire/payload")
		})
	}
}

// BenchmarkIdleRound is a round with nothing new.
func BenchmarkIdleRound(b *testing.B) {
	village, hub := pair(b)
	village.vault.write("s", "v/1.seg", payload(1, 5000))
	mustRound(b, village, hub.addr)
	var wire int64
	for b.Loop() {
		r := mustRound(b, village, hub.addr)
		wire = r.SentBytes + r.ReceivedBytes
	}
	b.ReportMetric(float64(wire), "wire-B/op")
}

// slowLink forwards to addr with a delay and a rate in each direction, and gives a
// dialer that also takes the round trip of TCP's own handshake.
func slowLink(b *testing.B, addr string, delay time.Duration, bytesPerSecond int) func(context.Context, string) (net.Conn, error) {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := dialTCP(context.Background(), addr)
			if err != nil {
				_ = in.Close()
				return
			}
			go crawl(out, in, delay, bytesPerSecond)
			go crawl(in, out, delay, bytesPerSecond)
		}
	}()
	return func(ctx context.Context, _ string) (net.Conn, error) {
		sleep(ctx, 2*delay)
		return dialTCP(ctx, ln.Addr().String())
	}
}

// crawl copies in packets of 1,400 bytes, each due after its share of the rate and
// the delay.
func crawl(dst, src net.Conn, delay time.Duration, bytesPerSecond int) {
	type packet struct {
		b   []byte
		due time.Time
	}
	queue := make(chan packet, 1<<12)
	go func() {
		for p := range queue {
			time.Sleep(time.Until(p.due))
			_, _ = dst.Write(p.b)
		}
		_ = dst.Close()
	}()
	free := time.Now()
	for {
		buf := make([]byte, 1400)
		n, err := src.Read(buf)
		if n > 0 {
			if now := time.Now(); free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(n+52) * time.Second / time.Duration(bytesPerSecond))
			queue <- packet{buf[:n], free.Add(delay)}
		}
		if err != nil {
			close(queue)
			return
		}
	}
}

// BenchmarkVillageDay sends a village day (14.4 kB, 50 cases) over a cold 128 kbit/s
// line with 600 ms round trip, and compares with the same bytes over bare TLS with
// one byte of acknowledgement. Budget: ratio <= 1.5.
func BenchmarkVillageDay(b *testing.B) {
	const delay, rate, size = 300 * time.Millisecond, 16_000, 14_400
	for range b.N {
		village, hub := pair(b)
		mustRound(b, village, hub.addr) // they have met before
		village.opt.Dial = slowLink(b, hub.addr, delay, rate)
		village.vault.write("s", "v/202611/x.tail", payload(1, size))
		start := time.Now()
		arrived := make(chan time.Duration, 1)
		go func() {
			for hub.vault.dump("s") != village.vault.dump("s") {
				time.Sleep(time.Millisecond)
			}
			arrived <- time.Since(start)
		}()
		r := mustRound(b, village, "slow")
		known, there := time.Since(start), <-arrived
		raw := rawTLS(b, village, delay, rate, size)
		b.ReportMetric(there.Seconds(), "hub-has-s")
		b.ReportMetric(known.Seconds(), "known-s")
		b.ReportMetric(raw.Seconds(), "rawTLS-s")
		b.ReportMetric(known.Seconds()/raw.Seconds(), "ratio")
		b.ReportMetric(float64(r.SentBytes+r.ReceivedBytes), "wire-B")
		_, _ = village.Close(), hub.Close()
	}
}

func rawTLS(b *testing.B, d *device, delay time.Duration, rate, size int) time.Duration {
	b.Helper()
	cfg := d.tlsConfig(&PeerInfo{})
	cfg.VerifyConnection = nil
	ln, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			_, _ = io.CopyN(io.Discard, c, int64(size))
			_, _ = c.Write([]byte{1})
			_, _ = c.Read(make([]byte, 1))
			_ = c.Close()
		}
	}()
	start := time.Now()
	c, err := slowLink(b, ln.Addr().String(), delay, rate)(context.Background(), "")
	if err != nil {
		b.Fatal(err)
	}
	conn := tls.Client(c, cfg)
	_, _ = conn.Write(payload(1, size))
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	_ = conn.Close()
	return took
}
