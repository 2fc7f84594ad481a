package play

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
)

// The people of the story. All are fictional.
var (
	Admin      = Person{"陈管理", "demo-admin-440604"}
	Clerk      = Person{"王小兰", "demo-clerk-011001"}
	Supervisor = Person{"何主任", "demo-super-011000"}
)

// The places of the story.
const (
	District = "440604"
	Village  = "440604011001" // 纯阳社区
	Town     = "440604011000" // 张槎街道
)

// Land is the district of the story: a hub and one village counter.
type Land struct {
	*Stage
	Repo    string // root of the repository, for the data files
	Address string // where the hub will listen
}

// NewLand prepares a district in the empty folder dir.
func NewLand(program, dir, repo string) (*Land, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	return &Land{
		Stage: &Stage{
			Program: program, Dir: dir,
			// The keys of the demonstration stay in its folder, beside the homes and not in them.
			Env: []string{"ONEDOOR_KEYDIR=" + filepath.Join(dir, "keys"), "ONEDOOR_HOME=", "ONEDOOR_PASSPHRASE="},
		},
		Repo:    repo,
		Address: fmt.Sprintf("tcp://127.0.0.1:%d", port),
	}, nil
}

// FreePort finds a loopback port that nobody uses at this moment. It looks below the
// ports that systems give to outgoing connections, so that none takes it before the
// daemon does.
func FreePort() (port int, err error) {
	for range 50 {
		port = 20000 + rand.IntN(10000)
		var l net.Listener
		l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("没有空闲的端口 / no free port: %w", err)
}

// SetUp founds the hub, loads the district's data, adds the users, and enrols the
// village's counter. Nothing of it needs a network.
func (l *Land) SetUp(ctx context.Context) error {
	for _, part := range []func(context.Context) error{l.foundHub, l.addUsers, l.enroll} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *Land) foundHub(ctx context.Context) error {
	l.scene("区里建立枢纽")
	if _, err := l.do(ctx, 0, Person{"", Admin.Password}, "hub", "init", "--home", "hub", "--district", District,
		"--name", "禅城区", "--admin", Admin.Name, "--address", l.Address); err != nil {
		return err
	}
	l.scene("导入区划、工作日历和样例目录")
	data := filepath.Join(l.Repo, "forms", "catalog")
	for _, args := range [][]string{
		{"division", "import", "--home", "hub", filepath.Join(data, "divisions", District+".json")},
		{"calendar", "import", "--home", "hub", filepath.Join(data, "calendar", "2026.json")},
		{"catalog", "import", "--home", "hub", "--sample"},
	} {
		if _, err := l.do(ctx, 0, Admin, args...); err != nil {
			return err
		}
	}
	return nil
}

func (l *Land) addUsers(ctx context.Context) error {
	l.scene("区里开通人员：社区窗口人员、镇街主管")
	for _, u := range []struct {
		Person
		role, division string
	}{
		{Clerk, "clerk", Village},
		{Supervisor, "supervisor", Town},
	} {
		l.Env = append(l.Env, "ONEDOOR_NEW_PASSWORD="+u.Password)
		_, err := l.do(ctx, 0, Admin, "user", "add", "--home", "hub", "--name", u.Name, "--role", u.role, "--division", u.division)
		l.Env = l.Env[:len(l.Env)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Land) enroll(ctx context.Context) error {
	l.scene("纯阳社区的窗口申请入网，区里批准，窗口入网（文件可以走 U 盘）")
	if _, err := l.do(ctx, 0, nobody, "init", "--home", "village", "--division", Village, "--counter", "01",
		"--name", "纯阳社区1号窗口", "--out", "village.request"); err != nil {
		return err
	}
	if _, err := l.do(ctx, 0, Admin, "hub", "enroll", "--home", "hub", "--request", "village.request", "--tier", "village",
		"--out", "village.grant"); err != nil {
		return err
	}
	_, err := l.do(ctx, 0, nobody, "join", "--home", "village", "--grant", "village.grant")
	return err
}
