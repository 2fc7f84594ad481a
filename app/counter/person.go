package counter

// Sealed fields of person.record. SealedIdentity is name, number, birth, sex
// and validity together: ONE field, because half of one reading and half of
// another would be a person that does not exist.
const (
	SealedIdentity = "identity"
	SealedPhone    = "phone"
	SealedAddress  = "address"
)

// SourceCard, SourceTyped and SourceImport say how a person's record came in.
const (
	SourceCard   = "card"
	SourceTyped  = "typed"
	SourceImport = "import"
)

// The verbs of a person.
const (
	VerbRecord Verb = "record" // and VerbRestore
)

// RecordPayload is the open part of person.record; any of the sealed fields
// identity, phone and address go with it.
type RecordPayload struct {
	Type     string `json:"type"`   // ObjectPerson or ObjectOrg
	Source   string `json:"source"` // SourceCard, SourceTyped or SourceImport
	CardKind string `json:"card_kind,omitempty"`
}

// RestoreFieldPayload names the record whose value of a field is to stand.
type RestoreFieldPayload struct {
	Field string `json:"field"`
	Op    OpID   `json:"op"`
}

// PersonState is the folded state of a person.
type PersonState struct {
	Type        string       `json:"type"`
	Identity    *PersonField `json:"identity,omitempty"`
	Phone       *PersonField `json:"phone,omitempty"`
	Address     *PersonField `json:"address,omitempty"`
	NeedsUpdate bool         `json:"needs_update,omitempty"`
}

// PersonField is one field: the value that stands, and those that do not
// although they were not replaced knowingly. Values are sealed.
type PersonField struct {
	Ref      SealedRef    `json:"ref"`
	Source   string       `json:"source"`
	CardKind string       `json:"card_kind,omitempty"`
	At       string       `json:"at"`
	Others   []OtherValue `json:"others,omitempty"`
}

// OtherValue is a value that was entered and does not stand; restorable.
type OtherValue struct {
	Ref    SealedRef `json:"ref"`
	Source string    `json:"source"`
	Why    string    `json:"why"` // ReasonSuperseded or ReasonChipStands
}
