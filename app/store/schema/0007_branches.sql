-- A log that its device continued twice under one epoch, because its disk came back
-- from a copy together with the key folder: the branch that came first keeps its row,
-- and each other one has a row of its own, whose epoch is followed by the hash of the
-- branch's first op. path: where its earlier ops lie, as "log:last" from the nearest
-- on; shared: how many these are. split, in all rows of such a log: the last op before
-- its branches part.
ALTER TABLE logs ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE logs ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN split INTEGER;

-- What an older program refused because the log forks is asked for again.
DELETE FROM quarantine WHERE why LIKE '%forks%';
