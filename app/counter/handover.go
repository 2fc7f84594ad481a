package counter

// HandoverDays is within how many working days a village hands what it accepted over
// to its town: 便民服务站工作制度 of the pilot districts (three working days, a week
// at the most where transport fails). The notice is shown; nothing is refused for it.
const HandoverDays = 3

// Handover is how a case stands that no superior has confirmed to hold yet.
type Handover struct {
	Due         Date `json:"due"` // the last working day on which it is in time
	Overdue     bool `json:"overdue"`
	DueToday    bool `json:"due_today"`
	Provisional bool `json:"provisional"` // a calendar in between is not known yet
}

// HandoverOf judges a case that was accepted on a day and is not handed over on
// another, by the district's calendars. Errors: CodeInvalid (not a day).
func HandoverOf(accepted, asOf Date, calendars []Calendar) (Handover, error) {
	due, provisional, err := DueDate(accepted, HandoverDays, calendars)
	if err != nil {
		return Handover{}, err
	}
	return Handover{Due: due, Overdue: asOf > due, DueToday: asOf == due, Provisional: provisional}, nil
}

// mostDaysCounted bounds WorkdaysSince: who was away for longer was away for long.
const mostDaysCounted = 3660

// WorkdaysSince counts the working days after from, up to and including to: 0 when to
// is not later.
func WorkdaysSince(from, to Date, calendars []Calendar) (n int) {
	if !from.Valid() || !to.Valid() {
		return 0
	}
	w := newWeek(calendars)
	t := from.Time()
	for range mostDaysCounted {
		t = t.AddDate(0, 0, 1)
		d := DateOf(t)
		if d > to {
			break
		}
		if w.works(d, t.Weekday()) {
			n++
		}
	}
	return n
}
