package command

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/app/store"
	"onedoor/internal/cli"
)

func stateCommands() *cli.Command {
	return &cli.Command{
		Name:  "state",
		Short: cli.T("状态", "state"),
		Sub: []*cli.Command{{
			Name:  "digest",
			Short: cli.T("每个服务点的状态摘要：两台设备相同，内容就逐字节相同", "digest of the state of each scope; equal digests mean equal bytes"),
			Define: func(fs *cli.Flags) cli.Run {
				scope := fs.String("scope", "", cli.T("只要这一个", "only this one"), cli.Meta("SCOPE"))
				return func(ctx context.Context, c *cli.Call) error {
					return reading(ctx, c, func(st *station.Station) error {
						only := scopeName(*scope)
						lines, err := st.Digests(ctx, only)
						if err == nil && only != "" && len(lines) == 0 {
							err = counter.Ef(counter.CodeNotFound, "本机没有服务点 %s", "scope %s is not held here", *scope).
								Hint("不加 --scope 列出全部", "leave --scope out to list all")
						}
						if err != nil {
							return err
						}
						return printDigests(c, lines)
					})
				}
			},
		}},
	}
}

// scopeName takes realm, and division codes of any length.
func scopeName(scope string) string {
	if full, err := counter.PadDivision(scope); err == nil {
		return full
	}
	return scope
}

func printDigests(c *cli.Call, lines []store.ScopeDigest) error {
	return c.Print(list(lines), func(w io.Writer) {
		rows := [][]string{{c.Say("服务点", "scope"), c.Say("摘要", "digest"), c.Say("操作", "ops"), c.Say("等待", "waiting"), c.Say("办件", "cases")}}
		for _, d := range lines {
			rows = append(rows, []string{d.Scope, d.Digest, strconv.Itoa(d.Ops), strconv.Itoa(d.Waiting), strconv.Itoa(d.Cases)})
		}
		cli.Table(w, rows)
	})
}

func rebuildCommand() *cli.Command {
	return &cli.Command{
		Name:   "rebuild",
		Short:  cli.T("从日志重建状态；从存档重建枢纽", "make the state anew from the logs, or a hub from its archive"),
		Long:   rebuildHelp,
		Define: rebuild,
	}
}

var rebuildHelp = cli.T(
	`不带参数：用本机的日志重建状态和分段文件。
带 --from、--keys、--recovery：枢纽毁坏后，在新的文件夹里用存档、密钥备份和恢复包重建，设备标识不变，各窗口照常连接。
再加 --successor stolen（枢纽被盗，密钥可能落到别人手里）或 lost（丢失、毁坏，又不想沿用旧密钥）：新枢纽用自己的新密钥，由恢复包里的
根密钥签名接替；各服务点换新密钥。stolen 时，存档之后原枢纽写的一律不算数。新地址写在 --address。
恢复口令取自 ONEDOOR_RECOVERY_PASSPHRASE，没有则询问；密钥备份的口令若不同，放在 ONEDOOR_KEYS_PASSPHRASE。`,
	`Without flags: makes state and segment files anew from this device's logs.
With --from, --keys and --recovery: makes a lost hub again in a new home, from its archive, the key backup and the
recovery kit. It keeps its device ID, so stations connect as before.
With --successor stolen (somebody else may have its keys) or lost: a hub with keys of its own, signed by the root in the
kit, takes its place, and every service point gets a new key. After stolen, nothing counts that the old hub wrote after
what the archive holds. --address says where stations find it. The kit's passphrase comes from
ONEDOOR_RECOVERY_PASSPHRASE or a prompt; that of the keys, if it is another one, from ONEDOOR_KEYS_PASSPHRASE.`)

func rebuild(fs *cli.Flags) cli.Run {
	from := fs.Path("from", cli.T("存档的文件夹", "folder of the archive"), cli.Meta("DIR"))
	keys := fs.Path("keys", cli.T("密钥备份（hub keys export）", "key backup (hub keys export)"))
	kit := fs.Path("recovery", cli.T("恢复包", "recovery kit"), cli.Meta("KIT"))
	heir := fs.String("successor", "", cli.T("另立枢纽：stolen 或 lost", "another hub in its place: stolen or lost"), cli.OneOf("stolen", "lost"))
	address := fs.String("address", "", cli.T("新枢纽的地址 tcp://…", "address of the successor, tcp://..."), cli.Meta("ADDR"))
	return func(ctx context.Context, c *cli.Call) error {
		if *from != "" || *keys != "" || *kit != "" || *heir != "" {
			r := station.Revival{From: *from, Successor: *heir}
			if *address != "" {
				r.Addresses = []string{*address}
			}
			return revive(ctx, c, r, *keys, *kit)
		}
		return writing(ctx, c, "rebuild", func(st *station.Station) error {
			lines, err := st.Rebuild(ctx)
			if err != nil {
				return err
			}
			return printDigests(c, lines)
		})
	}
}

func logCommands() *cli.Command {
	return &cli.Command{
		Name:  "log",
		Short: cli.T("日志", "logs"),
		Sub: []*cli.Command{
			{Name: "verify", Short: cli.T("核对全部日志的链、签名和文件", "check chains, signatures and files"),
				Long:   cli.T("有问题时指明设备、文件和位置，退出码 5。", "A fault is named with device, file and position; exit code 5."),
				Define: cli.Simple(logVerify)},
			{Name: "stat", Short: cli.T("各设备的日志有多长", "how long each device's log is"), Define: cli.Simple(logStat)},
			{Name: "seal", Short: cli.T("现在就封存本机今天的日志分段，不等到日终", "seal this device's tails now instead of at the end of the day"),
				Define: cli.Simple(logSeal)},
		},
	}
}

func logVerify(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error {
		r, err := st.VerifyLogs(ctx)
		if err != nil {
			return err
		}
		r.Faults = list(r.Faults)
		if err := c.Print(r, func(w io.Writer) { printLogReport(w, c, r) }); err != nil {
			return err
		}
		if len(r.Faults) > 0 || !r.OK {
			return cli.Exit(5) // an integrity violation, told above
		}
		return nil
	})
}

func logSeal(ctx context.Context, c *cli.Call) error {
	return writing(ctx, c, "log seal", func(st *station.Station) error {
		if err := st.SealTails(ctx); err != nil {
			return err
		}
		v := struct {
			Sealed bool `json:"sealed"`
		}{true}
		return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("已封存", "sealed")) })
	})
}

// printForks tells which devices continued a log in several ways. That is no damage.
func printForks(w io.Writer, c *cli.Call, forks []store.Fork) {
	for _, f := range forks {
		fmt.Fprintf(w, c.Say("分支:%s(%s)在 %s 的日志第%d条之后有%d个分支,都已保留,之后的操作标记待复核;多半是这台电脑连同密钥文件夹从备份恢复过\n",
			"branches: %s (%s) continued its log in %s after op %d in %d ways; all are kept and to be looked at again. Its disk was probably restored together with its key folder\n"),
			f.Name, f.Device, f.Scope, f.After, len(f.Branches))
		for _, b := range f.Branches {
			fmt.Fprintf(w, c.Say("  %s  第%d-%d条\n", "  %s  ops %d-%d\n"), b.First, b.After+1, b.Last)
		}
	}
}

func printLogReport(w io.Writer, c *cli.Call, r store.LogReport) {
	fmt.Fprintf(w, c.Say("%d 个日志，%d 条操作\n", "%d logs, %d ops\n"), r.Logs, r.Ops)
	printForks(w, c, r.Forks)
	if len(r.Faults) == 0 {
		fmt.Fprintln(w, c.Say("全部完好", "all sound"))
		return
	}
	rows := [][]string{{c.Say("设备", "device"), c.Say("文件", "file"), c.Say("位置", "offset"), c.Say("问题", "fault")}}
	for _, f := range r.Faults {
		rows = append(rows, []string{f.Device, f.File, strconv.FormatInt(f.Offset, 10), f.What})
	}
	cli.Table(w, rows)
}

func logStat(ctx context.Context, c *cli.Call) error {
	return reading(ctx, c, func(st *station.Station) error {
		logs, err := st.LogStat(ctx)
		if err != nil {
			return err
		}
		return c.Print(list(logs), func(w io.Writer) {
			rows := [][]string{{c.Say("服务点", "scope"), c.Say("设备", "device"), c.Say("纪元", "epoch"), c.Say("操作", "ops"),
				c.Say("文件", "files"), c.Say("字节", "bytes"), ""}}
			for _, l := range logs {
				own := ""
				if l.Own {
					own = c.Say("本机", "own")
				}
				rows = append(rows, []string{l.Scope, short(l.Device), short(l.Epoch), strconv.FormatUint(l.Ops, 10), strconv.Itoa(l.Files),
					strconv.FormatInt(l.Bytes, 10), own})
			}
			cli.Table(w, rows)
		})
	})
}

// short shows enough of a long id to tell it from others; --json has all of it.
func short(id string) string {
	if len(id) > 16 {
		return id[:16] + "…"
	}
	return id
}
