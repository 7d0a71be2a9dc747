-- +goose Up

-- What the score of each place follows from, and the version at which it last
-- changed. It is made of the events with the contacts, as FoldVersion says.
CREATE TABLE IF NOT EXISTS scores (
	edition TEXT   NOT NULL,
	class   TEXT   NOT NULL,
	company TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	version BIGINT NOT NULL,
	ends    TEXT   NOT NULL, -- of contacts that are decided, counted and packed
	apart   TEXT   NOT NULL, -- contacts that a score has to look at
	PRIMARY KEY (edition, class, company, channel)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS scores_version ON scores (version);

-- By which the contacts of a class are read in the order of their ids, and those
-- that have changed without reading all.
CREATE INDEX IF NOT EXISTS contacts_class ON contacts (class, id);
CREATE INDEX IF NOT EXISTS contacts_since ON contacts (changed);
