//go:build meshbreak

package broken

import "os"

// Built tells whether this program can be broken.
const Built = true

var chosen = Name(os.Getenv("ONEDOOR_MESH_BREAK"))

// Is tells whether a break is switched on.
func Is(n Name) bool { return n == chosen }
