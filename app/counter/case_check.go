package counter

import "strings"

// Check tells before anything is recorded whether an act would count: with
// the right that verdict says, done now by somebody who knows the whole state.
// It is the same judgement that Fold makes later. Errors are *Error: denied
// when the role is not enough, invalid when the stage does not allow it, with
// what is possible instead. What an act names besides (a material, another
// act) is not looked at.
func (s *CaseState) Check(v Verb, verdict Verdict) error {
	if s.NeedsUpdate {
		return E(CodeInvalid, "办件含有更新版本的记录，本机只能查看", "the case holds records of a newer version and is read-only here").
			Hint("请升级程序后再办理", "update the program first")
	}
	if !verdict.OK {
		return denied(noRight(verdict))
	}
	if !s.admits(v) {
		return E(CodeInvalid, "办件现在是“"+s.Status.Name("zh")+"”，不能“"+v.Name("zh")+"”",
			"the case is "+s.Status.Name("en")+": not possible now: "+v.Name("en")).
			Hint(nextHint(s, "zh"), nextHint(s, "en"))
	}
	if m, ok := step(v, s.Status, s.Instant); ok && verdict.Rank() < m.rank {
		return denied(ReasonNoRight)
	}
	return nil
}

// admits tells whether the stage lets a verb happen at all.
func (s *CaseState) admits(v Verb) bool {
	switch v {
	case VerbAccept:
		return s.Status == ""
	case VerbResolve:
		return s.Status == StatusDisputed || s.Status == StatusJoined
	case VerbNote, VerbPrint, VerbPrinted, VerbJoin, VerbAdmit, VerbRecount, VerbMaterial:
		return s.Status != ""
	case VerbCorrect, VerbRestore:
		return s.Status != "" && s.Status != StatusDisputed && s.Status != StatusVoided
	}
	_, ok := step(v, s.Status, s.Instant)
	return ok
}

func nextHint(s *CaseState, lang string) string {
	var names []string
	for _, v := range NextVerbs(s.Status, s.Instant) {
		if lang == "en" {
			names = append(names, string(v)+" ("+v.Name(lang)+")")
			continue
		}
		names = append(names, string(v)+"（"+v.Name(lang)+"）")
	}
	switch {
	case len(names) == 0 && lang == "en":
		return "nothing more is to be done with it"
	case len(names) == 0:
		return "这个办件已经不需要再办理"
	case lang == "en":
		return "possible now: " + strings.Join(names, ", ")
	}
	return "现在可以：" + strings.Join(names, "、")
}

func denied(reason string) *Error {
	return E(CodeDenied, ReasonText(reason, "zh"), ReasonText(reason, "en")).
		Hint("请有相应岗位的人员办理，或请区级管理员调整岗位", "ask a colleague with that role, or the district administrator")
}

// Restorable tells whether a restoring of this fact would count now, but for the
// right of whoever restores: only what gave way to something concurrent is, and
// a stage is only brought back while the case is open.
func (s *CaseState) Restorable(f *Fact, e Effect) bool {
	if e.Effective || e.Reason != ReasonSuperseded || !s.admits(VerbRestore) {
		return false
	}
	switch f.Verb() {
	case VerbMaterial, VerbJoin:
		return false
	case VerbCorrect:
		return true
	}
	return s.Status.Open()
}
