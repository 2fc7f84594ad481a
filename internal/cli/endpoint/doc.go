// Package endpoint lets a running daemon carry out the commands of other
// processes on the same home, so that nobody stops a hub to enrol a station.
//
// A home has one owner at a time: whoever holds the lock of the file
// "onedoor.lock" in it. An owner that stays (a daemon, the window) listens on a
// local socket and writes its address and a random token to "endpoint.json"
// (0600). A command that finds the home owned sends itself there; the daemon runs
// it in the client's folder, language and login, and streams its output back.
//
// Who may connect: whoever can read the token, which is the owner's user alone.
// Both sides prove that they know it before anything else is said, so a program
// that took over a dead daemon's port learns neither token nor password. The
// socket never leaves the machine; nothing on it is encrypted.
package endpoint
