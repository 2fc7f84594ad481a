//go:build !meshbreak

package broken

// Built tells whether this program can be broken.
const Built = false

// Is tells whether a break is switched on: never.
func Is(Name) bool { return false }
