// Package helper keeps a vendor's card library in a process of its own, so that a
// library that crashes or hangs costs a read and never the program, and so that
// a 64-bit program can use a 32-bit library.
//
// Program and process speak JSON, one value a line, over the process's standard
// input and output. First the process says Hello. Then every Request gets one
// Answer, in order. When its input ends, the process ends, also in the middle of
// a call. The process sees a short list of environment variables, and as working
// and temporary folder an empty one of its own, which is wiped afterwards: some
// libraries leave files with personal data.
package helper
