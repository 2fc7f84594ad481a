package station

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/roster"
)

// StationView is a device of the district as seen from this one.
type StationView struct {
	Device      string        `json:"device"`
	Name        string        `json:"name"`
	Division    string        `json:"division"`
	Tier        string        `json:"tier"`
	Below       bool          `json:"below"` // it hands its cases over to this one; else it is a superior
	Connected   bool          `json:"connected"`
	LastContact time.Time     `json:"last_contact"` // by any road; zero is never
	Road        string        `json:"road"`         // of it
	Contacts    []RoadContact `json:"contacts"`
	LastRecord  time.Time     `json:"last_record"` // when it made the newest op of it that is here; zero is none
	SilentDays  int           `json:"silent_days"` // working days since it was heard of
	Silent      bool          `json:"silent"`
	Words       string        `json:"words"`
	En          string        `json:"words_en"`
}

// RoadContact is when a device was last met on a road.
type RoadContact struct {
	Road string    `json:"road"`
	At   time.Time `json:"at"`
}

// stations lists those below this device and its superiors, the longest silent first.
func (s *Station) stations(ctx context.Context, asOf counter.Date, limit int, cals []counter.Calendar) ([]StationView, error) {
	devices, err := s.v.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := s.v.store.Newest(ctx)
	if err != nil {
		return nil, err
	}
	powers, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	places, err := counter.ReadPlaces(ctx, s.v.store, asOf)
	if err != nil {
		return nil, err
	}
	met := s.allContacts(ctx)
	online := map[[32]byte]bool{}
	for _, p := range s.peers() {
		if online[p.Device] = p.Connected; !p.LastContact.IsZero() {
			met[p.Name] = append(met[p.Name], RoadContact{s.roadOf(p.Device), p.LastContact})
		}
	}
	out := []StationView{}
	for _, d := range devices {
		below, related := s.related(places, d)
		if m, ok := powers.MemberByDevice(d.Device); !related || d.Device == s.id.Device.ID || ok && m.Removed {
			continue
		}
		v := StationView{Device: d.Device.String(), Name: d.Name, Division: d.Division, Tier: d.Tier, Below: below,
			Connected: online[d.Device], Contacts: latestPerRoad(met[d.Name]), LastRecord: newest[d.Device]}
		for _, c := range v.Contacts {
			if c.At.After(v.LastContact) {
				v.LastContact, v.Road = c.At, c.Road
			}
		}
		heard := v.LastContact
		if v.LastRecord.After(heard) && !v.LastRecord.After(s.cfg.Now()) {
			heard = v.LastRecord // by way of a relay, perhaps
		}
		if !heard.IsZero() && !v.Connected {
			v.SilentDays = counter.WorkdaysSince(desk.DayOf(heard), asOf, cals)
			v.Silent = below && v.SilentDays > limit
		}
		v.Words, v.En = v.inWords()
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b StationView) int {
		if a.Below != b.Below {
			return map[bool]int{true: 1, false: -1}[a.Below] // superiors first
		}
		return b.SilentDays - a.SilentDays
	})
	return out, nil
}

// related tells whether a device is below this one or above it.
func (s *Station) related(places counter.Places, d store.DeviceRow) (below, related bool) {
	mine, theirs := rankOf(string(s.id.Device.Tier)), rankOf(d.Tier)
	switch {
	case theirs < mine && places.Within(d.Division, s.id.Device.Division):
		return true, true
	case theirs > mine && places.Within(s.id.Device.Division, d.Division):
		return false, true
	}
	return false, false
}

func rankOf(tier string) int {
	return map[string]int{string(roster.Village): 1, string(roster.Town): 2, string(roster.District): 3}[tier]
}

// allContacts are the remembered contacts of all roads, by the name of the device.
func (s *Station) allContacts(ctx context.Context) map[string][]RoadContact {
	out := map[string][]RoadContact{}
	for _, road := range []string{roadWAN, roadLAN, roadStick} {
		for name, at := range s.contacts.of(ctx, s, road) {
			out[name] = append(out[name], RoadContact{road, at})
		}
	}
	return out
}

func latestPerRoad(list []RoadContact) []RoadContact {
	out := []RoadContact{}
	for _, c := range list {
		c.At = c.At.Truncate(time.Second)
		if i := slices.IndexFunc(out, func(o RoadContact) bool { return o.Road == c.Road }); i < 0 {
			out = append(out, c)
		} else if c.At.After(out[i].At) {
			out[i] = c
		}
	}
	return out
}

var roadNames = map[string][2]string{roadWAN: {"网络", "network"}, roadLAN: {"本地网络", "local network"}, roadStick: {"U 盘", "stick"}}

func (v *StationView) inWords() (zh, en string) {
	day := func(t time.Time) string { return t.In(chinaTime).Format("2006-01-02 15:04") }
	if v.Connected {
		return "在线", "connected"
	}
	var z, e []string
	for _, c := range v.Contacts {
		z = append(z, roadNames[c.Road][0]+"最后联系 "+day(c.At))
		e = append(e, "last by "+roadNames[c.Road][1]+" "+day(c.At))
	}
	if len(z) == 0 {
		z, e = append(z, "没有直接联系过"), append(e, "never met directly")
	}
	if !v.LastRecord.IsZero() {
		z, e = append(z, "它最新的记录是 "+day(v.LastRecord)), append(e, "its newest record here is of "+day(v.LastRecord))
	}
	if v.SilentDays > 0 {
		z, e = append(z, fmt.Sprintf("已 %d 个工作日没有消息", v.SilentDays)), append(e, fmt.Sprintf("silent for %d working days", v.SilentDays))
	}
	return strings.Join(z, "，"), strings.Join(e, ", ")
}
