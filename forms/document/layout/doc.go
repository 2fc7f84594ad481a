// Package layout arranges text, tables and marks on pages, in points from the
// top left corner, and knows nothing of any particular document or of PDF. A
// document kind calls a Flow; the result is a list of pages of simple
// operations, complete before anything is drawn, so that "page x of y" and the
// characters a font must contain are known.
//
// Text is broken here, never by the PDF library, which loses a Chinese
// character at every line break.
package layout
