-- Pieces of scanned materials on this device's disk, as peers see them. delivered:
-- the district said to hold it, too.
CREATE TABLE scan_files (
    id        INTEGER PRIMARY KEY,
    folder    TEXT NOT NULL,
    name      TEXT NOT NULL,
    size      INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    mtime     INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX scan_files_sequence ON scan_files (folder, sequence);

-- What the roots say. released: its pieces were removed here by the district's
-- retention policy; they are not fetched again.
CREATE TABLE scan_roots (
    root     BLOB PRIMARY KEY,
    folder   TEXT NOT NULL,
    sha256   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    parts    INTEGER NOT NULL,
    made     INTEGER NOT NULL,
    released INTEGER NOT NULL
) STRICT;

CREATE TABLE scan_parts (
    id   INTEGER PRIMARY KEY,
    root BLOB NOT NULL REFERENCES scan_roots (root),
    hash BLOB NOT NULL,
    UNIQUE (hash, root)
) STRICT;
CREATE INDEX scan_parts_root ON scan_parts (root);
