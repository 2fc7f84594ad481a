package station

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// writings gives every form in which a secret might stand in a file.
func writings(t testing.TB, secret string) (forms [][]byte) {
	t.Helper()
	plain := [][]byte{[]byte(secret)}
	for _, e := range []interface{ String(string) (string, error) }{
		unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(),
		simplifiedchinese.GB18030.NewEncoder(),
	} {
		s, err := e.String(secret)
		must(t, err)
		plain = append(plain, []byte(s))
	}
	for _, p := range plain {
		forms = append(forms, p, []byte(hex.EncodeToString(p)), []byte(strings.ToUpper(hex.EncodeToString(p))))
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for shift := range 3 { // a secret inside a longer text begins at any of three places
				text := enc.EncodeToString(append(make([]byte, shift), p...))
				// The letters at both ends depend on the neighbours, too.
				first, last := (8*shift+5)/6, 8*(shift+len(p))/6
				if last-first >= 6 {
					forms = append(forms, []byte(text[first:last]))
				}
			}
		}
	}
	slices.SortFunc(forms, bytes.Compare)
	return slices.CompactFunc(forms, bytes.Equal)
}

const mostUnpacked = 8 << 20

// layers gives the bytes and what any compressed frame within them holds.
func layers(t testing.TB, data []byte) (out [][]byte) {
	t.Helper()
	out = [][]byte{data}
	dict, err := os.ReadFile("../../sync/segment/dict/v1.dict")
	must(t, err)
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte{0x28, 0xb5, 0x2f, 0xfd})
		if i < 0 {
			break
		}
		at += i
		if r, err := zstd.NewReader(bytes.NewReader(data[at:]), zstd.WithDecoderDicts(dict), zstd.WithDecoderConcurrency(1)); err == nil {
			plain, _ := io.ReadAll(io.LimitReader(r, mostUnpacked)) // what comes before a fault counts
			r.Close()
			out = append(out, plain)
		}
	}
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte{0x1f, 0x8b, 0x08})
		if i < 0 {
			return out
		}
		at += i
		if r, err := gzip.NewReader(bytes.NewReader(data[at:])); err == nil {
			plain, _ := io.ReadAll(io.LimitReader(r, mostUnpacked))
			out = append(out, plain)
		}
	}
}

// tells lists the files below dir that show a secret, and how many files there are.
func tells(t testing.TB, dir string, secrets ...string) (found []string, files int) {
	t.Helper()
	var needles [][]byte
	for _, s := range secrets {
		needles = append(needles, writings(t, s)...)
	}
	must(t, filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(p)
		for _, layer := range append(layers(t, data), []byte(p)) {
			for _, n := range needles {
				if bytes.Contains(layer, n) {
					found = append(found, p+" tells "+string(n))
				}
			}
		}
		return err
	}))
	return found, files
}

// assertSilent finds no secret below dir, in any writing.
func assertSilent(t testing.TB, dir string, secrets ...string) {
	t.Helper()
	found, files := tells(t, dir, secrets...)
	for _, f := range found {
		t.Error(f)
	}
	if files < 3 {
		t.Fatalf("only %d files in %s", files, dir)
	}
}

// TestLeaksAreFound: the search finds each writing where it is hidden.
func TestLeaksAreFound(t *testing.T) {
	const secret = "欧阳测试"
	pack := func(p []byte, dicts bool) []byte {
		var options []zstd.EOption
		if dicts {
			dict, err := os.ReadFile("../../sync/segment/dict/v1.dict")
			must(t, err)
			options = append(options, zstd.WithEncoderDict(dict))
		}
		w, err := zstd.NewWriter(nil, options...)
		must(t, err)
		return w.EncodeAll(p, nil)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte(strings.Repeat("办件", 40) + secret))
	must(t, w.Close())
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(secret)
	must(t, err)
	long := []byte(strings.Repeat("办件", 40) + secret + "。")
	cases := map[string][]byte{
		"plain": long, "gb": []byte(gb), "hex": []byte(hex.EncodeToString(long)), "zstd": append([]byte("head"), pack(long, false)...), "dict": pack(long, true),
		"gzip": zipped.Bytes(), "zstd of base64": pack([]byte(base64.StdEncoding.EncodeToString(long)), false),
	}
	for shift := range 3 {
		cases["base64 "+string(rune('0'+shift))] = []byte(base64.URLEncoding.EncodeToString(append(make([]byte, shift), long...)))
	}
	for name, data := range cases {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "file"), append([]byte("xx"), data...), 0o600))
		if found, _ := tells(t, dir, secret); len(found) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// TestNothingThatTravelsTells: names, numbers and phones stand nowhere in segments,
// scans and sticks, nor in the homes that they come from.
func TestNothingThatTravelsTells(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	paper := filepath.Join(t.TempDir(), "申请人测试1.txt")
	text := strings.Repeat("申请人 测试1，身份证号 "+person(1).Number+"，电话 13800000000。\n", 3000)
	must(t, os.WriteFile(paper, []byte(text), 0o600))
	d.at(d.vil, Write, func(s *Station) { d.acceptScan(s, 1, paper) })
	d.cases(3)
	stick := t.TempDir()
	d.export(d.vil, stick) // tails
	d.at(d.vil, Write, func(s *Station) { must(t, s.SealTails(t.Context())) })
	d.export(d.vil, stick) // and sealed
	_, addr, stop := d.serve(d.hub, "-")
	d.sync(d.vil, addr)
	stop()
	secrets := []string{"测试1", "测试2", person(1).Number, person(2).Number, "13800000000", person(1).Number[:12]}
	for _, dir := range []string{d.vil.Home, d.hub.Home, stick} {
		assertSilent(t, dir, secrets...)
	}
	for _, home := range []string{d.vil.Home, d.hub.Home} { // the folders that the name says are there
		pieces, err := filepath.Glob(filepath.Join(home, "*", testVillage+"-*-scans"))
		must(t, err)
		segments, err := filepath.Glob(filepath.Join(home, "segments", testVillage+"-"+time.Now().Format("2006"), "*", "*"))
		must(t, err)
		if len(pieces) == 0 || len(segments) == 0 {
			t.Errorf("%s: %d folders of scans, %d of segments", home, len(pieces), len(segments))
		}
	}
}
