package meshtest

import (
	"slices"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// lockTable is what the connections to one file share: locks of the file, locks
// and memory of its write-ahead log's index.
type lockTable struct {
	open    []*handle
	regions []uintptr // of shared memory, C's
	shared  [sqlite3.SQLITE_SHM_NLOCK][]*handle
	only    [sqlite3.SQLITE_SHM_NLOCK]*handle
}

func (t *lockTable) leave(h *handle) {
	t.open = slices.DeleteFunc(t.open, func(o *handle) bool { return o == h })
}

// highest is the strongest lock of anybody else.
func (t *lockTable) highest(but *handle) (level int32) {
	for _, h := range t.open {
		if h != but {
			level = max(level, h.level)
		}
	}
	return level
}

func ioLock(_ *libc.TLS, p uintptr, level int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	if h.level >= level {
		return sqlite3.SQLITE_OK
	}
	others := h.table.highest(h)
	switch level {
	case sqlite3.SQLITE_LOCK_SHARED:
		if others >= sqlite3.SQLITE_LOCK_PENDING {
			return sqlite3.SQLITE_BUSY
		}
	case sqlite3.SQLITE_LOCK_RESERVED:
		if others >= sqlite3.SQLITE_LOCK_RESERVED {
			return sqlite3.SQLITE_BUSY
		}
	default:
		if others >= sqlite3.SQLITE_LOCK_RESERVED {
			return sqlite3.SQLITE_BUSY
		}
		if others > sqlite3.SQLITE_LOCK_NONE {
			h.level = sqlite3.SQLITE_LOCK_PENDING
			return sqlite3.SQLITE_BUSY
		}
	}
	h.level = level
	return sqlite3.SQLITE_OK
}

func ioUnlock(_ *libc.TLS, p uintptr, level int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	h.level = min(h.level, level)
	return sqlite3.SQLITE_OK
}

func ioCheckReserved(_ *libc.TLS, p, pOut uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	*at[int32](pOut) = 0
	if h.table.highest(h) >= sqlite3.SQLITE_LOCK_RESERVED {
		*at[int32](pOut) = 1
	}
	return sqlite3.SQLITE_OK
}

func shmMap(tls *libc.TLS, p uintptr, region, size, extend int32, pOut uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	*at[uintptr](pOut) = 0
	for int(region) >= len(h.table.regions) {
		if extend == 0 {
			return sqlite3.SQLITE_OK
		}
		mem := libc.Xcalloc(tls, 1, uint64(size))
		if mem == 0 {
			return sqlite3.SQLITE_NOMEM
		}
		h.table.regions = append(h.table.regions, mem)
	}
	*at[uintptr](pOut) = h.table.regions[region]
	return sqlite3.SQLITE_OK
}

func shmLock(_ *libc.TLS, p uintptr, off, n, flags int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	for i := off; i < off+n; i++ {
		t := h.table
		mine := func(o *handle) bool { return o == h }
		switch {
		case flags&sqlite3.SQLITE_SHM_UNLOCK != 0:
		case flags&sqlite3.SQLITE_SHM_SHARED != 0:
			if t.only[i] != nil && t.only[i] != h {
				return sqlite3.SQLITE_BUSY
			}
		case t.only[i] != nil && t.only[i] != h, slices.ContainsFunc(t.shared[i], func(o *handle) bool { return !mine(o) }):
			return sqlite3.SQLITE_BUSY
		}
	}
	for i := off; i < off+n; i++ {
		h.table.take(h, i, flags)
	}
	return sqlite3.SQLITE_OK
}

func (t *lockTable) take(h *handle, i, flags int32) {
	switch {
	case flags&sqlite3.SQLITE_SHM_UNLOCK != 0:
		if t.only[i] == h {
			t.only[i] = nil
		}
		t.shared[i] = slices.DeleteFunc(t.shared[i], func(o *handle) bool { return o == h })
	case flags&sqlite3.SQLITE_SHM_SHARED != 0:
		if !slices.Contains(t.shared[i], h) {
			t.shared[i] = append(t.shared[i], h)
		}
	default:
		t.only[i] = h
	}
}

func shmBarrier(*libc.TLS, uintptr) {}

// shmUnmap frees the memory when nobody has the file open any more.
func shmUnmap(tls *libc.TLS, p uintptr, _ int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	for i := range h.table.only {
		h.table.take(h, int32(i), sqlite3.SQLITE_SHM_UNLOCK)
	}
	if len(h.table.open) > 1 {
		return sqlite3.SQLITE_OK
	}
	for _, mem := range h.table.regions {
		libc.Xfree(tls, mem)
	}
	h.table.regions = nil
	return sqlite3.SQLITE_OK
}
