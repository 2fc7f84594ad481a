package wording

import "strings"

// Fault is one thing that is wrong in a file or among given facts.
type Fault struct {
	Where  string // e.g. supplement v1: blocks[3].text
	Zh, En string
}

// Error holds everything that is wrong, never only the first thing.
type Error struct{ Faults []Fault }

// Error lists all faults in both languages.
func (e *Error) Error() string {
	var lines []string
	for _, f := range e.Faults {
		lines = append(lines, f.Where+": "+f.Zh+" / "+f.En)
	}
	return strings.Join(lines, "; ")
}

// faults collects what is wrong with one page.
type faults struct {
	page string
	list []Fault
}

func (f *faults) add(where, zh, en string) {
	if f.page != "" {
		where = f.page + ": " + where
	}
	f.list = append(f.list, Fault{where, zh, en})
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &Error{f.list}
}
