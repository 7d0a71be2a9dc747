-- +goose Up

-- What is a trial's is counted nowhere.
DELETE FROM counters WHERE name = 'arrivals';
INSERT INTO counters (name, channel, kind, count)
	SELECT 'arrivals', channel, kind, count(*) FROM arrivals WHERE rule <> 'trial' GROUP BY channel, kind;
