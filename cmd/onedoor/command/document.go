package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/forms/document"
	"onedoor/forms/document/sign"
	"onedoor/forms/document/wording"
	"onedoor/internal/cli"
)

func documentCommands() *cli.Command {
	return &cli.Command{
		Name:  "document",
		Short: cli.T("文书", "documents"),
		Sub: []*cli.Command{
			{Name: "print", Args: "NUMBER", Short: cli.T("出具或补打文书", "issue or reprint a document"), Long: printHelp, Define: documentPrint},
			{Name: "paper", Short: cli.T("不属于某个办件的文书：办事指南、材料清单、我的办件、交接单", "a document without a case: guide, checklist, own page, hand-over list"), Define: documentPaper},
			{Name: "kinds", Args: "NUMBER", Short: cli.T("一件可以出具哪些文书、还要填写什么", "what can be issued for a case, and what must be stated"), Define: cli.Simple(documentKinds)},
			{Name: "printers", Short: cli.T("本机的打印机", "the printers of this PC"), Define: documentPrinters},
			documentWording(),
			{Name: "form", Args: "ITEM", Short: cli.T("打印事项的空白表单", "print the blank form of an item"), Define: documentForm},
			{Name: "list", Args: "NUMBER", Short: cli.T("一件已出具的文书", "documents printed for a case"), Define: cli.Simple(documentList)},
			{Name: "verify", Args: "FILE|QRTEXT", Short: cli.T("验证真伪", "tell whether a document is genuine"),
				Long: cli.T("退出码: 0 真，5 不真（伪造、改动或不是本区出具），7 既不是 PDF 也不是二维码文字。不需要登录和网络。",
					"Exit codes: 0 genuine, 5 not genuine (forged, changed, or of another district), 7 neither a PDF nor the text of a QR code. Needs no login and no network."),
				Define: cli.Simple(documentVerify)},
		},
	}
}

func documentList(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(_ *station.Station, s *desk.Session) error {
		prints, err := s.Documents(ctx, c.Operand(0))
		if err != nil {
			return err
		}
		return c.Print(list(prints), func(w io.Writer) {
			rows := [][]string{{c.Say("种类", "kind"), c.Say("次", "copy"), c.Say("时间", "issued"), c.Say("去向", "went to"), "SHA-256"}}
			for _, p := range prints {
				rows = append(rows, []string{kindName(c, p.Kind), strconv.Itoa(p.Copy), minute(p.IssuedAt), wentTo(c, p), p.Digest})
			}
			cli.Table(w, rows)
		})
	})
}

// documentLimit is far above any document of ours, scans of a whole form included.
const documentLimit = 64 << 20

func documentVerify(ctx context.Context, c *cli.Call) error {
	data, isFile, err := documentInput(c, c.Operand(0))
	if err != nil {
		return err
	}
	return reading(ctx, c, func(st *station.Station) error {
		v, err := st.Desk().VerifyDocument(ctx, data, isFile)
		if err != nil {
			return err
		}
		if err := c.Print(v, func(w io.Writer) { printVerification(w, c, v) }); err != nil {
			return err
		}
		if !v.Valid {
			return cli.Exit(5) // an integrity violation, told above
		}
		return nil
	})
}

// documentInput tells a file from the text of a QR code and refuses what can be
// neither: that is the user's slip, not a forgery.
func documentInput(c *cli.Call, operand string) (data []byte, isFile bool, err error) {
	text := strings.TrimSpace(operand)
	if strings.HasPrefix(text, sign.QRPrefix) {
		return []byte(text), false, nil
	}
	if data, err = c.ReadFile(operand, documentLimit); err != nil {
		return nil, false, err
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) && !bytes.HasPrefix(bytes.TrimSpace(data), []byte(sign.QRPrefix)) {
		return nil, false, counter.E(counter.CodeInvalid, "这既不是 PDF 文书，也不是二维码文字", "this is neither a PDF nor the text of a QR code").
			Hint("请给 PDF 文件，或扫描枪读出的、以 "+sign.QRPrefix+" 开头的文字", "give the PDF, or the scanned text that begins with "+sign.QRPrefix)
	}
	return data, true, nil
}

func printVerification(w io.Writer, c *cli.Call, v desk.Verification) {
	why := c.Say(dash(v.Why), v.WhyEn)
	if !v.Valid {
		if v.Verdict == desk.VerdictNoCode { // no word about any paper
			fmt.Fprintln(w, c.Say("没有读出来，请再扫一次:", "not readable, scan again:"), why)
			return
		}
		fmt.Fprintln(w, c.Say("不真:", "not genuine:"), why)
		fmt.Fprintln(w, c.Say("设备名册截至:", "devices known as of:"), minute(v.AsOf))
		return
	}
	cli.Table(w, [][]string{
		{c.Say("真", "genuine"), kindName(c, v.Kind)},
		{c.Say("编号", "number"), v.Number},
		{c.Say("出具", "issued"), minute(v.IssuedAt)},
		{c.Say("设备", "device"), deviceLine(v)},
		{c.Say("设备名册截至", "devices known as of"), minute(v.AsOf)},
	})
	if v.Note != "" {
		fmt.Fprintln(w, c.Say("注意:", "Note:"), c.Say(v.Note, v.NoteEn))
	}
}

// kindName names a kind of document for people.
func kindName(c *cli.Call, kind string) string {
	switch kind {
	case document.Acceptance:
		return c.Say("受理通知书", kind)
	case document.FormFilled:
		return c.Say("申请表", kind)
	case document.FormBlank:
		return c.Say("空白申请表", kind)
	}
	book, err := wording.Load()
	if err != nil {
		return kind
	}
	page := book.At(kind, c.Now())
	if page == nil {
		return kind // of a newer version
	}
	return c.Say(page.Called(), kind)
}

// wentTo says what became of a document.
func wentTo(c *cli.Call, p desk.PrintView) string {
	text := c.Say("文件", "file")
	switch {
	case p.Failed:
		text = c.Say("没有打印 ", "not printed ") + p.Printer
	case p.Printer != "":
		text = p.Printer
	}
	if p.Reprint > 0 && !p.Failed {
		text += fmt.Sprintf(c.Say("，补打第%d次", ", reprint %d"), p.Reprint)
	}
	return text
}

// deviceLine names a device once: its certificate says its name, too.
func deviceLine(v desk.Verification) string {
	if v.DeviceName == "" || v.DeviceName == v.Device {
		return v.Device
	}
	return v.Device + " " + v.DeviceName
}
