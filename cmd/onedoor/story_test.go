package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"onedoor/cmd/story/play"
)

// background is for what outlives a single test.
var background = context.Background()

// TestStory plays what "make run" shows, from nothing.
func TestStory(t *testing.T) {
	t.Parallel()
	if program == "" {
		t.Fatal(buildFault)
	}
	land, err := play.NewLand(program, t.TempDir(), repo())
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	land.Out = &told
	end, err := land.Tell(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	if stderr, err := end.Hub.Stop(); err != nil {
		t.Errorf("hub serve: %v\n%s", err, stderr)
	}
	for _, want := range []string{"受理通知书", "→ 两边不同", "→ 两边相同", "逐字节相同", end.Number} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the story does not say %q", want)
		}
	}
}
