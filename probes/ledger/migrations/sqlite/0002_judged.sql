-- +goose Up

-- Who sounds like this, and what a person said of it. Company and centre are
-- of those who answered; doubtful is 1 for what the reader could not tell well
-- enough; words is the digest of what was said, where the evidence is more than
-- that; platform is who the platform says has answered, as JSON; a verdict is a
-- person's, as JSON.
ALTER TABLE arrivals ADD COLUMN company  TEXT   NOT NULL DEFAULT '';
ALTER TABLE arrivals ADD COLUMN centre   TEXT   NOT NULL DEFAULT '';
ALTER TABLE arrivals ADD COLUMN voice    TEXT   NOT NULL DEFAULT '';
ALTER TABLE arrivals ADD COLUMN doubtful BIGINT NOT NULL DEFAULT 0;
ALTER TABLE arrivals ADD COLUMN words    TEXT   NOT NULL DEFAULT '';
ALTER TABLE arrivals ADD COLUMN platform TEXT   NOT NULL DEFAULT '{}';
ALTER TABLE arrivals ADD COLUMN verdict  TEXT   NOT NULL DEFAULT '';

DROP INDEX arrivals_unmatched;
CREATE INDEX arrivals_unmatched ON arrivals (channel, arrived, contact, copied, verdict) WHERE contact = '' AND copied = 0 AND verdict = '';
CREATE INDEX arrivals_doubtful  ON arrivals (arrived) WHERE doubtful = 1 AND contact <> '' AND verdict = '';
CREATE INDEX arrivals_voice     ON arrivals (company, centre) WHERE voice <> '';
