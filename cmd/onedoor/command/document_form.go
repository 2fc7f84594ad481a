package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

// documentForm prints an empty form; that of a case is document print --kind form.
func documentForm(fs *cli.Flags) cli.Run {
	out := fs.Path("out", cli.T("写出的 PDF", "PDF to write"), cli.Required(), cli.Meta("FILE.pdf"))
	return func(ctx context.Context, c *cli.Call) error {
		if _, err := os.Stat(filepath.Dir(*out)); err != nil {
			return writeError(*out, err)
		}
		return writingAs(ctx, c, "document form", func(_ *station.Station, s *desk.Session) error {
			d, err := s.BlankForm(ctx, c.Operand(0), *out)
			if err != nil {
				return err
			}
			return c.Print(d, func(w io.Writer) {
				fmt.Fprintf(w, c.Say("空白申请表: %s\n", "blank form: %s\n"), d.File)
			})
		})
	}
}
