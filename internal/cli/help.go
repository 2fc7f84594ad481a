package cli

import (
	"fmt"
	"io"
	"strings"
)

// writeHelp prints the full help of the last command of path.
func writeHelp(w io.Writer, l Lang, path []*Command) {
	cmd := path[len(path)-1]
	fmt.Fprintln(w, cmd.Short.In(l))
	fmt.Fprintln(w)
	writeUsage(w, l, path)
	if long := cmd.Long.In(l); long != "" {
		fmt.Fprintf(w, "\n%s\n", long)
	}
	if len(cmd.Sub) > 0 {
		fmt.Fprintf(w, "\n%s\n", T("命令:", "Commands:").In(l))
		var rows [][]string
		for _, s := range cmd.Sub {
			rows = append(rows, []string{"  " + s.Name, s.Short.In(l)})
		}
		Table(w, rows)
	}
	if fs := cmd.flags(); len(fs.list) > 0 {
		fmt.Fprintf(w, "\n%s\n", T("选项:", "Flags:").In(l))
		Table(w, flagRows(fs, l))
	}
	fmt.Fprintf(w, "\n%s\n", T("通用选项:", "Flags of every command:").In(l))
	Table(w, flagRows(globals(new(global), nil), l))
	if len(path) == 1 {
		fmt.Fprintf(w, "\n%s\n", exitCodes.In(l))
	}
}

// writeUsage prints the one-line usage, also below a usage error.
func writeUsage(w io.Writer, l Lang, path []*Command) {
	cmd := path[len(path)-1]
	head := T("用法:", "Usage:").In(l)
	if cmd.Define != nil {
		words := []string{head, pathName(path)}
		for _, f := range cmd.flags().list {
			words = append(words, f.short())
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(append(words, cmd.Args), " "), " "))
	}
	if len(cmd.Sub) > 0 {
		fmt.Fprintln(w, head, pathName(path), T("命令 [选项]", "COMMAND [FLAGS]").In(l))
	}
}

func (f *flag) short() string {
	s := "--" + f.name
	if !f.isSwitch() {
		s += " " + f.meta
	}
	if !f.required {
		s = "[" + s + "]"
	}
	return s
}

func flagRows(fs *Flags, l Lang) (rows [][]string) {
	for _, f := range fs.list {
		name := "  --" + f.name
		if !f.isSwitch() {
			name += " " + f.meta
		}
		usage := f.usage.In(l)
		if f.required {
			usage += T("（必填）", " (required)").In(l)
		}
		if f.def != "" {
			usage += fmt.Sprintf(T("（默认 %s）", " (default %s)").In(l), f.def)
		}
		rows = append(rows, []string{name, usage})
	}
	return rows
}

var exitCodes = T(
	"退出码: 0 成功, 1 失败, 2 用法不对, 3 未入网、无权或未解锁, 4 忙, 5 完整性不符, 6 找不到, 7 输入有误",
	"Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not enrolled, not allowed or not unlocked, 4 busy, "+
		"5 integrity violation, 6 not found, 7 invalid input")
