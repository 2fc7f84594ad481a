package cardreader

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/ethnic.txt
var ethnicFile string

// ethnicNames reads the table once, on first use: most programs that import the
// package never parse a card.
var ethnicNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(ethnicFile) {
		code, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && code != "#" {
			names[code] = name
		}
	}
	return names
})

// EthnicName returns the name of an ethnic code (GB/T 3304, two digits). An
// unknown code gives 未知(NN) and false: new codes appear on cards before they
// appear in any table, and must not fail a read.
func EthnicName(code string) (string, bool) {
	if name, ok := ethnicNames()[code]; ok {
		return name, true
	}
	return "未知(" + code + ")", false
}
