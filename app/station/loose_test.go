package station

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/internal/spool"
)

// tray is a printer that may be out of paper.
type tray struct{ empty bool }

func (p *tray) Print(_ context.Context, printer string, _ spool.Document) (string, error) {
	if p.empty {
		return "", &spool.Error{Code: spool.Stopped, Printer: printer}
	}
	return printer + "-7", nil
}

func (p *tray) Printers(context.Context) ([]spool.Printer, error) {
	return []spool.Printer{{Name: "laser", Default: true}}, nil
}

// TestPapersWithoutACase: asked for by a case's number they need nothing more to
// be said, and what the printer said of them is in the record.
func TestPapersWithoutACase(t *testing.T) {
	t.Parallel()
	d, ctx := newDistrict(t), context.Background()
	d.at(d.vil, Write, func(s *Station) {
		wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		number := d.accept(s, "wang", 1, 1)[0]
		for _, kind := range []string{"guide", "checklist", "mine"} {
			out := filepath.Join(t.TempDir(), kind+".pdf")
			ref, _, err := wang.PrintPaper(ctx, desk.PrintRequest{Number: number, Kind: kind, Out: out})
			if must(t, err); ref.File != out || ref.Kind != kind {
				t.Errorf("%+v", ref)
			}
		}
		printer := &tray{empty: true}
		s.UsePrinters(printer)
		list := desk.PrintRequest{Number: number, Kind: "handover", Texts: map[string]string{"to": "镇便民服务中心"}, Printer: "laser"}
		if _, _, err = wang.PrintPaper(ctx, list); counter.CodeOf(err) != counter.CodeFailed {
			t.Fatal(err)
		}
		printer.empty = false
		_, _, err = wang.PrintPaper(ctx, list)
		must(t, err)
		rows, err := s.v.store.States(ctx, testVillage, "paper")
		must(t, err)
		var said []string
		for _, row := range rows {
			if at := strings.Index(string(row.JSON), `"results":`); at >= 0 {
				said = append(said, string(row.JSON)[at:])
			}
		}
		all := strings.Join(said, "\n")
		if len(rows) != 5 || len(said) != 2 || !strings.Contains(all, `{"ok":true,"printer":"laser"}`) || !strings.Contains(all, `{"ok":false,"printer":"laser","why":"stopped"}`) {
			t.Errorf("%d papers: %s", len(rows), all)
		}
	})
}
