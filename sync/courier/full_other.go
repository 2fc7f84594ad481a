//go:build !windows

package courier

import "syscall"

// errDiskFull is a second way in which a stick says that it has no room: quotas of
// network folders.
var errDiskFull error = syscall.EDQUOT
