package cli

import (
	"strings"

	"onedoor/app/counter"
)

// global holds the flags that every command takes.
type global struct {
	home, user, lang *string
	json, help       *bool
}

func globals(g *global, path func(string) string) *Flags {
	fs := &Flags{path: path}
	g.home = fs.Path("home", T("数据文件夹（或环境变量 ONEDOOR_HOME）", "data folder (or ONEDOOR_HOME)"), Meta("DIR"))
	g.user = fs.String("user", "", T("操作人", "who acts"), Meta("NAME"))
	g.json = fs.Bool("json", T("输出一个 JSON 值", "print one JSON value"))
	g.lang = fs.String("lang", "", T("界面语言", "language of messages"), OneOf("zh", "en"))
	g.help = fs.Bool("help", T("显示帮助", "show this help"))
	return fs
}

// token is one argument, split into what it can be.
type token struct {
	flag, value string // of --flag or --flag=value; flag is empty for an operand
	hasValue    bool
	operand     string
}

func readToken(arg string) token {
	if len(arg) < 2 || arg[0] != '-' {
		return token{operand: arg}
	}
	if arg == "-h" {
		return token{flag: "help"}
	}
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	name, value, has := strings.Cut(name, "=")
	return token{flag: name, value: value, hasValue: has}
}

// findCommand walks down from root along the operands that name commands, and
// gives the arguments without those names. Flags may stand before a command's
// name; whether such a flag takes a value is looked up in everything below.
func findCommand(root *Command, args []string) (path []*Command, rest []string, err error) {
	cur := root
	path = []*Command{root}
	descending := true
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return path, append(rest, args[i:]...), nil
		}
		t := readToken(args[i])
		if t.flag != "" {
			rest = append(rest, args[i])
			if !t.hasValue && takesValue(cur, t.flag) && i+1 < len(args) {
				i++
				rest = append(rest, args[i])
			}
			continue
		}
		if descending && len(cur.Sub) > 0 {
			if next := cur.child(t.operand); next != nil {
				cur = next
				path = append(path, cur)
				continue
			}
			if _, most := cur.operands(); cur.Define == nil || most == 0 {
				return path, rest, unknownCommand(root, path, t.operand)
			}
		}
		descending = false
		rest = append(rest, args[i])
	}
	return path, rest, nil
}

// takesValue tells whether --name is followed by a value in cur or anything below it.
func takesValue(cur *Command, name string) bool {
	if f := globals(new(global), nil).find(name); f != nil {
		return !f.isSwitch()
	}
	if f := cur.flags().find(name); f != nil {
		return !f.isSwitch()
	}
	for _, s := range cur.Sub {
		if takesValue(s, name) {
			return true
		}
	}
	return false
}

// parse reads args into the flags of all sets and gives the operands.
func parse(args []string, sets ...*Flags) (operands []string, err error) {
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(operands, args[i+1:]...), nil
		}
		t := readToken(args[i])
		if t.flag == "" {
			operands = append(operands, t.operand)
			continue
		}
		f := lookup(t.flag, sets)
		switch {
		case f == nil:
			return nil, unknownFlag(t.flag, sets)
		case t.hasValue:
		case f.isSwitch():
			t.value = "true"
		case i+1 < len(args):
			i++
			t.value = args[i]
		default:
			return nil, counter.Ef(counter.CodeUsage, "--%s 后面缺少内容", "--%s needs a value", f.name).
				Hint("写成 --"+f.name+" "+f.meta, "write --"+f.name+" "+f.meta)
		}
		if err := assign(f, t.value); err != nil {
			return nil, err
		}
	}
	return operands, nil
}

func lookup(name string, sets []*Flags) *flag {
	for _, fs := range sets {
		if f := fs.find(name); f != nil {
			return f
		}
	}
	return nil
}

func assign(f *flag, value string) error {
	ok := len(f.oneOf) == 0
	for _, v := range f.oneOf {
		ok = ok || v == value
	}
	if !ok {
		list := strings.Join(f.oneOf, ", ")
		return counter.Ef(counter.CodeUsage, "--%s 不能是 %q", "--%s cannot be %q", f.name, value).
			Hint("可以是: "+list, "one of: "+list)
	}
	if err := f.set(value); err != nil {
		return counter.Ef(counter.CodeUsage, "--%s 的内容 %q 不对", "--%s: bad value %q", f.name, value).
			Hint("写成 --"+f.name+" "+f.meta, "write --"+f.name+" "+f.meta).Because(err)
	}
	f.seen = true
	return nil
}

// complete looks for what is missing or too much.
func complete(cmd *Command, fs *Flags, operands []string) error {
	var missing []string
	for _, f := range fs.list {
		if f.required && !f.seen {
			missing = append(missing, "--"+f.name)
		}
	}
	least, most := cmd.operands()
	if len(operands) < least {
		missing = append(missing, strings.Fields(cmd.Args)[len(operands):least]...)
	}
	if missing != nil {
		list := strings.Join(missing, " ")
		return counter.E(counter.CodeUsage, "缺少: "+list, "missing: "+list).
			Hint("加 --help 查看这个命令的用法", "add --help to see how this command is used")
	}
	if most >= 0 && len(operands) > most {
		return counter.Ef(counter.CodeUsage, "多余的参数: %s", "unexpected argument: %s", operands[most]).
			Hint("加 --help 查看这个命令的用法", "add --help to see how this command is used")
	}
	return nil
}
