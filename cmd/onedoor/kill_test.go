package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"onedoor/cmd/story/play"
)

// kills is how often the program is killed; "make kill" asks for many more.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("ONEDOOR_TEST_KILLS"))
	if err != nil || n <= 0 {
		return 20
	}
	t.Logf("%d kills", n)
	return n
}

// TestKill ends acceptances by kill -9 at random moments. A number that was told
// to the clerk must exist afterwards, no number may exist twice, and the logs must
// be sound, all without any repair.
func TestKill(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	accept := func(n int, patience time.Duration) (number string) {
		who, err := json.Marshal(person(n))
		if err != nil {
			t.Fatal(err)
		}
		write(t, s, "who.json", string(who))
		cmd := s.Command(t.Context(), play.Clerk, "case", "accept", "--home", "village", "--item", code, "--applicant", "who.json",
			"--material", "all", "--out", "notices", "--json")
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		err = cmd.Wait()
		if timer.Stop() && err != nil {
			t.Fatalf("acceptance %d failed by itself: %v\n%s", n, err, errs.String())
		}
		var v struct{ Number string }
		json.Unmarshal(out.Bytes(), &v) // half a line tells no number
		return v.Number
	}
	begun := time.Now()
	told := []string{accept(0, time.Minute)}
	whole := time.Since(begun)

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, one acceptance takes %v", seed, whole)
	random := rand.New(rand.NewPCG(seed, 0))
	for n := range kills(t) {
		// A little longer than it takes, so that some come through and the end of the
		// work, where it matters, is hit as well as its beginning.
		if number := accept(1+n, time.Duration(random.Int64N(int64(whole*5/4)))); number != "" {
			told = append(told, number)
		}
	}
	told = append(told, accept(1_000_000, time.Minute))

	mustHold(t, s, told)
	mustBeSound(t, s, "village")
	before, err := s.Digests(t.Context(), "village")
	if err != nil {
		t.Fatal(err)
	}
	var rebuilt []play.Digest
	must(t, s, &rebuilt, play.Person{}, "rebuild", "--home", "village")
	for i := range before {
		if before[i] != rebuilt[i] {
			t.Errorf("rebuild: %+v, before %+v", rebuilt[i], before[i])
		}
	}
	hub := serveHub(t, s)
	must(t, s, new(synced), play.Person{}, "sync", "--home", "village", "--hub", hub)
	mustAgree(t, s)
}

// TestKillSync ends both sides of a round by kill -9 at random moments; whatever
// arrived stands, and the next undisturbed round brings the rest.
func TestKillSync(t *testing.T) {
	t.Parallel()
	s := district(t)
	items := plainItems(t, s)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for n := range max(4, kills(t)/10) {
		importFile(t, s, "more.jsonl", items, 100*n, 100)
		must(t, s, new(any), play.Clerk, "case", "import", "--home", "village", "more.jsonl")
		var at play.Addrs
		hub, err := s.Start(t.Context(), &at, "hub", "serve", "--home", "hub", "--listen", "tcp://127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		round := s.Command(t.Context(), play.Person{}, "sync", "--home", "village", "--hub", at.Listen, "--timeout", "20s")
		if err := round.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(400 * time.Millisecond))))
		if n%2 == 0 {
			round.Process.Kill()
		} else {
			hub.Kill()
			round.Process.Kill()
		}
		round.Wait()
		hub.Kill()
	}
	mustBeSound(t, s, "village", "hub")
	hub := serveHub(t, s)
	var last synced
	must(t, s, &last, play.Person{}, "sync", "--home", "village", "--hub", hub)
	if !last.Converged {
		t.Errorf("%+v", last)
	}
	mustAgree(t, s)
	mustBeSound(t, s, "village", "hub")
}

// TestKillDaemon ends the counter's daemon by kill -9 while several clerks have it
// accept cases: what it told one of them must exist.
func TestKillDaemon(t *testing.T) {
	t.Parallel()
	s := district(t)
	code := plainItems(t, s)[0].Code
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	var told []string
	for n := range max(3, kills(t)/10) {
		daemon, err := s.Start(t.Context(), new(play.Addrs), "serve", "--home", "village", "--hub", "-")
		if err != nil {
			t.Fatal(err)
		}
		numbers := make(chan string)
		const clerks = 3
		for i := range clerks {
			name := fmt.Sprintf("who%d.json", i)
			who, _ := json.Marshal(person(n*clerks + i))
			write(t, s, name, string(who))
			go func() {
				defer func() { numbers <- "" }()
				for range 4 {
					r, err := s.Run(t.Context(), play.Clerk, "case", "accept", "--home", "village", "--item", code, "--applicant", name,
						"--material", "all", "--json")
					var v struct{ Number string }
					if err != nil || r.JSON(&v) != nil || v.Number == "" {
						return
					}
					numbers <- v.Number
				}
			}()
		}
		time.AfterFunc(time.Duration(random.Int64N(int64(time.Second))), daemon.Kill)
		for left := clerks; left > 0; {
			if number := <-numbers; number == "" {
				left--
			} else {
				told = append(told, number)
			}
		}
		daemon.Kill()
	}
	mustHold(t, s, told)
	mustBeSound(t, s, "village")
}

// mustHold fails unless every number that was told exists, and none twice.
func mustHold(t *testing.T, s *play.Land, told []string) {
	t.Helper()
	var cases []struct{ Number string }
	must(t, s, &cases, play.Clerk, "case", "list", "--home", "village")
	held := map[string]int{}
	for _, c := range cases {
		if held[c.Number]++; held[c.Number] > 1 {
			t.Errorf("number %s exists twice", c.Number)
		}
	}
	seen := map[string]bool{}
	for _, number := range told {
		if held[number] == 0 || seen[number] || number == "" {
			t.Errorf("number %q was told and exists %d times", number, held[number])
		}
		seen[number] = true
	}
	t.Logf("%d cases exist, %d were told", len(cases), len(told))
}
