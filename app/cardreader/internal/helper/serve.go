package helper

import (
	"bufio"
	"encoding/json"
	"io"
	"sync/atomic"

	"onedoor/app/cardreader/sdt"
)

// Library is a loaded library with an open port.
type Library interface {
	// Do carries out one command. It may block for as long as the library does.
	Do(sdt.Command) Answer
	Close()
}

// Serve is the process's side: it says hello and answers until in ends. exit is
// called when in ends while an answer is due: the library may hang for good.
func Serve(in io.Reader, out io.Writer, hello Hello, lib Library, exit func()) error {
	enc := json.NewEncoder(out)
	if err := enc.Encode(hello); err != nil || lib == nil {
		return err
	}
	// Room for more requests than a program ever has out: the end of in must be seen.
	requests := make(chan Request, 256)
	var due atomic.Int32
	go func() {
		defer close(requests)
		scan := bufio.NewScanner(in)
		for scan.Scan() {
			if r, err := DecodeRequest(scan.Bytes()); err == nil {
				due.Add(1)
				requests <- r
			}
		}
		if due.Load() > 0 {
			exit()
		}
	}()
	for r := range requests {
		a := lib.Do(r.Command)
		a.ID = r.ID
		err := enc.Encode(a)
		clear(a.Data)
		due.Add(-1)
		if err != nil {
			return err
		}
	}
	lib.Close()
	return nil
}
