// Package conformance tells whether a card reader, or anything that stands in
// for one, keeps the SDT protocol the way the driver needs it: framing, status
// bytes, the order find, select, read, the lift after a read, timing, and
// finding back after garbage. The same suite judges a serial port, a TCP
// converter, a USB module, a vendor library, a recorded session and the
// simulator; Run gives a Report that a maker can hand in.
//
// The suite needs somebody who places and lifts a card (Operator), or a
// simulator that does so by itself. A report never holds anything of the card.
//
// Schedule is the other half: it plays people at a counter over a simulated
// reader under random faults and fails when anybody is taken for somebody else.
package conformance
