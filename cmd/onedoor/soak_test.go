package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"onedoor/cmd/story/play"
	"onedoor/internal/thinline"
)

// soakTime is how long cases are entered while things break: "make soak" asks for
// minutes.
func soakTime(t *testing.T) time.Duration {
	d, err := time.ParseDuration(os.Getenv("ONEDOOR_SOAK"))
	if err != nil || d <= 0 {
		return 15 * time.Second
	}
	t.Logf("%v", d)
	return d
}

// soakPC is one device of the soak: its daemon is killed and started again.
type soakPC struct {
	home, listen string // listen is empty where nobody comes to
	superior     string // address of the line to it; "" at the hub
	line         *thinline.Line
	clerk        play.Person
	division     string

	mu     sync.Mutex
	daemon *play.Child
}

// soak is a district of real processes in which everything breaks at random.
type soak struct {
	t     *testing.T
	s     *play.Land
	items []item
	until time.Time

	mu                                        sync.Mutex
	told                                      map[string]string // number -> home that told it
	bulk, busy, lost, kills, cuts, acts, runs int
}

// TestSoak: three villages, a town and the district, each a process of the shipped
// program. Cases are entered everywhere while lines are cut and daemons and commands
// are ended by kill -9. Healed, all hold the same, every number that was told exists
// everywhere it belongs, none twice, and all logs are sound.
func TestSoak(t *testing.T) {
	k := &soak{t: t, s: district(t), told: map[string]string{}}
	k.items = slices.DeleteFunc(plainItems(t, k.s), func(i item) bool { return i.Instant })
	pcs := k.people()
	k.until = time.Now().Add(soakTime(t))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var wg sync.WaitGroup
	for i, pc := range pcs {
		random := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i)*8+n)) }
		wg.Go(func() { k.keep(pc, random(0)) })
		wg.Go(func() { k.enter(pc, i, random(1)) })
		if pc.line != nil {
			wg.Go(func() { k.cut(pc, random(2)) })
		}
	}
	wg.Wait()
	for _, pc := range pcs {
		k.start(pc)
	}
	for i, pc := range pcs[1:] {
		k.last(pc, 1_000_000+i)
	}
	begun := time.Now()
	ops := k.heal(pcs)
	t.Logf("healed after %v", time.Since(begun).Round(time.Second))
	cases := k.check(pcs)
	t.Logf("%d cases (%d told one by one, %d in bulk), %d acts, %d ops; %d daemons and commands killed, %d cuts and outages, %d daemon starts; "+
		"%d commands found the home busy, %d lost their daemon", cases, len(k.told), k.bulk, k.acts, ops, k.kills, k.cuts, k.runs, k.busy, k.lost)
	for _, pc := range pcs {
		if stderr, err := pc.daemon.Stop(); err != nil {
			t.Errorf("%s: %v\n%s", pc.home, err, stderr)
		}
	}
}

// people enrols everybody and lays the lines: villages 1 and 2 to the town, village 3
// and the town to the district.
func (k *soak) people() (pcs []*soakPC) {
	t, s := k.t, k.s
	hub := &soakPC{home: "hub", division: play.District, clerk: play.Admin}
	town := &soakPC{home: "town", division: play.Town}
	vils := []*soakPC{{home: "village", division: play.Village, clerk: play.Clerk},
		{home: "village2", division: "440604011002"}, {home: "village3", division: "440604011003"}}
	for i, pc := range append([]*soakPC{town}, vils...) {
		if pc.clerk.Name == "" {
			pc.clerk = play.Person{Name: fmt.Sprintf("窗口%d", i), Password: fmt.Sprintf("demo-clerk-%d", i)}
			s.Env = append(s.Env, "ONEDOOR_NEW_PASSWORD="+pc.clerk.Password)
			must(t, s, new(any), play.Admin, "user", "add", "--home", "hub", "--name", pc.clerk.Name, "--role", "clerk", "--division", pc.division)
			s.Env = s.Env[:len(s.Env)-1]
		}
		if pc == vils[0] {
			continue // the base has it
		}
		tier := "village"
		if pc == town {
			tier = "town"
		}
		must(t, s, new(any), play.Person{}, "init", "--home", pc.home, "--division", pc.division, "--counter", "01", "--name", pc.home, "--out", pc.home+".request")
		must(t, s, new(any), play.Admin, "hub", "enroll", "--home", "hub", "--request", pc.home+".request", "--tier", tier, "--out", pc.home+".grant")
		must(t, s, new(any), play.Person{}, "join", "--home", pc.home, "--grant", pc.home+".grant")
	}
	for _, pc := range []*soakPC{hub, town} {
		port, err := play.FreePort()
		if err != nil {
			t.Fatal(err)
		}
		pc.listen = fmt.Sprintf("127.0.0.1:%d", port)
	}
	for i, to := range map[*soakPC]*soakPC{vils[0]: town, vils[1]: town, vils[2]: hub, town: hub} {
		i.line = &thinline.Line{Rate: 64_000, Delay: 20 * time.Millisecond, Loss: 0.02, Seed: 1, Now: time.Now}
		at, end, err := i.line.Forward(to.listen)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end)
		i.superior = "tcp://" + at
	}
	return append([]*soakPC{hub, town}, vils...)
}

// start runs the daemon of a PC. A machine under load may need more than one try.
func (k *soak) start(pc *soakPC) {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	args := []string{"serve", "--home", pc.home, "--hub", pc.superior}
	if pc.superior == "" {
		args = []string{"hub", "serve", "--home", pc.home}
	}
	args = append(args, "--lan", "off") // all links are those that are cut
	if pc.listen != "" {
		args = append(args, "--listen", "tcp://"+pc.listen)
	}
	var err error
	for range 5 {
		if pc.daemon, err = k.s.Start(k.t.Context(), new(play.Addrs), args...); err == nil {
			k.add(&k.runs, 1)
			return
		}
	}
	k.t.Errorf("%s: %v", pc.home, err)
	k.until = time.Now()
}

// keep runs a daemon and ends it by kill -9, over and over. Now and then it stays away
// for a while.
func (k *soak) keep(pc *soakPC, random *rand.Rand) {
	for time.Now().Before(k.until) {
		k.start(pc)
		k.sleep(random, 2*time.Second, 20*time.Second)
		if pc.daemon == nil {
			return
		}
		pc.daemon.Kill()
		k.add(&k.kills, 1)
		if random.IntN(3) == 0 {
			k.sleep(random, 0, 8*time.Second)
		}
	}
}

// cut breaks a line: in the middle of what is on it, or for a while.
func (k *soak) cut(pc *soakPC, random *rand.Rand) {
	for time.Now().Before(k.until) {
		switch random.IntN(3) {
		case 0:
			pc.line.Down(true)
			k.sleep(random, 0, 10*time.Second)
			pc.line.Down(false)
		case 1:
			pc.line.CutAfter(1 + random.Int64N(60_000))
		default:
			pc.line.Cut()
		}
		k.add(&k.cuts, 1)
		k.sleep(random, time.Second, 8*time.Second)
	}
	pc.line.CutAfter(0)
	pc.line.Down(false)
}

// sleep waits a random time, and not beyond the end.
func (k *soak) sleep(random *rand.Rand, least, most time.Duration) {
	d := least + time.Duration(random.Int64N(int64(most-least)))
	time.Sleep(max(0, min(d, time.Until(k.until))))
}

func (k *soak) add(n *int, by int) {
	k.mu.Lock()
	*n += by
	k.mu.Unlock()
}
