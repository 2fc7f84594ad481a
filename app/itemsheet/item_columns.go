package itemsheet

import (
	"strconv"
	"strings"

	"onedoor/app/counter"
)

type item = counter.Item

var (
	levels  = labels{{"village", "村级"}, {"town", "镇街"}, {"district", "区级"}}
	types   = typeLabels("01", "05", "07", "08", "09", "10", "20")
	results = labels{{counter.ResultCertificate, "证照"}, {counter.ResultApproval, "批文"}, {counter.ResultOther, "其他"}}
	rules   = labels{{counter.RuleMinAge, "年满周岁"}, {counter.RuleMaxAge, "不超过周岁"}, {counter.RuleSex, "性别"}, {counter.RuleValidCard, "证件有效"}}
	refuses = labels{{"true", "拒绝"}, {"false", "提醒"}}
	handled = labels{{"true", "即办件"}, {"false", "承诺件"}}
	objects = labels{{counter.ObjectPerson, "自然人"}, {counter.ObjectOrg, "法人和其他组织"}}
)

func typeLabels(codes ...counter.ItemType) (l labels) {
	for _, c := range codes {
		l = append(l, struct{ value, name string }{string(c), c.Name()})
	}
	return l
}

// itemColumns are the columns of the sheet 事项.
func itemColumns() []column[item] {
	return append(append(identityColumns(), handlingColumns()...), serviceColumns()...)
}

func identityColumns() []column[item] {
	return []column[item]{
		codeColumn("code", "事项编码", "本区唯一的编码，其他各表用它对应；字母、数字、点、横线", func(t *item) *string { return &t.Code }),
		textColumn("scheme", "编码体系", "local（本地编码）、gbt39554（国家标准编码）等", true, func(t *item) *string { return &t.Scheme }),
		textColumn("name", "事项名称", "与权责清单一致", true, func(t *item) *string { return &t.Name }),
		listColumn("aliases", "俗称", "群众常用的叫法，只用于搜索", false, func(t *item) *[]string { return &t.Aliases }),
		numberColumn("version", "版本", "从 1 开始；内容有变动时加 1，已受理的办件仍按原版本", true, func(t *item) *int { return &t.Version }),
		dateColumn("effective_from", "生效日期", "自这一天起可以受理，如 2026-01-01", true, func(t *item) *counter.Date { return &t.EffectiveFrom }),
		dateColumn("effective_to", "失效日期", "最后一天有效；长期有效的留空", false, func(t *item) *counter.Date { return &t.EffectiveTo }),
		flagColumn("sample", "样例", "随程序附带、仅供试用的事项填“是”", func(t *item) *bool { return &t.Sample }),
		textColumn("department", "主管部门", "实施主体名称", true, func(t *item) *string { return &t.Department }),
		pickColumn("level", "决定层级", "由哪一级作出决定", true, levels, func(t *item) *string { return &t.Level }),
		pickColumn("type", "事项类型", "只收依申请办理的类型", true, types, func(t *item) *counter.ItemType { return &t.Type }),
		objectColumn(),
		listColumn("themes", "主题", "分类主题", false, func(t *item) *[]string { return &t.Themes }),
	}
}

func handlingColumns() []column[item] {
	return []column[item]{
		instantColumn(),
		numberColumn("promised_days", "承诺时限（工作日）", "承诺件必填；即办件留空", false, func(t *item) *int { return &t.PromisedDays }),
		numberColumn("statutory_days", "法定时限（工作日）", "没有法定时限的留空；行政许可留空按 20 个工作日", false, func(t *item) *int { return &t.StatutoryDays }),
		numberColumn("visits", "到场次数", "申请人需要到窗口几次", false, func(t *item) *int { return &t.Visits }),
		flagColumn("single", "同时只办一件", "同一申请人已有在办件时不再受理的填“是”", func(t *item) *bool { return &t.Single }),
		flagColumn("reversible", "可以撤回", "决定前申请人可以撤回的填“是”", func(t *item) *bool { return &t.Reversible }),
		listColumn("conditions", "受理条件", "申请人应符合的条件", true, func(t *item) *[]string { return &t.Conditions }),
		recordColumn("eligibility", "自动核对的条件", "条件 | 值 | 拒绝或提醒 | 依据，如：年满周岁 | 60 | 提醒 | 老年人权益保障法 第二条", false,
			func(t *item) *[]counter.Eligibility { return &t.Eligibility }, ruleParts, ruleRecord),
		listColumn("refusals", "不予受理情形", "", false, func(t *item) *[]string { return &t.Refusals }),
		recordColumn("special_steps", "特殊环节", "名称 | 工作日 | 计入或不计入，如：公示 | 7 | 不计入", false,
			func(t *item) *[]counter.SpecialStep { return &t.SpecialSteps }, stepParts, stepRecord),
		recordColumn("fees", "收费", "名称 | 金额（元） | 单位 | 依据 | 减免；不收费的留空", false,
			func(t *item) *[]counter.Fee { return &t.Fees }, feeParts, feeRecord),
	}
}

func serviceColumns() []column[item] {
	return []column[item]{
		textColumn("result.name", "结果名称", "证照、批文或回执的名称", true, func(t *item) *string { return &t.Result.Name }),
		pickColumn("result.type", "结果类型", "", true, results, func(t *item) *string { return &t.Result.Type }),
		textColumn("result.validity", "结果有效期", "如：长期、一年", false, func(t *item) *string { return &t.Result.Validity }),
		textColumn("result.delivery", "送达方式", "如：窗口领取或邮寄", false, func(t *item) *string { return &t.Result.Delivery }),
		textColumn("window.address", "办理地点", "", false, func(t *item) *string { return &t.Window.Address }),
		textColumn("window.hours", "办理时间", "", false, func(t *item) *string { return &t.Window.Hours }),
		textColumn("window.phone", "咨询电话", "", false, func(t *item) *string { return &t.Window.Phone }),
		textColumn("window.complaint", "投诉电话", "", false, func(t *item) *string { return &t.Window.Complaint }),
		textColumn("window.transport", "交通指引", "", false, func(t *item) *string { return &t.Window.Transport }),
		textColumn("window.url", "网上办理地址", "", false, func(t *item) *string { return &t.Window.URL }),
		textColumn("relief.reconsideration", "行政复议", "机关和期限", false, func(t *item) *string { return &t.Relief.Reconsideration }),
		textColumn("relief.lawsuit", "行政诉讼", "法院和期限", false, func(t *item) *string { return &t.Relief.Lawsuit }),
		recordColumn("legal_basis", "设定依据", "法律法规名称 | 条款 | 内容", true,
			func(t *item) *[]counter.LegalBasis { return &t.LegalBasis },
			func(b counter.LegalBasis) []string { return []string{b.Law, b.Article, b.Text} },
			func(p []string) (b counter.LegalBasis, f *fault) {
				f = fill(p, &b.Law, &b.Article, &b.Text)
				return b, f
			}),
	}
}

func objectColumn() column[item] {
	c := listColumn("objects", "服务对象", "谁可以申请", true, func(t *item) *[]string { return &t.Objects })
	c.note, c.width, c.choices = "谁可以申请", 18, append(objects.names(), strings.Join(objects.names(), "、"))
	c.get = func(t *item) string {
		var names []string
		for _, o := range t.Objects {
			names = append(names, objects.name(o))
		}
		return strings.Join(names, "、")
	}
	c.set = func(t *item, s string) *fault {
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；\n ", r) }) {
			code, f := objects.code(word)
			if f != nil {
				return f
			}
			t.Objects = append(t.Objects, code)
		}
		return nil
	}
	return c
}

func instantColumn() column[item] {
	c := flagColumn("instant", "办件类型", "当场办结的为即办件", func(t *item) *bool { return &t.Instant })
	c.must, c.choices = true, handled.names()
	c.get = func(t *item) string { return handled.name(strconv.FormatBool(t.Instant)) }
	c.set = func(t *item, s string) *fault {
		code, f := handled.code(s)
		t.Instant = code == "true"
		return f
	}
	return c
}

var counted = labels{{"true", "计入"}, {"false", "不计入"}}

func stepParts(s counter.SpecialStep) []string {
	return []string{s.Name, strconv.Itoa(s.Days), counted.name(strconv.FormatBool(s.Counted))}
}

func ruleParts(e counter.Eligibility) []string {
	return []string{rules.name(e.Rule), e.Value, refuses.name(strconv.FormatBool(e.Refuse)), e.Basis}
}

func ruleRecord(p []string) (e counter.Eligibility, f *fault) {
	var rule, word string
	if f = fill(p, &rule, &e.Value, &word, &e.Basis); f != nil {
		return e, f
	}
	if e.Rule, f = rules.code(rule); f != nil {
		return e, f
	}
	if word != "" {
		word, f = refuses.code(word)
		e.Refuse = word == "true"
	}
	return e, f
}

func stepRecord(p []string) (s counter.SpecialStep, f *fault) {
	var days, word string
	if f = fill(p, &s.Name, &days, &word); f != nil {
		return s, f
	}
	n, err := strconv.Atoi(counter.Compact(days))
	if err != nil {
		return s, &fault{"特殊环节没有写天数 / no number of days", "写成 公示 | 7 | 不计入 / write name | days | counted"}
	}
	s.Days = n
	if word != "" {
		word, f = counted.code(word)
		s.Counted = word == "true"
	}
	return s, f
}

func feeParts(v counter.Fee) []string { return []string{v.Name, v.Amount, v.Unit, v.Basis, v.Relieved} }

func feeRecord(p []string) (v counter.Fee, f *fault) {
	f = fill(p, &v.Name, &v.Amount, &v.Unit, &v.Basis, &v.Relieved)
	return v, f
}

// fill gives parts to targets; too many parts mean a stray separator.
func fill(parts []string, targets ...*string) *fault {
	if len(parts) > len(targets) {
		return &fault{"用 | 隔开的部分太多 / too many parts", `文字中的 | 写成 \| / write | inside a text as \|`}
	}
	for i, p := range parts {
		*targets[i] = p
	}
	return nil
}
