// Package cardreader reads Chinese ID cards: resident cards, residence permits
// of Hong Kong, Macao and Taiwan residents, and both foreigner's permanent
// residence cards. It speaks the SDT protocol (module interface GA/T 467, text
// layout GA/T 490) over a serial port or TCP, needs no vendor library and no
// cgo, and depends on nothing outside its own folder but the serial package, so
// other programs can use it as it is.
//
// The security module in the reader does all cryptography with the card. This
// package sees plain text, and therefore treats it with care: a Card prints as
// its kind only, buffers are wiped, nothing is written anywhere.
//
// The rules it is built by: the right person or an error, never another person
// (see exchange.go on late answers); never wait longer than the context allows;
// an odd card gives warnings, never a failed read; every error says what to do.
//
// Subpackages: sdt is the byte protocol alone; simulator is a card reader made
// of software, with faults on demand, for tests, demonstrations and training.
package cardreader
