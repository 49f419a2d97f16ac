--
-- Functions that may fail are not called on buckets that have no row: neither to
-- find out which times a clause asks for, nor where a group time changes.  Each
-- case is an expression of a bucket's edges that fails on some bucket, as its
-- first column shows; asked of a table without rows, it must not.
--
\i test/lib/setup.sql \set ECHO none
\set QUIET on
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
ALTER FOREIGN TABLE usage_hourly.completions OPTIONS (ADD history '30 days');
CREATE SCHEMA own;
CREATE TABLE own.bucket AS
SELECT s AS start_time, s + interval '1 hour' AS end_time, (s AT TIME ZONE 'UTC')::date AS day
FROM generate_series(date_trunc('day', now(), 'UTC') - interval '30 days', now(),
	interval '1 hour') AS s;
CREATE FUNCTION own.refuse(t timestamptz) RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN
	RAISE 'called';
END
$$;
CREATE COLLATION own.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- How a query goes: the SQLSTATE of its error, or "ok".
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- On buckets as such; and, without rows, as a clause, negated, as a group time,
-- in a filter, and behind a condition that is never true.
CREATE FUNCTION pg_temp.judge(expr text) RETURNS text LANGUAGE sql AS $$
	SELECT format('  %s | %s | %s', pg_temp.outcome(format(
			'SELECT count(x) FROM (SELECT %s AS x FROM own.bucket OFFSET 0) AS b', expr)),
		(SELECT string_agg(pg_temp.outcome(format(query, expr)), ' ' ORDER BY n)
		FROM unnest(ARRAY[
			'SELECT * FROM usage_hourly.completions WHERE model = ''none'' AND (%s) IS NOT NULL',
			'SELECT * FROM usage_hourly.completions WHERE model = ''none'' AND NOT coalesce((%s)::text = ''a'', false)',
			'SELECT %s, sum(input_tokens) FROM usage_hourly.completions WHERE model = ''none'' GROUP BY 1',
			'SELECT sum(input_tokens) FILTER (WHERE (%s)::text <> ''a'') FROM usage_hourly.completions
				WHERE model = ''none''',
			'SELECT count(*) FROM usage_hourly.completions WHERE model = ''none''
				AND CASE WHEN start_time < end_time THEN start_time < now() ELSE (%s) IS NULL END'
		]) WITH ORDINALITY AS q(query, n)), expr)
$$;

\echo Divisions.
SELECT pg_temp.judge(expr) FROM (VALUES
	('1 / (extract(hour FROM start_time) - 5)'),
	('1 / (extract(hour FROM start_time)::int - 5)'),
	('1 % (day - current_date)'),
	('extract(hour FROM start_time) / 0'),
	('date_part(''hour'', start_time) / 0'),
	('(day - date ''2000-01-01'') % 0')
) AS c(expr);

\echo Numbers out of range.
SELECT pg_temp.judge(expr) FROM (VALUES
	('(extract(epoch FROM start_time) * 10)::int'),
	('(day - date ''2000-01-01'') * 1000000'),
	('(day - date ''2000-01-01'')::bigint * 900000000000 * 900000000000'),
	('(extract(epoch FROM start_time)::bigint + 9223372036854775807)'),
	('(extract(epoch FROM start_time)::bigint * 10 % 9000000000)::int'),
	('exp(extract(epoch FROM start_time))'),
	('date_part(''epoch'', start_time) * 1e300 * 1e300'),
	('factorial(extract(hour FROM start_time)::int - 5)'),
	('sqrt(extract(hour FROM start_time) - 5)'),
	('ln(extract(hour FROM start_time))'),
	('chr(extract(hour FROM start_time)::int)')
) AS c(expr);

\echo Times out of range.
SELECT pg_temp.judge(expr) FROM (VALUES
	('start_time + interval ''293000 years'''),
	('start_time - interval ''10000000 days'''),
	('day + 2147483000'),
	('day - 2147483000'),
	('day - 2400000 - 70000'),
	('start_time - interval ''1000 years'' - interval ''5000 years'' - interval ''900 years'''),
	('start_time - interval ''100 years'' * extract(hour FROM start_time)::int * 5'),
	('to_timestamp(extract(epoch FROM start_time)::float8 * -200)'),
	('extract(dow FROM now() - start_time)'),
	('start_time + interval ''29000 years'' * extract(hour FROM start_time)::int'),
	('make_date(2026, extract(hour FROM start_time)::int, 1)'),
	('to_timestamp(extract(epoch FROM start_time)::float8 * 1e6)')
) AS c(expr);

\echo Words that name no unit, part, zone or format.
SELECT pg_temp.judge(expr) FROM (VALUES
	('date_trunc(''fortnight'', start_time)'),
	('extract(hour FROM day)'),
	('date_part(''moon'', start_time)'),
	('date_bin(''1 month'', start_time, timestamptz ''2000-01-01'')'),
	('date_bin(''0 days'', start_time, timestamptz ''2000-01-01'')'),
	('date_bin(''-1 day'', start_time, timestamptz ''2000-01-01'')'),
	('start_time AT TIME ZONE interval ''1 month'''),
	('day::text LIKE ''_\'''),
	('day::text COLLATE own.any_case LIKE ''2%'''),
	('day::text ~ ''('''),
	('to_char(start_time, ''YYYY-MM'')::int'),
	('to_char(start_time, ''YYYY'')::int + to_date(to_char(start_time, ''HH24''), ''MM'')'),
	('day::text::timestamp + to_char(start_time, ''HH24'')::interval * ''infinity''::float8')
) AS c(expr);

\echo Functions of others; a function that is no operator of the clause.
SELECT pg_temp.judge(expr) FROM (VALUES
	('own.refuse(start_time)'),
	('own.refuse(now()) AND start_time < now()'),
	('start_time < now() AND own.refuse(now())'),
	('CASE WHEN start_time < now() THEN own.refuse(now()) END'),
	('coalesce(nullif(start_time < now(), true), own.refuse(now()))'),
	('CASE WHEN start_time < now() THEN end_time > CASE WHEN own.refuse(now()) THEN now() END END')
) AS c(expr);

\echo A value that is compared may fail, as that of an index scan may.
SELECT pg_temp.outcome('SELECT * FROM usage_hourly.completions WHERE model = ''none''
	AND start_time::date > CASE WHEN own.refuse(now()) THEN current_date END');

DROP SCHEMA own CASCADE;
