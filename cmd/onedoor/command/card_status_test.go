package command

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/window"
)

func TestCardStatus(t *testing.T) {
	cwd := t.TempDir()
	url := simulate(t, cwd, "--card", "R1")
	code, stdout, stderr := onedoor(t.Context(), cwd, "card", "status", "--port", url, "--read", "--json")
	var v statusReport
	if err := json.Unmarshal([]byte(stdout), &v); err != nil || code != 0 {
		t.Fatalf("exit %d, %v, %s%s", code, err, stdout, stderr)
	}
	if !v.Readers[0].OK || v.Readers[0].SAMID == "" || v.Card == nil || v.Card.Validity != cardreader.Valid || v.Card.PhotoBytes != 1024 {
		t.Errorf("%s", stdout)
	}
	for _, word := range []string{"张三丰", "44060419900307201X", "19900307", "1990-03-07"} {
		if strings.Contains(stdout+stderr, word) {
			t.Errorf("the status names somebody: %s", word)
		}
	}
	for fault, want := range map[string]string{"status=66@status*": "未经授权", "status=60@status*": "自检失败"} {
		code, stdout, _ = onedoor(t.Context(), cwd, "card", "status", "--port", simulate(t, cwd, "--fault", fault))
		if code != 1 || !strings.Contains(stdout, want) || !strings.Contains(stdout, "下一步") {
			t.Errorf("%s: exit %d\n%s", fault, code, stdout)
		}
	}
	if code, stdout, _ = onedoor(t.Context(), cwd, "card", "status", "--port", "sdt+tcp://127.0.0.1:1"); code != 6 || !strings.Contains(stdout, "找不到读卡器") {
		t.Errorf("nobody there: exit %d\n%s", code, stdout)
	}
}

// seatState asks until the code is want.
func seatState(t *testing.T, r *seatReader, want string) window.ReaderState {
	t.Helper()
	var st window.ReaderState
	for range 3000 { // a minute: only a state that never comes fails
		if st = r.state(t.Context()); st.Code == want {
			return st
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%+v, want %s", st, want)
	return st
}

// What the device page says while people come and go.
func TestSeatReaderState(t *testing.T) {
	cwd := t.TempDir()
	expired := `{"id":"old","kind":"resident","fields":["张三丰","1","01","19900307","示范村1号","44060419900307201X","佛山市公安局","20050101","20250101"]}`
	if err := os.WriteFile(filepath.Join(cwd, "old.json"), []byte(expired), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newSeatReader(at(simulate(t, cwd, "--card", "old.json")), "", time.Now)
	if st := seatState(t, r, cardreader.CodeReady); !st.OK || !st.Set || st.Last.At != "" || len(st.Found) != 0 {
		t.Errorf("%+v", st)
	}
	if _, _, err := r.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := seatState(t, r, cardreader.CodeReady)
	if !st.Last.OK || !strings.Contains(st.Last.Text, "有效期") || st.Last.Hint == "" || strings.Contains(st.Last.Text, "张") {
		t.Errorf("%+v", st.Last)
	}

	empty := newSeatReader(at(simulate(t, cwd)), "", time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, _, err := empty.read(ctx); done <- err }()
	if st := seatState(t, empty, "reader_waiting"); !st.OK || !strings.Contains(st.Hint, "放") {
		t.Errorf("%+v", st)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("a card that is not there was read")
	}
	if st := seatState(t, empty, cardreader.CodeReady); st.Last.At != "" {
		t.Errorf("giving up was noted as a fault: %+v", st.Last)
	}

	if st := newSeatReader(at("sdt+tcp://127.0.0.1:1"), "", time.Now).state(t.Context()); st.OK || st.Code != cardreader.CodeNoReader || st.Hint == "" {
		t.Errorf("%+v", st)
	}
	if st := newSeatReader(at(""), "", time.Now).state(t.Context()); st.Set || st.OK || !strings.Contains(st.Hint, "“设置”") {
		t.Errorf("%+v", st)
	}
	for kind, want := range map[cardreader.EventKind]string{cardreader.EventLift: "拿起", cardreader.EventPlace: "放", "": "稍候"} {
		if _, _, hint := waitingWords(kind); !strings.Contains(hint, want) {
			t.Errorf("%s: %s", kind, hint)
		}
	}
}

// A photo becomes a picture through the helper process, or words.
func TestPhotoDecoder(t *testing.T) {
	if _, err := newPhotoDecoder("nonsense").picture(t.Context(), []byte("WL")); cardreader.CodeOf(err) != cardreader.CodeBadURL {
		t.Error(err)
	}
	if _, err := (&photoDecoder{}).picture(t.Context(), []byte("WL")); cardreader.CodeOf(err) != cardreader.CodeNoDecoder {
		t.Error(err)
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler here")
	}
	dir := t.TempDir()
	lib, helper := filepath.Join(dir, "libwltrs.so"), filepath.Join(dir, "cardhelper")
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-w", "-o", lib, "../../../app/cardreader/cmd/cardhelper/testdata/wltlib.c").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if out, err := exec.Command("go", "build", "-o", helper, "onedoor/app/cardreader/cmd/cardhelper").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	d := newPhotoDecoder("wlt+lib://" + lib + "?helper=" + helper)
	image, err := d.picture(t.Context(), []byte("WL"))
	if err != nil || !strings.HasPrefix(image, "data:image/png;base64,iVBOR") || !strings.HasPrefix(d.name(), "libwltrs.so sha256:") {
		t.Error(err, d.name())
	}
}

// at is the address of a reader that stays the same.
func at(port string) func() string { return func() string { return port } }
