package command

import (
	"errors"
	"io/fs"

	"onedoor/app/counter"
)

// writeError tells that a file could not be written where the user wanted it. What
// was recorded before stands.
func writeError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return counter.Ef(counter.CodeNotFound, "没有这个文件夹，写不了 %s", "no such folder, cannot write %s", path).
			Hint("请先建好文件夹，或换一个位置", "make the folder first, or choose another place")
	case errors.Is(err, fs.ErrPermission):
		return counter.Ef(counter.CodeDenied, "没有权限写 %s", "no permission to write %s", path).Because(err).
			Hint("请换一个有权限的文件夹", "choose a folder that you may write to")
	}
	return counter.Ef(counter.CodeFailed, "写不了 %s", "cannot write %s", path).Because(err).
		Hint("请检查磁盘空间和写保护", "check disk space and write protection")
}

// notJSON tells that a file does not hold what was expected.
func notJSON(path string, err error) error {
	return counter.Ef(counter.CodeInvalid, "文件 %s 的内容不对", "the content of file %s is wrong", path).Because(err).
		Hint("格式见手册 docs/manual", "see docs/manual for the format")
}
