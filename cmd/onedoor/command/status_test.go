package command

import (
	"strings"
	"testing"

	"onedoor/app/station"
	"onedoor/internal/cli"
)

// TestARoadThatIsOnSaysSo: no line of status ends in nothing, in either language.
func TestARoadThatIsOnSaysSo(t *testing.T) {
	for lang, want := range map[cli.Lang]string{cli.Zh: "  网络 已打开\n", cli.En: "  network on\n"} {
		var out strings.Builder
		printRoads(&out, &cli.Call{Env: &cli.Env{}, Lang: lang}, []station.Road{{Kind: "wan", Name: "网络", On: true}})
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q", out.String())
		}
	}
}
