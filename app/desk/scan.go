package desk

import (
	"context"

	"onedoor/app/counter"
)

func (d *Desk) scanOf(ctx context.Context, f *counter.MaterialFile) (*Scan, error) {
	if f.Root == "" || d.cfg.ScanState == nil {
		return nil, nil
	}
	st, err := d.cfg.ScanState(ctx, f.Root)
	return &Scan{f.Size, f.Ext, st}, err
}

// MaterialFile is the scan of a material, opened.
type MaterialFile struct {
	Name string `json:"name"` // of the material
	Ext  string `json:"ext"`
	Data []byte `json:"data"`
}

// Material gives the scan of a case's material. Errors: CodeNotFound when there is
// none, or it has not arrived here.
func (s *Session) Material(ctx context.Context, number, name string) (MaterialFile, error) {
	d, err := s.findCase(ctx, number)
	if err != nil {
		return MaterialFile{}, err
	}
	if d.Folded.Case == nil {
		return MaterialFile{}, counter.E(counter.CodeNotFound, "这个办件没有有效的受理记录", "no acceptance of this case stands")
	}
	for _, m := range d.Folded.Case.Materials {
		if m.Name != name || m.File == nil || m.File.Root == "" {
			continue
		}
		data, err := s.cfg.OpenScan(ctx, m.File.Root)
		return MaterialFile{name, m.File.Ext, data}, err
	}
	return MaterialFile{}, counter.Ef(counter.CodeNotFound, "材料“%s”没有扫描件", "the material %q has no scan", name).
		Hint("用 case show 查看材料清单", "see the materials in case show")
}
