package cli

import (
	"context"
	"fmt"
	"strings"
)

// Run carries out one call of a command.
type Run func(ctx context.Context, c *Call) error

// Command is a node of the command tree: a group of others, or something that
// runs, or both (sync, and sync export).
type Command struct {
	Name  string
	Short Text // one line for the parent's list
	Long  Text // further lines of the command's own help
	// Args shows the operands, e.g. "NUMBER VERB" or "[FILE]"; how many there may be
	// follows from it: a word in brackets is optional, a last "..." repeats.
	Args string
	// Define declares the flags and gives the function that runs with them. It is nil
	// for a mere group. It must have no effect but that: help and the search for the
	// command call it too.
	Define func(*Flags) Run
	Sub    []*Command
}

// Simple is a Define for a command without flags of its own.
func Simple(run Run) func(*Flags) Run { return func(*Flags) Run { return run } }

func (c *Command) child(name string) *Command {
	for _, s := range c.Sub {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// flags gives the command's own flags, for help and look-up.
func (c *Command) flags() *Flags {
	fs := &Flags{path: func(p string) string { return p }}
	if c.Define != nil {
		c.Define(fs)
	}
	return fs
}

// operands tells how many operands Args allows; most is -1 for any number.
func (c *Command) operands() (least, most int) {
	for _, word := range strings.Fields(c.Args) {
		if strings.HasSuffix(strings.TrimSuffix(word, "]"), "...") {
			most = -1
		} else if most >= 0 {
			most++
		}
		if !strings.HasPrefix(word, "[") {
			least++
		}
	}
	return least, most
}

// Walk calls visit for every command below root, parents first, with its full
// name ("hub keys export").
func Walk(root *Command, visit func(name string, c *Command)) {
	walk("", root, visit)
}

func walk(prefix string, c *Command, visit func(string, *Command)) {
	for _, s := range c.Sub {
		name := strings.TrimSpace(prefix + " " + s.Name)
		visit(name, s)
		walk(name, s, visit)
	}
}

// Check looks for mistakes in a command tree: texts missing in a language, two
// commands of one name, and a flag that takes a value in one command and none in
// another (a flag before the command's name could not be read then).
func Check(root *Command) error {
	var faults []string
	switches := map[string]bool{}
	names := map[string]bool{}
	check := func(name string, c *Command) {
		if names[name] {
			faults = append(faults, name+": defined twice")
		}
		names[name] = true
		if c.Short.Zh == "" || c.Short.En == "" {
			faults = append(faults, name+": no short text")
		}
		if c.Define == nil && len(c.Sub) == 0 {
			faults = append(faults, name+": does nothing")
		}
		for _, f := range append(globals(new(global), func(s string) string { return s }).list, c.flags().list...) {
			if f.usage.Zh == "" || f.usage.En == "" {
				faults = append(faults, fmt.Sprintf("%s --%s: no usage text", name, f.name))
			}
			if was, seen := switches[f.name]; seen && was != f.isSwitch() {
				faults = append(faults, fmt.Sprintf("%s --%s: elsewhere of the other kind", name, f.name))
			}
			switches[f.name] = f.isSwitch()
		}
	}
	Walk(root, check)
	if faults != nil {
		return fmt.Errorf("cli: %s", strings.Join(faults, "; "))
	}
	return nil
}
