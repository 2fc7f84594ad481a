package station

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

var chipPhoto = bytes.Repeat([]byte("WL photo of nobody "), 50)

// acceptWithPhoto accepts a case by card and gives the person.
func acceptWithPhoto(t *testing.T, s *Station, number string) uuid.UUID {
	t.Helper()
	wang, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
	must(t, err)
	card := &desk.Card{Kind: "resident", Name: "张三丰", Sex: "男", Birth: "1990-03-07", Number: number, ValidTo: "长期", Photo: bytes.Clone(chipPhoto)}
	done, err := wang.Accept(context.Background(), desk.Acceptance{Item: easyItem(t, s), Card: card, Materials: desk.Materials{All: true}})
	must(t, err)
	for _, w := range done.Warnings {
		t.Error(w)
	}
	people, err := wang.FindPerson(context.Background(), number)
	must(t, err)
	return uuid.MustParse(people[0].ID)
}

// The photo of a card is kept sealed at the counter that read it, for its days, and in
// no op.
func TestPhotoIsKeptSealedAndForgotten(t *testing.T) {
	d := newDistrict(t)
	now := time.Now()
	d.vil.Now = func() time.Time { return now }
	s, err := Open(context.Background(), d.vil, Write)
	must(t, err)
	defer s.Close()
	who := acceptWithPhoto(t, s, "44060419900307201X")
	photo, until, err := s.Photo(who)
	if err != nil || !bytes.Equal(photo, chipPhoto) || until != now.AddDate(0, 0, DefaultPhotoDays).Format(dayForm) {
		t.Fatal(len(photo), until, err)
	}
	if photo, _, _ := s.Photo(uuid.New()); photo != nil {
		t.Error("a stranger has a photo")
	}
	must(t, filepath.Walk(d.vil.Home, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, chipPhoto[:18]) {
			t.Errorf("%s holds the photo in the clear", path)
		}
		if bytes.Contains([]byte(path), []byte(who.String())) {
			t.Errorf("%s names the person", path)
		}
		return err
	}))
	// Read again some days later: one photo, kept from then on.
	now = now.AddDate(0, 0, 3)
	acceptWithPhoto(t, s, "44060419900307201X")
	if p, err := s.Photos(); err != nil || p.Kept != 1 || p.Until != now.AddDate(0, 0, DefaultPhotoDays).Format(dayForm) {
		t.Errorf("%+v %v", p, err)
	}
	now = now.AddDate(0, 0, DefaultPhotoDays)
	if photo, _, _ := s.Photo(who); photo == nil {
		t.Error("forgotten on its last day")
	}
	now = now.AddDate(0, 0, 1)
	if photo, _, _ := s.Photo(who); photo != nil {
		t.Error("shown after its days")
	}
	must(t, s.forgetOldPhotos())
	if p, err := s.Photos(); err != nil || p.Kept != 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestPhotoDays(t *testing.T) {
	d := newDistrict(t)
	s, err := Open(context.Background(), d.vil, Write)
	must(t, err)
	defer s.Close()
	who := acceptWithPhoto(t, s, "44060419900307201X")
	must(t, s.SetPhotoDays(60))
	if photo, _, _ := s.Photo(who); photo == nil || s.PhotoDays() != 60 {
		t.Error("longer days forgot a photo")
	}
	must(t, s.SetPhotoDays(5)) // kept for 30 so far
	if photo, _, _ := s.Photo(who); photo != nil {
		t.Error("kept for longer than may be")
	}
	acceptWithPhoto(t, s, "44060419900307201X")
	must(t, s.SetPhotoDays(0))
	acceptWithPhoto(t, s, "44060419900307201X")
	if p, err := s.Photos(); err != nil || p.Kept != 0 || p.Days != 0 {
		t.Errorf("%+v %v", p, err)
	}
	for _, bad := range []int{-1, MaxPhotoDays + 1} {
		if err := s.SetPhotoDays(bad); counter.CodeOf(err) != counter.CodeUsage {
			t.Errorf("%d: %v", bad, err)
		}
	}
	must(t, os.WriteFile(s.photoPath(photoDays), []byte("many\n"), 0o600))
	if s.PhotoDays() != 0 {
		t.Error("an unreadable setting keeps photos")
	}
	// A photo that was moved to another person's name does not open.
	must(t, s.SetPhotoDays(7))
	acceptWithPhoto(t, s, "44060419900307201X")
	files, _ := filepath.Glob(s.photoPath("*", s.photoName(who)))
	other := uuid.New()
	must(t, os.Rename(files[0], filepath.Join(filepath.Dir(files[0]), s.photoName(other))))
	if photo, _, err := s.Photo(other); photo != nil || counter.CodeOf(err) != counter.CodeIntegrity {
		t.Error("another's photo", err)
	}
}
