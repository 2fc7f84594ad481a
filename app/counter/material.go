package counter

import "fmt"

// ItemMaterial is one material that an item asks for.
type ItemMaterial struct {
	Name        string `json:"name"`
	Necessity   string `json:"necessity"`      // NeedRequired, NeedConditional, NeedOptional
	When        string `json:"when,omitempty"` // the situation, for conditional ones
	Source      string `json:"source"`         // SourceApplicant, SourceDepartment, SourceOther
	Originals   int    `json:"originals,omitempty"`
	Copies      int    `json:"copies,omitempty"`
	SeenOnly    bool   `json:"seen_only,omitempty"`    // 验原件: the original is shown and given back
	Form        string `json:"form"`                   // FormPaper, FormElectronic, FormEither
	MayPromise  bool   `json:"may_promise,omitempty"`  // 容缺后补: may follow after acceptance
	PromiseDays int    `json:"promise_days,omitempty"` // working days within which it must follow
	Issuer      string `json:"issuer,omitempty"`
	Standard    string `json:"standard,omitempty"` // 受理标准: what makes it good
	Blank       string `json:"blank,omitempty"`    // name of the blank form handed out free (行政许可法 第二十九条)
}

// Necessity, source and form of a material.
const (
	NeedRequired    = "required"
	NeedConditional = "conditional"
	NeedOptional    = "optional"

	SourceApplicant  = "applicant"  // 申请人自备
	SourceDepartment = "department" // 政府部门核发
	SourceOther      = "other"

	FormPaper      = "paper"
	FormElectronic = "electronic"
	FormEither     = "either"
)

var (
	needs           = []string{NeedRequired, NeedConditional, NeedOptional}
	materialSources = []string{SourceApplicant, SourceDepartment, SourceOther}
	materialForms   = []string{FormPaper, FormElectronic, FormEither}
)

func (m ItemMaterial) check(at string, f *faults) {
	f.need(at+".name", m.Name)
	f.oneOf(at+".necessity", m.Necessity, needs)
	f.oneOf(at+".source", m.Source, materialSources)
	f.oneOf(at+".form", m.Form, materialForms)
	if m.Necessity == NeedConditional && m.When == "" {
		f.add(at+".when", "视情形提供的材料没有写明情形 / a conditional material does not say when", "写明什么情形需要 / say when it is needed")
	}
	f.between(at+".originals", m.Originals, 0, 99)
	f.between(at+".copies", m.Copies, 0, 99)
	if m.Originals+m.Copies == 0 && m.Form == FormPaper {
		f.add(at+".originals", "纸质材料的原件和复印件份数都是 0 / a paper material with no original and no copy", "至少填一份 / give at least one")
	}
	if m.MayPromise && m.Necessity == NeedOptional {
		f.add(at+".may_promise", "非必要材料不需要容缺 / an optional material needs no promise", "改为“否” / set it to no")
	}
	if m.MayPromise != (m.PromiseDays > 0) || m.PromiseDays < 0 || m.PromiseDays > 60 {
		f.add(at+".promise_days", "可容缺的材料要写补交工作日数（1–60），其他材料不写 / days go with may_promise, 1 to 60",
			"填写或清空补交期限 / fill or clear the days")
	}
}

func checkMaterials(ms []ItemMaterial, f *faults) {
	seen := map[string]int{}
	for i, m := range ms {
		at := fmt.Sprintf("materials[%d]", i)
		m.check(at, f)
		if first, dup := seen[m.Name]; dup {
			f.add(at+".name", fmt.Sprintf("与第 %d 份材料重名 / the same name as material %d", first+1, first+1), "改名或合并 / rename or merge")
		}
		seen[m.Name] = i
	}
}
