package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/app/counter"
)

// echo is what the sample command saw.
type echo struct {
	Name, Out, Home, User string
	Materials             []string
	Operands              []string
	Wait                  time.Duration
	Sample                bool
}

// sampleApp is a small tree with every shape that the real one has.
func sampleApp(fail error) *App {
	run := func(name string) func(*Flags) Run {
		return func(fs *Flags) Run {
			out := fs.Path("out", T("输出文件", "output file"))
			materials := fs.Strings("material", T("材料", "material"), Meta("NAME=FILE"))
			wait := fs.Duration("timeout", time.Minute, T("最长时间", "longest time"))
			sample := fs.Bool("sample", T("样例", "sample"))
			return func(_ context.Context, c *Call) error {
				if fail != nil {
					return fail
				}
				home, _ := c.Home()
				e := echo{name, *out, home, c.User(), *materials, c.Operands, *wait, *sample}
				return c.Print(e, func(w io.Writer) { fmt.Fprintf(w, "%s %s\n", c.Say("命令", "command"), name) })
			}
		}
	}
	tier := func(fs *Flags) Run {
		fs.String("tier", "", T("层级", "tier"), Required(), OneOf("village", "town"))
		return func(context.Context, *Call) error { return nil }
	}
	return &App{Root: &Command{Name: "onedoor", Short: T("一门办", "onedoor"), Sub: []*Command{
		{Name: "case", Short: T("办件", "cases"), Sub: []*Command{
			{Name: "accept", Short: T("受理", "accept"), Define: run("accept")},
			{Name: "act", Short: T("办理", "act"), Args: "NUMBER VERB [NOTE]", Define: run("act")},
		}},
		{Name: "sync", Short: T("同步", "sync"), Define: run("sync"), Sub: []*Command{
			{Name: "export", Short: T("导出", "export"), Define: run("export")},
		}},
		{Name: "enroll", Short: T("入网", "enrol"), Define: tier},
	}}}
}

// call runs args against app with the environment given as KEY=VALUE words.
func call(app *App, environ string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	vars := map[string]string{}
	for _, kv := range strings.Fields(environ) {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	code = app.Execute(context.Background(), &Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Cwd: cwd, Getenv: func(k string) string { return vars[k] }, Now: time.Now,
	})
	return code, out.String(), errs.String()
}

// cwd is an absolute folder on every system.
var cwd = func() string {
	if runtime.GOOS == "windows" {
		return `C:\clerk`
	}
	return "/clerk"
}()

func TestSampleTreeIsSound(t *testing.T) {
	if err := Check(sampleApp(nil).Root); err != nil {
		t.Fatal(err)
	}
}

func TestFlagsStandAnywhere(t *testing.T) {
	want := echo{"act", filepath.Join(cwd, "o.pdf"), filepath.Join(cwd, "h"), "李四", []string{"a=1", "b"},
		[]string{"N1", "approve"}, time.Second, true}
	for _, line := range []string{
		"case act N1 approve --out o.pdf --home h --user 李四 --material a=1 --material b --timeout 1s --sample --json",
		"--json --home h case --user 李四 act --out=o.pdf N1 --material a=1 --sample approve --material b --timeout=1s",
		"--out o.pdf --material a=1 --sample --timeout 1s case --material b --home=h act --user=李四 N1 --json=true approve",
		"-json -home h case act -user 李四 -out o.pdf -material a=1 -material b -sample -timeout 1s -- N1 approve",
	} {
		code, stdout, stderr := call(sampleApp(nil), "", strings.Fields(line)...)
		var got echo
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
			t.Errorf("%s\n: exit %d, %v, stderr %q", line, code, err, stderr)
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s\n got %+v\nwant %+v", line, got, want)
		}
	}
}

func TestOperandsThatLookLikeFlagsOrCommands(t *testing.T) {
	_, stdout, _ := call(sampleApp(nil), "", "case", "act", "--json", "--", "--out", "accept")
	var got echo
	json.Unmarshal([]byte(stdout), &got)
	if fmt.Sprint(got.Operands) != "[--out accept]" {
		t.Fatalf("operands %v", got.Operands)
	}
	if _, stdout, _ = call(sampleApp(nil), "", "sync", "export", "--json"); !strings.Contains(stdout, `"export"`) {
		t.Fatalf("sync export ran %s", stdout)
	}
	if _, stdout, _ = call(sampleApp(nil), "", "sync", "--json"); !strings.Contains(stdout, `"sync"`) {
		t.Fatalf("sync ran %s", stdout)
	}
}

func TestWrongUsage(t *testing.T) {
	cases := []struct{ line, zh, en string }{
		{"", "还缺少命令", "missing"},
		{"case", "还缺少命令", "missing"},
		{"cas accept", "onedoor case 吗", "did you mean onedoor case?"},
		{"case acept", "onedoor case accept 吗", "did you mean onedoor case accept?"},
		{"accept", "onedoor case accept 吗", "did you mean onedoor case accept?"},
		{"zzzzzz", "全部命令", "lists all"},
		{"sync imprt", "没有这个命令", "unknown command"},
		{"case accept --materiel x", "--material 吗", "--material?"},
		{"case accept --qqqqqqqq", "没有这个选项", "unknown flag"},
		{"case accept --timeout soon", "不对", "bad value"},
		{"case accept --timeout", "缺少内容", "needs a value"},
		{"case accept extra", "多余的参数", "unexpected"},
		{"case act N1", "缺少: VERB", "missing: VERB"},
		{"case act N1 v n x", "多余的参数: x", "unexpected argument: x"},
		{"enroll", "缺少: --tier", "missing: --tier"},
		{"enroll --tier city", "village, town", "village, town"},
		{"sync --lang fr", "zh, en", ""},
	}
	for _, c := range cases {
		code, stdout, stderr := call(sampleApp(nil), "", strings.Fields(c.line)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.zh) || !strings.Contains(stderr, "用法:") {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", c.line, code, stdout, stderr)
		}
		_, _, stderr = call(sampleApp(nil), "LANG=en_US.UTF-8", strings.Fields(c.line)...)
		if !strings.Contains(stderr, c.en) || !strings.Contains(stderr, "Usage:") {
			t.Errorf("%q in English: %q", c.line, stderr)
		}
		_, _, stderr = call(sampleApp(nil), "", append(strings.Fields(c.line), "--json")...)
		var o errorObject
		if c.line == "case accept --timeout" { // here --json is the value
			continue
		}
		if err := json.Unmarshal([]byte(stderr), &o); err != nil || o.Code != counter.CodeUsage {
			t.Errorf("%q --json: %v, %q", c.line, err, stderr)
		}
	}
}

func TestCheckRunsNothing(t *testing.T) {
	app := sampleApp(errors.New("it ran"))
	for line, good := range map[string]bool{
		"case act N1 approve --out o.pdf": true, "sync export": true, "enroll --tier town": true, "help case": true,
		"case act N1": false, "case": false, "enroll": false, "sync --nonsense": false, "nonsense": false,
	} {
		if err := app.Check(strings.Fields(line)); (err == nil) != good {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestErrorsAndExitCodes(t *testing.T) {
	cases := []struct {
		err  error
		want int
	}{
		{counter.E(counter.CodeFailed, "失败", "failed"), 1},
		{counter.E(counter.CodeUsage, "用法", "usage"), 2},
		{counter.E(counter.CodeNotEnrolled, "未入网", "x"), 3},
		{counter.E(counter.CodeDenied, "无权", "x"), 3},
		{counter.E(counter.CodeLocked, "未解锁", "x"), 3},
		{counter.E(counter.CodeBusy, "忙", "x"), 4},
		{counter.E(counter.CodeIntegrity, "不符", "x"), 5},
		{counter.E(counter.CodeNotFound, "找不到", "x"), 6},
		{fmt.Errorf("wrapped: %w", counter.E(counter.CodeInvalid, "有误", "x")), 7},
		{errors.New("plain"), 1},
		{fmt.Errorf("write: %w", syscall.ENOSPC), 1},
		{fmt.Errorf("open: %w", os.ErrPermission), 3},
		{Exit(4), 4},
	}
	for _, c := range cases {
		if code, _, stderr := call(sampleApp(c.err), "", "sync"); code != c.want || (stderr == "") != (c.err == Exit(4)) {
			t.Errorf("%v: exit %d, want %d; %q", c.err, code, c.want, stderr)
		}
	}
}

func TestErrorObject(t *testing.T) {
	fail := counter.E(counter.CodeInvalid, "有 1 处不对", "1 fault").Hint("请改正", "correct it").
		With(counter.Problem{Where: "第3行", What: "<空>", Fix: "填写"}).Because(errors.New("row 3"))
	code, stdout, stderr := call(sampleApp(fail), "", "sync", "--json")
	want := `{"code":"invalid","message":"有 1 处不对","hint":"请改正","details":[{"where":"第3行","what":"<空>","fix":"填写"}],"cause":"row 3"}` + "\n"
	if code != 7 || stdout != "" || stderr != want {
		t.Errorf("exit %d, %q", code, stderr)
	}
	_, _, stderr = call(sampleApp(fail), "", "sync", "--lang", "en")
	if want := "Error: 1 fault\n - 第3行: <空> → 填写\nCause: row 3\nHint: correct it\n"; stderr != want {
		t.Errorf("human: %q", stderr)
	}
}

func TestPanicIsOneFailure(t *testing.T) {
	app := &App{Root: &Command{Name: "onedoor", Short: T("一", "o"), Define: Simple(func(context.Context, *Call) error {
		panic("broken")
	})}}
	if code, _, stderr := call(app, ""); code != 1 || !strings.Contains(stderr, "broken") {
		t.Fatalf("exit %d, %q", code, stderr)
	}
}

func TestLanguage(t *testing.T) {
	cases := []struct {
		environ string
		want    Lang
	}{
		{"", Zh}, {"LANG=en", En}, {"LANG=en_US.UTF-8", En}, {"LANG=C.UTF-8", Zh}, {"LANG=de_DE", Zh},
		{"LC_ALL=en_GB LANG=zh_CN", En}, {"LC_ALL=zh_CN.UTF-8 LANG=en", Zh}, {"LC_ALL=C LANG=en", En}, {"LC_ALL=POSIX", Zh},
	}
	for _, c := range cases {
		_, stdout, _ := call(sampleApp(nil), c.environ, "sync")
		if want := map[Lang]string{Zh: "命令 sync\n", En: "command sync\n"}[c.want]; stdout != want {
			t.Errorf("%q: %q", c.environ, stdout)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"--help", "help", "case --help", "help case act", "case act --help --nonsense", "sync -h"} {
		for environ, word := range map[string]string{"": "用法:", "LANG=en": "Usage:"} {
			code, stdout, stderr := call(sampleApp(nil), environ, strings.Fields(line)...)
			if code != 0 || stderr != "" || !strings.Contains(stdout, word) {
				t.Errorf("%q %q: exit %d, %q, %q", environ, line, code, stdout, stderr)
			}
		}
	}
	_, stdout, _ := call(sampleApp(nil), "", "help", "case", "act")
	for _, want := range []string{"onedoor case act", "NUMBER VERB [NOTE]", "--material NAME=FILE", "默认 1m0s", "--home DIR"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("help lacks %q:\n%s", want, stdout)
		}
	}
}
