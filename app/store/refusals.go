package store

import "onedoor/sync/segment"

// Refusals lists the files of a folder that some peer announces now, and whose bytes
// were refused for good: whoever has them is told.
func (s *Store) Refusals(folder string) ([]segment.FileInfo, error) {
	return s.fileInfos(`SELECT DISTINCT p.name, p.size, p.hash, p.version, p.mtime, 0 FROM peer_files p
		JOIN quarantine q ON q.folder = p.folder AND q.name = p.name AND q.hash = p.hash
		WHERE p.folder = ? ORDER BY p.name LIMIT 100`, folder, folder)
}
