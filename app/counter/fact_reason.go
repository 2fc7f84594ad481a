package counter

import "strings"

// Reasons of effects and verdicts. The list is append-only.
const (
	ReasonNoRight        = "no_right"        // the role may not do this
	ReasonNoRightUser    = "no_right_user"   // the user is not known here, or disabled
	ReasonNoRightDevice  = "no_right_device" // the device is not a member of the scope
	ReasonNoRightScope   = "no_right_scope"  // such a fact does not belong into this scope
	ReasonMovedAway      = "moved_away"      // the village belongs to another town now; only older cases may be finished
	ReasonOutOfStage     = "out_of_stage"    // not possible in the state that its author knew
	ReasonMalformed      = "malformed"       // the payload cannot be read
	ReasonWrongEntity    = "wrong_entity"    // the entity is of another type
	ReasonNeedsUpdate    = "needs_update"    // from a newer version of the program
	ReasonSuperseded     = "superseded"      // a concurrent fact prevailed; restorable
	ReasonSupersededPart = "superseded_part" // some of its fields: a concurrent fact prevailed
	ReasonChipStands     = "chip_stands"     // typed, while the value read from the chip stands
	ReasonDisputed       = "disputed_with"   // effective, and in conflict with another fixed act
	ReasonOverruled      = "overruled"       // a supervisor's ruling chose another act
	ReasonReplaced       = "replaced"        // counted until a later fact replaced it
	ReasonRestored       = "restored"        // was superseded, and brought back
	ReasonRemoved        = "removed"         // a later fact removed what it added
	ReasonRevoked        = "revoked_device"  // said by a revoked device after what counts; a supervisor may admit it
	ReasonWithheld       = "withheld"        // built on such a fact without knowing of the revocation
)

var reasonTexts = map[string][2]string{
	ReasonNoRight:        {"操作人的角色无权办理", "the role has no right to do this"},
	ReasonNoRightUser:    {"操作人在本服务点没有账号或已停用", "the user is unknown or disabled at this service point"},
	ReasonNoRightDevice:  {"设备不是本服务点的成员", "the device is not a member of this service point"},
	ReasonNoRightScope:   {"此类记录不属于这个范围", "such a record does not belong into this scope"},
	ReasonMovedAway:      {"该村已划归其他镇街，原镇街只能办完划转前受理的件", "the village belongs to another town; the former one may finish older cases only"},
	ReasonOutOfStage:     {"办理时的环节不允许这一操作", "not possible at the stage that the person saw"},
	ReasonMalformed:      {"记录内容无法识别", "the record cannot be read"},
	ReasonWrongEntity:    {"记录类型与对象不符", "the record is of another type than its object"},
	ReasonNeedsUpdate:    {"来自更新版本的程序，请升级后查看", "from a newer version, needs an update"},
	ReasonSuperseded:     {"与同时进行的另一操作冲突，以另一操作为准，可恢复", "a concurrent act prevailed; can be restored"},
	ReasonSupersededPart: {"部分内容以同时进行的另一记录为准，可恢复", "a concurrent record prevailed in part; can be restored"},
	ReasonChipStands:     {"以证件芯片读取的内容为准，手工录入的保留备查", "the value read from the chip stands, the typed one is kept"},
	ReasonDisputed:       {"与另一项已生效的操作冲突，待裁决", "in conflict with another act, to be ruled on"},
	ReasonOverruled:      {"经裁决不采用", "overruled by a ruling"},
	ReasonReplaced:       {"已由后来的记录更新", "replaced by a later record"},
	ReasonRestored:       {"曾被取代，已恢复", "was superseded and restored"},
	ReasonRevoked:        {"设备已挂失，在截止点之后的操作，经主管认可才生效", "of a revoked device, after the cut-off: no effect until a supervisor admits it"},
	ReasonWithheld:       {"以已挂失设备的操作为依据，经主管认可才生效", "rests on an act of a revoked device: no effect until a supervisor admits it"},
	ReasonRemoved:        {"其内容已被后来的记录移除", "a later record removed what it added"},
}

// ReasonText says a reason in words; lang "en" is English, all else Chinese.
// An unknown code comes back as it is, an empty one stays empty.
func ReasonText(code, lang string) string {
	text, ok := reasonTexts[code]
	if !ok {
		return code
	}
	return inLanguage(text, lang)
}

func inLanguage(text [2]string, lang string) string {
	if strings.HasPrefix(lang, "en") {
		return text[1]
	}
	return text[0]
}

// setAside tells that a fact never counted, so that whoever built on it has to
// be looked at. A superseded fact is not among these: it was rightly done.
func setAside(reason string) bool {
	switch reason {
	case ReasonNoRight, ReasonNoRightUser, ReasonNoRightDevice, ReasonNoRightScope,
		ReasonMovedAway, ReasonOutOfStage, ReasonMalformed, ReasonWrongEntity, ReasonRevoked, ReasonWithheld:
		return true
	}
	return false
}
