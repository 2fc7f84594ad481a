package station

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"onedoor/app/counter"
	"onedoor/internal/atomicfile"
	"onedoor/sync/roster"
)

// request is the signed request to the district, as bytes of its file.
func (c CounterInit) request(keys *roster.DeviceKeys) ([]byte, error) {
	division, err := counter.PadDivision(c.Division)
	if err != nil {
		return nil, err
	}
	req, err := roster.NewRequest(keys, division, c.Counter, strings.TrimSpace(c.Name))
	if err != nil {
		return nil, rosterError(err)
	}
	data, err := req.Encode(keys)
	if err != nil {
		return nil, rosterError(err)
	}
	return data, nil
}

// same tells whether two requests are for one counter under one name.
func (c CounterInit) same(o CounterInit) bool {
	one, err := counter.PadDivision(c.Division)
	two, err2 := counter.PadDivision(o.Division)
	return err == nil && err2 == nil && one == two && c.Counter == o.Counter && strings.TrimSpace(c.Name) == strings.TrimSpace(o.Name)
}

// InitCounter makes a counter's home and keys and writes the request for the
// district. The private keys never leave the home. Where that was done and the
// counter has not joined, the same words write the request once more: a stick with a
// request gets lost. Another's request is never overwritten.
func InitCounter(ctx context.Context, cfg Config, c CounterInit) (CounterInfo, error) {
	division, err := counter.PadDivision(c.Division)
	if err != nil {
		return CounterInfo{}, err
	}
	info := CounterInfo{Division: division, Counter: c.Counter, Request: c.Out}
	if exists(c.Out) {
		return CounterInfo{}, counter.Ef(counter.CodeInvalid, "文件 %s 已经有了,没有改动", "%s is there already; nothing was changed", c.Out).
			Hint("它可能是另一个窗口的入网申请;请换一个文件名", "it may be another counter's request; choose another name")
	}
	if exists(filepath.Join(cfg.Home, homeFile)) {
		return info, askAgain(ctx, cfg, c)
	}
	keys, err := roster.GenerateKeys()
	if err != nil {
		return CounterInfo{}, rosterError(err)
	}
	data, err := c.request(keys)
	if err != nil {
		return CounterInfo{}, err
	}
	fresh := !exists(cfg.Home)
	v, err := createHome(ctx, cfg)
	if err != nil {
		return CounterInfo{}, err
	}
	err = keepRequest(ctx, v, keys, c)
	if err == nil {
		err = writeRequest(c.Out, data)
	}
	if err = errors.Join(err, v.close()); err != nil && fresh {
		_ = os.RemoveAll(cfg.Home)
	}
	return info, single(err)
}

func writeRequest(path string, data []byte) error {
	if err := atomicfile.Write(path, data, 0o600); err != nil {
		return fileError("写入入网申请", err)
	}
	return nil
}

// askAgain writes the request of a home that has not joined once more.
func askAgain(ctx context.Context, cfg Config, c CounterInit) error {
	v, err := openHome(ctx, cfg, true)
	if err != nil {
		return err
	}
	return single(errors.Join(rewriteRequest(ctx, v, c), v.close()))
}

func rewriteRequest(ctx context.Context, v *vault, c CounterInit) error {
	joined, err := v.store.Meta(ctx, metaIdentity)
	if err != nil {
		return err
	}
	raw, err := v.store.Meta(ctx, metaRequest)
	if err != nil {
		return err
	}
	var before CounterInit
	if joined != nil || raw == nil || json.Unmarshal(raw, &before) != nil {
		return homeInUse()
	}
	if !before.same(c) {
		return counter.Ef(counter.CodeInvalid, "这个数据文件夹已经为 %[1]s 的 %[2]s 号窗口“%[3]s”做过 init,还没有入网", "this home was made for counter %[2]s of %[1]s, %[3]q, which has not joined",
			before.Division, before.Counter, before.Name).
			Hint("照原来的内容再运行一次,会重新写出入网申请;要改内容,请用新的数据文件夹", "run init with the same words to write its request again; for other words choose a new home")
	}
	keys, err := loadDeviceKeys(ctx, v.store)
	if err != nil {
		return err
	}
	data, err := before.request(keys)
	if err != nil {
		return err
	}
	return writeRequest(c.Out, data)
}
