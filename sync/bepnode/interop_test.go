package bepnode

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"
)

const stockConfig = `<configuration version="35">
<folder id="s" path="%s" type="receiveonly" rescanIntervalS="3600" fsWatcherEnabled="false" ignorePerms="true">
  <filesystemType>basic</filesystemType><device id="%s"/><device id="%s"/></folder>
<device id="%[3]s" name="us" compression="metadata"><address>dynamic</address></device>
<gui enabled="false"/>
<options><listenAddress>tcp://%[4]s</listenAddress>
  <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
  <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
  <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
  <crashReportingEnabled>false</crashReportingEnabled><setLowPriority>false</setLowPriority></options>
</configuration>`

// A stock Syncthing daemon stores what we announce, byte for byte, shows it in its
// own index (our receipt), and fetches what was added later. Needs the program
// "syncthing" (1.19 or 1.30) on the PATH, else it is skipped.
func TestStockDaemon(t *testing.T) {
	program, err := exec.LookPath("syncthing")
	if err != nil {
		t.Skip("no syncthing on the PATH")
	}
	home, store, cert := t.TempDir(), t.TempDir(), newCert(t)
	d := newDevice(t, "us", newVault("s"), func(o *Options) { o.BackoffMax = 200 * time.Millisecond })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	writeStockHome(t, home, store, cert, d, addr)
	d.trust.Store(deviceOf(cert.Certificate[0]), true)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-home="+home, "-no-browser", "-no-restart", "-logflags=0")
	cmd.Env = append(os.Environ(), "STNOUPGRADE=1", "STMONITORED=yes", "HOME="+home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()

	sizes := map[string]int{"v/202611/a.seg": 131_072, "v/202611/b.seg": 300_000, "v/202612/c.seg": 700, "w/202612/x.tail": 20}
	for name, n := range sizes {
		d.vault.write("s", name, payload(uint64(n), n))
	}
	go func() { _ = d.Connect(ctx, addr) }()
	d.stockHolds(t, store, sizes, cert)
	// Later files, in old and new directories, and a tail that has grown.
	sizes["v/202611/d.seg"], sizes["y/202612/e.seg"] = 5000, 6000
	d.vault.write("s", "v/202611/d.seg", payload(1, 5000))
	d.vault.write("s", "y/202612/e.seg", payload(2, 6000))
	d.vault.write("s", "w/202612/x.tail", payload(3, 480))
	sizes["w/202612/x.tail"] = 500
	d.stockHolds(t, store, sizes, cert)
	if n := d.faultCount(); n != 0 {
		t.Errorf("%d faults: %v", n, d.faults)
	}
}

func writeStockHome(t *testing.T, home, store string, cert tls.Certificate, d *device, addr string) {
	t.Helper()
	their, our := protocol.DeviceID(deviceOf(cert.Certificate[0])), protocol.DeviceID(d.Device())
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"config.xml": fmt.Appendf(nil, stockConfig, store, their, our, addr),
		"cert.pem":   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		"key.pem":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(home, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(store, ".stfolder"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// stockHolds waits until the daemon's disk and its index show all our files.
func (d *device) stockHolds(t *testing.T, store string, sizes map[string]int, cert tls.Certificate) {
	t.Helper()
	limit := time.Now().Add(60 * time.Second)
	for {
		settled, _ := d.vault.Settled(deviceOf(cert.Certificate[0]), "s")
		missing := ""
		for name, n := range sizes {
			b, _ := os.ReadFile(filepath.Join(store, name))
			want, _ := d.vault.Read(deviceOf(cert.Certificate[0]), "s", name, 0, n)
			if string(b) != string(want) {
				missing = name
			}
		}
		if settled && missing == "" {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("settled %v, missing %q; %+v %+v", settled, missing, d.Status(), d.Links())
		}
		time.Sleep(50 * time.Millisecond)
	}
}
