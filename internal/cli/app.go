package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"onedoor/app/counter"
)

// App is a program: the root of its command tree.
type App struct{ Root *Command }

// Execute runs the command that env.Args names and gives the exit code of the
// contract. Errors, and nothing but them, go to env.Stderr as well.
func (a *App) Execute(ctx context.Context, env *Env) (code int) {
	lang, asJSON := peek(env)
	defer func() {
		// Go's own exit code for a panic is 2, which means wrong usage here, and a daemon
		// must not die of one client's command.
		if p := recover(); p != nil {
			bug := counter.E(counter.CodeFailed, "程序内部错误，请把这段文字交给维护人员", "internal error, please report this text")
			report(env.Stderr, lang, asJSON, bug.Because(fmt.Errorf("%v\n%s", p, debug.Stack())))
			code = 1
		}
	}()
	path, err := a.run(ctx, env, lang)
	var exit Exit
	if err == nil || errors.As(err, &exit) {
		return ExitCode(err)
	}
	report(env.Stderr, lang, asJSON, err)
	if !asJSON && counter.CodeOf(err) == counter.CodeUsage {
		writeUsage(env.Stderr, lang, path)
	}
	return ExitCode(err)
}

// run finds, parses and runs; path is the command as far as it was found.
func (a *App) run(ctx context.Context, env *Env, lang Lang) (path []*Command, err error) {
	args := env.Args
	help := len(args) > 0 && args[0] == "help"
	if help {
		args = args[1:]
	}
	path, rest, err := findCommand(a.Root, args)
	if err != nil {
		return path, err
	}
	cmd := path[len(path)-1]
	var g global
	all := globals(&g, env.Path)
	own := &Flags{path: env.Path}
	var run Run
	if cmd.Define != nil {
		run = cmd.Define(own)
	}
	operands, err := parse(rest, all, own)
	if help || wantsHelp(rest) {
		writeHelp(env.Stdout, lang, path)
		return path, nil
	}
	if err != nil {
		return path, err
	}
	if run == nil {
		return path, counter.E(counter.CodeUsage, "还缺少命令", "a command is missing").
			Hint("用 "+pathName(path)+" --help 查看有哪些命令", pathName(path)+" --help lists them")
	}
	if err := complete(cmd, own, operands); err != nil {
		return path, err
	}
	return path, run(ctx, &Call{
		Env: env, Operands: operands, JSON: *g.json, Lang: lang, home: *g.home, user: *g.user,
	})
}

// wantsHelp looks for --help even among flags that are wrong: who asks for help
// should get it.
func wantsHelp(args []string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == "--help" || a == "-help" || a == "-h" {
			return true
		}
	}
	return false
}

// peek reads --lang and --json before anything else, so that a mistake in the
// other arguments is told in the right language and shape.
func peek(env *Env) (lang Lang, asJSON bool) {
	if env.Getenv == nil {
		env.Getenv = func(string) string { return "" }
	}
	lang = langOf(env.Getenv)
	for i, a := range env.Args {
		if a == "--" {
			break
		}
		switch t := readToken(a); t.flag {
		case "json":
			asJSON = !t.hasValue || t.value == "true"
		case "lang":
			if !t.hasValue && i+1 < len(env.Args) {
				t.value = env.Args[i+1]
			}
			if l, ok := parseLang(t.value); ok {
				lang = l
			}
		}
	}
	return lang, asJSON
}
