--
-- Order: a scan gives its rows in the order of time, either way, so that who
-- wants them so need not sort.  Each case is which sorts its plan should have
-- and which way its scans should read, an expression over the columns by which
-- the rows are in order, and the query, whose rows and order are compared with
-- the oracle's.  Reading no more than the newest: newest.sql.
--
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/request_cases.sql
CREATE SCHEMA ordering;
SET TimeZone = 'UTC';

CREATE FUNCTION pg_temp.order(reads text, keys text, query text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.line(CASE WHEN reads <> '' THEN pg_temp.sorts(query) END, reads, query,
    CASE WHEN keys <> '' THEN pg_temp.ordered(query, keys) ELSE 'ok' END)
$$;
CREATE FUNCTION pg_temp.by(reads text, sort text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.order(reads,
    'ROW(' || regexp_replace(sort, '(start_time|end_time|day|model)[^,]*', '\1', 'g') || ')',
    'SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 40 ORDER BY ' || sort)
$$;

\echo An edge of the bucket, either way, and wherever NULLs would be: there are none.
SELECT pg_temp.by(reads, sort) FROM (VALUES
('no sort; oldest first', 'start_time'),
('no sort; newest first', 'start_time DESC'),
('no sort; oldest first', 'end_time'),
('no sort; newest first', 'end_time DESC'),
('no sort; oldest first', 'day'),
('no sort; newest first', 'day DESC'),
('no sort; oldest first', 'start_time NULLS FIRST'),
('no sort; newest first', 'start_time DESC NULLS LAST'),
('no sort; oldest first', 'day NULLS FIRST'),
('no sort; newest first', 'day DESC NULLS LAST'),
('no sort; oldest first', 'day USING <'),
('no sort; newest first', 'day USING >')
) AS c(reads, sort);

\echo Several bounds, all the same way.
SELECT pg_temp.by(reads, sort) FROM (VALUES
('no sort; oldest first', 'day, start_time'),
('no sort; oldest first', 'start_time, day, end_time'),
('no sort; newest first', 'end_time DESC, day DESC NULLS LAST, start_time DESC')
) AS c(reads, sort);

\echo The scan has the order of the first keys; the rest is sorted within them.
SELECT pg_temp.by(reads, sort) FROM (VALUES
('Incremental Sort; oldest first', 'start_time, day DESC'),
('Incremental Sort; newest first', 'day DESC, start_time'),
('Incremental Sort; oldest first', 'day, model'),
('Incremental Sort; newest first', 'day DESC, model'),
('Incremental Sort; newest first', 'start_time DESC, day DESC, model DESC'),
('Incremental Sort; newest first', 'day DESC, model, start_time')
) AS c(reads, sort);

\echo Another order comes first.
SELECT pg_temp.by(reads, sort) FROM (VALUES
('Sort; oldest first', 'model'),
('Sort; oldest first', 'model, day')
) AS c(reads, sort);

\echo An order that somebody has made is not that of time.
CREATE FUNCTION ordering.compare(date, date) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS
'SELECT date_cmp($2, $1)';
CREATE FUNCTION ordering.before(date, date) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS
'SELECT $2 < $1';
CREATE FUNCTION ordering.after(date, date) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS
'SELECT $2 > $1';
CREATE OPERATOR ordering.<<< (LEFTARG = date, RIGHTARG = date, FUNCTION = ordering.before);
CREATE OPERATOR ordering.>>> (LEFTARG = date, RIGHTARG = date, FUNCTION = ordering.after);
CREATE OPERATOR CLASS ordering.reversed FOR TYPE date USING btree AS
  OPERATOR 1 ordering.<<<, OPERATOR 3 =, OPERATOR 5 ordering.>>>,
  FUNCTION 1 ordering.compare(date, date);
SELECT pg_temp.by(reads, sort) FROM (VALUES
('Sort; oldest first', 'day USING OPERATOR(ordering.<<<)'),
('Sort; oldest first', 'day USING OPERATOR(ordering.>>>)')
) AS c(reads, sort);
DROP OPERATOR FAMILY ordering.reversed USING btree CASCADE;

\echo More than one window, of pages shorter than it.
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=7 >/dev/null
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 70 ORDER BY start_time DESC
$$),
('no sort; newest first', 'start_time', 'SELECT * FROM usage.costs ORDER BY start_time DESC')
) AS c(reads, keys, query);
\echo The same of hours and minutes, of which a day has several.
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=50 >/dev/null
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15
  ORDER BY start_time DESC
$$),
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15
  ORDER BY day DESC, start_time DESC
$$),
('Incremental Sort; newest first', 'start_time', $$
  SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 15
  ORDER BY day DESC, start_time
$$),
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage_minutely.completions WHERE day >= pg_temp.today() - 2
  ORDER BY start_time DESC
$$),
('no sort; oldest first', 'end_time', $$
  SELECT * FROM usage_minutely.completions WHERE day >= pg_temp.today() - 2
  ORDER BY end_time
$$)
) AS c(reads, keys, query);
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=0 >/dev/null

\echo Several ranges, from the last one on, and each from its end.
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 90 AND pg_temp.today() - 50 OR day = pg_temp.today() - 30
    OR day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1
  ORDER BY start_time DESC
$$)
) AS c(reads, keys, query);
INSERT INTO request_case (wanted, query) VALUES
('completions?start_time=today-9 end_time=today bucket_width=1d limit=9
  completions?start_time=today-30 end_time=today-29 bucket_width=1d limit=1
  completions?start_time=today-80 end_time=today-49 bucket_width=1d limit=31
  completions?start_time=today-90 end_time=today-80 bucket_width=1d limit=10', $$
  SELECT * FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 90 AND pg_temp.today() - 50 OR day = pg_temp.today() - 30
    OR day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1
  ORDER BY start_time DESC
$$);
\i test/lib/ask.sql

\echo Several requests in flight, and some of them again.
ALTER SERVER openai
OPTIONS (SET max_concurrent_requests '4', SET max_retries '9', ADD retry_delay '1ms');
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=20 >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" fault status code=500 count=-1 probability=30 >/dev/null
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', 'start_time', $$
  SELECT * FROM usage.completions ORDER BY start_time
$$),
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage.completions ORDER BY start_time DESC
$$),
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage_hourly.completions WHERE day >= pg_temp.today() - 50
  ORDER BY start_time DESC
$$)
) AS c(reads, keys, query);
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=0 >/dev/null
ALTER SERVER openai
OPTIONS (SET max_concurrent_requests '1', SET max_retries '0', DROP retry_delay);

\echo More rows in a bucket than work_mem holds.
SET work_mem = '64kB';
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; newest first', 'start_time', $$
  SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC
$$)
) AS c(reads, keys, query);
RESET work_mem;

\echo A group is complete when the next one begins.
SET enable_hashagg = off;
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', 'day', $$
  SELECT day, count(*), sum(input_tokens) FROM usage.completions
  WHERE day >= pg_temp.today() - 40 GROUP BY day
$$),
('no sort; newest first', 'day', $$
  SELECT day, count(*) FROM usage.completions
  WHERE day >= pg_temp.today() - 40 GROUP BY day ORDER BY day DESC
$$),
('no sort; oldest first', 'day', $$
  SELECT DISTINCT day FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9
$$)
) AS c(reads, keys, query);
RESET enable_hashagg;

\echo The first row of each day.
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', NULL, $$
  SELECT DISTINCT ON (day) day, model FROM usage.completions ORDER BY day
$$),
('no sort; oldest first', 'day', $$
  SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions
  WHERE day >= pg_temp.today() - 9 ORDER BY day, start_time
$$),
('no sort; newest first', 'day', $$
  SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions
  WHERE day >= pg_temp.today() - 9 ORDER BY day DESC, start_time DESC
$$),
-- it may sort within the days, or all
(NULL, 'ROW(day, start_time)', $$
  SELECT DISTINCT ON (day) day, start_time FROM usage_hourly.completions
  WHERE day >= pg_temp.today() - 9 ORDER BY day DESC, start_time
$$)
) AS c(reads, keys, query);

\echo Windows over time.
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', 'day', $$
  SELECT day, sum(count(*)) OVER (ORDER BY day) AS so_far
  FROM usage.completions WHERE day >= pg_temp.today() - 40 GROUP BY day ORDER BY day
$$),
('no sort; newest first', 'start_time', $$
  SELECT start_time, rank() OVER (ORDER BY start_time DESC) FROM usage.completions
  WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC
$$),
('no sort; oldest first', 'day', $$
  SELECT day, start_time, dense_rank() OVER (PARTITION BY day ORDER BY start_time)
  FROM usage_hourly.completions WHERE day >= pg_temp.today() - 9 ORDER BY day, start_time
$$)
) AS c(reads, keys, query);

\echo Merge joins of two usage tables, and of two widths.
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', 'day', $$
  SELECT a.day, a.model, b.line_item
  FROM usage.completions AS a JOIN usage.costs AS b USING (start_time)
  WHERE a.day >= pg_temp.today() - 40 AND b.day >= pg_temp.today() - 35
$$),
('no sort; oldest first', 'day', $$
  SELECT a.day, a.model, b.start_time
  FROM usage.completions AS a
  LEFT JOIN usage_hourly.completions AS b ON a.day = b.day AND b.start_time > a.start_time
  WHERE a.day >= pg_temp.today() - 5
$$),
('no sort; newest first', 'day', $$
  SELECT a.day, a.model, b.line_item
  FROM usage.completions AS a JOIN usage.costs AS b USING (start_time)
  WHERE a.day >= pg_temp.today() - 40 AND b.day >= pg_temp.today() - 35
  ORDER BY start_time DESC
$$)
) AS c(reads, keys, query);

\echo A full join: the day of either is sorted once more.
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('Sort; oldest first', 'day', $$
  SELECT day, a.input_tokens, b.amount
  FROM usage.completions AS a FULL JOIN usage.costs AS b USING (day)
  WHERE day >= pg_temp.today() - 30 ORDER BY day
$$),
('no sort; oldest first', NULL, $$
  SELECT FROM usage.completions AS a FULL JOIN usage.costs AS b ON a.day = b.day
$$)
) AS c(reads, keys, query);

\echo A merge join with a table that has an index.
CREATE TABLE ordering.holidays (day date PRIMARY KEY, name text);
INSERT INTO ordering.holidays
SELECT pg_temp.today() - n, 'holiday ' || n FROM generate_series(-5, 3000) AS n;
ANALYZE ordering.holidays;
SET enable_sort = off;
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; oldest first', 'day', $$
  SELECT * FROM usage.completions JOIN ordering.holidays USING (day)
  WHERE start_time >= pg_temp.today() - 40
$$)
) AS c(reads, keys, query);
RESET enable_sort;
RESET enable_hashjoin;
RESET enable_nestloop;

\echo Members of UNION ALL are merged.
SELECT pg_temp.order(reads, keys, query) FROM (VALUES
('no sort; newest first', 'start_time', $$
  SELECT * FROM (SELECT start_time, day, model FROM usage.completions UNION ALL
    SELECT start_time, day, line_item FROM usage.costs) AS u
  WHERE day >= pg_temp.today() - 40 ORDER BY start_time DESC
$$)
) AS c(reads, keys, query);

\echo Partitions are merged, some of them local ones.
CREATE TABLE ordering.costs (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE TABLE ordering.kept PARTITION OF ordering.costs
FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE INDEX ON ordering.kept (day);
CREATE INDEX ON ordering.kept (start_time);
INSERT INTO ordering.kept (start_time, end_time, day)
SELECT d, d + interval '1 day', d
FROM generate_series(timestamptz '2019-01-01', '2019-12-31', '1 hour') AS h(at),
  date_trunc('day', at) AS d;
ANALYZE ordering.kept;
ALTER TABLE ordering.costs
ATTACH PARTITION usage.costs FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
SELECT pg_temp.line(pg_temp.sorts(ours), reads, ours,
  CASE WHEN pg_temp.keys(ours, 'day') = pg_temp.keys(theirs, 'day') THEN 'same'
    ELSE 'another order' END)
FROM (VALUES
('no sort; oldest first', 'day'),
('no sort; newest first', 'day DESC'),
('no sort; oldest first', 'start_time'),
('no sort; newest first', 'start_time DESC')
) AS c(reads, sort),
LATERAL (SELECT 'SELECT * FROM ordering.costs ORDER BY ' || sort, '(
  SELECT day, start_time FROM oracle.costs
  UNION ALL SELECT day, start_time FROM ordering.kept
  ORDER BY ' || sort || ')') AS q(ours, theirs);

\echo The newest day of all partitions is asked for, and no other.
INSERT INTO given SELECT 'costs_day', max(day) FROM oracle.costs WHERE day < pg_temp.today() - 9;
INSERT INTO request_case (wanted, answer, query) VALUES
('1', 't', $$
  SELECT max(day) = {costs_day} AS newest FROM ordering.costs WHERE day <= {costs_day}
$$);
\i test/lib/ask.sql
ALTER TABLE ordering.costs DETACH PARTITION usage.costs;
DROP SCHEMA ordering CASCADE;
