// Package sign makes printed documents verifiable in two ways: the QR code on
// paper names the document and carries the device's signature over it; the PDF
// file is signed as a whole (CMS, adbe.pkcs7.detached) by an incremental
// update, so that any PDF reader can check it too.
//
// Verification here is stricter than a reader's: every byte of the file and of
// the QR text must be the one that this package would write. Signatures are
// ECDSA P-256 over SHA-256, in the low-s form, so that nobody can make a
// second valid form of one. Formats: docs/document-format.md.
package sign
