package document

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"onedoor/forms/document/wording"
)

// caseFacts are what every document of the sample case states.
const caseFacts = `{"body": "佛山市禅城区石湾镇街道办事处", "phone": "0757-00000000", "address": "石湾镇街道测试路1号一楼综合窗口", "officer": "王小明",
 "applicant_name": "李明远", "applicant_number": "4406**********201X", "number_label": "居民身份证", "applicant_phone": "138****0000",
 "item_name": "个体工商户设立登记", "item_code": "11440604007044000744013100100", "item_type": "行政许可"}`

const itemFacts = `{"body": "佛山市禅城区民政局", "item_name": "最低生活保障对象认定", "item_code": "SAMPLE-05-001", "item_type": "行政给付", "item_version": "第1版", "phone": "0757-00000000", "sample": true,
 "materials": [{"name": "最低生活保障申请表", "need": "必要", "count": "原件1份（纸质）", "source": "申请人自备", "standard": "填写完整，申请人签名", "note": "空白表格免费提供"},
  {"name": "共同生活家庭成员身份证件、户口簿", "need": "必要", "count": "复印件1份，验原件", "source": "政府部门核发", "standard": "证件在有效期内"},
  {"name": "残疾人证、病情诊断证明", "need": "视情形：有残疾或者重病成员", "count": "复印件1份（均可）", "source": "政府部门核发"}]}`

// kindFacts are what each kind states beside that.
var kindFacts = map[string]string{
	"acceptance": `{"received_on": "2026-11-20", "accepted_on": "2026-11-20", "basis": "《中华人民共和国行政许可法》第三十二条第一款第五项", "statutory_limit": "20个工作日", "promised_limit": "3个工作日", "due": "2026-11-25",
	 "query": "凭办件编号查询", "collect": "到受理窗口领取", "fee": "不收费", "materials": [{"name": "申请书", "originals": 1}, {"name": "身份证件", "copies": 1, "note": "核验原件后退回"}]}`,
	"intake": `{"received_at": "2026-11-20T09:30:00+08:00", "tell_by": "2026-11-27", "materials": [{"name": "个体工商户登记（备案）申请书", "originals": 1, "pages": 4}, {"name": "经营者身份证件", "copies": 1, "pages": 1, "note": "核验原件后退回"}, {"name": "经营场所使用证明", "copies": 1, "pages": 6}]}`,
	"consultation": `{"basis": "《促进个体工商户发展条例》第九条", "conditions": ["有经营能力的公民", "有固定的经营场所"], "limits": "法定20个工作日，承诺3个工作日", "fee": "不收费", "hours": "工作日 9:00–12:00，14:00–17:30",
	 "materials": [{"name": "个体工商户登记（备案）申请书", "need": "必要", "count": "原件1份", "standard": "填写完整，经营者签名", "source": "窗口免费领取或者网上下载"}, {"name": "经营者身份证件", "need": "必要", "count": "复印件1份，验原件", "standard": "在有效期内", "source": "申请人自备"},
	  {"name": "经营场所使用证明", "need": "必要", "count": "复印件1份", "standard": "产权证明；租赁的另附租赁合同", "source": "申请人自备，产权证明可由窗口调取"}], "remarks": ["从事餐饮服务的，另须办理食品经营许可。"]}`,
	"supplement": `{"received_on": "2026-11-20", "return_by": "2026-12-20", "consequence": "逾期未补正的，可以重新提出申请", "faults": [{"name": "经营场所使用证明", "problem": "未提交租赁合同", "requirement": "提交租赁合同复印件1份，由出租人签名；验原件"}, {"name": "个体工商户登记（备案）申请书", "problem": "第2页经营范围未填写", "requirement": "按照国民经济行业分类用语填写经营范围"}]}`,
	"refusal": `{"received_on": "2026-11-20", "ground": "not_competent", "reason": "申请事项依法不属于本机关职权范围", "basis": "《中华人民共和国行政许可法》第三十二条第一款第二项", "competent_body": "佛山市禅城区市场监督管理局", "competent_contact": "测试大道2号，0757-00000001",
	 "reconsideration": "自知道本决定之日起六十日内向佛山市禅城区人民政府申请", "lawsuit": "自知道本决定之日起六个月内向佛山市禅城区人民法院提起"}`,
	"grant": `{"notice_number": "禅石许〔2026〕第0001号", "accepted_on": "2026-11-20", "decided_on": "2026-11-24", "basis": "《中华人民共和国行政许可法》第三十八条第一款、《促进个体工商户发展条例》第九条", "content": "准予设立个体工商户“测试小食店”，经营范围：小餐饮", "validity": "长期",
	 "conditions": ["亮照经营", "每年1月1日至6月30日报送年度报告"], "certificate": "营业执照，统一社会信用代码 92440604MA0000001T", "deliver_by": "2026-12-04", "collect": "到受理窗口领取", "approver": "陈负责"}`,
	"denial": `{"notice_number": "禅石不许〔2026〕第0001号", "accepted_on": "2026-11-20", "decided_on": "2026-11-24", "facts": "申请人提交的经营场所位于测试路1号地下车库，规划用途为停车。", "reasons": ["经营场所的规划用途与申请的经营项目不符", "申请人未能提交改变用途的批准文件"], "basis": "《中华人民共和国行政许可法》第三十八条第二款", "approver": "陈负责",
	 "reconsideration": "自知道本决定之日起六十日内向佛山市禅城区人民政府申请", "lawsuit": "自知道本决定之日起六个月内向佛山市禅城区人民法院提起"}`,
	"extension":  `{"accepted_on": "2026-11-20", "due": "2026-12-18", "new_due": "2027-01-04", "days": 10, "provisional": true, "due_reason": "2027年放假安排尚未公布", "reason": "需要向有关部门核实经营场所的规划用途", "basis": "《中华人民共和国行政许可法》第四十二条第一款", "approver": "陈负责", "approved_on": "2026-12-16"}`,
	"suspension": `{"accepted_on": "2026-11-20", "step": "现场踏勘", "reason": "需要核实经营场所的实际情况", "begins_on": "2026-11-23", "duration": "5个工作日", "attend": "2026年11月24日上午九时在经营场所等候，携带场所钥匙"}`,
	"withdrawal": `{"what": "withdrawn", "accepted_on": "2026-11-20", "ended_on": "2026-11-23", "statement": "因另行选址，不再办理本次登记", "returned": ["经营场所使用证明"]}`,
	"delivery":   `{"papers": [{"name": "准予行政许可决定书", "paper_number": "禅石许〔2026〕第0001号", "copies": 1}, {"name": "营业执照（正本、副本）", "paper_number": "92440604MA0000001T", "copies": 2}], "method": "direct", "place": "石湾镇街道综合窗口", "deliverers": ["王小明", "赵小红"]}`,
	"pledge":     `{"pledged": ["经营场所使用证明"], "basis": "《市场主体登记管理条例》第十一条", "conditions": ["经营场所真实、合法、安全", "不属于禁设区域"], "commitments": ["已经符合告知的全部条件", "所作陈述真实、合法、有效", "愿意配合核查，在规定期限内提供相应材料"], "consequences": "撤销登记，列入失信记录；构成犯罪的，依法追究刑事责任", "check": "登记后二个月内由市场监管所现场核查", "publicity": "承诺书在政务服务网公开"}`,
	"proxy":      `{"agent_name": "张小芳", "agent_number": "4406**********0042", "agent_number_label": "居民身份证", "agent_phone": "139****0000", "powers": ["代为提交、更正和补正申请材料", "代为签收文书、领取证照"], "from": "2026-11-20", "to": "2026-12-31"}`,
	"deferral":   `{"accepted_on": "2026-11-20", "consequence": "逾期未补交的，按照本区容缺受理规定终止办理", "missing": [{"name": "经营场所租赁合同", "reason": "出租人外出", "by": "2026-11-27", "how": "窗口提交"}]}`,
	"approval":   `{"accepted_on": "2026-11-20", "due": "2026-11-25", "matter": "设立个体工商户“测试小食店”，经营范围小餐饮", "materials": [{"name": "申请书", "originals": 1}]}`,
	"guide": `{"legal_basis": ["《社会救助暂行办法》第九条、第十一条"], "objects": ["自然人"], "conditions": ["共同生活的家庭成员人均收入低于当地最低生活保障标准", "家庭财产状况符合规定"], "refusals": ["不属于本区户籍，且未持有居住证"],
	 "steps": [{"stage": "申请", "post": "申请人", "output": "申请书"}, {"stage": "受理", "post": "镇街窗口", "limit": "当场", "output": "受理通知书"}, {"stage": "审查", "post": "镇街经办人", "limit": "15个工作日", "output": "入户调查表"}, {"stage": "决定", "post": "区民政局", "limit": "10个工作日", "output": "确认通知书"}, {"stage": "送达", "post": "镇街窗口", "limit": "5个工作日"}],
	 "special_steps": ["公示（7日，不计入时限）"], "statutory_limit": "30个工作日", "promised_limit": "25个工作日", "visits": "1次", "fee": "不收费", "result": "最低生活保障确认通知书", "delivery": "窗口领取、邮寄", "address": "石湾镇街道测试路1号", "hours": "工作日 9:00–12:00，14:00–17:30", "complaint": "12345",
	 "reconsideration": "六十日内向佛山市禅城区人民政府申请", "lawsuit": "六个月内向佛山市禅城区人民法院提起"}`,
	"join":      `{"accepted_on": "2026-11-20", "station": "石湾镇街道纯阳社区", "others": [{"other_number": "440604011002202611190100027", "other_station": "石湾镇街道澜石社区", "joined_on": "2026-11-24"}], "goes_on": "440604011002202611190100027", "goes_on_station": "石湾镇街道澜石社区", "ask": "石湾镇街道澜石社区窗口，0757-00000000"}`,
	"checklist": `{}`,
	"copy":      `{"material": "居民户口簿", "purpose": "个体工商户设立登记", "checked_on": "2026-11-20", "checked_by": "王小明"}`,
	"mine": `{"body": "石湾镇街道澜石社区服务站", "phone": "0757-00000000", "person": "李明远", "person_number": "4406**********201X", "as_of": "2026-11-20T09:00:00+08:00",
	 "cases": [{"case_number": "44060410000120261120010001X", "item": "个体工商户设立登记", "accepted_on": "2026-11-20", "status": "已受理", "next": "2026年11月25日前办结"}, {"case_number": "440604100001202610080100027", "item": "高龄津贴", "accepted_on": "2026-10-08", "status": "已办结"}],
	 "materials": [{"name": "身份证件复印件", "case": "440604100001202610080100027", "valid_to": "2040-01-01"}]}`,
	"handover": `{"body": "石湾镇街道澜石社区服务站", "to": "石湾镇街道便民服务中心", "day": "2026-11-20", "officer": "王小明", "cases": [{"case_number": "44060410000120261120010001X", "applicant": "李明远", "item": "个体工商户设立登记", "papers": 3, "due": "2026-11-25"}, {"case_number": "440604100001202611200100027", "applicant": "张小芳", "item": "老年人优待证", "papers": 1}]}`,
}

func facts(t testing.TB, texts ...string) wording.Facts {
	t.Helper()
	out := wording.Facts{}
	for _, text := range texts {
		f, err := wording.DecodeFacts([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(out, f)
	}
	return out
}

// draftOf is a usual document of a kind.
func draftOf(t testing.TB, kind string) Draft {
	t.Helper()
	base := caseFacts
	switch kind {
	case "guide", "checklist":
		base = itemFacts
	case "mine", "handover":
		base = "{}"
	}
	text, ok := kindFacts[kind]
	if !ok {
		t.Fatalf("no sample of kind %s", kind)
	}
	d := Draft{Kind: kind, Number: "44060410000120261120010001X", IssuedAt: sampleTime, Facts: facts(t, base, text)}
	if kind == "copy" {
		d.Scans = [][]byte{picture(t)}
	}
	return d
}

// rareDraft puts rare names and a long organisation into a document.
func rareDraft(t testing.TB, kind string) Draft {
	d := draftOf(t, kind)
	for k, v := range map[string]any{"applicant_name": "张𬭳明䶮𠅤", "agent": true, "agent_name": "𤧛㛃", "agent_number": "4406**********0042", "typed": true,
		"officer": "𬱖小𬎆", "person": "张𬭳明䶮𠅤", "item_name": "䌷㳇㘵㙦𡐓𣒍𡌶村宅基地和建房（规划许可）申请审批（含拆旧建新、异地新建、原址改建扩建）"} {
		if _, ok := pageOf(t, kind).Field(k); ok {
			d.Facts[k] = v
		}
	}
	d.Reprint, d.Watermark = 2, "与原件核对无误，仅用于宅基地审批"
	return d
}

// longDraft gives every table and list 60 entries.
func longDraft(t testing.TB, kind string) Draft {
	d := draftOf(t, kind)
	for _, f := range pageOf(t, kind).Fields {
		switch v := d.Facts[f.Key].(type) {
		case []any:
			if f.Type == wording.TypeList && f.Min > 0 {
				continue
			}
			var out []any
			for i := range 60 {
				e := v[i%len(v)]
				if m, ok := e.(map[string]any); ok {
					m = maps.Clone(m)
					for _, c := range f.Columns {
						if s, ok := m[c.Key].(string); ok && c.Type == wording.TypeText {
							m[c.Key] = fmt.Sprintf("%s之%d", s, i+1)
						}
					}
					e = m
				}
				out = append(out, e)
			}
			d.Facts[f.Key] = out
		}
	}
	return d
}

// minimalDraft states only what must be stated.
func minimalDraft(t testing.TB, kind string) Draft {
	d := draftOf(t, kind)
	page := pageOf(t, kind)
	for _, k := range slices.Collect(maps.Keys(d.Facts)) {
		if f, _ := page.Field(k); !f.Required {
			delete(d.Facts, k)
		}
	}
	for k, v := range d.Facts {
		f, _ := page.Field(k)
		if list, ok := v.([]any); ok && f.Min == 0 {
			d.Facts[k] = list[:1]
		}
	}
	return d
}

func pageOf(t testing.TB, kind string) *wording.Page {
	t.Helper()
	p := newPress(t).Page(kind, sampleTime)
	if p == nil {
		t.Fatalf("no page of kind %s", kind)
	}
	return p
}

// TestLookAtKinds writes every kind on every paper for a person to look at,
// when asked to.
func TestLookAtKinds(t *testing.T) {
	dir := os.Getenv("ONEDOOR_LOOK")
	if dir == "" {
		t.Skip("set ONEDOOR_LOOK=DIR to write sample documents")
	}
	p, is := newPress(t), newIssuer(t)
	for _, kind := range p.Book().Kinds() {
		for _, name := range pageOf(t, kind).Papers {
			paper, _ := ParsePaper(name)
			for variant, d := range map[string]Draft{"usual": draftOf(t, kind), "rare": rareDraft(t, kind), "long": longDraft(t, kind), "minimal": minimalDraft(t, kind)} {
				out, err := p.IssueDraft(d, paper, Seal{is.key, is.chain, sampleTime})
				if err != nil {
					t.Error(kind, variant, name, err)
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, kind+"-"+variant+"-"+name+".pdf"), out.PDF, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
