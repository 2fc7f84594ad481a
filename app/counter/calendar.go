package counter

import (
	"fmt"
	"sort"
	"time"
)

// Calendar is one year's notice of the State Council on public holidays: which
// weekdays are free and which weekend days are worked. Everything else follows
// the week. It is data, imported once a year, never code.
type Calendar struct {
	Year     int           `json:"year"`
	Holidays []CalendarDay `json:"holidays"`          // free days
	Workdays []CalendarDay `json:"workdays"`          // weekend days worked instead (调休上班)
	Source   string        `json:"source"`            // where the data was taken from
	Version  string        `json:"version,omitempty"` // release of the source
	Document string        `json:"document"`          // number of the State Council's notice
	License  string        `json:"license,omitempty"` // licence text of the source, if it asks for that
}

// CalendarDay is a named exception to the week.
type CalendarDay struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}

// noticeReach is the first day, as month-day, that the next year's notice has
// ever changed: 2018-12-29 was a working Saturday of the notice for 2019, and
// 2007, 2011, 2018 and 2022 all had changed days after it. Until the next year
// is published, these days are no more certain than next January.
const noticeReach = "12-29"

// DueDate counts days working days from the day after accepted (行政许可法
// 第八十二条: days are working days; the day of the event does not count) and
// gives the last of them. Years without a calendar count by the week alone,
// and then provisional is true: the date is shown as 暂定 and computed again
// when the calendar arrives. days is 1 to 3650.
func DueDate(accepted Date, days int, calendars []Calendar) (due Date, provisional bool, err error) {
	if !accepted.Valid() {
		return "", false, E(CodeInvalid, "受理日期不是有效日期", "the date of acceptance is not a valid date")
	}
	if days < 1 || days > 3650 {
		return "", false, Ef(CodeInvalid, "办理期限 %d 个工作日不在 1 到 3650 之间", "a limit of %d working days is not between 1 and 3650", days)
	}
	w := newWeek(calendars)
	t := accepted.Time()
	for days > 0 {
		t = t.AddDate(0, 0, 1)
		d := DateOf(t)
		provisional = provisional || !w.settled(d)
		if w.works(d, t.Weekday()) {
			days--
		}
	}
	return DateOf(t), provisional, nil
}

// Workday reports whether offices work on d, and whether that is certain.
func Workday(d Date, calendars []Calendar) (works, settled bool) {
	w := newWeek(calendars)
	return w.works(d, d.Time().Weekday()), w.settled(d)
}

// week is the calendars in the form that counting needs.
type week struct {
	years      map[string]bool // "2026"
	exceptions map[Date]bool   // the exceptions
}

// newWeek lays the calendars over each other in the order of their years, so
// that where two speak of the same December day the later notice decides.
func newWeek(calendars []Calendar) week {
	w := week{years: map[string]bool{}, exceptions: map[Date]bool{}}
	sorted := append([]Calendar(nil), calendars...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Year < sorted[j].Year })
	for _, c := range sorted {
		w.years[fmt.Sprintf("%04d", c.Year)] = true
		for _, d := range c.Holidays {
			w.exceptions[d.Date] = false
		}
		for _, d := range c.Workdays {
			w.exceptions[d.Date] = true
		}
	}
	return w
}

func (w week) works(d Date, day time.Weekday) bool {
	if works, ok := w.exceptions[d]; ok {
		return works
	}
	return day != time.Saturday && day != time.Sunday
}

// settled reports whether every notice that can change d is known.
func (w week) settled(d Date) bool {
	year := string(d[:4])
	if !w.years[year] {
		return false
	}
	if string(d[5:]) < noticeReach {
		return true
	}
	return w.years[fmt.Sprintf("%04d", d.Year()+1)]
}

// Validate lists every fault of the calendar. A notice may reach back into
// the last December days before its year, nowhere else.
func (c Calendar) Validate() []Problem {
	var ps []Problem
	if c.Year < 1949 || c.Year > 2200 {
		ps = append(ps, Problem{"year", "年份不合理 / year out of range", "填四位年份 / give a four-digit year"})
	}
	if c.Source == "" {
		ps = append(ps, Problem{"source", "没有写明数据来源 / no source named", "写明来源 / name where the data comes from"})
	}
	seen := map[Date]string{}
	for _, list := range []struct {
		name string
		days []CalendarDay
	}{{"holidays", c.Holidays}, {"workdays", c.Workdays}} {
		for i, d := range list.days {
			where := fmt.Sprintf("%s[%d]", list.name, i)
			ps = append(ps, c.checkDay(where, d.Date)...)
			if other, dup := seen[d.Date]; dup {
				ps = append(ps, Problem{where, "日期与 " + other + " 重复 / the same day as " + other, "只保留一处 / keep one"})
			}
			seen[d.Date] = where
		}
	}
	return ps
}

func (c Calendar) checkDay(where string, d Date) []Problem {
	if !d.Valid() {
		return []Problem{{where, "不是有效日期 / not a valid date", "写成 2026-01-01 / write it as 2026-01-01"}}
	}
	reach := Date(fmt.Sprintf("%04d-%s", c.Year-1, noticeReach))
	if d.Year() != c.Year && (d < reach || d.Year() > c.Year) {
		return []Problem{{where, "日期不属于本年度 / the day is not of this year", "移到它的年度文件 / move it to its own year"}}
	}
	return nil
}
