package bepnode

import (
	"sync"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// hints remembers up to where each peer was sent our index: in the Vault when it
// can, else while the Node runs.
type hints struct {
	keeper Hinter
	mu     sync.Mutex
	m      map[hintKey]hint
}

type hintKey struct {
	peer   oplog.DeviceID
	folder string
}

type hint struct {
	indexID uint64
	seq     int64
}

func newHints(v segment.Vault) *hints {
	h := &hints{m: map[hintKey]hint{}}
	h.keeper, _ = v.(Hinter)
	return h
}

func (h *hints) get(peer oplog.DeviceID, folder string) (hint, bool) {
	if h.keeper != nil {
		id, seq, ok := h.keeper.Hint(peer, folder)
		return hint{id, seq}, ok
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	got, ok := h.m[hintKey{peer, folder}]
	return got, ok
}

// behind tells that a peer claims more of our index than we remember to have sent it.
// Without a keeper nothing is remembered from before.
func (h *hints) behind(peer oplog.DeviceID, folder string, claim hint) bool {
	if h.keeper == nil || claim.seq == 0 {
		return false
	}
	id, seq, ok := h.keeper.Hint(peer, folder)
	return !ok || id != claim.indexID || seq < claim.seq
}

func (h *hints) set(peer oplog.DeviceID, folder string, to hint) {
	if h.keeper != nil {
		h.keeper.SetHint(peer, folder, to.indexID, to.seq)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.m[hintKey{peer, folder}] = to
}
