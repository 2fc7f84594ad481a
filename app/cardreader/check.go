package cardreader

import (
	"context"
	"slices"
	"strings"
	"time"

	"onedoor/app/cardreader/sdt"
)

// CodeReady is Condition.Code of a reader that is ready; every other is that of an Error.
const CodeReady = "reader_ready"

// Condition is how a reader is, in the words of the person at the counter: what is
// the matter and what to do next. It holds nothing of a card.
type Condition struct {
	OK      bool   `json:"ok"`
	Code    string `json:"code"` // CodeReady, or the code of Problem
	SAMID   string `json:"sam_id,omitempty"`
	Library string `json:"library,omitempty"` // vendor's library and its version
	Baud    int    `json:"baud,omitempty"`    // the speed it speaks at, where that was looked for

	Problem *Error `json:"-"` // nil when OK
}

// Check opens the reader at url, asks how it is, and closes it again. It does not
// touch a card that lies there. A serial reader that is silent at the speed of the
// address is asked at the others too, so that a wrong speed is told from a dead
// reader (CodeWrongBaud). ctx bounds it all; ten seconds are enough for every speed.
func Check(ctx context.Context, url string, opts ...Option) Condition {
	c, err := check(ctx, url, opts)
	if err == nil {
		c.OK, c.Code = true, CodeReady
		return c
	}
	if baud := otherSpeed(ctx, url, err, opts); baud != 0 {
		return condition(Condition{Baud: baud}, newError(CodeWrongBaud, 0, err))
	}
	return condition(c, err)
}

func condition(c Condition, err error) Condition {
	c.Problem = AsError(err)
	c.Code = c.Problem.Code
	return c
}

func check(ctx context.Context, url string, opts []Option) (c Condition, err error) {
	if lib, _ := strings.CutPrefix(url, "sdt+lib://"); lib != url {
		c.Library = libraryOf(url)
	}
	r, err := Open(ctx, url, opts...)
	if err != nil {
		return c, err
	}
	defer r.Close()
	if err := r.Status(ctx); err != nil {
		return c, err
	}
	if name := r.Library(ctx); name != "" {
		c.Library = name
	}
	// A module that is well and hides its id is well.
	if c.SAMID, err = r.SAMID(ctx); CodeOf(err) == CodeCommand || CodeOf(err) == CodeModule {
		c.SAMID, err = "", nil
	}
	return c, err
}

// libraryOf names the library of an address without loading it.
func libraryOf(url string) string {
	t, err := parseURL(url)
	if err != nil || t.library == nil {
		return ""
	}
	return (&Decoder{lib: *t.library}).Library()
}

// otherSpeed is the speed at which a reader answers that was silent, or answered
// rubbish, at the one in its address; 0 if there is none.
func otherSpeed(ctx context.Context, url string, err error, opts []Option) int {
	if code := CodeOf(err); code != CodeTimeout && code != CodeDamaged || ctx.Err() != nil {
		return 0
	}
	t, parseErr := parseURL(url)
	if parseErr != nil || t.device == "" || len(t.bauds) != 1 {
		return 0
	}
	for _, baud := range sdt.Bauds {
		if slices.Contains(t.bauds, baud) {
			continue
		}
		r := New(func(context.Context, int) (Port, error) { return openSerial(t.device, baud) }, opts...)
		try, cancel := context.WithTimeout(ctx, r.times.Answer+500*time.Millisecond)
		err := r.Status(try)
		cancel()
		r.Close()
		if code := CodeOf(err); err == nil || code == CodeSelfTest || code == CodeNotAuthorised {
			return baud
		}
	}
	return 0
}
