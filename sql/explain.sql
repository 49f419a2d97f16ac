--
-- EXPLAIN: what is asked of the API, in words and counters.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/plan_lines.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA plans;
CREATE TABLE plans.days (day date, project_id text);
CREATE TABLE plans.one AS SELECT pg_temp.today() - 3 AS day, 'proj_web' AS project_id;

-- A plan without what differs from day to day, and from server to server.
CREATE FUNCTION plans.explain(options text, query text, OUT plan text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
  FOR plan IN SELECT * FROM pg_temp.plan_lines(options, query) LOOP
    plan := regexp_replace(plan, 'http://[^/]*', 'http://HOST');
    plan := regexp_replace(plan, '((start|end)_time)=(\d+)', '\1=N', 'g');
    plan := regexp_replace(plan, '(Bytes (Received|Decoded)): [1-9]\d*', '\1: N');
    plan := regexp_replace(plan, 'Wait Time: \d+\.\d+', 'Wait Time: N');
    plan := regexp_replace(plan, '(Output|Rows Removed by Filter): .*', '\1: ...');
    plan := regexp_replace(plan, '\(InitPlan 1\)\.col1|\$0', 'PARAM');
    FOR days IN -40 .. 40 LOOP
      plan := replace(plan, to_char(today + days, 'YYYY-MM-DD'),
        'today' || CASE WHEN days <> 0 THEN to_char(days, 'SGFM99') ELSE '' END);
    END LOOP;
    RETURN NEXT;
  END LOOP;
END
$$;
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET compute_query_id = off;

--
-- Before execution: expressions
--
SELECT plans.explain('VERBOSE off', 'SELECT * FROM usage.completions');
SELECT plans.explain('VERBOSE off',
  'SELECT * FROM usage.vector_stores WHERE project_id IN (''a'', ''b'') OR project_id = ''c''');
SELECT plans.explain('VERBOSE off', $$
  SELECT sum(input_tokens) FROM usage.completions
  WHERE start_time >= now() - interval '7 days' AND end_time <= '2030-01-01' AND batch
    AND model = ANY ('{a,b}')$$);
SELECT plans.explain('VERBOSE off', $$
  SELECT FROM usage.costs
  WHERE (day BETWEEN pg_temp.today() - 3 AND pg_temp.today()
    OR date_trunc('month', start_time) = '2026-01-01')
  AND line_item = 'x' AND amount > 0$$);
SELECT plans.explain('VERBOSE off', $$
  SELECT FROM usage_hourly.completions
  WHERE start_time AT TIME ZONE 'America/New_York' >= '2026-01-01'
  AND start_time::date < '2030-01-01' AND start_time = ANY (ARRAY[now(), '2030-01-01'])$$);
ALTER FOREIGN TABLE usage.costs OPTIONS (ADD history '90 days');
CREATE FOREIGN TABLE plans.total ("the day" date OPTIONS (column_name 'day'), amount numeric)
  SERVER openai OPTIONS (endpoint 'costs', history '3 months');
SELECT plans.explain('VERBOSE off', 'SELECT * FROM usage.costs');
SELECT plans.explain('VERBOSE off', 'SELECT * FROM plans.total WHERE "the day" > ''2026-01-01''');

-- VERBOSE has the first request
SELECT plans.explain('VERBOSE', $$
  SELECT day, model FROM usage.completions
  WHERE day >= pg_temp.today() - 3 AND day < pg_temp.today() AND model IN ('a b', 'c')$$);
SELECT plans.explain('VERBOSE', 'SELECT day FROM usage.completions');

-- parameters of prepared statements
PREPARE of_project(int, text[]) AS
SELECT count(*) FROM usage.completions WHERE day = pg_temp.today() - $1 AND project_id = ANY ($2);
SELECT plans.explain('VERBOSE', 'EXECUTE of_project(3, ''{x,y}'')');
SET plan_cache_mode = force_generic_plan;
SELECT plans.explain('VERBOSE', 'EXECUTE of_project(3, ''{x,y}'')');
SELECT plans.explain('VERBOSE', 'EXECUTE of_project(NULL, ''{}'')');
SELECT plans.explain('ANALYZE', 'EXECUTE of_project(NULL, ''{}'')');
SELECT plans.explain('ANALYZE', 'EXECUTE of_project(3, ''{x,y}'')');
RESET plan_cache_mode;
DEALLOCATE of_project;
\pset format aligned
\pset tuples_only off
\i test/lib/requests.sql
\set QUIET on
\pset format unaligned
\pset tuples_only on

-- sub-selects, which EXPLAIN does not run: no request to show
SELECT plan FROM plans.explain('VERBOSE',
  'SELECT FROM usage.costs WHERE day >= (SELECT max(day) FROM plans.one)') AS plan
WHERE plan ~ 'Endpoint|Time|Request';
SELECT plan FROM plans.explain('ANALYZE, VERBOSE, TIMING OFF',
  'SELECT FROM usage.costs WHERE day >= (SELECT max(day) FROM plans.one)') AS plan
WHERE plan ~ 'Endpoint|Time|Request|Pages';

-- nothing to ask: no request to show, and none that is made
CREATE FUNCTION plans.nothing(clause text, OUT before text, OUT after text) LANGUAGE sql AS $$
  SELECT string_agg(trim(p), ', ') FILTER (WHERE n = 1),
    string_agg(trim(p), ', ') FILTER (WHERE n = 2)
  FROM (
    SELECT 1, p FROM plans.explain('VERBOSE', 'SELECT day FROM usage.completions WHERE '
      || clause) AS p
    UNION ALL
    SELECT 2, p FROM plans.explain('ANALYZE', 'SELECT day FROM usage.completions WHERE '
      || clause) AS p) AS plan(n, p)
  WHERE p ~ '^ *(Time:|Request URL:|Requests:)'
$$;
SELECT c, (plans.nothing(c)).* FROM unnest(ARRAY[
  'day > ''2026-02-01'' AND day < ''2026-01-01''',
  'day > pg_temp.today() + 5',
  'start_time >= ''infinity''',
  'model = ANY (''{}'')',
  'model = ''a'' AND model = ANY (''{c,d}'')',
  'model = ANY (ARRAY[NULL, NULL]::text[])',
  'batch AND NOT batch',
  'day = (SELECT NULL::date)']) AS c;
SELECT plan FROM plans.explain('ANALYZE, TIMING OFF',
  'SELECT day FROM usage.completions WHERE model = ''a'' AND model = ''b''') AS plan
WHERE plan ~ 'One-Time';

-- a setting that is not the default
SET usage_fdw.enable_pushdown = off;
SELECT plan FROM plans.explain('SETTINGS',
  'SELECT FROM usage.completions WHERE model = ''a'' AND day = pg_temp.today()') AS plan
WHERE plan !~ 'Filter:';
RESET usage_fdw.enable_pushdown;

--
-- After it: instants and counters
--
SELECT plans.explain('ANALYZE, TIMING OFF', $$
  SELECT sum(num_model_requests) FROM usage.completions
  WHERE day >= pg_temp.today() - 3 AND day < pg_temp.today() AND project_id = 'proj_nobody'$$);
SELECT plans.explain('ANALYZE, TIMING OFF', $$
  SELECT day FROM usage.completions
  WHERE (day = pg_temp.today() - 30 OR day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 19)
  AND model = 'nothing' AND NOT batch$$);
SELECT plan FROM plans.explain('ANALYZE',
  'SELECT FROM usage.completions
   WHERE day >= pg_temp.today() - 35 AND model = ''nothing''') AS plan
WHERE plan ~ 'Requests|Pages|Retries|Rows Received|Wait';
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=4
SELECT plan FROM plans.explain('ANALYZE',
  'SELECT FROM usage.completions
   WHERE day >= pg_temp.today() - 35 AND day < pg_temp.today() AND model = ''nothing''') AS plan
WHERE plan ~ 'Requests|Pages|Retries|Rows Received';
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=0

-- a retry counts as a request, not as a page
ALTER SERVER openai OPTIONS (SET max_retries '2', ADD retry_delay '1ms');
\! "$USAGE_SIMULATOR_CONTROL" fault status code=503 count=2
SELECT plan FROM plans.explain('ANALYZE',
  'SELECT FROM usage.completions WHERE day = pg_temp.today() - 5 AND model = ''nothing''') AS plan
WHERE plan ~ 'Requests|Pages|Retries|Rows Received';
ALTER SERVER openai OPTIONS (SET max_retries '0');

-- rows received are those of the API, before the filter
CREATE FUNCTION plans.figure(json, text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (regexp_match($1::text, format('"%s": (\d+)', $2)))[1]::bigint
$$;
CREATE FUNCTION plans.figures(query text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
  RETURN plan;
END
$$;
SELECT plans.figure(p, 'Rows Received') = c.rows AS "all",
  plans.figure(p, 'Actual Rows') = 0 AS "none",
  plans.figure(p, 'Rows Removed by Filter') = c.rows AS "removed",
  plans.figure(p, 'Bytes Decoded') > 10 * plans.figure(p, 'Bytes Received') / 9 AS compressed,
  plans.figure(p, 'Bytes Received') > 0 AS "bytes"
FROM plans.figures('SELECT FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1 AND input_tokens < 0') AS p,
  (SELECT count(*) AS rows FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1) AS c;

-- LIMIT: the bucket was received, and not all of its rows were wanted
SELECT max(day) AS newest FROM usage.completions WHERE day < pg_temp.today() \gset
SELECT plan FROM plans.explain('ANALYZE, TIMING OFF',
  format('SELECT FROM usage.completions WHERE day <= %L LIMIT 2', :'newest')) AS plan
WHERE plan ~ 'Foreign|Requests|Pages|Received|Decoded';

-- rescans add up; a node that was never executed did nothing
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT plan FROM plans.explain('ANALYZE, TIMING OFF', $$
  SELECT n, (SELECT count(*) FROM usage.completions
    WHERE day = pg_temp.today() - n AND model = 'nothing')
  FROM generate_series(1, 3) AS n$$) AS plan
WHERE plan ~ 'Foreign|Endpoint|Time|Requests|Pages|Rows Received';
SELECT regexp_replace(plan, 'Time: day = .*', 'Time: day = ...')
FROM plans.explain('ANALYZE, TIMING OFF', $$
  SELECT FROM plans.days AS d, LATERAL (
    SELECT FROM usage.completions AS c
    WHERE c.day = d.day AND c.project_id = d.project_id OFFSET 0) AS c$$) AS plan
WHERE plan ~ 'Foreign|Time|Request|Received';
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

--
-- Formats
--
SELECT key, CASE WHEN key ~ 'Bytes|Time' THEN json_typeof(value) ELSE value::text END
FROM plans.figures($$SELECT FROM usage.vector_stores
  WHERE day = pg_temp.today() - 3 AND project_id IN ('none', 'nobody "x"')$$) AS p,
  json_each(p #> '{0,Plan}')
WHERE key ~ ('^(Endpoint|Bucket Width|Group By|Filters|Time|Requests|Pages|Retries|'
  || 'Rows Received|Bytes .*|Wait Time)$');
CREATE FUNCTION plans.valid(format text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan text;
BEGIN
  EXECUTE format('EXPLAIN (VERBOSE, FORMAT %s) %s', format, query) INTO plan;
  RETURN CASE format WHEN 'json' THEN json_typeof(plan::json)
    ELSE (xpath('//*[local-name()="Group-By"]/*/text()', plan::xml))::text END;
EXCEPTION WHEN feature_not_supported THEN  -- built without libxml
  RETURN '{project_id,line_item}';
END
$$;
SELECT f, plans.valid(f, $$SELECT FROM usage.costs
  WHERE day >= pg_temp.today() - 3 AND line_item = '<&"\'$$)
FROM unnest(ARRAY['json', 'xml']) AS f;
SELECT plan FROM plans.explain('FORMAT yaml, VERBOSE', $$SELECT FROM usage.costs
  WHERE day > pg_temp.today() + 3 AND line_item = '<&"\'$$) AS lines(lines),
  regexp_split_to_table(lines, '\n') AS plan
WHERE plan ~ 'Endpoint|Bucket|Group|Filters|Time|^ *- "[a-z]';

--
-- Estimates: range, width and rows per bucket
--
CREATE FUNCTION plans.rows(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD rows_per_bucket '40');
ALTER FOREIGN TABLE usage_hourly.completions OPTIONS (ADD rows_per_bucket '5');
SELECT q, rows, rows = expected AS as_expected FROM (VALUES
  -- 366 days, and 40 rows in each
  ('usage.completions', 14640),
  ('usage.completions WHERE day BETWEEN pg_temp.today() - 100 AND pg_temp.today() - 1', 4000),
  ('usage.completions WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1', 400),
  ('usage.completions WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1 AND '
    || 'day >= pg_temp.today() - 5', 200),
  -- a boolean is true in half of them
  ('usage.completions WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1 AND '
    || 'batch', 200),
  ('usage.completions WHERE day = pg_temp.today() - 10 OR day = pg_temp.today() - 3', 80),
  ('usage.completions WHERE day > pg_temp.today() + 9', 1),
  -- 5 rows in each hour
  ('usage_hourly.completions WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1', 1200)
) AS v(q, expected), plans.rows('SELECT FROM ' || q) AS rows;
ALTER FOREIGN TABLE usage.completions OPTIONS (SET rows_per_bucket '4000');
SELECT plans.rows('SELECT FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1');
ALTER FOREIGN TABLE usage.completions OPTIONS (DROP rows_per_bucket);

-- without it, the more dimensions the more rows
SELECT plans.rows('SELECT FROM plans.total
    WHERE "the day" BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1') AS none,
  plans.rows('SELECT FROM usage.vector_stores
    WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1')
    > plans.rows('SELECT FROM plans.total
      WHERE "the day" BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1') AS more,
  plans.rows('SELECT FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1')
    > plans.rows('SELECT FROM usage.vector_stores
      WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1') AS most;

-- planning calls no function that may fail
EXPLAIN (COSTS OFF) SELECT FROM usage.costs
WHERE (start_time > now() - interval '20 days' AND project_id IS NOT DISTINCT FROM 'nobody'
  AND 1 / (extract(day FROM day) - extract(day FROM day)) > 0)
    OR start_time < now() - interval '300 days';
-- nor one that execution may not get to, whatever ANALYZE found
ANALYZE usage.costs;
SELECT count(*) > 0 FROM usage.costs WHERE day > pg_temp.today() - 9
  AND (project_id IS NOT NULL OR project_id IS NULL OR current_setting('no.such') = 'a');
SELECT count(*) FROM usage.costs
WHERE project_id IS NOT NULL AND coalesce(project_id, current_setting('no.such')) = 'z';
SELECT count(*) > 0 FROM usage.costs
WHERE project_id IS NOT NULL OR project_id IS NULL
  OR start_time AT TIME ZONE current_setting('no.such') > '2026-01-01';
SELECT count(*) > 0 FROM usage.costs
WHERE project_id IS NOT NULL OR project_id IS NULL
  OR start_time AT TIME ZONE current_setting('no.such') IS NULL;
SELECT count(*) > 0 FROM usage.costs
WHERE CASE WHEN project_id = '' THEN start_time > current_setting('no.such')::timestamptz
  ELSE true END;

-- a clause that mentions no column is checked once, and not by the scan
EXPLAIN (COSTS OFF) SELECT count(*) FROM usage.costs WHERE now() > '2020-01-01';
SELECT count(*) FROM usage.costs WHERE now() < '2020-01-01';

DROP SCHEMA plans CASCADE;
