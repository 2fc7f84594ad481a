// Package paint turns laid-out pages into a PDF file. gofpdf draws the pages;
// the font, the character map for copying and searching, and the file's own
// frame are then put in place here (finish.go), because gofpdf parses a whole
// font per document, panics on characters above U+FFFF and writes no character
// map that would give them back.
//
// The bytes depend on the input only.
package paint
