package desk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"onedoor/app/counter"
)

const (
	importChunk   = 50      // cases of one transaction: a cut costs no more
	importMaxLine = 1 << 20 // bytes
)

func itoa(n int) string { return strconv.Itoa(n) }

// ImportCases accepts one case per line of r. Lines that cannot be accepted are
// named with the reason; the others stand. progress may be nil.
func (s *Session) ImportCases(ctx context.Context, r io.Reader, progress func(done int)) (CaseImport, error) {
	out := CaseImport{Refused: []Refusal{}}
	if err := s.may(ctx, s.ownScope(), "case.accept"); err != nil {
		return out, err
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), importMaxLine)
	var chunk []*prepared
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := s.ledger.Record(ctx, func(rec counter.Recorder) error {
			written := writtenPeople{}
			for _, p := range chunk {
				if _, err := s.record(ctx, rec, p, written); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			out.Accepted += len(chunk)
			chunk = chunk[:0]
			if progress != nil {
				progress(out.Accepted)
			}
		}
		return err
	}
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff"))) // an editor's mark
		if len(line) == 0 {
			continue
		}
		p, err := s.prepareNext(ctx, line, flush)
		if err != nil {
			if code := counter.CodeOf(err); code != counter.CodeInvalid && code != counter.CodeNotFound {
				return out, err
			}
			out.Refused = append(out.Refused, Refusal{Line: n, Why: whole(err, "zh"), WhyEn: whole(err, "en")})
			continue
		}
		if chunk = append(chunk, p); len(chunk) == importChunk || p.item.Single {
			if err := flush(); err != nil {
				return out, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		if err := flush(); err != nil {
			return out, err
		}
		return out, counter.E(counter.CodeInvalid, "文件读到一半出错,可能有过长的行", "the file could not be read to its end").
			Hint("已受理的不受影响;改正后只导入剩下的行", "what was accepted stands; import the rest after mending").Because(err)
	}
	return out, flush()
}

// prepareNext checks a line. One of a single item is checked again when the lines
// before it are recorded: they may be of the same person.
func (s *Session) prepareNext(ctx context.Context, line []byte, flush func() error) (*prepared, error) {
	p, err := s.prepareLine(ctx, line)
	if err != nil || !p.item.Single {
		return p, err
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return s.prepareLine(ctx, line)
}

func (s *Session) prepareLine(ctx context.Context, line []byte) (*prepared, error) {
	var a Acceptance
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	err := dec.Decode(&a)
	if _, end := dec.Token(); err != nil || end != io.EOF { // a second case on the line would be lost
		if err == nil {
			err = errors.New("more than one value")
		}
		return nil, counter.E(counter.CodeInvalid, "这一行不是有效的 JSON 办件", "the line is not a case in JSON").
			With(counter.Problem{Where: "JSON", What: err.Error()}).Because(err).Hint("格式见手册“批量受理”", "see the manual")
	}
	if a.Applicant == nil {
		return nil, counter.E(counter.CodeInvalid, "没有申请人", "no applicant")
	}
	p, err := s.prepare(ctx, &a)
	if err == nil {
		p.channel, p.who.source = channelImport, counter.SourceImport
	}
	return p, err
}

// whole puts an error and all its details into one line, in one language.
func whole(err error, lang string) string {
	var e *counter.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	parts, joint, open, end := []string{e.Zh}, "；", "（", "）"
	if lang == "en" {
		parts, joint, open, end = []string{e.En}, "; ", " (", ")"
	}
	for _, p := range e.Details {
		p = p.In(lang)
		text := p.Where + ": " + p.What
		if p.Fix != "" {
			text += open + p.Fix + end
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, joint)
}
