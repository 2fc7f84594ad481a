package counter

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what a user may do in a scope.
type Role string

// The roles. Security and auditor are reserved for system duties and have no
// right to act on cases.
const (
	Clerk         Role = "clerk"
	Reviewer      Role = "reviewer"
	Approver      Role = "approver"
	Supervisor    Role = "supervisor"
	Administrator Role = "administrator"
	Security      Role = "security"
	Auditor       Role = "auditor"
)

var roles = []struct {
	role  Role
	rank  int
	names [2]string
}{
	{Clerk, 1, [2]string{"窗口人员", "clerk"}},
	{Reviewer, 2, [2]string{"审查人员", "reviewer"}},
	{Approver, 3, [2]string{"审批人员", "approver"}},
	{Supervisor, 4, [2]string{"主管", "supervisor"}},
	{Administrator, 4, [2]string{"系统管理员", "administrator"}},
	{Security, 4, [2]string{"安全管理员", "security officer"}},
	{Auditor, 4, [2]string{"审计员", "auditor"}},
}

// Roles lists every role.
func Roles() []Role {
	all := make([]Role, len(roles))
	for i, r := range roles {
		all[i] = r.role
	}
	return all
}

// ParseRole gives the role of a name as the command line takes it. The error
// is an *Error with code invalid.
func ParseRole(s string) (Role, error) {
	for _, r := range roles {
		if string(r.role) == Compact(s) || r.names[0] == Compact(s) {
			return r.role, nil
		}
	}
	return "", Ef(CodeInvalid, "没有角色 %q", "there is no role %q", s).
		Hint("可用角色：clerk、reviewer、approver、supervisor、administrator", "roles: clerk, reviewer, approver, supervisor, administrator")
}

// Rank orders roles: 1 clerk, 2 reviewer, 3 approver, 4 supervisor and system
// roles; 0 for a role that is not known.
func (r Role) Rank() int {
	for _, known := range roles {
		if known.role == r {
			return known.rank
		}
	}
	return 0
}

// Name says the role in words; lang "en" is English, all else Chinese.
func (r Role) Name(lang string) string {
	for _, known := range roles {
		if known.role == r {
			return inLanguage(known.names, lang)
		}
	}
	return string(r)
}

// User is a user as the powers of a scope know them. The names are sealed.
type User struct {
	ID       uuid.UUID  `json:"id"`
	Roles    []Role     `json:"roles"`
	Division string     `json:"division"` // 12 digits; says the tier
	Login    bool       `json:"login"`    // may log in within this scope
	Disabled bool       `json:"disabled"`
	Name     *SealedRef `json:"name,omitempty"`     // login name
	Display  *SealedRef `json:"display,omitempty"`  // name to show and print
	Verifier *SealedRef `json:"verifier,omitempty"` // of the password; only where the user logs in
	Set      OpID       `json:"set"`                // the op that said so last

	grants []grant // what the user could do, and since when
}

// Has tells whether the user has the role.
func (u User) Has(r Role) bool { return slices.Contains(u.Roles, r) }

// grant is what somebody could do from a moment on.
type grant struct {
	at    time.Time
	roles []Role // empty after disabling
}

// Member is a device that may write into a scope; in the realm, an enrolled
// device of the district.
type Member struct {
	Device   OpID   `json:"device"`
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Tier     string `json:"tier"` // village, town, district
	Name     string `json:"name"`
	TLSCert  string `json:"tls_cert,omitempty"`  // base64 DER; realm only
	SignCert string `json:"sign_cert,omitempty"` // base64 DER; realm only
	Limited  bool   `json:"limited,omitempty"`   // the village moved away: it may finish older cases, and begin none
	Removed  bool   `json:"removed"`             // no member any more, or revoked
	Set      OpID   `json:"set"`
	// Counter numbers that the district gave it later, the last one last; realm only.
	Numbers []GivenNumber `json:"numbers,omitempty"`

	limitedAt  time.Time
	removedAt  time.Time
	removedSeq uint64 // of the op that removed it, in the district's log
	cut        bool   // revoked: only what counts names still counts
	counts     map[[8]byte][]LogEnd
}

// RemovedAt is when a device was removed; zero while it is a member.
func (m *Member) RemovedAt() time.Time { return m.removedAt }

// LimitedAt tells since when the device may finish older cases only.
func (m Member) LimitedAt() time.Time { return m.limitedAt }

// Key is a key of the scope, wrapped for each member.
type Key struct {
	ID      string            `json:"key"`     // 16 hexadecimal digits
	Wrapped map[string]string `json:"wrapped"` // device (64 hexadecimal digits) -> base64
	Set     OpID              `json:"set"`
}

// UserPayload is the open part of user.set; name, display and verifier are
// sealed. Parts that are not given keep their last value.
type UserPayload struct {
	Roles    []Role `json:"roles"`
	Division string `json:"division"`
	Login    bool   `json:"login"`
}

// Sealed fields of user.set.
const (
	SealedName     = "name"
	SealedDisplay  = "display"
	SealedVerifier = "verifier"
)

// MemberPayload is the payload of member.add and, with the certificates, of
// device.enroll.
type MemberPayload struct {
	Device   OpID   `json:"device"`
	Division string `json:"division"`
	Counter  string `json:"counter"`
	Tier     string `json:"tier"`
	Name     string `json:"name"`
	TLSCert  string `json:"tls_cert,omitempty"`
	SignCert string `json:"sign_cert,omitempty"`
	Limited  bool   `json:"limited,omitempty"`
}

// DevicePayload is the payload of member.remove and device.revoke.
type DevicePayload struct {
	Device OpID   `json:"device"`
	Reason string `json:"reason,omitempty"`
	// Revoked devices: nothing after these counts. Without Cut the acts until the
	// news arrive stand, to be looked at.
	Cut    bool     `json:"cut,omitempty"`
	Counts []LogEnd `json:"counts,omitempty"`
}

// ContinuePayload is the payload of epoch.begin and branch.adopt, which the district
// writes into its own log of a scope when it was restored from a backup, or by another
// device than before. begin: this
// epoch continues from that op. adopt: the ops of that epoch after number After and up
// to that op, which had been lost, are in force from here on; where this epoch has
// spoken of the same user, device or key already, that stands.
type ContinuePayload struct {
	Device OpID   `json:"device"`
	Epoch  string `json:"epoch"` // 16 hexadecimal digits
	After  uint64 `json:"after,omitempty"`
	Seq    uint64 `json:"seq"`
	Hash   OpID   `json:"hash"`
	// In realm, in a successor's first op.
	Heir *HeirPayload `json:"heir,omitempty"`
}

// HeirPayload is the word of the realm's root that the op's device is the district's
// from here on, in place of the one whose log it continues. Certificates are DER.
type HeirPayload struct {
	TLSCert     []byte   `json:"tls_cert"`      // of the successor
	SignCert    []byte   `json:"sign_cert"`     //
	OldTLSCert  []byte   `json:"old_tls_cert"`  // of whom it follows
	OldSignCert []byte   `json:"old_sign_cert"` //
	Authority   []byte   `json:"authority"`     // that issues certificates from now on
	At          int64    `json:"at"`            // Unix milliseconds; of two successors the later one counts
	Stolen      bool     `json:"stolen"`        // nothing that the old one wrote after the op continued from counts
	Addresses   []string `json:"addresses,omitempty"`
	Root        []byte   `json:"root"` // the root's signature
}

// KeyPayload is the payload of key.add. A key that is new in its scope replaces the
// one before it for all that names a later position; a known one is wrapped for more
// devices. Scope names another scope whose key is handed to members of this one: by
// it they learn of a scope that they could not read until now.
type KeyPayload struct {
	Key     string            `json:"key"`     // 16 hexadecimal digits
	Wrapped map[string]string `json:"wrapped"` // base64, by device ID in hexadecimal
	Scope   string            `json:"scope,omitempty"`
}

// DisablePayload is the payload of user.disable.
type DisablePayload struct {
	Reason string `json:"reason,omitempty"`
}
