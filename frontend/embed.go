// Package frontend carries the built pages of the user interface in the programs
// that show them: the desktop window and "onedoor serve --ui".
package frontend

import "embed"

// Dist holds the folder dist as the build of the pages left it. In a checkout that
// was never built it holds a single empty file, and so it always compiles.
//
//go:embed all:dist
var Dist embed.FS
