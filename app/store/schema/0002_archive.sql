-- Stock Syncthing daemons that hold our sealed segment files, and what they are
-- shown: one numbering over all scopes, begun when the first of them is named.
CREATE TABLE archives (
    device   BLOB PRIMARY KEY,
    name     TEXT NOT NULL,
    added    INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;

CREATE TABLE archived (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    year     INTEGER NOT NULL,
    folder   TEXT NOT NULL,
    name     TEXT NOT NULL,
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX archived_year ON archived (year, sequence);

CREATE TRIGGER files_archived AFTER INSERT ON files
WHEN new.name GLOB '*.seg' AND EXISTS (SELECT 1 FROM archives)
BEGIN
    INSERT OR IGNORE INTO archived (year, folder, name)
    VALUES (CAST(substr(new.folder, -4) AS INTEGER), new.folder, new.name);
END;
