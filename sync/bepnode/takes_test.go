package bepnode

import (
	"slices"
	"testing"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// newcomerVault does not share folder s with anybody before it has received the
// writer's file, but takes the writer's files from everybody.
type newcomerVault struct {
	*memVault
	writer oplog.DeviceID
}

func (v newcomerVault) knows() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.folders["s"].files[segment.TailName(v.writer, oplog.Epoch{1})].data != nil
}

func (v newcomerVault) Folders(peer oplog.DeviceID) ([]string, error) {
	list, err := v.memVault.Folders(peer)
	if !v.knows() {
		list = slices.DeleteFunc(list, func(f string) bool { return f == "s" })
	}
	return list, err
}

func (v newcomerVault) Takes(oplog.DeviceID) ([]string, []oplog.DeviceID, error) {
	return []string{"s"}, []oplog.DeviceID{v.writer}, nil
}

// TestTakesFromANewSuperior: what the peer carries of the one writer makes it a
// member; until then it is shown nothing and gives nothing else.
func TestTakesFromANewSuperior(t *testing.T) {
	noLeak(t)
	writer := oplog.DeviceID{7}
	district, others := segment.TailName(writer, oplog.Epoch{1}), segment.TailName(oplog.DeviceID{8}, oplog.Epoch{1})
	own := segment.TailName(oplog.DeviceID{9}, oplog.Epoch{1})
	for _, carries := range []bool{true, false} {
		hub := newDevice(t, "town", newVault("realm", "s"))
		vault := newVault("realm", "s")
		village := newDevice(t, "village", vault, func(o *Options) { o.Vault = newcomerVault{vault, writer} })
		befriend(village, hub)
		hub.listen(t)
		vault.write("s", own, []byte("of a citizen\n"))
		hub.vault.write("s", others, []byte("of somebody\n"))
		if carries {
			hub.vault.write("s", district, []byte("the town is a member\n"))
		}
		r := mustRound(t, village, hub.addr)
		if carries {
			sameVaults(t, vault, hub.vault, "realm", "s")
			continue
		}
		if r.SentOps != 0 || r.ReceivedOps != 0 {
			t.Fatalf("%+v", r)
		}
		hub.vault.mu.Lock()
		shown := len(hub.vault.folders["s"].peer(village.Device()).files)
		hub.vault.mu.Unlock()
		if shown != 0 || len(vault.received()) != 0 {
			t.Fatalf("%d files shown, %d taken", shown, len(vault.received()))
		}
	}
}
