package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"onedoor/app/counter"
	"onedoor/forms/document/wording"
)

// said reads what the clerk states of a document: the JSON of a file, then
// texts by field.
func (s *Session) said(ctx context.Context, r PrintRequest) (wording.Facts, error) {
	out := wording.Facts{}
	if r.Facts != nil {
		var err error
		if out, err = wording.DecodeFacts(r.Facts); err != nil {
			return nil, counter.E(counter.CodeInvalid, "文书内容文件不是有效的 JSON", "the facts are not valid JSON").
				Hint("写成一个对象,键名见 docs/documents.md", "one object; the keys are in docs/documents.md").Because(err)
		}
	}
	if len(r.Texts) == 0 {
		return out, nil
	}
	press, err := s.press(ctx)
	if err != nil {
		return nil, err
	}
	page := press.Page(r.Kind, s.cfg.Now())
	if page == nil {
		return out, nil // said by the press, with the right words
	}
	var faults []counter.Problem
	for key, text := range r.Texts {
		f, ok := page.Field(key)
		if !ok {
			faults = append(faults, counter.Problem{Where: key, What: "文书没有这一项", Fix: "可填:" + strings.Join(keysOf(page.Fields), " ")})
			continue
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		v, err := factOf(f, text)
		if err != nil {
			faults = append(faults, counter.Problem{Where: f.Zh + " (" + key + ")", What: err.Error(), Fix: wayOf(f)})
			continue
		}
		out[key] = v
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b counter.Problem) int { return strings.Compare(a.Where, b.Where) })
		return nil, counter.E(counter.CodeInvalid, "文书内容填写不对", "the statements of the document are not right").
			Hint("改正后再打印;还没有留下记录", "correct them and print again; nothing was recorded").With(faults...)
	}
	return out, nil
}

func keysOf(fields []wording.Field) (out []string) {
	for _, f := range fields {
		out = append(out, f.Key)
	}
	return out
}

// factOf reads a statement as somebody types it: lists have an entry on each
// line, rows a line each with | between the columns.
func factOf(f wording.Field, text string) (any, error) {
	text = strings.TrimSpace(text)
	switch f.Type {
	case wording.TypeBool:
		switch strings.ToLower(text) {
		case "是", "true", "1", "y", "yes":
			return true, nil
		case "否", "false", "0", "n", "no":
			return false, nil
		}
		return nil, fmt.Errorf("应填是或否")
	case wording.TypeCount:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("应填数字")
		}
		return n, nil
	case wording.TypeChoice:
		for _, o := range f.Options {
			if text == o.Value || text == o.Zh {
				return o.Value, nil
			}
		}
		return nil, fmt.Errorf("不是可选的内容")
	case wording.TypeList:
		return lines(text), nil
	case wording.TypeRows:
		return rowsOf(f, lines(text))
	}
	return text, nil
}

func lines(text string) []string {
	out := []string{}
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func rowsOf(f wording.Field, lines []string) ([]wording.Facts, error) {
	out := []wording.Facts{}
	for n, line := range lines {
		cells := strings.Split(strings.ReplaceAll(line, "｜", "|"), "|")
		if len(cells) > len(f.Columns) {
			return nil, fmt.Errorf("第%d行多于%d列", n+1, len(f.Columns))
		}
		row := wording.Facts{}
		for i, cell := range cells {
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			v, err := factOf(f.Columns[i], cell)
			if err != nil {
				return nil, fmt.Errorf("第%d行%s:%w", n+1, f.Columns[i].Zh, err)
			}
			row[f.Columns[i].Key] = v
		}
		out = append(out, row)
	}
	return out, nil
}

// wayOf says how a field is typed.
func wayOf(f wording.Field) string {
	switch f.Type {
	case wording.TypeDate:
		return "写成 2026-11-20"
	case wording.TypeChoice:
		var names []string
		for _, o := range f.Options {
			names = append(names, o.Zh)
		}
		return "可选:" + strings.Join(names, "、")
	case wording.TypeRows:
		var names []string
		for _, c := range f.Columns {
			names = append(names, c.Zh)
		}
		return "每行一条,各列用 | 隔开:" + strings.Join(names, " | ")
	case wording.TypeList:
		return "每行一条"
	}
	return ""
}

// textOfFact is the other way round, for a page to show.
func textOfFact(v any, f wording.Field) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "是"
		}
		return "否"
	case []string:
		return strings.Join(v, "\n")
	case []wording.Facts:
		var out []string
		for _, row := range v {
			var cells []string
			for _, c := range f.Columns {
				cells = append(cells, textOfFact(row[c.Key], c))
			}
			out = append(out, strings.TrimRight(strings.Join(cells, " | "), " |"))
		}
		return strings.Join(out, "\n")
	}
	return fmt.Sprint(v)
}
