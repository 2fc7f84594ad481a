package desk

import (
	"strings"

	"onedoor/app/counter"
	"onedoor/forms/document"
	"onedoor/forms/document/wording"
)

// needNames say whether a material must be given.
func needName(m *counter.ItemMaterial) string {
	switch m.Necessity {
	case counter.NeedRequired:
		return "必要"
	case counter.NeedConditional:
		return "视情形:" + m.When
	}
	return "非必要"
}

var formNames = map[string]string{"paper": "纸质", "electronic": "电子", "either": "纸质或电子"}
var materialSources = map[string]string{"applicant": "申请人自备", "department": "政府部门核发", "other": "其他机构"}

// sheetOfItem is what guide and checklist say of an item.
func (d *Desk) sheetOfItem(it *counter.Item) document.ItemSheet {
	sh := document.ItemSheet{Body: d.cfg.Device.DistrictName + it.Department, Name: it.Name, Code: it.Code, Type: it.Type.Name(),
		Version: "第" + itoa(it.Version) + "版(自" + string(it.EffectiveFrom) + "起)", Phone: first(it.Window.Phone, it.Window.Complaint, "12345"), Sample: it.Sample,
		Conditions: it.Conditions, Refusals: it.Refusals, Statutory: daysText(it.StatutoryLimit(), "法律法规未规定"), Promised: daysText(it.Days(), "即时办结"),
		Visits: it.Visits, Fee: fee(it), Result: it.Result.Name, Delivery: it.Result.Delivery, Address: first(it.Window.Address, d.cfg.Device.Name),
		Hours: first(it.Window.Hours, "工作日办公时间"), Complaint: it.Window.Complaint, Transport: it.Window.Transport, URL: it.Window.URL,
		Reconsideration: it.Relief.Reconsideration, Lawsuit: it.Relief.Lawsuit}
	for _, l := range it.LegalBasis {
		sh.LegalBasis = append(sh.LegalBasis, strings.TrimSpace(l.Law+" "+l.Article))
	}
	for _, o := range it.Objects {
		sh.Objects = append(sh.Objects, map[string]string{counter.ObjectPerson: "自然人", counter.ObjectOrg: "法人和其他组织"}[o])
	}
	for i := range it.Materials {
		m := &it.Materials[i]
		line := document.ItemMaterial{Name: m.Name, Need: needName(m), Originals: m.Originals, Copies: m.Copies, SeenOnly: m.SeenOnly, Form: formNames[m.Form],
			Source: materialSources[m.Source], Standard: m.Standard, Issuer: m.Issuer, BlankForm: m.Blank}
		if m.MayPromise {
			line.MayFollow = m.PromiseDays
		}
		sh.Materials = append(sh.Materials, line)
	}
	for _, st := range it.Flow {
		sh.Steps = append(sh.Steps, document.ItemStep{Stage: counter.FlowName(st.Stage), Post: st.Post, Limit: daysText(st.Limit, "当场"), Output: st.Output})
	}
	for _, st := range it.SpecialSteps {
		text := st.Name + daysText(st.Days, "")
		if !st.Counted {
			text += "(不计入办理时限)"
		}
		sh.SpecialSteps = append(sh.SpecialSteps, text)
	}
	return sh
}

func daysText(n int, none string) string {
	if n == 0 {
		return none
	}
	return itoa(n) + "个工作日"
}

// consultation states everything at once, as the law asks (行政许可法第三十条).
func (f *suggestion) consultation() {
	it := f.item
	f.put("basis", basis(it))
	f.out["conditions"] = it.Conditions
	f.put("limits", "法定"+daysText(it.StatutoryLimit(), "未规定")+",承诺"+daysText(it.Days(), "即时办结"))
	f.put("fee", fee(it))
	f.put("hours", first(it.Window.Hours, "工作日办公时间"))
	var rows []wording.Facts
	for i := range it.Materials {
		m := &it.Materials[i]
		row := wording.Facts{"name": m.Name, "need": needName(m), "standard": first(m.Standard, describe(m), "按原件核验"), "source": first(materialSources[m.Source], "申请人自备")}
		rows = append(rows, row)
	}
	if f.out["materials"] = rows; len(rows) == 0 {
		delete(f.out, "materials")
		f.out["no_materials"] = true
	}
}
