// Package station is the device: its home and keys, its place in the district,
// its link to the others, and the facade that its users work with. It is where
// storage, sync and facade come together; it holds no rules of its own.
package station

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"sync"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/forms/document"
	"onedoor/internal/atomicfile"
	"onedoor/internal/spool"
	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/seal"
)

// Config says where a station lives.
type Config struct {
	Home   string
	Getenv func(string) string
	Now    func() time.Time
	Warn   func(*counter.Error) // notes that are not failures; may be nil
}

// Mode says what a station is opened for.
type Mode int

const (
	// Read works while another process holds the home.
	Read Mode = iota
	// Write needs the home's lock, which the caller holds.
	Write
)

// Station is an opened device.
type Station struct {
	cfg      Config
	v        *vault
	keys     *roster.DeviceKeys
	id       *identity
	verifier *roster.Verifier
	desk     *desk.Desk
	seeds    []seal.Seed // at a hub, the newest last

	codesMu sync.Mutex // one enrolment at a time, by code or by file
	near    neighbours // while serving

	mu    sync.Mutex
	node  *bepnode.Node // while serving
	round *bepnode.Node // while Sync makes a round with one of its own
	hub   string        // address that Serve stays connected to, "" while there is none

	watchers    map[int]func(topic string)
	nextWatcher int
	contacts    contacts
	meter       meter

	chore sync.Mutex // what the device says by itself, one at a time
}

// identity is what a joined station knows of itself and its district.
type identity struct {
	Realm     roster.Realm        `json:"realm"`
	Root      []byte              `json:"root"`
	CAs       [][]byte            `json:"authorities"`
	Device    roster.DeviceRecord `json:"device"`
	Hub       roster.DeviceRecord `json:"hub"`
	Addresses []string            `json:"addresses"`
}

// names of the device's own values in the store.
const (
	metaIdentity  = "identity"  // JSON of identity
	metaKeys      = "keys"      // sealed: roster.DeviceKeys
	metaAuthority = "authority" // sealed: roster.Authority, at the hub only
	metaSeeds     = "seeds"     // sealed: of 32 bytes each, what the hub's keys of scopes are made from
	metaRequest   = "request"   // JSON of CounterInit, before joining
	metaCalendars = "calendars" // the calendars that due dates were last counted with
	metaDoubles   = "doubles"   // how far double acceptances were looked for: 8 bytes, big endian
)

// Open opens a station that has joined a district. In Write mode the caller
// holds the home's lock and must keep it until Close.
func Open(ctx context.Context, cfg Config, mode Mode) (*Station, error) {
	v, err := openHome(ctx, cfg, mode == Read)
	if err != nil {
		return nil, err
	}
	s := &Station{cfg: cfg, v: v}
	if err := s.start(ctx); err != nil {
		_ = v.close()
		return nil, err
	}
	return s, nil
}

func (s *Station) start(ctx context.Context) error {
	raw, err := s.v.store.Meta(ctx, metaIdentity)
	if err != nil {
		return err
	}
	if raw == nil {
		return counter.E(counter.CodeNotEnrolled, "本机还没有加入区级枢纽", "this PC has not joined a district yet").
			Hint("把入网申请交给区级,收到入网凭证后运行 onedoor join --grant 文件", "send the request to the district, then run onedoor join --grant FILE")
	}
	s.id = &identity{}
	if err := json.Unmarshal(raw, s.id); err != nil {
		return counter.E(counter.CodeIntegrity, "本机身份资料损坏", "the identity of this device is damaged").Because(err)
	}
	if s.keys, err = loadDeviceKeys(ctx, s.v.store); err != nil {
		return err
	}
	seeds, err := s.v.store.Secret(ctx, metaSeeds)
	if err != nil {
		return err
	}
	s.seeds = splitSeeds(seeds)
	return s.become(ctx)
}

func loadDeviceKeys(ctx context.Context, st *store.Store) (*roster.DeviceKeys, error) {
	sealed, err := st.Secret(ctx, metaKeys)
	if err != nil || sealed == nil {
		return nil, counter.E(counter.CodeLocked, "本机密钥打不开", "this device's keys do not open").
			Hint("确认密钥文件夹是本机的", "check the key folder").Because(err)
	}
	keys, err := roster.UnmarshalKeys(sealed)
	if err != nil {
		return nil, rosterError(err)
	}
	return keys, nil
}

// become sets the store, the verifier and the facade going.
func (s *Station) become(ctx context.Context) error {
	var err error
	if s.verifier, err = roster.NewVerifier(s.id.Root, s.id.CAs...); err != nil {
		return rosterError(err)
	}
	if err := s.becomeOf(ctx, s.id.Hub.ID); err != nil {
		return err
	}
	s.desk, err = s.newDesk()
	return err
}

// becomeOf tells the store who it is, of the district of whose hub it was told last.
func (s *Station) becomeOf(ctx context.Context, hub oplog.DeviceID) error {
	self := store.Self{Device: s.id.Device.ID, Sign: s.keys.Signing, Suite: seal.AES, District: hub, Unwrap: s.unwrap, Succession: s.succession}
	if s.id.Device.Tier == roster.District {
		self.Recall = s.recall
	}
	if err := s.v.store.Become(ctx, self); err != nil {
		return err
	}
	for _, h := range s.v.store.Heirs() {
		if err := s.verifier.AddAuthority(h.Authority); err != nil {
			return rosterError(err)
		}
	}
	return nil
}

func (s *Station) newDesk() (*desk.Desk, error) {
	press, err := document.NewPress()
	if err != nil {
		return nil, counter.E(counter.CodeFailed, "字体打不开", "the fonts do not open").Because(err)
	}
	chain, roots, err := s.certificates()
	if err != nil {
		return nil, err
	}
	d := s.id.Device
	cfg := desk.Config{
		Ledger: s.v.store, Now: s.cfg.Now, Spool: spool.System{},
		Device: desk.Device{ID: d.ID, Name: d.Name, Division: d.Division, Counter: d.Counter, Tier: string(d.Tier),
			DistrictCode: s.id.Hub.Division, DistrictName: s.id.Realm.Name},
		Papers:      desk.Papers{Press: press, Signer: s.keys.Signer(), Chain: chain, Roots: roots, Devices: s.knownDevices},
		Counter:     s.counterNumber,
		DeviceNames: s.deviceNames,
		KeepScan:    s.keepScan,
		KeepData:    s.keepScanData,
		ScanState:   s.scanState,
		OpenScan:    s.openScan,
		KeepPhoto:   s.keepPhoto,
		OpenScopes:  s.openScopes,
		SaveFile: func(path string, data []byte) error {
			if err := atomicfile.Write(path, data, 0o600); err != nil {
				return fileError("写入文书", err)
			}
			return nil
		},
	}
	cfg.Settings.Load, cfg.Settings.Save = s.LoadSetting, s.SaveSetting
	return desk.New(cfg), nil
}

// certificates gives the chain that documents carry and the roots they are
// checked against.
func (s *Station) certificates() (chain, roots []*x509.Certificate, err error) {
	for _, der := range append([][]byte{s.id.Device.SignCert}, s.verifier.Authorities()...) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, nil, rosterError(err)
		}
		chain = append(chain, c)
	}
	root, err := x509.ParseCertificate(s.id.Root)
	if err != nil {
		return nil, nil, rosterError(err)
	}
	return chain, []*x509.Certificate{root}, nil
}

func (s *Station) knownDevices(ctx context.Context) (out []desk.KnownDevice, err error) {
	rows, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	realm, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		c, err := x509.ParseCertificate(r.SignCert)
		if err != nil {
			continue
		}
		k := desk.KnownDevice{Cert: c, Name: r.Name}
		if m, ok := realm.MemberByDevice(r.Device); ok && m.Removed {
			k.Revoked = m.RemovedAt()
		}
		out = append(out, k)
	}
	return out, nil
}

func (s *Station) deviceNames(ctx context.Context) (map[[32]byte]string, error) {
	rows, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	out := map[[32]byte]string{}
	for _, r := range rows {
		out[r.Device] = r.Name
	}
	return out, nil
}

// Desk is the facade for this device's users.
func (s *Station) Desk() *desk.Desk { return s.desk }

// Close writes what is open and closes the home.
func (s *Station) Close() error { return s.v.close() }

// Digests gives one line per scope, or for one scope.
func (s *Station) Digests(ctx context.Context, scope string) ([]store.ScopeDigest, error) {
	return s.v.store.Digests(ctx, scope)
}

// VerifyLogs checks chains, signatures and files.
func (s *Station) VerifyLogs(ctx context.Context) (store.LogReport, error) {
	return s.v.store.VerifyLogs(ctx)
}

// LogStat lists the logs that are held.
func (s *Station) LogStat(ctx context.Context) ([]store.LogStat, error) {
	return s.v.store.LogStat(ctx)
}

// SealTails seals this device's tails now instead of at the end of the day.
func (s *Station) SealTails(context.Context) error { return s.v.store.SealTails() }

// Rebuild makes projections and own segment files again from the ops.
func (s *Station) Rebuild(ctx context.Context) ([]store.ScopeDigest, error) {
	if err := s.v.store.Rebuild(ctx); err != nil {
		return nil, err
	}
	if err := s.v.store.RewriteOwnFiles(ctx); err != nil {
		return nil, err
	}
	return s.v.store.Digests(ctx, "")
}
