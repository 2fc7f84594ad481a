package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"onedoor/cmd/story/play"
)

// TestNothingPersonalInTheClear looks through every byte that the program left on
// both sides' disks, in the grant and in the temporary folder.
func TestNothingPersonalInTheClear(t *testing.T) {
	t.Parallel()
	s := district(t)
	temp := filepath.Join(s.Dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	s.Env = append(s.Env, "TMPDIR="+temp, "TMP="+temp)
	hub := serveHub(t, s)
	write(t, s, "who.json", `{"name":"欧阳测试","number":"11010519491231002X","phone":"13912345678","address":"秘密街道第七号",
		"agent":{"name":"端木代办","number":"44060120000229117X","phone":"13787654321"}}`)
	code := plainItems(t, s)[0].Code
	var done struct{ Number string }
	must(t, s, &done, play.Clerk, "case", "accept", "--home", "village", "--item", code, "--applicant", "who.json", "--material", "all")
	var v any
	must(t, s, &v, play.Clerk, "case", "accept", "--home", "village", "--item", code, "--card-port", reader(t, s, "--card", "R1"), "--material", "all")
	must(t, s, &v, play.Clerk, "case", "act", "--home", "village", done.Number, "handover", "--opinion", "此人情况特殊请从速")
	must(t, s, &v, play.Clerk, "person", "find", "--home", "village", "11010519491231002X")
	must(t, s, &v, play.Person{}, "sync", "--home", "village", "--hub", hub)
	mustAgree(t, s)
	var photos struct{ Kept, Days int }
	if must(t, s, &photos, play.Person{}, "card", "photos", "--home", "village"); photos.Kept != 1 || photos.Days == 0 {
		t.Errorf("photos: %+v", photos)
	}
	for _, secret := range []string{
		"欧阳测试", "11010519491231002X", "1101051949", "13912345678", "秘密街道第七号", "端木代办", "44060120000229117X", "13787654321",
		"WLf\x00~\x00", "张三丰", "44060419900307201X", "张槎街道测试路", "此人情况特殊", play.Clerk.Name, play.Clerk.Password, play.Admin.Password,
	} {
		for _, pattern := range [][]byte{[]byte(secret), inUTF16(secret)} {
			for _, part := range []string{"village", "hub", "keys", "temp", "village.grant", "village.request"} {
				for _, path := range filesWith(t, filepath.Join(s.Dir, part), pattern) {
					t.Errorf("%q stands in the clear in %s", secret, path)
				}
			}
		}
	}
	// Six digits turn up by chance in digests, ids and numbers of cases; alone they are a leak.
	for _, part := range []string{"village", "hub", "keys", "temp", "village.grant", "village.request"} {
		for _, path := range filesWhere(t, filepath.Join(s.Dir, part), func(data []byte) bool { return standsAlone(data, "110105") }) {
			t.Errorf("the region of an ID number stands in the clear in %s", path)
		}
	}
}

// standsAlone tells whether a text occurs elsewhere than inside a run of more than ten
// digits of a hash, a uuid or a long number.
func standsAlone(data []byte, text string) bool {
	long := func(b byte) bool {
		return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' || b == '-'
	}
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte(text))
		if i < 0 {
			return false
		}
		at += i
		from, to := at, at+len(text)
		for ; from > 0 && long(data[from-1]); from-- {
		}
		for ; to < len(data) && long(data[to]); to++ {
		}
		if to-from <= 10 {
			return true
		}
	}
}

func TestStandsAlone(t *testing.T) {
	for text, want := range map[string]bool{
		"110105": true, `{"area":"110105"}`: true, "x\x00110105\x01": true, "11010a": false, "": false,
		"3f110105-9b1c-4d5e-8f00-aabbccddeeff": false, "440604011001202611010500010": false, "1767110105123 110105": true,
	} {
		if got := standsAlone([]byte(text), "110105"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func filesWith(t *testing.T, root string, pattern []byte) (found []string) {
	t.Helper()
	return filesWhere(t, root, func(data []byte) bool { return bytes.Contains(data, pattern) })
}

func filesWhere(t *testing.T, root string, tells func([]byte) bool) (found []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if tells(data) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func inUTF16(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}
