package conformance

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"onedoor/app/cardreader/sdt"
)

// pieces sends a request as a slow program would: byte by byte, 5 ms apart.
func (s *session) pieces(ctx context.Context) (Text, error) {
	request := sdt.EncodeRequest(sdt.Status)
	last := len(request) - 1
	for _, b := range request[:last] {
		if err := s.port.Write(ctx, []byte{b}); err != nil {
			return Text{}, err
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return Text{}, err
		}
	}
	r, err := s.send(ctx, request[last:], s.limit.Answer)
	if err != nil {
		return Text{}, err
	}
	return Text{}, expect(r, sdt.OK, 0)
}

func (s *session) badSum(ctx context.Context) (Text, error) {
	request := sdt.EncodeRequest(sdt.Status)
	request[len(request)-1] ^= 0x5A
	return s.refused(ctx, request, sdt.BadChecksum)
}

// badCommand uses a command that no published table has.
func (s *session) badCommand(ctx context.Context) (Text, error) {
	return s.refused(ctx, sdt.EncodeRequest(0x7F7F), sdt.BadCommand)
}

func (s *session) badLength(ctx context.Context) (Text, error) {
	return s.refused(ctx, sdt.EncodeRequest(sdt.Status, 0, 0, 0), sdt.BadLength)
}

// refused sends a request that must not succeed. Silence is weaker than the
// right status, yet harmless; whatever came, the reader must work afterwards.
func (s *session) refused(ctx context.Context, request []byte, want byte) (Text, error) {
	r, err := s.send(ctx, request, s.limit.Answer)
	if back := s.recover(ctx); back != nil {
		return Text{}, back
	}
	switch {
	case err == errSilence:
		return Text{}, bad("没有应答", "no answer")
	case err != nil:
		return Text{}, err
	}
	return Text{}, expect(r, want, 0)
}

// recover waits until status requests are answered again.
func (s *session) recover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.limit.Back)
	defer cancel()
	var last error
	for ctx.Err() == nil {
		r, err := s.send(ctx, sdt.EncodeRequest(sdt.Status), s.limit.Answer)
		if err == nil {
			err = expect(r, sdt.OK, 0)
		}
		if last = err; err == nil {
			return nil
		}
		if _, err := s.quiet(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("not back within %v: %w", s.limit.Back, last)
}

// garbage sends bytes that a careless parser takes for a frame.
func (s *session) garbage(ctx context.Context) (Text, error) {
	for i, noise := range [][]byte{
		{0x00, 0xFF, 0x55, 0x11}, {0xAA}, {0xAA, 0xAA, 0xAA}, {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0xFF, 0xFF},
		bytes.Repeat([]byte{0x96, 0x69}, 40), {0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x00}, bytes.Repeat([]byte{0}, 64),
	} {
		if err := s.port.Write(ctx, noise); err != nil {
			return Text{}, err
		}
		if err := s.recover(ctx); err != nil {
			return Text{}, bad(fmt.Sprintf("第 %d 种杂乱字节后没有恢复", i+1), fmt.Sprintf("did not recover from garbage %d", i+1))
		}
	}
	return Text{}, nil
}

// cut sends the first part of a request, of every length, and then a whole one.
func (s *session) cut(ctx context.Context) (Text, error) {
	request := sdt.EncodeRequest(sdt.Status)
	for n := 1; n < len(request); n++ {
		if err := s.port.Write(ctx, request[:n]); err != nil {
			return Text{}, err
		}
		if err := s.recover(ctx); err != nil {
			return Text{}, bad(fmt.Sprintf("收到 %d 字节的半条命令后没有恢复", n), fmt.Sprintf("did not recover from %d bytes of a request", n))
		}
	}
	return Text{}, nil
}

// timing judges what all checks before have measured.
func (s *session) timing(context.Context) (Text, error) {
	for cmd, all := range s.times {
		limit := s.limit.Answer
		if cmd == sdt.Read {
			limit = s.limit.Read
		}
		for _, r := range all {
			if r.first > limit {
				return Text{}, bad(fmt.Sprintf("命令 %04X 用了 %v", uint16(cmd), r.first), fmt.Sprintf("command %04X took %v", uint16(cmd), r.first))
			}
		}
	}
	return Text{}, nil
}
