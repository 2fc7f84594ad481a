package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"onedoor/cmd/story/play"
)

// wrong is a command line that cannot work.
type wrong struct {
	name string
	who  play.Person
	line string // words, separated by blanks
	env  string
	want int    // exit code
	code string // of the error object
	says string // in the Chinese message, its hint or details
}

// TestWrongInput: each mistake is told in both languages with the next step and
// the exit code of the contract, and leaves nothing behind.
func TestWrongInput(t *testing.T) {
	t.Parallel()
	s := district(t)
	expired := prepareWrong(t, s)
	plain := plainItems(t, s)[0].Code
	before, err := s.Digests(t.Context(), "village")
	if err != nil {
		t.Fatal(err)
	}
	unplugged, empty, card := reader(t, s, "--card", "R1", "--fault", "unplug@read*9"), reader(t, s), reader(t, s, "--card", "R1")
	accept := "case accept --home village --material all --applicant "
	nobody := play.Person{}
	for _, c := range []wrong{
		{"unknown item", play.Clerk, accept + "good.json --item NOPE", "", 6, "not_found", "NOPE"},
		{"bad check digit", play.Clerk, accept + "bad.json --item " + plain, "", 7, "invalid", "号码"},
		{"expired version", play.Clerk, accept + "good.json --item " + expired, "", 7, "invalid", ""},
		{"mistyped key", play.Clerk, accept + "typo.json --item " + plain, "", 7, "invalid", "typo.json"},
		{"unknown material", play.Clerk, accept + "good.json --material 月球土壤 --item " + plain, "", 7, "invalid", "月球土壤"},
		{"no such scan", play.Clerk, accept + "good.json --material 身份证=none.jpg --item " + plain, "", 6, "not_found", "none.jpg"},
		{"no applicant", play.Clerk, "case accept --home village --item " + plain, "", 2, "usage", "--card-port"},
		{"bad legal date", play.Clerk, accept + "good.json --legal-date 2026-02-30 --item " + plain, "", 2, "usage", "2026-02-30"},
		{"folder for a file", play.Clerk, accept + "otherkeys --item " + plain, "", 7, "invalid", "文件夹"},
		{"somebody else's card", play.Clerk, accept + "good.json --item " + plain + " --card-port " + card, "", 7, "invalid", "不是同一个人"},
		{"unknown status", play.Clerk, "case list --home village --status acceptd", "", 2, "usage", "accepted"},
		{"wrong number", play.Clerk, "case show --home village 123", "", 7, "invalid", ""},
		{"unknown act", play.Clerk, "case act --home village 123 fly", "", 2, "usage", "fly"},
		{"reader unplugged", play.Clerk, "case accept --home village --item " + plain + " --card-port " + unplugged, "", 1, "failed", ""},
		{"no card", play.Clerk, "case accept --home village --timeout 300ms --item " + plain + " --card-port " + empty, "", 1, "failed", ""},
		{"no reader", play.Clerk, "case accept --home village --item " + plain + " --card-port sdt+tcp://127.0.0.1:1", "", 6, "not_found", ""},
		{"wrong password", play.Person{Name: play.Clerk.Name, Password: "guess"}, "case list --home village", "", 3, "denied", "口令"},
		{"unknown user", play.Person{Name: "没有此人", Password: "guess"}, "case list --home village", "", 3, "denied", "口令"},
		{"no login", nobody, "case list --home village", "", 3, "denied", "--user"},
		{"no right", play.Clerk, "user add --home village --name 赵六 --role clerk --division " + play.Village, "", 3, "denied", ""},
		{"missing flag", nobody, "join --home village", "", 2, "usage", "--grant"},
		{"not a Syncthing ID", play.Admin, "hub archive --home hub --device ABC", "", 7, "invalid", "Syncthing"},
		{"rebuild by halves", nobody, "rebuild --home new --from archive", "", 2, "usage", "--keys"},
		{"no home", nobody, "state digest", "", 2, "usage", "--home"},
		{"scope not held", nobody, "state digest --home village --scope 440604012", "", 6, "not_found", "440604012"},
		{"empty home", nobody, "state digest --home nothing", "", 3, "not_enrolled", ""},
		{"not joined yet", nobody, "state digest --home early", "", 3, "not_enrolled", "join"},
		{"copied without key", nobody, "state digest --home copied", "ONEDOOR_KEYDIR=" + filepath.Join(s.Dir, "otherkeys"), 3, "locked", "密钥"},
		{"bad hub address", play.Admin, "hub init --home hub2 --district 440604 --name x --admin y --address nonsense", "", 7, "invalid", "tcp://"},
		{"request there", nobody, "init --home new --division 440604011002 --counter 01 --name x --out early.request", "", 7, "invalid", "已经有了"},
		{"kit for a backup", nobody, "rebuild --home new --from otherkeys --keys good.json --recovery good.json", "ONEDOOR_RECOVERY_PASSPHRASE=x", 7, "invalid", "恢复包"},
		{"home in use", nobody, "init --home village --division 440604011002 --counter 01 --name x --out r", "", 7, "invalid", ""},
		{"another's grant", nobody, "join --home early --grant village.grant", "", 3, "denied", ""},
		{"not a grant", nobody, "join --home early --grant good.json", "", 7, "invalid", ""},
		{"broken workbook", play.Admin, "catalog import --home hub broken.xlsx", "", 7, "invalid", "broken.xlsx"},
		{"faulty catalogue", play.Admin, "catalog import --home hub faulty.json", "", 7, "invalid", ""},
		{"no such file", play.Admin, "division import --home hub none.csv", "", 6, "not_found", "none.csv"},
		{"hub down", nobody, "sync --home village --hub tcp://127.0.0.1:1 --timeout 5s", "", 1, "failed", "连不上"},
		{"neither PDF nor QR", nobody, "document verify --home village good.json", "", 7, "invalid", "PDF"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, s) })
	}
	after, err := s.Digests(t.Context(), "village")
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("mistakes changed the state (%v)", err)
	}
	mustBeSound(t, s, "village", "hub")
}

// prepareWrong writes the files of the table and gives the code of an item that is
// no longer in force.
func prepareWrong(t *testing.T, s *play.Land) (expired string) {
	t.Helper()
	good, _ := json.Marshal(person(7))
	write(t, s, "good.json", string(good))
	write(t, s, "bad.json", `{"name":"测试","number":"440604199003072011"}`)
	write(t, s, "typo.json", `{"name":"测试","numbr":"`+idNumber(1)+`"}`)
	write(t, s, "broken.xlsx", "PK\x03\x04 this is no workbook")
	write(t, s, "faulty.json", `[{"code":"X1","name":""}]`)
	if err := os.CopyFS(filepath.Join(s.Dir, "copied"), os.DirFS(filepath.Join(s.Dir, "village"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.Dir, "otherkeys"), 0o700); err != nil {
		t.Fatal(err)
	}
	var v any
	must(t, s, &v, play.Person{}, "init", "--home", "early", "--division", "440604011002", "--counter", "01", "--name", "江湾1号窗口", "--out", "early.request")

	var it map[string]any
	must(t, s, &it, play.Clerk, "catalog", "show", "--home", "village", plainItems(t, s)[0].Code)
	it["code"], it["name"], it["effective_from"], it["effective_to"] = "OLD001", "早已停办的事项", "2020-01-01", "2020-12-31"
	data, _ := json.Marshal([]any{it})
	write(t, s, "old.json", string(data))
	must(t, s, &v, play.Admin, "catalog", "import", "--home", "hub", "old.json")
	hub := serveHub(t, s)
	must(t, s, &v, play.Person{}, "sync", "--home", "village", "--hub", hub)
	return "OLD001"
}

func (c *wrong) check(t *testing.T, s *play.Land) {
	type object struct {
		Code, Message, Hint string
		Details             []struct{ What string }
	}
	told := map[string]object{}
	for _, lang := range []string{"zh", "en"} {
		cmd := s.Command(t.Context(), c.who, append(strings.Fields(c.line), "--json", "--lang", lang)...)
		if c.env != "" {
			cmd.Env = append(cmd.Env, c.env)
		}
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		cmd.Run()
		var o object
		if err := json.Unmarshal([]byte(errs.String()), &o); err != nil {
			t.Fatalf("stderr is not one JSON value: %v\n%s", err, errs.String())
		}
		if code := cmd.ProcessState.ExitCode(); code != c.want || o.Code != c.code {
			t.Errorf("%s: exit %d, code %q; want %d, %q\n%s", lang, code, o.Code, c.want, c.code, errs.String())
		}
		if out.Len() > 0 {
			t.Errorf("standard output of a failure: %s", out.String())
		}
		// A list of faults carries its remedies itself.
		if o.Message == "" || o.Hint == "" && len(o.Details) == 0 {
			t.Errorf("%s: message %q, hint %q", lang, o.Message, o.Hint)
		}
		if lang == "zh" && !strings.Contains(errs.String(), c.says) {
			t.Errorf("does not say %q: %s", c.says, errs.String())
		}
		told[lang] = o
	}
	if zh, en := told["zh"], told["en"]; !isChinese(zh.Message) || isChinese(plainWords(en.Message)) || en.Message == zh.Message {
		t.Errorf("languages: %q and %q", zh.Message, en.Message)
	}
}

func isChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// plainWords leaves out what a message quotes of the user's own words.
func plainWords(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '"' || r == ' ' })
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.Contains(w, "/") || isChinese(w) && len(words) > 1 }), " ")
}
