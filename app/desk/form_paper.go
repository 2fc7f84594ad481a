package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/schema"
)

// BlankForm writes the empty form of an item, to be filled in by hand, to the
// file out. It belongs to no case, so nothing is recorded.
func (s *Session) BlankForm(ctx context.Context, item, out string) (DocumentRef, error) {
	ref, _, err := s.blankForm(ctx, LooseRequest{Item: item, Out: out})
	return ref, err
}

// blankForm draws it and hands it to a file or a printer.
func (s *Session) blankForm(ctx context.Context, r LooseRequest) (DocumentRef, []string, error) {
	made, err := s.drawBlank(ctx, r.Item)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	p := PrintRequest{Kind: document.FormBlank, Out: r.Out, Printer: r.Printer}
	return s.hand(ctx, p, made, DocumentRef{Kind: document.FormBlank, Copy: 1}, func(string, error) error { return nil })
}

func (s *Session) drawBlank(ctx context.Context, item string) (*drawn, error) {
	if s.cfg.Papers.Signer == nil {
		return nil, counter.E(counter.CodeNotEnrolled, "本机还没有签名证书,不能出具文书", "this device has no signing certificate yet")
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	it, _, err := cat.item(strings.TrimSpace(item), s.today())
	if err != nil {
		return nil, err
	}
	if len(it.FormFields()) == 0 {
		return nil, counter.Ef(counter.CodeInvalid, "事项 %s 没有表单", "item %s has no form", it.Code).
			Hint("这个事项不用填表;材料清单用 document print --kind checklist", "nothing has to be filled in")
	}
	f := document.FormPaper{Number: fmt.Sprintf("%s-v%d", it.Code, it.Version), IssuedAt: s.cfg.Now().Truncate(time.Second),
		Body: s.cfg.Device.DistrictName + it.Department, Item: it.Name, Blank: true, Sections: formSections(it.FormFields(), nil, true),
		Who: []document.FormLine{{Label: "申请人"}, {Label: "证件号码"}, {Label: "联系电话"}, {Label: "住址"}}}
	issued, err := s.cfg.Papers.Press.IssueForm(f, s.seal())
	if err != nil {
		return nil, paperError(err)
	}
	return &drawn{copies: []document.Issued{issued}}, nil
}

func (s *Session) seal() document.Seal {
	return document.Seal{Signer: s.cfg.Papers.Signer, Chain: s.cfg.Papers.Chain, At: s.cfg.Now()}
}

// issueForm draws the form of a case as it was filled in: again next year it
// states the same.
func (s *Session) issueForm(ctx context.Context, d *counter.Dossier, n document.Notice, reprint int) (document.Issued, error) {
	cat, err := s.catalogue(ctx)
	if err != nil {
		return document.Issued{}, err
	}
	it, err := cat.version(d.Folded.Case.Item)
	if err != nil {
		return document.Issued{}, err
	}
	values, err := s.formOf(ctx, d)
	if err != nil {
		return document.Issued{}, err
	}
	if len(values) == 0 {
		return document.Issued{}, counter.E(counter.CodeInvalid, "这个办件没有填写表单", "this case has no form").
			Hint("空白表用 onedoor document form "+it.Code+" 打印", "print a blank one with onedoor document form")
	}
	who := []document.FormLine{{Label: "申请人", Value: n.Applicant.Name}, {Label: "证件号码", Value: n.Applicant.Number}}
	if n.Applicant.Phone != "" {
		who = append(who, document.FormLine{Label: "联系电话", Value: n.Applicant.Phone})
	}
	if n.Agent != nil {
		who = append(who, document.FormLine{Label: "代办人", Value: n.Agent.Name})
	}
	f := document.FormPaper{Number: n.Number, IssuedAt: n.IssuedAt, Body: n.Body, Item: it.Name, Who: who, Officer: n.Officer,
		Sections: formSections(it.FormFields(), values, false), Reprint: reprint}
	out, err := s.cfg.Papers.Press.IssueForm(f, s.seal())
	return out, paperError(err)
}

// formSections lays a form out; blank ones show every field, with the condition
// under which it is filled in.
func formSections(fields []counter.Field, values map[string]any, blank bool) (out []document.FormSection) {
	for i, f := range fields {
		if i == 0 || f.Section != fields[i-1].Section {
			out = append(out, document.FormSection{Title: f.Section})
		}
		if !blank && !schema.Visible(f, values) {
			continue
		}
		last := &out[len(out)-1]
		switch {
		case f.Kind == counter.FieldGroup:
			last.Parts = append(last.Parts, groupPart(f, fields, values, blank))
		case blank:
			last.Parts = append(last.Parts, document.FormPart{FormLine: blankLine(f, fields)})
		default:
			last.Parts = append(last.Parts, document.FormPart{FormLine: document.FormLine{Label: f.Label, Value: schema.Text(f, values[f.Name])}})
		}
	}
	return out
}

// blankRows is how many empty rows a group has on paper at least.
const blankRows = 5

func groupPart(f counter.Field, fields []counter.Field, values map[string]any, blank bool) document.FormPart {
	p := document.FormPart{FormLine: document.FormLine{Label: f.Label}}
	if blank {
		p.Label, p.Empty = conditioned(f, fields), min(max(f.MinRows, blankRows), f.RowLimit())
		for _, c := range f.Rows {
			p.Heads, p.Hints = append(p.Heads, headOf(c)), append(p.Hints, blankLine(c, f.Rows).Value)
		}
		return p
	}
	rows, _ := values[f.Name].([]any)
	for _, c := range f.Rows {
		used := false
		for _, r := range rows {
			row, _ := r.(map[string]any)
			used = used || row[c.Name] != nil
		}
		if !used {
			continue // nobody answered it: room for the others
		}
		p.Heads = append(p.Heads, headOf(c))
		for i, r := range rows {
			row, _ := r.(map[string]any)
			if i >= len(p.Rows) {
				p.Rows = append(p.Rows, nil)
			}
			c.Unit = "" // stands in the head
			text := schema.Text(c, row[c.Name])
			if c.Kind == counter.FieldMoney {
				text = strings.TrimSuffix(text, "元")
			}
			p.Rows[i] = append(p.Rows[i], text)
		}
	}
	return p
}

func headOf(c counter.Field) string {
	switch {
	case c.Unit != "":
		return c.Label + "（" + c.Unit + "）"
	case c.Kind == counter.FieldMoney:
		return c.Label + "（元）"
	}
	return c.Label
}

func blankLine(f counter.Field, fields []counter.Field) document.FormLine {
	l := document.FormLine{Label: conditioned(f, fields), Lines: 1}
	switch f.Kind {
	case counter.FieldLongText:
		l.Lines = 4
	case counter.FieldChoice:
		l.Value = "□ " + strings.Join(f.Choices, "　□ ")
	case counter.FieldBool:
		l.Value = "□ 是　□ 否"
	case counter.FieldDate:
		l.Value = "　　　　年　　月　　日"
	case counter.FieldMoney, counter.FieldNumber:
		if unit := first(f.Unit, map[bool]string{true: "元"}[f.Kind == counter.FieldMoney]); unit != "" {
			l.Value = "　　　　　　" + unit
		}
	}
	return l
}

// conditioned adds to a label when the field is filled in.
func conditioned(f counter.Field, fields []counter.Field) string {
	label := f.Label
	if f.Required {
		label += "*"
	}
	if f.VisibleWhen == nil {
		return label
	}
	for _, o := range fields {
		if o.Name == f.VisibleWhen.Field {
			values := strings.Join(f.VisibleWhen.In, "、")
			if o.Kind == counter.FieldBool {
				values = strings.NewReplacer("true", "是", "false", "否").Replace(values)
			}
			return label + "（" + o.Label + "为“" + values + "”的填）"
		}
	}
	return label
}
