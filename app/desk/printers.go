package desk

import (
	"context"
	"encoding/json"
	"image"
	"maps"
	"slices"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/internal/spool"
)

// Spooler takes documents; spool.System is one. Its errors are *spool.Error.
type Spooler interface {
	Print(ctx context.Context, printer string, d spool.Document) (job string, err error)
	Printers(ctx context.Context) ([]spool.Printer, error)
}

// PrinterList is the printers of this device and which of them is used for what.
type PrinterList struct {
	Printers []spool.Printer `json:"printers"`
	Chosen   []PrinterChoice `json:"chosen"`
	Why      string          `json:"why"` // why there are none
}

// PrinterChoice says which printer a kind of document was last printed with.
type PrinterChoice struct {
	Kind    string `json:"kind"` // AnyKind: all that were never printed here
	Printer string `json:"printer"`
}

// AnyKind stands for kinds without a printer of their own.
const AnyKind = "*"

// Printers lists the printers of this device.
func (d *Desk) Printers(ctx context.Context) (PrinterList, error) {
	out := PrinterList{Printers: []spool.Printer{}, Chosen: []PrinterChoice{}}
	chosen, err := d.chosen()
	if err != nil {
		return out, err
	}
	for _, k := range slices.Sorted(maps.Keys(chosen)) {
		out.Chosen = append(out.Chosen, PrinterChoice{k, chosen[k]})
	}
	if d.cfg.Spool == nil {
		out.Why = "本程序没有接打印机"
		return out, nil
	}
	all, err := d.cfg.Spool.Printers(ctx)
	if err != nil {
		out.Why = textOf(printerError("", err))
	}
	out.Printers = append(out.Printers, all...)
	return out, nil
}

// PrinterOf is the printer that a kind was last printed with here, else the one
// for all kinds, else the system's default; "" is none.
func (d *Desk) PrinterOf(ctx context.Context, kind string) string {
	chosen, err := d.chosen()
	if err != nil {
		return ""
	}
	if name := first(chosen[kind], chosen[AnyKind]); name != "" || d.cfg.Spool == nil {
		return name
	}
	all, err := d.cfg.Spool.Printers(ctx)
	if err != nil {
		return ""
	}
	for _, p := range all {
		if p.Default || len(all) == 1 {
			return p.Name
		}
	}
	return ""
}

// RememberPrinter keeps the printer of a kind for this device. Empty forgets it.
func (d *Desk) RememberPrinter(kind, printer string) error {
	if d.cfg.Settings.Save == nil {
		return nil
	}
	d.settings.Lock()
	defer d.settings.Unlock()
	chosen, err := d.chosen()
	if err != nil || chosen[kind] == printer {
		return err
	}
	if chosen[kind] = printer; printer == "" {
		delete(chosen, kind)
	}
	text, err := json.MarshalIndent(chosen, "", "  ")
	if err != nil {
		return err
	}
	return d.cfg.Settings.Save("printers", append(text, '\n'))
}

func (d *Desk) chosen() (map[string]string, error) {
	out := map[string]string{}
	if d.cfg.Settings.Load == nil {
		return out, nil
	}
	text, err := d.cfg.Settings.Load("printers")
	if err != nil || text == nil {
		return out, err
	}
	if json.Unmarshal(text, &out) != nil {
		return map[string]string{}, nil // a spoilt setting is chosen anew, not mourned
	}
	return out, nil
}

// toPrinter gives one copy to the printer.
func (s *Session) toPrinter(ctx context.Context, r PrintRequest, made *drawn, i int) (string, error) {
	if s.cfg.Spool == nil {
		return "", &spool.Error{Code: spool.NoSpooler, Printer: r.Printer}
	}
	out := &made.copies[i]
	d := spool.Document{Title: first(r.Number, "onedoor") + " " + r.Kind, PDF: out.PDF,
		Pages: func(dpi int) ([]*image.Gray, error) { return out.Raster(dpi) }}
	switch made.paper {
	case document.A4:
		d.Media = "A4"
	case document.A5:
		d.Media = "A5"
	}
	if spool.Receipt(r.Printer) {
		var err error
		if d.Raw, err = out.Receipt(); err != nil {
			return "", err
		}
	}
	return s.cfg.Spool.Print(ctx, r.Printer, d)
}

// printerError tells a clerk why nothing was printed.
func printerError(printer string, err error) error {
	var zh, en, fix, fixEn string
	switch spool.CodeOf(err) {
	case spool.NoSpooler:
		zh, en = "本机的打印服务没有运行或没有安装", "this PC's print service does not run or is not installed"
		fix, fixEn = "请启动或安装打印服务(Linux 为 CUPS);也可以先存成 PDF", "start or install it (CUPS on Linux), or save a PDF"
	case spool.NoPrinter:
		zh, en = "找不到打印机 "+printer, "no printer "+printer
		fix, fixEn = "检查电源和连线,或换一台打印机(onedoor document printers)", "check power and cable, or choose another (onedoor document printers)"
	case spool.Stopped:
		zh, en = "打印机 "+printer+" 已停止,没有打印", "printer "+printer+" is stopped; nothing was printed"
		fix, fixEn = "检查缺纸、卡纸、电源和连线,恢复队列后补打", "look for paper, jams, power and cable, start the queue again and reprint"
	case spool.Rejecting:
		zh, en = "打印机 "+printer+" 不接收任务,没有打印", "printer "+printer+" takes no jobs; nothing was printed"
		fix, fixEn = "请管理员恢复接收(cupsaccept),或换一台打印机", "ask the administrator to accept jobs again, or choose another printer"
	default:
		zh, en = "打印机 "+printer+" 没有打印", "printer "+printer+" did not print"
		fix, fixEn = "检查打印机后补打;办件和文书都已经保存", "look at the printer and reprint; case and document are kept"
	}
	return counter.E(counter.CodeFailed, zh, en).Hint(fix, fixEn).Because(err)
}

// UsePrinters puts other printers in place of those of Config. It must not be
// called while somebody prints.
func (d *Desk) UsePrinters(p Spooler) { d.cfg.Spool = p }
