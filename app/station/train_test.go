package station

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// TestTrainingHome makes the village that the batch dictionary is trained on
// (sync/segment/dict/train). It only runs when asked where to put it.
func TestTrainingHome(t *testing.T) {
	out := os.Getenv("ONEDOOR_TRAINING_HOME")
	if out == "" {
		t.Skip("set ONEDOOR_TRAINING_HOME to make the training home")
	}
	d := newDistrict(t)
	ctx := context.Background()
	d.at(d.vil, Write, func(s *Station) {
		wang, err := s.Desk().Login(ctx, "wang", "pw-wang-1")
		must(t, err)
		items, err := s.Desk().Items(ctx)
		must(t, err)
		for i := range 900 {
			it := items[i%len(items)]
			if len(it.RequiredFields) > 0 {
				continue
			}
			a, err := wang.Accept(ctx, desk.Acceptance{Item: it.Code, Applicant: person(i), Materials: desk.Materials{All: true}})
			must(t, err)
			verb := counter.VerbHandover
			if it.Instant {
				verb = counter.VerbConclude
			}
			_, err = wang.Act(ctx, a.Number, string(verb), desk.ActOptions{Opinion: "材料齐全"})
			must(t, err)
			_, err = wang.Print(ctx, a.Number, "acceptance", "")
			must(t, err)
		}
	})
	must(t, os.CopyFS(filepath.Join(out, "home"), os.DirFS(d.vil.Home)))
}
