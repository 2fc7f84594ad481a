package meshtest

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// vfsName is the file system under which SQLite reaches the simulated disks.
const vfsName = "meshdisk"

// handle is an open file of SQLite. The C structure holds its number only.
type handle struct {
	d     *simDisk
	path  string
	file  *simFile
	level int32 // of its lock
	table *lockTable
	drop  bool // delete on close
}

// cFile is sqlite3_file with the handle's number behind it.
type cFile struct {
	methods uintptr
	id      uintptr
}

var (
	handles  []*handle // by number; nil: free
	vfsTable sqlite3.Tsqlite3_vfs
	ioTable  sqlite3.Tsqlite3_io_methods
)

// at makes a C address a pointer without telling vet a lie: the memory is C's.
func at[T any](p uintptr) *T { return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&p))) }

func code[F any](f *F) uintptr { return *(*uintptr)(unsafe.Pointer(f)) }

func fileOf(p uintptr) *handle { return handles[at[cFile](p).id] }

// useVFS registers the file system, once in a process.
var useVFS = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	name, err := libc.CString(vfsName)
	if err != nil {
		panic(err)
	}
	open, del, access, full := vfsOpen, vfsDelete, vfsAccess, vfsFullPathname
	random, sleep, now, now64, last := vfsRandomness, vfsSleep, vfsCurrentTime, vfsCurrentTimeInt64, vfsGetLastError
	vfsTable = sqlite3.Tsqlite3_vfs{FiVersion: 2, FszOsFile: int32(unsafe.Sizeof(cFile{})), FmxPathname: 512, FzName: name,
		FxOpen: code(&open), FxDelete: code(&del), FxAccess: code(&access), FxFullPathname: code(&full),
		FxRandomness: code(&random), FxSleep: code(&sleep), FxCurrentTime: code(&now), FxCurrentTimeInt64: code(&now64), FxGetLastError: code(&last)}
	cl, rd, wr, tr, sy, sz := ioClose, ioRead, ioWrite, ioTruncate, ioSync, ioFileSize
	lk, ul, cr, fc, se, dc := ioLock, ioUnlock, ioCheckReserved, ioFileControl, ioSectorSize, ioCharacteristics
	sm, sl, sb, su := shmMap, shmLock, shmBarrier, shmUnmap
	ioTable = sqlite3.Tsqlite3_io_methods{FiVersion: 2, FxClose: code(&cl), FxRead: code(&rd), FxWrite: code(&wr), FxTruncate: code(&tr),
		FxSync: code(&sy), FxFileSize: code(&sz), FxLock: code(&lk), FxUnlock: code(&ul), FxCheckReservedLock: code(&cr),
		FxFileControl: code(&fc), FxSectorSize: code(&se), FxDeviceCharacteristics: code(&dc),
		FxShmMap: code(&sm), FxShmLock: code(&sl), FxShmBarrier: code(&sb), FxShmUnmap: code(&su)}
	if rc := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&vfsTable)), 0); rc != sqlite3.SQLITE_OK {
		panic(fmt.Sprint("register the simulated disk: ", rc))
	}
})

func vfsOpen(_ *libc.TLS, _, zName, pFile uintptr, flags int32, pOut uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	*at[cFile](pFile) = cFile{}
	path := libc.GoString(zName)
	d := diskOf(path)
	if d == nil || d.dead {
		return sqlite3.SQLITE_CANTOPEN
	}
	f := d.files[path]
	if f == nil {
		if flags&sqlite3.SQLITE_OPEN_CREATE == 0 {
			return sqlite3.SQLITE_CANTOPEN
		}
		if f = d.create(path); d.step("create") != nil {
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	h := &handle{d: d, path: path, file: f, drop: flags&sqlite3.SQLITE_OPEN_DELETEONCLOSE != 0}
	if h.table = d.locks[path]; h.table == nil {
		h.table = &lockTable{}
		d.locks[path] = h.table
	}
	h.table.open = append(h.table.open, h)
	if pOut != 0 {
		*at[int32](pOut) = flags
	}
	*at[cFile](pFile) = cFile{methods: uintptr(unsafe.Pointer(&ioTable)), id: register(h)}
	return sqlite3.SQLITE_OK
}

func register(h *handle) uintptr {
	for i, old := range handles {
		if old == nil {
			handles[i] = h
			return uintptr(i)
		}
	}
	handles = append(handles, h)
	return uintptr(len(handles) - 1)
}

func vfsDelete(_ *libc.TLS, _, zName uintptr, _ int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	path := libc.GoString(zName)
	d := diskOf(path)
	if d == nil || d.dead {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	if d.files[path] == nil {
		return sqlite3.SQLITE_IOERR_DELETE_NOENT
	}
	if d.put(path, nil); d.step("delete") != nil {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	return sqlite3.SQLITE_OK
}

func vfsAccess(_ *libc.TLS, _, zName uintptr, _ int32, pOut uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	path := libc.GoString(zName)
	*at[int32](pOut) = 0
	if d := diskOf(path); d != nil && d.files[path] != nil {
		*at[int32](pOut) = 1
	}
	return sqlite3.SQLITE_OK
}

func vfsFullPathname(tls *libc.TLS, _, zName uintptr, n int32, zOut uintptr) int32 {
	libc.Xstrncpy(tls, zOut, zName, uint64(n))
	return sqlite3.SQLITE_OK
}

// vfsRandomness gives the same bytes each time: a seed shall replay.
func vfsRandomness(_ *libc.TLS, _ uintptr, n int32, zOut uintptr) int32 {
	clear(unsafe.Slice(at[byte](zOut), n))
	return n
}

// vfsSleep does not: nobody else would go on meanwhile.
func vfsSleep(_ *libc.TLS, _ uintptr, micros int32) int32 { return micros }

func vfsCurrentTime(_ *libc.TLS, _, pOut uintptr) int32 {
	*at[float64](pOut) = 2461365.5
	return sqlite3.SQLITE_OK
}

func vfsCurrentTimeInt64(_ *libc.TLS, _, pOut uintptr) int32 {
	*at[int64](pOut) = 212661979200000
	return sqlite3.SQLITE_OK
}

func vfsGetLastError(*libc.TLS, uintptr, int32, uintptr) int32 { return 0 }

func ioClose(_ *libc.TLS, p uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	h.table.leave(h)
	if h.drop && !h.d.dead {
		h.d.put(h.path, nil)
	}
	handles[at[cFile](p).id] = nil
	return sqlite3.SQLITE_OK
}

func ioRead(_ *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	if h.d.dead {
		return sqlite3.SQLITE_IOERR_READ
	}
	to, got := unsafe.Slice(at[byte](buf), n), 0
	if off < int64(len(h.file.data)) {
		got = copy(to, h.file.data[off:])
	}
	if got < int(n) {
		clear(to[got:])
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

func ioWrite(_ *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	return outcome(h.d.write(h.file, off, unsafe.Slice(at[byte](buf), n)), sqlite3.SQLITE_IOERR_WRITE)
}

func ioTruncate(_ *libc.TLS, p uintptr, size int64) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	return outcome(h.d.cut(h.file, size), sqlite3.SQLITE_IOERR_TRUNCATE)
}

func ioSync(_ *libc.TLS, p uintptr, _ int32) int32 {
	disks.Lock()
	defer disks.Unlock()
	h := fileOf(p)
	return outcome(h.d.flush(h.file), sqlite3.SQLITE_IOERR_FSYNC)
}

func ioFileSize(_ *libc.TLS, p, pOut uintptr) int32 {
	disks.Lock()
	defer disks.Unlock()
	*at[int64](pOut) = int64(len(fileOf(p).file.data))
	return sqlite3.SQLITE_OK
}

func outcome(err error, failed int32) int32 {
	switch {
	case err == nil:
		return sqlite3.SQLITE_OK
	case errors.Is(err, syscall.ENOSPC):
		return sqlite3.SQLITE_FULL
	}
	return failed
}

func ioFileControl(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND }

func ioSectorSize(*libc.TLS, uintptr) int32 { return 4096 }

// ioCharacteristics promises what SQLite takes for granted of disks: a torn
// write spoils nothing beside it.
func ioCharacteristics(*libc.TLS, uintptr) int32 { return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE }
