package station

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/desk"
	"onedoor/sync/oplog"
	"onedoor/sync/roster"
)

// NewCode is what a one-time code is good for.
type NewCode struct {
	Division string        // 6, 9 or 12 digits
	Counter  string        // two digits; "" any that is free
	Tier     string        // village, town, district
	Valid    time.Duration // 0: 24 hours
}

// CodeInfo is a code that was made. It is shown once.
type CodeInfo struct {
	Code     string    `json:"code"`
	Division string    `json:"division"`
	Counter  string    `json:"counter,omitempty"`
	Tier     string    `json:"tier"`
	Expires  time.Time `json:"expires"`
}

const (
	metaCodes    = "codes" // sealed: []enrolCode, at the hub only
	codeValid    = 24 * time.Hour
	codeMaxValid = 30 * 24 * time.Hour
	codeTries    = 5 // wrong proofs under a code's name
	maxCodes     = 2000
)

// enrolCode is a code as the hub keeps it, sealed.
type enrolCode struct {
	Code     roster.JoinCode `json:"code"`
	Division string          `json:"division"`
	Counter  string          `json:"counter"`
	Tier     string          `json:"tier"`
	Expires  time.Time       `json:"expires"`
	Wrong    int             `json:"wrong"`
	Actor    uuid.UUID       `json:"actor"`          // who gave it out
	Keys     []byte          `json:"keys,omitempty"` // of the device that used it; the same one may ask again
	Device   string          `json:"device,omitempty"`
}

// MakeCode makes a one-time code. The device that shows it is enrolled as if the
// administrator had taken its request by hand.
func (s *Station) MakeCode(ctx context.Context, who *desk.Session, n NewCode) (CodeInfo, error) {
	if err := who.RequireAdministrator(); err != nil {
		return CodeInfo{}, err
	}
	if _, err := s.authority(ctx); err != nil {
		return CodeInfo{}, err
	}
	c, err := s.checkNewCode(&n)
	if err != nil {
		return CodeInfo{}, err
	}
	c.Actor = who.UserID()
	s.codesMu.Lock()
	defer s.codesMu.Unlock()
	codes, err := s.codes(ctx)
	if err != nil {
		return CodeInfo{}, err
	}
	if len(codes) >= maxCodes {
		return CodeInfo{}, counter.E(counter.CodeInvalid, "还没用的入网码太多", "too many codes are open").Hint("等旧的过期再生成", "wait until the old ones expire")
	}
	for c.Code = roster.NewJoinCode(); slices.ContainsFunc(codes, func(o enrolCode) bool { return o.Code.Name() == c.Code.Name() }); {
		c.Code = roster.NewJoinCode()
	}
	if err := s.keepCodes(ctx, append(codes, c)); err != nil {
		return CodeInfo{}, err
	}
	return CodeInfo{Code: string(c.Code), Division: c.Division, Counter: c.Counter, Tier: c.Tier, Expires: c.Expires}, nil
}

func (s *Station) checkNewCode(n *NewCode) (c enrolCode, err error) {
	if c.Division, err = counter.PadDivision(n.Division); err != nil {
		return c, err
	}
	if !slices.Contains(s.v.store.Scopes(), c.Division) {
		return c, counter.Ef(counter.CodeNotFound, "本区没有区划 %s", "there is no division %s in this district", c.Division).
			Hint("先用 division import 导入区划,并核对代码", "import the divisions first, and check the code")
	}
	if roster.TierOf(c.Division) != roster.Tier(n.Tier) {
		return c, counter.E(counter.CodeInvalid, "层级与区划代码不符", "the tier does not fit the division code").
			Hint("村、社区用 village,镇街用 town", "village for a village, town for a town")
	}
	if n.Counter != "" && (len(n.Counter) != 2 || n.Counter[0] < '0' || n.Counter[0] > '9' || n.Counter[1] < '0' || n.Counter[1] > '9') {
		return c, counter.E(counter.CodeInvalid, "窗口编号应为两位数字", "a counter number has two digits").Hint("例如 01", "such as 01")
	}
	if n.Valid == 0 {
		n.Valid = codeValid
	}
	if n.Valid < time.Minute || n.Valid > codeMaxValid {
		return c, counter.E(counter.CodeInvalid, "入网码的有效期应在1分钟到30天之间", "a code is good for one minute to thirty days").Hint("一般用24小时", "24 hours will do")
	}
	c.Counter, c.Tier, c.Expires = n.Counter, n.Tier, s.cfg.Now().Add(n.Valid).UTC().Truncate(time.Second)
	return c, nil
}

// codes gives the codes that somebody may still ask with. Used and expired ones are
// kept for a week, so that the answer can say which it is.
func (s *Station) codes(ctx context.Context) ([]enrolCode, error) {
	raw, err := s.v.store.Secret(ctx, metaCodes)
	if err != nil || raw == nil {
		return nil, err
	}
	var codes []enrolCode
	if err := json.Unmarshal(raw, &codes); err != nil {
		return nil, counter.E(counter.CodeIntegrity, "入网码的记录损坏", "the record of codes is damaged").Because(err)
	}
	now := s.cfg.Now()
	return slices.DeleteFunc(codes, func(c enrolCode) bool { return now.After(c.Expires.Add(7 * 24 * time.Hour)) }), nil
}

func (s *Station) keepCodes(ctx context.Context, codes []enrolCode) error {
	raw, err := json.Marshal(codes)
	if err != nil {
		return err
	}
	return s.v.store.PutSecret(ctx, metaCodes, raw)
}

// Answers of the hub to who shows a code. They stand in the protocol.
const (
	codeWrong    = "wrong"    // no such code, or it does not fit; nothing else is told to who cannot prove it
	codeExpired  = "expired"  // too late
	codeUsed     = "used"     // by another device
	codeVoid     = "void"     // too many wrong tries
	codeDivision = "division" // for another service point or counter
	codeRefused  = "refused"  // the place is taken, or the request is not sound
	codeFailed   = "failed"   // the hub's own trouble
)

// redeem judges what a station shows, and binds the code to its keys before anything
// is written: whoever asks again after a cut line gets the same grant again, and
// nobody else gets any.
func (s *Station) redeem(ctx context.Context, name string, proof, exported, request []byte) (enrolCode, *roster.Request, string) {
	codes, err := s.codes(ctx)
	if err != nil {
		return enrolCode{}, nil, codeFailed
	}
	i := slices.IndexFunc(codes, func(c enrolCode) bool { return c.Code.Name() == name })
	if i < 0 {
		return enrolCode{}, nil, codeWrong
	}
	c := &codes[i]
	if c.Wrong >= codeTries {
		return *c, nil, codeVoid
	}
	if !c.Code.Holds(proof, roster.FromStation, exported, request) {
		c.Wrong++
		if err := s.keepCodes(ctx, codes); err != nil {
			return *c, nil, codeFailed
		}
		return *c, nil, codeWrong
	}
	req, err := roster.DecodeRequest(request)
	if err != nil {
		return *c, nil, codeRefused
	}
	keys := req.Keys()
	switch {
	case s.cfg.Now().After(c.Expires):
		return *c, nil, codeExpired
	case c.Keys != nil && string(c.Keys) != string(keys[:]), c.Device != "" && s.revokedName(ctx, c.Device):
		return *c, nil, codeUsed
	case req.Division != c.Division || c.Counter != "" && req.Counter != c.Counter:
		return *c, nil, codeDivision
	}
	c.Keys = keys[:]
	if err := s.keepCodes(ctx, codes); err != nil {
		return *c, nil, codeFailed
	}
	return *c, req, ""
}

// used notes whom a code enrolled: should that device be revoked, the code does not
// bring it back.
func (s *Station) used(ctx context.Context, name, device string) error {
	codes, err := s.codes(ctx)
	if err != nil {
		return err
	}
	for i := range codes {
		if codes[i].Code.Name() == name {
			codes[i].Device = device
		}
	}
	return s.keepCodes(ctx, codes)
}

func (s *Station) revokedName(ctx context.Context, device string) bool {
	id, err := oplog.ParseDeviceID(device)
	return err != nil || s.revoked(ctx, id)
}
