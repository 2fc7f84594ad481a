package station

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
)

// SyncReport is the outcome of one round with a peer.
type SyncReport struct {
	Peer          string `json:"peer"`
	PeerName      string `json:"peer_name"`
	SentOps       int    `json:"sent_ops"`
	ReceivedOps   int    `json:"received_ops"`
	SentBytes     int64  `json:"sent_bytes"`
	ReceivedBytes int64  `json:"received_bytes"`
	Refused       int    `json:"refused"`
	Converged     bool   `json:"converged"`
}

// Version is told to peers; set at build time.
var Version = "dev"

// errRevoked refuses a device that realm names as revoked.
var errRevoked = errors.New("station: the device was revoked")

func (s *Station) newNode() (*bepnode.Node, error) {
	var enroll func(context.Context, *tls.Conn)
	if s.id.Device.ID == s.id.Hub.ID {
		enroll = s.serveCode
	}
	n, err := bepnode.New(bepnode.Options{
		Enroll:      enroll,
		Certificate: s.keys.TLSCertificate(&s.id.Device), Name: s.id.Device.Name, Version: Version,
		Vault: s.v.store.Outward(s.id.Realm.Code), Verify: s.allow, Now: s.cfg.Now,
		OnFault: func(f bepnode.Fault) {
			s.meter.fault(bepnode.CodeOf(f.Err))
			// Names no citizen: a device, a file and a technical cause.
			slog.Warn("sync fault", "device", f.Device.Short(), "folder", f.Folder, "file", f.Name, "cause", f.Err)
		},
	})
	if err != nil {
		return nil, counter.E(counter.CodeFailed, "同步组件启动失败", "the sync node did not start").Because(err)
	}
	return n, nil
}

// allow is the allow-list: any device with a valid certificate of the district
// that is not known as revoked, so also one enrolled after our last sync; and the
// archives that the district named.
func (s *Station) allow(leaf *x509.Certificate) (bepnode.PeerInfo, error) {
	p, err := s.verifier.CheckTLS(leaf.Raw)
	if err != nil {
		if name, ok, aerr := s.v.store.IsArchive(sha256.Sum256(leaf.Raw)); ok && aerr == nil {
			return bepnode.PeerInfo{Name: name, Stock: true}, nil
		}
		return bepnode.PeerInfo{}, err
	}
	if err := s.unwelcome(context.Background(), p.ID, leaf.Raw); err != nil {
		return bepnode.PeerInfo{}, err
	}
	// What was committed before the peer came belongs to what it is shown; a round
	// that it makes now would end without it. A failure shows where files are written.
	s.doChores(context.Background())
	_ = s.v.store.Flush()
	return bepnode.PeerInfo{Device: p.ID, Name: p.Name}, nil
}

// hubAddress chooses where to find the hub: the one given, the one that a running
// Serve was told, the one of the grant.
func (s *Station) hubAddress(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	s.mu.Lock()
	dialed := s.hub
	s.mu.Unlock()
	if dialed != "" {
		return dialed, nil
	}
	if a := s.hubAddresses(); len(a) > 0 {
		return a[0], nil
	}
	return "", counter.E(counter.CodeUsage, "不知道区级枢纽的地址", "the hub's address is not known").
		Hint("用 --hub tcp://地址:端口 指定", "give it with --hub tcp://host:port")
}

// Sync does one round with the hub: until both sides hold the same.
func (s *Station) Sync(ctx context.Context, hub string, timeout time.Duration) (SyncReport, error) {
	addr, err := s.hubAddress(hub)
	if err != nil {
		return SyncReport{}, err
	}
	if err := s.v.store.Flush(); err != nil {
		return SyncReport{}, err
	}
	s.mu.Lock()
	node := s.node
	s.mu.Unlock()
	if node == nil {
		if node, err = s.newNode(); err != nil {
			return SyncReport{}, err
		}
		s.setRound(node)
		defer func() { s.setRound(nil); node.Close() }()
	}
	s.doChores(ctx)
	r, err := node.Round(ctx, addr, timeout)
	if err == nil && r.Converged {
		r, err = s.tellChores(ctx, node, addr, timeout, r)
	}
	rep := SyncReport{Peer: r.Peer.String(), PeerName: r.PeerName, SentOps: r.SentOps, ReceivedOps: r.ReceivedOps,
		SentBytes: r.SentBytes, ReceivedBytes: r.ReceivedBytes, Refused: r.Refused, Converged: r.Converged}
	if r.PeerName != "" {
		_ = s.contacts.note(ctx, s, roadWAN, map[string]time.Time{r.PeerName: s.cfg.Now()})
	}
	if err != nil {
		return rep, s.whySyncFailed(ctx, err)
	}
	if !r.Converged && r.Refused == 0 && len(r.PeerRefused) > 0 {
		return rep, s.ownRefused(ctx, r.PeerRefused[0])
	}
	if !r.Converged {
		return rep, counter.Ef(counter.CodeIntegrity, "有%d个文件验证不通过,没有采用;其余已同步", "%d files failed verification and were refused; the rest is synced", r.Refused).
			Hint("在对方那台电脑上运行 onedoor log verify,按提示处理", "run onedoor log verify on the other PC")
	}
	return rep, nil
}

func (s *Station) setRound(n *bepnode.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.round = n
}

// ownRefused says what to do about a file of ours that the other side refused.
func (s *Station) ownRefused(ctx context.Context, file string) error {
	if err := s.ownDamage(ctx, nil); err != nil {
		return err
	}
	return counter.Ef(counter.CodeIntegrity, "本机的日志文件 %s 对方没有采用;其余已同步", "the segment file %s of this device was refused; the rest is synced", file).
		Hint("本机核对没有发现问题;请在对方那台电脑上运行 onedoor log verify,按提示处理", "nothing is wrong with it here; run onedoor log verify on the other PC")
}

func damagedHere(file string) *counter.Error {
	return counter.Ef(counter.CodeIntegrity, "本机的日志文件 %s 损坏,对方没有采用;其余已同步", "the segment file %s of this device is damaged and was refused; the rest is synced", file).
		Hint("运行 onedoor log verify 查看,再运行 onedoor rebuild 从数据库重写,然后再同步", "see onedoor log verify, run onedoor rebuild, and sync again")
}

// whySyncFailed looks at our own files when the other side kept asking in vain: an
// older program refuses what does not have the announced hash and does not tell us so.
func (s *Station) whySyncFailed(ctx context.Context, err error) error {
	if bepnode.CodeOf(err) != bepnode.CodeTimeout || ctx.Err() != nil {
		return linkError(err)
	}
	if told := s.ownDamage(ctx, err); told != nil {
		return told
	}
	return linkError(err)
}

// ownDamage names a damaged file of this device; nil when there is none.
func (s *Station) ownDamage(ctx context.Context, err error) error {
	rep, verr := s.v.store.VerifyLogs(ctx)
	if verr != nil || rep.OK {
		return nil
	}
	return damagedHere(rep.Faults[0].File).Because(err)
}

// ServeOptions of a daemon.
type ServeOptions struct {
	Listen      string // tcp://host:port for peers; "" does not listen
	Hub         string // peer to stay connected to; "" uses the grant's address, "-" none
	AdminListen string // host:port of /healthz /readyz /metrics; "" none
	LAN         bool   // find stations of the district on the local network
	Ready       func(Addrs)
}

// Addrs are the addresses that a daemon listens on, with the ports it got.
type Addrs struct {
	Listen string `json:"listen,omitempty"`
	Admin  string `json:"admin,omitempty"`
	Hub    string `json:"hub,omitempty"`
}

// Serve syncs until ctx ends: it accepts peers, stays connected to the hub, and
// answers the health endpoint.
func (s *Station) Serve(ctx context.Context, o ServeOptions) error {
	node, err := s.newNode()
	if err != nil {
		return err
	}
	defer node.Close()
	s.mu.Lock()
	s.node = node
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.node = nil
		s.mu.Unlock()
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	fail := make(chan error, 3)
	run := func(f func() error) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := f(); err != nil && ctx.Err() == nil {
				fail <- err
			}
		}()
	}
	run(func() error { return s.watchChores(ctx) })
	run(func() error { return s.releaseLoop(ctx) })
	if s.id.Device.ID == s.id.Hub.ID {
		run(func() error { return s.watchMoves(ctx) })
	}
	addrs, err := s.listeners(ctx, o, node, run)
	if err != nil {
		return err
	}
	if o.LAN && s.cfg.Getenv("ONEDOOR_LAN") != "off" {
		run(func() error { return s.searchLAN(ctx, node, addrs.Listen) })
	}
	run(func() error { return s.watchLinks(ctx, node) })
	run(func() error { return s.tendPhotos(ctx) })
	if o.Ready != nil {
		o.Ready(addrs)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-fail:
		return single(linkErrorUnlessTold(err))
	}
}

func linkErrorUnlessTold(err error) error {
	var told *counter.Error
	if errors.As(err, &told) {
		return err
	}
	return linkError(err)
}

func (s *Station) listeners(ctx context.Context, o ServeOptions, node *bepnode.Node, run func(func() error)) (addrs Addrs, err error) {
	if o.Listen != "" {
		ln, err := listen(strings.TrimPrefix(o.Listen, "tcp://"))
		if err != nil {
			return addrs, err
		}
		addrs.Listen = "tcp://" + ln.Addr().String()
		run(func() error { return node.Serve(ctx, ln) })
	}
	hub := o.Hub
	if a := s.hubAddresses(); hub == "" && len(a) > 0 && s.id.Device.ID != s.id.Hub.ID {
		hub = a[0]
	}
	if hub != "" && hub != "-" {
		addrs.Hub = hub
		s.mu.Lock()
		s.hub = hub
		s.mu.Unlock()
		run(func() error { return node.Connect(ctx, hub) })
	}
	if o.AdminListen != "" {
		ln, err := listen(o.AdminListen)
		if err != nil {
			return addrs, err
		}
		addrs.Admin = ln.Addr().String()
		srv := &http.Server{Handler: s.adminHandler(), ReadHeaderTimeout: 10 * time.Second}
		context.AfterFunc(ctx, func() { _ = srv.Close() })
		run(func() error {
			if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	return addrs, nil
}

func listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, counter.Ef(counter.CodeFailed, "不能监听 %s", "cannot listen on %s", addr).
			Hint("端口可能已被占用;换一个端口", "the port may be in use; choose another one").Because(err)
	}
	return ln, nil
}

func (s *Station) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.v.store.Revision(r.Context(), counter.ScopeRealm); err != nil {
			http.Error(w, "database", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	mux.Handle("GET /metrics", s.metricsHandler())
	return mux
}

// Status is what a hub or station says of itself.
type Status struct {
	Device   string `json:"device"`
	Name     string `json:"name"`
	Division string `json:"division"`
	Tier     string `json:"tier"`
	District string `json:"district"`
	Scopes   int    `json:"scopes"`
	Ops      int    `json:"ops"`
	Waiting  int    `json:"waiting"`
	Cases    int    `json:"cases"`
	Devices  int    `json:"devices"`
	Peers    []Peer `json:"peers"`
	Roads    []Road `json:"roads"`
	Outlook
}

// Peer is a device that this one has met since it was started.
type Peer struct {
	Device      string    `json:"device"`
	Name        string    `json:"name"`
	Connected   bool      `json:"connected"`
	LastContact time.Time `json:"last_contact"`
}

// Status tells how the station stands. Peers are known while it serves. A station
// below is called silent after silentDays working days; 0 is DefaultSilentDays.
func (s *Station) Status(ctx context.Context, silentDays int) (Status, error) {
	d := s.id.Device
	st := Status{Device: d.ID.String(), Name: d.Name, Division: d.Division, Tier: string(d.Tier), District: s.id.Realm.Name, Peers: []Peer{}}
	ds, err := s.v.store.Digests(ctx, "")
	if err != nil {
		return st, err
	}
	st.Scopes = len(ds)
	for _, x := range ds {
		st.Ops, st.Waiting, st.Cases = st.Ops+x.Ops, st.Waiting+x.Waiting, st.Cases+x.Cases
	}
	devices, err := s.v.store.Devices(ctx)
	if err != nil {
		return st, err
	}
	st.Devices = len(devices)
	if st.Roads, err = s.Roads(ctx); err != nil {
		return st, err
	}
	if st.Outlook, err = s.Outlook(ctx, silentDays); err != nil {
		return st, err
	}
	s.mu.Lock()
	node := s.node
	s.mu.Unlock()
	if node == nil {
		return st, nil
	}
	for _, p := range node.Status() {
		st.Peers = append(st.Peers, Peer{Device: oplog.DeviceID(p.Device).String(), Name: p.Name, Connected: p.Connected, LastContact: p.LastContact})
	}
	return st, nil
}
