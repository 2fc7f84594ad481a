package station

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/internal/atomicfile"
	"onedoor/internal/keyring"
	"onedoor/sync/oplog"
)

// homeFile stands in the clear at the top of a home and names the device's key
// in the key folder. It is of no use without that folder.
const homeFile = "station.json"

type homeInfo struct {
	Format int    `json:"format"`
	Key    string `json:"key"`
}

const homeFormat = 1

// vault is an opened home: its key, its mark and its store.
type vault struct {
	home  string
	ring  *keyring.Ring
	mark  *keyring.MarkFile
	store *store.Store
}

// createHome makes a new home with a new key. A folder that holds anything is
// left alone.
func createHome(ctx context.Context, cfg Config) (*vault, error) {
	if entries, err := os.ReadDir(cfg.Home); err == nil {
		for _, e := range entries {
			if e.Name() == homeFile || e.Name() == store.DatabaseName {
				return nil, homeInUse()
			}
		}
	}
	if err := os.MkdirAll(cfg.Home, 0o700); err != nil {
		return nil, fileError("建立目录", err)
	}
	dir, err := keyring.Dir(cfg.Home, cfg.Getenv)
	if err != nil {
		return nil, keyError(err)
	}
	name := keyring.NewName()
	ring, err := keyring.Create(dir, name, cfg.Getenv("ONEDOOR_PASSPHRASE"))
	if err != nil {
		return nil, keyError(err)
	}
	mark, err := keyring.CreateMark(dir, name, keyring.Mark{})
	if err != nil {
		return nil, keyError(err)
	}
	data, err := json.Marshal(homeInfo{Format: homeFormat, Key: name})
	if err != nil {
		return nil, err
	}
	if err := atomicfile.Write(filepath.Join(cfg.Home, homeFile), append(data, '\n'), 0o600); err != nil {
		return nil, fileError("写入目录", err)
	}
	return openVault(ctx, cfg, ring, mark, false)
}

func homeInUse() error {
	return counter.E(counter.CodeInvalid, "这个目录已经在用,没有改动", "this home is in use already; nothing was changed").
		Hint("换一个新目录;或先核对是否已经初始化过", "choose a new folder, or check whether it was set up before")
}

// openHome opens a home with the key that it names.
func openHome(ctx context.Context, cfg Config, readOnly bool) (*vault, error) {
	data, err := os.ReadFile(filepath.Join(cfg.Home, homeFile))
	if err != nil {
		return nil, counter.E(counter.CodeNotEnrolled, "这个目录还没有建立柜台或区级枢纽", "this home has not been set up").
			Hint("先运行 onedoor init(柜台)或 onedoor hub init(区级),或核对 --home", "run onedoor init (counter) or onedoor hub init (district), or check --home").Because(err)
	}
	var info homeInfo
	if err := json.Unmarshal(data, &info); err != nil || info.Key == "" {
		return nil, counter.E(counter.CodeIntegrity, "目录说明文件 station.json 损坏", "station.json of this home is damaged").
			Hint("从备份恢复这个文件", "restore this file from a backup").Because(err)
	}
	if info.Format > homeFormat {
		return nil, counter.E(counter.CodeFailed, "这个目录是更新版本的程序建立的", "this home was made by a newer program").Hint("请升级程序", "upgrade the program")
	}
	dir, err := keyring.Dir(cfg.Home, cfg.Getenv)
	if err != nil {
		return nil, keyError(err)
	}
	ring, err := keyring.Open(dir, info.Key, cfg.Getenv("ONEDOOR_PASSPHRASE"))
	if err != nil {
		return nil, keyError(err)
	}
	if readOnly {
		return openVault(ctx, cfg, ring, nil, true)
	}
	mark, err := keyring.OpenMark(dir, info.Key)
	if keyring.CodeOf(err) == keyring.CodeMarkMissing {
		mark, err = keyring.CreateMark(dir, info.Key, lostMark(cfg.Now()))
	}
	if err != nil {
		return nil, keyError(err)
	}
	return openVault(ctx, cfg, ring, mark, false)
}

// lostMark stands in for a mark that is gone while the key is here: what was told
// since the database was written cannot be known. The store begins a new epoch,
// as after any restore, and today's numbers go on far beyond any that a counter
// can have told on one day.
func lostMark(now time.Time) keyring.Mark {
	y, m, d := now.In(time.FixedZone("CST", 8*3600)).Date()
	return keyring.Mark{Commit: 1, Date: uint32(y*10000 + int(m)*100 + d), Serial: 5000}
}

func openVault(ctx context.Context, cfg Config, ring *keyring.Ring, mark *keyring.MarkFile, readOnly bool) (*vault, error) {
	v := &vault{home: cfg.Home, ring: ring, mark: mark}
	opt := store.Options{Home: cfg.Home, Now: cfg.Now, Secrets: ring, ReadOnly: readOnly}
	if mark != nil {
		opt.Marker = marker{mark}
	}
	var err error
	if v.store, err = store.Open(ctx, opt); err != nil {
		if mark != nil {
			err = errors.Join(err, mark.Close())
		}
		return nil, err
	}
	if cfg.Warn != nil {
		for _, w := range ring.Warnings() {
			cfg.Warn(keyWarning(w))
		}
	}
	return v, nil
}

func (v *vault) close() error {
	err := v.store.Close()
	if v.mark != nil {
		err = errors.Join(err, v.mark.Close())
	}
	return err
}

// marker shows the key folder's mark as the store wants it.
type marker struct{ f *keyring.MarkFile }

func (m marker) Load() (store.HighWater, error) {
	k, err := m.f.Load()
	if keyring.CodeOf(err) == keyring.CodeMarkMissing {
		return store.HighWater{}, os.ErrNotExist
	}
	return store.HighWater{Epoch: k.Epoch, Commit: k.Commit, Date: k.Date, Serial: k.Serial, Stamp: oplog.Stamp(k.Stamp)}, err
}

func (m marker) Advance(h store.HighWater) error {
	return m.f.Advance(keyring.Mark{Epoch: h.Epoch, Commit: h.Commit, Date: h.Date, Serial: h.Serial, Stamp: uint64(h.Stamp)})
}
