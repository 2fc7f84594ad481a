package station

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/atomicfile"
)

// Photos of cards stay at the counter that read them, sealed with the device's key,
// and only for some days: no op carries them, because an op can never be forgotten
// (Personal Information Protection Law, art. 6, 19 and 47; decision 0010). A folder bears
// the last day of what it holds, so forgetting is removing folders.
const (
	photosDir = "photos"
	photoDays = "days" // file: for how many days photos are kept

	// DefaultPhotoDays lets a card be compared again while most promised items run.
	DefaultPhotoDays = 30
	// MaxPhotoDays is the longest: a year, the longest that an annual review needs.
	MaxPhotoDays = 366

	dayForm = "2006-01-02"
)

// Photos says what a counter keeps.
type Photos struct {
	Days  int    `json:"days"`  // 0: none
	Kept  int    `json:"kept"`  // photos now
	Until string `json:"until"` // the last day of the newest; "" without any
}

// PhotoDays is for how many days the photo of a card is kept after it was read.
func (s *Station) PhotoDays() int {
	text, err := os.ReadFile(s.photoPath(photoDays))
	if err != nil {
		return DefaultPhotoDays
	}
	days, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil || days < 0 || days > MaxPhotoDays {
		return 0 // somebody meant to change it: the careful reading
	}
	return days
}

// SetPhotoDays changes it for photos read from now on; 0 forgets those that are kept
// and keeps none. Shortening also forgets what would be kept for longer.
func (s *Station) SetPhotoDays(days int) error {
	if days < 0 || days > MaxPhotoDays {
		return counter.Ef(counter.CodeUsage, "保存天数是 0 到 %d", "days are 0 to %d", MaxPhotoDays).Hint("0 表示不保存照片", "0 keeps no photo")
	}
	if err := os.MkdirAll(s.photoPath(), 0o700); err != nil {
		return fileError("保存设置", err)
	}
	if err := atomicfile.Write(s.photoPath(photoDays), []byte(strconv.Itoa(days)+"\n"), 0o600); err != nil {
		return fileError("保存设置", err)
	}
	last := s.cfg.Now().AddDate(0, 0, days).Format(dayForm)
	return s.forgetPhotos(func(day string) bool { return days == 0 || day > last })
}

// Photos counts what is kept.
func (s *Station) Photos() (Photos, error) {
	out := Photos{Days: s.PhotoDays()}
	days, err := s.photoFolders()
	for _, day := range days {
		files, err := os.ReadDir(s.photoPath(day))
		if err != nil {
			return out, fileError("读取照片", err)
		}
		if out.Kept += len(files); len(files) > 0 {
			out.Until = max(out.Until, day)
		}
	}
	return out, err
}

// keepPhoto keeps the photo that was read with a person's card, in place of an older one.
func (s *Station) keepPhoto(person uuid.UUID, photo []byte) error {
	days := s.PhotoDays()
	if days == 0 || len(photo) == 0 {
		return nil
	}
	if err := s.forgetOldPhotos(); err != nil {
		return err
	}
	day, name := s.cfg.Now().AddDate(0, 0, days).Format(dayForm), s.photoName(person)
	if err := os.MkdirAll(s.photoPath(day), 0o700); err != nil {
		return fileError("保存照片", err)
	}
	if err := atomicfile.Write(s.photoPath(day, name), s.v.ring.Seal("photo", person[:], photo), 0o600); err != nil {
		return fileError("保存照片", err)
	}
	others, err := s.photoFolders()
	for _, other := range others {
		if other == day {
			continue
		}
		if err := os.Remove(s.photoPath(other, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("删除旧照片", err)
		}
	}
	return err
}

// Photo gives the photo in the chip's form and the last day on which it is kept; nil
// without one. Whether the caller may see the person is for the caller to ask.
func (s *Station) Photo(person uuid.UUID) (photo []byte, until string, err error) {
	days, err := s.photoFolders()
	if err != nil {
		return nil, "", err
	}
	today := s.cfg.Now().Format(dayForm)
	for _, day := range days {
		sealed, err := os.ReadFile(s.photoPath(day, s.photoName(person)))
		if err != nil || day < today {
			continue
		}
		photo, err := s.v.ring.Open("photo", person[:], sealed)
		if err != nil {
			return nil, "", counter.E(counter.CodeIntegrity, "照片损坏，打不开", "the photo is damaged").
				Hint("请重新读卡", "read the card again").Because(err)
		}
		return photo, day, nil
	}
	return nil, "", nil
}

// forgetOldPhotos removes what has had its day.
func (s *Station) forgetOldPhotos() error {
	today := s.cfg.Now().Format(dayForm)
	return s.forgetPhotos(func(day string) bool { return day < today })
}

func (s *Station) forgetPhotos(old func(day string) bool) error {
	days, err := s.photoFolders()
	for _, day := range days {
		if !old(day) {
			continue
		}
		if err := os.RemoveAll(s.photoPath(day)); err != nil {
			return fileError("删除照片", err)
		}
	}
	return err
}

// tendPhotos forgets photos in a program that runs for months.
func (s *Station) tendPhotos(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		// What cannot be removed now may be next time, and is no reason to stop working.
		_ = s.forgetOldPhotos()
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
		}
	}
}

// photoFolders are the days for which there is something.
func (s *Station) photoFolders() (days []string, err error) {
	entries, err := os.ReadDir(s.photoPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError("读取照片", err)
	}
	for _, e := range entries {
		if _, err := time.Parse(dayForm, e.Name()); err == nil && e.IsDir() {
			days = append(days, e.Name())
		}
	}
	return days, nil
}

func (s *Station) photoPath(parts ...string) string {
	return filepath.Join(append([]string{s.v.home, photosDir}, parts...)...)
}

// photoName is a keyed hash: a folder tells nobody whose photos it holds.
func (s *Station) photoName(person uuid.UUID) string {
	mac := s.v.ring.MAC("photo", person[:])
	return hex.EncodeToString(mac[:16])
}
