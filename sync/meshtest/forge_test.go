package meshtest

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/sync/oplog"
	"onedoor/sync/seal"
	"onedoor/sync/segment"
)

// forge lets a member put words into another's mouth: it appends an op to a log
// that is not its own, chained and sealed rightly, but signed with its own key,
// and offers it to a third device.
func (w *world) forge(forger, to *device) {
	if forger == to || forger == w.hub || len(w.userList) == 0 {
		return
	}
	folders, err := forger.store.Folders(to.id)
	w.at(forger, err)
	w.rng.Shuffle(len(folders), func(i, j int) { folders[i], folders[j] = folders[j], folders[i] })
	for _, f := range folders {
		scope, _, _ := segment.ParseFolder(f)
		if !slices.Contains(to.scopes, scope) || scope == oplog.Realm {
			continue
		}
		files, err := forger.store.Since(f, 0, 1000)
		w.at(forger, err)
		for _, e := range files {
			if name, err := segment.ParseName(e.Name); err != nil || name.Device == forger.id || name.Device == to.id || !strings.HasSuffix(e.Name, ".tail") {
				continue
			}
			if w.forgeFile(forger, to, scope, e) {
				return
			}
		}
	}
}

// forgeFile forges one file; it tells whether that was possible.
func (w *world) forgeFile(forger, to *device, scope oplog.Scope, e segment.FileInfo) bool {
	data, err := forger.store.Read(forger.id, e.Folder, e.Name, 0, int(e.Size))
	if err != nil {
		return false
	}
	h, n, err := segment.ParseHeader(data)
	if err != nil || h.First != 1 {
		return false
	}
	batches, _, err := segment.Scan(data, int64(n))
	if err != nil || len(batches) == 0 {
		return false
	}
	var st segment.State
	var last oplog.Op
	var sealer *seal.Sealer
	for i := range batches {
		sealer = w.sealer(scope, batches[i].Key())
		o, err := w.codec.Open(&batches[i], h, st, sealer)
		if err != nil {
			return false
		}
		st, last = o.After, o.Ops[len(o.Ops)-1]
	}
	op := oplog.Op{LogID: h.LogID, Seq: st.Seq + 1, Prev: st.Prev, Realm: st.Realm, Powers: st.Powers,
		Kind: "case.void", Entity: last.Entity, Actor: pick(w.rng, w.userList), Stamp: last.Stamp + 1, Payload: []byte(`{"reason":"forged"}`)}
	if last.Entity == uuid.Nil {
		return false
	}
	op.Normalize()
	body := op.AppendBody(nil)
	b, err := w.codec.Encode(h.LogID, seal.AES, true, []oplog.Op{op}, [][]byte{body}, op.HashBody(body), nil, sealer, forger.keys.Signing)
	w.must(err)
	data = append(data, b...)
	e.Size, e.Hash, e.Version = int64(len(data)), sha256.Sum256(data), e.Version+1
	id, err := forger.store.IndexID(e.Folder)
	w.at(forger, err)
	w.fault("forged signature")
	w.logf("%s forges %s for %s", forger.name, e.Name, to.name)
	forger.full[fullKey{to.id, e.Folder}] = true // its honest index again, next time
	w.at(to, to.store.Announced(forger.id, e.Folder, id, false, []segment.FileInfo{e}))
	w.deliver(packet{to, forger, segment.Want{FileInfo: e}, data})
	return true
}

func (w *world) sealer(scope oplog.Scope, id oplog.KeyID) *seal.Sealer {
	for _, k := range w.allKeys {
		if k.Scope == scope && k.ID == id {
			s, err := seal.New(seal.AES, scope, id, k.Key)
			w.must(err)
			return s
		}
	}
	w.fatalf("a batch of %s uses a key that nobody made", scope)
	return nil
}
