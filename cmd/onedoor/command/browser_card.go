package command

import (
	"context"

	"github.com/google/uuid"

	"onedoor/app/station"
	"onedoor/app/window"
)

// Equip gives the seats of a station what the facade does not have: the card reader
// at port (none if it is empty), the photo decoder that the environment names, the link
// to the others, and the sealed drafts.
func Equip(cfg *window.Config, st *station.Station, port string, getenv func(string) string) {
	r := newSeatReader(port, getenv(photoDecoderVar), cfg.Now)
	if port != "" {
		cfg.ReadCard = r.read
	}
	cfg.Reader = r.state
	cfg.Photo = func(ctx context.Context, person uuid.UUID) (window.Photo, error) {
		return personPhoto(ctx, st, r.decoder, person)
	}
	equipSync(cfg, st)
	cfg.KeepDraft, cfg.Draft = st.KeepDraft, st.Draft
}
