package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"onedoor/app/counter"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

func migrations() ([]string, error) {
	entries, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	return names, nil
}

// checkVersion refuses a database that is not ours or newer than the program.
func (s *Store) checkVersion(ctx context.Context, db *sql.DB) error {
	_, err := schemaVersion(ctx, db)
	return err
}

func schemaVersion(ctx context.Context, db *sql.DB) (int, error) {
	var app, version int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return 0, openFailed(err)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, openFailed(err)
	}
	if app != 0 && app != applicationID {
		return 0, openFailed(fmt.Errorf("application_id %#x", app))
	}
	names, err := migrations()
	if err != nil {
		return 0, err
	}
	if version > len(names) {
		return 0, counter.Ef(counter.CodeFailed,
			"数据比程序新(数据第%d版,程序只认识到第%d版)", "the data is newer than the program (version %d, known up to %d)", version, len(names)).
			Hint("请升级程序后再打开,数据没有改动", "upgrade the program; the data was not touched")
	}
	return version, nil
}

// migrate brings the schema up to date, each step in one transaction, after a
// copy of the file was made.
func (s *Store) migrate(ctx context.Context) error {
	version, err := schemaVersion(ctx, s.w)
	if err != nil {
		return err
	}
	names, err := migrations()
	if err != nil || version == len(names) {
		return err
	}
	if version > 0 {
		if err := s.copyBefore(ctx, version); err != nil {
			return err
		}
	}
	for i := version; i < len(names); i++ {
		if err := s.migrateStep(ctx, names[i], i+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) copyBefore(ctx context.Context, version int) error {
	to := filepath.Join(s.home, fmt.Sprintf("onedoor-v%d.backup.db", version))
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	_, err := s.w.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

func (s *Store) migrateStep(ctx context.Context, name string, version int) error {
	text, err := schemaFiles.ReadFile("schema/" + name)
	if err != nil {
		return err
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return diskError(err)
	}
	defer tx.Rollback()
	stamp := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version)
	if _, err := tx.ExecContext(ctx, string(text)+stamp); err != nil {
		return diskError(fmt.Errorf("migration %s: %w", name, err))
	}
	rows, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		return counter.E(counter.CodeIntegrity, "数据库升级后检查不通过,已还原", "the upgraded database failed its check and was rolled back")
	}
	rows.Close()
	return tx.Commit()
}
