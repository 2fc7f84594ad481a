package counter

import (
	"fmt"
	"regexp"
	"strings"
)

// itemCode is what any scheme in use needs: letters, digits and separators.
var itemCode = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

var schemeName = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,31}$`)

// Validate lists every fault of the item at once; Where is a JSON path such as
// materials[2].when. An item without faults can be offered at a counter.
func (it *Item) Validate() []Problem {
	f := &faults{}
	it.checkIdentity(f)
	it.checkAuthority(f)
	it.checkLimits(f)
	if len(it.Conditions) == 0 {
		f.add("conditions", "没有受理条件 / no conditions", "至少写一条（行政许可法第三十条要求公示）/ give at least one")
	}
	checkEligibility(it.Eligibility, f)
	checkMaterials(it.Materials, f)
	it.checkFlow(f)
	it.checkRest(f)
	it.checkForm(f)
	checkTexts(it, f)
	return f.list
}

func (it *Item) checkIdentity(f *faults) {
	if !itemCode.MatchString(it.Code) {
		f.add("code", "事项编码为空或有不允许的字符 / the code is empty or has characters not allowed", "用字母、数字、点、横线，至多64位 / letters, digits, . _ -, at most 64")
	}
	if !schemeName.MatchString(it.Scheme) {
		f.add("scheme", "没有编码体系 / no code scheme", "填 local、sample 或 gbt39554 / local, sample or gbt39554")
	}
	if it.Scheme == "gbt39554" && len(it.Code) != 12 && len(it.Code) != 31 && len(it.Code) != 33 {
		f.add("code", "国标编码应为12、31或33位 / a GB/T 39554 code has 12, 31 or 33 places", "核对编码或改编码体系 / check the code or the scheme")
	}
	f.need("name", it.Name)
	f.between("version", it.Version, 1, 1000000)
	if !it.EffectiveFrom.Valid() {
		f.add("effective_from", "生效日期无效 / the first day is not valid", "写成 2026-01-01 / write it as 2026-01-01")
	}
	switch {
	case it.EffectiveTo == "":
	case !it.EffectiveTo.Valid():
		f.add("effective_to", "失效日期无效 / the last day is not valid", "写成 2026-12-31 或留空 / write it as 2026-12-31 or leave it empty")
	case it.EffectiveTo < it.EffectiveFrom:
		f.add("effective_to", "失效日期早于生效日期 / the last day is before the first", "更正日期 / correct the days")
	}
}

func (it *Item) checkAuthority(f *faults) {
	f.need("department", it.Department)
	f.oneOf("level", it.Level, []string{string(LevelVillage), string(LevelTown), string(LevelDistrict)})
	if !it.Type.AtCounter() {
		f.add("type", "事项类型不是依申请办理的类型 / not a type that begins with an application", "填 01、05、07、08、09、10 或 20 / one of these")
	}
	if len(it.Objects) == 0 {
		f.add("objects", "没有服务对象 / nobody can apply", "填 person（自然人）、org（法人）或两者 / person, org or both")
	}
	for i, o := range it.Objects {
		f.oneOf(fmt.Sprintf("objects[%d]", i), o, []string{ObjectPerson, ObjectOrg})
	}
	if len(it.Objects) > 1 && it.Objects[0] == it.Objects[1] {
		f.add("objects", "服务对象重复 / the same object twice", "删去重复 / remove one")
	}
}

func (it *Item) checkLimits(f *faults) {
	switch {
	case it.Instant && it.PromisedDays != 0:
		f.add("promised_days", "即办件不能再写承诺时限 / an instant item has no promised limit", "清空承诺时限，或改为承诺件 / clear it, or make it not instant")
	case !it.Instant:
		f.between("promised_days", it.PromisedDays, 1, 365)
	}
	f.between("statutory_days", it.StatutoryDays, 0, 730)
	if limit := it.StatutoryLimit(); limit > 0 && it.PromisedDays > limit {
		f.add("promised_days", fmt.Sprintf("承诺时限超过法定时限 %d 个工作日 / longer than the legal limit of %d", limit, limit), "缩短承诺时限 / shorten it")
	}
	f.between("visits", it.Visits, 0, 9)
}

// checkFlow wants the five stages in order, and no more working days in them
// than were promised. Delivery has a limit of its own (行政许可法 第四十四条).
func (it *Item) checkFlow(f *faults) {
	if len(it.Flow) != len(flowStages) {
		f.add("flow", fmt.Sprintf("流程有 %d 个环节，应为 5 个 / %d stages instead of 5", len(it.Flow), len(it.Flow)), "依次写申请、受理、审查、决定、送达 / apply, accept, review, decide, deliver")
		return
	}
	sum := 0
	for i, s := range it.Flow {
		at := fmt.Sprintf("flow[%d]", i)
		if s.Stage != flowStages[i] {
			f.add(at+".stage", "环节顺序不对，此处应为 "+flowNames[flowStages[i]]+" / expected "+flowStages[i], "按五个环节的顺序写 / keep the order")
		}
		f.need(at+".post", s.Post)
		f.between(at+".limit", s.Limit, 0, 365)
		if s.Stage != FlowDeliver {
			sum += s.Limit
		}
	}
	if sum > it.Days() {
		f.add("flow", fmt.Sprintf("各环节合计 %d 个工作日，超过承诺的 %d 个 / the stages add up to %d, more than %d", sum, it.Days(), sum, it.Days()),
			"调整环节时限 / adjust the limits")
	}
}

func (it *Item) checkRest(f *faults) {
	for i, s := range it.SpecialSteps {
		f.need(fmt.Sprintf("special_steps[%d].name", i), s.Name)
		f.between(fmt.Sprintf("special_steps[%d].days", i), s.Days, 1, 365)
	}
	for i, fee := range it.Fees {
		at := fmt.Sprintf("fees[%d]", i)
		f.need(at+".name", fee.Name)
		if !decimal.MatchString(fee.Amount) || strings.HasPrefix(fee.Amount, "-") {
			f.add(at+".amount", "金额无效 / not an amount", "写成 12.50（元）/ write it as 12.50 (yuan)")
		}
		if fee.Basis == "" {
			f.add(at+".basis", "收费没有依据 / a charge without a rule", "写明依据，或改为不收费 / name the rule, or charge nothing")
		}
	}
	f.need("result.name", it.Result.Name)
	f.oneOf("result.type", it.Result.Type, []string{ResultCertificate, ResultApproval, ResultOther})
	if len(it.LegalBasis) == 0 {
		f.add("legal_basis", "没有设定依据 / no legal basis", "至少写一条 / give at least one")
	}
	for i, b := range it.LegalBasis {
		f.need(fmt.Sprintf("legal_basis[%d].law", i), b.Law)
	}
}
