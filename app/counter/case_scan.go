package counter

import "strings"

// decodeCase reads the payload of a case fact, the two most frequent big ones
// by the short way.
func decodeCase(payload []byte, v any) readability {
	switch p := v.(type) {
	case *AcceptPayload:
		if scanAccept(payload, p) {
			return readable
		}
		*p = AcceptPayload{}
	case *PrintPayload:
		if scanPrint(payload, p) {
			return readable
		}
		*p = PrintPayload{}
	}
	return decodePayload(payload, v)
}

func scanAccept(payload []byte, p *AcceptPayload) bool {
	s := newScan(payload)
	p.Number = s.str(`{"number":`)
	p.Item.ID = s.id(`,"item":{"id":`)
	p.Item.Code = s.str(`,"code":`)
	p.Item.Name = s.str(`,"name":`)
	p.Item.Version = s.num(`,"version":`)
	p.Person = s.id(`},"person":`)
	p.Type = s.str(`,"type":`)
	p.Read = s.str(`,"read":`)
	p.Channel = s.str(`,"channel":`)
	p.Counter = s.str(`,"counter":`)
	p.Division = s.str(`,"division":`)
	p.LegalDate = Date(s.str(`,"legal_date":`))
	p.AcceptedAt = s.str(`,"accepted_at":`)
	if !s.has(`,"due":null`) {
		due := Date(s.str(`,"due":`))
		p.Due = &due
	}
	p.DueProvisional = s.flag(`,"due_provisional":`)
	p.Calendar = s.str(`,"calendar":`)
	p.Instant = s.flag(`,"instant":`)
	p.PromisedDays = s.num(`,"promised_days":`)
	if !s.has(`,"materials":null`) {
		p.Materials = scanMaterials(s)
	}
	p.ClockSuspicious = s.flag(`,"clock_suspicious":`)
	s.lit(`}`)
	return s.done()
}

func scanMaterials(s *scan) []GivenMaterial {
	list := make([]GivenMaterial, 0, strings.Count(s.rest, `{"name":`))
	s.lit(`,"materials":[`)
	for s.ok && !s.has(`]`) {
		if len(list) > 0 {
			s.lit(`,`)
		}
		var m GivenMaterial
		m.Name = s.str(`{"name":`)
		m.Provided = s.flag(`,"provided":`)
		m.Deferred = s.flag(`,"deferred":`)
		m.Originals = s.num(`,"originals":`)
		m.Copies = s.num(`,"copies":`)
		if s.has(`,"file":{"sha256":`) {
			m.File = &MaterialFile{SHA256: s.str(``)}
			m.File.Size = int64(s.num(`,"size":`))
			m.File.Ext = s.str(`,"ext":`)
			if s.has(`,"root":`) {
				m.File.Root = s.str(``)
			}
			s.lit(`}`)
		}
		if s.has(`,"supplies":`) {
			m.Supplies = s.str(``)
		}
		s.lit(`}`)
		list = append(list, m)
	}
	return list
}

func scanPrint(payload []byte, p *PrintPayload) bool {
	s := newScan(payload)
	p.Kind = s.str(`{"kind":`)
	p.Digest = s.str(`,"digest":`)
	p.Copy = s.num(`,"copy":`)
	p.IssuedAt = s.str(`,"issued_at":`)
	if s.has(`,"version":`) {
		p.Version = s.num(``)
	}
	if s.has(`,"wording":`) {
		p.Wording = s.str(``)
	}
	if s.has(`,"paper":`) {
		p.Paper = s.str(``)
	}
	if s.has(`,"copy_no":`) {
		p.CopyNo = s.num(``)
	}
	if s.has(`,"reprint":`) {
		p.Reprint = s.num(``)
	}
	s.lit(`}`)
	return s.done()
}
