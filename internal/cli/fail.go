package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"onedoor/app/counter"
)

// Exit ends a command with this code and no further message: everything was said
// already, as when a daemon carried the command out.
type Exit int

// Error makes Exit an error.
func (e Exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// ExitCode gives the exit code of the contract for a command's result.
func ExitCode(err error) int {
	var exit Exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	switch explain(err).Code {
	case counter.CodeUsage:
		return 2
	case counter.CodeNotEnrolled, counter.CodeDenied, counter.CodeLocked:
		return 3
	case counter.CodeBusy:
		return 4
	case counter.CodeIntegrity:
		return 5
	case counter.CodeNotFound:
		return 6
	case counter.CodeInvalid:
		return 7
	}
	return 1
}

// explain finds what to tell people about err: its own counter.Error, or one for
// the few failures of the machine that a clerk can do something about.
func explain(err error) *counter.Error {
	var e *counter.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, syscall.ENOSPC):
		return counter.E(counter.CodeFailed, "磁盘已满，没有保存", "the disk is full, nothing was saved").
			Hint("请腾出磁盘空间后再试一次", "free some disk space and try again").Because(err)
	case errors.Is(err, syscall.EROFS):
		return counter.E(counter.CodeFailed, "磁盘是只读的，没有保存", "the disk is read-only, nothing was saved").
			Hint("请检查磁盘或U盘的写保护", "check the write protection of the disk or stick").Because(err)
	case errors.Is(err, fs.ErrPermission):
		return counter.E(counter.CodeDenied, "系统不允许访问", "the system does not allow it").
			Hint("请检查文件夹的权限", "check the permissions of the folder").Because(err)
	case errors.Is(err, context.DeadlineExceeded):
		return counter.E(counter.CodeFailed, "超过了规定时间", "it took too long").Because(err)
	case errors.Is(err, context.Canceled):
		return counter.E(counter.CodeFailed, "已中断", "interrupted").Because(err)
	}
	return counter.E(counter.CodeFailed, "操作没有成功", "it did not work").Because(err)
}

// errorObject is what --json prints on standard error.
type errorObject struct {
	Code    counter.Code      `json:"code"`
	Message string            `json:"message"`
	Hint    string            `json:"hint"`
	Details []counter.Problem `json:"details,omitempty"`
	Cause   string            `json:"cause,omitempty"`
}

// report tells err on w, as one JSON object or for people.
func report(w io.Writer, l Lang, asJSON bool, err error) {
	e := explain(err)
	o := errorObject{
		Code: e.Code, Message: T(e.Zh, e.En).In(l), Hint: T(e.HintZh, e.HintEn).In(l),
	}
	for _, d := range e.Details {
		o.Details = append(o.Details, d.In(T("zh", "en").In(l)))
	}
	if e.Cause != nil {
		o.Cause = e.Cause.Error()
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.Encode(o) // there is nowhere left to report that standard error is closed
		return
	}
	fmt.Fprintln(w, T("错误:", "Error:").In(l), o.Message)
	for _, d := range o.Details {
		line := strings.TrimPrefix(d.Where+": "+d.What, ": ")
		if d.Fix != "" {
			line += " → " + d.Fix
		}
		fmt.Fprintln(w, " -", line)
	}
	if o.Cause != "" {
		fmt.Fprintln(w, T("原因:", "Cause:").In(l), o.Cause)
	}
	if o.Hint != "" {
		fmt.Fprintln(w, T("提示:", "Hint:").In(l), o.Hint)
	}
}
