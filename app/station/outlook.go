package station

import (
	"context"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/roster"
)

// Outlook is what people have to know of how a device exchanges its records with the
// others: what waits and why, what is late, and who was not heard of.
type Outlook struct {
	AsOf     counter.Date  `json:"as_of"` // a day in China
	Backlog  BacklogView   `json:"backlog"`
	Handover HandoverWatch `json:"handover"`
	Waits    []WaitView    `json:"waits"`
	Stations []StationView `json:"stations"` // below this device, and its superiors
	Silent   int           `json:"silent"`   // of those below: not heard of for longer than SilentDays
	Never    int           `json:"never"`    // of those below: not heard of since they were enrolled
	// SilentDays are the working days after which a station counts as silent.
	SilentDays  int      `json:"silent_days"`
	Quarantined int      `json:"quarantined"` // files that were refused
	Faults      int64    `json:"faults"`      // things wrong with what peers sent, since the program was started
	Forked      []string `json:"forked"`      // names of devices whose log goes on in several ways
	Copied      bool     `json:"copied"`      // this disk turned out to be a copy, and waits for another counter number
	Notices     []Notice `json:"notices"`     // all of it in words, the gravest first
}

// BacklogView is what no superior has confirmed to hold.
type BacklogView struct {
	Ops    int    `json:"ops"`
	Cases  int    `json:"cases"`
	Oldest string `json:"oldest"` // RFC 3339: acceptance of the oldest such case; "" without
	Number string `json:"number"` // of that case
	Why    string `json:"why"`    // in words; "" when nothing waits
	WhyEn  string `json:"why_en"`
}

// HandoverWatch watches the limit within which accepted cases go up.
type HandoverWatch struct {
	LimitDays   int          `json:"limit_days"` // working days
	Waiting     int          `json:"waiting"`    // cases accepted here that no superior has confirmed
	DueToday    int          `json:"due_today"`
	Overdue     int          `json:"overdue"`
	Oldest      counter.Date `json:"oldest"`      // acceptance of the oldest; "" without
	Number      string       `json:"number"`      // of that case
	Provisional bool         `json:"provisional"` // a calendar is lacking
	Numbers     []string     `json:"numbers"`     // the overdue ones, oldest first, at most mostOverdue
}

// WaitView is a number of ops that wait, and what for.
type WaitView struct {
	Scope  string `json:"scope"`
	Device string `json:"device"` // name of the station that wrote them
	Why    string `json:"why"`    // parent, position
	Ops    int    `json:"ops"`
	Words  string `json:"words"`
	En     string `json:"words_en"`
}

// Notice is something that somebody should know, in words.
type Notice struct {
	Kind  string `json:"kind"`  // copied, forked, overdue, due_today, silent, never, waiting, quarantined, unsent
	Level string `json:"level"` // bad, warn, info
	Text  string `json:"text"`
	En    string `json:"text_en"`
}

const (
	// mostOverdue bounds the numbers that are listed; the count has no bound.
	mostOverdue = 200
	// DefaultSilentDays is that of the hand-over: who is silent for longer may sit on
	// cases that are late.
	DefaultSilentDays = counter.HandoverDays
)

// Outlook looks. silentDays 0 is DefaultSilentDays.
func (s *Station) Outlook(ctx context.Context, silentDays int) (o Outlook, err error) {
	if silentDays <= 0 {
		silentDays = DefaultSilentDays
	}
	cals, err := s.desk.Calendars(ctx)
	if err != nil {
		return o, err
	}
	o = Outlook{AsOf: desk.DayOf(s.cfg.Now()), SilentDays: silentDays, Waits: []WaitView{}, Stations: []StationView{}, Notices: []Notice{}, Faults: s.meter.faultsSum()}
	b, err := s.Backlog(ctx)
	if err != nil {
		return o, err
	}
	o.Backlog = BacklogView{Ops: b.Ops, Cases: b.Cases, Oldest: b.Oldest, Number: b.Number}
	if o.Handover, err = s.handover(ctx, o.AsOf, cals); err != nil {
		return o, err
	}
	if o.Waits, err = s.waits(ctx); err != nil {
		return o, err
	}
	if o.Quarantined, err = s.v.store.Quarantined(ctx); err != nil {
		return o, err
	}
	if o.Forked, o.Copied, err = s.forked(ctx); err != nil {
		return o, err
	}
	if o.Stations, err = s.stations(ctx, o.AsOf, silentDays, cals); err != nil {
		return o, err
	}
	for _, st := range o.Stations {
		switch {
		case !st.Below:
		case st.Silent:
			o.Silent++
		case st.LastContact.IsZero() && st.LastRecord.IsZero():
			o.Never++
		}
	}
	if b.Ops > 0 {
		if o.Backlog.Why, o.Backlog.WhyEn, err = s.whyUnsent(ctx); err != nil {
			return o, err
		}
	}
	o.Notices = o.inWords()
	return o, nil
}

func (s *Station) handover(ctx context.Context, asOf counter.Date, cals []counter.Calendar) (HandoverWatch, error) {
	h := HandoverWatch{LimitDays: counter.HandoverDays, Numbers: []string{}}
	if s.id.Device.Tier == roster.District { // hands nothing over
		return h, nil
	}
	above, err := s.superiors(ctx)
	if err != nil {
		return h, err
	}
	days, oldest, err := s.v.store.UnhandedDays(ctx, above, mostOverdue)
	if err != nil {
		return h, err
	}
	overdue := map[counter.Date]bool{}
	for _, d := range days {
		h.Waiting += d.Cases
		if d.Day.IsZero() {
			continue // a date that is none: the case is counted, its limit is unknown
		}
		day := desk.DayOf(d.Day)
		v, err := counter.HandoverOf(day, asOf, cals)
		if err != nil {
			continue
		}
		h.Provisional = h.Provisional || v.Provisional
		if v.DueToday {
			h.DueToday += d.Cases
		}
		if v.Overdue {
			h.Overdue += d.Cases
			overdue[day] = true
		}
	}
	for i, u := range oldest {
		day := acceptedOn(u.AcceptedAt)
		if i == 0 {
			h.Oldest, h.Number = day, u.Number
		}
		if overdue[day] {
			h.Numbers = append(h.Numbers, u.Number)
		}
	}
	return h, nil
}

// unhanded are this device's cases that no superior confirmed. The district hands
// nothing over.
func (s *Station) unhanded(ctx context.Context) ([]store.Unhanded, error) {
	if s.id.Device.Tier == roster.District {
		return nil, nil
	}
	above, err := s.superiors(ctx)
	if err != nil {
		return nil, err
	}
	return s.v.store.Unhanded(ctx, above)
}

// Handovers gives the limits of those cases of this device that no superior has
// confirmed, by number.
func (s *Station) Handovers(ctx context.Context) (map[string]counter.Handover, error) {
	list, err := s.unhanded(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	cals, err := s.desk.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	today, out := desk.DayOf(s.cfg.Now()), map[string]counter.Handover{}
	for _, u := range list {
		if h, err := counter.HandoverOf(acceptedOn(u.AcceptedAt), today, cals); err == nil {
			out[u.Number] = h
		}
	}
	return out, nil
}

func acceptedOn(at string) counter.Date {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return desk.DayOf(t)
}

func (s *Station) waits(ctx context.Context) ([]WaitView, error) {
	rows, err := s.v.store.Waits(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.deviceNames(ctx)
	if err != nil {
		return nil, err
	}
	out := []WaitView{}
	for _, w := range rows {
		v := WaitView{Scope: w.Scope, Device: cmpName(names[w.Device], "", w.Device), Why: w.Why, Ops: w.Ops}
		v.Words, v.En = whyOpsWait(w.Why, v.Device, s.v.store.Hub() == s.id.Device.ID)
		out = append(out, v)
	}
	return out, nil
}

// whyOpsWait says for what ops of a device wait. The hub wrote the district's log
// itself: what names more of it than there is, is wrong, or older than a restore.
func whyOpsWait(why, device string, hub bool) (zh, en string) {
	switch {
	case why != "position":
		return "它们依据的更早的操作还没有到，等写下那些操作的电脑把数据送来", "earlier ops that they build on are not here yet"
	case hub:
		return device + " 写的操作依据了区级没有写过的授权或目录。区级刚从备份恢复的，等各站点把数据送回来；不是的，这台电脑的程序损坏或被改动，请停用它（onedoor hub revoke）并查明原因",
			"ops of " + device + " name data of the district that the district never wrote: wait for the stations if the hub was just restored from a backup; else its program is damaged or was tampered with: revoke it (onedoor hub revoke) and look into it"
	}
	return "写它们的电脑已经有区级更新的授权或目录，本机还没有，等区级的数据送到", "their device held newer data of the district than this one does"
}
