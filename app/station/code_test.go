package station

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/bepnode"
	"onedoor/sync/roster"
)

// newPC makes a home that is not enrolled.
func (d *district) newPC(name, division, number string) Config {
	d.t.Helper()
	c := config(d.t, name)
	_, err := InitCounter(context.Background(), c, CounterInit{Division: division, Counter: number, Name: name, Out: filepath.Join(d.t.TempDir(), "request")})
	must(d.t, err)
	return c
}

func (d *district) makeCode(hub *Station, n NewCode) string {
	d.t.Helper()
	admin, err := hub.Desk().Login(context.Background(), "admin", "pw-admin-1")
	must(d.t, err)
	info, err := hub.MakeCode(context.Background(), admin, n)
	must(d.t, err)
	return info.Code
}

func join(c Config, code, addr string) error {
	_, err := JoinByCode(context.Background(), c, code, addr)
	return err
}

func told(t *testing.T, err error, code counter.Code, words string) {
	t.Helper()
	if counter.CodeOf(err) != code || !strings.Contains(err.Error(), words) {
		t.Errorf("want %s with %q, got %v", code, words, err)
	}
}

// TestJoinByCode: the same outcome as with a grant file, also when the answer was lost
// and the station asks again; another PC gets nothing for the same code.
func TestJoinByCode(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	d.addUser("zhao", "clerk", testVillage2)
	hub, addr, _ := d.serve(d.hub, "-")
	code := d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village"})
	one, two := d.newPC("one", testVillage2, "01"), d.newPC("two", testVillage2, "02")
	must(t, join(one, strings.ToLower(strings.ReplaceAll(code, "-", " ")), addr))
	must(t, join(one, code, addr)) // its answer might have been lost
	told(t, join(two, code, addr), counter.CodeDenied, "用过")
	d.at(one, Write, func(s *Station) {
		d.accept(s, "zhao", 1, 1)
		if len(s.id.Addresses) != 1 || s.id.Addresses[0] != addr {
			t.Errorf("addresses %v", s.id.Addresses)
		}
		_, err := s.Sync(context.Background(), addr, 2*time.Minute)
		must(t, err)
		agree(t, s, hub, "realm", testVillage2)
	})
	p, err := hub.v.store.Powers(context.Background(), testVillage2)
	must(t, err)
	if n := len(p.Members()); n != 1 {
		t.Errorf("%d members", n)
	}
	told(t, join(two, d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village", Counter: "03"}), addr), counter.CodeDenied, "另一个服务点或窗口")
	must(t, join(two, d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village", Counter: "02"}), addr))
	three := d.newPC("three", testVillage2, "01")
	told(t, join(three, d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village"}), addr), counter.CodeDenied, "已经有设备")
}

func TestCodesThatDoNotHold(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	town := d.enrol("town", testTown, "town")
	late := time.Duration(0)
	d.hub.Now = func() time.Time { return time.Now().Add(late) }
	hub, addr, _ := d.serve(d.hub, "-")
	_, townAddr, _ := d.serve(town, "-")
	pc := d.newPC("pc", testVillage2, "01")
	code := d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village"})
	told(t, join(pc, "7QK2", addr), counter.CodeUsage, "20个")
	told(t, join(pc, code, "hub"), counter.CodeUsage, "地址")
	told(t, join(pc, code, townAddr), counter.CodeDenied, "不办理")
	other := roster.NewJoinCode()
	told(t, join(pc, string(other), addr), counter.CodeDenied, "入网码不对")
	wrong := code[:5] + string(other)[5:]
	for range codeTries {
		told(t, join(pc, wrong, addr), counter.CodeDenied, "入网码不对")
	}
	told(t, join(pc, code, addr), counter.CodeDenied, "作废")
	code = d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village", Valid: time.Hour})
	late = 2 * time.Hour
	told(t, join(pc, code, addr), counter.CodeDenied, "过期")
	for _, n := range []NewCode{{Division: testVillage2, Tier: "town"}, {Division: "440699", Tier: "district"}, {Division: testVillage2, Tier: "village", Counter: "1"},
		{Division: testVillage2, Tier: "village", Valid: 365 * 24 * time.Hour}} {
		admin, err := hub.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(t, err)
		if _, err := hub.MakeCode(context.Background(), admin, n); err == nil {
			t.Errorf("%+v", n)
		}
	}
}

// middle ends TLS on both sides and passes the messages on, as somebody on the line
// with a certificate of his own does.
func (d *district) middle(hubAddr string, change func(head []byte) []byte) string {
	d.t.Helper()
	root, err := roster.NewRoot("440604", "某区")
	must(d.t, err)
	cert := tls.Certificate{Certificate: [][]byte{root.Cert}, PrivateKey: root.Key}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{bepnode.EnrollALPN}, Certificates: []tls.Certificate{cert}})
	must(d.t, err)
	d.t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			up, err := tls.Dial("tcp", strings.TrimPrefix(hubAddr, "tcp://"), &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{bepnode.EnrollALPN}, InsecureSkipVerify: true})
			if err != nil {
				_ = c.Close()
				continue
			}
			go func() {
				defer c.Close()
				defer up.Close()
				var n [4]byte
				if _, err := io.ReadFull(c, n[:]); err != nil {
					return
				}
				head := make([]byte, binary.BigEndian.Uint32(n[:]))
				if _, err := io.ReadFull(c, head); err != nil {
					return
				}
				if change != nil {
					if answer := change(head); answer != nil {
						_, _ = c.Write(answer)
						return
					}
				}
				_, _ = up.Write(append(n[:], head...))
				_, _ = io.Copy(c, up)
			}()
		}
	}()
	return "tcp://" + ln.Addr().String()
}

// TestCodeAgainstTheMiddle: who relays the messages gets no grant, and who answers
// himself is not believed.
func TestCodeAgainstTheMiddle(t *testing.T) {
	t.Parallel()
	d, foreign := newDistrict(t), otherDistrict(t)
	hub, addr, _ := d.serve(d.hub, "-")
	pc := d.newPC("pc", testVillage2, "01")
	code := d.makeCode(hub, NewCode{Division: testVillage2, Tier: "village"})
	told(t, join(pc, code, d.middle(addr, nil)), counter.CodeDenied, "入网码不对")
	// A hub of another district, with a sound grant for this very PC.
	var grant []byte
	foreign.at(foreign.hub, Write, func(s *Station) {
		admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
		must(t, err)
		v, err := openHome(context.Background(), pc, false)
		must(t, err)
		keys, err := loadDeviceKeys(context.Background(), v.store)
		must(t, err)
		must(t, v.close())
		req, err := roster.NewRequest(keys, testVillage2, "01", "pc")
		must(t, err)
		raw, err := req.Encode(keys)
		must(t, err)
		e, err := s.Enroll(context.Background(), admin, raw, "village")
		must(t, err)
		grant = e.Grant
	})
	forged := d.middle(addr, func([]byte) []byte {
		var out bytes.Buffer
		_ = writeHead(sink{&out}, codeAnswer{Size: int64(len(grant)), Proof: make([]byte, 32)})
		out.Write(grant)
		return out.Bytes()
	})
	told(t, join(pc, code, forged), counter.CodeDenied, "不是区级枢纽")
	must(t, join(pc, code, addr)) // one wrong try counted; the code is still good
}

type sink struct{ w io.Writer }

func (s sink) Write(b []byte) (int, error)      { return s.w.Write(b) }
func (s sink) Read([]byte) (int, error)         { return 0, io.EOF }
func (s sink) Close() error                     { return nil }
func (s sink) LocalAddr() net.Addr              { return nil }
func (s sink) RemoteAddr() net.Addr             { return nil }
func (s sink) SetDeadline(time.Time) error      { return nil }
func (s sink) SetReadDeadline(time.Time) error  { return nil }
func (s sink) SetWriteDeadline(time.Time) error { return nil }

type source struct {
	sink
	r io.Reader
}

func (s source) Read(b []byte) (int, error) { return s.r.Read(b) }

// FuzzCodeHead reads what anybody on the network may send to the hub.
func FuzzCodeHead(f *testing.F) {
	var ok bytes.Buffer
	_ = writeHead(sink{&ok}, codeAsk{Version: 1, Code: "7QK2", Request: []byte("{}"), Proof: make([]byte, 32)})
	f.Add(ok.Bytes())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var ask codeAsk
		if readHead(source{r: bytes.NewReader(b)}, &ask) == nil {
			_, _ = roster.DecodeRequest(ask.Request)
		}
	})
}
