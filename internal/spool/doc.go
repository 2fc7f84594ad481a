// Package spool hands documents to printers: through the system's spooler (CUPS
// by its own commands lp, lpstat and cancel; on Windows by GDI), and straight to
// receipt printers at a port, a file or a network address.
//
// It never leaves a job behind that it has called failed: such a job is
// cancelled, so that no paper comes out later that nobody expects. Documents
// go through pipes, not through files of ours, since they name citizens.
package spool
