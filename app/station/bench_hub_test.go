package station

import (
	"bufio"
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/bepnode"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
	"onedoor/sync/segment"
)

// benchCount is how many stations a benchmark of the hub has.
func benchCount(b *testing.B, name string, usual int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n <= 0 {
		return usual
	}
	return n
}

// listener is the other end of a hub's connection that holds nothing and asks for
// nothing: a counter whose index is that of the hub already.
type listener struct{ folders []string }

func (v *listener) IndexID(string) (uint64, error)                       { return 7, nil }
func (v *listener) Folders(oplog.DeviceID) ([]string, error)             { return v.folders, nil }
func (v *listener) Since(string, int64, int) ([]segment.FileInfo, error) { return nil, nil }
func (v *listener) MaxSequence(string) (int64, error)                    { return 0, nil }
func (v *listener) Claim(oplog.DeviceID, string) (uint64, int64, error)  { return 0, 0, nil }
func (v *listener) Wants(oplog.DeviceID, string) ([]segment.Want, error) { return nil, nil }
func (v *listener) Settled(oplog.DeviceID, string) (bool, error)         { return true, nil }
func (v *listener) Subscribe(func(string)) func()                        { return func() {} }
func (v *listener) Announced(oplog.DeviceID, string, uint64, bool, []segment.FileInfo) error {
	return nil
}
func (v *listener) Read(oplog.DeviceID, string, string, int64, int) ([]byte, error) {
	return nil, os.ErrNotExist
}
func (v *listener) Receive(context.Context, oplog.DeviceID, segment.Want, []byte) (segment.Receipt, error) {
	return segment.Receipt{}, os.ErrNotExist
}

// admitted enrols n counters of villages at the hub and gives their nodes.
func (d *district) admitted(hub *Station, n int) (nodes []*bepnode.Node) {
	d.t.Helper()
	ctx, admin := context.Background(), d.admin(hub)
	auth, err := hub.authority(ctx)
	must(d.t, err)
	villages := otherVillages(hub)
	for i := range n {
		keys, err := roster.GenerateKeys()
		must(d.t, err)
		division := villages[i%len(villages)]
		req, err := roster.NewRequest(keys, division, fmt.Sprintf("%02d", 1+i/len(villages)), fmt.Sprintf("窗口%d", i))
		must(d.t, err)
		rec, err := auth.Issue(req, roster.Village)
		must(d.t, err)
		must(d.t, hub.admit(ctx, admin.UserID(), rec, []oplog.Scope{oplog.Scope(division)}))
		year := time.Now().In(chinaTime).Year()
		node, err := bepnode.New(bepnode.Options{Certificate: keys.TLSCertificate(rec), Name: rec.Name, Version: "bench", Now: time.Now,
			Vault: &listener{[]string{segment.FolderID(oplog.Realm, year), segment.FolderID(oplog.Scope(division), year)}},
			Verify: func(leaf *x509.Certificate) (bepnode.PeerInfo, error) {
				p, err := hub.verifier.CheckTLS(leaf.Raw)
				if err != nil {
					return bepnode.PeerInfo{}, err
				}
				return bepnode.PeerInfo{Device: p.ID, Name: p.Name}, nil
			}})
		must(d.t, err)
		d.t.Cleanup(func() { _ = node.Close() })
		nodes = append(nodes, node)
	}
	must(d.t, hub.v.store.Flush())
	return nodes
}

// otherVillages are the service points of villages without a device yet.
func otherVillages(hub *Station) (list []string) {
	for _, sc := range hub.v.store.Scopes() {
		if sc != counter.ScopeRealm && !strings.HasSuffix(sc, "000") && sc != testVillage {
			list = append(list, sc)
		}
	}
	return list
}

// rss is the memory of this process that is in use, in bytes.
func rss(b *testing.B) int64 {
	debug.FreeOSMemory()
	f, err := os.Open("/proc/self/status")
	if err != nil {
		b.Skip("no /proc here")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			must(b, err)
			return kb << 10
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// BenchmarkRatioConnected holds a thousand enrolled stations connected at one hub over
// TLS and compares the memory of the whole process, with the thousand other ends of
// the connections in it, with the budget of 1 GB. ONEDOOR_BENCH_CONNECTED changes the
// number.
func BenchmarkRatioConnected(b *testing.B) {
	n := benchCount(b, "ONEDOOR_BENCH_CONNECTED", 1000)
	d := newDistrict(b)
	hub, addr, stop := d.serve(d.hub, "-")
	defer stop()
	nodes := d.admitted(hub, n)
	before := rss(b)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	start := time.Now()
	for _, node := range nodes {
		wg.Go(func() { _ = node.Connect(ctx, addr) })
	}
	online := 0
	for online < n {
		if time.Since(start) > 4*time.Minute {
			b.Fatalf("%d of %d connected", online, n)
		}
		time.Sleep(100 * time.Millisecond)
		online = 0
		for _, p := range hub.peers() {
			if p.Connected {
				online++
			}
		}
	}
	took := time.Since(start)
	time.Sleep(2 * time.Second) // first announcements
	after := rss(b)
	begun := time.Now()
	o, err := hub.Outlook(ctx, 0)
	must(b, err)
	looked := time.Since(begun)
	if len(o.Stations) < n {
		b.Fatalf("%d stations are seen", len(o.Stations))
	}
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(after)/float64(1<<30), 1)
	b.ReportMetric(float64(n), "stations")
	b.ReportMetric(float64(after)/(1<<20), "MB")
	b.ReportMetric(float64(after-before)/1024/float64(n), "kB/pair")
	b.ReportMetric(took.Seconds(), "s/connect")
	b.ReportMetric(looked.Seconds()*1000, "ms/status")
}

// BenchmarkRatioFanIn lets real stations with 200 cases each meet the hub at the same
// time, and compares the time until it holds all with the bare insert of the same rows.
// The design speaks of 1,000 stations: 20 are a fiftieth of that
// (ONEDOOR_BENCH_FANIN changes it), each village with one counter.
func BenchmarkRatioFanIn(b *testing.B) {
	n, cases := benchCount(b, "ONEDOOR_BENCH_FANIN", 20), 200
	d := newDistrict(b)
	vils := d.filled(b, n, cases)
	hub, addr, stop := d.serve(d.hub, "-")
	begin := time.Now()
	reports := allSync(b, vils, addr)
	ours := time.Since(begin)
	t, err := hub.Tally(context.Background())
	must(b, err)
	stop()
	if t.Cases != n*cases {
		b.Fatalf("%d cases at the hub, not %d", t.Cases, n*cases)
	}
	ops := 0
	for _, r := range reports {
		ops += r.SentOps
	}
	bare := bareInsert(b, filepath.Join(d.hub.Home, store.DatabaseName))
	for b.Loop() { //nolint:revive // the work is above
	}
	report(b, float64(ours)/float64(bare), 2.5)
	b.ReportMetric(float64(n), "stations")
	b.ReportMetric(float64(ops), "ops")
	b.ReportMetric(ours.Seconds(), "s/fanin")
	b.ReportMetric(bare.Seconds(), "s/bare")
}

// filled gives n stations, each of a village, with cases that nobody holds yet.
func (d *district) filled(b *testing.B, n, cases int) (vils []*Station) {
	var villages []string
	d.at(d.hub, Read, func(s *Station) { villages = otherVillages(s) })
	for i := range n {
		division := villages[i%len(villages)]
		clerk := fmt.Sprintf("clerk%d", i)
		d.addUser(clerk, "clerk", division)
		c := d.enrolAs(fmt.Sprintf("v%d", i), division, fmt.Sprintf("%02d", 1+i/len(villages)), "village")
		s, err := Open(context.Background(), c, Write)
		must(b, err)
		b.Cleanup(func() { s.Close() })
		who, err := s.Desk().Login(context.Background(), clerk, "pw-"+clerk+"-1")
		must(b, err)
		must(b, s.v.store.Record(context.Background(), func(rec counter.Recorder) error { return manyCases(rec, who, s, cases) }))
		vils = append(vils, s)
	}
	return vils
}

// allSync lets the stations meet the hub at the same time.
func allSync(b *testing.B, vils []*Station, addr string) []SyncReport {
	var wg sync.WaitGroup
	reports := make([]SyncReport, len(vils))
	for i, s := range vils {
		wg.Go(func() {
			var err error
			if reports[i], err = s.Sync(context.Background(), addr, 5*time.Minute); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	return reports
}

// manyCases records n cases of five ops in a village.
func manyCases(rec counter.Recorder, who *desk.Session, s *Station, n int) error {
	for i := range n {
		if err := fiveOpsIn(rec, who, s.id.Device.Division, s.id.Device.Counter, i); err != nil {
			return err
		}
	}
	return nil
}
