package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/internal/password"
)

// NewUser is an account to be made.
type NewUser struct {
	Name     string // login name, unique in the district
	Role     string // or several, separated by commas
	Division string // where the user belongs, 6, 9 or 12 digits
	Password string
}

// AddUser makes an account. The user gets the right in the service point of the
// division and in all below it; the password verifier goes only where the user
// logs in.
func (s *Session) AddUser(ctx context.Context, n NewUser) (UserLine, error) {
	if err := s.mustAdminister(); err != nil {
		return UserLine{}, err
	}
	roles, division, err := s.checkNewUser(ctx, &n)
	if err != nil {
		return UserLine{}, err
	}
	verifier, err := password.Hash(n.Password)
	if err != nil {
		return UserLine{}, counter.E(counter.CodeInvalid, "口令不能用", "the password cannot be used").
			Hint("换一个口令(不能为空,也不要过长)", "choose another one").Because(err)
	}
	places, err := counter.ReadPlaces(ctx, s.ledger, counter.DateOf(s.cfg.Now().In(china)))
	if err != nil {
		return UserLine{}, err
	}
	id := uuid.New()
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		return s.writeUser(rec, places, id, n.Name, verifier, counter.UserPayload{Roles: roles, Division: division, Login: true})
	})
	return UserLine{ID: id.String(), Name: n.Name, Roles: roleNames(roles), Division: division}, err
}

func (s *Session) checkNewUser(ctx context.Context, n *NewUser) ([]counter.Role, string, error) {
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" || utf8.RuneCountInString(n.Name) > 40 || strings.ContainsAny(n.Name, " \t\r\n") {
		return nil, "", counter.E(counter.CodeInvalid, "用户名不能为空、不能有空格、最多40个字", "a user name has 1 to 40 characters and no blanks").
			Hint("换一个用户名", "choose another one")
	}
	var roles []counter.Role
	for r := range strings.SplitSeq(n.Role, ",") {
		role, err := counter.ParseRole(r)
		if err != nil {
			return nil, "", err
		}
		roles = append(roles, role)
	}
	division, err := counter.PadDivision(n.Division)
	if err != nil {
		return nil, "", err
	}
	if !slices.Contains(s.ledger.Scopes(), division) {
		return nil, "", counter.Ef(counter.CodeNotFound, "本区没有区划 %s", "there is no division %s in this district", division).
			Hint("先用 division import 导入区划,再用 division list 核对代码", "import the divisions first, then check the code with division list")
	}
	if u, _, err := s.findLogin(ctx, n.Name); err != nil || u != nil {
		if err == nil {
			err = counter.Ef(counter.CodeInvalid, "用户名 %s 已经有人用了", "the user name %s is taken", n.Name).Hint("换一个用户名", "choose another one")
		}
		return nil, "", err
	}
	return roles, division, nil
}

// writeUser states a user in every scope where the user has a right.
func (s *Desk) writeUser(rec counter.Recorder, places counter.Places, id uuid.UUID, name, verifier string, p counter.UserPayload) error {
	for _, scope := range s.ledger.Scopes() {
		if scope == counter.ScopeRealm || !places.Within(scope, p.Division) {
			continue
		}
		if err := WriteUser(rec, scope, id, name, verifier, p); err != nil {
			return err
		}
	}
	return nil
}

// WriteUser states a user in one scope: with the verifier where the user logs
// in, as a bare right elsewhere.
func WriteUser(rec counter.Recorder, scope string, id uuid.UUID, name, verifier string, p counter.UserPayload) error {
	parts := map[string][]byte{counter.SealedName: []byte(name)}
	p.Login = p.Login && scope == p.Division
	if p.Login {
		parts[counter.SealedVerifier] = []byte(verifier)
	}
	_, err := rec.Append(counter.Act{Scope: scope, Kind: "user.set", Entity: id, Payload: p, Sealed: parts})
	return err
}

// located is a user and the scope where the user logs in.
type located struct {
	counter.User
	scope string
	name  string
}

// logins lists the users by the scope where they log in.
func (s *Session) logins(ctx context.Context) (out []located, err error) {
	for _, scope := range s.loginScopes() {
		p, err := s.ledger.Powers(ctx, scope)
		if err != nil {
			return nil, err
		}
		for _, u := range p.Users() {
			if u.Division == scope {
				out = append(out, located{u, scope, s.userName(ctx, scope, u.ID)})
			}
		}
	}
	slices.SortFunc(out, func(a, b located) int { return strings.Compare(a.scope+a.name, b.scope+b.name) })
	return out, nil
}

// Users lists the accounts whose service point is held here.
func (s *Session) Users(ctx context.Context) ([]UserLine, error) {
	all, err := s.logins(ctx)
	out := []UserLine{}
	for _, u := range all {
		out = append(out, UserLine{ID: u.ID.String(), Name: u.name, Roles: roleNames(u.Roles), Division: u.Division, Disabled: u.Disabled})
	}
	return out, err
}

func roleNames(roles []counter.Role) []string {
	out := []string{}
	for _, r := range roles {
		out = append(out, string(r))
	}
	return out
}

func (s *Session) findUser(ctx context.Context, name string) (located, error) {
	all, err := s.logins(ctx)
	if err != nil {
		return located{}, err
	}
	for _, u := range all {
		if u.name == name {
			return u, nil
		}
	}
	return located{}, counter.Ef(counter.CodeNotFound, "没有用户 %s", "there is no user %s", name).Hint("用 user list 查看", "see user list")
}

// DisableUser ends an account everywhere. What the user did before stands.
func (s *Session) DisableUser(ctx context.Context, name string) error {
	if err := s.mustAdminister(); err != nil {
		return err
	}
	u, err := s.findUser(ctx, name)
	if err != nil {
		return err
	}
	if u.ID == s.user.ID {
		return counter.E(counter.CodeInvalid, "不能停用自己的账号", "you cannot disable your own account").Hint("请另一位管理员操作", "ask another administrator")
	}
	named, err := s.scopesNaming(ctx, u.ID)
	if err != nil {
		return err
	}
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, scope := range named {
			if _, err := rec.Append(counter.Act{Scope: scope, Kind: "user.disable", Entity: u.ID, Payload: counter.DisablePayload{}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// scopesNaming lists the scopes where a user has a right: also those of villages that
// have moved since.
func (s *Session) scopesNaming(ctx context.Context, id uuid.UUID) (out []string, err error) {
	for _, scope := range s.ledger.Scopes() {
		if scope == counter.ScopeRealm {
			continue
		}
		p, err := s.ledger.Powers(ctx, scope)
		if err != nil {
			return nil, err
		}
		if u, ok := p.User(id); ok && !u.Disabled {
			out = append(out, scope)
		}
	}
	return out, nil
}

// SetPassword gives a user a new password.
func (s *Session) SetPassword(ctx context.Context, name, pass string) error {
	if err := s.mustAdminister(); err != nil {
		return err
	}
	u, err := s.findUser(ctx, name)
	if err != nil {
		return err
	}
	if u.Disabled { // stating the user anew would let them in again
		return counter.Ef(counter.CodeInvalid, "账号 %s 已经停用,不能改口令", "the account %s is disabled", name).Hint("需要时请另建账号", "make another account if one is needed")
	}
	verifier, err := password.Hash(pass)
	if err != nil {
		return counter.E(counter.CodeInvalid, "口令不能用", "the password cannot be used").Hint("换一个口令", "choose another one").Because(err)
	}
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		return WriteUser(rec, u.scope, u.ID, u.name, verifier, counter.UserPayload{Roles: u.Roles, Division: u.Division, Login: true})
	})
}
