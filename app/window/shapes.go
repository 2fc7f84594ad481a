package window

import "onedoor/app/desk"

// Station is the device as it is named before anybody has logged in.
type Station struct {
	Name     string `json:"name"`
	Division string `json:"division"` // 12 digits
	Counter  string `json:"counter"`
	Tier     string `json:"tier"` // village, town, district
	District string `json:"district"`
}

// Who is the logged-in user.
type Who struct {
	User  string   `json:"user"`
	Roles []string `json:"roles"`
	Idle  int      `json:"idle_seconds"` // without any sign of the user, until logged out
}

// CaseFilter chooses cases; empty fields choose all.
type CaseFilter struct {
	Status string `json:"status"`
	Item   string `json:"item"` // code
	From   string `json:"from"` // accepted on or after, YYYY-MM-DD
	To     string `json:"to"`
	Limit  int    `json:"limit"` // 0 is the usual page
	Offset int    `json:"offset"`
}

// CasePage is a part of a list of cases.
type CasePage struct {
	Cases []desk.CaseLine `json:"cases"`
	More  bool            `json:"more"` // there are some after these
}
