package helper

import (
	"os/exec"
	"syscall"
)

// hide keeps a console window from opening beside the counter's.
func hide(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true} }
