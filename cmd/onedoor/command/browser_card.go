package command

import (
	"context"

	"github.com/google/uuid"

	"onedoor/app/station"
	"onedoor/app/window"
)

// Equip gives the seats of a station what the facade does not have: the card reader
// at port (else the one of the settings), the photo decoder that the environment names,
// the link to the others, this PC's settings, files, and the sealed drafts. What watches
// for it ends with ctx.
func Equip(ctx context.Context, cfg *window.Config, st *station.Station, port string, getenv func(string) string) {
	settings := openSettings(st, port)
	r := newSeatReader(func() string { return settings.get().ReaderPort }, getenv(photoDecoderVar), cfg.Now)
	cfg.ReadCard, cfg.Reader = r.read, r.state
	cfg.HasReader = func() bool { return settings.get().ReaderPort != "" }
	cfg.Photo = func(ctx context.Context, person uuid.UUID) (window.Photo, error) {
		return personPhoto(ctx, st, r.decoder, person)
	}
	equipSync(ctx, cfg, st)
	equipPC(cfg, st, settings)
	go watchFolder(ctx, settings, cfg.Feed)
	cfg.KeepDraft, cfg.Draft = st.KeepDraft, st.Draft
}
