// Package recording keeps sessions with a card reader as text, without the
// person: whatever the card or the module says about itself is replaced by
// something fictional of the same shape before a byte leaves memory. A recording
// can be played back as if it were the reader.
//
// The format is lines of UTF-8; empty lines and lines that begin with # mean
// nothing. The first line is "card-recording 1". Every other line is an event:
// milliseconds since the first, never falling, then what happened:
//
//	0 open 115200     a connection was made (line speed, 0: none)
//	12 > AA AA AA ..  bytes to the reader
//	19 < AA AA AA ..  bytes from the reader, in the pieces in which they came
//	950 lost          the connection failed
//	960 close         it was closed
package recording
