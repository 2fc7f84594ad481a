package cardreader

import "time"

const dateForm = "2006-01-02"

// AgeOn returns the full years (周岁) of the holder on a day, and whether the
// chip holds a date of birth that is not after it. A year is full on the
// birthday itself; who was born on 29 February completes it, in a common year,
// with the end of February and is a year older on 1 March (Civil Code, art. 202:
// without a corresponding day the period ends with the month). Only the date of
// on counts, in its own time zone.
func (c *Card) AgeOn(on time.Time) (years int, known bool) {
	born, err := time.Parse(dateForm, c.Birth)
	day := dayOf(on)
	if err != nil || day.Before(born) {
		return 0, false
	}
	years = day.Year() - born.Year()
	// Date carries 29 February of a common year over to 1 March.
	if day.Before(time.Date(day.Year(), born.Month(), born.Day(), 0, 0, 0, 0, time.UTC)) {
		years--
	}
	return years, true
}

// Validity says how a day lies to the card's period.
type Validity string

const (
	Valid           Validity = "valid"
	NotYetValid     Validity = "not_yet_valid"
	Expired         Validity = "expired"
	ValidityUnknown Validity = "unknown" // the chip holds no usable dates
)

// ValidOn tells whether the card is valid on a day. The last day printed on the
// card still counts.
func (c *Card) ValidOn(on time.Time) Validity {
	day := dayOf(on)
	from, err := time.Parse(dateForm, c.ValidFrom)
	if err == nil && day.Before(from) {
		return NotYetValid
	}
	if c.ValidTo == LongTerm {
		return Valid
	}
	to, errTo := time.Parse(dateForm, c.ValidTo)
	switch {
	case errTo != nil:
		return ValidityUnknown
	case day.After(to):
		return Expired
	case err != nil:
		return ValidityUnknown
	}
	return Valid
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Wipe overwrites the bytes of the chip that the card holds and forgets the
// words. Go strings cannot be overwritten: they stay in memory until the
// collector reuses it.
func (c *Card) Wipe() {
	if c == nil {
		return
	}
	clear(c.Photo)
	clear(c.NameRaw)
	clear(c.Text)
	*c = Card{Kind: c.Kind}
}
