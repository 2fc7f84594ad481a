package station

import (
	"context"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/bepnode"
)

// Archive is a stock Syncthing daemon that holds the district's sealed segments.
type Archive struct {
	Device  string    `json:"device"` // as Syncthing writes it
	Name    string    `json:"name"`
	Added   time.Time `json:"added"`
	AddedBy string    `json:"added_by"`
	Files   int       `json:"files"` // sealed files that it is shown
	Held    int       `json:"held"`  // of these, those that it confirmed
}

// Archives is what an administrator enters into the daemon, and who they are.
type Archives struct {
	HubDevice string    `json:"hub_device"` // as Syncthing writes it
	Addresses []string  `json:"addresses"`
	Folders   []string  `json:"folders"` // to be added there as receive only
	Archives  []Archive `json:"archives"`
}

// Archives lists the archives and what the daemons have to be told.
func (s *Station) Archives(ctx context.Context, who *desk.Session) (Archives, error) {
	if err := who.RequireAdministrator(); err != nil {
		return Archives{}, err
	}
	folders, err := s.v.store.Outward(s.id.Realm.Code).ArchiveFolders()
	if err != nil {
		return Archives{}, err
	}
	rows, err := s.v.store.Archives(ctx)
	if err != nil {
		return Archives{}, err
	}
	out := Archives{HubDevice: bepnode.StockID(s.id.Device.ID), Addresses: append([]string{}, s.id.Addresses...), Folders: folders, Archives: []Archive{}}
	for _, a := range rows {
		out.Archives = append(out.Archives, Archive{bepnode.StockID(a.Device), a.Name, a.Added, a.AddedBy, a.Files, a.Held})
	}
	return out, nil
}

// AddArchive lets a stock Syncthing daemon hold every sealed segment of the hub.
func (s *Station) AddArchive(ctx context.Context, who *desk.Session, device, name string) (Archives, error) {
	if err := s.mayArchive(who); err != nil {
		return Archives{}, err
	}
	id, err := bepnode.ParseStockID(device)
	if err != nil {
		return Archives{}, counter.E(counter.CodeInvalid, "不是 Syncthing 的设备标识", "not a device ID of Syncthing").
			Hint("在存档机的 Syncthing 里选“操作-显示 ID”,照抄八组字母数字", "copy the eight groups from Actions - Show ID of the archive's Syncthing").Because(err)
	}
	names, err := s.deviceNames(ctx)
	if err != nil {
		return Archives{}, err
	}
	if _, enrolled := names[id]; enrolled {
		return Archives{}, counter.E(counter.CodeInvalid, "这是本区一台已入网设备的标识,不能再作存档机", "this is the ID of an enrolled device, which cannot be an archive").
			Hint("存档机用 Syncthing 自己生成的标识", "use the ID that the archive's Syncthing made for itself")
	}
	a := store.Archive{Device: id, Name: name, Added: s.cfg.Now(), AddedBy: who.Whoami().User}
	if err := s.v.store.PutArchive(ctx, a); err != nil {
		return Archives{}, err
	}
	return s.Archives(ctx, who)
}

// RemoveArchive shows an archive nothing more. A connection that it has ends at the
// next change; what it holds stays there.
func (s *Station) RemoveArchive(ctx context.Context, who *desk.Session, device string) (Archives, error) {
	if err := s.mayArchive(who); err != nil {
		return Archives{}, err
	}
	id, err := bepnode.ParseStockID(device)
	found := false
	if err == nil {
		found, err = s.v.store.RemoveArchive(ctx, id)
	}
	if !found {
		return Archives{}, counter.E(counter.CodeNotFound, "没有这台存档机", "no such archive").
			Hint("用 onedoor hub archive 查看", "see onedoor hub archive").Because(err)
	}
	return s.Archives(ctx, who)
}

func (s *Station) mayArchive(who *desk.Session) error {
	if err := who.RequireAdministrator(); err != nil {
		return err
	}
	if s.id.Device.ID != s.id.Hub.ID {
		return counter.E(counter.CodeDenied, "只有区级枢纽能设存档机", "only the hub can have archives").
			Hint("在区级枢纽上运行", "run it at the district's hub")
	}
	return nil
}
