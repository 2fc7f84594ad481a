package play

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Told is where the story left things, for whoever goes on from there.
type Told struct {
	Number string // of the case
	Hub    *Child // still serving
	Ready  Addrs  // where
}

// Addrs is the first line of a daemon.
type Addrs struct {
	Listen string `json:"listen"`
	Admin  string `json:"admin"`
	UI     string `json:"ui"` // link that opens one browser
}

// Tell plays the whole story on a fresh Land and stops at the first thing that is
// not as it should be. The hub's daemon goes on; the caller stops it.
func (l *Land) Tell(ctx context.Context) (t Told, err error) {
	if err := l.SetUp(ctx); err != nil {
		return t, err
	}
	defer func() {
		if err != nil && t.Hub != nil {
			t.Hub.Stop()
			t.Hub = nil
		}
	}()
	if t.Number, err = l.offline(ctx); err != nil {
		return t, err
	}
	l.scene("网络通了：枢纽开始服务，窗口同步一轮")
	l.tell(nobody, []string{"hub", "serve", "--home", "hub", "--listen", l.Address})
	if t.Hub, err = l.Start(ctx, &t.Ready, "hub", "serve", "--home", "hub", "--listen", l.Address); err != nil {
		return t, err
	}
	if err := l.meet(ctx, t.Number); err != nil {
		return t, err
	}
	if err := l.decide(ctx, t.Number); err != nil {
		return t, err
	}
	return t, l.papers(ctx, t.Number)
}

// offline is the work at the counter while nothing answers at the hub's address.
func (l *Land) offline(ctx context.Context) (number string, err error) {
	l.scene("网络不通。窗口接上（模拟的）读卡器，读一张身份证")
	var sim struct{ URL string }
	l.tell(nobody, []string{"card", "simulate", "--listen", "tcp://127.0.0.1:0", "--card", "R1,R2"})
	reader, err := l.Start(ctx, &sim, "card", "simulate", "--listen", "tcp://127.0.0.1:0", "--card", "R1,R2")
	if err != nil {
		return "", err
	}
	defer reader.Stop()
	if _, err := l.do(ctx, 0, nobody, "card", "read", "--port", sim.URL); err != nil {
		return "", err
	}
	item, err := l.chooseItem(ctx)
	if err != nil {
		return "", err
	}
	l.scene("材料不齐：不受理，一次告知所缺的全部内容")
	if _, err := l.do(ctx, 7, Clerk, "case", "accept", "--home", "village", "--item", item, "--card-port", sim.URL); err != nil {
		return "", err
	}
	l.scene("材料齐了：读卡、受理、当场出受理通知书")
	var done struct {
		Number    string
		Due       *string
		Documents []struct{ Kind, File string }
	}
	if err := l.ask(ctx, &done, Clerk, "case", "accept", "--home", "village", "--item", item, "--card-port", sim.URL,
		"--material", "all", "--out", "notices"); err != nil {
		return "", err
	}
	if done.Number == "" || len(done.Documents) != 1 || done.Documents[0].File == "" {
		return "", fmt.Errorf("受理没有给出编号和通知书 / no number or notice: %+v", done)
	}
	l.say("   受理编号 %s", done.Number)
	if done.Due != nil {
		l.say("   办结期限 %s", *done.Due)
	}
	if _, err := l.do(ctx, 0, Clerk, "case", "list", "--home", "village"); err != nil {
		return "", err
	}
	l.scene("这时两边还不一样")
	same, err := l.compareDigests(ctx)
	if err == nil && same {
		err = errors.New("两边的摘要不该相同 / the digests should differ")
	}
	return done.Number, err
}

// chooseItem finds a promised item that needs no form but does need materials.
func (l *Land) chooseItem(ctx context.Context) (string, error) {
	l.scene("按拼音首字母找事项，选一个要材料的承诺件")
	if _, err := l.do(ctx, 0, nobody, "catalog", "search", "--home", "village", "--limit", "5", "gl"); err != nil {
		return "", err
	}
	var items []struct {
		Code, Name     string
		Instant        bool
		RequiredFields []string `json:"required_fields"`
	}
	if err := l.ask(ctx, &items, nobody, "catalog", "list", "--home", "village"); err != nil {
		return "", err
	}
	for _, it := range items {
		if it.Instant || len(it.RequiredFields) > 0 {
			continue
		}
		var full struct {
			Materials []struct{ Necessity string }
		}
		r, err := l.Run(ctx, Clerk, "catalog", "show", "--home", "village", it.Code, "--json")
		if err != nil {
			return "", err
		}
		if err := r.JSON(&full); err != nil {
			return "", err
		}
		for _, m := range full.Materials {
			if m.Necessity == "required" {
				l.say("   共 %d 个事项；选 %s %s", len(items), it.Code, it.Name)
				return it.Code, nil
			}
		}
	}
	return "", errors.New("样例目录里没有合适的事项 / no such item in the sample")
}

// meet syncs and shows that both sides hold the same.
func (l *Land) meet(ctx context.Context, number string) error {
	if err := l.syncOnce(ctx); err != nil {
		return err
	}
	l.scene("两边看同一件：逐字节相同")
	if _, err := l.do(ctx, 0, Admin, "case", "show", "--home", "hub", number); err != nil {
		return err
	}
	if err := l.SameCase(ctx, number); err != nil {
		return err
	}
	l.say("   两边的 case show --json 逐字节相同")
	return l.mustAgree(ctx)
}

func (l *Land) syncOnce(ctx context.Context) error {
	_, err := l.do(ctx, 0, nobody, "sync", "--home", "village")
	return err
}

// SameCase compares what both sides show of a case.
func (l *Land) SameCase(ctx context.Context, number string) error {
	here, err := l.Run(ctx, Clerk, "case", "show", "--home", "village", number, "--json")
	if err != nil {
		return err
	}
	there, err := l.Run(ctx, Admin, "case", "show", "--home", "hub", number, "--json")
	if err != nil {
		return err
	}
	if here.Code != 0 || here.Stdout != there.Stdout {
		return fmt.Errorf("case show %s 两边不同 / differs:\n%s%s\n%s%s", number, here.Stdout, here.Stderr, there.Stdout, there.Stderr)
	}
	return nil
}

// decide carries the case to its end: reviewed and approved at the district while
// the hub runs, concluded at the counter.
func (l *Land) decide(ctx context.Context, number string) error {
	l.scene("窗口移交；镇街主管审查、准予（枢纽正在运行，由它代为执行）；窗口办结送达")
	if err := l.ask(ctx, new(any), Clerk, "case", "act", "--home", "village", number, "handover"); err != nil {
		return err
	}
	if err := l.syncOnce(ctx); err != nil {
		return err
	}
	for _, act := range []struct{ verb, opinion string }{{"review", "材料齐全，情况属实"}, {"approve", "同意"}} {
		if err := l.ask(ctx, new(any), Supervisor, "case", "act", "--home", "hub", number, act.verb, "--opinion", act.opinion); err != nil {
			return err
		}
	}
	if err := l.syncOnce(ctx); err != nil {
		return err
	}
	if _, err := l.do(ctx, 0, Clerk, "case", "act", "--home", "village", number, "conclude"); err != nil {
		return err
	}
	if err := l.syncOnce(ctx); err != nil {
		return err
	}
	l.scene("再看两边的摘要，并核对两边的全部日志")
	if err := l.SameCase(ctx, number); err != nil {
		return err
	}
	if err := l.mustAgree(ctx); err != nil {
		return err
	}
	for _, home := range []string{"village", "hub"} {
		if _, err := l.do(ctx, 0, nobody, "log", "verify", "--home", home); err != nil {
			return err
		}
	}
	return nil
}

// papers shows that the notice is genuine and that a forged copy is found out.
func (l *Land) papers(ctx context.Context, number string) error {
	l.scene("在枢纽验证通知书：原件为真；改动一个字节的副本被识破")
	notices, err := filepath.Glob(filepath.Join(l.Dir, "notices", "*.pdf"))
	if err != nil || len(notices) != 1 {
		return fmt.Errorf("通知书有 %d 份 / %d notices: %v", len(notices), len(notices), err)
	}
	genuine := "notices/" + filepath.Base(notices[0])
	r, err := l.do(ctx, 0, nobody, "document", "verify", "--home", "hub", genuine)
	if err != nil {
		return err
	}
	if !strings.Contains(r.Stdout, number) {
		return fmt.Errorf("验证没有给出编号 / no number in the verification")
	}
	data, err := os.ReadFile(notices[0])
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(filepath.Join(l.Dir, "notices", "forged.pdf"), data, 0o600); err != nil {
		return err
	}
	_, err = l.do(ctx, 5, nobody, "document", "verify", "--home", "hub", "notices/forged.pdf")
	return err
}
