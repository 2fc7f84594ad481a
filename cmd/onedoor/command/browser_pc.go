package command

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/app/window"
)

// settingsName is under which the station keeps the settings of the pages.
const settingsName = "pages"

// pcSettings are the settings of a PC, and what follows from them.
type pcSettings struct {
	st    *station.Station
	fixed string // reader that was named at the start

	mu  sync.Mutex
	now window.Settings
}

func openSettings(st *station.Station, port string) *pcSettings {
	p := &pcSettings{st: st, fixed: port}
	if raw, err := st.LoadSetting(settingsName); err == nil && raw != nil {
		if err := json.Unmarshal(raw, &p.now); err != nil {
			slog.Warn("settings do not read; the usual ones are used", "cause", err)
		}
	}
	return p
}

func (p *pcSettings) get() window.Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.now
	if p.fixed != "" {
		s.ReaderPort, s.ReaderFixed = p.fixed, true
	}
	return s
}

// save keeps new settings. What cannot work is refused: a folder that is not there, an
// address that is none.
func (p *pcSettings) save(s window.Settings) error {
	s.ReaderPort, s.ScanFolder = strings.TrimSpace(s.ReaderPort), strings.TrimSpace(s.ScanFolder)
	if s.ScanFolder != "" {
		if info, err := os.Stat(s.ScanFolder); err != nil || !info.IsDir() || !filepath.IsAbs(s.ScanFolder) {
			return counter.E(counter.CodeInvalid, "没有这个扫描文件夹", "there is no such folder").
				Hint("请填写扫描仪存放文件的文件夹的完整路径", "give the full path of the folder in which the scanner puts files").Because(err)
		}
	}
	if p.fixed == "" && s.ReaderPort != "" && !strings.Contains(s.ReaderPort, "://") && !strings.HasPrefix(s.ReaderPort, "/dev/") &&
		!strings.HasPrefix(strings.ToUpper(s.ReaderPort), "COM") && !strings.HasPrefix(s.ReaderPort, "sdt+") {
		return counter.E(counter.CodeInvalid, "读卡器地址不对", "not the address of a reader").
			Hint("例如 sdt+auto:、sdt+serial:///dev/ttyUSB0 或 COM3", "such as sdt+auto:, sdt+serial:///dev/ttyUSB0 or COM3")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fixed != "" {
		s.ReaderPort = p.now.ReaderPort
	}
	s.ReaderFixed = false
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := p.st.SaveSetting(settingsName, raw); err != nil {
		return err
	}
	p.now = s
	return nil
}

// equipPC gives the seats the settings and the state of the PC, and files.
func equipPC(cfg *window.Config, st *station.Station, p *pcSettings) {
	cfg.Settings, cfg.SaveSettings = p.get, p.save
	cfg.Health = func(ctx context.Context) (window.Health, error) { return pcHealth(ctx, st) }
	cfg.KeepOwn, cfg.Own = st.KeepOwn, st.Own
	cfg.Scans = &window.Scans{
		Hold: func(author uuid.UUID, name string, data []byte) (string, error) {
			return st.HoldScan(author, station.Scan{Name: name, Data: data})
		},
		Held: func(author uuid.UUID, id string) (string, []byte, error) {
			s, err := st.HeldScan(author, id)
			return s.Name, s.Data, err
		},
		Drop:   func(author uuid.UUID, keep []string) error { return st.DropScans(author, keep...) },
		Folder: func() ([]window.FolderScan, error) { return scansIn(p.get().ScanFolder) },
		Take:   p.take,
		Taken: func(name string) {
			if s := p.get(); s.ScanRemove && s.ScanFolder != "" {
				if err := os.Remove(filepath.Join(s.ScanFolder, filepath.Base(name))); err != nil {
					slog.Warn("a taken scan stays in its folder", "cause", errors.Unwrap(err))
				}
			}
		},
	}
}

func pcHealth(ctx context.Context, st *station.Station) (window.Health, error) {
	h, err := st.Health(ctx)
	return window.Health{Version: station.Version, System: runtime.GOOS + "/" + runtime.GOARCH, Home: h.Home, DiskFree: h.Room.Free,
		DiskTotal: h.Room.Total, Now: stamp(h.Now), Seen: stamp(h.Seen), ClockDoubt: h.ClockDoubt}, err
}

// mostListed bounds a folder of years of scans.
const mostListed = 200

// scansIn lists the scanner's folder, newest first. A file that was written a moment
// ago may not be whole and waits.
func scansIn(folder string) ([]window.FolderScan, error) {
	if folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, counter.E(counter.CodeNotFound, "扫描文件夹打不开", "the scanner's folder cannot be read").
			Hint("请核对设置里的路径", "check the path in the settings").Because(err)
	}
	var out []window.FolderScan
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") || time.Since(info.ModTime()) < scanSettled {
			continue
		}
		out = append(out, window.FolderScan{Name: e.Name(), Size: info.Size(), Modified: info.ModTime().Format(time.RFC3339)})
	}
	slices.SortFunc(out, func(a, b window.FolderScan) int { return strings.Compare(b.Modified+b.Name, a.Modified+a.Name) })
	return out[:min(len(out), mostListed)], nil
}

// scanSettled is how long a scanner is given to write a file to its end.
const scanSettled = 2 * time.Second

func (p *pcSettings) take(name string) ([]byte, error) {
	folder := p.get().ScanFolder
	if folder == "" || name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return nil, counter.E(counter.CodeNotFound, "扫描文件夹里没有这个文件", "no such file in the scanner's folder").Hint("请刷新后再选", "look again")
	}
	info, err := os.Lstat(filepath.Join(folder, name))
	if err != nil || !info.Mode().IsRegular() {
		return nil, counter.E(counter.CodeNotFound, "扫描文件夹里没有这个文件", "no such file in the scanner's folder").Hint("请刷新后再选", "look again").Because(err)
	}
	if info.Size() > window.LargestScan {
		return nil, counter.Ef(counter.CodeInvalid, "文件太大（%d MB），最多 %d MB", "the file has %d MB, %d MB is the most", info.Size()>>20, window.LargestScan>>20).
			Hint("请用较低的分辨率（300 dpi 已够）重新扫描", "scan it again at a lower resolution; 300 dpi will do")
	}
	return os.ReadFile(filepath.Join(folder, name))
}

// watchFolder tells the pages when the scanner's folder has changed, until ctx ends.
// Asking is cheaper than a watch that network folders do not support.
func watchFolder(ctx context.Context, p *pcSettings, feed *window.Feed) {
	last := ""
	for {
		now := picture(p.get().ScanFolder)
		if now != last {
			last = now
			feed.Tell(window.TopicScans)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(scanSettled):
		}
	}
}

func picture(folder string) string {
	files, err := scansIn(folder)
	if err != nil {
		return "?"
	}
	raw, _ := json.Marshal(files)
	return string(raw)
}
