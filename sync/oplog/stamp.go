package oplog

import "time"

// Stamp is a hybrid logical clock reading: 48 bits of milliseconds since 1970
// and 16 bits of a counter. It only breaks ties; it is never a legal date.
type Stamp uint64

// MaxDrift is how far a peer's stamp may lie beyond the time that we witnessed
// ourselves and still move our clock. A PC whose clock is years ahead must not
// drag the district's clocks with it.
const MaxDrift = 24 * time.Hour

// StampAt gives the first stamp of a moment.
func StampAt(t time.Time) Stamp {
	ms := t.UnixMilli()
	if ms < 0 {
		ms = 0
	}
	return Stamp(uint64(ms) << 16)
}

// Time gives the physical part.
func (s Stamp) Time() time.Time { return time.UnixMilli(int64(s >> 16)).UTC() }

// Next gives the stamp of an op made at now by a device whose last stamp was s.
// It always rises, also when the clock jumped back.
func (s Stamp) Next(now time.Time) Stamp {
	if at := StampAt(now); at > s {
		return at
	}
	return s + 1
}

// Witness gives our high-water stamp after seeing a peer's: the greater one,
// unless the peer's lies more than MaxDrift beyond both our clock and ours.
func (s Stamp) Witness(peer Stamp, now time.Time) Stamp {
	if peer <= s {
		return s
	}
	limit := max(s, StampAt(now)) + Stamp(uint64(MaxDrift.Milliseconds())<<16)
	if peer > limit {
		return s
	}
	return peer
}
