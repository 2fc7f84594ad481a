package itemsheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"onedoor/app/counter"

	"github.com/xuri/excelize/v2"
)

func readBook(data []byte, filename string) (items []counter.Item, err error) {
	if what, fix := checkZip(data); what != "" {
		return nil, wrongFile(filename, what, fix)
	}
	defer func() { // the workbook library may panic on crafted files; a counter must not die of one
		if p := recover(); p != nil {
			items, err = nil, wrongFile(filename, fmt.Sprintf("工作簿已损坏 / the workbook is damaged: %v", p), damagedFix)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return nil, wrongFile(filename, "工作簿已损坏 / the workbook is damaged: "+err.Error(), damagedFix)
	}
	defer f.Close()
	c := &collector{book: f, faults: &faults{seen: map[string]bool{}}, byCode: map[string]int{}}
	items = c.collect()
	if err := c.faults.err(filename); err != nil {
		return nil, err
	}
	return items, nil
}

const damagedFix = "用 Excel 或 WPS 打开后另存为 .xlsx / open it and save it as .xlsx again"

// checkZip unpacks every part once and counts: sizes that a file claims of
// itself prove nothing.
func checkZip(data []byte) (what, fix string) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "不是完整的 XLSX 文件 / not a complete XLSX file", damagedFix
	}
	if len(z.File) > maxParts {
		return "工作簿内的部件太多 / too many parts inside", damagedFix
	}
	left := int64(maxUnpacked)
	isBook := false
	for _, part := range z.File {
		isBook = isBook || part.Name == "xl/workbook.xml" || part.Name == "[Content_Types].xml"
		n, err := unpackedSize(part, left)
		if left -= n; left <= 0 {
			return "解压后的内容过大，可能是压缩炸弹 / far too large when unpacked", "删去图片和无关工作表 / remove pictures and other sheets"
		}
		if err != nil {
			return "XLSX 文件已损坏 / the XLSX file is damaged: " + err.Error(), damagedFix
		}
	}
	if !isBook {
		return "是压缩包，但不是 Excel 工作簿 / a zip file, but no workbook", damagedFix
	}
	return "", ""
}

func unpackedSize(part *zip.File, limit int64) (int64, error) {
	if part.FileInfo().IsDir() {
		return 0, nil
	}
	r, err := part.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, io.LimitReader(r, limit))
}
