package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/atomicfile"
	"onedoor/internal/cli"
)

func hubCommands(version string) *cli.Command {
	return &cli.Command{
		Name:  "hub",
		Short: cli.T("区级枢纽", "the district's hub"),
		Sub: []*cli.Command{
			{Name: "init", Short: cli.T("建立枢纽", "set up the hub"), Long: hubInitHelp, Define: hubInit},
			{Name: "serve", Short: cli.T("运行枢纽", "run the hub"), Define: hubServe(version)},
			{Name: "enroll", Short: cli.T("批准设备入网", "enrol a device"), Long: hubEnrollHelp, Define: hubEnroll},
			{Name: "devices", Short: cli.T("列出设备", "list the devices"), Define: cli.Simple(hubDevices)},
			{Name: "revoke", Short: cli.T("停用丢失或被盗的设备", "revoke a lost or stolen device"), Args: "DEVICE", Define: cli.Simple(hubRevoke)},
			{Name: "archive", Short: cli.T("存档机（普通 Syncthing）", "archives (stock Syncthing daemons)"), Long: hubArchiveHelp, Define: hubArchive},
			{Name: "status", Short: cli.T("枢纽概况", "state of the hub"), Long: outlookHelp, Define: status},
			{Name: "keys", Short: cli.T("密钥", "keys"), Sub: []*cli.Command{
				{Name: "export", Short: cli.T("备份全部办件密钥", "back up the keys of all scopes"), Define: hubKeysExport},
			}},
		},
	}
}

var hubInitHelp = cli.T(
	`管理员口令取自 ONEDOOR_PASSWORD，没有则询问。恢复包用 ONEDOOR_RECOVERY_PASSPHRASE 加密，没有则自动生成一个口令，
只显示这一次：请抄在纸上，与恢复包分开保管。`,
	`The administrator's password comes from ONEDOOR_PASSWORD or a prompt. The recovery kit is sealed with
ONEDOOR_RECOVERY_PASSPHRASE, else with a generated passphrase that is shown this once: write it down and keep it apart.`)

func hubInit(fs *cli.Flags) cli.Run {
	district := fs.String("district", "", cli.T("区划代码", "division code of the district"), cli.Required(), cli.Meta("440604"))
	name := fs.String("name", "", cli.T("区的名称", "name of the district"), cli.Required(), cli.Meta("NAME"))
	admin := fs.String("admin", "", cli.T("第一个管理员", "the first administrator"), cli.Required(), cli.Meta("NAME"))
	address := fs.String("address", "", cli.T("窗口将连接的地址", "where counters will connect"), cli.Meta("tcp://HOST:PORT"))
	return func(ctx context.Context, c *cli.Call) error {
		cfg, err := config(c)
		if err != nil {
			return err
		}
		password, err := c.NewSecret("ONEDOOR_PASSWORD", cli.T("管理员口令", "password of the administrator"))
		if err != nil {
			return err
		}
		info, err := station.InitHub(ctx, cfg, station.HubInit{
			District: *district, Name: *name, Admin: *admin, Password: password, Address: *address,
			RecoveryPassphrase: c.Getenv("ONEDOOR_RECOVERY_PASSPHRASE"),
		})
		if err != nil {
			return err
		}
		return c.Print(info, func(w io.Writer) {
			cli.Table(w, [][]string{
				{c.Say("枢纽已建立", "hub set up"), info.District},
				{c.Say("设备", "device"), info.Device},
				{c.Say("根指纹", "root fingerprint"), info.RootFingerprint},
				{c.Say("恢复包", "recovery kit"), info.RecoveryKit},
			})
			if info.RecoveryPassphrase != "" {
				fmt.Fprintln(w, c.Say("恢复口令（只显示这一次，请抄在纸上，与恢复包分开保管）:",
					"recovery passphrase (shown this once; write it down and keep it apart from the kit):"))
				fmt.Fprintln(w, "  "+info.RecoveryPassphrase)
			}
		})
	}
}

func hubKeysExport(fs *cli.Flags) cli.Run {
	out := fs.Path("out", cli.T("写出的密钥备份", "backup to write"), cli.Required())
	return func(ctx context.Context, c *cli.Call) error {
		passphrase, err := c.NewSecret("ONEDOOR_RECOVERY_PASSPHRASE", cli.T("备份口令", "passphrase of the backup"))
		if err != nil {
			return err
		}
		return readingAs(ctx, c, func(st *station.Station, s *desk.Session) error {
			data, err := st.ExportKeys(ctx, s, passphrase)
			if err != nil {
				return err
			}
			if err := atomicfile.Write(*out, data, atomicfile.Secret); err != nil {
				return writeError(*out, err)
			}
			v := struct {
				File  string `json:"file"`
				Bytes int    `json:"bytes"`
			}{*out, len(data)}
			return c.Print(v, func(w io.Writer) { fmt.Fprintln(w, c.Say("密钥备份:", "key backup:"), v.File) })
		})
	}
}
