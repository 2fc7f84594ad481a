package station

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"

	"onedoor/app/counter"
	"onedoor/app/store"
	"onedoor/sync/roster"
	"onedoor/sync/segment"
)

// CounterInit is what a counter PC says of itself.
type CounterInit struct {
	Division string `json:"division"` // 6, 9 or 12 digits
	Counter  string `json:"counter"`  // two digits
	Name     string `json:"name"`
	Out      string `json:"-"` // where the request is written
}

// CounterInfo is the outcome of InitCounter.
type CounterInfo struct {
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Request  string `json:"request"`
}

func keepRequest(ctx context.Context, v *vault, keys *roster.DeviceKeys, c CounterInit) error {
	raw, err := keys.Marshal()
	if err != nil {
		return rosterError(err)
	}
	if err := v.store.PutSecret(ctx, metaKeys, raw); err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return v.store.PutMeta(ctx, metaRequest, text)
}

// JoinInfo is the outcome of Join.
type JoinInfo struct {
	Device          string   `json:"device"`
	Division        string   `json:"division"`
	District        string   `json:"district"`
	RootFingerprint string   `json:"root_fingerprint"` // to be compared with the district's by phone
	HubAddresses    []string `json:"hub_addresses"`
	Ops             int      `json:"ops"`
}

// Join takes the district's grant: after it the counter works, also if it never
// meets the hub.
func Join(ctx context.Context, cfg Config, grant []byte) (JoinInfo, error) {
	v, err := openHome(ctx, cfg, false)
	if err != nil {
		return JoinInfo{}, err
	}
	s := &Station{cfg: cfg, v: v}
	info, err := s.join(ctx, grant)
	return info, single(errors.Join(err, v.close()))
}

// JoinByCode asks the hub for the grant with a one-time code, and takes it. The home
// was made by InitCounter; the code stands for whom to trust, in place of the root's
// fingerprint.
func JoinByCode(ctx context.Context, cfg Config, code, hub string) (JoinInfo, error) {
	c, err := roster.ParseJoinCode(code)
	if err != nil {
		return JoinInfo{}, counter.E(counter.CodeUsage, "入网码应为20个字母和数字", "a code has 20 letters and digits").
			Hint("照抄区里给的入网码,大小写和横线不要紧", "type it as the district gave it; case and dashes do not matter")
	}
	if err := roster.CheckAddress(hub); err != nil {
		return JoinInfo{}, counter.E(counter.CodeUsage, "要写明区级枢纽的地址", "the hub's address is needed").Hint("用 --hub tcp://地址:端口", "use --hub tcp://host:port")
	}
	v, err := openHome(ctx, cfg, false)
	if err != nil {
		return JoinInfo{}, err
	}
	s := &Station{cfg: cfg, v: v}
	info, err := s.joinByCode(ctx, c, hub)
	return info, single(errors.Join(err, v.close()))
}

func (s *Station) joinByCode(ctx context.Context, code roster.JoinCode, hub string) (info JoinInfo, err error) {
	if s.keys, err = loadDeviceKeys(ctx, s.v.store); err != nil {
		return info, err
	}
	raw, err := s.v.store.Meta(ctx, metaRequest)
	if err != nil {
		return info, err
	}
	var self CounterInit
	if raw == nil || json.Unmarshal(raw, &self) != nil {
		return info, counter.E(counter.CodeNotEnrolled, "本机还没有做过 init", "this home was not made by init").Hint("先运行 onedoor init", "run onedoor init first")
	}
	request, err := self.request(s.keys)
	if err != nil {
		return info, err
	}
	grant, err := askByCode(ctx, hub, code, request)
	if err != nil {
		return info, err
	}
	if info, err = s.join(ctx, grant); err != nil || len(s.id.Addresses) > 0 {
		return info, err
	}
	s.id.Addresses, info.HubAddresses = []string{hub}, []string{hub} // the hub names none: where we found it
	return info, s.keepIdentity(ctx)
}

func (s *Station) join(ctx context.Context, data []byte) (info JoinInfo, err error) {
	if s.keys, err = loadDeviceKeys(ctx, s.v.store); err != nil {
		return info, err
	}
	g, err := roster.DecodeGrant(data)
	if err != nil {
		return info, rosterError(err)
	}
	if err := s.sameRealm(ctx, g); err != nil {
		return info, err
	}
	scopeKeys, err := g.Open(s.keys)
	if err != nil {
		return info, rosterError(err)
	}
	s.id = &identity{Realm: g.Realm, Root: g.Root, CAs: g.CAs, Device: g.Device, Hub: g.Hub, Addresses: g.Addresses}
	if err := s.keepIdentity(ctx); err != nil {
		return info, err
	}
	for _, k := range scopeKeys {
		if err := s.v.store.AddKeys(ctx, store.ScopeKey{Scope: k.Scope, ID: k.ID, Key: k.Key}); err != nil {
			return info, err
		}
	}
	if err := s.become(ctx); err != nil {
		return info, err
	}
	n, err := s.ingest(ctx, g)
	return JoinInfo{Device: g.Device.ID.String(), Division: g.Device.Division, District: g.Realm.Name,
		RootFingerprint: g.Fingerprint(), HubAddresses: append([]string{}, g.Addresses...), Ops: n}, err
}

// sameRealm refuses to move a joined station to another district.
func (s *Station) sameRealm(ctx context.Context, g *roster.Grant) error {
	raw, err := s.v.store.Meta(ctx, metaIdentity)
	if err != nil || raw == nil {
		return err
	}
	var old identity
	if err := json.Unmarshal(raw, &old); err != nil {
		return err
	}
	if err := g.In(old.Root); err != nil {
		return rosterError(err)
	}
	if old.Device.ID != g.Device.ID {
		return counter.E(counter.CodeInvalid, "本机已经用另一个入网凭证加入过", "this PC has joined with another grant").
			Hint("继续使用即可;需要重新开通时请用新目录", "go on using it; a new enrolment needs a new home")
	}
	return nil
}

// ingest applies the segments that came with a grant, as if a peer had sent them.
func (s *Station) ingest(ctx context.Context, g *roster.Grant) (ops int, err error) {
	for _, f := range g.Files {
		folder, name, _ := strings.Cut(f.Name, "/")
		w := segment.Want{FileInfo: segment.FileInfo{Folder: folder, Name: name, Size: int64(len(f.Data)), Hash: sha256.Sum256(f.Data)}}
		r, err := s.v.store.Receive(ctx, g.Hub.ID, w, f.Data)
		if err != nil {
			return ops, counter.E(counter.CodeIntegrity, "入网凭证中的资料不完整", "the grant's data is not complete").
				Hint("请区级重新生成入网凭证", "ask the district for a new grant").Because(err)
		}
		ops += r.Ops
	}
	return ops, nil
}
