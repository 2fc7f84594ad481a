package desk

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/password"
)

// Session is a user who has logged in at this device.
type Session struct {
	*Desk
	user counter.User
	name string
}

// Login checks a user's password with what is held here; it needs no network.
// Errors are CodeDenied: which of name and password was wrong is not told.
func (d *Desk) Login(ctx context.Context, name, pass string) (*Session, error) {
	denied := counter.E(counter.CodeDenied, "用户名或口令不对", "wrong user name or password").
		Hint("检查大小写;每个人只能在自己单位(村、镇街或区)的电脑上登录;忘记口令请联系区级管理员重设", "check the spelling; everybody logs in at the PCs of their own place only; the district administrator can set a new password")
	found, verifier, err := d.findLogin(ctx, name)
	if err != nil {
		return nil, err
	}
	if found == nil || verifier == "" {
		password.Waste(pass) // an unknown name must take as long as a wrong password
		return nil, denied
	}
	ok, _, err := password.Verify(verifier, pass)
	if err != nil {
		return nil, counter.E(counter.CodeIntegrity, "口令记录损坏", "the stored verifier is damaged").Because(err)
	}
	if !ok || found.Disabled {
		return nil, denied
	}
	return &Session{Desk: d, user: *found, name: name}, nil
}

// findLogin looks for a user by login name: at the device's own service point
// first, then in the other scopes that it holds.
func (d *Desk) findLogin(ctx context.Context, name string) (*counter.User, string, error) {
	for _, scope := range d.loginScopes() {
		p, err := d.ledger.Powers(ctx, scope)
		if err != nil {
			return nil, "", err
		}
		for _, u := range p.Users() {
			if !u.Login || u.Name == nil || u.Verifier == nil {
				continue
			}
			if got, err := d.ledger.Open(ctx, scope, u.ID, *u.Name); err != nil || string(got) != name {
				continue
			}
			v, err := d.ledger.Open(ctx, scope, u.ID, *u.Verifier)
			return &u, string(v), err
		}
	}
	return nil, "", nil
}

func (d *Desk) loginScopes() []string {
	scopes := []string{d.ownScope()}
	for _, s := range d.ledger.Scopes() {
		if s != counter.ScopeRealm && s != d.ownScope() {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// Whoami tells who works at which device.
func (s *Session) Whoami() Whoami {
	w := Whoami{User: s.name, Device: counter.OpID(s.cfg.Device.ID).String(), Name: s.cfg.Device.Name,
		Division: s.cfg.Device.Division, Tier: s.cfg.Device.Tier, Counter: s.cfg.Device.Counter, Now: s.cfg.Now()}
	for _, r := range s.user.Roles {
		w.Roles = append(w.Roles, string(r))
	}
	return w
}

// may asks the rules that every replica will ask again: has this user, at this
// device, now, the right to do this in a scope?
func (s *Session) may(ctx context.Context, scope, kind string) error {
	v, err := s.judge(ctx, scope, kind)
	if err != nil || v.OK {
		return err
	}
	what := kind
	if _, verb, ok := strings.Cut(kind, "."); ok {
		if name := counter.Verb(verb).Name("zh"); name != verb {
			what = name
		}
	}
	return counter.Ef(counter.CodeDenied, "您没有权限做这一步(%[1]s)", "you have no right to do this (%[2]s)", what, kind).
		Hint("请有相应岗位的人员办理,或请区级管理员调整岗位", "ask a colleague with that role, or the district administrator")
}

func (s *Session) judge(ctx context.Context, scope, kind string) (counter.Verdict, error) {
	p, err := s.ledger.Powers(ctx, scope)
	if err != nil {
		return counter.Verdict{}, err
	}
	return p.Judge(counter.Fact{Kind: kind, Actor: s.user.ID, Device: s.cfg.Device.ID, Scope: scope,
		District: s.cfg.Device.Tier == "district", At: s.cfg.Now()}), nil
}

// mustAdminister refuses everybody but administrators at the district's device.
func (s *Session) mustAdminister() error {
	if s.cfg.Device.Tier != "district" {
		return counter.E(counter.CodeDenied, "这一步只能在区级枢纽做", "this is done at the district hub only").
			Hint("请联系区级管理员", "ask the district administrator")
	}
	// As the powers are now: an account may have been disabled since its login.
	p, err := s.ledger.Powers(context.Background(), s.user.Division)
	if err != nil {
		return err
	}
	if u, ok := p.User(s.user.ID); !ok || u.Disabled || !slices.Contains(u.Roles, counter.Administrator) {
		return counter.E(counter.CodeDenied, "这一步需要系统管理员", "only an administrator may do this").
			Hint("用管理员账号再试", "try again with an administrator's account")
	}
	return nil
}

// RequireAdministrator is mustAdminister for the work that the station does on
// behalf of a user: enrolment, revocation, key export.
func (s *Session) RequireAdministrator() error { return s.mustAdminister() }

// UserID names the user in ops.
func (s *Session) UserID() uuid.UUID { return s.user.ID }
