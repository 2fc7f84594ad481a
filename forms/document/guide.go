package document

import (
	"strconv"
	"strings"
	"time"

	"onedoor/forms/document/wording"
)

// ItemSheet is what a service guide (办事指南) and a checklist (申请材料清单)
// say of an item. Texts come as they are to be printed.
type ItemSheet struct {
	Body, Name, Code, Type, Version, Phone string
	Sample                                 bool // a sample item: the paper says so

	LegalBasis, Objects, Conditions, Refusals []string
	Materials                                 []ItemMaterial // none: the item asks for none
	Steps                                     []ItemStep
	SpecialSteps                              []string
	Statutory, Promised                       string // e.g. 20个工作日, 即时办结
	Visits                                    int    // 0: not said
	Fee, Result, Delivery                     string
	Address, Hours, Complaint, Transport, URL string
	Reconsideration, Lawsuit                  string // body and period
}

// ItemMaterial is one line of the list of materials.
type ItemMaterial struct {
	Name, Need        string // Need: 必要, 非必要, 视情形：…
	Originals, Copies int
	SeenOnly          bool   // the original is shown and given back
	Form              string // 纸质, 电子, 均可
	Source            string // 申请人自备 ...
	Standard, Note    string
	MayFollow         int    // working days within which it may follow (容缺); 0: it may not
	Issuer, BlankForm string // who issues it; the blank form's name
}

// ItemStep is one stage of the process.
type ItemStep struct{ Stage, Post, Limit, Output string }

// Guide is the item's service guide. number is the number of the paper, e.g.
// the item code: printable ASCII, up to 64 characters.
func (s ItemSheet) Guide(number string, at time.Time) Draft {
	f := s.facts()
	f["legal_basis"], f["objects"], f["conditions"], f["refusals"] = s.LegalBasis, s.Objects, s.Conditions, s.Refusals
	f["special_steps"], f["statutory_limit"], f["promised_limit"] = s.SpecialSteps, s.Statutory, s.Promised
	f["fee"], f["result"], f["delivery"] = s.Fee, s.Result, s.Delivery
	f["address"], f["hours"], f["complaint"], f["transport"], f["url"] = s.Address, s.Hours, s.Complaint, s.Transport, s.URL
	f["reconsideration"], f["lawsuit"] = s.Reconsideration, s.Lawsuit
	if s.Visits > 0 {
		f["visits"] = strconv.Itoa(s.Visits) + "次"
	}
	var steps []wording.Facts
	for _, st := range s.Steps {
		steps = append(steps, wording.Facts{"stage": st.Stage, "post": st.Post, "limit": st.Limit, "output": st.Output})
	}
	f["steps"] = steps
	return Draft{Kind: "guide", Number: number, IssuedAt: at, Facts: f}
}

// Checklist is the item's list of materials to tick off.
func (s ItemSheet) Checklist(number string, at time.Time) Draft {
	return Draft{Kind: "checklist", Number: number, IssuedAt: at, Facts: s.facts()}
}

func (s ItemSheet) facts() wording.Facts {
	f := wording.Facts{"body": s.Body, "item_name": s.Name, "item_code": s.Code, "item_type": s.Type,
		"item_version": s.Version, "phone": s.Phone, "sample": s.Sample}
	if len(s.Materials) == 0 {
		f["no_materials"] = true
		return f
	}
	var rows []wording.Facts
	for _, m := range s.Materials {
		rows = append(rows, wording.Facts{"name": m.Name, "need": m.Need, "count": m.count(), "source": m.source(), "standard": m.Standard, "note": m.note()})
	}
	f["materials"] = rows
	return f
}

func (m ItemMaterial) count() string {
	var parts []string
	if m.Originals > 0 {
		parts = append(parts, "原件"+strconv.Itoa(m.Originals)+"份")
	}
	if m.Copies > 0 {
		parts = append(parts, "复印件"+strconv.Itoa(m.Copies)+"份")
	}
	if m.SeenOnly {
		parts = append(parts, "验原件")
	}
	s := strings.Join(parts, "，")
	if s == "" {
		return m.Form
	}
	if m.Form != "" {
		s += "（" + m.Form + "）"
	}
	return s
}

func (m ItemMaterial) source() string {
	if m.Issuer != "" && m.Source != "" {
		return m.Source + "（" + m.Issuer + "）"
	}
	return m.Source + m.Issuer
}

func (m ItemMaterial) note() string {
	var parts []string
	if m.Note != "" {
		parts = append(parts, m.Note)
	}
	if m.BlankForm != "" {
		parts = append(parts, "空白表格免费提供："+m.BlankForm)
	}
	if m.MayFollow > 0 {
		parts = append(parts, "可容缺，"+strconv.Itoa(m.MayFollow)+"个工作日内补交")
	}
	return strings.Join(parts, "；")
}
