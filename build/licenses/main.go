// Command licenses writes the list of everything in the program that others made:
// each module of go.mod with its version and the full text of its licence, and each
// licence file that lies beside data or fonts in this repository. Run it from the
// repository's root, after a change of go.mod:
//
//	go run ./build/licenses > THIRD_PARTY.txt
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	var list bytes.Buffer
	if err := write(&list); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
	os.Stdout.Write(list.Bytes())
}

// module is what the go command says about a requirement.
type module struct{ Path, Version, Dir, Error string }

func write(w io.Writer) error {
	fmt.Fprintln(w, `What others made, with their licences. Written by "make licenses"; do not edit.
本程序使用的他人作品及其许可证。由 make licenses 生成，请勿手改。`)
	data, err := dataLicences()
	if err != nil {
		return err
	}
	for _, path := range data {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		section(w, filepath.ToSlash(filepath.Dir(path))+" ("+filepath.Base(path)+")", kind(text), text)
	}
	modules, err := requirements()
	if err != nil {
		return err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	std := module{Path: "Go", Version: "standard library", Dir: strings.TrimSpace(string(goroot))}
	for _, m := range append([]module{std}, modules...) {
		names, err := licenceFiles(m.Dir)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return fmt.Errorf("%s %s has no licence file", m.Path, m.Version)
		}
		var all []byte
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			all = append(append(all, bytes.TrimSpace(text)...), '\n', '\n')
		}
		section(w, m.Path+" "+m.Version, kind(all), all)
	}
	return nil
}

// section prints one work. The heading stands alone on its line, so that a test can
// look for it.
func section(w io.Writer, heading, kind string, text []byte) {
	fmt.Fprintf(w, "\n%s\n%s\n%s\n\n", strings.Repeat("=", 78), heading, kind)
	text = bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\r\n"), []byte("\n"))
	fmt.Fprintf(w, "%s\n", text)
}

// requirements gives every module of go.mod with the folder of its files,
// fetching what is not there yet.
func requirements() ([]module, error) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		return nil, err
	}
	var file struct{ Require []module }
	if err := json.Unmarshal(out, &file); err != nil {
		return nil, err
	}
	args := []string{"mod", "download", "-json"}
	for _, m := range file.Require {
		args = append(args, m.Path+"@"+m.Version)
	}
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err = cmd.Output()
	if err != nil {
		return nil, err
	}
	var list []module
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var m module
		err := dec.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if m.Error != "" {
			return nil, fmt.Errorf("%s: %s", m.Path, m.Error)
		}
		list = append(list, m)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list, nil
}

// licenceFiles lists the licence files in dir, not below it.
func licenceFiles(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && isLicence(e.Name()) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, err
}

func isLicence(name string) bool {
	upper := strings.ToUpper(name)
	for _, start := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "OFL", "UNLICENSE"} {
		if rest, ok := strings.CutPrefix(upper, start); ok {
			return rest == "" || strings.ContainsRune(".-_", rune(rest[0])) && !strings.HasSuffix(rest, ".GO")
		}
	}
	return strings.HasSuffix(upper, ".LICENSE") || strings.HasSuffix(upper, ".LICENCE")
}

// dataLicences lists the licence files that lie beside data in the product's folders.
func dataLicences() (paths []string, err error) {
	for _, top := range []string{"app", "forms", "sync", "internal", "frontend/src"} {
		err = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.Type().IsRegular() && isLicence(d.Name()):
				paths = append(paths, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}
