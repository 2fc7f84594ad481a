package store

import (
	"errors"
	"os"
	"strings"
	"syscall"

	sqlite "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"onedoor/app/counter"
)

// diskError tells a clerk what a storage failure means for the work at hand:
// nothing was recorded, and what to do. Errors that are already told stay.
func diskError(err error) error {
	var told *counter.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	var se *sqlite.Error
	code := 0
	if errors.As(err, &se) {
		code = se.Code() & 0xff
	}
	switch {
	case isFull(err):
		return counter.E(counter.CodeFailed, "磁盘已满,这次没有保存", "the disk is full; nothing was saved").
			Hint("清理磁盘后再做一次;以前的数据没有改动", "free some space and do it again; earlier data is untouched").Because(err)
	case code == lib.SQLITE_READONLY || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EROFS):
		return counter.E(counter.CodeFailed, "磁盘不能写入,这次没有保存", "the disk is read-only; nothing was saved").
			Hint("检查磁盘是否只读、文件夹权限是否正确", "check the disk and the folder's permissions").Because(err)
	case code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED:
		return counter.E(counter.CodeBusy, "另一个程序正在使用数据,请稍后再试", "another program is using the data; try again").Because(err)
	case code == lib.SQLITE_CORRUPT || code == lib.SQLITE_NOTADB:
		return openFailed(err)
	}
	return counter.E(counter.CodeFailed, "保存失败,这次没有记录", "saving failed; nothing was recorded").
		Hint("请再试一次;如仍失败,查看磁盘状态", "try again; if it fails again, check the disk").Because(err)
}

// isFull tells whether there was no space. A database that is opened on a full disk
// fails at the index of its write-ahead log, which SQLite reports as an I/O error of
// its own kind.
func isFull(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) && (se.Code()&0xff == lib.SQLITE_FULL || se.Code() == lib.SQLITE_IOERR_SHMSIZE) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "no space left")
}
