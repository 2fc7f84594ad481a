package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/wording"
)

// districtPress is the press with the district's own wording, as of one state
// of realm.
type districtPress struct {
	revision uint64
	press    *document.Press
	files    map[string][]byte // by name and version
}

// press draws with the wording that the district has set, as held now.
func (d *Desk) press(ctx context.Context) (*document.Press, error) {
	p, err := d.wording(ctx)
	if err != nil {
		return nil, err
	}
	return p.press, nil
}

func (d *Desk) wording(ctx context.Context) (*districtPress, error) {
	rev, err := d.ledger.Revision(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.paper != nil && d.paper.revision == rev {
		return d.paper, nil
	}
	rows, err := d.ledger.States(ctx, counter.ScopeRealm, "wording")
	if err != nil {
		return nil, err
	}
	p := &districtPress{revision: rev, press: d.cfg.Papers.Press, files: map[string][]byte{}}
	for _, r := range rows {
		var st counter.WordingState
		if json.Unmarshal(r.JSON, &st) != nil || st.Wording == nil {
			continue
		}
		if page, err := wording.Decode(st.Wording); err == nil {
			p.files[fileOf(page)] = st.Wording
		}
	}
	if len(p.files) > 0 {
		p.press = p.press.WithWording(bookWith(p.press.Book(), p.files))
	}
	d.paper = p
	return p, nil
}

func fileOf(p *wording.Page) string { return p.Name() + "-" + strconv.Itoa(p.Version) + ".json" }

// bookWith takes in the files that fit. All were checked together when the
// district imported them; one that no longer fits a newer program's own pages
// must not keep the others from being printed.
func bookWith(book *wording.Book, files map[string][]byte) *wording.Book {
	if all, err := book.WithFiles(files); err == nil {
		return all
	}
	for range files { // a page may need a part that comes after it
		for name, text := range files {
			if one, err := book.WithFiles(map[string][]byte{name: text}); err == nil {
				book = one
			}
		}
	}
	return book
}

// WordingLine is one version of a kind of document, or of a part of some.
type WordingLine struct {
	Name     string `json:"name"`
	Part     bool   `json:"part"`
	Version  int    `json:"version"`
	From     string `json:"effective_from"`
	To       string `json:"effective_to"`
	Title    string `json:"title"`
	District bool   `json:"district"` // set by the district; else it comes with the program
	InForce  bool   `json:"in_force"`
}

// Wordings lists every version of every kind of document and part.
func (d *Desk) Wordings(ctx context.Context) ([]WordingLine, error) {
	w, err := d.wording(ctx)
	if err != nil {
		return nil, err
	}
	book, out := w.press.Book(), []WordingLine{}
	for _, p := range book.Pages() {
		_, district := w.files[fileOf(p)]
		line := WordingLine{Name: p.Name(), Part: p.Part != "", Version: p.Version, From: p.From, To: p.To, Title: p.Called(), District: district}
		now := book.InForce(p.Name(), d.cfg.Now())
		line.InForce = now != nil && now.Version == p.Version
		out = append(out, line)
	}
	return out, nil
}

// WordingTemplate is the file of the next version of a kind or part, to be
// changed and imported; in force from tomorrow unless changed.
func (d *Desk) WordingTemplate(ctx context.Context, name string) ([]byte, error) {
	w, err := d.wording(ctx)
	if err != nil {
		return nil, err
	}
	text := w.press.Book().Template(name, string(d.today().AddDays(1)))
	if text == nil {
		return nil, counter.Ef(counter.CodeNotFound, "没有这种文书:%s", "there is no kind or part %q", name).
			Hint("名单见 onedoor document wording list", "see onedoor document wording list")
	}
	return text, nil
}

// ImportWording sets a version of a kind of document or part for the whole
// district, from its first day on. It reaches the counters by sync. The file is
// checked together with everything that is in force then; all faults are told.
func (s *Session) ImportWording(ctx context.Context, text []byte) (Import, error) {
	if err := s.mustAdminister(); err != nil {
		return Import{}, err
	}
	w, err := s.wording(ctx)
	if err != nil {
		return Import{}, err
	}
	page, err := wording.Decode(text)
	if err != nil {
		return Import{}, counter.E(counter.CodeInvalid, "读不懂这个文件", "the file cannot be read").
			Hint("先用 document wording template 写出样子再改;格式见 docs/documents.md", "start from document wording template; see docs/documents.md").Because(err)
	}
	book, name := w.press.Book(), fileOf(page)
	for _, old := range book.Pages() {
		if fileOf(old) == name && old.Fingerprint() == page.Fingerprint() {
			return Import{Unchanged: 1}, nil
		}
	}
	if last := book.Latest(page.Name()); last != nil && page.From <= string(s.today()) {
		return Import{}, counter.Ef(counter.CodeInvalid, "开始使用的日期 %s 不在今天之后", "effective_from %s is not after today", page.From).
			Hint("今天和以前的文书已经用现在的文字出具;请把 effective_from 写成明天或以后", "papers of today carry the present words: begin tomorrow or later")
	}
	if _, err := book.WithFiles(map[string][]byte{name: text}); err != nil {
		return Import{}, wordingError(err)
	}
	raw, err := json.Marshal(json.RawMessage(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	if err != nil {
		return Import{}, wordingError(err)
	}
	return Import{Imported: 1}, s.ledger.Record(ctx, func(rec counter.Recorder) error {
		return s.set(rec, "wording.set", uuid.Nil, counter.WordingPayload{Wording: raw})
	})
}

func wordingError(err error) error {
	out := counter.E(counter.CodeInvalid, "文书文件有错,没有导入", "the file has faults and was not imported").
		Hint("按所列位置改正后再导入", "correct what is listed and import again")
	var e *wording.Error
	if !errors.As(err, &e) {
		return out.Because(err)
	}
	for _, f := range e.Faults {
		out = out.With(counter.Problem{Where: f.Where, What: f.Zh, Fix: f.En})
	}
	return out
}
