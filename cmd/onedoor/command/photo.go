package command

import (
	"bytes"
	"context"
	"encoding/base64"
	"image/png"

	"github.com/google/uuid"

	"onedoor/app/cardreader"
	"onedoor/app/station"
	"onedoor/app/window"
)

// photoDecoderVar names a vendor's photo decoder; without it the usual places are
// looked at.
const photoDecoderVar = "ONEDOOR_PHOTO_DECODER"

// photoDecoder is the decoder of this machine, if it has one.
type photoDecoder struct {
	decoder *cardreader.Decoder // nil without one
	fault   error               // what is wrong with the one that was named
}

func newPhotoDecoder(address string) *photoDecoder {
	if address == "" {
		for _, info := range cardreader.Decoders() {
			if info.Openable {
				address = info.URL
				break
			}
		}
	}
	if address == "" {
		return &photoDecoder{}
	}
	d, err := cardreader.NewDecoder(address)
	return &photoDecoder{d, err}
}

// name is the decoder's file and version.
func (p *photoDecoder) name() string {
	if p.decoder == nil {
		return ""
	}
	return p.decoder.Library()
}

// picture decodes a photo into the address of a picture, or says why not.
func (p *photoDecoder) picture(ctx context.Context, photo []byte) (image string, err error) {
	if p.fault != nil {
		return "", p.fault
	}
	if p.decoder == nil {
		return "", cardreader.ErrorFor(cardreader.CodeNoDecoder)
	}
	img, err := p.decoder.Decode(ctx, photo)
	if err != nil {
		return "", err
	}
	defer clear(img.Pix)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// personPhoto shows the photo of a person, whom the caller may see.
func personPhoto(ctx context.Context, st *station.Station, d *photoDecoder, person uuid.UUID) (window.Photo, error) {
	photo, until, err := st.Photo(person)
	if err != nil {
		return window.Photo{}, err
	}
	if photo == nil {
		out := window.Photo{Text: "本机没有保存这个人的证件照片", Hint: "照片只保存在读卡的那台电脑上，到期自动删除"}
		if st.PhotoDays() == 0 {
			out.Hint = "本机设置为不保存证件照片"
		}
		return out, nil
	}
	defer clear(photo)
	out := window.Photo{Until: until}
	if out.Image, err = d.picture(ctx, photo); err != nil {
		e := cardreader.AsError(err)
		out.Text, out.Hint = e.Zh, e.HintZh
	}
	return out, nil
}
