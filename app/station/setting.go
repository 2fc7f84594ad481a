package station

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/app/desk"
	"onedoor/internal/atomicfile"
)

// loadSetting reads what is of this device alone, such as its printers: a file
// below the home, in the clear, that never travels. Nil if there is none.
func (s *Station) loadSetting(name string) ([]byte, error) {
	text, err := os.ReadFile(s.settingPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError("读取设置", err)
	}
	return text, nil
}

func (s *Station) saveSetting(name string, text []byte) error {
	if err := atomicfile.Write(s.settingPath(name), text, 0o600); err != nil {
		return fileError("保存设置", err)
	}
	return nil
}

func (s *Station) settingPath(name string) string { return filepath.Join(s.v.home, name+".json") }

// UsePrinters puts other printers in place of the system's: tests have some that
// fail when they are told to.
func (s *Station) UsePrinters(p desk.Spooler) { s.desk.UsePrinters(p) }
