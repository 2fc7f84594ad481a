package command

import (
	"context"
	"fmt"
	"io"

	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var photosHelp = cli.T(
	`读卡受理后，证件照片加密保存在读卡的那台电脑上，到期自动删除，不进入办件记录，也不随同步送出。
不带选项时显示保存天数和张数。--days 修改天数（0 到 366，0 表示不保存，并删除已有的），需要登录。`,
	`After an acceptance by card its photo is kept, sealed, on the PC that read it, and forgotten after some days. It is no part
of the case and never travels. Without options: for how many days, and how many there are. --days changes that (0 to 366;
0 keeps none and removes those there are) and needs a login.`)

func cardPhotos(fs *cli.Flags) cli.Run {
	days := fs.Int("days", -1, cli.T("保存多少天", "for how many days"), cli.Meta("N"))
	return func(ctx context.Context, c *cli.Call) error {
		show := func(st *station.Station) error {
			p, err := st.Photos()
			if err != nil {
				return err
			}
			return c.Print(p, func(w io.Writer) {
				fmt.Fprintln(w, c.Say("照片保存天数:", "photos are kept for days:"), p.Days)
				fmt.Fprintln(w, c.Say("现有照片:", "photos now:"), p.Kept)
			})
		}
		if *days == -1 {
			return reading(ctx, c, show)
		}
		return writingAs(ctx, c, "card photos", func(st *station.Station, _ *desk.Session) error {
			if err := st.SetPhotoDays(*days); err != nil {
				return err
			}
			return show(st)
		})
	}
}
