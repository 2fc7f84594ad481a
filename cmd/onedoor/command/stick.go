package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

// stickCommands are the sync that a person carries: the same data in a folder.
func stickCommands() []*cli.Command {
	return []*cli.Command{
		{
			Name:   "export",
			Short:  cli.T("把本机的数据写到U盘（只写U盘上没有的）", "write what is held here to a stick (only what it lacks)"),
			Define: stickFlags("sync export", (*station.Station).ExportStick, printStickExport),
		},
		{
			Name:   "import",
			Short:  cli.T("从U盘读入本机没有的数据", "take over from a stick what is lacking here"),
			Define: stickFlags("sync import", (*station.Station).ImportStick, printStickImport),
		},
	}
}

type stickRun func(st *station.Station, ctx context.Context, dir, scope string) (station.StickReport, error)

func stickFlags(command string, run stickRun, show func(io.Writer, *cli.Call, station.StickReport)) func(*cli.Flags) cli.Run {
	return func(fs *cli.Flags) cli.Run {
		dir := fs.Path("dir", cli.T("U盘，或任何文件夹", "the stick, or any folder"), cli.Required(), cli.Meta("STICK"))
		scope := fs.String("scope", "", cli.T("只要这个服务点的（区划代码）", "only this service point (division code)"), cli.Meta("440604100001"))
		return func(ctx context.Context, c *cli.Call) error {
			full, err := stickScope(*scope)
			if err != nil {
				return err
			}
			return writing(ctx, c, command, func(st *station.Station) error {
				r, err := run(st, ctx, *dir, full)
				if err != nil {
					return err
				}
				if err := c.Print(r, func(w io.Writer) { show(w, c, r) }); err != nil {
					return err
				}
				if len(r.Faults) > 0 && !r.Converged {
					return cli.Exit(5) // an integrity violation, told above
				}
				return nil
			})
		}
	}
}

func stickScope(scope string) (string, error) {
	if scope == "" || scope == counter.ScopeRealm {
		return scope, nil
	}
	return counter.PadDivision(scope)
}

func printStickExport(w io.Writer, c *cli.Call, r station.StickReport) {
	if r.Files == 0 {
		fmt.Fprintln(w, c.Say("U盘上已经是最新的", "the stick is up to date"))
	} else {
		fmt.Fprintf(w, c.Say("写到U盘：%d 条操作，%d 个文件，%d 字节\n", "written to the stick: %d ops, %d files, %d bytes\n"), r.SentOps, r.Files, r.SentBytes)
	}
	printStickFaults(w, c, r)
	fmt.Fprintln(w, c.Say("请先“安全弹出”再拔U盘", "eject the stick before pulling it"))
}

func printStickImport(w io.Writer, c *cli.Call, r station.StickReport) {
	for _, name := range r.Stations {
		fmt.Fprintf(w, c.Say("U盘上有 %s 的数据\n", "the stick has data of %s\n"), name)
	}
	if r.Files == 0 {
		fmt.Fprintln(w, c.Say("没有本机缺少的数据", "nothing that was lacking here"))
	} else {
		fmt.Fprintf(w, c.Say("从U盘读入：%d 条操作，%d 个文件，%d 字节\n", "taken from the stick: %d ops, %d files, %d bytes\n"), r.ReceivedOps, r.Files, r.ReceivedBytes)
	}
	printStickFaults(w, c, r)
}

// troubles say what was passed over, and what helps.
var troubles = map[string]cli.Text{
	"damaged": cli.T("文件损坏，请在对方电脑上再导出一次", "damaged; export again on the other PC"),
	"missing": cli.T("文件不在U盘上，请在对方电脑上再导出一次", "not on the stick; export again on the other PC"),
	"refused": cli.T("验证不通过，没有采用；请对方运行 onedoor log verify", "failed verification and was not used; run onedoor log verify there"),
	"waiting": cli.T("还缺它之前的数据，读入那些以后会自动接上", "what comes before it is lacking; it follows when that is here"),
	"unread":  cli.T("清单验证不通过，没有采用：被改动过，或该设备已停用", "its list does not hold and was not used: altered, or the device was revoked"),
	"partial": cli.T("对方没有导出完，请在对方电脑上再导出一次", "the export there was not finished; run it again"),
	"changed": cli.T("本机这个文件与记录不符，请运行 onedoor log verify", "this PC's own file is not as recorded; run onedoor log verify"),
}

func printStickFaults(w io.Writer, c *cli.Call, r station.StickReport) {
	for _, f := range r.Faults {
		why := f.Why
		if t, ok := troubles[f.What]; ok {
			why = c.Say(t.Zh, t.En)
		}
		fmt.Fprintf(w, "%s  %s  %s\n", f.File, f.Device, why)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintln(w, c.Say("其余的都已完成", "everything else was done"))
	}
}
