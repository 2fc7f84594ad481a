package cardreader

import (
	"context"
	"debug/elf"
	"debug/pe"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/libfile"
)

// library is a vendor's library in a process of its own.
type library struct {
	path   string
	port   int           // in the library's counting; 0: the first on USB
	helper string        // the helper program; "": the one beside this program
	limit  time.Duration // one call; then the process is killed
}

const (
	helperStart = 10 * time.Second // loading and finding the reader
	helperLimit = 6 * time.Second  // longer than the driver waits, which asks again first
)

// libraryTimeouts replace the defaults: a library waits for the module itself
// before it answers.
func libraryTimeouts() Timeouts {
	t := DefaultTimeouts()
	t.Answer, t.ReadAnswer, t.Late = 3*time.Second, 5*time.Second, 6*time.Second
	return t
}

// parseLibrary understands sdt+lib:///usr/lib/libsdtapi.so?port=1001 and
// sdt+lib:///C:/reader/sdtapi.dll, with helper=PATH and limit=5s.
func parseLibrary(u *url.URL) (target, error) {
	lib := &library{path: u.Path, limit: helperLimit}
	if len(lib.path) > 3 && lib.path[2] == ':' { // /C:/...
		lib.path = filepath.FromSlash(lib.path[1:])
	}
	if u.Host != "" || strings.Trim(lib.path, "/") == "" {
		return target{}, badURL("want sdt+lib:///path/of/the/library?port=1001")
	}
	for key, values := range u.Query() {
		var err error
		switch v := values[0]; key {
		case "port":
			if lib.port, err = strconv.Atoi(v); err != nil || lib.port < 0 || lib.port > 1016 {
				return target{}, badURL("port is 1 to 16 (serial) or 1001 to 1016 (USB)")
			}
		case "helper":
			lib.helper = v
		case "limit":
			if lib.limit, err = time.ParseDuration(v); err != nil || lib.limit < 10*time.Millisecond {
				return target{}, badURL("limit is a duration such as 6s")
			}
		default:
			return target{}, badURL(fmt.Sprintf("unknown parameter %q", key))
		}
	}
	return target{library: lib, bauds: []int{0}}, nil
}

func (l *library) open(ctx context.Context, _ int) (Port, error) {
	program, err := l.program()
	if err != nil {
		return nil, err
	}
	p, err := helper.Start(ctx, helper.Options{Start: helperStart, Limit: l.limit,
		Command: []string{program, "-library", l.path, "-port", strconv.Itoa(l.port)}})
	if err != nil {
		return nil, libraryError(err)
	}
	return p, nil
}

func libraryError(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) { // the caller knows the path
		err = pathError.Err
	}
	var refused *helper.LibraryError
	if errors.As(err, &refused) && refused.NoReader {
		return newError(CodeNoReader, 0, err)
	}
	return newError(CodeLibrary, 0, err)
}

// libraryArch tells for which machine a library was built, in Go's words.
func libraryArch(path string) (string, error) {
	if f, err := pe.Open(path); err == nil {
		defer f.Close()
		switch f.Machine {
		case pe.IMAGE_FILE_MACHINE_I386:
			return "386", nil
		case pe.IMAGE_FILE_MACHINE_AMD64:
			return "amd64", nil
		case pe.IMAGE_FILE_MACHINE_ARM64:
			return "arm64", nil
		}
		return "", fmt.Errorf("library for an unknown machine (%04X)", f.Machine)
	}
	f, err := elf.Open(path)
	if err != nil {
		var format *elf.FormatError
		if errors.As(err, &format) || errors.Is(err, os.ErrInvalid) {
			return "", errors.New("the file is not a library")
		}
		return "", err
	}
	defer f.Close()
	arch, known := map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_386: "386", elf.EM_AARCH64: "arm64",
		elf.EM_LOONGARCH: "loong64"}[f.Machine]
	if !known {
		return "", fmt.Errorf("library for an unknown machine (%v)", f.Machine)
	}
	return arch, nil
}

// besideUs finds the helper program that can load a library of that machine: it
// lies in the folder of this program.
func besideUs(arch string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	name := "cardhelper"
	switch {
	case arch == runtime.GOARCH:
	case arch == "386" && runtime.GOARCH == "amd64":
		name = "cardhelper32"
	default:
		return "", fmt.Errorf("the library is for %s, this machine is %s", arch, runtime.GOARCH)
	}
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("the helper program %s is not beside this program", name)
	}
	return path, nil
}

// listLibraries returns the installed vendors' libraries among patterns. They are
// not loaded; which reader they find is known by opening one.
func listLibraries(patterns ...string) []ReaderInfo {
	list, seen := []ReaderInfo{}, map[string]bool{}
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			real, err := filepath.EvalSymlinks(path)
			if err != nil || seen[real] {
				continue
			}
			seen[real] = true
			info := ReaderInfo{URL: libraryURL(path), Device: path, Openable: true, Description: filepath.Base(real)}
			info.Version = libfile.Version(real)
			arch, err := libraryArch(path)
			if err == nil {
				info.Description += " (" + arch + ")"
				_, err = besideUs(arch)
			}
			if err != nil {
				info.Openable, info.Problem = false, newError(CodeLibrary, 0, err)
			}
			list = append(list, info)
		}
	}
	return list
}

func libraryURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "sdt+lib", Path: path}).String()
}
