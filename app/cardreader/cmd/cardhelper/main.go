// Command cardhelper loads a vendor's card library or photo decoder and calls it for
// a program that reads cards (see app/cardreader/internal/helper). It is started by that
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
	decoder := flag.String("decoder", "", "photo decoder file: one photo is decoded, nothing else is done")
	iface := flag.Int("interface", 2, "kind of reader that the decoder's licence hangs on: 1 serial, 2 USB")
	flag.Parse()
	if (*path == "") == (*decoder == "") || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	// Libraries print: they must not print into the conversation.
	out, err := takeOutput()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *decoder != "" {
		if helper.ServePhoto(os.Stdin, out, func(photo []byte) helper.Picture { return vendorlib.Decode(*decoder, *iface, photo) }) != nil {
			os.Exit(1)
		}
		return
	}
	hello, lib, err := vendorlib.Open(*path, *port)
	if err != nil {
		hello.Protocol, hello.Error = helper.Version, err.Error()
	}
	if helper.Serve(os.Stdin, out, hello, lib, func() { os.Exit(0) }) != nil || err != nil {
		os.Exit(1)
	}
}
