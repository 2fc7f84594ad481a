-- The first page of a list with a filter that few cases pass: without these, all of
-- 200,000 are looked at. Their entries end with the row id, so a page comes in order.
CREATE INDEX cases_status ON cases (status);
CREATE INDEX cases_item ON cases (item);
