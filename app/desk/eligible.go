package desk

import "onedoor/app/counter"

// eligible judges the item's conditions for a natural person on the legal date:
// by what the chip says, else by the number that was typed.
func (p *prepared) eligible() (refused []counter.Problem, warnings []string) {
	if p.who.typ != counter.ObjectPerson || len(p.item.Eligibility) == 0 {
		return nil, nil
	}
	snap, number := &p.who.snap, counter.IDNumber(p.who.snap.Number)
	who := counter.Subject{Birth: counter.Date(snap.Birth), Sex: snap.Sex, Card: p.who.read == counter.ReadCard, ValidFrom: snap.ValidFrom, ValidTo: snap.ValidTo}
	if birth, ok := number.Birth(); ok && !who.Birth.Valid() {
		who.Birth = birth
	}
	if who.Sex == "" {
		who.Sex = number.Sex()
	}
	return counter.CheckEligibility(p.item.Eligibility, who, p.legal)
}
