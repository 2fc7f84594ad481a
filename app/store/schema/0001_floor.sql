-- Ops are the truth; everything below "projections" can be thrown away and
-- made again from them with the same digest. Tables are STRICT and keep their
-- rowid: WITHOUT ROWID tripled the file with kilobyte bodies.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- How far this device is: one row. seen_stamp is the highest stamp of any
-- device; flushed is the last batch that is in its segment file.
CREATE TABLE progress (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    epoch       BLOB NOT NULL,
    commits     INTEGER NOT NULL,
    stamp       INTEGER NOT NULL,
    seen_stamp  INTEGER NOT NULL,
    serial_date INTEGER NOT NULL,
    serial      INTEGER NOT NULL,
    flushed     INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (1, x'0000000000000000', 0, 0, 0, 0, 0, 0);

-- Keys of scopes, each sealed with the device's data key.
CREATE TABLE keys (
    id      INTEGER PRIMARY KEY,
    scope   TEXT NOT NULL,
    key     BLOB NOT NULL,
    sealed  BLOB NOT NULL,
    UNIQUE (scope, key)
) STRICT;

-- One log: what one device wrote into one scope in one epoch. seq and head name
-- its last op; positions are those that this op named.
CREATE TABLE logs (
    id          INTEGER PRIMARY KEY,
    scope       TEXT NOT NULL,
    device      BLOB NOT NULL,
    epoch       BLOB NOT NULL,
    own         INTEGER NOT NULL,
    seq         INTEGER NOT NULL DEFAULT 0,
    head        BLOB NOT NULL,
    pos         INTEGER NOT NULL DEFAULT 0,
    -- of other devices' logs: how much of it our last batch in the scope attested
    told        INTEGER NOT NULL DEFAULT 0,
    -- of own logs: the file that the next batch goes into
    file_first  INTEGER NOT NULL DEFAULT 0,
    file_prev   BLOB NOT NULL,
    file_size   INTEGER NOT NULL DEFAULT 0,
    file_day    TEXT NOT NULL DEFAULT '',
    UNIQUE (scope, device, epoch)
) STRICT;

-- Positions that ops name, each pair once.
CREATE TABLE positions (
    id          INTEGER PRIMARY KEY,
    realm_seq   INTEGER NOT NULL,
    realm_hash  BLOB NOT NULL,
    powers_seq  INTEGER NOT NULL,
    powers_hash BLOB NOT NULL,
    UNIQUE (realm_seq, realm_hash, powers_seq, powers_hash)
) STRICT;

CREATE TABLE ops (
    id      INTEGER PRIMARY KEY,
    log     INTEGER NOT NULL REFERENCES logs (id),
    seq     INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    entity  BLOB NOT NULL,
    pos     INTEGER NOT NULL REFERENCES positions (id),
    body    BLOB NOT NULL,
    UNIQUE (log, seq)
) STRICT;
CREATE INDEX ops_entity ON ops (entity);

-- Ops that wait for a parent or a position that is not held yet.
CREATE TABLE waiting (
    op      INTEGER PRIMARY KEY REFERENCES ops (id),
    scope   TEXT NOT NULL,
    entity  BLOB NOT NULL,
    why     TEXT NOT NULL
) STRICT;

-- Batches of own logs as they were sealed and signed: segment files are made
-- from these bytes, and can be made again.
CREATE TABLE batches (
    id          INTEGER PRIMARY KEY,
    log         INTEGER NOT NULL REFERENCES logs (id),
    first       INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    file_first  INTEGER NOT NULL,
    offset      INTEGER NOT NULL,
    bytes       BLOB NOT NULL,
    UNIQUE (log, first)
) STRICT;

-- Our index of segment files, as peers see it: committed length and hash. A
-- file that is longer on disk is cut; one that differs within is a fault.
CREATE TABLE files (
    id       INTEGER PRIMARY KEY,
    folder   TEXT NOT NULL,
    name     TEXT NOT NULL,
    log      INTEGER NOT NULL REFERENCES logs (id),
    first    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    version  INTEGER NOT NULL,
    mtime    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX files_sequence ON files (folder, sequence);

CREATE TABLE folders (
    folder   TEXT PRIMARY KEY,
    index_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT;

-- What peers announced, and how far.
CREATE TABLE peer_files (
    id       INTEGER PRIMARY KEY,
    peer     BLOB NOT NULL,
    folder   TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    version  INTEGER NOT NULL,
    mtime    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    UNIQUE (peer, folder, name)
) STRICT;

-- Up to where a peer was last sent our index: a hint that saves a round trip.
CREATE TABLE peer_hints (
    peer     BLOB NOT NULL,
    folder   TEXT NOT NULL,
    index_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (peer, folder)
) STRICT;

CREATE TABLE peer_claims (
    peer     BLOB NOT NULL,
    folder   TEXT NOT NULL,
    index_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (peer, folder)
) STRICT;

-- Bytes that a peer sent and that cannot be what their writer wrote.
CREATE TABLE quarantine (
    id      INTEGER PRIMARY KEY,
    peer    BLOB NOT NULL,
    folder  TEXT NOT NULL,
    name    TEXT NOT NULL,
    hash    BLOB NOT NULL,
    at      INTEGER NOT NULL,
    why     TEXT NOT NULL,
    UNIQUE (folder, name, hash)
) STRICT;

-- Projections -----------------------------------------------------------------

-- hash is that of the canonical state; state itself is kept only for reference
-- data, which is read as a whole. Cases and persons are folded when shown.
CREATE TABLE entities (
    id      INTEGER PRIMARY KEY,
    entity  BLOB NOT NULL,
    scope   TEXT NOT NULL,
    type    TEXT NOT NULL,
    state   BLOB NOT NULL,
    hash    BLOB NOT NULL,
    UNIQUE (entity, scope)
) STRICT;
CREATE INDEX entities_type ON entities (type, scope);

CREATE TABLE cases (
    id           INTEGER PRIMARY KEY,
    entity       BLOB NOT NULL,
    scope        TEXT NOT NULL,
    number       TEXT NOT NULL,
    item         TEXT NOT NULL,
    person       BLOB NOT NULL,
    status       TEXT NOT NULL,
    stage        TEXT NOT NULL,
    accepted_at  TEXT NOT NULL,
    due          TEXT,
    UNIQUE (entity, scope)
) STRICT;
CREATE INDEX cases_number ON cases (number);
CREATE INDEX cases_person ON cases (person);

-- Equality lookup of sealed values: a keyed hash that only this device can make.
CREATE TABLE lookup (
    id      INTEGER PRIMARY KEY,
    mac     BLOB NOT NULL,
    scope   TEXT NOT NULL,
    entity  BLOB NOT NULL,
    UNIQUE (mac, scope, entity)
) STRICT;
CREATE INDEX lookup_entity ON lookup (entity);

-- Devices of the district, from realm: who may sign.
CREATE TABLE devices (
    id        INTEGER PRIMARY KEY,
    device    BLOB NOT NULL UNIQUE,
    division  TEXT NOT NULL,
    counter   TEXT NOT NULL,
    tier      TEXT NOT NULL,
    name      TEXT NOT NULL,
    tls_cert  BLOB NOT NULL,
    sign_cert BLOB NOT NULL
) STRICT;
