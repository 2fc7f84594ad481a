package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"onedoor/cmd/story/play"
)

// enter lets the clerk of a PC work: one case at a time, papers in bulk, and acts on
// the clerk's own cases; now and then the command is killed.
func (k *soak) enter(pc *soakPC, index int, random *rand.Rand) {
	who, file := "who-"+pc.home+".json", pc.home+".jsonl"
	var mine []string
	for n := index * 100_000; time.Now().Before(k.until); n += 10 {
		switch turn := random.IntN(4); {
		case turn == 0:
			importFile(k.t, k.s, file, k.items, n, 10)
			var v struct{ Accepted int }
			if k.run(pc, random, &v, "case", "import", file) {
				k.add(&k.bulk, v.Accepted)
			}
		case turn == 1 && len(mine) > 0:
			number := mine[len(mine)-1]
			mine = mine[:len(mine)-1] // not tried again: a command that was killed may have done it
			if k.run(pc, random, new(any), "case", "act", number, "handover") {
				k.add(&k.acts, 1)
			}
		default:
			text, _ := json.Marshal(person(n))
			write(k.t, k.s, who, string(text))
			var v struct{ Number string }
			if k.run(pc, random, &v, "case", "accept", "--item", k.items[n%len(k.items)].Code, "--applicant", who, "--material", "all"); v.Number != "" {
				mine = append(mine, v.Number)
				k.mu.Lock()
				if other := k.told[v.Number]; other != "" {
					k.t.Errorf("%s was told at %s and at %s", v.Number, other, pc.home)
				}
				k.told[v.Number] = pc.home
				k.mu.Unlock()
			}
		}
	}
}

// last enters a case when everything runs again: it must come through. On a slow
// machine it may be the only one of a PC.
func (k *soak) last(pc *soakPC, n int) {
	k.t.Helper()
	text, _ := json.Marshal(person(n))
	write(k.t, k.s, "last.json", string(text))
	r, err := k.s.Run(k.t.Context(), pc.clerk, "case", "accept", "--home", pc.home, "--item", k.items[0].Code, "--applicant", "last.json", "--material", "all", "--json")
	var v struct{ Number string }
	if err != nil || r.JSON(&v) != nil || v.Number == "" {
		k.t.Fatalf("%s, after all is well again: exit %d, %v\n%s", pc.home, r.Code, err, r.Stderr)
	}
	k.told[v.Number] = pc.home
}

// run is one command of a clerk; one in eight is killed on its way. What it printed
// is read in any case: a number that was told counts, however the command ended.
func (k *soak) run(pc *soakPC, random *rand.Rand, v any, args ...string) (done bool) {
	cmd := k.s.Command(k.t.Context(), pc.clerk, append(args, "--home", pc.home, "--json")...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		k.t.Error(err)
		return false
	}
	if random.IntN(8) == 0 {
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(1500*time.Millisecond))), func() { cmd.Process.Kill(); k.add(&k.kills, 1) })
		defer timer.Stop()
	}
	_ = cmd.Wait()
	_ = json.Unmarshal(out.Bytes(), v) // half a line tells nothing
	switch code := cmd.ProcessState.ExitCode(); code {
	case 0:
		return true
	case -1: // killed
	case 4:
		k.add(&k.busy, 1)
	case 1: // its daemon was killed
		k.add(&k.lost, 1)
	default:
		k.t.Errorf("%s: %s: exit %d\n%s", pc.home, strings.Join(args, " "), code, errs.String())
	}
	return false
}

// heal waits until everybody holds of its scopes what the hub holds.
func (k *soak) heal(pcs []*soakPC) (ops int) {
	var why string
	for limit := time.Now().Add(4 * time.Minute); time.Now().Before(limit); time.Sleep(time.Second) {
		if why, ops = k.differ(pcs); why == "" {
			return ops
		}
	}
	k.t.Errorf("not one state after 4 minutes: %s", why)
	return ops
}

func (k *soak) differ(pcs []*soakPC) (why string, ops int) {
	all, err := k.s.Digests(k.t.Context(), "hub")
	if err != nil {
		return err.Error(), 0
	}
	for _, d := range all {
		ops += d.Ops
		if d.Waiting > 0 {
			return fmt.Sprintf("%d ops of %s wait at the hub", d.Waiting, d.Scope), ops
		}
	}
	for _, pc := range pcs[1:] {
		held, err := k.s.Digests(k.t.Context(), pc.home)
		if err != nil {
			return err.Error(), ops
		}
		if !slices.ContainsFunc(held, func(d play.Digest) bool { return d.Scope == pc.division && d.Cases > 0 }) {
			return pc.home + " holds no case of its own", ops
		}
		for _, d := range held {
			if !slices.Contains(all, d) {
				return fmt.Sprintf("%s: %+v", pc.home, d), ops
			}
		}
	}
	return "", ops
}

// check looks for every number that was told, at its home and at the hub, and for
// numbers that exist twice.
func (k *soak) check(pcs []*soakPC) (cases int) {
	for _, pc := range pcs {
		who := pc.clerk
		var list []struct{ Number string }
		must(k.t, k.s, &list, who, "case", "list", "--home", pc.home)
		held := map[string]int{}
		for _, c := range list {
			if held[c.Number]++; held[c.Number] > 1 {
				k.t.Errorf("%s: number %s exists twice", pc.home, c.Number)
			}
		}
		lost := 0
		for number, home := range k.told {
			if (home == pc.home || pc.home == "hub") && held[number] == 0 {
				k.t.Errorf("%s: %s was told at %s and does not exist", pc.home, number, home)
				lost++
			}
		}
		if pc.home == "hub" {
			cases = len(list)
			if least := len(k.told) + k.bulk; cases < least {
				k.t.Errorf("%d cases at the hub, at least %d were accepted", cases, least)
			}
		}
		mustBeSound(k.t, k.s, pc.home)
		k.t.Logf("%s: %d cases, %d lost, log sound", pc.home, len(list), lost)
	}
	return cases
}
