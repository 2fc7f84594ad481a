package counter

// FlowStage is one of the five stages 申请, 受理, 审查, 决定, 送达.
type FlowStage struct {
	Stage  string `json:"stage"`            // FlowApply ... FlowDeliver
	Post   string `json:"post"`             // who does it
	Limit  int    `json:"limit,omitempty"`  // working days of this stage, 0 is at once
	Output string `json:"output,omitempty"` // the paper or record it leaves
}

// The stages of the standard, in their order.
const (
	FlowApply   = "apply"
	FlowAccept  = "accept"
	FlowReview  = "review"
	FlowDecide  = "decide"
	FlowDeliver = "deliver"
)

var flowStages = []string{FlowApply, FlowAccept, FlowReview, FlowDecide, FlowDeliver}

var flowNames = map[string]string{FlowApply: "申请", FlowAccept: "受理", FlowReview: "审查", FlowDecide: "决定", FlowDeliver: "送达"}

// FlowStages gives the five stages in order.
func FlowStages() []string { return append([]string(nil), flowStages...) }

// FlowName gives the Chinese name of a stage, empty if there is none.
func FlowName(stage string) string { return flowNames[stage] }

// SpecialStep is a step with a limit of its own (公示, 听证, 鉴定, 现场踏勘).
type SpecialStep struct {
	Name    string `json:"name"`
	Days    int    `json:"days"`              // working days
	Counted bool   `json:"counted,omitempty"` // inside the promised limit (行政许可法 第四十五条: usually not)
}

// Fee is one charge with the rule that allows it.
type Fee struct {
	Name     string `json:"name"`
	Amount   string `json:"amount"` // yuan, decimal text: 12.50
	Unit     string `json:"unit,omitempty"`
	Basis    string `json:"basis"`
	Relieved string `json:"relieved,omitempty"` // who pays less or nothing
}

// ItemResult is what the applicant gets.
type ItemResult struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // ResultCertificate, ResultApproval, ResultOther
	Validity string `json:"validity,omitempty"`
	Delivery string `json:"delivery,omitempty"` // how it reaches the applicant
}

// Kinds of results.
const (
	ResultCertificate = "certificate" // 证照
	ResultApproval    = "approval"    // 批文
	ResultOther       = "other"
)

// ItemWindow says where the item is handled.
type ItemWindow struct {
	Address   string `json:"address,omitempty"`
	Hours     string `json:"hours,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Complaint string `json:"complaint,omitempty"`
	Transport string `json:"transport,omitempty"`
	URL       string `json:"url,omitempty"`
}

// ItemRelief names the bodies and periods of reconsideration and lawsuit.
type ItemRelief struct {
	Reconsideration string `json:"reconsideration,omitempty"` // body and period of 行政复议
	Lawsuit         string `json:"lawsuit,omitempty"`         // court and period of 行政诉讼
}

// LegalBasis is one rule that the item rests on.
type LegalBasis struct {
	Law     string `json:"law"`
	Article string `json:"article,omitempty"`
	Text    string `json:"text,omitempty"`
}
