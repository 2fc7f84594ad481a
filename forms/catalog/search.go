package catalog

import (
	"sort"
	"strings"

	"onedoor/app/counter"
	"onedoor/internal/pinyin"
)

// Index finds items of a catalogue as a clerk types: by name, by any character
// of it, by pinyin initials or syllables in any mixture, by what people call
// the item, and by code.
type Index struct {
	items []counter.Item
	codes []string
	index *pinyin.Index
}

// NewIndex prepares the items for search; it keeps the slice.
func NewIndex(items []counter.Item) *Index {
	x := &Index{items: items}
	entries := make([]pinyin.Entry, len(items))
	for i, it := range items {
		x.codes = append(x.codes, strings.ToLower(it.Code))
		entries[i] = pinyin.Entry{Key: it.Code, Texts: append([]string{it.Name}, it.Aliases...)}
	}
	x.index = pinyin.NewIndex(entries, pinyin.Prepare)
	return x
}

// Search gives the items that match, best first, at most limit (all if
// limit <= 0). A code or its beginning comes before everything else. An empty
// query gives the catalogue in its own order.
func (x *Index) Search(query string, limit int) []counter.Item {
	q := strings.ToLower(counter.Narrow(query))
	var order []int
	if q == "" {
		for i := range x.items {
			order = append(order, i)
		}
	} else {
		order = x.ranked(q)
	}
	if limit > 0 && len(order) > limit {
		order = order[:limit]
	}
	out := make([]counter.Item, len(order))
	for n, i := range order {
		out[n] = x.items[i]
	}
	return out
}

func (x *Index) ranked(q string) (order []int) {
	taken := make([]bool, len(x.items))
	for i, code := range x.codes {
		if strings.HasPrefix(code, q) {
			order, taken[i] = append(order, i), true
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return x.codes[order[i]] < x.codes[order[j]] })
	for _, h := range x.index.Search(q, 0) {
		if !taken[h.Index] {
			order = append(order, h.Index)
		}
	}
	return order
}
