package pinyin

import (
	"sort"
	"strings"
)

// Entry is one thing to find: by its texts, the most telling one first.
type Entry struct {
	Key   string // returned with the hit; also breaks ties
	Texts []string
}

// Index finds entries. It is made once and safe for use by many at a time.
type Index struct{ rows []row }

type row struct {
	key   string
	texts []Text
	size  int // characters of the first text
}

// NewIndex prepares entries; prepare is Prepare or PrepareName.
func NewIndex(entries []Entry, prepare func(string) Text) *Index {
	x := &Index{rows: make([]row, len(entries))}
	for i, e := range entries {
		x.rows[i].key = e.Key
		for _, s := range e.Texts {
			x.rows[i].texts = append(x.rows[i].texts, prepare(s))
		}
		if len(x.rows[i].texts) > 0 {
			x.rows[i].size = len(x.rows[i].texts[0].runes)
		}
	}
	return x
}

// Hit is one entry that matches.
type Hit struct {
	Key   string
	Index int // position in the entries that the index was made of
	Score Score
	text  int
	size  int
}

// Search gives the entries in which every word of the query matches some text,
// best first, at most limit (all if limit <= 0). Equal matches are ordered by
// the rank of the text, the shorter first text, and the key, so that the same
// query always gives the same list. An empty query gives nothing.
func (x *Index) Search(query string, limit int) []Hit {
	words := queryWords(query)
	if len(words) == 0 {
		return nil
	}
	var hits []Hit
	for i := range x.rows {
		if h, ok := x.rows[i].match(words); ok {
			h.Index = i
			hits = append(hits, h)
		}
	}
	sort.Slice(hits, func(i, j int) bool { return hits[i].before(hits[j]) })
	if limit > 0 && len(hits) > limit {
		hits = hits[:limit]
	}
	return hits
}

func queryWords(query string) (words []Query) {
	if r := []rune(query); len(r) > 4*maxQuery {
		query = string(r[:4*maxQuery])
	}
	for _, w := range strings.Fields(query) {
		if q := NewQuery(w); !q.Empty() {
			words = append(words, q)
		}
	}
	return words
}

// match takes, for each word, the text that it matches best; the worst word
// decides the rank of the row.
func (r *row) match(words []Query) (Hit, bool) {
	h := Hit{Key: r.key, size: r.size}
	for n, q := range words {
		best, at := Score{Tier: noMatch}, 0
		for i, t := range r.texts {
			if s, ok := t.Match(q); ok && s.Less(best) {
				best, at = s, i
			}
		}
		if best.Tier == noMatch {
			return Hit{}, false
		}
		if n == 0 || h.Score.Less(best) {
			h.Score, h.text = best, at
		}
	}
	return h, true
}

func (h Hit) before(o Hit) bool {
	switch {
	case h.Score.Tier != o.Score.Tier:
		return h.Score.Tier < o.Score.Tier
	case h.text != o.text:
		return h.text < o.text
	case h.Score != o.Score:
		return h.Score.Less(o.Score)
	case h.size != o.size:
		return h.size < o.size
	case h.Key != o.Key:
		return h.Key < o.Key
	}
	return h.Index < o.Index
}
