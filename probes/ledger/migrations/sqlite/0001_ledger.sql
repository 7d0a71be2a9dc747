-- +goose Up

-- What happened. All tables after it but arrivals, evidence and marks are made
-- of it, and can be made anew. Times are Unix microseconds.
CREATE TABLE events (
	contact  TEXT   NOT NULL,
	seq      BIGINT NOT NULL,
	attempt  BIGINT NOT NULL,
	kind     TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	recorded BIGINT NOT NULL,
	data     TEXT   NOT NULL,
	prev     TEXT   NOT NULL,
	hash     TEXT   NOT NULL,
	PRIMARY KEY (contact, seq)
) WITHOUT ROWID;

-- Each contact as it stands; the columns are what it is found by, and head is
-- the hash of its last event.
CREATE TABLE contacts (
	id       TEXT   NOT NULL PRIMARY KEY,
	edition  TEXT   NOT NULL,
	class    TEXT   NOT NULL,
	company  TEXT   NOT NULL,
	channel  TEXT   NOT NULL,
	probe    TEXT   NOT NULL,
	state    TEXT   NOT NULL,
	outcome  TEXT   NOT NULL,
	due      BIGINT NOT NULL,
	deadline BIGINT,
	events   BIGINT NOT NULL,
	head     TEXT   NOT NULL,
	body     TEXT   NOT NULL
);
CREATE INDEX contacts_due      ON contacts (due, id);
CREATE INDEX contacts_state    ON contacts (state, due, id);
CREATE INDEX contacts_company  ON contacts (company, due, id);
CREATE INDEX contacts_deadline ON contacts (outcome, channel, deadline);

-- By what an arrival may point at an attempt. A name belongs to one attempt.
CREATE TABLE names (
	name    TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	contact TEXT   NOT NULL,
	attempt BIGINT NOT NULL,
	PRIMARY KEY (name, channel)
) WITHOUT ROWID;

-- What was heard, each once. An empty contact waits for a person.
CREATE TABLE arrivals (
	channel TEXT   NOT NULL,
	key     TEXT   NOT NULL,
	source  TEXT   NOT NULL,
	contact TEXT   NOT NULL,
	attempt BIGINT NOT NULL,
	rule    TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	sender  TEXT   NOT NULL,
	subject TEXT   NOT NULL,
	copied  BIGINT NOT NULL,
	media   TEXT   NOT NULL,
	names   TEXT   NOT NULL,
	times   TEXT   NOT NULL,
	arrived BIGINT NOT NULL,
	flagged TEXT   NOT NULL,
	digest  TEXT   NOT NULL,
	PRIMARY KEY (channel, key)
);
CREATE INDEX arrivals_contact   ON arrivals (contact, arrived) WHERE contact <> '';
CREATE INDEX arrivals_unmatched ON arrivals (channel, arrived) WHERE contact = '' AND copied = 0;

-- The papers, compressed by zstd, under the SHA-256 of what they were.
CREATE TABLE evidence (
	digest TEXT   NOT NULL PRIMARY KEY,
	size   BIGINT NOT NULL,
	body   BLOB   NOT NULL
);

-- How far each source has been heard.
CREATE TABLE marks (
	channel  TEXT   NOT NULL,
	source   TEXT   NOT NULL,
	position TEXT   NOT NULL,
	until    BIGINT NOT NULL,
	PRIMARY KEY (channel, source)
) WITHOUT ROWID;

-- The running figures, and the version at which they last changed.
CREATE TABLE tallies (
	edition TEXT   NOT NULL,
	class   TEXT   NOT NULL,
	company TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	version BIGINT NOT NULL,
	body    TEXT   NOT NULL,
	PRIMARY KEY (edition, class, company, channel)
);
CREATE INDEX tallies_version ON tallies (version);

-- Counts of arrivals and failures; and the version, which every write raises.
CREATE TABLE counters (
	name    TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	count   BIGINT NOT NULL,
	PRIMARY KEY (name, channel, kind)
) WITHOUT ROWID;

CREATE TABLE meta (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;
