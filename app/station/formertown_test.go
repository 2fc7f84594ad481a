package station

import (
	"os"
	"testing"
)

// TestRestoredHubAndTheFormerTown: a hub comes back from a backup of after a village
// was moved. The town that lost the village does not know it; its syncs end all the same.
func TestRestoredHubAndTheFormerTown(t *testing.T) {
	t.Parallel()
	d := newDistrict(t)
	old := d.enrol("old", testTown, "town")
	d.throughHub(d.vil)
	d.throughHub(old)
	if m, err := d.move(testVillage, testTown2, ""); err != nil || m.State != moveDone {
		t.Fatalf("%+v, %v", m, err)
	}
	d.throughHub(d.vil)
	d.throughHub(old)
	saved := t.TempDir()
	must(t, os.CopyFS(saved, os.DirFS(d.hub.Home)))
	d.at(d.vil, Write, func(s *Station) { d.accept(s, "wang", 1, 1) })
	d.throughHub(d.vil)
	must(t, os.RemoveAll(d.hub.Home))
	must(t, os.CopyFS(d.hub.Home, os.DirFS(saved)))
	hub, addr, _ := d.serve(d.hub, "-")
	for _, c := range []Config{old, d.vil, old} {
		d.meets(c, addr)
	}
	d.at(d.vil, Read, func(s *Station) { agree(t, s, hub, "realm", testVillage) })
	d.at(old, Read, func(s *Station) { agree(t, s, hub, "realm") })
}
