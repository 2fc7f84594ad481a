package recording_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/conformance"
	"onedoor/app/cardreader/recording"
	"onedoor/app/cardreader/simulator"
)

// other is a person who is not the one of the recordings.
func other() simulator.Card {
	return simulator.Card{ID: "other", Kind: "resident", NewAddress: "湖北省荆门市沙洋县后港镇新街9号", Fields: []string{"李秀兰", "2", "01", "20150815",
		"湖北省荆门市沙洋县后港镇安坪村九组", "440604201508150036", "沙洋县公安局后港所", "20211231", "20311231"}}
}

type hands struct {
	sim  *simulator.Simulator
	card simulator.Card
}

func (h hands) Place() { h.sim.Place(h.card) }
func (h hands) Lift()  { h.sim.Lift() }

// record runs the conformance suite on a simulator and returns the text of the
// session.
func record(t *testing.T, faults string) []byte {
	t.Helper()
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{ManualLift: true, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	dial, _, err := cardreader.Dialer(sim.URL())
	if err != nil {
		t.Fatal(err)
	}
	rec := recording.NewRecorder(time.Now)
	report := conformance.Run(t.Context(), conformance.Subject{Dial: cardreader.Record(dial, rec),
		Operator: hands{sim, other()}, Patience: 5 * time.Second, Now: time.Now})
	if !report.OK {
		t.Errorf("%+v", report.Checks)
	}
	var out bytes.Buffer
	if _, err := rec.Session().WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The suite passes on a recorded session as it did on the reader.
func TestReplayConforms(t *testing.T) {
	for _, faults := range []string{"", "fragment=20"} {
		t.Run(faults, func(t *testing.T) {
			t.Parallel()
			s, err := recording.Parse(bytes.NewReader(record(t, faults)))
			if err != nil {
				t.Fatal(err)
			}
			report := conformance.Run(t.Context(), conformance.Subject{Dial: cardreader.Replay(s), Patience: 5 * time.Second, Now: time.Now})
			for _, c := range report.Checks {
				if c.Verdict != conformance.Pass {
					t.Errorf("%s: %s %s", c.ID, c.Verdict, c.Detail.En)
				}
			}
		})
	}
}

// A driver reads the fictional person from a recording of somebody else.
func TestReplayURL(t *testing.T) {
	sim, err := simulator.Listen("tcp://127.0.0.1:0", simulator.Options{Cards: []simulator.Card{other()}, Faults: "badsum@read,garbage=5@find"})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	rec := recording.NewRecorder(time.Now)
	read := func(url string, opts ...cardreader.Option) *cardreader.Card {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		r, err := cardreader.Open(ctx, url, opts...)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		card, err := r.ReadCard(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return card
	}
	card := read(sim.URL(), cardreader.WithDial(func(d cardreader.Dial) cardreader.Dial { return cardreader.Record(d, rec) }))
	if card.Name != "李秀兰" {
		t.Fatal(card.Name)
	}
	path := filepath.Join(t.TempDir(), "one session.rec")
	var text bytes.Buffer
	rec.Session().WriteTo(&text)
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	card = read("sdt+replay://" + path)
	if card.Name != "张三丰" || card.Number != "44060419900307201X" || !strings.HasSuffix(card.NewAddress, "新址路9号") {
		t.Errorf("%s %s %s", card.Name, card.Number, card.NewAddress)
	}
	if n := len(rec.Session().Events); n != 0 {
		t.Errorf("%d events are left", n)
	}
}

func TestReplayErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.rec")
	os.WriteFile(path, []byte("nonsense"), 0o600)
	for url, want := range map[string]string{
		"sdt+replay://" + path:          cardreader.CodeBadURL,
		"sdt+replay:///no/such/file":    cardreader.CodeNoReader,
		"sdt+replay://host/file":        cardreader.CodeBadURL,
		"sdt+replay://" + path + "?x=1": cardreader.CodeBadURL,
	} {
		_, err := cardreader.Open(t.Context(), url)
		if cardreader.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
}

// A request that was never recorded is met with silence, not with another's answer.
func TestReplayUnknownRequest(t *testing.T) {
	s, err := recording.Parse(strings.NewReader("card-recording 1\n0 open 0\n0 > AA AA AA 96 69 00 03 11 FF ED\n1 < AA AA AA 96 69 00 04 00 00 90 94\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := cardreader.New(cardreader.Replay(s), cardreader.WithTimeouts(cardreader.Timeouts{Answer: 50 * time.Millisecond, ReadAnswer: 50 * time.Millisecond,
		Gap: 50 * time.Millisecond, Frame: time.Second, Late: 100 * time.Millisecond, Quiet: 5 * time.Millisecond, Find: 5 * time.Millisecond}))
	defer r.Close()
	if err := r.Status(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := r.SAMID(t.Context()); cardreader.CodeOf(err) != cardreader.CodeTimeout {
		t.Error(err)
	}
}
