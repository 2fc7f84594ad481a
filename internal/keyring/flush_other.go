//go:build !linux

package keyring

// flush is the full flush of the system (FlushFileBuffers on Windows).
func (d osDisk) flush() error { return d.Sync() }
