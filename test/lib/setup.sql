-- test/lib/setup.sql: a server for the simulator, and all its tables
--
-- Needs USAGE_SIMULATOR_URL and USAGE_SIMULATOR_CONTROL, as test/with_simulator
-- sets them.  The simulator's clock is stopped, so that its numbers stand still.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;

-- The day must not end while a test runs: history is counted from it.
SELECT pg_sleep(CASE WHEN left_s < 60 THEN left_s + 1 ELSE 0 END) FROM (SELECT extract(epoch FROM
	date_trunc('day', now(), 'UTC') + interval '1 day' - now()) AS left_s) AS today
\g /dev/null

\set url `echo "$USAGE_SIMULATOR_URL/v1"`
\! "$USAGE_SIMULATOR_CONTROL" reset >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" set now=$("$USAGE_SIMULATOR_CONTROL" now) >/dev/null

CREATE EXTENSION IF NOT EXISTS usage_fdw;
DROP SERVER IF EXISTS openai CASCADE;
DROP SCHEMA IF EXISTS usage, usage_hourly, usage_minutely, events, oracle CASCADE;
CREATE SERVER openai FOREIGN DATA WRAPPER usage_fdw
	OPTIONS (base_url :'url', max_retries '0', max_concurrent_requests '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (api_key 'sk-admin-simulator');
CREATE SCHEMA usage;
CREATE SCHEMA usage_hourly;
CREATE SCHEMA usage_minutely;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage_hourly OPTIONS (bucket_width '1h');
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage_minutely OPTIONS (bucket_width '1m');

-- The requests since the last look, as the simulator recorded them.
CREATE TEMP TABLE request (
	seq int, endpoint text, path text, query text, status int, organization text,
	project text, accept_encoding text, connection int, bytes bigint, wire_bytes bigint);

CREATE FUNCTION pg_temp.url_decode(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT convert_from(string_agg(
		CASE WHEN m[1] LIKE '\%%' THEN decode(substr(m[1], 2), 'hex')
			ELSE convert_to(m[1], 'UTF8') END, NULL ORDER BY n), 'UTF8')
	FROM regexp_matches(value, '%[0-9A-Fa-f]{2}|[^%]+', 'g') WITH ORDINALITY AS r(m, n)
$$;

-- Time as an offset from today (UTC), so that expected output does not age;
-- the end of the bucket that holds now is "now".
CREATE FUNCTION pg_temp.show_time(seconds bigint, width text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN to_timestamp(seconds) > now() THEN 'now'
		WHEN days = 0 AND rest = 0 THEN 'today'
		ELSE 'today' || CASE WHEN days <> 0 THEN to_char(days, 'SG9999') ELSE '' END
			|| CASE WHEN rest <> 0 THEN '+' || make_interval(secs => rest)::text ELSE '' END
	END
	FROM (SELECT floor((seconds - t) / 86400.0)::int AS days,
			(seconds - t - floor((seconds - t) / 86400.0) * 86400)::int AS rest
		FROM (SELECT extract(epoch FROM date_trunc('day', now(), 'UTC'))::bigint AS t) AS today) AS o
$$;

CREATE FUNCTION pg_temp.show_query(query text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(
		CASE WHEN name IN ('start_time', 'end_time')
			THEN name || '=' || replace(pg_temp.show_time(value::bigint, ''), ' ', '')
			WHEN name = 'page' THEN 'page=(cursor)'
			ELSE name || '=' || pg_temp.url_decode(value) END, ' ' ORDER BY n)
	FROM (SELECT split_part(p, '=', 1) AS name, substr(p, strpos(p, '=') + 1) AS value, n
		FROM unnest(string_to_array(query, '&')) WITH ORDINALITY AS u(p, n)) AS parts
	WHERE name NOT IN ('group_by')
$$;

-- How many buckets the request of this query string is for.
CREATE FUNCTION pg_temp.buckets_asked(query text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT (substring(query FROM 'end_time=(\d+)')::bigint
		- substring(query FROM 'start_time=(\d+)')::bigint)
		/ CASE substring(query FROM 'bucket_width=(\w+)')
			WHEN '1m' THEN 60 WHEN '1h' THEN 3600 ELSE 86400 END
$$;
RESET client_min_messages;
\set ECHO all
\set QUIET off
