//go:build !linux

package cardreader

import (
	"os"
	"path/filepath"

	"go.bug.st/serial"
)

// Readers lists the serial ports of this machine that may be card readers, and
// vendors' libraries beside this program or among the system's. None is an empty
// list, not an error. Whether a port can be opened is only known by
// opening it here, which is left to Open.
func Readers() []ReaderInfo {
	ports := []ReaderInfo{}
	names, err := serial.GetPortsList()
	if err != nil {
		names = nil
	}
	for _, name := range names {
		ports = append(ports, ReaderInfo{URL: serialURL(name), Device: name, Openable: true})
	}
	return append(ports, listLibraries(places("sdtapi.dll", "Termb.dll")...)...)
}

// decoderPlaces are where a photo decoder is looked for.
func decoderPlaces() []string { return places("WltRs.dll") }

// places are where the installers of vendors put libraries of these names.
func places(names ...string) (patterns []string) {
	dirs := []string{}
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(self))
	}
	if root := os.Getenv("SystemRoot"); root != "" {
		dirs = append(dirs, filepath.Join(root, "System32"), filepath.Join(root, "SysWOW64"))
	}
	for _, dir := range dirs {
		for _, name := range names {
			patterns = append(patterns, filepath.Join(dir, name))
		}
	}
	return patterns
}
