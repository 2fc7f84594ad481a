package station

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"onedoor/forms/catalog"
)

// bigItems is how many items a district may have (design section 1).
const bigItems = 2000

// bigCatalogue lets the district publish items until there are bigItems, under names
// put together from two of the samples', and brings them to the counter.
func (d *district) bigCatalogue() {
	d.t.Helper()
	base, err := catalog.Items()
	must(d.t, err)
	items := base[:0:0]
	for i := len(base); i < bigItems; i++ {
		it := base[i%len(base)]
		it.Code = fmt.Sprintf("%s-%04d", it.Code, i)
		it.Name = fmt.Sprintf("%s（%s）", it.Name, base[(i/len(base)*7)%len(base)].Name)
		items = append(items, it)
	}
	raw, err := json.Marshal(items)
	must(d.t, err)
	d.at(d.hub, Write, func(s *Station) {
		got, err := d.admin(s).ImportCatalog(context.Background(), bytes.NewReader(raw), "items.json")
		if must(d.t, err); got.Imported != len(items) {
			d.t.Fatalf("%+v", got)
		}
	})
	d.meet(d.vil)
	d.at(d.vil, Read, func(s *Station) {
		all, err := s.Desk().Items(context.Background())
		if must(d.t, err); len(all) != bigItems {
			d.t.Fatalf("%d items at the counter", len(all))
		}
	})
}
