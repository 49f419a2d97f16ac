--
-- usage_fdw.require_time_clause: a scan of usage or costs needs a lower bound of time.
-- Which condition has one is known when the scan starts.
--
\set endpoints 'costs'
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/oracles.sql
\i test/lib/by_case.sql
\set ECHO none
\set QUIET on
SET client_min_messages = error;
SET timezone = 'America/New_York';
CREATE TEMP TABLE since AS SELECT pg_temp.today() - 3 AS day;
CREATE TABLE parted (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'costs');
CREATE TABLE kept (LIKE usage.costs);
SELECT usage_fdw_create_live_view('kept', source => 'usage.costs') \g /dev/null

-- Whether a query is refused.
CREATE FUNCTION pg_temp.guarded(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO n;
  answer := 'read';
EXCEPTION WHEN program_limit_exceeded THEN
  answer := 'refused';
END
$$;
SET usage_fdw.require_time_clause = error;
INSERT INTO cases (how, name, query, answer)
SELECT 'guarded', concat(answer, ': ', condition),
  'SELECT 1 FROM usage.costs WHERE ' || condition, answer
FROM (VALUES
  ('read', 'day >= ''2020-01-01'''),
  ('read', 'day >= current_date - 3'),
  ('read', 'day = current_date - 3'),
  ('read', 'day IN (current_date - 3, current_date - 5)'),
  ('read', 'day = current_date - 3 OR start_time > now() - interval ''2 days'''),
  ('read', 'end_time > now() - interval ''3 days'''),
  ('read', 'day > (SELECT day FROM since)'),
  ('read', 'now() - start_time < interval ''3 days'''),
  ('read', 'date_trunc(''month'', start_time) >= date_trunc(''month'', now())'),
  ('read', 'to_char(day, ''YYYY-MM'') = to_char(now(), ''YYYY-MM'')'),
  ('read', 'now() - start_time < interval ''370 days'''),
  -- nothing is asked for
  ('read', 'false'),
  ('read', 'day IS NULL'),
  ('read', 'day < ''2020-01-01'''),
  ('refused', 'true'),
  ('refused', 'project_id = ''proj_web'''),
  ('refused', 'day < current_date'),
  ('refused', 'day IS NOT NULL'),
  ('refused', 'day >= ''-infinity'''),
  ('refused', 'day = current_date - 3 OR day < current_date - 30'),
  ('refused', 'extract(isodow FROM day) < 6'),
  -- these days are not those before the history, on most days of a year
  ('refused', 'extract(doy FROM day) = extract(doy FROM now())'),
  -- a function that may fail is not tried
  ('refused', 'to_char(day, ''YYYY'')::int >= 2020')) AS c(answer, condition);
INSERT INTO cases (how, name, query, answer) VALUES
  ('guarded', 'a LIMIT is no bound', 'SELECT 1 FROM usage.costs LIMIT 1', 'refused'),
  ('guarded', 'nor is the newest day', $$
    SELECT 1 WHERE (SELECT max(day) FROM usage.costs) IS NOT NULL$$, 'refused'),
  ('guarded', 'one member of two', $$
    SELECT 1 FROM usage.costs WHERE day > current_date - 3 UNION ALL SELECT 1 FROM usage.costs$$,
    'refused'),
  ('guarded', 'a partition''s bound is not the query''s', 'SELECT 1 FROM parted', 'refused'),
  ('guarded', 'the query''s, of a partition', $$
    SELECT 1 FROM parted WHERE day > current_date - 3$$, 'read'),
  ('guarded', 'a bound for each row', $$
    SELECT c.* FROM since CROSS JOIN LATERAL
      (SELECT * FROM usage.costs WHERE day = since.day OFFSET 0) AS c$$, 'read'),
  ('guarded', 'a live view without kept days', 'SELECT 1 FROM kept_live', 'refused'),
  ('guarded', 'usage_fdw_sync() has its own', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept')$$, 'read'),
  ('guarded', 'a live view', 'SELECT 1 FROM kept_live', 'read'),
  ('guarded', 'a plan is no scan', $$SELECT pg_temp.plan_of('SELECT 1 FROM usage.costs')$$, 'read');
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'EXPLAIN ' || query;
END
$$;
CALL pg_temp.run_cases();
PREPARE since(date) AS SELECT count(*) > 0 AS some FROM usage.costs WHERE day >= $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE since(current_date - 9) \g (format=unaligned tuples_only=on)
EXECUTE since('-infinity');
ANALYZE usage.costs;
\i test/lib/report.sql

--
-- As a warning, once for each scan
--
\set QUIET on
RESET client_min_messages;
SET usage_fdw.require_time_clause = warning;
SELECT count(*) = (SELECT count(*) FROM oracle.costs) AS same FROM usage.costs;
SELECT count(DISTINCT c.n) FROM generate_series(1, 3) AS g
CROSS JOIN LATERAL (SELECT count(*) AS n FROM usage.costs WHERE g > 0 OFFSET 0) AS c;
SET usage_fdw.require_time_clause = off;
SELECT count(*) = (SELECT count(*) FROM oracle.costs) AS same FROM usage.costs;

--
-- Who is guarded can't switch it off.
--
CREATE ROLE regress_tool;
ALTER ROLE regress_tool SET usage_fdw.require_time_clause = error;
SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'regress_tool'::regrole;
SET ROLE regress_tool;
SET usage_fdw.require_time_clause = off;
RESET ROLE;
SET usage_fdw.require_time_clause = sometimes;
DROP ROLE regress_tool;
DROP TABLE parted, kept CASCADE;
