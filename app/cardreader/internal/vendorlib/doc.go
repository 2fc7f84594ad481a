// Package vendorlib loads a card library that a reader's vendor has installed and
// calls it: libsdtapi.so or sdtapi.dll with the SDT_ functions, which hand out
// the chip's bytes; else Termb with the CVR_ functions and their Unicode getters.
//
// It is only for the helper process. Calls go wherever the library wants, and on
// Linux the loader ties the program to the C library.
package vendorlib
