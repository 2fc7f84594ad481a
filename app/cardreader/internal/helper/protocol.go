package helper

import (
	"encoding/json"
	"errors"

	"onedoor/app/cardreader/sdt"
)

// Version of the protocol.
const Version = 1

// maxLine bounds one line; the longest real answer is 3.1 kB in base64.
const maxLine = 16 << 10

// Hello is the first line of the process. Error says why the library cannot be
// used; then the process ends.
type Hello struct {
	Protocol int    `json:"protocol"`
	Family   string `json:"family"`  // sdt or cvr
	Library  string `json:"library"` // file name and version
	Error    string `json:"error,omitempty"`
	NoReader bool   `json:"no_reader,omitempty"` // the library is well and finds no reader
}

// Request is one command of the SDT protocol.
type Request struct {
	ID      uint64      `json:"id"`
	Command sdt.Command `json:"command"`
}

// Answer is what the module said through the library: status and data as in an
// SDT answer. Silent means that the library gave up waiting for the module; Gone
// that the port is lost.
type Answer struct {
	ID     uint64 `json:"id"`
	Status byte   `json:"status"`
	Data   []byte `json:"data,omitempty"`
	Silent bool   `json:"silent,omitempty"`
	Gone   bool   `json:"gone,omitempty"`
}

var errProtocol = errors.New("helper: not understood")

// decodeHello and decodeAnswer read one line; unknown keys are of newer versions.
func decodeHello(line []byte) (h Hello, err error) {
	if err = json.Unmarshal(line, &h); err == nil && h.Protocol != Version {
		err = errProtocol
	}
	return h, err
}

func decodeAnswer(line []byte) (a Answer, err error) {
	err = json.Unmarshal(line, &a)
	if err == nil && (a.ID == 0 || len(a.Data)+4 > sdt.MaxLen) {
		err = errProtocol
	}
	return a, err
}

// DecodeRequest reads one line on the side of the process.
func DecodeRequest(line []byte) (r Request, err error) {
	err = json.Unmarshal(line, &r)
	if err == nil && r.ID == 0 {
		err = errProtocol
	}
	return r, err
}
