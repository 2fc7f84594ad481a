-- Whether a case's due date waits for a calendar, so that the few are found when one
-- has come. 2: not known; rows of before are filled when the store is next opened.
ALTER TABLE cases ADD COLUMN provisional INTEGER NOT NULL DEFAULT 2;
UPDATE cases SET provisional = 0 WHERE due IS NULL;
CREATE INDEX cases_provisional ON cases (scope) WHERE provisional <> 0;

-- The first page of one service point's list where it has few cases or none, and of a
-- list by date. Entries end with the row id, so that a page comes in order.
CREATE INDEX cases_scope ON cases (scope);
CREATE INDEX cases_accepted ON cases (accepted_at);

-- Cases and persons are never read by type: they are most of the rows.
DROP INDEX entities_type;
CREATE INDEX entities_type ON entities (type, scope) WHERE type NOT IN ('case', 'person');
