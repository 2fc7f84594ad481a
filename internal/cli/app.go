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
	p, err := a.prepare(env.Args, env.Path)
	if err != nil {
		return p.path, err
	}
	if p.asksHelp {
		writeHelp(env.Stdout, lang, p.path)
		return p.path, nil
	}
	return p.path, p.run(ctx, &Call{
		Env: env, Operands: p.operands, JSON: *p.json, Lang: lang, home: *p.home, user: *p.user,
	})
}

// Check tells whether args are a whole command line of the program, without running
// anything: manuals and scripts can be held against the program.
func (a *App) Check(args []string) error {
	_, err := a.prepare(args, func(p string) string { return p })
	return err
}

// prepared is a command line that was understood.
type prepared struct {
	global
	path     []*Command
	asksHelp bool
	run      Run
	operands []string
}

func (a *App) prepare(args []string, path func(string) string) (p prepared, err error) {
	if p.asksHelp = len(args) > 0 && args[0] == "help"; p.asksHelp {
		args = args[1:]
	}
	var rest []string
	if p.path, rest, err = findCommand(a.Root, args); err != nil {
		return p, err
	}
	p.asksHelp = p.asksHelp || wantsHelp(rest)
	cmd := p.path[len(p.path)-1]
	all := globals(&p.global, path)
	own := &Flags{path: path}
	if cmd.Define != nil {
		p.run = cmd.Define(own)
	}
	p.operands, err = parse(rest, all, own)
	switch {
	case p.asksHelp:
		return p, nil // who asks for help gets it, whatever else is wrong
	case err != nil:
		return p, err
	case p.run == nil:
		return p, counter.E(counter.CodeUsage, "还缺少命令", "a command is missing").
			Hint("用 "+pathName(p.path)+" --help 查看有哪些命令", pathName(p.path)+" --help lists them")
	}
	return p, complete(cmd, own, p.operands)
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
