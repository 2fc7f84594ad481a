package station

import (
	"context"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/app/store"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// Revoked is the outcome of Revoke.
type Revoked struct {
	Device  string       `json:"device"`
	Revoked bool         `json:"revoked"`
	Rotated []RotatedKey `json:"rotated"`
}

// RotatedKey is a scope's new key.
type RotatedKey struct {
	Scope   string `json:"scope"`
	Key     string `json:"key"`     // its id
	Devices int    `json:"devices"` // that it was wrapped for, the hub included
}

// Revoke ends a device's membership everywhere: it is no longer accepted as a peer,
// and every scope that it could read gets a new key, wrapped for those that are left.
// What was sealed until now it may read for ever; nothing that names a later position.
func (s *Station) Revoke(ctx context.Context, who *desk.Session, device string) (Revoked, error) {
	out := Revoked{Device: device, Rotated: []RotatedKey{}}
	if err := who.RequireAdministrator(); err != nil {
		return out, err
	}
	id, err := s.revocable(ctx, device)
	if err != nil {
		return out, err
	}
	scopes, err := s.memberOf(ctx, id)
	if err != nil {
		return out, err
	}
	ends, err := s.countedEnds(ctx, id)
	if err != nil {
		return out, err
	}
	cut := func(scope string) []counter.DevicePayload {
		return []counter.DevicePayload{{Device: counter.OpID(id), Cut: true, Counts: ends[scope]}}
	}
	if out.Rotated, err = s.rotate(ctx, who.UserID(), scopes, []oplog.DeviceID{id}, cut, func(r counter.Recorder) error {
		_, err := r.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "device.revoke", Entity: uuid.New(), Actor: who.UserID(), New: true,
			Payload: counter.DevicePayload{Device: counter.OpID(id)}})
		return err
	}); err != nil {
		return out, err
	}
	out.Revoked = true
	s.mu.Lock()
	node := s.node
	s.mu.Unlock()
	if node != nil {
		node.Disconnect(id)
	}
	return out, nil
}

func (s *Station) revocable(ctx context.Context, device string) (oplog.DeviceID, error) {
	id, err := oplog.ParseDeviceID(device)
	if err != nil {
		return id, counter.E(counter.CodeUsage, "设备编号格式不对", "not a device id").Hint("用 hub devices 查看", "see hub devices")
	}
	if _, err := s.authority(ctx); err != nil {
		return id, err
	}
	if id == s.id.Device.ID {
		return id, counter.E(counter.CodeInvalid, "不能停用区级枢纽自己", "the hub cannot revoke itself")
	}
	realm, err := s.v.store.Powers(ctx, counter.ScopeRealm)
	if err != nil {
		return id, err
	}
	if m, ok := realm.MemberByDevice(id); !ok || m.Removed {
		return id, counter.E(counter.CodeNotFound, "没有这个设备,或已经停用", "no such device, or it is revoked already").Hint("用 hub devices 查看", "see hub devices")
	}
	return id, nil
}

// memberOf lists the scopes that a device is a member of.
func (s *Station) memberOf(ctx context.Context, id oplog.DeviceID) (scopes []string, err error) {
	for _, sc := range s.v.store.Scopes() {
		if sc == counter.ScopeRealm {
			continue
		}
		p, err := s.v.store.Powers(ctx, sc)
		if err != nil {
			return nil, err
		}
		if m, ok := p.MemberByDevice(id); ok && !m.Removed {
			scopes = append(scopes, sc)
		}
	}
	return scopes, nil
}

// rotate removes devices from scopes and gives each a new key, in one transaction
// with what first does; removal states how they leave. The batches that say so are the last ones sealed with the old
// keys: those that are left must be able to read them.
func (s *Station) rotate(ctx context.Context, actor uuid.UUID, scopes []string, leaving []oplog.DeviceID,
	removal func(scope string) []counter.DevicePayload, first func(counter.Recorder) error) ([]RotatedKey, error) {
	all, err := s.roster(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := s.newKeys(ctx, scopes)
	if err != nil {
		return nil, err
	}
	out := []RotatedKey{}
	to := map[oplog.Scope][]*roster.DeviceRecord{}
	for _, k := range keys {
		if to[k.Scope], err = s.holders(ctx, string(k.Scope), all, leaving...); err != nil {
			return nil, err
		}
		out = append(out, RotatedKey{Scope: string(k.Scope), Key: k.ID.String(), Devices: len(to[k.Scope])})
	}
	err = s.v.store.Record(ctx, func(r counter.Recorder) error {
		if err := first(r); err != nil {
			return err
		}
		for _, k := range keys {
			if err := s.replaceKey(r, actor, k, removal(string(k.Scope)), to[k.Scope]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (s *Station) replaceKey(r counter.Recorder, actor uuid.UUID, k store.ScopeKey, leaving []counter.DevicePayload, to []*roster.DeviceRecord) error {
	for _, p := range leaving {
		if _, err := r.Append(counter.Act{Scope: string(k.Scope), Kind: "member.remove", Entity: uuid.New(), Actor: actor, New: true, Payload: p}); err != nil {
			return err
		}
	}
	return stateKey(r, string(k.Scope), k, to...)
}

// countedEnds lists by scope how far each log of a leaving device counts: as far as
// the hub holds it. What turns up later waits for a supervisor.
func (s *Station) countedEnds(ctx context.Context, leaving oplog.DeviceID) (map[string][]counter.LogEnd, error) {
	logs, err := s.v.store.LogStat(ctx)
	if err != nil {
		return nil, err
	}
	ends := map[string][]counter.LogEnd{}
	for _, l := range logs {
		if l.Device == leaving.String() {
			end := counter.LogEnd{Epoch: l.Epoch, Seq: l.Last}
			if head, err := counter.ParseOpID(l.Head); err == nil {
				end.Hash = (*counter.OpID)(&head)
			}
			ends[l.Scope] = append(ends[l.Scope], end)
		}
	}
	return ends, nil
}
