package station

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"onedoor/app/counter"
	"onedoor/sync/roster"
)

// TestALostRequestIsWrittenAgain: init with the same words, as long as the counter has
// not joined; with others, or over a file that is there, nothing changes.
func TestALostRequestIsWrittenAgain(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	cfg, dir := config(t, "pc"), t.TempDir()
	ask := CounterInit{Division: testVillage2, Counter: "01", Name: "一号窗口", Out: filepath.Join(dir, "one.request")}
	again := func(out string, change func(*CounterInit)) error {
		c := ask
		c.Out = filepath.Join(dir, out)
		if change != nil {
			change(&c)
		}
		_, err := InitCounter(context.Background(), cfg, c)
		return err
	}
	must(t, again("one.request", nil))
	one, err := os.ReadFile(ask.Out)
	must(t, err)
	told(t, again("one.request", nil), counter.CodeInvalid, "已经有了")
	if now, err := os.ReadFile(ask.Out); err != nil || !bytes.Equal(one, now) {
		t.Error("the request was overwritten", err)
	}
	told(t, again("two.request", func(c *CounterInit) { c.Counter = "02" }), counter.CodeInvalid, "还没有入网")
	must(t, again("two.request", nil))
	two, err := os.ReadFile(filepath.Join(dir, "two.request"))
	must(t, err)
	a, err := roster.DecodeRequest(one)
	must(t, err)
	b, err := roster.DecodeRequest(two)
	must(t, err)
	if !bytes.Equal(a.WrapKey, b.WrapKey) {
		t.Error("the second request is of other keys")
	}
	grant := d.approve(two, "village")
	_, err = Join(context.Background(), cfg, grant)
	must(t, err)
	told(t, again("three.request", nil), counter.CodeInvalid, "已经在用")
}
