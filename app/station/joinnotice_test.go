package station

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

func joinTasks(v *desk.CaseView) (n int) {
	for _, t := range v.Tasks {
		if t.Kind == counter.TaskJoin {
			n++
		}
	}
	return n
}

// joinNotice prints the notice of joining at the station that accepted a case:
// it is offered first, states both cases, is genuine, and takes the task off.
func (d *district) joinNotice(c Config, user, number, other, says string) {
	d.t.Helper()
	ctx := context.Background()
	out := filepath.Join(d.t.TempDir(), "join.pdf")
	d.at(c, Write, func(s *Station) {
		who, err := s.Desk().Login(ctx, user, "pw-"+user+"-1")
		must(d.t, err)
		v, err := who.Case(ctx, number)
		must(d.t, err)
		if joinTasks(v) != 1 {
			d.t.Fatalf("before: %+v", v.Tasks)
		}
		offers, err := who.Papers(ctx, number, "")
		must(d.t, err)
		if offers[0].Kind != "join" || !offers[0].Now {
			d.t.Fatalf("offered first: %+v", offers[0])
		}
		_, _, err = who.PrintPaper(ctx, desk.PrintRequest{Number: number, Kind: "join"})
		must(d.t, err)
		if v, err = who.Case(ctx, number); err != nil || joinTasks(v) != 1 {
			d.t.Fatalf("nothing came out, but the task went: %v %+v", err, v.Tasks)
		}
		_, err = who.Print(ctx, number, "join", out)
		must(d.t, err)
		if v, err = who.Case(ctx, number); err != nil || joinTasks(v) != 0 {
			d.t.Fatalf("after: %v %+v", err, v.Tasks)
		}
	})
	d.receiptsVerify([]string{out})
	text, err := exec.Command("pdftotext", "-layout", out, "-").Output()
	must(d.t, err)
	flat := strings.Join(strings.Fields(string(text)), "")
	for _, want := range []string{number, other, says, "仍然有效", "咨询方式"} {
		if !strings.Contains(flat, want) {
			d.t.Errorf("the notice of %s does not say %s:\n%s", number, want, text)
		}
	}
}

// TestNoJoinNoNotice: a case that was not joined is not offered the notice, and
// it cannot be printed without saying what it would be about.
func TestNoJoinNoNotice(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	ctx := context.Background()
	d.at(d.vil, Write, func(s *Station) {
		number := d.accept(s, "wang", 1, 1)[0]
		who, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		offers, err := who.Papers(ctx, number, "")
		must(t, err)
		if slices.ContainsFunc(offers, func(o desk.PaperOffer) bool { return o.Kind == "join" }) {
			t.Fatalf("%+v", offers)
		}
		out := filepath.Join(t.TempDir(), "x.pdf")
		if _, err := who.Print(ctx, number, "join", out); counter.CodeOf(err) != counter.CodeInvalid {
			t.Fatalf("%v", err)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatal("a file came out")
		}
	})
}
