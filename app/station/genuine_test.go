package station

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/app/desk"
)

var qrText = regexp.MustCompile(`OD1:[A-Z2-7]+`)

// TestPapersOfARevokedDevice: what it issued before stays genuine, with a word of
// caution; what it issues from then on does not count, by file and by QR code; and
// a device that has not heard of it yet says as of when it knows.
func TestPapersOfARevokedDevice(t *testing.T) {
	t.Parallel()
	d, ctx := newDistrict(t), context.Background()
	issue := func() (pdf []byte, qr string) {
		d.at(d.vil, Write, func(s *Station) {
			wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
			must(t, err)
			out := filepath.Join(t.TempDir(), "guide.pdf")
			_, _, err = wang.PrintLoose(ctx, desk.LooseRequest{Kind: "guide", Item: easyItem(t, s), Out: out})
			must(t, err)
			pdf, err = os.ReadFile(out)
			must(t, err)
		})
		return pdf, string(qrText.Find(pdf))
	}
	verdict := func(c Config, data []byte, isFile bool, want string) (v desk.Verification) {
		t.Helper()
		d.at(c, Read, func(s *Station) {
			var err error
			v, err = s.Desk().VerifyDocument(ctx, data, isFile)
			must(t, err)
			if v.Verdict != want || v.Valid != (want == desk.VerdictGenuine) || v.AsOf == "" || v.Valid == (v.Why != nil) {
				t.Errorf("%+v, want %s", v, want)
			}
		})
		return v
	}
	before, beforeQR := issue()
	if v := verdict(d.hub, before, true, desk.VerdictGenuine); v.Note != "" || v.DeviceName == "" {
		t.Errorf("%+v", v)
	}
	d.revoke(d.vil)
	d.vil.Now = func() time.Time { return time.Now().Add(time.Minute) }
	after, afterQR := issue()
	for i, old := range [][]byte{before, []byte(beforeQR)} {
		if v := verdict(d.hub, old, i == 0, desk.VerdictGenuine); !strings.Contains(v.Note, "停用") {
			t.Errorf("no word of caution: %+v", v)
		}
	}
	verdict(d.hub, after, true, desk.VerdictRevoked)
	verdict(d.hub, []byte(afterQR), false, desk.VerdictRevoked)
	verdict(d.vil, after, true, desk.VerdictGenuine) // as of its last exchange
	after[len(after)/2] ^= 1
	verdict(d.hub, after, true, desk.VerdictAltered)
	for _, cut := range []string{"OD1:", "OD1:NONSENSE", afterQR[:len(afterQR)-9]} {
		verdict(d.hub, []byte(cut), false, desk.VerdictNoCode)
	}
	verdict(d.hub, []byte("%PDF-1.7 nothing of ours"), true, desk.VerdictNotOurs)
}
