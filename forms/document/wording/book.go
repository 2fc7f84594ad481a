package wording

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed data/*.json
var shipped embed.FS

// Book holds all versions of all pages and parts. It is immutable.
type Book struct{ pages, parts map[string][]*Page }

// Load reads the files that come with the program.
func Load() (*Book, error) {
	sub, err := fs.Sub(shipped, "data")
	if err != nil {
		return nil, err
	}
	return (&Book{}).With(sub)
}

// With returns a book that has the *.json files of dir as well. A file replaces
// nothing: it adds a kind, or a version with days of its own. The same kind and
// version with other contents is refused, since papers out there carry it.
// Error: *Error with all faults of all files.
func (b *Book) With(dir fs.FS) (*Book, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = fs.ReadFile(dir, name); err != nil {
			return nil, err
		}
	}
	return b.WithFiles(files)
}

// WithFiles is With for files that lie in memory, by name.
func (b *Book) WithFiles(files map[string][]byte) (*Book, error) {
	out := &Book{pages: copyPages(b.pages), parts: copyPages(b.parts)}
	var f faults
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		p, err := Decode(data)
		if err != nil {
			f.add(path.Base(name), "读不懂这个文件", err.Error())
			continue
		}
		out.add(p, path.Base(name), &f)
	}
	if f.err() == nil {
		out.check(&f)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return out, nil
}

func copyPages(in map[string][]*Page) map[string][]*Page {
	out := map[string][]*Page{}
	for k, v := range in {
		out[k] = slices.Clone(v)
	}
	return out
}

func (b *Book) add(p *Page, file string, f *faults) {
	shelf := b.pages
	if p.Part != "" {
		shelf = b.parts
	}
	for _, q := range shelf[p.Name()] {
		if q.Version != p.Version {
			continue
		}
		if q.Fingerprint() != p.Fingerprint() {
			f.add(file, fmt.Sprintf("%s 第%d版已经有了，内容不同；请用新的版本号", p.Name(), p.Version),
				fmt.Sprintf("version %d of %s exists with other contents; use a new version", p.Version, p.Name()))
		}
		return
	}
	shelf[p.Name()] = append(shelf[p.Name()], p)
	slices.SortFunc(shelf[p.Name()], func(x, y *Page) int { return x.Version - y.Version })
}

// check resolves every page on every day on which anything changes and checks
// the result, so that a document can never fail because of its description.
func (b *Book) check(f *faults) {
	days := b.turningDays()
	for _, kind := range b.Kinds() {
		for i, day := range days {
			p := inForce(b.pages[kind], day)
			if p == nil || i > 0 && p == inForce(b.pages[kind], days[i-1]) && !b.partsTurn(p, days[i-1], day) {
				continue
			}
			resolved, err := b.resolve(p, day)
			if err != nil {
				f.list = append(f.list, err.(*Error).Faults...)
				continue
			}
			validate(resolved, f)
		}
	}
}

func (b *Book) partsTurn(p *Page, before, day string) bool {
	for _, name := range p.partNames() {
		if inForce(b.parts[name], before) != inForce(b.parts[name], day) {
			return true
		}
	}
	return false
}

func (b *Book) turningDays() []string {
	var days []string
	for _, shelf := range []map[string][]*Page{b.pages, b.parts} {
		for _, versions := range shelf {
			for _, p := range versions {
				days = append(days, p.From)
				if t, err := time.Parse(time.DateOnly, p.To); err == nil {
					days = append(days, t.AddDate(0, 0, 1).Format(time.DateOnly))
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// Kinds lists all kinds of documents in alphabetical order.
func (b *Book) Kinds() []string {
	var kinds []string
	for k := range b.pages {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return kinds
}

// At gives the page of a kind that is in force on a day, with its parts put in;
// nil if there is none.
func (b *Book) At(kind string, day time.Time) *Page {
	at := day.In(Zone).Format(time.DateOnly)
	p := inForce(b.pages[kind], at)
	if p == nil {
		return nil
	}
	out, err := b.resolve(p, at)
	if err != nil { // impossible: all days were tried when the book was made
		return nil
	}
	return out
}

// Find gives a version of a kind with the parts that it had when its
// fingerprint was taken; nil if no such words are here. Which parts those were
// follows from the fingerprint: a device that had not heard of a new part on
// its first day printed the old one.
func (b *Book) Find(kind string, version int, fingerprint string) *Page {
	for _, p := range b.pages[kind] {
		if p.Version != version {
			continue
		}
		for _, day := range append(b.turningDays(), "9999-12-31") {
			if out, err := b.resolve(p, day); err == nil && out.Fingerprint() == fingerprint {
				return out
			}
		}
	}
	return nil
}

// inForce is the highest version in force on a day.
func inForce(versions []*Page, day string) *Page {
	for _, p := range slices.Backward(versions) {
		if p.From <= day && (p.To == "" || day <= p.To) {
			return p
		}
	}
	return nil
}

func (p *Page) partNames() []string {
	names := slices.Clone(p.Use)
	for _, blk := range p.Blocks {
		if blk.Use != "" {
			names = append(names, blk.Use)
		}
	}
	return names
}

// resolve puts the parts of a day into a page. The page's own fields come
// before those of parts with the same key: a page may demand more.
func (b *Book) resolve(p *Page, day string) (*Page, error) {
	f := faults{page: fmt.Sprintf("%s v%d", p.Kind, p.Version)}
	out := *p
	out.Use, out.Fields, out.Blocks = nil, nil, nil
	part := func(name string) *Page {
		q := inForce(b.parts[name], day)
		if q == nil {
			f.add("use", "自"+day+"起没有可用的部件 "+name, "no part "+name+" is in force on "+day)
			return &Page{}
		}
		return q
	}
	for _, name := range p.Use {
		for _, field := range part(name).Fields {
			if _, own := find(p.Fields, field.Key); !own {
				out.Fields = append(out.Fields, field)
			}
		}
	}
	out.Fields = append(out.Fields, p.Fields...)
	for _, blk := range p.Blocks {
		if blk.Use == "" {
			out.Blocks = append(out.Blocks, blk)
			continue
		}
		for _, shared := range part(blk.Use).Blocks {
			shared.When = append(slices.Clone(blk.When), shared.When...)
			out.Blocks = append(out.Blocks, shared)
		}
	}
	if strings.TrimSpace(out.Title) == "" {
		f.add("title", "没有标题", "no title")
	}
	return &out, f.err()
}
