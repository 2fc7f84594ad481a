package conformance

import (
	"fmt"
	"io"
	"time"
)

// Text is one sentence in both languages.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In gives the sentence in one language.
func (t Text) In(english bool) string {
	if english {
		return t.En
	}
	return t.Zh
}

// Verdict of a check. A check that a reader should pass but need not warns.
type Verdict string

const (
	Pass Verdict = "pass"
	Warn Verdict = "warn"
	Fail Verdict = "fail"
	Skip Verdict = "skip" // could not be asked, because an earlier one failed
)

// Result is what one check found. Milliseconds is how long it took, the time of
// the person at the reader included.
type Result struct {
	ID           string  `json:"id"`
	Title        Text    `json:"title"`
	Verdict      Verdict `json:"verdict"`
	Detail       Text    `json:"detail"`
	Milliseconds int64   `json:"ms"`
}

// Timing sums up the answers to one command, in milliseconds: until the first
// byte, and until the whole answer was there.
type Timing struct {
	Command  string `json:"command"`
	Count    int    `json:"count"`
	FirstMax int64  `json:"first_max_ms"`
	Median   int64  `json:"median_ms"`
	Max      int64  `json:"max_ms"`
}

// Report is the outcome of a run. It names the reader and nobody's card.
type Report struct {
	Format  int       `json:"format"` // 1
	Reader  string    `json:"reader"` // as Subject.Name
	SAMID   string    `json:"sam_id"` // printed identity of the security module
	Started time.Time `json:"started"`
	OK      bool      `json:"ok"` // nothing failed and nothing was skipped
	Checks  []Result  `json:"checks"`
	Timings []Timing  `json:"timings"`
}

func (r *Report) conclude() {
	r.OK = len(r.Checks) > 0
	for _, c := range r.Checks {
		r.OK = r.OK && (c.Verdict == Pass || c.Verdict == Warn)
	}
}

// Count returns how many checks had a verdict.
func (r *Report) Count(v Verdict) (n int) {
	for _, c := range r.Checks {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// WriteText prints the report for people.
func (r *Report) WriteText(w io.Writer, english bool) error {
	say := func(zh, en string) string { return Text{zh, en}.In(english) }
	marks := map[Verdict]string{Pass: say("通过", "pass"), Warn: say("提醒", "warn"), Fail: say("不合格", "FAIL"), Skip: say("未测", "skip")}
	_, err := fmt.Fprintf(w, "%s\n%s: %s\n%s: %s\n%s: %s\n\n", say("读卡器协议符合性报告", "Card reader conformance report"),
		say("读卡器", "Reader"), r.Reader, say("安全模块号", "Security module"), r.SAMID,
		say("时间", "Time"), r.Started.Format(time.RFC3339))
	for _, c := range r.Checks {
		if err == nil {
			_, err = fmt.Fprintf(w, "[%s] %-10s %s\n", marks[c.Verdict], c.ID, c.Title.In(english))
		}
		if d := c.Detail.In(english); d != "" && err == nil {
			_, err = fmt.Fprintf(w, "        %s\n", d)
		}
	}
	for _, t := range r.Timings {
		if err == nil {
			_, err = fmt.Fprintf(w, "\n%-8s %s %d, %s %d ms, %s %d ms, %s %d ms", t.Command, say("次数", "count"), t.Count,
				say("首字节最慢", "first byte max"), t.FirstMax, say("中位", "median"), t.Median, say("最慢", "max"), t.Max)
		}
	}
	if err == nil {
		verdict := say("结论：合格", "Verdict: conforms")
		if !r.OK {
			verdict = say("结论：不合格", "Verdict: does not conform")
		}
		_, err = fmt.Fprintf(w, "\n\n%s (%d/%d)\n", verdict, r.Count(Pass)+r.Count(Warn), len(r.Checks))
	}
	return err
}
