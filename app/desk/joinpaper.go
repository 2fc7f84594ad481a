package desk

import (
	"time"

	"onedoor/app/counter"
	"onedoor/forms/document/wording"
)

// joinKind is the notice that two acceptances of one matter go on as one case.
const joinKind = "join"

// joined states what the notice of joining says, from what the case's history
// says of the other acceptances: number, service point and day, nothing else is
// known of them here. A case that goes on elsewhere names the case it goes on in.
func (f *suggestion) joined(d *counter.Dossier, cat *catalogue) {
	if len(f.c.Joins) == 0 {
		return
	}
	f.put("station", cat.place(f.c.Division))
	number, division := f.c.Number, f.c.Division
	if to := f.c.JoinedTo; to != nil {
		number, division = to.Number, to.Division
	}
	f.out["here"] = f.c.JoinedTo == nil
	f.put("goes_on", number)
	f.put("goes_on_station", cat.place(division))
	ask := cat.place(division) + "窗口"
	if phone := first(f.item.Window.Phone, f.item.Window.Complaint, "12345"); phone != "" {
		ask += "，" + phone
	}
	f.put("ask", ask)
	days := map[[32]byte]string{}
	for i := range d.Facts {
		days[d.Facts[i].ID] = d.Facts[i].At.In(china).Format(time.DateOnly)
	}
	var rows []wording.Facts
	for _, j := range f.c.Joins {
		rows = append(rows, wording.Facts{"other_number": j.Number, "other_station": cat.place(j.Division), "joined_on": days[j.Op]})
	}
	f.out["others"] = rows
}

// place names a service point as the district imported it, with its town; the
// code of one that is not known here.
func (c *catalogue) place(code string) string {
	for _, div := range c.divisions {
		if div.Code != code {
			continue
		}
		if div.Level == counter.LevelVillage {
			for _, up := range c.divisions {
				if up.Code == div.Parent {
					return up.Name + div.Name
				}
			}
		}
		return div.Name
	}
	return code
}

// dueNotices are the tasks of a case that a document of a kind sees to.
func dueNotices(c *counter.CaseState, kind string) (ops []counter.OpID) {
	if c == nil || kind != joinKind {
		return nil
	}
	for _, t := range c.Tasks {
		if t.Kind == counter.TaskJoin {
			ops = append(ops, t.Op)
		}
	}
	return ops
}
