package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// takeOutput keeps the handle and gives libraries, which ask the system for it
// when they are loaded, the null device instead.
func takeOutput() (*os.File, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if err := windows.SetStdHandle(windows.STD_OUTPUT_HANDLE, windows.Handle(null.Fd())); err != nil {
		return nil, err
	}
	return os.Stdout, nil
}
