// Package simulator is an ID-card reader made of software. It speaks the SDT
// protocol over TCP or a pseudo-terminal as the security module of a real reader
// does: a driver cannot tell the difference. It has fictional cards, the states
// of a module (find before select, select before read, no second read until the
// card is lifted), and faults on demand (see ParseFaults).
package simulator
