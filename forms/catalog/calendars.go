package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"

	"onedoor/app/counter"
)

// maxCalendar bounds a calendar file; that of all years since 2004 has 40 kB.
const maxCalendar = 4 << 20

// ReadCalendars reads working-day calendars from a JSON file: ours (one
// counter.Calendar or an array of them), or one of npm chinese-days
// (dist/years/2026.json, or dist/chinese-days.json with all years). They come
// back in the order of years, each validated. The error is an *Error with code
// invalid and every fault.
func ReadCalendars(r io.Reader, filename string) ([]counter.Calendar, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCalendar+1))
	if err != nil {
		return nil, counter.Ef(counter.CodeFailed, "读不了日历文件 %s", "cannot read the calendar file %s", filename).Because(err)
	}
	if len(data) > maxCalendar {
		return nil, badCalendar(filename, counter.Problem{Where: filename, What: "文件太大 / the file is too large", Fix: "选择一个年度的日历文件 / choose the file of one year"})
	}
	cs, err := parseCalendars(data)
	if err != nil {
		return nil, badCalendar(filename, counter.Problem{Where: filename, What: err.Error(), Fix: "使用 chinese-days 的 JSON 或本程序的日历格式 / use the JSON of chinese-days or our format"})
	}
	var ps []counter.Problem
	years := map[int]bool{}
	for _, c := range cs {
		for _, p := range c.Validate() {
			p.Where = fmt.Sprintf("%d %s", c.Year, p.Where)
			ps = append(ps, p)
		}
		if years[c.Year] {
			ps = append(ps, counter.Problem{Where: fmt.Sprint(c.Year), What: "年份重复 / the year occurs twice", Fix: "只保留一个 / keep one"})
		}
		years[c.Year] = true
	}
	if len(ps) > 0 {
		return nil, badCalendar(filename, ps...)
	}
	return cs, nil
}

func badCalendar(filename string, ps ...counter.Problem) error {
	return counter.Ef(counter.CodeInvalid, "日历文件 %s 有 %d 处错误，没有导入", "the calendar file %s has %d faults; nothing was imported", filename, len(ps)).With(ps...)
}

func parseCalendars(data []byte) ([]counter.Calendar, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	var cs []counter.Calendar
	var err error
	switch {
	case len(data) > 0 && data[0] == '[':
		err = strictJSON(data, &cs)
	case isChineseDays(data):
		cs, err = parseChineseDays(data)
	default:
		cs = make([]counter.Calendar, 1)
		err = strictJSON(data, &cs[0])
	}
	if err == nil && len(cs) == 0 {
		err = fmt.Errorf("没有任何年度 / no year in it")
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].Year < cs[j].Year })
	return cs, err
}

func strictJSON(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return fmt.Errorf("文件末尾有多余内容 / text after the end")
	}
	return nil
}

// isChineseDays tells the two shapes apart: there, holidays is an object.
func isChineseDays(data []byte) bool {
	var probe struct {
		Year     *int            `json:"year"`
		Holidays json.RawMessage `json:"holidays"`
	}
	return json.Unmarshal(data, &probe) == nil && probe.Year == nil && bytes.HasPrefix(probe.Holidays, []byte("{"))
}

// parseChineseDays reads day -> "New Year's Day,元旦,1" maps. In-lieu days are
// among the holidays already and are not needed.
func parseChineseDays(data []byte) ([]counter.Calendar, error) {
	var f struct {
		Holidays   map[counter.Date]string `json:"holidays"`
		Workdays   map[counter.Date]string `json:"workdays"`
		InLieuDays map[counter.Date]string `json:"inLieuDays"`
	}
	if err := strictJSON(data, &f); err != nil {
		return nil, err
	}
	years := map[int]*counter.Calendar{}
	of := func(d counter.Date) *counter.Calendar {
		c := years[d.Year()]
		if c == nil {
			c = &counter.Calendar{Year: d.Year(), Source: "npm chinese-days"}
			years[d.Year()] = c
		}
		return c
	}
	for _, d := range sortedDays(f.Holidays) {
		of(d.Date).Holidays = append(of(d.Date).Holidays, d)
	}
	for _, d := range sortedDays(f.Workdays) {
		of(d.Date).Workdays = append(of(d.Date).Workdays, d)
	}
	var cs []counter.Calendar
	for _, c := range years {
		cs = append(cs, *c)
	}
	return cs, nil
}

func sortedDays(m map[counter.Date]string) (days []counter.CalendarDay) {
	for d, label := range m {
		name := label
		if parts := strings.Split(label, ","); len(parts) > 1 {
			name = parts[1]
		}
		days = append(days, counter.CalendarDay{Date: d, Name: name})
	}
	sort.Slice(days, func(i, j int) bool { return days[i].Date < days[j].Date })
	return days
}
