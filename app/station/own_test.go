package station

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// TestWhatThePagesKeep: settings, what a user keeps, and scans of an application lie
// sealed, and only their author gets them back.
func TestWhatThePagesKeep(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	one, two := uuid.New(), uuid.New()
	const secret = "李某某的户口簿内容"
	var id string
	d.at(d.vil, Write, func(s *Station) {
		must(t, s.SaveSetting("pages", []byte(secret)))
		must(t, s.KeepOwn(one, []byte(secret)))
		var err error
		id, err = s.HoldScan(one, Scan{Name: secret + ".pdf", Data: []byte(secret + "\n\x00")})
		must(t, err)
	})
	must(t, filepath.WalkDir(d.vil.Home, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) || strings.Contains(path, one.String()) {
			t.Errorf("%s tells", path)
		}
		return err
	}))
	d.at(d.vil, Write, func(s *Station) {
		if got, err := s.LoadSetting("pages"); err != nil || string(got) != secret {
			t.Errorf("settings %q %v", got, err)
		}
		if got, err := s.LoadSetting("other"); err != nil || got != nil {
			t.Errorf("others %q %v", got, err)
		}
		if got, err := s.Own(one); err != nil || string(got) != secret {
			t.Errorf("own %q %v", got, err)
		}
		if got, err := s.Own(two); err != nil || got != nil {
			t.Errorf("another's %q %v", got, err)
		}
		scan, err := s.HeldScan(one, id)
		if err != nil || scan.Name != secret+".pdf" || string(scan.Data) != secret+"\n\x00" {
			t.Errorf("scan %+v %v", scan, err)
		}
		if _, err := s.HeldScan(two, id); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("another's scan: %v", err)
		}
		must(t, s.DropScans(two))
		must(t, s.DropScans(one, id))
		if _, err := s.HeldScan(one, id); err != nil {
			t.Error(err)
		}
		must(t, s.DropScans(one))
		if _, err := s.HeldScan(one, id); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("dropped: %v", err)
		}
		h, err := s.Health(context.Background())
		if err != nil || h.Room.Free <= 0 || h.Room.Total < h.Room.Free || h.ClockDoubt {
			t.Errorf("%+v %v", h, err)
		}
	})
}
