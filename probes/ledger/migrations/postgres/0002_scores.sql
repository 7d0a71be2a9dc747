-- +goose Up

-- See the migration of SQLite of that name.
CREATE TABLE scores (
	edition TEXT   COLLATE "C" NOT NULL,
	class   TEXT   COLLATE "C" NOT NULL,
	company TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	ends    BYTEA  NOT NULL,
	apart   TEXT   COLLATE "C" NOT NULL,
	PRIMARY KEY (edition, class, company, channel)
);
CREATE INDEX scores_version ON scores (version);
