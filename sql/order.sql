--
-- Order: a scan gives its rows in the order of time, either way, so that who
-- wants them so need not sort, and who wants the newest need not read the rest.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/plan.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA ordering;
SET TimeZone = 'UTC';
\pset format unaligned
\pset tuples_only on

--
-- Which orders are the scan's own
--
CREATE FUNCTION pg_temp.by(sort text) RETURNS text LANGUAGE sql AS $$
  SELECT sort || ': ' || pg_temp.sorts(query) || ': ' || pg_temp.ordered(query,
    'ROW(' || regexp_replace(sort, '(start_time|end_time|day|model)[^,]*', '\1', 'g') || ')')
  FROM (SELECT 'SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 40 ORDER BY ' || sort AS query) AS q
$$;
SELECT pg_temp.by(sort) FROM (VALUES
  ('start_time'), ('start_time DESC'), ('end_time'), ('end_time DESC'), ('day'), ('day DESC'),
  ('start_time NULLS FIRST'), ('start_time DESC NULLS LAST'), ('day NULLS FIRST'), ('day DESC NULLS LAST'),
  ('day USING <'), ('day USING >'),
  ('day, start_time'), ('start_time, day, end_time'), ('end_time DESC, day DESC NULLS LAST, start_time DESC'),
  ('start_time, day DESC'), ('day DESC, start_time'),
  ('day, model'), ('day DESC, model'), ('start_time DESC, day DESC, model DESC'), ('day DESC, model, start_time'),
  ('model'), ('model, day')) AS s(sort);

-- for each width, with pages shorter than the windows, and more than one window
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=7 >/dev/null
SELECT pg_temp.ordered('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 70 ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage.costs ORDER BY start_time DESC', 'start_time');
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=50 >/dev/null
SELECT pg_temp.ordered('SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15 ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15 ORDER BY day DESC, start_time DESC', 'start_time');
SELECT pg_temp.sorts('SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15 ORDER BY day DESC, start_time');
SELECT pg_temp.ordered('SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15 ORDER BY day DESC, start_time', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage_minutely.completions WHERE day >= pg_temp.today() - 2 ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage_minutely.completions WHERE day >= pg_temp.today() - 2 ORDER BY end_time', 'end_time');
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=0 >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
-- several ranges, from the last one on
SELECT pg_temp.ordered($$
  SELECT * FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 90 AND pg_temp.today() - 50 OR day = pg_temp.today() - 30
    OR day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1
  ORDER BY start_time DESC$$, 'start_time');
\i test/lib/requests.sql
\set QUIET on

-- several in flight, and some of them again
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4', SET max_retries '9', ADD retry_delay '1ms');
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=20 >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" fault status code=500 count=-1 probability=30 >/dev/null
SELECT pg_temp.ordered('SELECT * FROM usage.completions ORDER BY start_time', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage.completions ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.ordered('SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 50 ORDER BY start_time DESC', 'start_time');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=0 >/dev/null
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '1', SET max_retries '0', DROP retry_delay);

-- more rows in a bucket than work_mem holds
SET work_mem = '64kB';
SELECT pg_temp.ordered('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC', 'start_time');
RESET work_mem;

\! "$USAGE_SIMULATOR_CONTROL" reset-requests
-- reading newest first is in smaller windows, but never in more than are allowed
SELECT count(*) = (SELECT count(*) FROM oracle.completions_1m WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1) AS same
FROM (SELECT FROM usage_minutely.completions WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1 ORDER BY start_time DESC OFFSET 0) AS c;
\! "$USAGE_SIMULATOR_CONTROL" requests | tail -n +2 | wc -l
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (ADD max_requests '8');
SELECT count(*) = (SELECT count(*) FROM oracle.completions_1m WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1) AS same
FROM (SELECT FROM usage_minutely.completions WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1 ORDER BY start_time DESC OFFSET 0) AS c;
\! "$USAGE_SIMULATOR_CONTROL" requests | tail -n +2 | wc -l
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (DROP max_requests);

-- an order of somebody's own is not that of time
CREATE FUNCTION ordering.compare(date, date) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT date_cmp($2, $1)';
CREATE FUNCTION ordering.before(date, date) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $2 < $1';
CREATE FUNCTION ordering.after(date, date) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $2 > $1';
CREATE OPERATOR ordering.<<< (LEFTARG = date, RIGHTARG = date, FUNCTION = ordering.before);
CREATE OPERATOR ordering.>>> (LEFTARG = date, RIGHTARG = date, FUNCTION = ordering.after);
CREATE OPERATOR CLASS ordering.reversed FOR TYPE date USING btree AS
  OPERATOR 1 ordering.<<<, OPERATOR 3 =, OPERATOR 5 ordering.>>>, FUNCTION 1 ordering.compare(date, date);
SELECT pg_temp.by('day USING OPERATOR(ordering.<<<)');
SELECT pg_temp.by('day USING OPERATOR(ordering.>>>)');
DROP OPERATOR FAMILY ordering.reversed USING btree CASCADE;

--
-- Who uses it
--
CREATE FUNCTION pg_temp.check_plan(keys text, query text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.sorts(query) || ': ' || pg_temp.ordered(query, keys)
$$;

-- grouping: a group is complete when the next one begins
SET enable_hashagg = off;
SELECT pg_temp.check_plan('day', 'SELECT day, count(*), sum(input_tokens) FROM usage.completions WHERE day >= pg_temp.today() - 40 GROUP BY day');
SELECT pg_temp.check_plan('day', 'SELECT day, count(*) FROM usage.completions WHERE day >= pg_temp.today() - 40 GROUP BY day ORDER BY day DESC');
SELECT pg_temp.check_plan('day', 'SELECT DISTINCT day FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9');
RESET enable_hashagg;

-- the first row of each day
SELECT pg_temp.sorts('SELECT DISTINCT ON (day) day, model FROM usage.completions ORDER BY day');
SELECT pg_temp.check_plan('day', 'SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9 ORDER BY day, start_time');
SELECT pg_temp.check_plan('day', 'SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9 ORDER BY day DESC, start_time DESC');
SELECT pg_temp.ordered('SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9 ORDER BY day DESC, start_time', 'ROW(day, start_time)');

-- windows over time
SELECT pg_temp.check_plan('day', $$
  SELECT day, sum(count(*)) OVER (ORDER BY day) AS so_far
  FROM usage.completions WHERE day >= pg_temp.today() - 40 GROUP BY day ORDER BY day$$);
SELECT pg_temp.check_plan('start_time', $$
  SELECT start_time, rank() OVER (ORDER BY start_time DESC) FROM usage.completions
  WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC$$);
SELECT pg_temp.check_plan('day', $$
  SELECT day, start_time, dense_rank() OVER (PARTITION BY day ORDER BY start_time)
  FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9 ORDER BY day, start_time$$);

-- merge joins: of two usage tables, of two widths, with a table that has an index
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT pg_temp.check_plan('day', $$
  SELECT a.day, a.model, b.line_item FROM usage.completions AS a JOIN usage.costs AS b USING (start_time)
  WHERE a.day >= pg_temp.today() - 40 AND b.day >= pg_temp.today() - 35$$);
SELECT pg_temp.check_plan('day', $$
  SELECT a.day, a.model, b.start_time FROM usage.completions AS a LEFT JOIN usage_hourly.completions AS b ON a.day = b.day AND b.start_time > a.start_time
  WHERE a.day >= pg_temp.today() - 5$$);
SELECT pg_temp.check_plan('day', $$
  SELECT day, a.input_tokens, b.amount FROM usage.completions AS a FULL JOIN usage.costs AS b USING (day)
  WHERE day >= pg_temp.today() - 30 ORDER BY day$$);
SELECT pg_temp.sorts('SELECT FROM usage.completions AS a FULL JOIN usage.costs AS b ON a.day = b.day');
SELECT pg_temp.check_plan('day', $$
  SELECT a.day, a.model, b.line_item FROM usage.completions AS a JOIN usage.costs AS b USING (start_time)
  WHERE a.day >= pg_temp.today() - 40 AND b.day >= pg_temp.today() - 35 ORDER BY start_time DESC$$);
CREATE TABLE ordering.holidays (day date PRIMARY KEY, name text);
INSERT INTO ordering.holidays SELECT pg_temp.today() - n, 'holiday ' || n FROM generate_series(-5, 3000) AS n;
ANALYZE ordering.holidays;
SET enable_sort = off;
SELECT pg_temp.check_plan('day', 'SELECT * FROM usage.completions JOIN ordering.holidays USING (day) WHERE start_time >= pg_temp.today() - 40');
RESET enable_sort;
RESET enable_hashjoin;
RESET enable_nestloop;

-- merged in order: UNION ALL, and partitions, some of them kept
SELECT pg_temp.check_plan('start_time', $$
  SELECT * FROM (SELECT start_time, day, model FROM usage.completions UNION ALL
    SELECT start_time, day, line_item FROM usage.costs) AS u
  WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC$$);
CREATE TABLE ordering.costs (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE TABLE ordering.kept PARTITION OF ordering.costs FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE INDEX ON ordering.kept (day);
CREATE INDEX ON ordering.kept (start_time);
INSERT INTO ordering.kept (start_time, end_time, day)
SELECT d, d + interval '1 day', d FROM generate_series(timestamptz '2019-01-01', '2019-12-31', '1 hour') AS h(at), date_trunc('day', at) AS d;
ANALYZE ordering.kept;
ALTER TABLE ordering.costs ATTACH PARTITION usage.costs FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
SELECT sort, pg_temp.sorts(query), array_agg(o = s)
FROM unnest(ARRAY['day', 'day DESC', 'start_time', 'start_time DESC']) AS sort,
  LATERAL (SELECT 'SELECT * FROM ordering.costs ORDER BY ' || sort AS query) AS q,
  LATERAL (SELECT pg_temp.keys(query, 'day') AS o) AS ours,
  LATERAL (SELECT pg_temp.keys('(SELECT day, start_time FROM oracle.costs UNION ALL SELECT day, start_time FROM ordering.kept ORDER BY '
    || sort || ')', 'day') AS s) AS theirs
GROUP BY 1, 2 ORDER BY 1;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
SELECT max(day) AS costs_day FROM oracle.costs WHERE day < pg_temp.today() - 9 \gset
SELECT max(day) = :'costs_day' AS newest FROM ordering.costs WHERE day <= :'costs_day';
\i test/lib/asked.sql
ALTER TABLE ordering.costs DETACH PARTITION usage.costs;

--
-- The newest row
--

-- a day that has rows, as the one before it has; not today, where nobody knows yet
SELECT max(a.day) AS newest FROM oracle.completions AS a JOIN oracle.completions AS b ON a.day = b.day + 1 WHERE a.day < pg_temp.today() \gset
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
SELECT start_time = :'newest' AS newest FROM usage.completions WHERE day <= :'newest' ORDER BY start_time DESC LIMIT 1;
\i test/lib/asked.sql
SELECT max(start_time) = :'newest' AS newest FROM usage.completions WHERE day <= :'newest';
\i test/lib/asked.sql
SELECT max(day) = :'newest', max(end_time) = :'newest'::date + 1 AS ends FROM usage.completions WHERE day <= :'newest';
\i test/lib/asked.sql
SELECT DISTINCT ON (day) day = :'newest' AS newest FROM usage.completions WHERE day <= :'newest' ORDER BY day DESC LIMIT 1;
\i test/lib/asked.sql
SELECT count(*) FROM (SELECT FROM usage.completions WHERE day <= :'newest' ORDER BY day DESC, model LIMIT 1) AS c;
\i test/lib/asked.sql
SELECT extract(epoch FROM max(start_time) - (SELECT max(start_time) FROM oracle.completions_1h WHERE day <= :'newest')) AS hours,
  pg_temp.sorts('SELECT max(start_time) FROM usage_hourly.completions') FROM usage_hourly.completions
WHERE start_time <= (SELECT max(start_time) FROM oracle.completions_1h WHERE day <= :'newest');
\i test/lib/asked.sql
-- and of all time: where today has none yet, a few more
SELECT start_time = (SELECT max(start_time) FROM oracle.completions) AS newest
FROM usage.completions ORDER BY start_time DESC LIMIT 1;
\! "$USAGE_SIMULATOR_CONTROL" requests | tail -n +2 | awk 'END { print (NR <= 3) ? "few requests" : NR " requests" }'
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- the oldest
SELECT min(day) AS oldest FROM oracle.completions WHERE day > pg_temp.today() - 50 \gset
SELECT min(start_time) = :'oldest' AS oldest FROM usage.completions WHERE day >= :'oldest';
\i test/lib/asked.sql
SELECT day = :'oldest' AS oldest FROM usage.completions WHERE day >= :'oldest' ORDER BY end_time FETCH FIRST ROW ONLY;
\i test/lib/asked.sql
SELECT min(day) = :'oldest' AS oldest, max(start_time) = :'newest' AS newest FROM usage.completions WHERE day BETWEEN :'oldest' AND :'newest';
\i test/lib/asked.sql
-- not of an aggregate that is of no bound, or not alone
SELECT pg_temp.sorts('SELECT max(model) FROM usage.completions');
SELECT pg_temp.sorts('SELECT max(start_time), count(*) FROM usage.completions');

-- nothing found: the windows grow, up to what the API allows
SELECT max(start_time) FROM usage.completions WHERE project_id = 'proj_nobody' AND day > pg_temp.today() - 100;
\i test/lib/asked.sql
SELECT count(*) FROM (SELECT FROM usage_minutely.completions WHERE project_id = 'proj_nobody' AND day > pg_temp.today() - 1 AND day < pg_temp.today() + 1 ORDER BY start_time LIMIT 5) AS c;
SELECT count(*) FROM (SELECT FROM usage_hourly.completions WHERE project_id = 'proj_nobody' AND day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1 ORDER BY start_time DESC LIMIT 5) AS c;
\! "$USAGE_SIMULATOR_CONTROL" requests | grep -v bucket_width=1m | tail -n +2 | wc -l
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
-- something that was last seen 4 to 7 days ago, and another 8 to 15 days ago
SELECT project_id AS project, model, user_id AS "user", max(day) AS last FROM oracle.completions
WHERE project_id <> '' AND model <> '' AND user_id <> '' GROUP BY 1, 2, 3
HAVING max(day) BETWEEN pg_temp.today() - 6 AND pg_temp.today() - 3 ORDER BY 1, 2, 3 LIMIT 1 \gset
SELECT max(start_time) = :'last' AS last FROM usage.completions WHERE project_id = :'project' AND model = :'model' AND user_id = :'user';
\i test/lib/asked.sql
SELECT project_id AS project, model, user_id AS "user", max(day) AS last FROM oracle.completions
WHERE project_id <> '' AND model <> '' AND user_id <> '' GROUP BY 1, 2, 3
HAVING max(day) BETWEEN pg_temp.today() - 14 AND pg_temp.today() - 7 ORDER BY 1, 2, 3 LIMIT 1 \gset
SELECT day = :'last' AS last FROM usage.completions WHERE project_id = :'project' AND model = :'model' AND user_id = :'user' ORDER BY day DESC LIMIT 1;
\i test/lib/asked.sql
\set QUIET on

-- a preview shows the latest: a few rows in no order, with little asked for
SELECT count(*), min(day) >= pg_temp.today() - 7 AS latest FROM (SELECT * FROM usage.completions LIMIT 10) AS c;
\! "$USAGE_SIMULATOR_CONTROL" requests | tail -n +2 | awk 'END { print (NR <= 3) ? "few requests" : NR " requests" }'
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
SELECT count(*), min(day) = :'newest' AS latest FROM (SELECT * FROM usage.completions WHERE day <= :'newest' LIMIT 2) AS c;
\i test/lib/asked.sql
\set QUIET on

DROP SCHEMA ordering CASCADE;
