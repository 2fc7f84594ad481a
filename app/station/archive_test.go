package station

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/bepnode"
)

const daemonConfig = `<configuration version="35">
%s<device id="%s" name="hub" compression="metadata"><address>%s</address></device>
<gui enabled="false"/>
<options><listenAddress>tcp://127.0.0.1:0</listenAddress>
  <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
  <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
  <reconnectionIntervalS>1</reconnectionIntervalS>
  <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
  <crashReportingEnabled>false</crashReportingEnabled><setLowPriority>false</setLowPriority></options>
</configuration>`

const daemonFolder = `<folder id="%s" path="%s" type="receiveonly" rescanIntervalS="3600" fsWatcherEnabled="false" ignorePerms="true">
  <filesystemType>basic</filesystemType><device id="%s"/><device id="%s"/></folder>
`

// daemon is a stock Syncthing with keys that it made itself.
type daemon struct {
	t         *testing.T
	home, dir string // dir holds one folder below it for each folder ID
	id        string
}

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	if _, err := exec.LookPath("syncthing"); err != nil {
		t.Skip("no syncthing on the PATH; make test installs it")
	}
	d := &daemon{t: t, home: t.TempDir(), dir: t.TempDir()}
	d.run("generate", "--home="+d.home, "--no-default-folder", "--skip-port-probing")
	d.id = strings.TrimSpace(d.run("--device-id", "--home="+d.home))
	return d
}

func (d *daemon) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "syncthing", args...)
	cmd.Env = append(os.Environ(), "STNOUPGRADE=1", "STMONITORED=yes", "HOME="+d.home)
	return cmd
}

func (d *daemon) run(args ...string) string {
	d.t.Helper()
	out, err := d.command(context.Background(), args...).Output()
	must(d.t, err)
	return string(out)
}

// start runs the daemon with the folders until stop is called.
func (d *daemon) start(hubDevice, addr string, folders []string) (stop func()) {
	d.t.Helper()
	var list strings.Builder
	for _, f := range folders {
		path := filepath.Join(d.dir, f)
		must(d.t, os.MkdirAll(filepath.Join(path, ".stfolder"), 0o700))
		fmt.Fprintf(&list, daemonFolder, f, path, d.id, hubDevice)
	}
	must(d.t, os.WriteFile(filepath.Join(d.home, "config.xml"), fmt.Appendf(nil, daemonConfig, list.String(), hubDevice, addr), 0o600))
	ctx, cancel := context.WithCancel(context.Background())
	cmd := d.command(ctx, "--home="+d.home, "--no-browser", "--no-restart", "--logflags=0")
	must(d.t, cmd.Start())
	return func() { cancel(); _ = cmd.Wait() }
}

func (d *district) admin(s *Station) *desk.Session {
	d.t.Helper()
	admin, err := s.Desk().Login(context.Background(), "admin", "pw-admin-1")
	must(d.t, err)
	return admin
}

// A stock Syncthing daemon with keys of its own holds what the hub sealed, and
// nothing that anybody could read.
func TestArchive(t *testing.T) {
	daemon := newDaemon(t)
	d := newDistrict(t)
	d.cases(3)
	hub, addr, stop := d.serve(d.hub, "-")
	defer stop()
	d.at(d.vil, Write, func(s *Station) {
		must(t, s.SealTails(t.Context()))
		_, err := s.Sync(t.Context(), addr, 2*time.Minute)
		must(t, err)
	})
	must(t, hub.SealTails(t.Context()))
	d.holdArchive(daemon, hub, addr)
	held := daemon.check(t)
	if held < 3 {
		t.Fatalf("%d files archived", held)
	}
	// What is sealed later follows while both run, or when they meet again.
	defer daemon.start(bepnode.StockID(hub.id.Device.ID), addr, d.archiveFolders(hub))()
	d.addUserAt(hub, "li")
	must(t, hub.SealTails(t.Context()))
	d.waitHeld(hub, held+1)
}

// holdArchive names the daemon and waits until it holds everything; then it stops.
func (d *district) holdArchive(daemon *daemon, hub *Station, addr string) {
	d.t.Helper()
	ctx, admin := context.Background(), d.admin(hub)
	_, err := hub.AddArchive(ctx, admin, daemon.id, "档案室")
	must(d.t, err)
	defer daemon.start(bepnode.StockID(hub.id.Device.ID), addr, d.archiveFolders(hub))()
	d.waitHeld(hub, 1)
}

func (d *district) archiveFolders(hub *Station) []string {
	a, err := hub.Archives(context.Background(), d.admin(hub))
	must(d.t, err)
	return a.Folders
}

func (d *district) waitHeld(hub *Station, least int) {
	d.t.Helper()
	for limit := time.Now().Add(4 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		a, err := hub.Archives(context.Background(), d.admin(hub))
		must(d.t, err)
		if x := a.Archives[0]; x.Files >= least && x.Held == x.Files {
			return
		} else if time.Now().After(limit) {
			d.t.Fatalf("the archive holds %d of %d", x.Held, x.Files)
		}
	}
}

// check counts the archived files: sealed ones only, none of them readable.
func (d *daemon) check(t *testing.T) (files int) {
	t.Helper()
	must(t, filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if !strings.HasSuffix(path, ".seg") {
			t.Errorf("%s is no sealed segment", path)
		}
		files++
		return nil
	}))
	assertSilent(t, d.dir, "测试1", "测试2", "13800000000", person(1).Number, person(2).Number)
	return files
}

func (d *district) cases(n int) {
	d.t.Helper()
	d.at(d.vil, Write, func(s *Station) {
		wang, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
		must(d.t, err)
		for i := range n {
			_, err := wang.Accept(context.Background(), desk.Acceptance{Item: easyItem(d.t, s), Applicant: person(i + 1), Materials: desk.Materials{All: true}})
			must(d.t, err)
		}
	})
}

func (d *district) addUserAt(hub *Station, name string) {
	d.t.Helper()
	_, err := d.admin(hub).AddUser(context.Background(), desk.NewUser{Name: name, Role: "clerk", Division: testVillage, Password: "pw-" + name + "-1"})
	must(d.t, err)
}

// Who is not on the list is refused before a byte of the protocol, and so is one
// that was taken off it; nobody but an administrator at the hub keeps the list.
func TestArchiveList(t *testing.T) {
	d := newDistrict(t)
	const stranger = "MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD"
	d.at(d.hub, Write, func(s *Station) {
		admin := d.admin(s)
		if _, err := s.AddArchive(t.Context(), admin, stranger[:60]+"QQQ", ""); counter.CodeOf(err) != counter.CodeInvalid {
			t.Errorf("a mistyped ID: %v", err)
		}
		if _, err := s.AddArchive(t.Context(), admin, bepnode.StockID(s.id.Device.ID), ""); counter.CodeOf(err) != counter.CodeInvalid {
			t.Errorf("the hub as its own archive: %v", err)
		}
		a, err := s.AddArchive(t.Context(), admin, strings.ToLower(stranger), "档案室")
		must(t, err)
		if len(a.Archives) != 1 || a.Archives[0].Device != stranger || a.Archives[0].AddedBy != "admin" {
			t.Errorf("%+v", a)
		}
		if a, err = s.RemoveArchive(t.Context(), admin, stranger); err != nil || len(a.Archives) != 0 {
			t.Errorf("%+v %v", a, err)
		}
		if _, err := s.RemoveArchive(t.Context(), admin, stranger); counter.CodeOf(err) != counter.CodeNotFound {
			t.Errorf("removed twice: %v", err)
		}
	})
	d.at(d.vil, Write, func(s *Station) {
		wang, err := s.Desk().Login(t.Context(), "wang", "pw-wang-1")
		must(t, err)
		if _, err := s.AddArchive(t.Context(), wang, stranger, ""); counter.CodeOf(err) != counter.CodeDenied {
			t.Errorf("a clerk: %v", err)
		}
	})
}
