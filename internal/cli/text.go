package cli

import "strings"

// Lang is a language of the user interface.
type Lang string

const (
	Zh Lang = "zh" // the default
	En Lang = "en"
)

// Text is one piece of interface text in both languages.
type Text struct{ Zh, En string }

// T makes a Text.
func T(zh, en string) Text { return Text{Zh: zh, En: en} }

// In gives the text in l, Chinese if there is no English.
func (t Text) In(l Lang) string {
	if l == En && t.En != "" {
		return t.En
	}
	return t.Zh
}

// parseLang reads "zh", "en", and locale names such as en_US.UTF-8 or zh-CN.
// Anything else, the "no language" locales C and POSIX too, gives false.
func parseLang(s string) (Lang, bool) {
	s, _, _ = strings.Cut(strings.ToLower(s), ".")
	s, _, _ = strings.Cut(s, "_")
	s, _, _ = strings.Cut(s, "-")
	switch l := Lang(s); l {
	case Zh, En:
		return l, true
	}
	return "", false
}

// langOf reads the language from the environment in POSIX's order of precedence.
// A variable that names no language of ours is passed over, so that LC_ALL=C with
// LANG=en is English; with none, Chinese.
func langOf(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if l, ok := parseLang(getenv(name)); ok {
			return l
		}
	}
	return Zh
}
