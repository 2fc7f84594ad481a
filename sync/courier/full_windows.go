package courier

import "golang.org/x/sys/windows"

// errDiskFull is how Windows says it; Go does not map it to ENOSPC.
var errDiskFull error = windows.ERROR_DISK_FULL
