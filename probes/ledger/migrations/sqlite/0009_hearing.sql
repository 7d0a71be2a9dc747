-- +goose Up

-- What of a company has changed is read at each arrival from it, and what its
-- centres sound like, by the index alone.
CREATE INDEX IF NOT EXISTS contacts_company_changed ON contacts (company, changed);
DROP INDEX IF EXISTS arrivals_voice;
CREATE INDEX IF NOT EXISTS arrivals_voice ON arrivals (company, centre, voice, contact) WHERE voice <> '';
