package station

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/segment"
)

// deposited is what of a hub lies in the exported keys, for the holder of the
// recovery kit alone.
type deposited struct {
	Keys      json.RawMessage `json:"keys"`      // roster.DeviceKeys
	Authority json.RawMessage `json:"authority"` // roster.Authority
	Identity  identity        `json:"identity"`
	Seeds     []byte          `json:"seeds,omitempty"` // that its keys of scopes are made from
}

func (s *Station) takeSeeds(ctx context.Context, dep *deposited) error {
	for _, seed := range splitSeeds(dep.Seeds) {
		if _, err := s.addSeed(ctx, seed); err != nil {
			return err
		}
	}
	return nil
}

func (s *Station) deposit(ctx context.Context) ([]byte, error) {
	auth, err := s.v.store.Secret(ctx, metaAuthority)
	if err != nil || auth == nil {
		return nil, err // a station that is no hub
	}
	keys, err := s.keys.Marshal()
	if err != nil {
		return nil, rosterError(err)
	}
	id := *s.id
	id.CAs = s.verifier.Authorities()
	plain, err := json.Marshal(deposited{keys, auth, id, joinSeeds(s.seedsNow())})
	if err != nil {
		return nil, err
	}
	box, err := roster.Deposit(s.id.Root, plain)
	if err != nil {
		return nil, rosterError(err)
	}
	return box, nil
}

// Revival says from what a lost hub is made again.
type Revival struct {
	From       string // folder of the archive, or any that holds sealed segments
	Keys       []byte // exported keys
	Kit        []byte // recovery kit
	Passphrase string // of the keys
	KitPhrase  string // of the kit
	// Successor makes a hub with keys of its own in place of the lost one: "stolen" or
	// "lost"; "" makes the same device again.
	Successor string
	Addresses []string // of the successor, tcp://host:port; none keeps the lost one's
}

// Revived is the outcome of ReviveHub.
type Revived struct {
	Device   string              `json:"device"`
	District string              `json:"district"`
	Files    int                 `json:"files"`   // segments taken over
	Ops      int                 `json:"ops"`     // in them
	Refused  []string            `json:"refused"` // files that do not hold, or whose beginning is missing
	Digests  []store.ScopeDigest `json:"digests"`
}

// ReviveHub makes a lost hub again in a new home: its keys from the exported keys and
// the recovery kit, its logs from an archive. It begins a new epoch; what the archive
// had not got yet comes back from the stations.
func ReviveHub(ctx context.Context, cfg Config, r Revival) (out Revived, err error) {
	dep, backup, auth, err := openDeposit(r)
	if err != nil {
		return out, err
	}
	files, err := sealedFiles(r.From)
	if err != nil {
		return out, err
	}
	fresh := !exists(cfg.Home)
	v, err := createHome(ctx, cfg)
	if err != nil {
		return out, err
	}
	s := &Station{cfg: cfg, v: v, id: &dep.Identity}
	if r.Successor != "" {
		out, err = s.succeed(ctx, dep, backup, files, r)
	} else {
		out, err = s.revive(ctx, dep, backup, auth, files)
	}
	if err = errors.Join(err, v.close()); err != nil && fresh {
		_ = os.RemoveAll(cfg.Home)
	}
	return out, single(err)
}

func openDeposit(r Revival) (*deposited, *roster.KeyBackup, *roster.Authority, error) {
	kit, err := roster.DecodeRecoveryKit(r.Kit, r.KitPhrase)
	if err != nil {
		return nil, nil, nil, rosterError(err)
	}
	backup, err := roster.DecodeKeys(r.Keys, r.Passphrase)
	if err != nil {
		return nil, nil, nil, rosterError(err)
	}
	if string(backup.Root) != string(kit.Root.Cert) {
		return nil, nil, nil, counter.E(counter.CodeInvalid, "密钥备份和恢复包不是同一个区的", "the key backup and the recovery kit are of different districts").
			Hint("核对两个文件", "check both files")
	}
	if backup.Hub == nil {
		return nil, nil, nil, counter.E(counter.CodeInvalid, "这份密钥备份里没有枢纽自己的密钥", "this key backup does not hold the hub's own keys").
			Hint("用本版本在枢纽上导出的密钥备份", "use a key backup that this version exported at the hub")
	}
	plain, err := kit.Root.OpenDeposit(backup.Hub)
	if err != nil {
		return nil, nil, nil, rosterError(err)
	}
	var dep deposited
	if err := json.Unmarshal(plain, &dep); err != nil {
		return nil, nil, nil, counter.E(counter.CodeIntegrity, "密钥备份损坏", "the key backup is damaged").Because(err)
	}
	auth, err := roster.UnmarshalAuthority(dep.Authority)
	if err != nil {
		return nil, nil, nil, rosterError(err)
	}
	return &dep, backup, auth, nil
}

// archived is a sealed segment found below a folder, by its own folder and name.
type archived struct{ path, folder, name string }

// sealedFiles finds them wherever the archive's folders lie: what counts are the last
// parts of a path, SCOPE-YEAR/DEVICE/MONTH/NAME.seg, or SCOPE-YEAR/DEVICE/NAME.tail where
// somebody gives a copy of a station's folder of segments.
func sealedFiles(dir string) (out []archived, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".seg") && !strings.HasSuffix(path, ".tail") {
			return err
		}
		depth := 4
		if strings.HasSuffix(path, ".tail") {
			depth = 3
		}
		parts := strings.Split(filepath.ToSlash(path), "/")
		if len(parts) < depth {
			return nil
		}
		parts = parts[len(parts)-depth:]
		a := archived{path, parts[0], strings.Join(parts[1:], "/")}
		if _, _, err := segment.ParseFolder(a.folder); err != nil {
			return nil
		}
		if _, err := segment.ParseName(a.name); err == nil {
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, fileError("读取存档", err)
	}
	if len(out) == 0 {
		return nil, counter.Ef(counter.CodeNotFound, "文件夹 %s 里没有日志分段", "no segments below %s", dir).
			Hint("--from 写存档机上 archive- 开头的文件夹,或它的上一级", "give --from the archive's folder archive-..., or the one above it")
	}
	// Realm before all, since it says who the writers are; then by log and number.
	slices.SortFunc(out, func(a, b archived) int {
		ra, rb := strings.HasPrefix(a.folder, "realm-"), strings.HasPrefix(b.folder, "realm-")
		switch {
		case ra != rb && ra:
			return -1
		case ra != rb:
			return 1
		}
		return strings.Compare(a.folder+"/"+a.name, b.folder+"/"+b.name)
	})
	return out, nil
}

func (s *Station) revive(ctx context.Context, dep *deposited, backup *roster.KeyBackup, auth *roster.Authority, files []archived) (out Revived, err error) {
	if s.keys, err = roster.UnmarshalKeys(dep.Keys); err != nil {
		return out, rosterError(err)
	}
	if err := s.keepSecrets(ctx, auth); err != nil {
		return out, err
	}
	if err := s.takeSeeds(ctx, dep); err != nil {
		return out, err
	}
	for _, k := range backup.Keys {
		if err := s.v.store.AddKeys(ctx, store.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key}); err != nil {
			return out, err
		}
	}
	if err := s.become(ctx); err != nil {
		return out, err
	}
	out = Revived{Device: s.id.Device.ID.String(), District: s.id.Realm.Name, Refused: []string{}}
	if err := s.takeArchive(ctx, files, &out); err != nil {
		return out, err
	}
	if err := s.v.store.Flush(); err != nil {
		return out, err
	}
	out.Digests, err = s.v.store.Digests(ctx, "")
	return out, err
}

// takeArchive applies the files as if peers had sent them, again and again while any
// comes in: some wait for others.
func (s *Station) takeArchive(ctx context.Context, files []archived, out *Revived) error {
	for len(files) > 0 {
		var left []archived
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			data, err := os.ReadFile(f.path)
			if err != nil {
				return fileError("读取存档", err)
			}
			w := segment.Want{FileInfo: segment.FileInfo{Folder: f.folder, Name: f.name, Size: int64(len(data)), Hash: sha256.Sum256(data)}}
			r, err := s.v.store.Receive(ctx, oplog.DeviceID{}, w, data)
			switch {
			case err == nil:
				out.Files, out.Ops = out.Files+1, out.Ops+r.Ops
			case errors.Is(err, segment.ErrRefused):
				out.Refused = append(out.Refused, f.folder+"/"+f.name)
			default:
				left = append(left, f)
			}
		}
		if len(left) == len(files) {
			for _, f := range left {
				out.Refused = append(out.Refused, f.folder+"/"+f.name)
			}
			return nil
		}
		files = left
	}
	return nil
}
