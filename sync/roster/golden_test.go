package roster

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// update makes new golden files. It is for a new format version only: files that
// districts hold must open for ever.
var update = flag.Bool("update", false, "write testdata anew")

const goldenPhrase = "K7QF-2M9X-0000-TEST-0000"

// TestGoldenFiles opens files that were written once, as districts hold them.
func TestGoldenFiles(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	keys, err := UnmarshalKeys(read("device-keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	req, err := DecodeRequest(read("request.json"))
	if err != nil || req.Division != villageCode {
		t.Fatal(err)
	}
	g, err := DecodeGrant(read("grant.bin"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.Open(keys)
	if err != nil || len(got) != 2 || len(g.Files) != 3 {
		t.Fatal(err)
	}
	kit, err := DecodeRecoveryKit(read("recovery-kit.json"), "k7qf 2m9x oooo test oooo")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.In(kit.Root.Cert); err != nil {
		t.Fatal(err)
	}
	exported, err := DecodeKeys(read("scope-keys.json"), goldenPhrase)
	if err != nil || !bytes.Equal(exported.Root, g.Root) || len(exported.Keys) != 2 || exported.Keys[0] != got[0] || exported.Keys[1] != got[1] {
		t.Fatalf("%v, %v", exported, err)
	}
}

func writeGolden(t *testing.T) {
	w := newWorld(t, "440604", "示例区")
	keys, err := w.keys.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	kit, err := (&RecoveryKit{Root: w.root, CAs: [][]byte{w.auth.Cert()}}).encode(goldenPhrase, cheap)
	if err != nil {
		t.Fatal(err)
	}
	exported, err := encodeKeys(KeyBackup{Root: w.root.Cert, Keys: []ScopeKey{w.realmKey, w.scopeKey}}, goldenPhrase, cheap)
	if err != nil {
		t.Fatal(err)
	}
	os.MkdirAll("testdata", 0o755)
	for name, data := range map[string][]byte{"device-keys.json": keys, "request.json": w.request, "grant.bin": w.grantFile,
		"recovery-kit.json": kit, "scope-keys.json": exported} {
		if err := os.WriteFile(filepath.Join("testdata", name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
