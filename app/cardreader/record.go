package cardreader

import (
	"context"
	"os"
	"sync"

	"onedoor/app/cardreader/recording"
)

// Record returns a Dial whose connections rec listens to. rec.Session gives the
// session with the person taken out.
func Record(dial Dial, rec *recording.Recorder) Dial {
	return func(ctx context.Context, baud int) (Port, error) {
		p, err := dial(ctx, baud)
		if err != nil {
			return nil, err
		}
		return rec.Listen(p, baud), nil
	}
}

// Replay returns a Dial that plays a recorded session instead of a reader.
func Replay(s *recording.Session) Dial {
	player := recording.NewPlayer(s)
	return func(ctx context.Context, baud int) (Port, error) { return player.Dial(ctx, baud) }
}

// replay is Replay of a file, which is read at the first connection.
func replay(path string) Dial {
	load := sync.OnceValues(func() (Dial, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, openError(err)
		}
		defer f.Close()
		s, err := recording.Parse(f)
		if err != nil {
			return nil, newError(CodeBadURL, 0, err)
		}
		return Replay(s), nil
	})
	return func(ctx context.Context, baud int) (Port, error) {
		dial, err := load()
		if err != nil {
			return nil, err
		}
		return dial(ctx, baud)
	}
}

// WithDial makes Open and every later reconnect go through wrap, such as Record.
func WithDial(wrap func(Dial) Dial) Option { return func(r *Reader) { r.dial = wrap(r.dial) } }
