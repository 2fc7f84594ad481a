package station

import (
	"context"
	"testing"
	"time"

	"onedoor/app/counter"
	"onedoor/app/desk"
)

// A counter whose clock is three years ahead writes into that year's folder; the hub,
// which has never heard of such a year, takes it all the same.
func TestClockYearsAhead(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	hub, addr, _ := d.serve(d.hub, "-")
	ahead, stick := d.vil, t.TempDir()
	second := d.enrolAt("second", testVillage, "02", "village", hub)
	ahead.Now = func() time.Time { return time.Now().AddDate(3, 0, 0) }
	d.at(ahead, Write, func(s *Station) {
		who, err := s.Desk().Login(context.Background(), "wang", "pw-wang-1")
		must(t, err)
		_, err = who.Accept(context.Background(), desk.Acceptance{Item: easyItem(t, s), Applicant: person(1), Materials: desk.Materials{All: true},
			LegalDate: counter.DateOf(time.Now())})
		must(t, err)
		_, err = s.ExportStick(context.Background(), stick, "")
		must(t, err)
		rep, err := s.Sync(context.Background(), addr, 2*time.Minute)
		if err != nil || !rep.Converged || rep.SentOps == 0 {
			t.Fatalf("%+v %v", rep, err)
		}
		agree(t, s, hub, "realm", testVillage)
	})
	if r := d.imports(second, stick); r.ReceivedOps == 0 || !r.Converged {
		t.Fatalf("by stick: %+v", r)
	}
}
