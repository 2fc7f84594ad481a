package station

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// mostDeviceSeries bounds the series that carry a device: a district has a thousand
// stations. What is beyond is counted and not listed.
const mostDeviceSeries = 1500

// scrapePatience bounds one look.
const scrapePatience = 20 * time.Second

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("onedoor_"+name, help, labels, nil)
}

// What is measured. Labels name devices, divisions, roads and reasons; never a person.
var (
	descUp          = desc("up", "1 if the state below could be read.")
	descPeers       = desc("peers_connected", "Devices connected now.", "tier")
	descDevices     = desc("devices", "Devices in the district's roster, as held here.")
	descScopes      = desc("scopes", "Scopes held.")
	descOps         = desc("ops", "Operations held.")
	descCases       = desc("cases", "Cases held.")
	descWaiting     = desc("waiting_ops", "Operations that are held and have no effect yet, by what they wait for.", "reason")
	descBacklogOps  = desc("backlog_ops", "Own operations that no superior has confirmed to hold.")
	descBacklog     = desc("backlog_cases", "Cases with such operations.")
	descBacklogAge  = desc("backlog_age_seconds", "Age of the oldest such case since its acceptance; 0 without.")
	descHandover    = desc("handover_cases", "Own cases that no superior has confirmed: all (waiting), on their last working day (due_today), beyond it (overdue).", "state")
	descSilent      = desc("stations_silent", "Stations below that were not heard of for longer than the limit in working days.", "limit_days")
	descNever       = desc("stations_never_heard", "Stations below that were not heard of since they were enrolled.")
	descLast        = desc("station_last_contact_timestamp_seconds", "Last contact with a device by any road; 0 is never.", "device", "division", "tier")
	descRecord      = desc("station_last_record_timestamp_seconds", "When a device made its newest operation held here, by its own clock.", "device", "division", "tier")
	descBytes       = desc("road_bytes_total", "Bytes that went over a road since the program was started.", "road", "direction")
	descFaults      = desc("sync_faults_total", "Things wrong with what peers sent since the program was started, by kind.", "code")
	descQuarantined = desc("quarantined_files", "Received files that were refused.")
	descDisk        = desc("disk_free_bytes", "Free bytes on the disk of the home.")
	descClock       = desc("clock_doubtful", "1 if the clock contradicts what is known.")
)

// collector looks at a station whenever somebody asks for its metrics.
type collector struct{ s *Station }

func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descUp, descPeers, descDevices, descScopes, descOps, descCases, descWaiting, descBacklogOps, descBacklog,
		descBacklogAge, descHandover, descSilent, descNever, descLast, descRecord, descBytes, descFaults, descQuarantined, descDisk, descClock} {
		ch <- d
	}
}

// series takes values.
type series chan<- prometheus.Metric

func (ch series) gauge(d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (ch series) counter(d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	ch, up := series(out), 1.0
	if c.collect(ctx, ch) != nil {
		up = 0
	}
	ch.gauge(descUp, up)
}

func (c collector) collect(ctx context.Context, ch series) error {
	t, err := c.s.Tally(ctx)
	if err != nil {
		return err
	}
	o, err := c.s.Outlook(ctx, 0)
	if err != nil {
		return err
	}
	h, err := c.s.Health(ctx)
	if err != nil {
		return err
	}
	ch.gauge(descDevices, float64(t.Devices))
	ch.gauge(descScopes, float64(t.Scopes))
	ch.gauge(descOps, float64(t.Ops))
	ch.gauge(descCases, float64(t.Cases))
	ch.gauge(descBacklogOps, float64(o.Backlog.Ops))
	ch.gauge(descBacklog, float64(o.Backlog.Cases))
	ch.gauge(descBacklogAge, age(o.Backlog.Oldest, h.Now))
	ch.gauge(descHandover, float64(o.Handover.Waiting), "waiting")
	ch.gauge(descHandover, float64(o.Handover.DueToday), "due_today")
	ch.gauge(descHandover, float64(o.Handover.Overdue), "overdue")
	ch.gauge(descQuarantined, float64(o.Quarantined))
	ch.gauge(descDisk, float64(h.Room.Free))
	ch.gauge(descClock, flag(h.ClockDoubt))
	waiting := map[string]int{"parent": 0, "position": 0}
	for _, w := range o.Waits {
		waiting[w.Why] += w.Ops
	}
	for why, n := range waiting {
		ch.gauge(descWaiting, float64(n), why)
	}
	c.roads(ch)
	c.stations(ch, &o)
	return nil
}

func (c collector) roads(ch series) {
	c.s.meter.peersMoved(c.s.peers(), c.s.roadOf)
	total, faults := c.s.meter.read()
	for _, road := range []string{roadWAN, roadLAN, roadStick} {
		ch.counter(descBytes, float64(total[road][0]), road, "sent")
		ch.counter(descBytes, float64(total[road][1]), road, "received")
	}
	for code, n := range faults {
		ch.counter(descFaults, float64(n), code)
	}
}

func (c collector) stations(ch series, o *Outlook) {
	ch.gauge(descSilent, float64(o.Silent), strconv.Itoa(o.SilentDays))
	ch.gauge(descNever, float64(o.Never))
	connected := map[string]int{"village": 0, "town": 0, "district": 0}
	for i, st := range o.Stations {
		if st.Connected {
			connected[st.Tier]++
		}
		if i < mostDeviceSeries {
			ch.gauge(descLast, seconds(st.LastContact), st.Device, st.Division, st.Tier)
			ch.gauge(descRecord, seconds(st.LastRecord), st.Device, st.Division, st.Tier)
		}
	}
	for tier, n := range connected {
		ch.gauge(descPeers, float64(n), tier)
	}
}

func age(at string, now time.Time) float64 {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return 0
	}
	return max(0, now.Sub(t).Seconds())
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// metricsHandler serves ours beside those of the process and of the protocol library.
func (s *Station) metricsHandler() http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(collector{s})
	return promhttp.HandlerFor(prometheus.Gatherers{own, prometheus.DefaultGatherer}, promhttp.HandlerOpts{})
}
