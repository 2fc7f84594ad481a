// Package scan is the form in which scanned materials travel: a file is cut into
// pieces of one BEP block each, every piece is sealed with the scope's key and named
// by the hash of its sealed bytes, and a root piece lists them. So a cut line costs
// one piece at most, a case never waits behind more than one, and whoever holds or
// carries the pieces can check them without being able to read them.
//
// The format is specified in docs/formats/scan.md.
package scan
