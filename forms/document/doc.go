// Package document makes the papers that a counter hands out, first of all the
// acceptance notice (受理通知书) that article 32 of the Administrative Licensing
// Law (行政许可法) demands: dated, with the body's seal, and complete. A notice
// that lacks a required statement is refused, with all that is missing named.
//
// A Press holds the fonts and is shared by all goroutines. Issue draws a
// notice, gives it a signed QR code and signs the file; package sign verifies
// both. Drawing is deterministic: the same notice, QR text included, gives the
// same bytes, whenever and wherever it is drawn.
package document
