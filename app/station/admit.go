package station

import (
	"context"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/oplog"
)

// WithheldLine is what waits of one revoked device, for people.
type WithheldLine struct {
	Device string   `json:"device"`
	Name   string   `json:"name"`
	Cases  []string `json:"cases"`
	People int      `json:"people"`
	Ops    int      `json:"ops"`
	First  string   `json:"first"` // RFC 3339, by the device's own clock
	Last   string   `json:"last"`
}

// Withheld lists what waits to be admitted by the user, device by device.
func (s *Station) Withheld(ctx context.Context, who *desk.Session) ([]WithheldLine, error) {
	list, err := who.Withheld(ctx)
	out := []WithheldLine{}
	for _, w := range list {
		out = append(out, withheldLine(w))
	}
	return out, err
}

// AdmitDevice admits all of it at once: see desk.Session.AdmitDevice.
func (s *Station) AdmitDevice(ctx context.Context, who *desk.Session, device string, expect int, opinion string) (WithheldLine, error) {
	id, err := oplog.ParseDeviceID(device)
	if err != nil {
		return WithheldLine{}, counter.E(counter.CodeUsage, "设备编号格式不对", "not a device id").
			Hint("不写 --device 列出有哪些", "leave --device away to see which there are")
	}
	w, err := who.AdmitDevice(ctx, id, expect, opinion)
	return withheldLine(w), err
}

func withheldLine(w desk.Withheld) WithheldLine {
	return WithheldLine{oplog.DeviceID(w.Device).String(), w.Name, w.Cases, w.People, w.Ops, w.First, w.Last}
}
