-- +goose Up

-- What arrivals say of who answered, and how sure it is, of those that were kept
-- before they said it: as their contacts and events have it.
UPDATE arrivals SET company = COALESCE((SELECT company FROM contacts WHERE id = arrivals.contact), '')
	WHERE contact <> '' AND company = '';
UPDATE arrivals SET
	centre = COALESCE((SELECT json_extract(e.data, '$.centre') FROM events e WHERE e.contact = arrivals.contact
		AND e.kind = 'heard' AND json_extract(e.data, '$.arrival') = arrivals.key ORDER BY e.seq DESC LIMIT 1), ''),
	doubtful = COALESCE((SELECT json_extract(e.data, '$.doubtful') FROM events e WHERE e.contact = arrivals.contact
		AND e.kind = 'heard' AND json_extract(e.data, '$.arrival') = arrivals.key ORDER BY e.seq DESC LIMIT 1), 0)
	WHERE contact <> '' AND centre = '' AND copied = 0 AND voice = '' AND platform = '{}';
