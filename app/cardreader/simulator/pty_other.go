//go:build !linux

package simulator

import "errors"

func (s *Simulator) listenPTY(string) error {
	return errors.New("simulator: pseudo-terminals are only on Linux; use tcp://127.0.0.1:0")
}
