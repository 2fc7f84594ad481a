// Package desk is the application facade: one method for each thing that a user
// of a counter, a township or the district does. The desktop window, the browser
// and the command line call the same methods. It knows storage only through
// counter.Ledger and nothing of sync.
package desk

import (
	"context"
	"crypto"
	"crypto/x509"
	"sync"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
)

// Device is the station that the facade works at.
type Device struct {
	ID           [32]byte
	Name         string // 张槎街道纯阳社区 1 号窗口
	Division     string // 12 digits
	Counter      string // two digits
	Tier         string // village, town, district
	DistrictCode string // 12 digits
	DistrictName string
}

// Papers is what printing and checking documents needs.
type Papers struct {
	Press  *document.Press
	Signer crypto.Signer       // the device's signing key; nil where nothing is printed
	Chain  []*x509.Certificate // its certificate and the authority's
	Roots  []*x509.Certificate
	// Devices gives all devices that are known here, revoked ones too.
	Devices func(ctx context.Context) ([]KnownDevice, error)
}

// Config for New.
type Config struct {
	Ledger counter.Ledger
	Device Device
	Now    func() time.Time
	Papers Papers
	// Counter gives the counter number that cases are numbered with now, or why none may
	// be given; nil is that of Device.
	Counter func(ctx context.Context) (string, error)
	// DeviceNames names the devices of the roster.
	DeviceNames func(ctx context.Context) (map[[32]byte]string, error)
	// KeepScan stores a scanned material of a scope, sealed, and names it by its content.
	KeepScan func(ctx context.Context, scope, path string) (counter.MaterialFile, error)
	// KeepData does the same with what is in memory already; name tells the kind of file.
	KeepData func(ctx context.Context, scope, name string, data []byte) (counter.MaterialFile, error)
	// ScanState tells how much of a scan is on this device, by its root.
	ScanState func(ctx context.Context, root string) (ScanState, error)
	// OpenScan gives the plain bytes of a scan, by its root.
	OpenScan func(ctx context.Context, root string) ([]byte, error)
	// KeepPhoto keeps the photo of a card that was read for a person, sealed, as long
	// as the counter keeps photos; nil keeps none.
	KeepPhoto func(person uuid.UUID, photo []byte) error
	// OpenScopes makes the scopes of new service points: their first keys.
	OpenScopes func(ctx context.Context, scopes []string) error
	// Spool is the printers; nil where there are none.
	Spool Spooler
	// Settings keeps what is of this device alone and never travels, by name. Load
	// gives nil for what was never saved; both may be missing.
	Settings struct {
		Load func(name string) ([]byte, error)
		Save func(name string, text []byte) error
	}
	// SaveFile writes a document where the user asked for it, durable on return.
	SaveFile func(path string, data []byte) error
}

// Desk is the facade of one device. It is safe for concurrent use.
type Desk struct {
	cfg    Config
	ledger counter.Ledger

	mu    sync.Mutex
	items *catalogue
	paper *districtPress

	settings sync.Mutex // of the printers
	names    *nameIndex
}

// New makes the facade.
func New(cfg Config) *Desk {
	names := newNameIndex()
	return &Desk{cfg: cfg, ledger: notingLedger{cfg.Ledger, &names.own}, names: names}
}

// Device tells which station this is.
func (d *Desk) Device() Device { return d.cfg.Device }

// counterNumber is the counter number that what is made now is numbered with.
func (d *Desk) counterNumber(ctx context.Context) (string, error) {
	if d.cfg.Counter == nil {
		return d.cfg.Device.Counter, nil
	}
	return d.cfg.Counter(ctx)
}

// china is the civil time of every station.
var china = time.FixedZone("CST", 8*3600)

func (d *Desk) today() counter.Date { return counter.DateOf(d.cfg.Now().In(china)) }

// ownScope is the service point that this device's own work belongs to.
func (d *Desk) ownScope() string { return d.cfg.Device.Division }
