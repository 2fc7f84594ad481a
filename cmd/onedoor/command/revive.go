package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/counter"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

const maxKeyFile = 16 << 20

// revive is rebuild --from: a lost hub out of its archive.
func revive(ctx context.Context, c *cli.Call, r station.Revival, keys, kit string) error {
	if r.From == "" || keys == "" || kit == "" {
		return counter.E(counter.CodeUsage, "重建枢纽要同时有存档、密钥备份和恢复包", "an archive, a key backup and a recovery kit are needed together").
			Hint("写明 --from、--keys 和 --recovery", "give --from, --keys and --recovery")
	}
	cfg, err := config(c)
	if err != nil {
		return err
	}
	if r.Keys, err = c.ReadFile(keys, maxKeyFile); err != nil {
		return err
	}
	if r.Kit, err = c.ReadFile(kit, 1<<20); err != nil {
		return err
	}
	if r.KitPhrase = c.Getenv("ONEDOOR_RECOVERY_PASSPHRASE"); r.KitPhrase == "" {
		if r.KitPhrase, err = c.Ask(cli.T("恢复口令: ", "Passphrase of the recovery kit: "), "ONEDOOR_RECOVERY_PASSPHRASE"); err != nil {
			return err
		}
	}
	r.Passphrase = r.KitPhrase
	if p := c.Getenv("ONEDOOR_KEYS_PASSPHRASE"); p != "" {
		r.Passphrase = p
	}
	stolen := r.Successor == station.HubStolen
	v, err := station.ReviveHub(ctx, cfg, r)
	if err != nil {
		return err
	}
	v.Digests, v.Refused = list(v.Digests), list(v.Refused)
	if err := c.Print(v, func(w io.Writer) { printRevived(w, c, v, stolen) }); err != nil {
		return err
	}
	if len(v.Refused) > 0 {
		return cli.Exit(5) // an integrity violation, told above
	}
	return nil
}

func printRevived(w io.Writer, c *cli.Call, v station.Revived, stolen bool) {
	cli.Table(w, [][]string{
		{c.Say("枢纽已重建", "hub made again"), v.District},
		{c.Say("设备", "device"), v.Device},
		{c.Say("分段", "segments"), fmt.Sprint(v.Files)},
		{c.Say("操作", "ops"), fmt.Sprint(v.Ops)},
	})
	for _, f := range v.Refused {
		fmt.Fprintln(w, c.Say("没有采用:", "refused:"), f)
	}
	if stolen {
		fmt.Fprintln(w, c.Say("存档之后原枢纽写的一律不算数：期间的开户、入网等要重做。新的恢复包在本机数据目录里，请换掉旧的。", "Nothing counts that the old hub wrote after the archive: users and devices of that time have to be entered again. The new recovery kit lies in this home: put it in the place of the old one."))
		return
	}
	fmt.Fprintln(w, c.Say("存档还没有收到的部分，各窗口下次同步时会补回来。", "What the archive had not got yet comes back when stations sync."))
}
