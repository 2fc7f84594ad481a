// Package cardreader reads Chinese ID cards: resident cards, residence permits
// of Hong Kong, Macao and Taiwan residents, and both foreigner's permanent
// residence cards. It speaks the SDT protocol (module interface GA/T 467, text
// layout GA/T 490) over a serial port, TCP or a native USB module, and through a
// vendor's library in a process of its own. It needs no cgo, and depends on nothing
// outside its own folder but the serial package and x/sys, so other programs can use
// it as it is.
//
// Open and Reader.ReadCard read one card, Reader.Watch reads every card that is
// placed. Readers lists what may be readers, Check says in words how one is. A
// Decoder shows the photo where a vendor's decoder is installed.
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
// of software, with faults on demand, for tests, demonstrations and training;
// conformance certifies a device; recording keeps sessions without the person.
package cardreader
