package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/wording"
)

// actPapers says which documents belong to an act, the usual one first. Acts
// that the life of a case learns later are named already: their paper waits.
var actPapers = map[counter.Verb][]string{
	counter.VerbAccept:   {document.Acceptance, "intake"},
	counter.VerbHandover: {"approval"},
	counter.VerbReview:   {"approval"},
	counter.VerbReturn:   {"supplement"},
	counter.VerbApprove:  {"grant"},
	counter.VerbDeny:     {"denial"},
	counter.VerbWithdraw: {"withdrawal"},
	counter.VerbConclude: {"delivery"},
	counter.VerbVoid:     {"withdrawal"},
	counter.VerbCorrect:  {document.Acceptance},
	counter.VerbJoin:     {joinKind},
	"refuse":             {"refusal"},
	"supplement":         {"supplement"},
	"correction":         {"supplement"},
	"extend":             {"extension"},
	"suspend":            {"suspension"},
	"resume":             {},
	"terminate":          {"withdrawal"},
	"deliver":            {"delivery"},
	"defer":              {"deferral"},
	"pledge":             {"pledge"},
}

// PapersOf lists the kinds of documents that belong to an act, the usual one first.
func PapersOf(v counter.Verb) []string { return slices.Clone(actPapers[v]) }

// PaperOffer is a document that can be issued for a case.
type PaperOffer struct {
	Kind    string       `json:"kind"`
	Title   string       `json:"title"`
	Now     bool         `json:"now"`     // it belongs to what was done last
	Printed int          `json:"printed"` // how often it was issued
	Papers  []string     `json:"papers"`  // that it can be printed on; the first is the usual one
	Scans   bool         `json:"scans"`   // it needs pictures, which a page cannot give yet
	Fields  []PaperField `json:"fields"`  // what it can state that the case does not know
}

// PaperField is one statement that the clerk has to make or may make.
type PaperField struct {
	Key      string         `json:"key"`
	Zh       string         `json:"zh"`
	Type     string         `json:"type"` // as in docs/documents.md
	Required bool           `json:"required"`
	When     []string       `json:"when"` // required only if all hold
	Basis    string         `json:"basis"`
	Value    string         `json:"value"` // what the case suggests; the clerk may change it
	Options  []PaperOption  `json:"options"`
	Columns  []PaperColumns `json:"columns"`
	Opinion  bool           `json:"opinion"` // left empty, it states the opinion that the act is done with
}

// opinionToCome stands for the opinion of an act that is not done yet, to find the
// statements that are made of it.
const opinionToCome = "\x00"

// PaperOption is one value of a choice.
type PaperOption struct {
	Value string `json:"value"`
	Zh    string `json:"zh"`
}

// PaperColumns is one column of rows.
type PaperColumns struct {
	Key      string `json:"key"`
	Zh       string `json:"zh"`
	Required bool   `json:"required"`
}

// looseKinds belong to no case.
var looseKinds = []string{"guide", "checklist", "mine", "handover"}

// Papers lists the documents that can be issued for a case: those of its last
// act first, with the statements that the clerk has to add. With a verb, it
// tells what they would be after that act.
func (s *Session) Papers(ctx context.Context, number, verb string) ([]PaperOffer, error) {
	d, err := s.findCase(ctx, number)
	if err != nil {
		return nil, err
	}
	if d.Folded.Case == nil {
		return []PaperOffer{}, nil
	}
	var next *act
	if verb != "" {
		next = &act{verb: counter.Verb(verb), at: s.cfg.Now(), actor: s.name, opinion: opinionToCome}
	}
	return s.papers(ctx, d, next)
}

func (s *Session) papers(ctx context.Context, d *counter.Dossier, next *act) ([]PaperOffer, error) {
	press, err := s.press(ctx)
	if err != nil {
		return nil, err
	}
	n, err := s.notice(ctx, d)
	if err != nil {
		return nil, err
	}
	usual := PapersOf(lastAct(d))
	if next != nil {
		usual = PapersOf(next.verb)
	}
	acts, err := s.acts(ctx, d)
	if err != nil {
		return nil, err
	}
	out := []PaperOffer{}
	for _, kind := range press.Book().Kinds() {
		page := press.Page(kind, s.cfg.Now())
		if page == nil || slices.Contains(looseKinds, kind) || kind == joinKind && len(d.Folded.Case.Joins) == 0 ||
			!founded(d.Folded.Case, acts, next, kind) && printed(d.Folded.Case, kind) == 0 {
			continue
		}
		o := PaperOffer{Kind: kind, Title: page.Called(), Now: slices.Contains(usual, kind), Printed: printed(d.Folded.Case, kind),
			Papers: page.Papers, Scans: page.TakesScans(), Fields: []PaperField{}}
		if kind != document.Acceptance {
			facts, err := s.factsOfAct(ctx, d, next, PrintRequest{Kind: kind})
			if err != nil {
				return nil, err
			}
			own := press.Derive(n, kind, s.cfg.Now(), facts).Facts
			o.Fields = fieldsOf(page, own, facts)
		}
		out = append(out, o)
	}
	if d.Folded.Case.Form != nil {
		out = append(out, PaperOffer{Kind: document.FormFilled, Title: formTitle, Printed: printed(d.Folded.Case, document.FormFilled),
			Papers: []string{document.A4.String()}, Fields: []PaperField{}})
	}
	rank := func(o PaperOffer) int {
		if i := slices.Index(usual, o.Kind); i >= 0 {
			return i
		}
		return len(usual)
	}
	slices.SortStableFunc(out, func(a, b PaperOffer) int { return rank(a) - rank(b) })
	return out, nil
}

// fieldsOf lists what the case does not state by itself. What was only
// suggested for this paper is shown and can be changed.
func fieldsOf(page *wording.Page, known, suggested wording.Facts) []PaperField {
	out := []PaperField{}
	for _, f := range page.Fields {
		_, hint := suggested[f.Key]
		if _, ok := known[f.Key]; (ok && !hint) || f.Type == wording.TypeMasked || f.Default != "" && !f.Required {
			continue
		}
		line := PaperField{Key: f.Key, Zh: f.Zh, Type: f.Type, Required: f.Required, When: append([]string{}, f.When...), Basis: f.Basis,
			Value: textOfFact(suggested[f.Key], f), Options: []PaperOption{}, Columns: []PaperColumns{}}
		if line.Opinion = line.Value == opinionToCome; line.Opinion {
			line.Value = ""
		}
		if line.Value == "" {
			line.Value = f.Default
		}
		for _, o := range f.Options {
			line.Options = append(line.Options, PaperOption{o.Value, o.Zh})
		}
		for _, c := range f.Columns {
			line.Columns = append(line.Columns, PaperColumns{c.Key, c.Zh, c.Required})
		}
		out = append(out, line)
	}
	return out
}

// lastAct is the last act on a case that moved it and has effect.
func lastAct(d *counter.Dossier) counter.Verb {
	for i := range slices.Backward(d.Facts) {
		v := d.Facts[i].Verb()
		if _, known := actPapers[v]; known && d.Folded.Effects[i].Effective {
			return v
		}
	}
	return ""
}

// decides are the acts that settle a case: they are never recorded unless their
// paper can be issued (行政许可法第三十八条: a decision is in writing, a denial with
// its reasons and the remedies).
var decides = []counter.Verb{counter.VerbApprove, counter.VerbDeny}

// ActChecked does a step of a case after what its document must state was checked,
// so that nobody is denied without a lawful paper. It issues nothing. An empty kind
// is no document, except for a decision, which always has its own.
func (s *Session) ActChecked(ctx context.Context, number, verb string, o ActOptions, r PrintRequest) (*CaseView, error) {
	v := counter.Verb(strings.TrimSpace(verb))
	if r.Kind == "" && slices.Contains(decides, v) {
		r.Kind = PapersOf(v)[0]
	}
	r.Number, r.Anew = number, true
	return s.actIf(ctx, number, verb, o, func(d *counter.Dossier) error {
		if r.Kind == "" {
			return nil
		}
		return s.tryPaper(ctx, d, v, o, r)
	})
}

// ActWithPaper does a step of a case as ActChecked does, and issues its document.
// An empty kind is the usual one of the act.
func (s *Session) ActWithPaper(ctx context.Context, number, verb string, o ActOptions, r PrintRequest) (*CaseView, DocumentRef, []string, error) {
	if kinds := PapersOf(counter.Verb(verb)); r.Kind == "" && len(kinds) > 0 {
		r.Kind = kinds[0]
	} else if r.Kind == "" {
		return nil, DocumentRef{}, nil, counter.Ef(counter.CodeUsage, "“%s”没有文书", "no document belongs to %s", verb).
			Hint("去掉 --out 和 --printer,或用 --kind 写明文书种类", "leave --out and --printer away, or name a kind with --kind")
	}
	r.Number, r.Anew = number, true
	v, err := s.ActChecked(ctx, number, verb, o, r)
	if err != nil {
		return nil, DocumentRef{}, nil, err
	}
	ref, warn, err := s.PrintPaper(ctx, r)
	if err != nil {
		return v, ref, warn, counter.E(counter.CodeOf(err), "这一步已经办好,但文书没有打印出来:"+textOf(err), "the step is done, but its document was not printed").
			Hint("不要重复办理;排除原因后用 document print 打印。"+hintOf(err), "do not repeat the step; print it with document print").Because(cause(err))
	}
	v, err = s.Case(ctx, number)
	return v, ref, warn, err
}

// cause keeps the technical reason of an error that is told anew.
func cause(err error) error {
	var e *counter.Error
	if errors.As(err, &e) && e.Cause != nil {
		return e.Cause
	}
	return err
}

// tryPaper checks the document of an act that is not recorded yet.
func (s *Session) tryPaper(ctx context.Context, d *counter.Dossier, v counter.Verb, o ActOptions, r PrintRequest) error {
	if err := s.mayPrint(ctx, d.Scope, "case.print", r); err != nil {
		return err
	}
	if r.Kind == document.Acceptance {
		return nil // it states what is recorded, and that was checked
	}
	n, err := s.notice(ctx, d)
	if err != nil {
		return err
	}
	next := &act{verb: v, opinion: first(o.Opinion, o.Reason), at: s.cfg.Now(), actor: s.name}
	if err := s.mustBeFounded(ctx, d, next, r.Kind); err != nil {
		return err
	}
	facts, err := s.factsOfAct(ctx, d, next, r)
	if err != nil {
		return err
	}
	sh, err := s.newSheet(ctx, d, n, r, facts)
	if err != nil {
		return err
	}
	press, err := s.press(ctx)
	if err != nil {
		return err
	}
	if err := press.CheckDraft(sh.draft); err != nil {
		return paperError(err)
	}
	return nil
}
