package segment

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Codec compresses batches. It is made once and safe for concurrent use.
type Codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// NewCodec prepares the compressor with the trained dictionary. Frames name
// their dictionary, so that a later version can add a better one and still
// read what stands.
func NewCodec() (*Codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderDict(dictV1),
		zstd.WithEncoderLevel(zstd.SpeedFastest), // on ops no larger than the slower levels
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("segment: compressor: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderDicts(dictV1),
		zstd.WithDecoderMaxMemory(maxPlain))
	if err != nil {
		return nil, fmt.Errorf("segment: decompressor: %w", err)
	}
	return &Codec{enc: enc, dec: dec}, nil
}

func (c *Codec) compress(plain []byte) []byte { return c.enc.EncodeAll(plain, nil) }

func (c *Codec) decompress(b []byte, size int) ([]byte, error) {
	plain, err := c.dec.DecodeAll(b, make([]byte, 0, size))
	if err != nil || len(plain) != size {
		return nil, fmt.Errorf("%w: batch does not inflate to its stated length", ErrRefused)
	}
	return plain, nil
}
