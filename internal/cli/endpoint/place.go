package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"onedoor/internal/atomicfile"
)

// Names of the files in a home.
const (
	LockName     = "onedoor.lock"
	EndpointName = "endpoint.json"
	socketName   = "onedoor.sock"
)

// socketPathLimit is what fits into sockaddr_un on every Unix (104 bytes on BSD and
// macOS, 108 on Linux), with the closing zero.
const socketPathLimit = 103

// place is the content of the endpoint file: where the daemon listens.
type place struct {
	Network string `json:"network"` // unix or tcp
	Address string `json:"address"`
	Token   []byte `json:"token"`
	PID     int    `json:"pid"`
}

func readPlace(home string) (place, error) {
	var p place
	data, err := os.ReadFile(filepath.Join(home, EndpointName))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("endpoint: %s: %w", EndpointName, err)
	}
	if len(p.Token) != 32 || (p.Network != "unix" && p.Network != "tcp") {
		return p, fmt.Errorf("endpoint: %s is damaged", EndpointName)
	}
	return p, nil
}

func (p place) write(home string) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(home, EndpointName), append(data, '\n'), atomicfile.Secret)
}

func (p place) dial(timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout(p.Network, p.Address, timeout)
}

// listen opens the daemon's socket: in the home; where its path is too long or the
// file system knows no sockets, in a private folder of the system's temporary
// folder; at last, and always on Windows, on a loopback port. cleanup removes
// what listening left on disk.
func listen(home string) (l net.Listener, cleanup func(), err error) {
	if runtime.GOOS != "windows" {
		// Whoever holds the home's lock owns this name; a file there is a dead daemon's.
		path := filepath.Join(home, socketName)
		if err := os.Remove(path); err == nil || errors.Is(err, fs.ErrNotExist) {
			if l, err := listenUnix(path); err == nil {
				return l, func() { os.Remove(path) }, nil
			}
		}
		for _, base := range []string{os.TempDir(), "/tmp"} {
			dir, err := os.MkdirTemp(base, "onedoor-")
			if err != nil {
				continue
			}
			if l, err := listenUnix(filepath.Join(dir, "s")); err == nil {
				return l, func() { os.RemoveAll(dir) }, nil
			}
			os.Remove(dir)
		}
	}
	l, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("endpoint: %w", err)
	}
	return l, func() {}, nil
}

func listenUnix(path string) (net.Listener, error) {
	if len(path) > socketPathLimit {
		return nil, fmt.Errorf("endpoint: socket path of %d bytes", len(path))
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// The token decides who may speak; this only keeps other users from knocking.
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}
