-- +goose Up

-- The digest of all other columns of the row, so that one which was changed by itself
-- is found.
ALTER TABLE arrivals ADD COLUMN sum TEXT NOT NULL DEFAULT '';
ALTER TABLE marks    ADD COLUMN sum TEXT NOT NULL DEFAULT '';

-- How many rows of a table and channel were written, and the bitwise sum without carry
-- of their digests, so that one which was added or removed is found.
CREATE TABLE digests (
	name    TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	count   BIGINT NOT NULL,
	sum     TEXT   NOT NULL,
	PRIMARY KEY (name, channel)
) WITHOUT ROWID;

-- The rows that are here already get theirs when the ledger is next opened for writing.
INSERT INTO meta (name, value) VALUES ('undigested', 'yes');
