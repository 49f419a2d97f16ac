-- test/lib/tools.sql: queries as programs write them, and what each asks for
--
-- A test fills "tool_query" and includes test/lib/ask_tools.sql, which runs them
-- and prints a line for each: how many requests there were, the buckets of each
-- width and the groups that they asked for, and whether the answer is the
-- oracle's.  There is nothing to compare in the test itself: how much is asked
-- for is recorded in "expected", where a change of it is to be looked at.
--
-- In a query, {-3} is the date of three days ago (UTC), {0} that of today, and
-- {-3:epoch} when it began, in seconds: programs send times as constants.
-- {monday-3} is the date three days before the last Monday.
--
-- Needs test/lib/opening.sql, with the oracles of completions and costs.  With
-- $USAGE_TOOLS_REPORT, the name of a file, requests and bytes are added to that;
-- the variable "tool" is who writes the queries there.
SET TimeZone = 'UTC';
SET DateStyle = ISO;
SET IntervalStyle = postgres;
ALTER SERVER openai OPTIONS (ADD project 'none', SET max_concurrent_requests '4');

-- A query with types is prepared, and executed with args by a generic plan.
-- "meant" are the ranges of time that it is about, where these depend on the hour
-- or the month in which the test runs; then requests and buckets are not counted.
CREATE TEMP TABLE tool_query (
	n int GENERATED ALWAYS AS IDENTITY, name text, query text,
	types text, args text, zone text DEFAULT 'UTC', meant text, answer text, rows bigint);

-- Seconds are nothing to the oracle as tables.
DO $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT viewname FROM pg_views WHERE schemaname = 'oracle' LOOP
		EXECUTE format('ALTER VIEW oracle.%1$I RENAME TO %2$I', name, name || '_view');
		EXECUTE format('CREATE TABLE oracle.%1$I AS TABLE oracle.%2$I', name, name || '_view');
		EXECUTE format('ANALYZE oracle.%I', name);
	END LOOP;
END
$$;

-- What an organization has beside these tables.
CREATE SCHEMA report;
CREATE TABLE report.projects (openai_id text PRIMARY KEY, name text, team text, active boolean);
INSERT INTO report.projects
SELECT id, 'Project ' || n, 'team ' || n % 3, n % 4 <> 0
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
	FROM (SELECT DISTINCT project_id FROM oracle.completions WHERE project_id IS NOT NULL) AS p(id)
) AS p;
CREATE TABLE report.prices (
	model text PRIMARY KEY, input_price numeric(12,10), output_price numeric(12,10));
INSERT INTO report.prices
SELECT model, 0.00000025 * n, 0.000002 * n
FROM (SELECT model, row_number() OVER (ORDER BY model) AS n
	FROM (SELECT DISTINCT model FROM oracle.completions WHERE model IS NOT NULL) AS m(model)
) AS m;
CREATE TABLE report.calendar AS
SELECT d::date AS day, date_trunc('month', d)::date AS month, extract(isoyear FROM d) AS iso_year
FROM generate_series(pg_temp.today() - 400, pg_temp.today() + 30, interval '1 day') AS d;
-- What was loaded by earlier runs, up to four days ago.
CREATE TABLE report.daily_usage AS
SELECT day, start_time, model, sum(input_tokens) AS input_tokens
FROM oracle.completions WHERE day BETWEEN pg_temp.today() - 60 AND pg_temp.today() - 4
GROUP BY 1, 2, 3;
ANALYZE report.projects, report.prices, report.calendar, report.daily_usage;

CREATE FUNCTION pg_temp.with_dates(filled text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	days int;
BEGIN
	FOR days IN SELECT m[1] FROM regexp_matches(filled, '\{(-?\d+)[:}]', 'g') AS m LOOP
		filled := replace(filled, format('{%s}', days), (pg_temp.today() + days)::text);
		filled := replace(filled, format('{%s:epoch}', days),
			extract(epoch FROM pg_temp.today() + days)::bigint::text);
	END LOOP;
	FOR days IN SELECT m[1] FROM regexp_matches(filled, '\{monday(-\d+)\}', 'g') AS m LOOP
		filled := replace(filled, format('{monday%s}', days),
			(date_trunc('week', pg_temp.today()::timestamp)::date + days)::text);
	END LOOP;
	RETURN filled;
END
$$;

CREATE FUNCTION pg_temp.store(answer text, c tool_query, query text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('DROP TABLE IF EXISTS %I', answer);
	IF c.types IS NULL THEN
		EXECUTE format('CREATE TEMP TABLE %I AS %s', answer, query);
	ELSE
		EXECUTE format('PREPARE of_tool (%s) AS %s', c.types, query);
		EXECUTE format('CREATE TEMP TABLE %I AS EXECUTE of_tool (%s)',
			answer, pg_temp.with_dates(c.args));
		DEALLOCATE of_tool;
	END IF;
END
$$;

-- Runs a query once, with its number as the project that its requests carry.  Some
-- days have no events, so an answer may be without rows, but hardly several.
CREATE FUNCTION pg_temp.run_tool(c tool_query, OUT answer text, OUT rows bigint)
LANGUAGE plpgsql AS $$
DECLARE
	query text := pg_temp.with_dates(c.query);
BEGIN
	EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', c.n);
	PERFORM set_config('TimeZone', c.zone, true);
	PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
	PERFORM pg_temp.store('ours', c, query);
	PERFORM pg_temp.store('theirs', c, pg_temp.theirs(query));
	SELECT count(*) INTO rows FROM ours;
	answer := CASE WHEN rows = 0 AND NOT EXISTS (SELECT FROM theirs) THEN 'same'
		ELSE pg_temp.same('TABLE ours', 'TABLE theirs') END;
EXCEPTION WHEN OTHERS THEN
	answer := 'failed: ' || SQLERRM;
END
$$;

CREATE TEMP TABLE dimensions AS
SELECT endpoint, array_agg(field ORDER BY field) AS fields
FROM usage_fdw_columns() WHERE role = 'dimension' AND imported GROUP BY endpoint;

-- The requests, each in parts.  Of today there are more buckets from hour to hour.
CREATE TEMP VIEW tool_request AS
SELECT seq, project, endpoint, bytes, width, filters,
	to_timestamp(start_s) AS start_time, to_timestamp(end_s) AS end_time,
	CASE WHEN end_s <= today_s THEN buckets
		ELSE greatest(today_s - start_s, 0) * buckets / (end_s - start_s) END AS buckets,
	end_s > today_s AS today,
	CASE WHEN by.fields = d.fields THEN 'all'
		ELSE coalesce(array_to_string(by.fields, ' '), 'nothing') END AS groups
FROM request
JOIN dimensions AS d USING (endpoint)
CROSS JOIN LATERAL (SELECT pg_temp.buckets_asked(query),
	substring(query FROM 'bucket_width=(\w+)'),
	substring(query FROM 'start_time=(\d+)')::bigint, substring(query FROM 'end_time=(\d+)')::bigint,
	extract(epoch FROM pg_temp.today())::bigint) AS w(buckets, width, start_s, end_s, today_s)
CROSS JOIN LATERAL (SELECT array_agg(m[1] ORDER BY m[1])
	FROM regexp_matches(query, 'group_by=(\w+)', 'g') AS m) AS by(fields)
CROSS JOIN LATERAL (SELECT string_agg(DISTINCT m[1], ' ')
	FROM regexp_matches(query, '\m(\w+)=', 'g') AS m
	WHERE m[1] NOT IN ('start_time', 'end_time', 'bucket_width', 'limit', 'page', 'group_by'))
	AS f(filters);

-- Of each endpoint, the buckets of each width, the groups and the filters that were
-- asked for: "completions 1h 21, 1d 6 by model where batch; costs 1d 6 and today by nothing".
CREATE FUNCTION pg_temp.asked_by(c tool_query) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s by %s', endpoint, widths, groups)
		|| coalesce(' where ' || filters, ''), '; ' ORDER BY endpoint, groups, filters)
	FROM (
		SELECT endpoint, groups, filters, string_agg(concat_ws(' ', width,
			CASE WHEN c.meant IS NULL THEN concat_ws(' and ', nullif(buckets, 0),
				CASE WHEN today THEN 'today' END) END), ', ' ORDER BY width DESC) AS widths
		FROM (SELECT endpoint, groups, filters, width, sum(buckets) AS buckets, bool_or(today) AS today
			FROM tool_request WHERE project = c.n::text GROUP BY 1, 2, 3, 4) AS w
		GROUP BY 1, 2, 3) AS e
$$;

-- How many requests there were, or whether they keep to what is meant, give or
-- take a day.
CREATE FUNCTION pg_temp.requests_of(c tool_query) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	requests bigint;
	asked tstzmultirange;
	meant tstzmultirange;
BEGIN
	SELECT count(*), range_agg(tstzrange(start_time, end_time)) INTO requests, asked
	FROM tool_request WHERE project = c.n::text;
	IF c.meant IS NULL OR requests = 0 THEN
		RETURN requests || ' request' || CASE requests WHEN 1 THEN '' ELSE 's' END;
	END IF;
	EXECUTE format('SELECT range_agg(tstzrange(lower(r) - interval ''1 day'',
		upper(r) + interval ''1 day'')) FROM unnest(ARRAY[%s]) AS r', pg_temp.with_dates(c.meant))
		INTO meant;
	RETURN CASE WHEN requests <= 3 THEN 'few' ELSE 'many' END || ' requests, '
		|| CASE WHEN asked <@ meant THEN 'for the time meant' ELSE 'for more time' END;
END
$$;
\set tools_report `echo "$USAGE_TOOLS_REPORT"`
