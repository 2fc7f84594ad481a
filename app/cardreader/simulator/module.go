package simulator

import (
	"math/rand/v2"
	"sync"
	"time"

	"onedoor/app/cardreader/sdt"
)

// phase is what the module knows about the card on it.
type phase int

const (
	waiting  phase = iota // a card, if any, was not found yet
	found                 // find answered 9F
	selected              // select answered 90
	spent                 // read; find answers 80 until the card is lifted
)

// module is the security module: card, state, line speed, faults.
type module struct {
	mu     sync.Mutex
	chip   *chip
	deck   []*chip // placed one after the other by the automatic lift
	phase  phase
	baud   int
	fixed  bool // the line speed was set, so a wrong one is noise
	next   int  // line speed after the present answer; 0: no change
	faults []Fault
	rng    *rand.Rand

	autoLift time.Duration // 0: never
	lifter   *time.Timer
	lifting  bool // lifter is running
	using    bool // the last command was one that a card answers, not a find
	empty    int  // waits since the lift; below 0: a find saw the empty reader
	touches  int  // counts Lift and Place, so that an old timer knows it is old
	closed   bool
}

// SAMID as published in a protocol manual.
var samID = []byte{5, 0, 3, 0, 0xE1, 0x90, 0x32, 0x01, 0x87, 0xD6, 0x12, 0x00, 0xB1, 0x68, 0xDE, 0x3A}

func (m *module) lift() {
	m.touches++
	m.chip, m.phase, m.lifting = nil, waiting, false
}

func (m *module) place(c *chip) {
	m.touches++
	m.chip, m.phase, m.lifting = c, waiting, false
}

// answered is called when an answer is out, or was lost. A new line speed begins
// then, and so does the wait after which a card that was read is lifted; the next
// card of the deck comes after the same time again.
func (m *module) answered() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.next != 0 {
		m.baud, m.fixed, m.next = m.next, true, 0
	}
	// A find does not delay a lift that is under way.
	if m.phase != spent || m.lifting && !m.using || m.autoLift <= 0 || m.closed {
		return
	}
	m.lifting = true
	if m.lifter != nil {
		m.lifter.Stop()
	}
	mine := m.touches
	m.lifter = time.AfterFunc(m.autoLift, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.touches != mine || m.closed {
			return
		}
		m.lift()
		m.empty = 0
		m.placeNext(m.touches)
	})
}

// placeNext lays the next card of the deck down after a while; not before a find
// has seen the empty reader, if there are finds: no person is faster than that.
func (m *module) placeNext(mine int) {
	m.lifter = time.AfterFunc(m.autoLift, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.touches != mine || m.closed || len(m.deck) == 0 {
			return
		}
		if m.empty++; m.empty > 0 && m.empty < emptyWaits {
			m.placeNext(mine)
			return
		}
		m.deck = append(m.deck[1:], m.deck[0])
		m.place(m.deck[0])
	})
}

// emptyWaits bounds the wait for a find, in units of autoLift; seen is a count
// that is below zero whatever is added.
const (
	emptyWaits = 8
	seen       = -2 * emptyWaits
)

// close stops the timers.
func (m *module) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.lifter != nil {
		m.lifter.Stop()
	}
}

// reply carries out one request (nil: it was damaged) and returns the answer
// frame with the faults that hit it.
func (m *module) reply(payload []byte) ([]byte, map[string]Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if payload == nil {
		return sdt.EncodeAnswer(sdt.BadChecksum, nil), nil
	}
	cmd, data, err := sdt.ParseRequest(payload)
	if err != nil {
		return sdt.EncodeAnswer(sdt.BadLength, nil), nil
	}
	m.using = cmd != sdt.Find && cmd != sdt.Status
	hit := strike(m.faults, cmd, m.rng)
	if f, ok := hit["baud"]; ok {
		m.baud, m.fixed = f.Size, true
	}
	if f, ok := hit["status"]; ok {
		return sdt.EncodeAnswer(byte(f.Size), nil), hit
	}
	sw3, out := m.execute(cmd, data)
	return sdt.EncodeAnswer(sw3, out), hit
}

func (m *module) execute(cmd sdt.Command, data []byte) (byte, []byte) {
	if cmd == sdt.MaxRF {
		if len(data) != 1 {
			return sdt.BadLength, nil
		}
		return sdt.OK, nil
	}
	if len(data) != 0 {
		return sdt.BadLength, nil
	}
	switch cmd {
	case sdt.Status:
		return sdt.OK, nil
	case sdt.Reset:
		if m.phase != spent {
			m.phase = waiting
		}
		return sdt.OK, nil
	case sdt.SAMID:
		return sdt.OK, samID
	case sdt.Find, sdt.Select, sdt.Read, sdt.ReadFingerprint, sdt.Address:
		return m.cardCommand(cmd)
	case sdt.Baud115200, sdt.Baud57600, sdt.Baud38400, sdt.Baud19200, sdt.Baud9600:
		m.next = sdt.Bauds[cmd&0xFF]
		return sdt.OK, nil
	}
	return sdt.BadCommand, nil
}

// cardCommand is the part of the protocol that depends on the card.
func (m *module) cardCommand(cmd sdt.Command) (byte, []byte) {
	switch cmd {
	case sdt.Find:
		if m.chip == nil {
			m.empty = seen
		}
		if m.chip == nil || m.phase == spent {
			return sdt.NoCard, nil
		}
		m.phase = found
		return sdt.Found, make([]byte, 4)
	case sdt.Select:
		if m.chip == nil || m.phase != found {
			return sdt.SelectFailed, nil
		}
		m.phase = selected
		return sdt.OK, make([]byte, 8)
	case sdt.Address:
		if m.chip == nil || m.phase != selected && m.phase != spent {
			return sdt.ReadFailed, nil
		}
		if m.chip.address == nil {
			return sdt.NoAddress, nil
		}
		return sdt.OK, m.chip.address
	}
	if m.chip == nil || m.phase != selected {
		return sdt.ReadFailed, nil
	}
	m.phase = spent
	return sdt.OK, m.chip.base(cmd == sdt.ReadFingerprint)
}

// random returns a number from 1 to n.
func (m *module) random(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return 1 + m.rng.IntN(max(n, 1))
}

// line returns the present line speed and whether a host at another speed
// would only hear noise.
func (m *module) line() (baud int, fixed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.baud, m.fixed
}
