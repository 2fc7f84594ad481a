package station

import (
	"context"
	"fmt"
	"strings"
)

// inWords tells what somebody should know, the gravest first.
func (o *Outlook) inWords() []Notice {
	out := []Notice{}
	say := func(kind, level, zh, en string) { out = append(out, Notice{kind, level, zh, en}) }
	if o.Copied {
		say("copied", "bad", "本机的数据是连同密钥文件夹一起从备份恢复的：暂停受理，等区级分配新的窗口编号。请与区级同步一次；已经录入的内容都在",
			"this PC was restored together with its key folder: no case is accepted until the district has given another counter number. Sync with it; nothing entered is lost")
	}
	if len(o.Forked) > 0 {
		say("forked", "warn", fmt.Sprintf("这些设备的数据有分支（多半是整机从备份恢复过），之后的操作待复核，编号相同的办件要更正：%s。用 case list --review 查看", strings.Join(o.Forked, "、")),
			fmt.Sprintf("devices whose log goes on in several ways, probably restored from a backup as a whole; what came after is to be looked at again, equal numbers are to be corrected: %s. See case list --review", strings.Join(o.Forked, ", ")))
	}
	h := o.Handover
	if h.Overdue > 0 {
		say("overdue", "bad",
			fmt.Sprintf("有 %d 件办件受理后超过 %d 个工作日还没有送到上级，最早的是 %s（%s 受理）。请尽快联网同步，或用 U 盘送到上级", h.Overdue, h.LimitDays, h.Number, h.Oldest),
			fmt.Sprintf("%d cases were accepted more than %d working days ago and no superior holds them; the oldest is %s (accepted %s). Sync, or hand them over on a stick", h.Overdue, h.LimitDays, h.Number, h.Oldest))
	}
	if h.DueToday > 0 {
		say("due_today", "warn", fmt.Sprintf("有 %d 件办件今天是送到上级的最后一天", h.DueToday), fmt.Sprintf("%d cases are to be with a superior by the end of today", h.DueToday))
	}
	if o.Silent > 0 {
		names := o.silentNames()
		say("silent", "bad", fmt.Sprintf("%d 个站点超过 %d 个工作日没有消息，可能有办件没有送上来：%s", o.Silent, o.SilentDays, names),
			fmt.Sprintf("%d stations were silent for more than %d working days and may hold cases: %s", o.Silent, o.SilentDays, names))
	}
	if o.Quarantined > 0 {
		say("quarantined", "warn", fmt.Sprintf("有 %d 个收到的文件验证不通过，没有采用；运行 onedoor log verify 查看", o.Quarantined),
			fmt.Sprintf("%d received files failed verification and were not used; see onedoor log verify", o.Quarantined))
	}
	waiting := 0
	for _, w := range o.Waits {
		waiting += w.Ops
	}
	if waiting > 0 {
		say("waiting", "warn", fmt.Sprintf("有 %d 条操作已收到、还不能生效：%s", waiting, o.Waits[0].Words), fmt.Sprintf("%d ops are here and have no effect yet: %s", waiting, o.Waits[0].En))
	}
	if o.Backlog.Ops > 0 {
		say("unsent", "info", fmt.Sprintf("有 %d 件办件（%d 条操作）上级还没有确认收到：%s", o.Backlog.Cases, o.Backlog.Ops, o.Backlog.Why),
			fmt.Sprintf("no superior has confirmed %d cases (%d ops): %s", o.Backlog.Cases, o.Backlog.Ops, o.Backlog.WhyEn))
	}
	if o.Never > 0 {
		say("never", "info", fmt.Sprintf("%d 个站点入网后还没有消息", o.Never), fmt.Sprintf("%d stations were not heard of since they were enrolled", o.Never))
	}
	return out
}

// namedSilent bounds the names in one sentence; the list has all.
const namedSilent = 5

func (o *Outlook) silentNames() string {
	var names []string
	for _, st := range o.Stations {
		if st.Silent {
			names = append(names, st.Name)
		}
	}
	if len(names) > namedSilent {
		names = append(names[:namedSilent], "…")
	}
	return strings.Join(names, "、")
}

// whyUnsent says why records wait here: no road, a road that is down, or one that is
// at work.
func (s *Station) whyUnsent(ctx context.Context) (zh, en string, err error) {
	wan, err := s.wan(ctx)
	if err != nil {
		return "", "", err
	}
	trouble := ""
	for _, p := range wan.Peers {
		switch {
		case p.Connected && (p.Tier == "" || rankOf(p.Tier) > rankOf(string(s.id.Device.Tier))):
			return "已与 " + p.Name + " 连接，正在送", "connected with " + p.Name + ", being sent", nil
		case p.Trouble != "" && trouble == "":
			trouble = p.Trouble
		}
	}
	switch {
	case !wan.On:
		return "程序没有在后台联网；请同步，或用 U 盘送到上级", "no program syncs in the background: sync, or use a stick", nil
	case trouble != "":
		return trouble, "the superior is not reached", nil
	case len(s.id.Addresses) == 0 && len(wan.Peers) == 0:
		return "没有设置上级的地址；请用 U 盘送到上级，或向区级要地址", "no address of a superior is set: use a stick, or ask the district for it", nil
	}
	return "现在没有与上级连接", "not connected with a superior", nil
}
