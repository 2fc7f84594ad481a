package cardreader

import (
	"context"
	"strings"
	"time"
)

// autoURL stands for the first reader of this machine that answers.
const autoURL = "sdt+auto:"

// autoLimit bounds the try of one port: a second for each speed, and some. A
// library looks for its reader itself when it is loaded.
func autoLimit(url string, bauds []int) time.Duration {
	if strings.HasPrefix(url, "sdt+lib:") {
		return helperStart + helperLimit
	}
	return time.Duration(len(bauds)+2) * time.Second
}

// openFirst opens the first of list at which a module answers a status request.
// It speaks to devices that may be no readers, which is why a program has to ask
// for it. Without one it returns the most telling reason why not.
func openFirst(ctx context.Context, list []ReaderInfo) (Port, error) {
	why := newError(CodeNoReader, 0, nil)
	for _, info := range list {
		if !info.Openable {
			if info.Problem != nil && why.Code == CodeNoReader {
				why = info.Problem
			}
			continue
		}
		port, err := try(ctx, info.URL)
		if err == nil {
			return port, nil
		}
		if ctx.Err() != nil {
			return nil, ended(ctx, why)
		}
		if code := CodeOf(err); why.Code == CodeNoReader && (code == CodeBusy || code == CodeNoPermission) {
			why = newError(code, 0, err)
		}
	}
	return nil, why
}

func try(ctx context.Context, url string) (Port, error) {
	dial, bauds, err := Dialer(url)
	if err != nil {
		return nil, err
	}
	r := New(dial)
	r.bauds = bauds
	defer r.Close()
	ctx, cancel := context.WithTimeout(ctx, autoLimit(url, bauds))
	defer cancel()
	err = r.Status(ctx)
	if code := CodeOf(err); err != nil && code != CodeSelfTest && code != CodeNotAuthorised {
		return nil, err
	}
	port := r.port
	r.port = nil
	return port, nil
}
