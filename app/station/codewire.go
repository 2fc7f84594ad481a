package station

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/bepnode"
	"onedoor/sync/roster"
)

// Enrolment by code, over TLS 1.3 without a client certificate, on the hub's
// ordinary address: one message each way (docs/formats/enrolment.md).

const (
	codeLabel    = "EXPORTER-onedoor-enroll" // RFC 8446, 7.5
	codeExported = 32
	codeHeadMax  = 128 << 10
	codePatience = 30 * time.Second // for a message head; and for each 64 KiB of the grant
	codeChunk    = 64 << 10
)

// codePause makes guessing slow; tests shorten it.
var codePause = time.Second

// codeAsk is what the station says.
type codeAsk struct {
	Version int    `json:"version"`
	Code    string `json:"code"` // its name only
	Request []byte `json:"request"`
	Proof   []byte `json:"proof"`
}

// codeAnswer is what the hub says; the grant follows it.
type codeAnswer struct {
	Error string `json:"error,omitempty"`
	Why   string `json:"why,omitempty"` // of codeRefused, in words
	Size  int64  `json:"size,omitempty"`
	Proof []byte `json:"proof,omitempty"`
}

func exported(c *tls.Conn) ([]byte, error) {
	cs := c.ConnectionState()
	return cs.ExportKeyingMaterial(codeLabel, nil, codeExported)
}

// patience closes a connection on which a step takes too long.
func patience(c net.Conn) (stop func()) {
	t := time.AfterFunc(codePatience, func() { _ = c.Close() })
	return func() { t.Stop() }
}

func writeHead(c net.Conn, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	defer patience(c)()
	_, err = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(raw))), raw...))
	return err
}

func readHead(c net.Conn, v any) error {
	defer patience(c)()
	var n [4]byte
	if _, err := io.ReadFull(c, n[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(n[:])
	if size > codeHeadMax {
		return fmt.Errorf("a head of %d bytes", size)
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(c, raw); err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// serveCode answers one station at the hub.
func (s *Station) serveCode(ctx context.Context, c *tls.Conn) {
	var ask codeAsk
	if err := readHead(c, &ask); err != nil || ask.Version != 1 {
		return // not ours; nothing is told
	}
	exp, err := exported(c)
	if err != nil {
		return
	}
	grant, code, refusal := s.grantByCode(ctx, &ask, exp)
	if refusal.Error != "" {
		slog.Warn("enrolment by code refused", "cause", refusal.Error, "from", c.RemoteAddr().String())
		time.Sleep(codePause)
		_ = writeHead(c, refusal)
		return
	}
	proof, err := code.Proof(roster.FromHub, exp, grant)
	if err != nil || writeHead(c, codeAnswer{Size: int64(len(grant)), Proof: proof}) != nil {
		return
	}
	for len(grant) > 0 && ctx.Err() == nil {
		n := min(len(grant), codeChunk)
		stop := patience(c)
		_, err := c.Write(grant[:n])
		stop()
		if err != nil {
			return // it asks again
		}
		grant = grant[n:]
	}
	_ = c.CloseWrite()
}

func (s *Station) grantByCode(ctx context.Context, ask *codeAsk, exp []byte) ([]byte, roster.JoinCode, codeAnswer) {
	s.codesMu.Lock()
	defer s.codesMu.Unlock()
	c, req, why := s.redeem(ctx, ask.Code, ask.Proof, exp, ask.Request)
	if why != "" {
		return nil, "", codeAnswer{Error: why}
	}
	e, err := s.enroll(ctx, c.Actor, req, roster.Tier(c.Tier))
	if err == nil {
		err = s.used(ctx, c.Code.Name(), e.Device)
	}
	if err != nil {
		var told *counter.Error
		if errors.As(err, &told) {
			return nil, "", codeAnswer{Error: codeRefused, Why: told.Zh}
		}
		return nil, "", codeAnswer{Error: codeFailed}
	}
	return e.Grant, c.Code, codeAnswer{}
}

// askByCode gets the grant for a request.
func askByCode(ctx context.Context, addr string, code roster.JoinCode, request []byte) ([]byte, error) {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: codePatience}, Config: &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{bepnode.EnrollALPN},
		// The hub's certificate cannot be judged before the grant brings the root: the
		// proofs take its place.
		InsecureSkipVerify: true,
	}}
	raw, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(addr, "tcp://"))
	if err != nil {
		return nil, dialError(err)
	}
	c := raw.(*tls.Conn)
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	exp, err := exported(c)
	if err != nil {
		return nil, linkError(err)
	}
	proof, err := code.Proof(roster.FromStation, exp, request)
	if err != nil {
		return nil, err
	}
	if err := writeHead(c, codeAsk{Version: 1, Code: code.Name(), Request: request, Proof: proof}); err != nil {
		return nil, linkError(err)
	}
	var a codeAnswer
	if err := readHead(c, &a); err != nil {
		return nil, linkError(err)
	}
	if a.Error != "" {
		return nil, codeError(a)
	}
	if a.Size <= 0 || a.Size > roster.MaxGrant+(16<<20) {
		return nil, codeError(codeAnswer{Error: codeFailed})
	}
	grant, err := readGrant(c, a.Size)
	if err != nil {
		return nil, linkError(err)
	}
	if !code.Holds(a.Proof, roster.FromHub, exp, grant) {
		return nil, counter.E(counter.CodeDenied, "对方不知道这个入网码,没有入网:它不是区级枢纽", "the other side does not know the code: it is not the hub").
			Hint("核对 --hub 的地址;线路可能被人接管,请与区级联系", "check the address of --hub; somebody may be in the middle of the line")
	}
	return grant, nil
}

// readGrant reads in parts, so that memory grows with what really comes.
func readGrant(c net.Conn, size int64) (grant []byte, err error) {
	for int64(len(grant)) < size {
		part := make([]byte, min(size-int64(len(grant)), codeChunk))
		stop := patience(c)
		_, err := io.ReadFull(c, part)
		stop()
		if err != nil {
			return nil, err
		}
		grant = append(grant, part...)
	}
	return grant, nil
}

func dialError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" { // an alert: it speaks TLS, but not this
		return counter.E(counter.CodeDenied, "这个地址不办理入网码入网", "this address does not enrol by code").
			Hint("核对 --hub:要写区级枢纽自己的地址,不是镇街的", "check --hub: it must be the district hub's own address, not a town's").Because(err)
	}
	return linkError(err)
}

// codeError says what the hub answered.
func codeError(a codeAnswer) error {
	say := func(code counter.Code, zh, en, hintZh, hintEn string) error {
		return counter.E(code, zh, en).Hint(hintZh, hintEn)
	}
	const again, againEn = "请区级管理员另发一个入网码", "ask the district for another code"
	switch a.Error {
	case codeWrong:
		return say(counter.CodeDenied, "入网码不对", "the code is wrong", fmt.Sprintf("核对后再输;同一个码错%d次就作废", codeTries), "check it and type it again; after 5 wrong tries it is void")
	case codeExpired:
		return say(counter.CodeDenied, "入网码已经过期", "the code has expired", again, againEn)
	case codeUsed:
		return say(counter.CodeDenied, "入网码已经用过了,一个码只能给一台电脑用", "the code was used by another PC", again, againEn)
	case codeVoid:
		return say(counter.CodeDenied, "入网码输错次数太多,已作废", "the code is void after too many wrong tries", again, againEn)
	case codeDivision:
		return say(counter.CodeDenied, "入网码是给另一个服务点或窗口的", "the code is for another service point or counter",
			"核对本机 init 时填的区划代码和窗口号,或请区级另发一个", "check the division and counter given to init, or ask for another code")
	case codeRefused:
		zh := "区级枢纽没有批准"
		if a.Why != "" {
			zh += ":" + a.Why
		}
		return say(counter.CodeDenied, zh, "the hub did not accept the request", "换一个窗口号,在新的数据文件夹重新 init;或请区级管理员处理后再试", "run init in a new home with another counter number, or ask the district, then try again")
	}
	return say(counter.CodeFailed, "区级枢纽没有办成,稍后再试", "the hub could not do it", "稍后再试;入网码仍然有效", "try again later; the code is still good")
}
