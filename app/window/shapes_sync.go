package window

// LinkState is how a device stands with the others.
type LinkState struct {
	Ops     int     `json:"ops"`
	Waiting int     `json:"waiting"` // ops that wait for others not held yet
	Cases   int     `json:"cases"`
	Devices int     `json:"devices"`
	Roads   []Road  `json:"roads"`
	Backlog Backlog `json:"backlog"`
	Above   bool    `json:"above"`  // there is somebody above this device, who is to get its records
	Reader  bool    `json:"reader"` // one is set
	Papers  string  `json:"papers"` // folder of saved papers
	Drafts  bool    `json:"drafts"` // drafts are kept, sealed
	Now     string  `json:"now"`    // RFC 3339, of this PC's clock

	Notices  []LinkNotice  `json:"notices"`  // what somebody should know, the gravest first
	Handover LinkHandover  `json:"handover"` // the limit within which accepted cases go up
	Waits    []LinkWait    `json:"waits"`    // what waits to take effect, and why
	Stations []LinkStation `json:"stations"` // superiors, and those below this device
}

// LinkNotice is a sentence of an urgency.
type LinkNotice struct {
	Kind  string `json:"kind"`  // overdue, due_today, silent, never, waiting, quarantined, unsent
	Level string `json:"level"` // bad, warn, info
	Text  string `json:"text"`
}

// LinkHandover counts cases of this device that no superior has confirmed.
type LinkHandover struct {
	Limit    int      `json:"limit_days"` // working days
	Waiting  int      `json:"waiting"`
	DueToday int      `json:"due_today"`
	Overdue  int      `json:"overdue"`
	Numbers  []string `json:"numbers"` // the overdue ones, oldest first
}

// LinkWait is a number of records that wait for the same reason.
type LinkWait struct {
	Scope  string `json:"scope"`
	Device string `json:"device"` // name of the station that wrote them
	Ops    int    `json:"ops"`
	Text   string `json:"text"`
}

// LinkStation is a station of the district as seen from here. Times are RFC 3339, ""
// is never.
type LinkStation struct {
	Name        string `json:"name"`
	Division    string `json:"division"`
	Tier        string `json:"tier"`
	Below       bool   `json:"below"`
	Connected   bool   `json:"connected"`
	LastContact string `json:"last_contact"`
	LastRecord  string `json:"last_record"`
	SilentDays  int    `json:"silent_days"` // working days
	Silent      bool   `json:"silent"`
	Text        string `json:"text"`
}

// Road is one way on which records are exchanged. Pages draw what they are given:
// a new road needs no new page.
type Road struct {
	Kind  string `json:"kind"` // wan, stick, ...
	Name  string `json:"name"` // in words
	On    bool   `json:"on"`
	Note  string `json:"note"` // in words; may be empty
	Peers []Peer `json:"peers"`
}

// Peer is a device at the other end of a road. Times are RFC 3339, "" is never.
type Peer struct {
	Name        string `json:"name"`
	Tier        string `json:"tier"`
	Address     string `json:"address"`
	Connected   bool   `json:"connected"`
	Since       string `json:"since"`
	LastContact string `json:"last_contact"`
	Trouble     string `json:"trouble"` // in words: why the last try failed
	Sent        int64  `json:"sent_bytes"`
	Received    int64  `json:"received_bytes"`
	WantFiles   int64  `json:"want_files"` // announced by it and not here yet
	WantBytes   int64  `json:"want_bytes"`
	GotBytes    int64  `json:"got_bytes"` // on this connection
	Progress    string `json:"progress"`  // in words, while something is on its way
}

// Backlog is what no superior has confirmed to hold yet.
type Backlog struct {
	Ops    int    `json:"ops"`
	Cases  int    `json:"cases"`
	Oldest string `json:"oldest"` // RFC 3339: acceptance of the oldest such case
	Number string `json:"number"` // of that case
}

// Exchange is the outcome of a round with a superior, or of one with a stick.
type Exchange struct {
	Peer        string          `json:"peer"` // name, or the folder of the stick
	SentOps     int             `json:"sent_ops"`
	ReceivedOps int             `json:"received_ops"`
	Sent        int64           `json:"sent_bytes"`
	Received    int64           `json:"received_bytes"`
	Files       int             `json:"files"`
	Stations    []string        `json:"stations"` // whose data a stick showed
	Faults      []ExchangeFault `json:"faults"`   // what was passed over, and why
}

// ExchangeFault is one file that was passed over.
type ExchangeFault struct {
	File   string `json:"file"`
	Device string `json:"device"`
	What   string `json:"what"`
	Why    string `json:"why"`
}

// Stick is a folder that looks like a plugged-in stick.
type Stick struct {
	Path string `json:"path"`
	Name string `json:"name"`
	Free int64  `json:"free"` // bytes; -1 if not known
}

// Numbers are numbers of cases.
type Numbers struct {
	Numbers []string `json:"numbers"`
}
