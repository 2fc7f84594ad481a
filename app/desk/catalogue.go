package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/catalog"
)

// catalogue is what realm says of items and calendars, decoded once per state.
type catalogue struct {
	revision  uint64
	versions  map[string][]counter.Item // by code
	ids       map[string]uuid.UUID
	order     []string
	calendars []counter.Calendar
	divisions []counter.Division
	known     map[string]bool
	index     *catalog.Index // of what is in force on indexDay
	indexDay  counter.Date
}

// catalogue gives the catalogue as held now. It is read again when realm moved.
func (d *Desk) catalogue(ctx context.Context) (*catalogue, error) {
	rev, err := d.ledger.Revision(ctx, counter.ScopeRealm)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.items != nil && d.items.revision == rev {
		return d.items, nil
	}
	c := &catalogue{revision: rev, versions: map[string][]counter.Item{}, ids: map[string]uuid.UUID{}}
	if err := c.readItems(ctx, d.ledger); err != nil {
		return nil, err
	}
	if err := c.readCalendars(ctx, d.ledger); err != nil {
		return nil, err
	}
	if err := c.readDivisions(ctx, d.ledger); err != nil {
		return nil, err
	}
	d.items = c
	return c, nil
}

func (c *catalogue) readItems(ctx context.Context, l counter.Ledger) error {
	rows, err := l.States(ctx, counter.ScopeRealm, "item")
	if err != nil {
		return err
	}
	for _, r := range rows {
		var st counter.ItemState
		if err := json.Unmarshal(r.JSON, &st); err != nil {
			return damaged(err)
		}
		items := decodeVersions(&st)
		if len(items) == 0 {
			continue // written by a newer version: listed when the program is
		}
		code := items[0].Code
		c.versions[code], c.ids[code] = items, r.Entity
		c.order = append(c.order, code)
	}
	return nil
}

func (c *catalogue) readCalendars(ctx context.Context, l counter.Ledger) error {
	rows, err := l.States(ctx, counter.ScopeRealm, "calendar")
	if err != nil {
		return err
	}
	for _, r := range rows {
		var st counter.CalendarState
		if err := json.Unmarshal(r.JSON, &st); err != nil {
			return damaged(err)
		}
		var cal counter.Calendar
		if json.Unmarshal(st.Calendar, &cal) != nil {
			continue
		}
		c.calendars = append(c.calendars, cal)
	}
	return nil
}

// inForce gives the items that can be applied for on a day, in catalogue order.
func (c *catalogue) inForce(on counter.Date) []counter.Item {
	out := make([]counter.Item, 0, len(c.order))
	for _, code := range c.order {
		if it, err := counter.InForce(c.versions[code], on); err == nil {
			out = append(out, it)
		}
	}
	return out
}

// item gives the version of an item in force on a day.
func (c *catalogue) item(code string, on counter.Date) (counter.Item, uuid.UUID, error) {
	versions, ok := c.versions[code]
	if !ok {
		return counter.Item{}, uuid.Nil, counter.Ef(counter.CodeNotFound, "目录里没有事项 %s", "there is no item %s in the catalogue", code).
			Hint("用 catalog list 查看可办事项;目录较旧时请先同步", "see catalog list; sync first if the catalogue is old")
	}
	it, err := counter.InForce(versions, on)
	return it, c.ids[code], err
}

func damaged(err error) error {
	return counter.E(counter.CodeIntegrity, "保存的资料损坏", "stored data is damaged").
		Hint("运行 onedoor rebuild 重建", "run onedoor rebuild").Because(err)
}

// Items lists the catalogue in force today.
func (d *Desk) Items(ctx context.Context) ([]ItemLine, error) {
	c, err := d.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return itemLines(c.inForce(d.today())), nil
}

// SearchItems finds items by name, any character, pinyin or code.
func (d *Desk) SearchItems(ctx context.Context, query string, limit int) ([]ItemLine, error) {
	c, err := d.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	if today := d.today(); c.index == nil || c.indexDay != today {
		c.index, c.indexDay = catalog.NewIndex(c.inForce(today)), today
	}
	index := c.index
	d.mu.Unlock()
	return itemLines(index.Search(query, limit)), nil
}

func itemLines(items []counter.Item) []ItemLine {
	out := make([]ItemLine, len(items))
	for i := range items {
		it := &items[i]
		out[i] = ItemLine{Code: it.Code, Name: it.Name, Department: it.Department, Instant: it.Instant, Days: it.Days(),
			Version: it.Version, EffectiveFrom: string(it.EffectiveFrom), RequiredFields: it.RequiredFields()}
	}
	return out
}

// Item gives the version of an item in force today.
func (s *Session) Item(ctx context.Context, code string) (*counter.Item, error) {
	c, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	it, _, err := c.item(code, s.today())
	return &it, err
}

func (c *catalogue) readDivisions(ctx context.Context, l counter.Ledger) error {
	rows, err := l.States(ctx, counter.ScopeRealm, "division")
	if err != nil {
		return err
	}
	c.divisions, c.known = []counter.Division{}, map[string]bool{}
	for _, r := range rows {
		var st counter.DivisionState
		if err := json.Unmarshal(r.JSON, &st); err != nil {
			return damaged(err)
		}
		var div counter.Division
		if json.Unmarshal(st.Division, &div) == nil {
			c.divisions = append(c.divisions, div)
			c.known[div.Code] = true
		}
	}
	slices.SortFunc(c.divisions, func(a, b counter.Division) int { return strings.Compare(a.Code, b.Code) })
	return nil
}

// Divisions lists the divisions of the district.
func (d *Desk) Divisions(ctx context.Context) ([]counter.Division, error) {
	c, err := d.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.divisions), nil
}

// decodeVersions reads the versions of an item. A withdrawn item ends on the day
// before; versions that this program cannot read are left out.
func decodeVersions(st *counter.ItemState) (items []counter.Item) {
	for _, v := range st.Versions {
		var it counter.Item
		if json.Unmarshal(v.Item, &it) != nil {
			continue
		}
		if w := st.Withdrawn; w != nil && (it.EffectiveTo == "" || it.EffectiveTo >= w.From) {
			it.EffectiveTo = w.From.AddDays(-1)
		}
		it.Expand()
		items = append(items, it)
	}
	return items
}
