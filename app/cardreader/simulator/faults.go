package simulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"onedoor/app/cardreader/sdt"
)

// Fault is one thing that goes wrong. See ParseFaults.
type Fault struct {
	Name    string
	Command sdt.Command // 0: any
	Left    int         // how often still; negative: always
	Percent int         // chance per matching command
	Size    int         // bytes (fragment, garbage), line speed (baud, pace) or status byte
	Time    time.Duration
}

var commandNames = map[string]sdt.Command{
	"any": 0, "reset": sdt.Reset, "status": sdt.Status, "samid": sdt.SAMID, "find": sdt.Find,
	"select": sdt.Select, "read": sdt.Read, "address": sdt.Address,
}

// faultKinds: what the value means, its default, and how often the fault strikes
// unless told. Those of the line are always there, the others strike once.
var faultKinds = map[string]struct {
	unit string // "", "n", "hex", "time"
	size int
	time time.Duration
	left int
}{
	"fragment": {"n", 64, 0, -1},
	"garbage":  {"n", 64, 0, -1},
	"pace":     {"n", 9600, 0, -1},
	"baud":     {"n", 9600, 0, 1},
	"truncate": {"", 0, 0, 1},
	"badsum":   {"", 0, 0, 1},
	"silent":   {"", 0, 0, 1},
	"unplug":   {"", 0, 0, 1},
	"delay":    {"time", 0, 1500 * time.Millisecond, 1},
	"late":     {"time", 0, 1500 * time.Millisecond, 1},
	"status":   {"hex", int(sdt.ReadFailed), 0, 1},
}

// ParseFaults reads a comma-separated list of faults:
//
//	name[=value][@command][*count][%percent]
//
//	fragment[=64]    answers come in pieces of 1 to N bytes with random pauses
//	garbage[=64]     1 to N random bytes before the answer
//	pace[=9600]      answers come at the speed of that line
//	baud[=9600]      the module changes its line speed before it answers
//	truncate         the answer breaks off, then silence
//	badsum           the answer has a wrong checksum
//	silent           no answer
//	unplug           the connection breaks in the middle of the answer
//	delay[=1500ms]   the module is busy: this answer and later ones wait
//	late[=1500ms]    this answer is held back, later ones may overtake it
//	status=41        the command fails with that status byte (hex)
//
// command is reset, status, samid, find, select, read, address or any (the
// default). *count says how often (* alone: always); fragment, garbage and pace
// are always there unless told, the others strike once. %percent is the chance
// at each matching command, and makes a fault last. Spaces are ignored.
func ParseFaults(s string) ([]Fault, error) {
	var faults []Fault
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.ReplaceAll(item, " ", ""); item == "" {
			continue
		}
		f, err := parseFault(item)
		if err != nil {
			return nil, fmt.Errorf("simulator: fault %q: %w", item, err)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func parseFault(s string) (Fault, error) {
	s, percent, hasPercent := strings.Cut(s, "%")
	s, count, hasCount := strings.Cut(s, "*")
	s, command, hasCommand := strings.Cut(s, "@")
	name, value, hasValue := strings.Cut(s, "=")
	kind, known := faultKinds[name]
	if !known {
		return Fault{}, fmt.Errorf("unknown name, use one of %s", strings.Join(sortedKeys(faultKinds), ", "))
	}
	f := Fault{Name: name, Left: kind.left, Percent: 100, Size: kind.size, Time: kind.time}
	if hasPercent {
		n, err := strconv.Atoi(percent)
		if err != nil || n < 0 || n > 100 {
			return f, fmt.Errorf("percent must be 0 to 100")
		}
		f.Percent, f.Left = n, -1
	}
	if hasCount {
		n, err := strconv.Atoi(count)
		if count == "" {
			n, err = -1, nil
		}
		if err != nil || n == 0 {
			return f, fmt.Errorf("count must be a number above 0")
		}
		f.Left = n
	}
	if hasCommand {
		c, ok := commandNames[command]
		if !ok {
			return f, fmt.Errorf("unknown command, use one of %s", strings.Join(sortedKeys(commandNames), ", "))
		}
		f.Command = c
	}
	if !hasValue {
		return f, nil
	}
	return f, f.setValue(kind.unit, value)
}

func (f *Fault) setValue(unit, value string) error {
	switch unit {
	case "time":
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 || d > time.Hour {
			return fmt.Errorf("value must be a duration such as 1500ms")
		}
		f.Time = d
	case "hex":
		n, err := strconv.ParseUint(value, 16, 8)
		if err != nil {
			return fmt.Errorf("value must be a hexadecimal byte")
		}
		f.Size = int(n)
	case "n":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 1<<20 {
			return fmt.Errorf("value must be a number above 0")
		}
		if f.Size = n; f.Name == "baud" && !slices.Contains(sdt.Bauds[:], n) {
			return fmt.Errorf("value must be one of %v", sdt.Bauds)
		}
	default:
		return fmt.Errorf("takes no value")
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// strike takes the faults that hit this command now.
func strike(faults []Fault, cmd sdt.Command, rng *rand.Rand) map[string]Fault {
	hit := map[string]Fault{}
	for i := range faults {
		f := &faults[i]
		matches := f.Command == 0 || f.Command == cmd || f.Command == sdt.Read && cmd == sdt.ReadFingerprint
		if !matches || f.Left == 0 || rng.IntN(100) >= f.Percent {
			continue
		}
		if _, taken := hit[f.Name]; taken {
			continue // the same fault again is for the next command
		}
		if f.Left > 0 {
			f.Left--
		}
		hit[f.Name] = *f
	}
	return hit
}
