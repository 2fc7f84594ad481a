package cli

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Flags is the set of flags of one command, made anew for every call, so that
// a daemon can run the same command for two clients at once.
type Flags struct {
	list []*flag
	path func(string) string
}

type flag struct {
	name     string
	meta     string // placeholder of the value; "" for a switch
	usage    Text
	def      string // shown in the help; "" if there is none
	oneOf    []string
	required bool
	seen     bool
	set      func(string) error
}

// Option refines a flag.
type Option func(*flag)

// Required makes leaving the flag out a usage error.
func Required() Option { return func(f *flag) { f.required = true } }

// Meta names the value in the help, e.g. "FILE".
func Meta(name string) Option { return func(f *flag) { f.meta = name } }

// OneOf lists the only values that are taken.
func OneOf(values ...string) Option {
	return func(f *flag) { f.oneOf, f.meta = values, strings.Join(values, "|") }
}

// String defines a flag with a text value.
func (fs *Flags) String(name, def string, usage Text, opts ...Option) *string {
	v := def
	fs.add(&flag{name: name, meta: "TEXT", usage: usage, def: def, set: func(s string) error {
		v = s
		return nil
	}}, opts)
	return &v
}

// Path defines a flag with a file or folder; its value is absolute, or "-", or
// empty if the flag was not given.
func (fs *Flags) Path(name string, usage Text, opts ...Option) *string {
	var v string
	fs.add(&flag{name: name, meta: "FILE", usage: usage, set: func(s string) error {
		if s == "" {
			return errors.New("empty path")
		}
		v = fs.path(s)
		return nil
	}}, opts)
	return &v
}

// Strings defines a text flag that may be given several times.
func (fs *Flags) Strings(name string, usage Text, opts ...Option) *[]string {
	var v []string
	fs.add(&flag{name: name, meta: "TEXT", usage: usage, set: func(s string) error {
		v = append(v, s)
		return nil
	}}, opts)
	return &v
}

// Bool defines a switch: --name, or --name=true|false.
func (fs *Flags) Bool(name string, usage Text, opts ...Option) *bool {
	var v bool
	fs.add(&flag{name: name, usage: usage, set: func(s string) (err error) {
		v, err = strconv.ParseBool(s)
		return err
	}}, opts)
	return &v
}

// Int defines a flag with a whole number that is not negative.
func (fs *Flags) Int(name string, def int, usage Text, opts ...Option) *int {
	v := def
	shown := ""
	if def != 0 {
		shown = strconv.Itoa(def)
	}
	fs.add(&flag{name: name, meta: "N", usage: usage, def: shown, set: func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return errors.New("not a whole number")
		}
		v = n
		return nil
	}}, opts)
	return &v
}

// Duration defines a flag with a length of time such as 60s or 5m.
func (fs *Flags) Duration(name string, def time.Duration, usage Text, opts ...Option) *time.Duration {
	v := def
	shown := ""
	if def != 0 {
		shown = def.String()
	}
	fs.add(&flag{name: name, meta: "60s", usage: usage, def: shown, set: func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return errors.New("not a length of time")
		}
		v = d
		return nil
	}}, opts)
	return &v
}

func (fs *Flags) add(f *flag, opts []Option) {
	for _, o := range opts {
		o(f)
	}
	if fs.find(f.name) != nil {
		panic("cli: flag --" + f.name + " defined twice") // a mistake of ours, found by the first test
	}
	fs.list = append(fs.list, f)
}

func (fs *Flags) find(name string) *flag {
	for _, f := range fs.list {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (f *flag) isSwitch() bool { return f.meta == "" }
