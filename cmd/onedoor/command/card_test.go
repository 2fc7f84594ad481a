package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/internal/cli"
)

func TestCommandTreeIsSound(t *testing.T) {
	if err := cli.Check(Root("test")); err != nil {
		t.Fatal(err)
	}
}

// onedoor runs one command line in this process, in the folder cwd.
func onedoor(ctx context.Context, cwd string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	app := &cli.App{Root: Root("test")}
	code = app.Execute(ctx, &cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Cwd: cwd,
		Getenv: func(string) string { return "" }, Now: time.Now,
	})
	return code, out.String(), errs.String()
}

// simulate runs "card simulate" until the test ends and gives the reader's address.
func simulate(t *testing.T, cwd string, args ...string) (url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		app := &cli.App{Root: Root("test")}
		code := app.Execute(ctx, &cli.Env{
			Args: append([]string{"card", "simulate", "--json"}, args...), Stdout: w, Stderr: os.Stderr, Cwd: cwd,
			Getenv: func(string) string { return "" }, Now: time.Now,
		})
		w.Close()
		done <- code
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("card simulate ended with %d", code)
		}
	})
	line, _ := bufio.NewReader(r).ReadString('\n')
	var v struct{ URL string }
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatalf("card simulate says %q: %v", line, err)
	}
	return v.URL
}

func TestCardRead(t *testing.T) {
	cwd := t.TempDir()
	own := `{"id":"demo","kind":"resident","fields":["张三丰","1","01","19900307","广东省佛山市禅城区示范村1号",` +
		`"44060419900307201X","佛山市公安局禅城分局","20200101","长期"]}`
	if err := os.WriteFile(filepath.Join(cwd, "own.json"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sim := range [][]string{
		{"--card", "own.json"},
		{"--card", "own.json", "--fault", "fragment=3,garbage=8"},
	} {
		url := simulate(t, cwd, sim...)
		code, stdout, stderr := onedoor(t.Context(), cwd, "card", "read", "--port", url, "--json")
		var card map[string]any
		if err := json.Unmarshal([]byte(stdout), &card); err != nil || code != 0 {
			t.Fatalf("%v: exit %d, %v, %s", sim, code, err, stderr)
		}
		for key, want := range map[string]any{
			"kind": "resident", "name": "张三丰", "name_en": "", "sex": "男", "ethnicity": "汉", "birth": "1990-03-07",
			"address": "广东省佛山市禅城区示范村1号", "number": "44060419900307201X", "number_valid": true,
			"issuer": "佛山市公安局禅城分局", "valid_from": "2020-01-01", "valid_to": "长期", "new_address": "",
		} {
			if card[key] != want {
				t.Errorf("%v: %s is %v, want %v", sim, key, card[key], want)
			}
		}
		if _, ok := card["photo_bytes"].(float64); !ok {
			t.Errorf("photo_bytes is %v", card["photo_bytes"])
		}
	}
	url := simulate(t, cwd, "--card", "own.json")
	code, stdout, _ := onedoor(t.Context(), cwd, "card", "read", "--port", url)
	if code != 0 || !strings.Contains(stdout, "姓名      张三丰\n") {
		t.Errorf("for people: exit %d\n%s", code, stdout)
	}
}

func TestCardErrors(t *testing.T) {
	cwd := t.TempDir()
	empty := simulate(t, cwd)
	for _, c := range []struct {
		args string
		want int
		says string
	}{
		{"read", 2, "--port"},
		{"read --port nonsense", 2, "reader_bad_url"},
		{"read --port sdt+tcp://127.0.0.1:1", 6, "reader_not_found"},
		{"read --timeout 500ms --port " + empty, 1, "card_absent"},
		{"simulate --card nobody", 6, "R1"},
		{"simulate --fault explode", 2, "fault"},
	} {
		code, stdout, stderr := onedoor(t.Context(), cwd, append([]string{"card", "--json"}, strings.Fields(c.args)...)...)
		if code != c.want || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("card %s: exit %d, %q, %q", c.args, code, stdout, stderr)
		}
	}
}

func TestCardReadersIsAList(t *testing.T) {
	code, stdout, _ := onedoor(t.Context(), t.TempDir(), "card", "readers", "--json")
	var list []map[string]any
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != 0 || !strings.HasPrefix(stdout, "[") {
		t.Fatalf("exit %d, %q", code, stdout)
	}
}
