package station

import "onedoor/app/desk"

// UsePrinters puts other printers in place of the system's: tests have some that
// fail when they are told to.
func (s *Station) UsePrinters(p desk.Spooler) { s.desk.UsePrinters(p) }
