package window

import (
	"encoding/json"
	"errors"

	"onedoor/app/counter"
)

// Codes beside those of app/counter. They never reach the command line.
const (
	CodeLoggedOut counter.Code = "logged_out" // nobody is logged in at this seat, or no longer
	CodeNoSeat    counter.Code = "no_seat"    // this browser has not come through a link of the running program
	CodeCancelled counter.Code = "cancelled"  // the user, or a later call, gave it up
	CodeRefused   counter.Code = "refused"    // the request does not come from our own page
)

// Fault is an error as pages get it.
type Fault struct {
	Code    counter.Code      `json:"code"`
	Message string            `json:"message"`
	Hint    string            `json:"hint"`
	Details []counter.Problem `json:"details,omitempty"`
}

// FaultOf says err in the words for a person. What is not a counter.Error is told
// without its text: that is for the log, and may hold what a page must not show.
func FaultOf(err error) Fault {
	var e *counter.Error
	if errors.As(err, &e) {
		f := Fault{Code: e.Code, Message: e.Zh, Hint: e.HintZh}
		for _, d := range e.Details {
			f.Details = append(f.Details, d.In("zh"))
		}
		return f
	}
	return Fault{Code: counter.CodeFailed, Message: "程序出错，这一步没有完成", Hint: "请重试；仍不成功请联系管理员"}
}

// FaultText is FaultOf as a JSON text, for the ErrorFormatter of Wails: its script
// makes a JavaScript Error of whatever it gets, so that an object would arrive as
// "[object Object]".
func FaultText(err error) string {
	b, encodeErr := json.Marshal(FaultOf(err))
	if encodeErr != nil {
		return `{"code":"failed","message":"程序出错","hint":""}`
	}
	return string(b)
}

func loggedOut() error {
	return counter.E(CodeLoggedOut, "请先登录", "please log in").
		Hint("长时间没有操作会自动退出，请重新登录", "after some time without any sign of you the program logs you out")
}

func noSeat() error {
	return counter.E(CodeNoSeat, "此页面没有打开凭据，或程序已重新启动", "this page was not opened through a link of the running program").
		Hint("请用程序启动时显示的新网址重新打开", "open the address that the program shows")
}

func refused(why string) error {
	return counter.E(CodeRefused, "请求不是来自本机的一门办页面，已拒绝", "the request does not come from this program's own page: "+why).
		Hint("请用程序启动时显示的网址打开", "open the address that the program shows")
}

func badCall(why string) error {
	return counter.E(counter.CodeUsage, "页面与程序的版本不一致", "bad call: "+why).
		Hint("请刷新页面", "reload the page")
}
