package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

var hubArchiveHelp = cli.T(
	`存档机是一台装有普通 Syncthing 的电脑，只保存已封存的日志分段。它没有密钥，看不到内容；枢纽毁坏时，
用它的文件夹、密钥备份和恢复包可以重建枢纽。不带参数时列出存档机，以及要在 Syncthing 里填写的内容。`,
	`An archive is a PC with a stock Syncthing that keeps sealed segments only. It has no keys and can read nothing;
with its folder, the key backup and the recovery kit a lost hub can be made again. Without flags the archives are
listed, with what has to be entered in Syncthing.`)

func hubArchive(fs *cli.Flags) cli.Run {
	device := fs.String("device", "", cli.T("存档机的 Syncthing 设备标识", "Syncthing device ID of the archive"), cli.Meta("SYNCTHING-DEVICE-ID"))
	name := fs.String("name", "", cli.T("存档机的名称", "name of the archive"), cli.Meta("NAME"))
	remove := fs.Bool("remove", cli.T("不再给这台存档机", "show this archive nothing more"))
	return func(ctx context.Context, c *cli.Call) error {
		show := func(a station.Archives, err error) error {
			if err != nil {
				return err
			}
			return c.Print(a, func(w io.Writer) { printArchives(w, c, a) })
		}
		if *device == "" {
			if *remove {
				return counter.E(counter.CodeUsage, "没有写明存档机", "no archive is named").Hint("加上 --device 设备标识", "add --device ID")
			}
			return readingAs(ctx, c, func(st *station.Station, s *desk.Session) error { return show(st.Archives(ctx, s)) })
		}
		return writingAs(ctx, c, "hub archive", func(st *station.Station, s *desk.Session) error {
			if *remove {
				return show(st.RemoveArchive(ctx, s, *device))
			}
			return show(st.AddArchive(ctx, s, *device, strings.TrimSpace(*name)))
		})
	}
}

func printArchives(w io.Writer, c *cli.Call, a station.Archives) {
	fmt.Fprintln(w, c.Say("在存档机的 Syncthing 里：", "in the archive's Syncthing:"))
	rows := [][]string{{c.Say("添加设备", "add the device"), a.HubDevice}}
	for _, addr := range a.Addresses {
		rows = append(rows, []string{c.Say("地址", "address"), addr})
	}
	for _, f := range a.Folders {
		rows = append(rows, []string{c.Say("文件夹标识（类型“仅接收”）", "folder ID (receive only)"), f})
	}
	cli.Table(w, rows)
	for _, x := range a.Archives {
		fmt.Fprintf(w, c.Say("存档机 %s %s：已确认 %d / %d 个文件，由 %s 于 %s 设立\n", "archive %s %s: holds %d of %d files, set up by %s on %s\n"),
			x.Name, x.Device, x.Held, x.Files, x.AddedBy, x.Added.Format("2006-01-02"))
	}
}
