-- +goose Up

-- The tables are those of SQLite, whose migrations say what they hold. Texts are
-- compared octet by octet, whatever language the database was made for: ids are
-- paged, and chains compared, in one order on both.
CREATE TABLE events (
	contact  TEXT   COLLATE "C" NOT NULL,
	seq      BIGINT NOT NULL,
	attempt  BIGINT NOT NULL,
	kind     TEXT   COLLATE "C" NOT NULL,
	at       BIGINT NOT NULL,
	recorded BIGINT NOT NULL,
	data     TEXT   COLLATE "C" NOT NULL,
	prev     TEXT   COLLATE "C" NOT NULL,
	hash     TEXT   COLLATE "C" NOT NULL,
	PRIMARY KEY (contact, seq)
);

CREATE TABLE contacts (
	id       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
	edition  TEXT   COLLATE "C" NOT NULL,
	class    TEXT   COLLATE "C" NOT NULL,
	company  TEXT   COLLATE "C" NOT NULL,
	channel  TEXT   COLLATE "C" NOT NULL,
	probe    TEXT   COLLATE "C" NOT NULL,
	state    TEXT   COLLATE "C" NOT NULL,
	outcome  TEXT   COLLATE "C" NOT NULL,
	due      BIGINT NOT NULL,
	deadline BIGINT,
	events   BIGINT NOT NULL,
	head     TEXT   COLLATE "C" NOT NULL,
	body     TEXT   COLLATE "C" NOT NULL,
	changed  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX contacts_due      ON contacts (due, id);
CREATE INDEX contacts_state    ON contacts (state, due, id);
CREATE INDEX contacts_company  ON contacts (company, due, id);
CREATE INDEX contacts_deadline ON contacts (outcome, channel, deadline);
CREATE INDEX contacts_changed  ON contacts (changed);

CREATE TABLE names (
	name    TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	contact TEXT   COLLATE "C" NOT NULL,
	attempt BIGINT NOT NULL,
	PRIMARY KEY (name, channel)
);

CREATE TABLE arrivals (
	channel  TEXT   COLLATE "C" NOT NULL,
	key      TEXT   COLLATE "C" NOT NULL,
	source   TEXT   COLLATE "C" NOT NULL,
	contact  TEXT   COLLATE "C" NOT NULL,
	attempt  BIGINT NOT NULL,
	rule     TEXT   COLLATE "C" NOT NULL,
	kind     TEXT   COLLATE "C" NOT NULL,
	sender   TEXT   COLLATE "C" NOT NULL,
	subject  TEXT   COLLATE "C" NOT NULL,
	copied   BIGINT NOT NULL,
	media    TEXT   COLLATE "C" NOT NULL,
	names    TEXT   COLLATE "C" NOT NULL,
	times    TEXT   COLLATE "C" NOT NULL,
	arrived  BIGINT NOT NULL,
	flagged  TEXT   COLLATE "C" NOT NULL,
	digest   TEXT   COLLATE "C" NOT NULL,
	company  TEXT   COLLATE "C" NOT NULL DEFAULT '',
	centre   TEXT   COLLATE "C" NOT NULL DEFAULT '',
	voice    TEXT   COLLATE "C" NOT NULL DEFAULT '',
	doubtful BIGINT NOT NULL DEFAULT 0,
	words    TEXT   COLLATE "C" NOT NULL DEFAULT '',
	platform TEXT   COLLATE "C" NOT NULL DEFAULT '{}',
	verdict  TEXT   COLLATE "C" NOT NULL DEFAULT '',
	unread   BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (channel, key)
);
CREATE INDEX arrivals_contact   ON arrivals (contact, arrived) WHERE contact <> '';
CREATE INDEX arrivals_unmatched ON arrivals (channel, arrived) WHERE contact = '' AND copied = 0 AND verdict = '';
CREATE INDEX arrivals_doubtful  ON arrivals (arrived) WHERE doubtful = 1 AND contact <> '' AND verdict = '';
CREATE INDEX arrivals_voice     ON arrivals (company, centre) WHERE voice <> '';

CREATE TABLE evidence (
	digest TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
	size   BIGINT NOT NULL,
	body   BYTEA  NOT NULL
);
-- It is compressed already.
ALTER TABLE evidence ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE marks (
	channel  TEXT   COLLATE "C" NOT NULL,
	source   TEXT   COLLATE "C" NOT NULL,
	position TEXT   COLLATE "C" NOT NULL,
	until    BIGINT NOT NULL,
	PRIMARY KEY (channel, source)
);

CREATE TABLE tallies (
	edition TEXT   COLLATE "C" NOT NULL,
	class   TEXT   COLLATE "C" NOT NULL,
	company TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	body    TEXT   COLLATE "C" NOT NULL,
	PRIMARY KEY (edition, class, company, channel)
);
CREATE INDEX tallies_version ON tallies (version);

CREATE TABLE counters (
	name    TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	kind    TEXT   COLLATE "C" NOT NULL,
	count   BIGINT NOT NULL,
	PRIMARY KEY (name, channel, kind)
);
-- Who writes locks this row first. So versions are committed in their order, and a
-- reader that has seen one has seen all before it.
INSERT INTO counters (name, channel, kind, count) VALUES ('version', '', '', 0);

CREATE TABLE meta (
	name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	value TEXT COLLATE "C" NOT NULL
);
INSERT INTO meta (name, value) VALUES ('ledger', replace(gen_random_uuid()::text, '-', ''));
