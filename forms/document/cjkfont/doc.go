// Package cjkfont holds the Chinese fonts of printed documents and cuts, for
// each document, one small font that has exactly the characters it uses.
//
// The fonts are committed and embedded: a Song body face (Noto Serif SC 400),
// a bold title face (a cut of Noto Serif SC 700) and a pack of 60,104 rare
// characters (cut from HanaMinB) that is decompressed by rows of 4,096 code
// points only when a document needs one of them. Together they cover all
// 87,887 Han characters of GB 18030-2022 level 3.
//
// Why a cutter of our own: the PDF library parses a whole 15 MB font for each
// document (20 ms and 30 MB of garbage against 0.2 ms here), panics on
// characters above U+FFFF and prints a blank, without an error, for a
// character that the font lacks. A Cut numbers the glyphs 1..n, so every
// character, of any plane and either weight, is one 16-bit code, and its own
// ToUnicode map gives the true characters back to whoever copies or searches
// the text.
//
// A Set is immutable after Load and safe for concurrent use.
package cjkfont
