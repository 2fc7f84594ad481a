-- Cases and persons of which somebody has to see to something, with the kinds of
-- it, separated by spaces. number is that of the case, also while nothing of it
-- has effect. A projection: onedoor rebuild fills it for what was there before.
CREATE TABLE reviews (
    id     INTEGER PRIMARY KEY,
    entity BLOB NOT NULL,
    scope  TEXT NOT NULL,
    type   TEXT NOT NULL,
    number TEXT NOT NULL,
    kinds  TEXT NOT NULL,
    UNIQUE (entity, scope)
) STRICT;
