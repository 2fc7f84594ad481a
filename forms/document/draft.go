package document

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"onedoor/forms/document/cjkfont"
	"onedoor/forms/document/wording"
)

// Draft is a document of any kind before it is drawn. What it can and must
// state is told by Press.Page. It holds no full ID number: numbers come masked
// from the caller.
type Draft struct {
	Kind     string
	Number   string    // case number; for papers without a case the number of the paper: printable ASCII, up to 64
	IssuedAt time.Time // when the record was made; chooses the wording in force; whole seconds count
	Facts    wording.Facts

	Copies    int    // how many copies were made (一式几份); 0: as the wording says
	CopyNo    int    // which of them this is, from 1; 0 is 1
	Reprint   int    // 0, or this is the n-th reprint (补打)
	Watermark string // e.g. 与原件核对无误，仅用于…; empty: as the wording says

	Scans [][]byte // pictures, PNG or JPEG, for kinds that take some

	Edition Edition // of a reprint: the wording that it was first printed with
}

// Edition names the words of a document that was printed before. The zero
// Edition is "the wording in force on the day of IssuedAt".
type Edition struct {
	Version     int    // of the page
	Fingerprint string // of the page with its parts put in
}

// draftDomain keeps this digest apart from that of a Notice and from every
// other use of SHA-256.
const draftDomain = "onedoor/document/v2\x00"

// job is a draft that was found complete, with the wording of its day.
type job struct {
	Draft
	page   *wording.Page
	facts  wording.Facts // canonical
	scope  wording.Scope
	title  string
	qr     string
	digest [sha256.Size]byte
	scans  []scan
}

// newJob checks a draft against the wording in force on its day. Error: *Error,
// which names everything that is missing.
func newJob(book *wording.Book, fonts *cjkfont.Set, d Draft, qr string) (*job, error) {
	at := d.IssuedAt
	if !day(at) { // reported below; any wording will do to find what else is missing
		at = time.Date(9998, 1, 1, 0, 0, 0, 0, wording.Zone)
	}
	page := book.At(d.Kind, at)
	if d.Edition != (Edition{}) {
		if page = book.Find(d.Kind, d.Edition.Version, d.Edition.Fingerprint); page == nil {
			return nil, &Error{Code: UnknownKind, Zh: fmt.Sprintf("本机没有这份文书当时所用的文字（%s 第%d版）", d.Kind, d.Edition.Version),
				En: fmt.Sprintf("the wording of that print, version %d of %s, is not here", d.Edition.Version, d.Kind)}
		}
	}
	if page == nil {
		return nil, &Error{Code: UnknownKind, Zh: "没有这种文书，或者该日期没有可用的文书样式：" + d.Kind, En: "no wording of this kind of document is in force on that day: " + d.Kind}
	}
	return jobOn(page, fonts, d, qr)
}

// jobOn is newJob with a page that is known.
func jobOn(page *wording.Page, fonts *cjkfont.Set, d Draft, qr string) (*job, error) {
	if d.CopyNo == 0 {
		d.CopyNo = 1
	}
	if d.Copies == 0 {
		d.Copies = page.Copies
	}
	checked := page.Check(d.Facts)
	j := &job{Draft: d, page: page, facts: maskFacts(page.Fields, checked.Facts), qr: qr}
	j.scope = wording.Scope{Page: page, Facts: j.facts, Number: d.Number, Issued: d.IssuedAt}
	j.title = j.scope.Expand(page.Title)
	if j.Watermark == "" {
		j.Watermark = j.scope.Expand(page.Watermark)
	}
	j.Watermark = maskText(j.Watermark)
	if err := j.fit(checked, fonts); err != nil {
		return nil, err
	}
	var err error
	if j.scans, err = readScans(d.Scans); err != nil {
		return nil, invalidValues([]wording.Fault{{Where: "scans", Zh: "扫描件不能用（只收 JPEG、PNG）", En: err.Error()}})
	}
	j.digest = j.sum()
	return j, nil
}

// fit reports the first of: values of a wrong form, an unmasked ID number,
// required contents that are missing, a name that cannot be printed.
func (j *job) fit(c wording.Checked, fonts *cjkfont.Set) error {
	if len(j.Scans) > 0 && !j.page.TakesScans() {
		c.Wrong = append(c.Wrong, wording.Fault{Where: "scans", Zh: "这种文书不附扫描件", En: "this kind takes no scans"})
	}
	if len(c.Wrong) > 0 {
		return invalidValues(c.Wrong)
	}
	if where := j.unmasked(); where != "" {
		return unmasked(where)
	}
	if lacks := j.lacks(c); len(lacks) > 0 {
		return missing(lacks)
	}
	for _, f := range j.page.Fields {
		name, _ := j.facts[f.Key].(string)
		if f.Type != wording.TypeName || fonts == nil {
			continue
		}
		for _, r := range name {
			if _, ok := fonts.Advance(cjkfont.Body, r); !ok {
				return illegible(f, r)
			}
		}
	}
	return nil
}

func (j *job) lacks(c wording.Checked) (lacks []Requirement) {
	add := func(missing bool, r Requirement) {
		if missing {
			lacks = append(lacks, r)
		}
	}
	add(!set(j.Number), needNumber)
	add(!day(j.IssuedAt), needIssued)
	for _, l := range c.Lacks {
		add(true, Requirement{l.Key, l.Zh, l.En, l.Basis})
	}
	add(j.Copies < 1 || j.CopyNo < 1 || j.CopyNo > j.Copies || j.Reprint < 0, needCopies)
	add(j.page.TakesScans() && len(j.Scans) == 0, needScans)
	add(!set(j.qr), needQR)
	return lacks
}

// unmasked returns the name of a field for masked numbers that holds a full
// one, or "". A credit code is public, whatever its digits look like.
func (j *job) unmasked() string {
	for _, f := range j.page.Fields {
		public := f.Key == "applicant_number" && j.facts["organisation"] == true
		if s, ok := j.facts[f.Key].(string); ok && f.Type == wording.TypeMasked && !public && fullNumber.MatchString(s) {
			return f.Zh
		}
	}
	return ""
}

// sum is SHA-256 of everything the document states and of the words around it,
// but not of which copy or reprint this paper is.
func (j *job) sum() [sha256.Size]byte {
	text, err := json.Marshal(struct {
		Kind, Number, IssuedAt string
		Version                int
		Wording                string
		Facts                  wording.Facts
		Watermark              string   `json:",omitempty"`
		Scans                  []string `json:",omitempty"`
	}{j.Kind, j.Number, j.IssuedAt.UTC().Truncate(time.Second).Format(time.RFC3339), j.page.Version, j.page.Fingerprint(), j.facts, j.Watermark, j.hashes()})
	if err != nil { // canonical facts hold nothing that JSON cannot
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(append([]byte(draftDomain), text...))
}

func (j *job) hashes() (out []string) {
	for _, s := range j.scans {
		out = append(out, s.hash)
	}
	return out
}

// copyLine says which copy this is, and whether it was printed before; empty
// for the only copy.
func (j *job) copyLine() string {
	s := ""
	if j.Copies > 1 {
		s = fmt.Sprintf("一式%d份，本件为第%d份", j.Copies, j.CopyNo)
	}
	if j.Reprint > 0 {
		s = strings.TrimSpace(s + fmt.Sprintf("　【补打 第%d次】", j.Reprint))
	}
	return s
}
