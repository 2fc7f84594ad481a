package command

import (
	"context"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/station"
	"onedoor/internal/cli"
)

// caseLine is a case of a list. Handover is null once a superior has confirmed to
// hold the case, and for cases of other devices.
type caseLine struct {
	desk.CaseLine
	Handover *counter.Handover `json:"handover"`
}

func withHandovers(ctx context.Context, st *station.Station, cases []desk.CaseLine) ([]caseLine, error) {
	limits, err := st.Handovers(ctx)
	if err != nil {
		return nil, err
	}
	return linesOf(cases, limits), nil
}

func linesOf(cases []desk.CaseLine, limits map[string]counter.Handover) []caseLine {
	lines := make([]caseLine, len(cases))
	for i, k := range cases {
		lines[i].CaseLine = k
		if h, ok := limits[k.Number]; ok {
			lines[i].Handover = &h
		}
	}
	return lines
}

func handoverWords(c *cli.Call, h *counter.Handover) string {
	switch {
	case h == nil:
		return ""
	case h.Overdue:
		return c.Say("超过交接期限，还没有送到上级（应在 ", "not handed over, was due ") + string(h.Due) + c.Say(" 前）", "")
	}
	return c.Say("还没有送到上级（", "not handed over, due ") + string(h.Due) + c.Say(" 前）", "")
}
