// Package window carries the facade app/desk to the pages in frontend/, on two
// roads: the desktop program binds a Window to its web view (Wails), and Server
// gives the same methods to a browser on the same machine, as JSON over loopback
// HTTP.
//
// A Window is one seat: at most one user is logged in, and one who does nothing
// for a while is logged out. The web view has one seat, each browser its own.
//
// Both roads speak alike. Arguments are plain JSON, a method gives at most a value
// and an error, an error is a Fault. Every exported method of Window is callable
// by a page, so there is none that a page must not call; nothing about the life of
// the program hangs on Window.
//
// On the HTTP road:
//
//	GET  /, /assets/*      the pages
//	POST /api/open         {"token":""} -> {"value":{"key":""}} and a cookie; a token opens once
//	POST /api/call/METHOD  [argument, ...] -> {"value":...}, or a Fault and a status of 400 and above
//	POST /api/events       {} -> server-sent events that say what changed; the page asks for it anew
//	GET  /api/paper/TICKET a PDF that Print has just made, once
//
// A call needs the cookie, the key (header X-Onedoor-Key), a Host that is ours and
// an Origin that is ours. The key is asked for because a browser sends a cookie to
// every port of a host: another program's page on this machine could come by it.
package window
