package segment_test

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/sync/oplog"
	"onedoor/sync/segment"
)

// FuzzParseName: names come from peers and become paths on our disk.
func FuzzParseName(f *testing.F) {
	h := segment.Header{LogID: goldenOps()[0].LogID, First: 7}
	tail := segment.TailName(h.Device, h.Epoch)
	sealed := segment.SealedName(h, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), hash(0xab))
	for _, s := range []string{tail, sealed, "", "../" + tail, strings.ToUpper(tail), tail + "\n", tail + "/x", "/" + tail, sealed[:40] + "/../" + sealed[40:],
		strings.Replace(sealed, "0000000007", "9999999999999999999", 1), strings.Replace(sealed, "/", `\`, 1), "con/aux.tail"} {
		f.Add(s)
	}
	elements := regexp.MustCompile(`^[a-z0-9]+(/[0-9]{6})?/[a-z0-9-]+\.(tail|seg)$`)
	f.Fuzz(func(t *testing.T, s string) {
		n, err := segment.ParseName(s)
		if err != nil {
			return
		}
		if !elements.MatchString(s) || path.Clean(s) != s || path.IsAbs(s) {
			t.Fatalf("%q was read: not a plain path below a folder", s)
		}
		if n.Sealed != strings.HasSuffix(s, ".seg") || !strings.Contains(s, n.Epoch.String()) {
			t.Fatalf("%q was read as %+v", s, n)
		}
		if n.Sealed && !strings.HasSuffix(s, fmt.Sprintf("%d-%s.seg", n.First, n.Hash8)) {
			t.Fatalf("%q was read as %+v", s, n)
		}
	})
}

// FuzzParseFolder: folder ids come from peers, and from grants.
func FuzzParseFolder(f *testing.F) {
	for _, s := range []string{"realm-2026", "440604100001-2026", "", "-", "realm-", "realm-20260", "Realm-2026", "../x-2026", "440604100001-2026-2026", "realm-２０２６"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		scope, year, err := segment.ParseFolder(id)
		if err != nil {
			if !errors.Is(err, segment.ErrRefused) {
				t.Fatalf("%q: untyped error %v", id, err)
			}
			return
		}
		if scope.Check() != nil || strings.ContainsAny(id, `/\.:`) {
			t.Fatalf("%q was read as %q, %d", id, scope, year)
		}
	})
}

// TestNamesRoundTrip: what is written is read back, and nothing else is a folder
// or a file of ours.
func TestNamesRoundTrip(t *testing.T) {
	log := goldenOps()[0].LogID
	for _, first := range []uint64{1, 7, 9999999999, 10000000000, 1 << 62} {
		h := segment.Header{LogID: log, First: first}
		for _, month := range []time.Month{1, 12} {
			s := segment.SealedName(h, time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC), hash(0xab))
			n, err := segment.ParseName(s)
			if err != nil || n != (segment.Name{Device: log.Device, Epoch: log.Epoch, Sealed: true, First: first, Hash8: "abababab"}) {
				t.Errorf("%s: %+v, %v", s, n, err)
			}
		}
	}
	n, err := segment.ParseName(segment.TailName(log.Device, log.Epoch))
	if err != nil || n != (segment.Name{Device: log.Device, Epoch: log.Epoch}) {
		t.Errorf("%+v, %v", n, err)
	}
	for _, scope := range []oplog.Scope{oplog.Realm, "440604100001"} {
		if s, y, err := segment.ParseFolder(segment.FolderID(scope, 2026)); err != nil || s != scope || y != 2026 {
			t.Errorf("%s: %q, %d, %v", scope, s, y, err)
		}
	}
	for _, bad := range []string{"", "realm", "realm-", "realm-26", "realm-20266", "x-2026", "440604-2026", "realm/2026", "realm-2026-1"} {
		if _, _, err := segment.ParseFolder(bad); !errors.Is(err, segment.ErrRefused) {
			t.Errorf("folder %q: %v", bad, err)
		}
	}
}

// FuzzParseHeader: a header has one spelling.
func FuzzParseHeader(f *testing.F) {
	h := segment.Header{Suite: 1, LogID: goldenOps()[0].LogID, First: 7, Prev: hash(0xf1)}
	f.Add(h.Append(nil))
	h.Scope, h.First = oplog.Realm, 1<<40
	f.Add(h.Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, n, err := segment.ParseHeader(data)
		if err != nil {
			if !errors.Is(err, segment.ErrRefused) && !errors.Is(err, segment.ErrTorn) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if n > len(data) || string(h.Append(nil)) != string(data[:n]) {
			t.Fatalf("%+v has a second spelling: %x", h, data[:min(n, len(data))])
		}
	})
}
