package station

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// counterNumber gives the counter number that cases are numbered with now. There is
// none from the moment at which this disk turned out to be a copy until the district
// has given another: what the lost disk told of the old one cannot be known.
func (s *Station) counterNumber(ctx context.Context) (string, error) {
	number, waits, err := s.numberNow(ctx)
	if err != nil {
		return "", err
	}
	if waits {
		return "", counter.E(counter.CodeDenied, "本机的数据是连同密钥文件夹一起从备份恢复的，原来的窗口编号不能再用，暂停受理",
			"this PC was restored together with its key folder: its counter number cannot be used any more, and no case is accepted").
			Hint("与区级同步一次（联网，或U盘来回两趟），区级自动分配新的窗口编号，收到后即可受理；已经录入的内容都在，其他操作照常",
				"sync with the district (by network, or twice there and back by stick): it gives a new counter number by itself, and acceptance goes on; nothing entered is lost, all else works")
	}
	return number, nil
}

// numberNow gives the counter number, and whether a new one is waited for.
func (s *Station) numberNow(ctx context.Context) (number string, waits bool, err error) {
	number = s.id.Device.Counter
	copied, err := s.v.store.Copied(ctx)
	if err != nil {
		return "", false, err
	}
	realm, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return "", false, err
	}
	if m, ok := realm.MemberByDevice(s.id.Device.ID); copied == nil && (!ok || len(m.Numbers) == 0) {
		return number, false, nil // as almost always
	}
	lived, err := s.v.store.Lived(ctx)
	if err != nil {
		return "", false, err
	}
	known := func(epoch string) bool {
		raw, err := hex.DecodeString(epoch)
		return err == nil && len(raw) == len(oplog.Epoch{}) && lived[oplog.Epoch(raw)]
	}
	number = realm.NumberOf(counter.OpID(s.id.Device.ID), number, known)
	return number, copied != nil && !realm.Answered(copied.Epoch), nil
}

// tellCopied says in the service point's log that this disk is a copy, once.
func (s *Station) tellCopied(ctx context.Context) (int, error) {
	copied, err := s.v.store.Copied(ctx)
	if err != nil || copied == nil {
		return 0, err
	}
	s.chore.Lock()
	defer s.chore.Unlock()
	scope := s.id.Device.Division
	said, err := s.v.store.States(ctx, scope, "station")
	if err != nil {
		return 0, err
	}
	for _, row := range said {
		if p, ok := copiedIn(row.JSON); ok && p.Epoch == copied.Epoch {
			return 0, nil
		}
	}
	return 1, s.v.store.Record(ctx, func(r counter.Recorder) error {
		_, err := r.Append(counter.Act{Scope: scope, Kind: "station.copied", Entity: uuid.New(), New: true,
			Payload: counter.CopiedPayload{Epoch: copied.Epoch, Was: copied.Was}})
		return err
	})
}

func copiedIn(state []byte) (p counter.CopiedPayload, ok bool) {
	var s counter.PowerState
	if json.Unmarshal(state, &s) != nil || json.Unmarshal(s.Payload, &p) != nil {
		return p, false
	}
	return p, p.Epoch != ""
}

// giveNumbers gives each device that turned out to be a copy another counter number:
// the hub's task.
func (s *Station) giveNumbers(ctx context.Context) (n int, err error) {
	if s.id.Device.Tier != roster.District {
		return 0, nil
	}
	s.chore.Lock()
	defer s.chore.Unlock()
	said, err := s.v.store.StatesOf(ctx, "station")
	if err != nil {
		return 0, err
	}
	for _, row := range said {
		p, ok := copiedIn(row.JSON)
		if !ok {
			continue
		}
		realm, err := s.v.store.Powers(ctx, counter.ScopeRealm)
		if err != nil {
			return n, err
		}
		if realm.Answered(p.Epoch) {
			continue
		}
		doc, err := s.v.store.Entity(ctx, row.Scope, row.Entity)
		if err != nil {
			return n, err
		}
		given, err := s.giveNumber(ctx, realm, doc, p.Epoch)
		if n += given; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Station) giveNumber(ctx context.Context, realm *counter.Powers, doc *counter.Dossier, epoch string) (int, error) {
	device := doc.Facts[0].Device // who said it; nobody can say it of another
	m, ok := realm.MemberByDevice(device)
	if !ok || m.Removed {
		return 0, nil
	}
	number := realm.FreeNumber(m.Division)
	if number == "" {
		slog.Warn("no counter number is left for a restored device", "division", m.Division)
		return 0, nil
	}
	return 1, s.v.store.Record(ctx, func(r counter.Recorder) error {
		_, err := r.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "number.give", Entity: uuid.New(), New: true,
			Payload: counter.NumberPayload{Device: m.Device, Counter: number, Epoch: epoch}})
		return err
	})
}

// forked names the devices whose logs have branches, and tells whether this one waits
// for another counter number.
func (s *Station) forked(ctx context.Context) (names []string, waits bool, err error) {
	forks, err := s.v.store.Forks(ctx)
	if err != nil {
		return nil, false, err
	}
	names = []string{}
	for _, f := range forks {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	_, waits, err = s.numberNow(ctx)
	return names, waits, err
}
