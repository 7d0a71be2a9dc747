-- +goose Up

ALTER TABLE arrivals ADD COLUMN sum TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE marks    ADD COLUMN sum TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE digests (
	name    TEXT   COLLATE "C" NOT NULL,
	channel TEXT   COLLATE "C" NOT NULL,
	count   BIGINT NOT NULL,
	sum     TEXT   COLLATE "C" NOT NULL,
	PRIMARY KEY (name, channel)
);

INSERT INTO meta (name, value) VALUES ('undigested', 'yes');
