package window

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
)

// heldScans keeps files in memory.
type heldScans struct {
	n     int
	files map[string][]byte
	taken []string
}

func (h *heldScans) scans() *Scans {
	h.files = map[string][]byte{}
	return &Scans{
		Hold: func(author uuid.UUID, name string, data []byte) (string, error) {
			h.n++
			id := string(rune('a' + h.n))
			h.files[author.String()+id] = data
			return id, nil
		},
		Held: func(author uuid.UUID, id string) (string, []byte, error) {
			if data, ok := h.files[author.String()+id]; ok {
				return "x.pdf", data, nil
			}
			return "", nil, counter.E(counter.CodeNotFound, "不在了", "gone")
		},
		Drop: func(author uuid.UUID, keep []string) error { clear(h.files); return nil },
		Take: func(name string) ([]byte, error) {
			if name != "s.pdf" {
				return nil, counter.E(counter.CodeNotFound, "没有", "none")
			}
			return []byte("%PDF-scan"), nil
		},
		Taken: func(name string) { h.taken = append(h.taken, name) },
	}
}

func piece(id string, size, offset int, data []byte) ScanPiece {
	return ScanPiece{ID: id, Name: "户口簿.PDF", Size: int64(size), Offset: int64(offset), Data: base64.StdEncoding.EncodeToString(data)}
}

func TestScansArriveInPiecesAndGoIntoTheCase(t *testing.T) {
	b := newBench(t)
	var held heldScans
	b.cfg.Scans = held.scans()
	w := seatOf(t, b)
	whole := bytes.Repeat([]byte("scan"), 300_000)
	var id string
	for at := 0; at < len(whole); at += 500_000 {
		end := min(at+500_000, len(whole))
		h, err := w.AddScan(piece(id, len(whole), at, whole[at:end]))
		if err != nil || h.Done != (end == len(whole)) {
			t.Fatal(h, err)
		}
		id = h.ID
	}
	if got := held.files[b.user.UserID().String()+id]; !bytes.Equal(got, whole) {
		t.Fatalf("%d bytes were held", len(got))
	}
	taken, err := w.TakeScan("s.pdf")
	if err != nil || !taken.Done {
		t.Fatal(taken, err)
	}
	app := Application{Item: "A", Materials: []GivenMaterial{{Name: "户口簿", Provided: true, Scan: id}, {Name: "照片", Provided: true, Scan: taken.ID}}}
	if _, err := w.Accept(Application{Item: "A", Materials: []GivenMaterial{{Name: "户口簿", Scan: "other"}}}); counter.CodeOf(err) != counter.CodeNotFound {
		t.Fatal(err)
	}
	if _, err := w.Accept(app); err != nil {
		t.Fatal(err)
	}
	got := b.user.accepted[0].Materials.List
	if !bytes.Equal(got[0].Scan, whole) || got[0].ScanName != "x.pdf" || len(held.files) != 0 || len(held.taken) != 1 || held.taken[0] != "s.pdf" {
		t.Fatalf("%d files are held still, taken %v", len(held.files), held.taken)
	}
}

func TestScansThatAreRefused(t *testing.T) {
	b := newBench(t)
	var held heldScans
	b.cfg.Scans = held.scans()
	w := seatOf(t, b)
	for _, p := range []ScanPiece{
		{Name: "a.exe", Size: 1}, {Name: "a", Size: 1}, {Name: "a.pdf"}, {Name: "a.pdf", Size: LargestScan + 1}, {Name: "a.pdf", Size: -1},
	} {
		_, err := w.AddScan(p)
		wantCode(t, err, counter.CodeInvalid)
	}
	h, err := w.AddScan(piece("", 8, 0, []byte("1234")))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []ScanPiece{
		piece("WRONG", 8, 4, []byte("5678")), piece(h.ID, 8, 0, []byte("1234")), piece(h.ID, 8, 4, []byte("56789")), {ID: h.ID, Data: "%%%"},
		piece(h.ID, 8, 4, make([]byte, largestPiece+1)),
	} {
		_, err := w.AddScan(p)
		wantCode(t, err, counter.CodeUsage)
	}
	if h, err = w.AddScan(piece(h.ID, 8, 4, []byte("5678"))); err != nil || !h.Done {
		t.Fatal(h, err)
	}
	w.Logout()
	_, err = w.AddScan(piece("", 8, 0, []byte("1234")))
	wantCode(t, err, CodeLoggedOut)
}

func TestSettings(t *testing.T) {
	b := newBench(t)
	kept := Settings{IdleMinutes: 30, ReaderPort: "COM3", Large: true}
	b.cfg.Settings = func() Settings { return kept }
	b.cfg.SaveSettings = func(s Settings) error {
		if s.ScanFolder == "bad" {
			return errors.New("disk")
		}
		kept = s
		return nil
	}
	w := New(t.Context(), b.cfg)
	if s, err := w.Settings(); err != nil || s != (Settings{Large: true}) {
		t.Fatal("before a login:", s, err)
	}
	_, err := w.SaveSettings(kept)
	wantCode(t, err, CodeLoggedOut)
	who, err := w.Login("陈晓", "secret")
	if err != nil || who.Idle != 1800 {
		t.Fatal(who, err)
	}
	b.clock.Advance(29 * time.Minute)
	if _, err := w.Whoami(true); err != nil {
		t.Fatal(err)
	}
	for _, minutes := range []int{0, -1, longestIdle + 1} {
		_, err := w.SaveSettings(Settings{IdleMinutes: minutes})
		wantCode(t, err, counter.CodeInvalid)
	}
	if s, err := w.SaveSettings(Settings{IdleMinutes: 5}); err != nil || s.IdleMinutes != 5 {
		t.Fatal(s, err)
	}
	b.clock.Advance(6 * time.Minute)
	_, err = w.Whoami(true)
	wantCode(t, err, CodeLoggedOut)
}
