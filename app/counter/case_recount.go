package counter

// RecountPayload says what a provisional due date comes to now that the calendar
// of its year is known. It follows from the case and the calendars alone, so it
// makes no difference which device of the service point says it, or how often.
type RecountPayload struct {
	LegalDate Date   `json:"legal_date"` // that it was counted from
	Due       Date   `json:"due"`
	Calendar  string `json:"calendar"` // calendars counted with, as text
}

// recount lets the first recounting that fits the standing date settle a due date
// that is provisional. It gives the act by which the date moved, -1 if it did not:
// the applicant has another date on paper then.
func (c *caseFold) recount(s *CaseState, effects []Effect) (moved int) {
	for i := range c.acts {
		p, ok := c.acts[i].payload.(*RecountPayload)
		if !ok || !effects[i].Effective || !s.DueProvisional || s.Due == nil || p.LegalDate != s.LegalDate {
			continue
		}
		before := *s.Due
		due := p.Due
		s.Due, s.DueProvisional, s.Calendar = &due, false, p.Calendar
		if due != before {
			return i
		}
	}
	return -1
}
