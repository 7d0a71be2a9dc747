-- +goose Up

-- What was erased: each time what was asked for, how much went, and a digest of
-- what; then each paper that is gone, by its digest. Erasures are one chain.
CREATE TABLE erasures (
	seq      BIGINT NOT NULL PRIMARY KEY,
	at       BIGINT NOT NULL,
	scope    TEXT   COLLATE "C" NOT NULL,
	contacts BIGINT NOT NULL,
	arrivals BIGINT NOT NULL,
	papers   BIGINT NOT NULL,
	sum      TEXT   COLLATE "C" NOT NULL,
	prev     TEXT   COLLATE "C" NOT NULL,
	hash     TEXT   COLLATE "C" NOT NULL
);
CREATE TABLE erased (
	digest  TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
	erasure BIGINT NOT NULL
);
CREATE INDEX erased_erasure ON erased (erasure, digest);

-- 1 of an arrival whose personal columns were taken out.
ALTER TABLE arrivals ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;

-- Who has read evidence, with the names that are in it: one chain, whose
-- beginning goes by age.
CREATE TABLE accesses (
	seq    BIGINT NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL,
	reader TEXT   COLLATE "C" NOT NULL,
	what   TEXT   COLLATE "C" NOT NULL,
	prev   TEXT   COLLATE "C" NOT NULL,
	hash   TEXT   COLLATE "C" NOT NULL
);
