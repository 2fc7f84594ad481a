package store

import (
	"strings"

	"onedoor/sync/oplog"
)

// askTogether is how many entities are asked for in one statement: thousands come in a
// first sync, and a statement costs more than what it looks up.
const askTogether = 32

var askKnown = "WITH e (asked) AS (VALUES (?)" + strings.Repeat(", (?)", askTogether-1) +
	") SELECT asked FROM e WHERE EXISTS (SELECT 1 FROM ops WHERE entity = asked)"

// knownOf gives those of the entities, of ops that may begin one, that the table has ops
// of already. Not by their projection: of ops that had no effect nothing stands.
func (t *txn) knownOf(set touchedSet, ops []oplog.Op) (map[oplog.EntityID]bool, error) {
	known, args := map[oplog.EntityID]bool{}, make([]any, 0, askTogether)
	asked := map[oplog.EntityID]bool{}
	for i := range ops {
		o := &ops[i]
		if len(o.Parents) == 0 && set[entityKey{o.Scope, o.Entity}] == nil && !asked[o.Entity] {
			asked[o.Entity] = true
			args = append(args, o.Entity[:])
		}
		if len(args) < askTogether && (i < len(ops)-1 || len(args) == 0) {
			continue
		}
		for len(args) < askTogether { // one statement for any number
			args = append(args, args[0])
		}
		if err := t.askKnown(args, known); err != nil {
			return nil, err
		}
		args = args[:0]
	}
	return known, nil
}

func (t *txn) askKnown(args []any, known map[oplog.EntityID]bool) error {
	rows, err := t.query(askKnown, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return err
		}
		known[oplog.EntityID(id)] = true
	}
	return rows.Err()
}
