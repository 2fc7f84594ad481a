package station

import (
	"context"
	"errors"
	"os"
	"time"

	"onedoor/app/counter"
	"onedoor/sync/courier"
	"onedoor/sync/oplog"
)

// StickReport is the outcome of an export to a folder or an import from it.
type StickReport struct {
	SyncReport
	Files    int          `json:"files"`
	Stations []string     `json:"stations"` // names of those whose data the stick showed
	Faults   []StickFault `json:"faults"`
}

// StickFault is one file that was passed over.
type StickFault struct {
	File   string `json:"file"`
	Device string `json:"device"` // name of the station, or its device id
	What   string `json:"what"`   // damaged, missing, refused, waiting, unread, partial, changed
	Why    string `json:"why"`
}

// ExportStick brings a stick up to what is held here: of a scope ("" for all that
// this device may have).
func (s *Station) ExportStick(ctx context.Context, dir, scope string) (StickReport, error) {
	s.doChores(ctx)
	if err := s.v.store.Flush(); err != nil {
		return StickReport{}, err
	}
	return s.stick(ctx, dir, scope, (*courier.Courier).Export)
}

// ImportStick takes over what a stick shows and is lacking here.
func (s *Station) ImportStick(ctx context.Context, dir, scope string) (StickReport, error) {
	rep, err := s.stick(ctx, dir, scope, (*courier.Courier).Import)
	if err == nil {
		s.doChores(ctx)
	}
	return rep, err
}

func (s *Station) stick(ctx context.Context, dir, scope string,
	run func(*courier.Courier, context.Context, oplog.Scope) (courier.Report, error)) (StickReport, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return StickReport{}, counter.E(counter.CodeNotFound, "找不到这个U盘或文件夹", "there is no such stick or folder").
			Hint("插好U盘,核对 --dir 的盘符或路径", "plug the stick in and check the path of --dir").Because(err)
	}
	c, err := courier.New(courier.Options{Disk: courier.Dir(dir), Vault: s.v.store.Outward(s.id.Realm.Code), Self: s.id.Device.ID, Keys: s.keys,
		Cert: s.id.Device.SignCert, Verifier: s.verifier, Now: s.cfg.Now,
		Allow: func(d oplog.DeviceID) error {
			if s.revoked(ctx, d) {
				return errRevoked
			}
			return nil
		}})
	if err != nil {
		return StickReport{}, err
	}
	r, err := run(c, ctx, oplog.Scope(scope))
	rep := s.stickReport(ctx, r)
	s.meter.moved(roadStick, r.SentBytes, r.ReceivedBytes)
	if err == nil {
		met := map[string]time.Time{}
		for _, name := range rep.Stations {
			met[name] = s.cfg.Now()
		}
		_ = s.contacts.note(ctx, s, roadStick, met)
	}
	if err != nil {
		return rep, stickError(err, rep)
	}
	for _, f := range r.Faults { // our own store's trouble is no fault of the stick
		var own *counter.Error
		if f.What == courier.Waiting && errors.As(f.Err, &own) {
			return rep, f.Err
		}
	}
	return rep, nil
}

func (s *Station) stickReport(ctx context.Context, r courier.Report) StickReport {
	rep := StickReport{Files: r.Files, Stations: []string{}, Faults: []StickFault{},
		SyncReport: SyncReport{SentOps: r.SentOps, ReceivedOps: r.ReceivedOps, SentBytes: r.SentBytes, ReceivedBytes: r.ReceivedBytes, Converged: r.Converged}}
	names, _ := s.deviceNames(ctx)
	name := func(d oplog.DeviceID) string {
		if n := names[d]; n != "" {
			return n
		}
		return d.String()
	}
	for _, d := range r.Stations {
		rep.Stations = append(rep.Stations, name(d))
	}
	for _, f := range r.Faults {
		if f.What == courier.Refused {
			rep.Refused++
		}
		line := StickFault{File: f.File, What: string(f.What), Why: f.Err.Error()}
		if !f.Device.IsZero() {
			line.Device = name(f.Device)
		}
		rep.Faults = append(rep.Faults, line)
	}
	return rep
}

// stickError tells why an export or import did not come to its end.
func stickError(err error, r StickReport) error {
	say := func(code counter.Code, zh, en, hintZh, hintEn string) error {
		return counter.E(code, zh, en).Hint(hintZh, hintEn).Because(err)
	}
	switch courier.CodeOf(err) {
	case courier.CodeEmpty:
		return say(counter.CodeNotFound, "U盘上没有一门办的数据", "there is no onedoor data on the stick",
			"先在对方电脑上运行 onedoor sync export,或核对 --dir", "run onedoor sync export on the other PC first, or check --dir")
	case courier.CodeOtherDistrict:
		return say(counter.CodeDenied, "U盘上是另一个区的数据,没有读入", "the stick holds another district's data; nothing was taken", "核对是不是拿错了U盘", "check that it is the right stick")
	case courier.CodeNothingShared:
		return say(counter.CodeDenied, "本机没有这个服务点的数据", "this device does not hold that service point", "核对 --scope 的区划代码", "check the division code of --scope")
	case courier.CodeFull:
		return counter.Ef(counter.CodeFailed, "U盘满了,已写好 %d 个文件", "the stick is full; %d files were written", r.Files).
			Hint("已写好的可以照常带走;换大一点的U盘或用 --scope 分次导出", "what was written can be used; take a larger stick, or export by --scope").Because(err)
	case courier.CodeDisk:
		return say(counter.CodeFailed, "U盘读写失败,可能被拔出、写保护或损坏", "the stick cannot be read or written: pulled, write-protected or broken",
			"重新插好再运行一次,会从断处继续;数据都在本机,不会丢失", "plug it in and run again, it goes on where it stopped; nothing is lost on this PC")
	}
	var told *counter.Error
	if errors.As(err, &told) {
		return told
	}
	return say(counter.CodeFailed, "U盘同步没有完成", "the exchange with the stick did not finish", "再运行一次,会从断处继续", "run it again, it goes on where it stopped")
}
