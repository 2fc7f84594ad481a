package counter

import (
	"fmt"
	"slices"
)

// A device whose disk was put back from a copy together with its key folder may have
// told numbers that it knows nothing of. It says so as soon as it learns it
// (station.copied), and the district gives it another counter number (number.give).

// CopiedPayload is the payload of station.copied, which a device says of itself: its
// disk is a copy of an earlier one, and it begins a new epoch.
type CopiedPayload struct {
	Epoch string `json:"epoch"` // the new one, 16 hexadecimal digits
	Was   string `json:"was"`   // the one that two disks have written into
}

// NumberPayload is the payload of number.give: from this epoch on the device numbers
// its cases with another counter number.
type NumberPayload struct {
	Device  OpID   `json:"device"`
	Counter string `json:"counter"` // two digits
	Epoch   string `json:"epoch"`   // of the device's logs, 16 hexadecimal digits
}

// GivenNumber is a counter number that the district gave a device later.
type GivenNumber struct {
	Counter string `json:"counter"`
	Epoch   string `json:"epoch"`
}

func (p *Powers) giveNumber(f *Fact) *Powers {
	var n NumberPayload
	if decodePayload(f.Payload, &n) != readable {
		return p
	}
	i, known := p.findMember(n.Device)
	if !known || len(n.Counter) != 2 || n.Epoch == "" {
		return p
	}
	m := *p.members[i]
	m.Numbers = append(slices.Clip(m.Numbers), GivenNumber{Counter: n.Counter, Epoch: n.Epoch})
	return p.withMember(i, true, m)
}

// Answered tells whether a device was given a number for an epoch.
func (p *Powers) Answered(epoch string) bool {
	return slices.ContainsFunc(p.members, func(m *Member) bool {
		return slices.ContainsFunc(m.Numbers, func(n GivenNumber) bool { return n.Epoch == epoch })
	})
}

// Noticed tells that a paper came out which tells the case from another one with the
// same number.
func (c *CaseState) Noticed() bool {
	return slices.ContainsFunc(c.Prints, func(p CasePrint) bool { return p.Number != "" && !p.Failed() })
}

// FreeNumber gives the lowest counter number of a service point that no device was ever
// given, revoked ones included: numbers of cases never meet again. It is "" when all
// 99 are used.
func (p *Powers) FreeNumber(division string) string {
	for n := 1; n <= 99; n++ {
		if number := fmt.Sprintf("%02d", n); !p.NumberUsed(division, number) {
			return number
		}
	}
	return ""
}

// NumberUsed tells whether a device of a service point ever had a counter number.
func (p *Powers) NumberUsed(division, number string) bool {
	return slices.ContainsFunc(p.members, func(m *Member) bool {
		return m.Division == division && (m.Counter == number || slices.ContainsFunc(m.Numbers, func(n GivenNumber) bool { return n.Counter == number }))
	})
}

// NumberGiven tells whether a counter number was given to a device later than at its
// enrolment: it is not for another one any more.
func (p *Powers) NumberGiven(division, number string) bool {
	return slices.ContainsFunc(p.members, func(m *Member) bool {
		return m.Division == division && slices.ContainsFunc(m.Numbers, func(n GivenNumber) bool { return n.Counter == number })
	})
}

// NumberOf gives the counter number that a device has now: the one it was enrolled with,
// or the last that the district gave it for an epoch that it has lived itself. lived
// tells that; an epoch that only a lost disk has lived does not count.
func (p *Powers) NumberOf(device OpID, enrolled string, lived func(epoch string) bool) string {
	i, known := p.findMember(device)
	if !known {
		return enrolled
	}
	for _, n := range p.members[i].Numbers {
		if lived(n.Epoch) {
			enrolled = n.Counter
		}
	}
	return enrolled
}
