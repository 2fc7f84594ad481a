// Command cardhelper loads a vendor's card library and calls it for a program
// that reads cards (see app/cardreader/internal/helper). It is started by that
// program, lies beside it, and speaks JSON lines over standard input and output.
// For 32-bit Windows libraries it is built for 386 as cardhelper32.exe.
package main

import (
	"flag"
	"fmt"
	"os"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/internal/vendorlib"
)

func main() {
	path := flag.String("library", "", "library file")
	port := flag.Int("port", 0, "port number of the library: 1-16 serial, 1001-1016 USB, 0 the first USB")
	flag.Parse()
	if *path == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	// Libraries print: they must not print into the conversation.
	out, err := takeOutput()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	hello, lib, err := vendorlib.Open(*path, *port)
	if err != nil {
		hello.Protocol, hello.Error = helper.Version, err.Error()
	}
	if helper.Serve(os.Stdin, out, hello, lib, func() { os.Exit(0) }) != nil || err != nil {
		os.Exit(1)
	}
}
