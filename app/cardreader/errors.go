package cardreader

import (
	"errors"
	"fmt"

	"onedoor/app/cardreader/sdt"
)

// Codes of Error. The list is append-only: programs decide by it.
const (
	CodeBadURL         = "reader_bad_url"        // the port address was not understood
	CodeNoReader       = "reader_not_found"      // no such device, or nobody listens there
	CodeNoPermission   = "reader_no_permission"  // the device file exists but may not be opened
	CodeBusy           = "reader_busy"           // another program holds the port
	CodeUnplugged      = "reader_unplugged"      // the port died while in use
	CodeTimeout        = "reader_timeout"        // the reader does not answer
	CodeDamaged        = "reader_damaged"        // answers keep arriving damaged
	CodeNoCard         = "card_absent"           // status 80
	CodeLiftCard       = "card_not_lifted"       // status 80 after the card was used
	CodeAuth           = "card_authentication"   // status 31, 32, 33
	CodeWrongCard      = "card_wrong"            // status 40
	CodeReadFailed     = "card_read_failed"      // status 41
	CodeSelectFailed   = "card_select_failed"    // status 81
	CodeModule         = "reader_module_error"   // status 24, 47 and unknown ones
	CodeLine           = "reader_line_error"     // status 10, 11: the reader receives damaged requests
	CodeCommand        = "reader_command_error"  // status 21
	CodeSelfTest       = "reader_self_test"      // status 60
	CodeNotAuthorised  = "reader_not_authorised" // status 66
	CodeCancelled      = "reader_cancelled"      // the caller gave up
	CodeClosed         = "reader_closed"         // Close was called
	CodeNotImplemented = "reader_unsupported"    // a transport this build does not have
	CodeLibrary        = "reader_library"        // the vendor's library cannot be used
	CodeLibraryCrashed = "reader_library_crash"  // it crashed; the next call starts it again
	CodeLibraryHung    = "reader_library_hung"   // it did not come back and was ended
	CodeWrongBaud      = "reader_wrong_baud"     // it answers at another speed than the address says
	CodeNoDecoder      = "photo_no_decoder"      // no vendor's photo decoder is installed
	CodePhoto          = "photo_undecodable"     // the decoder gives no picture
)

// Error is a failure in the words of the person at the counter: what is wrong
// and what to do next, in Chinese and in English. Status is the SW3 byte when
// the reader itself reported it, else 0. It never holds data of a card.
type Error struct {
	Code           string
	Status         byte
	Zh, En         string
	HintZh, HintEn string
	Cause          error
}

// Error gives the Chinese message, the status byte and the cause, if any.
func (e *Error) Error() string {
	s := e.Zh
	if e.Status != 0 {
		s += fmt.Sprintf("（状态 %02X）", e.Status)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause, so that errors.Is(err, context.DeadlineExceeded)
// tells a wait that ran out.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func newError(code string, status byte, cause error) *Error {
	t := errorTexts[code]
	return &Error{Code: code, Status: status, Zh: t[0], En: t[1], HintZh: t[2], HintEn: t[3], Cause: cause}
}

// statusError maps SW3 of an answer that is not a success.
func statusError(sw3 byte) *Error {
	code, known := statusCodes[sw3]
	if !known {
		code = CodeModule
	}
	return newError(code, sw3, nil)
}

var statusCodes = map[byte]string{
	sdt.BadChecksum: CodeLine, sdt.BadLength: CodeLine,
	sdt.BadCommand:   CodeCommand,
	sdt.UnknownError: CodeModule, sdt.RandomFailed: CodeModule,
	sdt.AuthCard: CodeAuth, sdt.AuthReader: CodeAuth, sdt.AuthInfo: CodeAuth,
	sdt.WrongCard: CodeWrongCard, sdt.ReadFailed: CodeReadFailed,
	sdt.SelfTestFailed: CodeSelfTest, sdt.NotAuthorised: CodeNotAuthorised,
	sdt.NoCard: CodeNoCard, sdt.SelectFailed: CodeSelectFailed,
}

// patience is how many times in a row ReadCard starts again at find after an
// error of this code; codes not listed end the read at once. Noise on the line
// deserves more tries than a card that refuses.
var patience = map[string]int{
	CodeDamaged: 30, CodeTimeout: 10, CodeLine: 10,
	CodeReadFailed: 6, CodeSelectFailed: 6, CodeModule: 6, CodeAuth: 6,
	CodeWrongCard: 2, CodeCommand: 2,
	CodeNoCard: 100, // the card left between find and read
}

// errorTexts: message and next step, Chinese and English.
var errorTexts = map[string][4]string{
	CodeBadURL: {"读卡器地址写法不对", "the reader address is not understood",
		"示例：sdt+serial:///dev/ttyUSB0?baud=115200、sdt+serial://COM3、sdt+tcp://127.0.0.1:9600",
		"examples: sdt+serial:///dev/ttyUSB0?baud=115200, sdt+serial://COM3, sdt+tcp://127.0.0.1:9600"},
	CodeNoReader: {"找不到读卡器", "no card reader found there",
		"请检查连接线是否插好、地址是否正确，可用 onedoor card readers 查看",
		"check the cable and the address; 'onedoor card readers' lists what is there"},
	CodeNoPermission: {"没有权限打开读卡器设备", "no permission to open the reader's device file",
		"请把当前用户加入设备所属的组（例如 sudo usermod -aG dialout 用户名）后重新登录，或安装随附的 udev 规则",
		"add this user to the group that owns the device (e.g. sudo usermod -aG dialout USER) and log in again, or install the supplied udev rule"},
	CodeBusy: {"读卡器正被其他程序占用", "another program is using the reader",
		"请关闭其他读卡程序后重试", "close the other program and try again"},
	CodeUnplugged: {"读卡器已断开", "the reader was unplugged",
		"请重新插好读卡器，再读一次", "plug the reader in again and read once more"},
	CodeTimeout: {"读卡器没有应答", "the reader does not answer",
		"请检查读卡器电源、连接线和波特率，必要时重新插拔读卡器", "check power, cable and baud rate; replug the reader if needed"},
	CodeDamaged: {"读卡器的应答多次受损", "answers of the reader keep arriving damaged",
		"请检查连接线和波特率，远离干扰源后再读一次", "check cable and baud rate, move away from interference, and read again"},
	CodeNoCard: {"没有读到证件", "no card on the reader",
		"请放上身份证；如果证件已在读卡器上，请拿起后重新放置", "place the card; if it already lies there, lift it and place it again"},
	CodeLiftCard: {"证件需要拿起后重新放置", "the card must be lifted and placed again",
		"请拿起证件，再放回读卡区", "lift the card, then place it again"},
	CodeAuth: {"证件与读卡器相互认证失败", "card and reader could not authenticate each other",
		"请把证件平放在读卡区中央不动，再读一次；若换证件也失败，请联系读卡器厂家",
		"lay the card flat in the middle, keep it still and read again; if other cards fail too, ask the reader's vendor"},
	CodeWrongCard: {"这不是身份证件", "this is not an ID card",
		"请换居民身份证、居住证或外国人永久居留身份证", "use an ID card, residence permit or foreigner's residence card"},
	CodeReadFailed: {"读取证件失败", "reading the card failed",
		"请把证件平放在读卡区中央不动，再读一次", "lay the card flat in the middle, keep it still and read again"},
	CodeSelectFailed: {"选取证件失败", "selecting the card failed",
		"请只放一张证件，平放不动，再读一次", "place one card only, keep it still and read again"},
	CodeModule: {"读卡模块报错", "the reader's module reported an error",
		"请再读一次；若一直出现，请重新插拔读卡器", "read again; if it stays, replug the reader"},
	CodeLine: {"读卡器收到的命令受损", "the reader receives damaged requests",
		"请检查连接线和波特率", "check cable and baud rate"},
	CodeCommand: {"读卡器不接受命令", "the reader refuses the command",
		"请确认读卡器型号支持 SDT 协议，并联系技术人员", "make sure the reader speaks the SDT protocol and ask support"},
	CodeSelfTest: {"读卡器自检失败", "the reader failed its self-test",
		"请重新插拔读卡器；若仍失败，请送修", "replug the reader; if it fails again it needs repair"},
	CodeNotAuthorised: {"读卡器未经授权", "the reader is not authorised",
		"请联系读卡器厂家授权或更换读卡器", "ask the vendor to authorise it, or use another reader"},
	CodeCancelled: {"已取消读卡", "reading was cancelled", "", ""},
	CodeClosed:    {"读卡器已关闭", "the reader is closed", "请重新打开读卡器", "open the reader again"},
	CodeLibrary: {"厂家读卡库不能使用", "the vendor's library cannot be used",
		"请检查库文件路径、32/64 位是否匹配，辅助程序 cardhelper 是否与本程序在同一文件夹，读卡器是否插好",
		"check the library's path, whether it is 32 or 64 bits, that cardhelper lies beside this program, and the reader's plug"},
	CodeLibraryCrashed: {"厂家读卡库出错退出", "the vendor's library crashed",
		"请再读一次，程序会重新启动读卡库；若反复出现，请联系读卡器厂家更新读卡库", "read again, the library is started anew; if it keeps crashing ask the vendor for a newer one"},
	CodeLibraryHung: {"厂家读卡库没有反应，已强制结束", "the vendor's library did not come back and was ended",
		"请重新插拔读卡器后再读一次；若反复出现，请联系读卡器厂家更新读卡库", "replug the reader and read again; if it stays, ask the vendor for a newer library"},
	CodeWrongBaud: {"读卡器的波特率与地址中写的不同", "the reader speaks at another speed than the address says",
		"请去掉地址中的 baud，程序会自动试出波特率", "leave baud out of the address; the speed is then found by trying"},
	CodeNoDecoder: {"没有安装照片解码库", "no photo decoder is installed",
		"不影响办件；需要显示照片时，请向读卡器厂家索取照片解码库", "work goes on without; to see photos ask the reader's vendor for its decoder"},
	CodePhoto: {"照片不能解码", "the photo cannot be decoded",
		"不影响办件；请检查照片解码库的授权文件和位数，或联系读卡器厂家", "work goes on without; check the decoder's licence file and whether it is 32 or 64 bits"},
	CodeNotImplemented: {"此版本不支持这种读卡器接口", "this build does not support that kind of port",
		"请改用 sdt+serial 或 sdt+tcp；原生 USB 模块（sdt+usb）只在 Linux 上可用", "use sdt+serial or sdt+tcp; native USB modules (sdt+usb) work on Linux only"},
}

// ErrorFor makes the Error of a code, for programs that find out themselves what is
// wrong. An unknown code has no words.
func ErrorFor(code string) *Error { return newError(code, 0, nil) }

// AsError gives the first Error in err's chain; for another error one of CodeModule
// with err as its cause.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return newError(CodeModule, 0, err)
}
