// Command train makes the dictionary that batches are compressed with from the
// ops of a database:
//
//	go run ./sync/segment/dict/train HOME/onedoor.db sync/segment/dict/v1.dict
//
// It was run once, on a village with some hundred fictional cases of every
// sample item. A dictionary is never changed once data exists: a better one
// gets the next id.
package main

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"
	_ "modernc.org/sqlite"
)

const (
	id      = 32769 // the first id that RFC 8878 leaves to private use
	size    = 16 << 10
	maxOps  = 4000
	perFile = 3 // ops of one sample: about what one acceptance writes
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: train DATABASE OUT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(db, out string) error {
	samples, err := read(db)
	if err != nil {
		return err
	}
	d, err := dict.BuildZstdDict(samples, dict.Options{MaxDictSize: size, HashBytes: 6, ZstdDictID: id, ZstdLevel: zstd.SpeedDefault, Output: os.Stderr})
	if err != nil {
		return err
	}
	return os.WriteFile(out, d, 0o644)
}

// read gives the bodies as they stand in batches, a few to a sample.
func read(path string) ([][]byte, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query("SELECT o.body FROM ops o JOIN logs l ON l.id = o.log WHERE l.own = 1 ORDER BY o.id LIMIT ?", maxOps)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var samples [][]byte
	var b bytes.Buffer
	for n := 1; rows.Next(); n++ {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if len(body) > 0 && body[0] != 1 {
			return nil, errors.New("bodies are packed in this database; take one of version 5 or older")
		}
		b.Write(binary.AppendUvarint(nil, uint64(len(body))))
		b.Write(body)
		if n%perFile == 0 {
			samples = append(samples, bytes.Clone(b.Bytes()))
			b.Reset()
		}
	}
	return samples, rows.Err()
}
