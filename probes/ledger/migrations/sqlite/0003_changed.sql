-- +goose Up

-- The version at which a contact last changed, and the index by which those
-- that have changed since are read in the order of their ids.
ALTER TABLE contacts ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX contacts_changed ON contacts (id, changed);

-- What names this ledger, in copies of it too.
INSERT INTO meta (name, value) VALUES ('ledger', lower(hex(randomblob(16))));
