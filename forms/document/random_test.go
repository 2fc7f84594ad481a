package document

import (
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onedoor/forms/document/sign"
	"onedoor/forms/document/wording"
)

func lookup(is issuer) sign.Lookup {
	return func(sign.KeyID) (*x509.Certificate, error) { return is.chain[0], nil }
}

// randomDraft fills every field of a random kind with values of its type, some
// of the optional ones left out.
func randomDraft(t testing.TB, p *Press, rng *rand.Rand) Draft {
	t.Helper()
	kinds := p.Book().Kinds()
	d := Draft{Kind: kinds[rng.IntN(len(kinds))], Number: fmt.Sprintf("440604100001%013dX", rng.Int64N(1e13)),
		IssuedAt: sampleTime.Add(time.Duration(rng.IntN(1e6)) * time.Second), Reprint: rng.IntN(3)}
	if rng.IntN(4) == 0 {
		d.Watermark = randomText(rng, 12)
	}
	d.Facts = randomFacts(rng, p.Page(d.Kind, d.IssuedAt).Fields)
	if p.Page(d.Kind, d.IssuedAt).TakesScans() {
		d.Scans = [][]byte{picture(t)}
	}
	if _, ok := d.Facts["no_materials"]; ok {
		d.Facts["no_materials"] = false
	}
	return d
}

func randomFacts(rng *rand.Rand, fields []wording.Field) wording.Facts {
	out := wording.Facts{}
	after := map[string]time.Time{}
	for _, f := range fields {
		if !f.Required && rng.IntN(2) == 0 && len(f.When) == 0 && f.Type != wording.TypeDate {
			continue
		}
		switch f.Type {
		case wording.TypeDate, wording.TypeTime:
			at := sampleTime.AddDate(0, 0, rng.IntN(200))
			if first, ok := after[f.After]; ok {
				at = first.AddDate(0, 0, 1+rng.IntN(30))
			}
			out[f.Key], after[f.Key] = at, at
		case wording.TypeCount:
			out[f.Key] = rng.IntN(1000)
		case wording.TypeBool:
			out[f.Key] = rng.IntN(2) == 0
		case wording.TypeChoice:
			out[f.Key] = f.Options[rng.IntN(len(f.Options))].Value
		case wording.TypeMasked:
			out[f.Key] = fmt.Sprintf("4406**********%04d", rng.IntN(10000))
		case wording.TypeList:
			var list []string
			for range 1 + f.Min + rng.IntN(4) {
				list = append(list, randomText(rng, 20))
			}
			out[f.Key] = list
		case wording.TypeRows:
			var rows []wording.Facts
			for range 1 + f.Min + rng.IntN(12) {
				rows = append(rows, randomFacts(rng, f.Columns))
			}
			out[f.Key] = rows
		default:
			out[f.Key] = randomText(rng, 40)
		}
	}
	return out
}

const letters = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处理䶮㛃𠅤𤧛𬭳䌷㳇，。、；：（）《》“”…—·0123456789abcXYZ-/@*"

func randomText(rng *rand.Rand, longest int) string {
	rs := []rune(letters)
	var b strings.Builder
	b.WriteRune(rs[rng.IntN(200)]) // never blank
	for range rng.IntN(longest) {
		b.WriteRune(rs[rng.IntN(len(rs))])
	}
	return b.String()
}
