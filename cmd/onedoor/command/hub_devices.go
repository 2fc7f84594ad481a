package command

import (
	"context"
	"fmt"
	"io"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/atomicfile"
	"onedoor/internal/cli"
)

var hubEnrollHelp = cli.T(
	`两种办法，结果一样。用文件：--request 窗口的申请 --out 凭证。用入网码：--code 区划，屏幕显示一个码，
窗口连得上枢纽时运行 onedoor join --code 码 --hub 地址。码只能用一次，默认24小时内有效，输错5次作废。`,
	`Two ways with the same outcome. By files: --request FILE --out GRANT. By code: --code DIVISION shows a
code; a counter that reaches the hub runs onedoor join --code CODE --hub ADDRESS. A code is good once, for 24 hours,
and void after 5 wrong tries.`)

func hubEnroll(fs *cli.Flags) cli.Run {
	request := fs.Path("request", cli.T("窗口的入网申请", "request of the counter"))
	tier := fs.String("tier", "", cli.T("层级", "tier"), cli.Required(), cli.OneOf("village", "town", "district"))
	out := fs.Path("out", cli.T("写出的入网凭证", "grant to write"), cli.Meta("GRANT"))
	division := fs.String("code", "", cli.T("不用文件：为这个区划生成一次性入网码", "no files: make a one-time code for this division"), cli.Meta("440604100001"))
	number := fs.String("counter", "", cli.T("入网码用于哪个窗口，不写则任一窗口", "counter that the code is for; any without it"), cli.Meta("01"))
	valid := fs.Duration("valid", 24*time.Hour, cli.T("入网码的有效期", "how long the code is good"))
	return func(ctx context.Context, c *cli.Call) error {
		byFile := *request != "" && *out != "" && *division == "" && *number == ""
		byCode := *request == "" && *out == "" && *division != ""
		if !byCode && !byFile {
			return counter.E(counter.CodeUsage, "用文件入网要写 --request 和 --out；用入网码只写 --code 区划", "give --request and --out, or --code DIVISION alone").
				Hint("见 onedoor hub enroll --help", "see onedoor hub enroll --help")
		}
		if byCode {
			return makeCode(ctx, c, station.NewCode{Division: *division, Counter: *number, Tier: *tier, Valid: *valid})
		}
		data, err := c.ReadFile(*request, 1<<20)
		if err != nil {
			return err
		}
		return writingAs(ctx, c, "hub enroll", func(st *station.Station, s *desk.Session) error {
			e, err := st.Enroll(ctx, s, data, *tier)
			if err != nil {
				return err
			}
			// The grant holds the keys of the counter's scope, wrapped for that device alone.
			if err := atomicfile.Write(*out, e.Grant, atomicfile.Secret); err != nil {
				return writeError(*out, err)
			}
			v := struct {
				Device   string `json:"device"`
				Division string `json:"division"`
				Name     string `json:"name"`
				Grant    string `json:"grant"`
				Bytes    int    `json:"bytes"`
			}{e.Device, e.Division, e.Name, *out, len(e.Grant)}
			return c.Print(v, func(w io.Writer) {
				cli.Table(w, [][]string{
					{c.Say("已批准入网", "enrolled"), v.Name},
					{c.Say("区划", "division"), v.Division},
					{c.Say("设备", "device"), v.Device},
					{c.Say("入网凭证", "grant"), fmt.Sprintf("%s (%d %s)", v.Grant, v.Bytes, c.Say("字节", "bytes"))},
				})
			})
		})
	}
}

func hubDevices(ctx context.Context, c *cli.Call) error {
	return readingAs(ctx, c, func(st *station.Station, s *desk.Session) error {
		devices, err := st.Devices(ctx, s)
		if err != nil {
			return err
		}
		return c.Print(list(devices), func(w io.Writer) {
			rows := [][]string{{c.Say("设备", "device"), c.Say("区划", "division"), c.Say("窗口", "counter"), c.Say("层级", "tier"),
				c.Say("名称", "name"), c.Say("状态", "state"), c.Say("密钥", "keys")}}
			for _, d := range devices {
				state := c.Say("正常", "active")
				if d.Revoked {
					state = c.Say("已停用", "revoked")
				}
				current := 0
				for _, k := range d.Keys {
					if k.Current {
						current++
					}
				}
				rows = append(rows, []string{d.Device, d.Division, d.Counter, d.Tier, d.Name, state, fmt.Sprint(current)})
			}
			cli.Table(w, rows)
		})
	})
}

func hubRevoke(ctx context.Context, c *cli.Call) error {
	return writingAs(ctx, c, "hub revoke", func(st *station.Station, s *desk.Session) error {
		v, err := st.Revoke(ctx, s, c.Operand(0))
		if err != nil {
			return err
		}
		return c.Print(v, func(w io.Writer) {
			fmt.Fprintln(w, c.Say("已停用:", "revoked:"), v.Device)
			rows := [][]string{}
			for _, k := range v.Rotated {
				rows = append(rows, []string{c.Say("已换密钥", "new key"), k.Scope, k.Key, fmt.Sprint(k.Devices) + c.Say(" 台设备持有", " devices hold it")})
			}
			cli.Table(w, rows)
		})
	})
}

func makeCode(ctx context.Context, c *cli.Call, n station.NewCode) error {
	return writingAs(ctx, c, "hub enroll", func(st *station.Station, s *desk.Session) error {
		v, err := st.MakeCode(ctx, s, n)
		if err != nil {
			return err
		}
		return c.Print(v, func(w io.Writer) {
			cli.Table(w, [][]string{
				{c.Say("入网码", "code"), v.Code},
				{c.Say("区划", "division"), v.Division},
				{c.Say("有效期至", "good until"), v.Expires.Local().Format("2006-01-02 15:04")},
			})
			fmt.Fprintln(w, c.Say("只显示这一次。当面或打电话告诉窗口；枢纽要在运行（hub serve）。",
				"Shown this once. Tell it to the counter in person or by phone; the hub must be running (hub serve)."))
		})
	})
}
