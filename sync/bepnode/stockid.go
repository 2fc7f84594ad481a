package bepnode

import (
	"fmt"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/oplog"
)

// StockID writes a device ID as Syncthing's own programs show it: eight groups of
// seven letters and digits, four of them check characters.
func StockID(d oplog.DeviceID) string { return protocol.DeviceID(d).String() }

// ParseStockID reads Syncthing's form, with or without dashes and in any case. A
// mistyped letter is found by the check characters.
func ParseStockID(s string) (oplog.DeviceID, error) {
	id, err := protocol.DeviceIDFromString(s)
	if err == nil && id == protocol.EmptyDeviceID {
		err = fmt.Errorf("bepnode: no device ID")
	}
	return oplog.DeviceID(id), err
}
