-- +goose Up

-- 1 of an arrival at which the reader failed, so that these can be counted again.
ALTER TABLE arrivals ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
