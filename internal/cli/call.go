package cli

import (
	"encoding/json"
	"io"

	"onedoor/app/counter"
)

// Call is one call of a command: its world, its operands, and the flags that
// every command takes.
type Call struct {
	*Env
	Operands []string
	JSON     bool
	Lang     Lang
	home     string
	user     string
}

// Operand gives the i-th operand, or "" when it was left out.
func (c *Call) Operand(i int) string {
	if i < len(c.Operands) {
		return c.Operands[i]
	}
	return ""
}

// Home gives the folder named by --home, or by ONEDOOR_HOME, as an absolute path.
// Neither is CodeUsage.
func (c *Call) Home() (string, error) {
	home := c.home
	if home == "" {
		home = c.Path(c.Getenv("ONEDOOR_HOME"))
	}
	if home == "" {
		return "", counter.E(counter.CodeUsage, "没有指明数据文件夹", "no data folder given").
			Hint("请加上 --home 文件夹", "add --home DIR")
	}
	return home, nil
}

// Say picks the text in the language of this call.
func (c *Call) Say(zh, en string) string { return T(zh, en).In(c.Lang) }

// Print gives the result of a command: value as one JSON value with --json,
// otherwise what human writes. Its error must be returned: a result that did not
// reach a full disk is no success.
func (c *Call) Print(value any, human func(w io.Writer)) error {
	if c.JSON {
		enc := json.NewEncoder(c.Stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(value)
	}
	w := &firstError{w: c.Stdout}
	human(w)
	return w.err
}

// firstError lets a human printer use Fprintf without looking at each error.
type firstError struct {
	w   io.Writer
	err error
}

func (f *firstError) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(p)
	f.err = err
	return n, err
}
