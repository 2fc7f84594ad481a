package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var acceptHelp = cli.T(
	`申请人用 --card-port 读卡，或用 --applicant 给 JSON 文件；两者都给时以卡上的身份为准，文件只补电话、住址和代办人。
--material 可重复：名称（已收原件）、名称=文件（同时存扫描件）、all（本事项要求的都已出示）。
材料或表单不齐时不受理，一次列出全部所缺，退出码 7。`,
	`The applicant is read with --card-port, or given with --applicant as JSON; with both, the card's identity counts and the
file adds phone, address and agent. --material repeats: NAME (seen), NAME=FILE (with a scan), all (everything required was shown).
An incomplete application is refused with everything that is missing at once, exit code 7.`)

// acceptFlags are the flags of case accept.
type acceptFlags struct {
	item, cardPort, applicant, form, out, legalDate *string
	materials, deferred                             *[]string
	timeout                                         *time.Duration
}

func caseAccept(fs *cli.Flags) cli.Run {
	f := acceptFlags{
		item:      fs.String("item", "", cli.T("事项代码", "code of the item"), cli.Required(), cli.Meta("CODE")),
		cardPort:  fs.String("card-port", "", cli.T("读卡器地址", "address of the card reader"), cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT")),
		applicant: fs.Path("applicant", cli.T("申请人 JSON", "applicant as JSON"), cli.Meta("FILE.json")),
		form:      fs.Path("form", cli.T("表单 JSON", "form as JSON"), cli.Meta("FILE.json")),
		materials: fs.Strings("material", cli.T("收到的材料", "material that was given"), cli.Meta("NAME=FILE|NAME|all")),
		deferred:  fs.Strings("defer", cli.T("承诺后补的材料", "material that is promised for later"), cli.Meta("NAME")),
		out:       fs.Path("out", cli.T("受理通知书放在哪个文件夹", "folder for the acceptance notice"), cli.Meta("DIR")),
		legalDate: fs.String("legal-date", "", cli.T("时钟可疑时的受理日期", "date of acceptance when the clock is doubtful"), cli.Meta("YYYY-MM-DD")),
		timeout:   fs.Duration("timeout", 30*time.Second, cli.T("最多等卡多久", "how long to wait for the card")),
	}
	return func(ctx context.Context, c *cli.Call) error {
		a, err := f.acceptance(c)
		if err != nil {
			return err
		}
		return writingAs(ctx, c, "case accept", func(_ *station.Station, s *desk.Session) error {
			// After the login: nobody's card is read for somebody who may not work here.
			if *f.cardPort != "" {
				ctx, cancel := context.WithTimeout(ctx, *f.timeout)
				card, err := readCard(ctx, c, *f.cardPort)
				cancel()
				if err != nil {
					return err
				}
				if a.Card = deskCard(card); a.Applicant != nil && otherNumber(a.Applicant.Number, a.Card.Number) {
					return counter.E(counter.CodeInvalid, "读到的卡和申请人文件不是同一个人，没有受理", "the card and the applicant file are of two people; nothing was recorded").
						Hint("核对卡和文件；卡是代办人的，去掉 --card-port，在文件里写申请人和 agent", "check both; if the card is the agent's, leave --card-port away and name the agent in the file")
				}
			}
			done, err := s.Accept(ctx, a)
			if err != nil {
				return err
			}
			done.Warnings, done.Documents = list(done.Warnings), list(done.Documents)
			return c.Print(done, func(w io.Writer) { printAccepted(w, c, done) })
		})
	}
}

// acceptance reads what was given on the command line and in files.
func (f *acceptFlags) acceptance(c *cli.Call) (a desk.Acceptance, err error) {
	a = desk.Acceptance{Item: *f.item, LegalDate: counter.Date(*f.legalDate), Out: *f.out}
	if *f.cardPort == "" && *f.applicant == "" {
		return a, counter.E(counter.CodeUsage, "没有申请人", "no applicant").
			Hint("用 --card-port 读卡，或用 --applicant 给文件", "give --card-port or --applicant")
	}
	if *f.legalDate != "" && !a.LegalDate.Valid() {
		return a, badDate("--legal-date", *f.legalDate)
	}
	if *f.applicant != "" {
		a.Applicant = new(desk.Applicant)
		if err := readJSON(c, *f.applicant, a.Applicant); err != nil {
			return a, err
		}
	}
	if *f.form != "" {
		if err := readJSON(c, *f.form, &a.Form); err != nil {
			return a, err
		}
	}
	if *f.out != "" {
		// Before the case exists: a folder that cannot be made must not leave an
		// accepted case without its notice.
		if err := os.MkdirAll(*f.out, 0o700); err != nil {
			return a, writeError(*f.out, err)
		}
	}
	a.Materials, err = givenMaterials(c, *f.materials, *f.deferred)
	return a, err
}

// givenMaterials reads NAME, NAME=FILE and all. A name may hold "=" only if no file
// is given, which no item of the sample does.
func givenMaterials(c *cli.Call, given, deferred []string) (m desk.Materials, err error) {
	for _, text := range given {
		name, file, hasFile := strings.Cut(text, "=")
		switch {
		case text == "all":
			m.All = true
			continue
		case hasFile && file == "":
			return m, counter.Ef(counter.CodeUsage, "--material %q 没有写文件", "--material %q names no file", text)
		case hasFile:
			file = c.Path(file)
			if _, err := os.Stat(file); err != nil {
				return m, counter.Ef(counter.CodeNotFound, "找不到材料文件 %s", "no such material file: %s", file).
					Hint("请检查文件名和所在文件夹", "check the file name and its folder")
			}
		}
		m.List = append(m.List, desk.GivenMaterial{Name: name, Provided: true, File: file})
	}
	for _, name := range deferred {
		m.List = append(m.List, desk.GivenMaterial{Name: name, Deferred: true})
	}
	return m, nil
}

// readJSON reads one JSON value of a known shape; a mistyped key must not be lost
// in silence.
func readJSON(c *cli.Call, path string, v any) error {
	data, err := c.ReadFile(path, 1<<20)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return notJSON(path, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return notJSON(path, fmt.Errorf("more than one JSON value"))
	}
	return nil
}

// deskCard hands a card to the facade, which does not know the driver.
func deskCard(k *cardreader.Card) *desk.Card {
	return &desk.Card{
		Kind: string(k.Kind), Name: k.Name, NameEN: k.NameEN, Sex: k.Sex, Ethnicity: k.Ethnicity, Birth: k.Birth,
		Address: k.Address, Number: k.Number, Issuer: k.Issuer, ValidFrom: k.ValidFrom, ValidTo: k.ValidTo, NewAddress: k.NewAddress,
		Photo: bytes.Clone(k.Photo),
	}
}

func printAccepted(w io.Writer, c *cli.Call, a desk.Accepted) {
	due := c.Say("即办", "at once")
	if a.Due != nil {
		due = string(*a.Due)
		if a.DueProvisional {
			due += c.Say("（暂定）", " (provisional)")
		}
	}
	rows := [][]string{
		{c.Say("已受理", "accepted"), a.Number},
		{c.Say("事项", "item"), a.Item},
		{c.Say("时间", "at"), minute(a.AcceptedAt)},
		{c.Say("办结期限", "due"), due},
	}
	for _, d := range a.Documents {
		if d.File != "" {
			rows = append(rows, []string{c.Say("受理通知书", "notice"), d.File})
		}
	}
	cli.Table(w, rows)
	for _, warning := range a.Warnings {
		fmt.Fprintln(w, c.Say("注意:", "Note:"), warning)
	}
}

// otherNumber tells that a file names a person's number and it is not the card's.
func otherNumber(said, read string) bool {
	said = strings.TrimSpace(said)
	return said != "" && read != "" && !strings.EqualFold(said, read)
}
