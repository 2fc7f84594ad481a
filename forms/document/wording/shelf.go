package wording

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Pages lists every version of every kind and part, as its file has it: kinds
// first, then parts, by name and version.
func (b *Book) Pages() []*Page {
	var out []*Page
	for _, shelf := range []map[string][]*Page{b.pages, b.parts} {
		var all []*Page
		for _, versions := range shelf {
			all = append(all, versions...)
		}
		slices.SortFunc(all, func(x, y *Page) int { return cmp.Or(cmp.Compare(x.Name(), y.Name()), x.Version-y.Version) })
		out = append(out, all...)
	}
	return out
}

// InForce is the version of a kind or part of a day, as its file has it; nil if
// there is none.
func (b *Book) InForce(name string, day time.Time) *Page {
	at := day.In(Zone).Format(time.DateOnly)
	if p := inForce(b.pages[name], at); p != nil {
		return p
	}
	return inForce(b.parts[name], at)
}

// Latest is the highest version of a kind or part; nil if there is none.
func (b *Book) Latest(name string) *Page {
	versions := b.pages[name]
	if len(versions) == 0 {
		versions = b.parts[name]
	}
	if len(versions) == 0 {
		return nil
	}
	return versions[len(versions)-1]
}

// Template is the latest version of a kind or part as the file of the next one,
// in force from a day on: to be changed and imported. Nil if there is none.
func (b *Book) Template(name, from string) []byte {
	last := b.Latest(name)
	if last == nil {
		return nil
	}
	next := *last
	next.Version, next.From, next.To = last.Version+1, from, ""
	text, err := json.MarshalIndent(&next, "", "  ")
	if err != nil { // it was read from such a file
		return nil
	}
	return append(text, '\n')
}
