-- +goose Up

CREATE TABLE IF NOT EXISTS scores (
	edition TEXT   COLLATE "C" NOT NULL,
	class   TEXT   COLLATE "C" NOT NULL,
	company TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	ends    TEXT   COLLATE "C" NOT NULL,
	apart   TEXT   COLLATE "C" NOT NULL,
	PRIMARY KEY (edition, class, company, channel)
);
CREATE INDEX IF NOT EXISTS scores_version ON scores (version);
CREATE INDEX IF NOT EXISTS contacts_class ON contacts (class, id);
