package itemsheet

import (
	"bytes"
	"fmt"
	"io"

	"onedoor/app/counter"
)

// Limits of a file from outside. 2,000 items need about 1 MB packed.
const (
	maxFile     = 32 << 20  // bytes read
	maxUnpacked = 128 << 20 // bytes of all parts of a workbook
	maxParts    = 1000      // files in a workbook
	maxRows     = lastRow   // filled rows of one sheet
	maxCells    = 200       // cells of one row
	maxDetails  = 500       // faults listed
)

// Read reads a catalogue from an XLSX made from the template, or from JSON (an
// array of items or {"items": [...]}); the content decides which, filename is
// for messages. All or nothing: the error is a *counter.Error with code invalid
// whose Details name every fault of the file with its place and remedy.
func Read(r io.Reader, filename string) ([]counter.Item, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, counter.Ef(counter.CodeFailed, "读不了文件 %s", "cannot read the file %s", filename).Because(err)
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	switch {
	case len(data) > maxFile:
		return nil, wrongFile(filename, "文件超过 32 MB / larger than 32 MB", "删去图片和无关工作表，或分成几个文件 / remove pictures and other sheets, or split it")
	case bytes.HasPrefix(data, []byte("PK")):
		return readBook(data, filename)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, wrongFile(filename, "这是旧版 .xls 或加了密码的工作簿 / an old .xls or a workbook with a password", "去掉密码，另存为 .xlsx / remove the password and save it as .xlsx")
	case len(text) > 0 && (text[0] == '{' || text[0] == '['):
		return counter.DecodeItems(data)
	}
	return nil, wrongFile(filename, "既不是 XLSX 也不是 JSON / neither XLSX nor JSON", "用 catalog template 生成模板，填好后导入 / fill in the template of catalog template")
}

func wrongFile(filename, what, fix string) error {
	return counter.Ef(counter.CodeInvalid, "不能导入 %s", "cannot import %s", filename).With(counter.Problem{Where: filename, What: what, Fix: fix})
}

// faults collects the faults of a workbook, one per cell.
type faults struct {
	list []counter.Problem
	seen map[string]bool
	more int
}

// at adds a fault unless its place has one already: a cell that could not be
// read makes later rules fail that nobody needs to hear of.
func (f *faults) at(where, what, fix string) {
	switch {
	case f.seen[where]:
		return
	case len(f.list) == maxDetails:
		f.more++
		return
	}
	f.seen[where] = true
	f.list = append(f.list, counter.Problem{Where: where, What: what, Fix: fix})
}

func (f *faults) err(filename string) error {
	if len(f.list) == 0 {
		return nil
	}
	n := len(f.list) + f.more
	e := counter.Ef(counter.CodeInvalid, "%s 有 %d 处错误，没有导入任何内容", "%s has %d faults; nothing was imported", filename, n).
		Hint("按所列位置逐处改正后再导入", "correct each place listed and import again").With(f.list...)
	if f.more > 0 {
		e = e.With(counter.Problem{Where: filename, What: fmt.Sprintf("另有 %d 处未列出 / %d more", f.more, f.more), Fix: "先改正以上各处 / correct these first"})
	}
	return e
}
