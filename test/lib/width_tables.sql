-- test/lib/width_tables.sql: minutes and hours of a few days, for the cases of
-- width coarsening
--
-- Makes own.at(days, minutes), the minute of a day counted from today in UTC.
-- Needs test/lib/opening.sql, with the oracles of completions, vector_stores
-- and images.

-- In the last minute of an hour there is no rest of an hour to ask for, so that there is
-- room for days in some cases.
SELECT pg_sleep(CASE WHEN left_s < 90 THEN left_s + 1 ELSE 0 END) FROM (SELECT extract(epoch FROM
	date_trunc('hour', now()) + interval '1 hour' - now()) AS left_s) AS hour
\g /dev/null

-- Days enough for all widths, and no more of the oracle than that.
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (ADD history '12 days');
ALTER FOREIGN TABLE usage_hourly.completions OPTIONS (ADD history '40 days');
ALTER FOREIGN TABLE usage_hourly.vector_stores OPTIONS (ADD history '12 days');
ALTER FOREIGN TABLE usage_hourly.images OPTIONS (ADD history '40 days');
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
SET TimeZone = 'UTC';
SET DateStyle = ISO;
SET IntervalStyle = postgres;
CREATE SCHEMA own;
CREATE FUNCTION own.at(days int, minutes int DEFAULT 0)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT date_trunc('day', now(), 'UTC')
		+ interval '24 hours' * days + interval '1 minute' * minutes
$$;
DO $$
DECLARE
	name text;
	days int;
BEGIN
	FOR name, days IN VALUES ('completions_1m', 12), ('completions_1h', 40),
			('vector_stores_1h', 12), ('images_1h', 40) LOOP
		EXECUTE format('ALTER VIEW oracle.%1$I RENAME TO %2$I', name, name || '_all');
		EXECUTE format('CREATE TABLE oracle.%1$I AS
			SELECT * FROM oracle.%2$I WHERE start_time >= own.at(-%3$s)', name, name || '_all', days);
	END LOOP;
END
$$;
CREATE TABLE own.project (id text, team text, since timestamptz, day date);
INSERT INTO own.project
SELECT id, 'team ' || n % 3, own.at(-5, 77 * n::int), (own.at(-n::int) AT TIME ZONE 'UTC')::date
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (SELECT DISTINCT project_id
	FROM oracle.completions WHERE project_id IS NOT NULL) AS p(id)) AS p;
