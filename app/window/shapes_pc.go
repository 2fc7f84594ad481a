package window

// Settings are those of this PC. They are kept sealed and never travel.
type Settings struct {
	Large       bool   `json:"large"`        // large type
	ReaderPort  string `json:"reader_port"`  // address of the card reader; "" for none
	ReaderFixed bool   `json:"reader_fixed"` // it was given at the start of the program and stays
	IdleMinutes int    `json:"idle_minutes"` // without any sign of the user, until logged out
	ScanFolder  string `json:"scan_folder"`  // where the scanner puts files; "" for none
	ScanRemove  bool   `json:"scan_remove"`  // files taken from there go once the case is accepted
}

// Health is how this PC stands. Times are RFC 3339.
type Health struct {
	Version    string `json:"version"`
	System     string `json:"system"`
	Home       string `json:"home"`
	DiskFree   int64  `json:"disk_free"` // bytes
	DiskTotal  int64  `json:"disk_total"`
	Now        string `json:"now"`
	Seen       string `json:"seen"`        // latest time that any device recorded; "" for none
	ClockDoubt bool   `json:"clock_doubt"` // the clock contradicts what is known
	Papers     string `json:"papers"`      // folder of saved papers; "" in a browser
	Drafts     bool   `json:"drafts"`      // drafts are kept, sealed
}

// ScanPiece is a piece of a file that somebody adds to an application. The first one
// has no id; the answer to it has.
type ScanPiece struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"` // of the whole file, bytes
	Offset int64  `json:"offset"`
	Data   string `json:"data"` // base64
}

// HeldScan is a file that is held for an application. Done says that it is whole and
// sealed on the disk; then the id is what an Application names.
type HeldScan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	Done bool   `json:"done"`
}

// FolderScan is a file in the scanner's folder.
type FolderScan struct {
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	Modified string `json:"modified"` // RFC 3339
}

// ScanIDs are ids of held scans.
type ScanIDs struct {
	IDs []string `json:"ids"`
}

// MaterialRef names the scan of a material of a case.
type MaterialRef struct {
	Number   string `json:"number"`
	Material string `json:"material"`
}

// Content is a file to be shown in the page.
type Content struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // media type
	Data string `json:"data"` // base64
}

// GivenMaterial is one material as the clerk found it.
type GivenMaterial struct {
	Name     string `json:"name"`
	Provided bool   `json:"provided"`
	Deferred bool   `json:"deferred,omitempty"`
	Scan     string `json:"scan,omitempty"` // id of a HeldScan
}
