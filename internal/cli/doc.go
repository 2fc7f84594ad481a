// Package cli is the frame of the command line: a tree of commands, flags that
// may stand anywhere, two languages, one error shape and documented exit codes.
//
// A command never touches os.Args, os.Stdout, the environment or the working
// folder itself: all of it comes in an Env. So a command can be run by a test,
// and by a daemon on behalf of a client that sits in another folder.
//
// It is the one package below internal that knows app/counter, and of it only
// the error type, whose codes decide the exit code.
package cli
