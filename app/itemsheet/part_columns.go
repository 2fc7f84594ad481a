package itemsheet

import "onedoor/app/counter"

// part is a row of one of the sheets that belong to an item, with the item's code.
type part[T any] struct {
	code string
	v    T
}

type (
	material = part[counter.ItemMaterial]
	field    = part[counter.Field]
	stage    = part[counter.FlowStage]
)

var (
	needs   = labels{{counter.NeedRequired, "必要"}, {counter.NeedConditional, "视情形"}, {counter.NeedOptional, "非必要"}}
	sources = labels{{counter.SourceApplicant, "申请人自备"}, {counter.SourceDepartment, "政府部门核发"}, {counter.SourceOther, "其他"}}
	forms   = labels{{counter.FormPaper, "纸质"}, {counter.FormElectronic, "电子"}, {counter.FormEither, "纸质或电子"}}
	stages  = stageLabels()
	kinds   = labels{{"text", "文字"}, {"longtext", "长文字"}, {"number", "数字"}, {"money", "金额"}, {"date", "日期"}, {"choice", "单选"},
		{"bool", "是否"}, {"phone", "电话"}, {"idnumber", "证件号码"}, {"creditcode", "信用代码"}, {"division", "区划"}, {"group", "重复组"}}
)

func stageLabels() (l labels) {
	for _, s := range counter.FlowStages() {
		l = append(l, struct{ value, name string }{s, counter.FlowName(s)})
	}
	return l
}

func ownerColumn[T any]() column[part[T]] {
	return codeColumn("", "事项编码", "对应“事项”表中的编码", func(p *part[T]) *string { return &p.code })
}

// materialColumns are the columns of the sheet 材料.
func materialColumns() []column[material] {
	return []column[material]{
		ownerColumn[counter.ItemMaterial](),
		textColumn("name", "材料名称", "同一事项内不能重名", true, func(p *material) *string { return &p.v.Name }),
		pickColumn("necessity", "必要性", "", true, needs, func(p *material) *string { return &p.v.Necessity }),
		textColumn("when", "何时需要", "必要性为“视情形”的必填", false, func(p *material) *string { return &p.v.When }),
		pickColumn("source", "来源", "", true, sources, func(p *material) *string { return &p.v.Source }),
		numberColumn("originals", "原件份数", "", false, func(p *material) *int { return &p.v.Originals }),
		numberColumn("copies", "复印件份数", "", false, func(p *material) *int { return &p.v.Copies }),
		flagColumn("seen_only", "只验原件", "原件核验后当场退还的填“是”", func(p *material) *bool { return &p.v.SeenOnly }),
		pickColumn("form", "形式", "", true, forms, func(p *material) *string { return &p.v.Form }),
		flagColumn("may_promise", "可容缺后补", "承诺后可以受理后补交的填“是”", func(p *material) *bool { return &p.v.MayPromise }),
		numberColumn("promise_days", "补交期限（工作日）", "可容缺的必填，1–60", false, func(p *material) *int { return &p.v.PromiseDays }),
		textColumn("issuer", "核发机关", "", false, func(p *material) *string { return &p.v.Issuer }),
		textColumn("standard", "受理标准", "怎样的材料算合格", false, func(p *material) *string { return &p.v.Standard }),
		textColumn("blank", "空白表名称", "窗口免费提供的空白表", false, func(p *material) *string { return &p.v.Blank }),
	}
}

// fieldColumns are the columns of the sheet 表单字段.
func fieldColumns() []column[field] {
	when := func(p *field) *counter.FieldCondition {
		if p.v.VisibleWhen == nil {
			p.v.VisibleWhen = &counter.FieldCondition{}
		}
		return p.v.VisibleWhen
	}
	shown := textColumn("visible_when.field", "显示条件：字段名", "只在前面某个单选或是否字段取某些值时才显示的，填那个字段名", false, func(p *field) *string { return &when(p).Field })
	values := listColumn("visible_when.in", "显示条件：取值", "那个字段取这些值时显示；是否字段填 true 或 false", false, func(p *field) *[]string { return &when(p).In })
	for _, c := range []*column[field]{&shown, &values} {
		get := c.get
		c.get = func(p *field) string {
			if p.v.VisibleWhen == nil { // reading must not create the condition
				return ""
			}
			return get(p)
		}
	}
	return []column[field]{
		ownerColumn[counter.Field](),
		textColumn("name", "字段名", "英文小写字母开头，只含小写字母、数字、下划线；重复组里的字段写成 组名.字段名，跟在组的下面", true, func(p *field) *string { return &p.v.Name }),
		textColumn("label", "显示名称", "", true, func(p *field) *string { return &p.v.Label }),
		pickColumn("kind", "类型", "", true, kinds, func(p *field) *counter.FieldKind { return &p.v.Kind }),
		flagColumn("required", "必填", "", func(p *field) *bool { return &p.v.Required }),
		listColumn("choices", "选项", "类型为“单选”的必填", false, func(p *field) *[]string { return &p.v.Choices }),
		textColumn("min", "最小", "数字、金额填数值，日期填日期、today 或前面的日期字段名，文字填最少字数，重复组填最少行数", false, func(p *field) *string { return &p.v.Min }),
		textColumn("max", "最大", "同上", false, func(p *field) *string { return &p.v.Max }),
		textColumn("pattern", "格式（正则）", "一般留空", false, func(p *field) *string { return &p.v.Pattern }),
		textColumn("hint", "格式说明", "有格式要求的必填", false, func(p *field) *string { return &p.v.Hint }),
		textColumn("unit", "单位", "", false, func(p *field) *string { return &p.v.Unit }),
		shown, values,
		flagColumn("integer", "整数", "数字不能有小数的填“是”", func(p *field) *bool { return &p.v.Integer }),
		textColumn("section", "分节", "显示在哪个小标题下；写了一个就要全写，重复组内的字段不写", false, func(p *field) *string { return &p.v.Section }),
		listColumn("prefill", "预填来源", "依次取第一个有值的：applicant.phone 等取自证件或人员登记，case 取自以前的办件，见 docs/form-format.md", false, func(p *field) *[]string { return &p.v.Prefill }),
		textColumn("key", "语义键", "不同事项里意思相同的字段写同一个词，预填时互相参考", false, func(p *field) *string { return &p.v.Key }),
		textColumn("row_name", "行的名称", "重复组的一行叫什么，如 成员、地块", false, func(p *field) *string { return &p.v.RowName }),
	}
}

// stageColumns are the columns of the sheet 流程.
func stageColumns() []column[stage] {
	return []column[stage]{
		ownerColumn[counter.FlowStage](),
		pickColumn("stage", "环节", "每个事项依次写申请、受理、审查、决定、送达五行", true, stages, func(p *stage) *string { return &p.v.Stage }),
		textColumn("post", "承办岗位", "", true, func(p *stage) *string { return &p.v.Post }),
		numberColumn("limit", "时限（工作日）", "当场办理的留空", false, func(p *stage) *int { return &p.v.Limit }),
		textColumn("output", "产出文书", "", false, func(p *stage) *string { return &p.v.Output }),
	}
}
