package counter

import (
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"

	"github.com/google/uuid"
)

// What json.Marshal writes, the short way reads, to the same value. A field
// added to a payload and forgotten there fails here.
func TestScanReadsWhatMarshalWrites(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 300 {
		p := randomAccept(rng)
		raw, _ := json.Marshal(p)
		var got AcceptPayload
		if !scanAccept(raw, &got) || !reflect.DeepEqual(got, p) {
			t.Fatalf("%s\n%+v", raw, got)
		}
		print := PrintPayload{Kind: "acceptance", Digest: "00", Copy: rng.Intn(3), IssuedAt: "2026-11-20T10:00:00+08:00"}
		if rng.Intn(2) == 0 {
			print.Version, print.Wording, print.Paper, print.CopyNo, print.Reprint = rng.Intn(3), "ab", "a4", rng.Intn(3), rng.Intn(3)
		}
		raw, _ = json.Marshal(print)
		var again PrintPayload
		if !scanPrint(raw, &again) || again != print {
			t.Fatalf("%s\n%+v", raw, again)
		}
	}
}

func randomAccept(rng *rand.Rand) AcceptPayload {
	p := acceptPayload(rng.Intn(2) == 0)
	p.Item.ID = uuid.New()
	p.Item.Name = []string{"", "老年人优待证", "x y", "张𬭳明"}[rng.Intn(4)]
	p.Read, p.ClockSuspicious, p.DueProvisional = []string{ReadCard, ReadTyped}[rng.Intn(2)], rng.Intn(2) == 0, rng.Intn(2) == 0
	p.PromisedDays = rng.Intn(100)
	p.Materials = nil
	if rng.Intn(4) > 0 {
		p.Materials = []GivenMaterial{}
	}
	for k := rng.Intn(4); p.Materials != nil && k > 0; k-- {
		m := GivenMaterial{Name: "材料", Provided: rng.Intn(2) == 0, Deferred: rng.Intn(2) == 0, Originals: rng.Intn(3), Copies: rng.Intn(12)}
		if rng.Intn(2) == 0 {
			m.File = &MaterialFile{"ab", int64(rng.Intn(1 << 28)), "jpg", []string{"", "00ff"}[rng.Intn(2)]}
		}
		if rng.Intn(2) == 0 {
			m.Supplies = "0011223344556677/0"
		}
		p.Materials = append(p.Materials, m)
	}
	return p
}

// Whatever the short way accepts, the general way reads to the same value.
func FuzzCasePayload(f *testing.F) {
	rng := rand.New(rand.NewSource(2))
	for range 8 {
		raw, _ := json.Marshal(randomAccept(rng))
		f.Add(raw)
	}
	f.Add([]byte(`{"kind":"acceptance","digest":"","copy":1,"issued_at":""}`))
	f.Add([]byte(`{"kind":"a","digest":"","copy":01,"issued_at":""}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fast, slow AcceptPayload
		if scanAccept(raw, &fast) && (decodePayload(raw, &slow) != readable || !reflect.DeepEqual(fast, slow)) {
			t.Fatalf("%s\n%+v\n%+v", raw, fast, slow)
		}
		var p, q PrintPayload
		if scanPrint(raw, &p) && (decodePayload(raw, &q) != readable || p != q) {
			t.Fatalf("%s\n%+v\n%+v", raw, p, q)
		}
	})
}
