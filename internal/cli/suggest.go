package cli

import (
	"strings"

	"onedoor/app/counter"
)

// unknownCommand is the error for a word that names no command, with the nearest
// one: a sibling, or, for "accept" without "case", a command of that last name.
func unknownCommand(root *Command, path []*Command, word string) error {
	full := strings.TrimSpace(pathName(path[1:]) + " " + word)
	e := counter.Ef(counter.CodeUsage, "没有这个命令: %s", "unknown command: %s", full)
	var names []string
	for _, s := range path[len(path)-1].Sub {
		names = append(names, strings.TrimSpace(pathName(path[1:])+" "+s.Name))
	}
	best := nearest(full, names)
	if best == "" {
		Walk(root, func(name string, c *Command) {
			if best == "" && c.Name == word {
				best = name
			}
		})
	}
	if best == "" {
		return e.Hint("用 onedoor --help 查看全部命令", "onedoor --help lists all commands")
	}
	return e.Hint("您是想用 onedoor "+best+" 吗？", "did you mean onedoor "+best+"?")
}

func unknownFlag(name string, sets []*Flags) error {
	e := counter.Ef(counter.CodeUsage, "没有这个选项: --%s", "unknown flag: --%s", name)
	var names []string
	for _, fs := range sets {
		for _, f := range fs.list {
			names = append(names, f.name)
		}
	}
	if best := nearest(name, names); best != "" {
		return e.Hint("您是想用 --"+best+" 吗？", "did you mean --"+best+"?")
	}
	return e.Hint("加 --help 查看有哪些选项", "add --help to see the flags")
}

// nearest gives the candidate within a third of word's length in edits, or that
// word begins; "" if there is none.
func nearest(word string, candidates []string) string {
	best, least := "", len(word)/3+1
	for _, c := range candidates {
		d := distance(word, c)
		if strings.HasPrefix(c, word) && len(word) >= 2 {
			d = 0
		}
		if d < least || d == least && best == "" {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of letters to insert, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func pathName(path []*Command) string {
	names := make([]string, len(path))
	for i, c := range path {
		names[i] = c.Name
	}
	return strings.Join(names, " ")
}
