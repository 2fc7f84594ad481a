package store

import "time"

// fileDay is how the day of a tail is written in the table of logs.
const fileDay = "20060102"

// allDays is later than the day of any tail.
const allDays = "99999999"

// sealEvery is how often a program without commits looks whether a day has ended.
const sealEvery = 20 * time.Minute

// sealOld seals the tails of own logs that were begun before a day. Without it the
// last tail of a year would wait for the next op, and archives for it.
func (t *txn) sealOld(today string) (changed []string, err error) {
	if t.s.sealedDay == today {
		return nil, nil
	}
	rows, err := t.query("SELECT id, file_first FROM logs WHERE own = 1 AND file_size > 0 AND file_day < ? ORDER BY id", today)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type tail struct {
		log   int64
		first uint64
	}
	var due []tail
	for rows.Next() {
		var d tail
		if err := rows.Scan(&d.log, &d.first); err != nil {
			return nil, err
		}
		due = append(due, d)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, d := range due {
		// The next batch begins a file of its own; this one is a tail no more.
		if _, err := t.exec("UPDATE logs SET file_first = 0, file_size = 0 WHERE id = ?", d.log); err != nil {
			return nil, err
		}
		f, err := t.ownFile(d.log, d.first)
		if err != nil {
			return nil, err
		}
		folder, err := t.writeOwnFile(f)
		if err != nil {
			return nil, err
		}
		changed = append(changed, folder)
	}
	return changed, nil
}
