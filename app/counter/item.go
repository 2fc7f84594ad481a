package counter

// Item is one service item of the district's catalogue in one version: what a
// counter needs of an implementation list (实施清单, GB/T 39554.2). Codes are
// text of a named scheme; no meaning is read out of them. Money, days and texts
// are data of the district, and the sample items say that they are samples.
type Item struct {
	Code          string   `json:"code"`
	Scheme        string   `json:"scheme"` // sample, local, gbt39554, ...
	Name          string   `json:"name"`
	Aliases       []string `json:"aliases,omitempty"` // what people call it; only for search
	Version       int      `json:"version"`           // 1, 2, ...; a case keeps the one it was accepted under
	EffectiveFrom Date     `json:"effective_from"`
	EffectiveTo   Date     `json:"effective_to,omitempty"` // last day in force; empty is open
	Sample        bool     `json:"sample,omitempty"`

	Department string   `json:"department"`
	Level      string   `json:"level"` // who decides: village, town or district
	Type       ItemType `json:"type"`
	Objects    []string `json:"objects"` // ObjectPerson, ObjectOrg
	Themes     []string `json:"themes,omitempty"`

	Instant       bool `json:"instant,omitempty"`        // 即办件: finished on the spot
	PromisedDays  int  `json:"promised_days,omitempty"`  // working days from the day after acceptance
	StatutoryDays int  `json:"statutory_days,omitempty"` // 0 is none given; see StatutoryLimit
	Visits        int  `json:"visits,omitempty"`         // how often the applicant has to come
	Single        bool `json:"single,omitempty"`         // one open case per person
	Reversible    bool `json:"reversible,omitempty"`     // the applicant may withdraw until the decision

	Conditions   []string       `json:"conditions"`
	Eligibility  []Eligibility  `json:"eligibility,omitempty"` // conditions that the program judges
	Refusals     []string       `json:"refusals,omitempty"`
	SpecialSteps []SpecialStep  `json:"special_steps,omitempty"`
	Materials    []ItemMaterial `json:"materials"`
	Flow         []FlowStage    `json:"flow"`
	Fees         []Fee          `json:"fees,omitempty"` // none unless a law says so (行政许可法 第五十八条)
	Result       ItemResult     `json:"result"`
	Fields       []Field        `json:"fields,omitempty"` // a flat form; or, once expanded, the fields of Form
	Form         *Form          `json:"form,omitempty"`   // a form with groups, as JSON Schema with a layout
	Window       ItemWindow     `json:"window"`
	Relief       ItemRelief     `json:"relief"`
	LegalBasis   []LegalBasis   `json:"legal_basis"`
}

// ItemType is the two-digit type of power (权力类型).
type ItemType string

// Who can apply.
const (
	ObjectPerson = "person"
	ObjectOrg    = "org"
)

// itemTypes are all types of the standard; only those that begin with an
// application belong at a counter.
var itemTypes = map[ItemType]struct {
	name    string
	counter bool
}{
	"01": {"行政许可", true}, "02": {"行政处罚", false}, "03": {"行政强制", false}, "04": {"行政征收", false},
	"05": {"行政给付", true}, "06": {"行政检查", false}, "07": {"行政确认", true}, "08": {"行政奖励", true},
	"09": {"行政裁决", true}, "10": {"其他行政权力", true}, "20": {"公共服务", true},
}

// Name gives the Chinese name of the type, empty if there is no such type.
func (t ItemType) Name() string { return itemTypes[t].name }

// AtCounter reports whether items of this type begin with an application.
func (t ItemType) AtCounter() bool { return itemTypes[t].counter }

// Days is the promised limit in working days, 0 for an instant item.
func (it *Item) Days() int {
	if it.Instant {
		return 0
	}
	return it.PromisedDays
}

// StatutoryLimit is the legal limit in working days: the item's own, else for
// licences the 20 days of 行政许可法 第四十二条, else 0 for none.
func (it *Item) StatutoryLimit() int {
	if it.StatutoryDays == 0 && it.Type == "01" {
		return 20
	}
	return it.StatutoryDays
}

// Accepts reports whether an applicant of this kind may apply.
func (it *Item) Accepts(object string) bool {
	for _, o := range it.Objects {
		if o == object {
			return true
		}
	}
	return false
}

// RequiredFields gives the names of the form fields that must be filled,
// those that are required only when visible included.
func (it *Item) RequiredFields() []string {
	names := []string{}
	for _, f := range it.FormFields() {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	return names
}

// Material finds a material by its name.
func (it *Item) Material(name string) (ItemMaterial, bool) {
	for _, m := range it.Materials {
		if m.Name == name {
			return m, true
		}
	}
	return ItemMaterial{}, false
}

// Field finds a form field by its name.
func (it *Item) Field(name string) (Field, bool) {
	for _, f := range it.FormFields() {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
