package keyring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"onedoor/internal/atomicfile"
	"onedoor/internal/password"
)

const (
	fileFormat  = "onedoor key"
	fileVersion = 1
	maxFile     = 16 << 10 // bytes; a real one has about 400
	checkSize   = 8
)

// keyFile is the JSON of "<name>.key". Exactly one of Key and Box is set.
type keyFile struct {
	Format  string        `json:"format"`
	Version int           `json:"version"`
	Name    string        `json:"name"`
	Key     []byte        `json:"key,omitempty"`   // the data key, 32 bytes
	Check   []byte        `json:"check,omitempty"` // beside Key: tells a damaged key from a key of other data
	Box     *password.Box `json:"box,omitempty"`   // the data key under a passphrase
}

// Create makes a new data key and stores it durably as "<name>.key" in dir, which is
// made with permission 0700 if need be: wrapped if a passphrase is given, else in
// clear in a file that only its owner may read. It never replaces a key.
// Errors: CodeExists, CodeBadName, CodeIO.
func Create(dir, name, passphrase string) (*Ring, error) {
	return create(dir, name, passphrase, password.Default)
}

func create(dir, name, passphrase string, cost password.Params) (*Ring, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := keyPath(dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &Error{Code: CodeIO, Path: dir, Cause: err}
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, &Error{Code: CodeExists, Path: path}
	}
	return store(path, name, passphrase, newKey(), cost)
}

// Rewrap stores an opened ring's key under another passphrase, or without one. The
// old file is replaced as a whole: after a power cut one of the two opens.
func Rewrap(r *Ring, dir, passphrase string) (*Ring, error) {
	return store(keyPath(dir, r.name), r.name, passphrase, r.key, password.Default)
}

func store(path, name, passphrase string, key [keySize]byte, cost password.Params) (*Ring, error) {
	f := keyFile{Format: fileFormat, Version: fileVersion, Name: name}
	var warnings []Warning
	if passphrase == "" {
		f.Key, f.Check = key[:], keyCheck(key)
		warnings = append(warnings, WarnPlainFile)
	} else {
		box, err := password.SealBox(passphrase, boxContext(name), key[:], cost)
		if err != nil {
			return nil, &Error{Code: CodeWrongPassphrase, Path: path, Cause: err}
		}
		f.Box = box
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	if err := atomicfile.Write(path, append(data, '\n'), atomicfile.Secret); err != nil {
		return nil, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	return newRing(name, key, warnings), nil
}

// Open reads "<name>.key" in dir. Errors: CodeMissing, CodePassphraseNeeded,
// CodeWrongPassphrase, CodeDamaged, CodeNewer, CodeBadName, CodeIO. A passphrase is
// ignored when the key is not wrapped.
func Open(dir, name, passphrase string) (*Ring, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := keyPath(dir, name)
	data, open, err := read(path)
	if err != nil {
		return nil, err
	}
	key, wrapped, err := decodeFile(data, name, passphrase)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.Path = path
		}
		return nil, err
	}
	var warnings []Warning
	if !wrapped {
		warnings = append(warnings, WarnPlainFile)
	}
	if open {
		warnings = append(warnings, WarnOpenPermissions)
	}
	return newRing(name, key, warnings), nil
}

// read gives the file's bytes and whether other users may read it.
func read(path string) (data []byte, open bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, &Error{Code: CodeMissing, Path: path}
	}
	if err != nil {
		return nil, false, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	if data, err = io.ReadAll(io.LimitReader(f, maxFile+1)); err != nil {
		return nil, false, &Error{Code: CodeIO, Path: path, Cause: err}
	}
	// Windows shows permission bits that say nothing of who may read a file.
	return data, runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0, nil
}

func decodeFile(data []byte, name, passphrase string) (key [keySize]byte, wrapped bool, err error) {
	f, err := parseFile(data)
	if err != nil {
		return key, false, err
	}
	if f.Name != name {
		return key, false, &Error{Code: CodeDamaged, Cause: errors.New("the file is of another key")}
	}
	raw := f.Key
	if f.Box != nil {
		if passphrase == "" {
			return key, true, &Error{Code: CodePassphraseNeeded}
		}
		raw, err = password.OpenBox(passphrase, boxContext(name), f.Box)
		if errors.Is(err, password.ErrMalformed) {
			return key, true, &Error{Code: CodeDamaged, Cause: err}
		}
		if err != nil {
			return key, true, &Error{Code: CodeWrongPassphrase, Cause: err}
		}
	}
	if len(raw) != keySize {
		return key, f.Box != nil, &Error{Code: CodeDamaged, Cause: errors.New("the key has a wrong length")}
	}
	copy(key[:], raw)
	if f.Box == nil && !bytes.Equal(f.Check, keyCheck(key)) {
		return [keySize]byte{}, false, &Error{Code: CodeDamaged, Cause: errors.New("the check does not hold")}
	}
	return key, f.Box != nil, nil
}

func parseFile(data []byte) (*keyFile, error) {
	damaged := func(why string) (*keyFile, error) {
		return nil, &Error{Code: CodeDamaged, Cause: errors.New(why)}
	}
	if len(data) > maxFile {
		return damaged("too long")
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if json.Unmarshal(data, &head) != nil || head.Format != fileFormat {
		return damaged("not a key file")
	}
	if head.Version > fileVersion {
		return nil, &Error{Code: CodeNewer, Cause: fmt.Errorf("version %d", head.Version)}
	}
	var f keyFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if dec.Decode(&f) != nil || f.Version != fileVersion || (f.Box == nil) == (f.Key == nil) {
		return damaged("not as this program writes it")
	}
	return &f, nil
}

func keyPath(dir, name string) string { return filepath.Join(dir, name+".key") }

func boxContext(name string) []byte { return []byte(fileFormat + " 1\n" + name) }

func keyCheck(key [keySize]byte) []byte { return expand(key, "onedoor key check 1")[:checkSize] }
