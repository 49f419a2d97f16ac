--
-- Partitions: a foreign one holds what its bound says, whatever the API has.
--
-- PostgreSQL takes a bound on trust.  The partitions here are the whole of an
-- endpoint but for their bounds: were those not heeded, rows would come several
-- times.
--
\i test/lib/partition.sql

--
-- Months that are kept, and a live rest
--
CREATE TABLE parts.months (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE TABLE parts.kept PARTITION OF parts.months FOR VALUES FROM (MINVALUE) TO (:'d30');
INSERT INTO parts.kept SELECT * FROM oracle.costs WHERE day < :'d30';
CREATE FOREIGN TABLE parts.live PARTITION OF parts.months FOR VALUES FROM (:'d30') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'costs');
-- before there is any time
CREATE TABLE parts.ages (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE parts.gone PARTITION OF parts.ages
  FOR VALUES FROM ('1999-01-01') TO ('2001-01-01')
  SERVER openai OPTIONS (endpoint 'costs');
CREATE FOREIGN TABLE parts.here PARTITION OF parts.ages
  FOR VALUES FROM ('2001-01-01') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'costs');

--
-- Every kind of bound, live on all sides: NAME_1, NAME_2 and so on
--
SELECT date_trunc('month', pg_temp.today() - interval '40 days') AS month \gset
CREATE TABLE parts.kind (n serial, name text, endpoint text, width text, key text, bounds text[]);
\set ECHO none
\set QUIET on
INSERT INTO parts.kind (name, endpoint, width, key, bounds) VALUES
  ('starts', 'completions', '1d', 'RANGE (start_time)', ARRAY[
    'FOR VALUES FROM (MINVALUE) TO ({d20})',
    'FOR VALUES FROM ({d20}) TO ({d9})',
    'DEFAULT']),
  -- a bound within the day, in buckets of an hour
  ('hours', 'completions', '1h', 'RANGE (start_time)', ARRAY[
    format('FOR VALUES FROM ({d20}) TO (%L)', :'d9_at_5'),
    'DEFAULT']),
  -- lists, with NULL and the rest
  ('projects', 'completions', '1d', 'LIST (project_id)', ARRAY[
    $$FOR VALUES IN ('proj_web')$$,
    $$FOR VALUES IN ('proj_R&D=1', 'proj_größe+50%', NULL)$$,
    'DEFAULT']),
  ('batches', 'completions', '1d', 'LIST (batch)', ARRAY[
    'FOR VALUES IN (true)',
    'FOR VALUES IN (false, NULL)']),
  ('days', 'completions', '1d', 'LIST (day)', ARRAY[
    'FOR VALUES IN (NULL)',
    'FOR VALUES IN ({d9}, {d20})',
    'DEFAULT']),
  ('hashed', 'completions', '1d', 'HASH (project_id, model)', ARRAY[
    'FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
    'FOR VALUES WITH (MODULUS 2, REMAINDER 1)']),
  -- several keys, and expressions; a measure
  ('keys', 'completions', '1d', 'RANGE (day, project_id)', ARRAY[
    'FOR VALUES FROM (MINVALUE, MINVALUE) TO ({d20}, ''proj_m'')',
    'FOR VALUES FROM ({d20}, ''proj_m'') TO ({d9}, ''proj_m'')',
    'DEFAULT']),
  ('exprs', 'completions', '1d', 'RANGE ((day + 1), (length(model)))', ARRAY[
    'FOR VALUES FROM (MINVALUE, MINVALUE) TO ({d20}, 8)',
    'DEFAULT']),
  ('truncated', 'completions', '1d', $$
    LIST (date_trunc('month', start_time AT TIME ZONE 'UTC'))$$, ARRAY[
    format('FOR VALUES IN (%L)', :'month'),
    'DEFAULT']),
  ('months_of', 'completions', '1d', $$
    RANGE (date_trunc('month', start_time AT TIME ZONE 'UTC'))$$, ARRAY[
    format('FOR VALUES FROM (MINVALUE) TO (%L)', :'month'),
    format('FOR VALUES FROM (%L) TO (MAXVALUE)', :'month'),
    'DEFAULT']),
  ('coalesced', 'completions', '1d', $$LIST (coalesce(project_id, ''))$$, ARRAY[
    $$FOR VALUES IN ('', 'proj_web')$$,
    'DEFAULT']),
  ('hashed_start', 'completions', '1d', 'HASH (start_time, batch)', ARRAY[
    'FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
    'FOR VALUES WITH (MODULUS 4, REMAINDER 0)',
    'FOR VALUES WITH (MODULUS 4, REMAINDER 2)']),
  ('amounts', 'costs', '1d', 'RANGE (amount)', ARRAY[
    'FOR VALUES FROM (MINVALUE) TO (5)',
    'DEFAULT']);
SELECT format('CREATE TABLE parts.%I (LIKE oracle.%I) PARTITION BY %s',
  name, endpoint || CASE width WHEN '1d' THEN '' ELSE '_' || width END, key)
FROM parts.kind ORDER BY n \gexec
SELECT format('CREATE FOREIGN TABLE parts.%I PARTITION OF parts.%I %s
    SERVER openai OPTIONS (endpoint %L%s)', name || '_' || i, name, parts.dated(bound), endpoint,
  CASE width WHEN '1d' THEN '' ELSE format(', bucket_width %L', width) END)
FROM parts.kind, unnest(bounds) WITH ORDINALITY AS b(bound, i) ORDER BY n, i \gexec
\set QUIET off
\set ECHO all

-- levels: all of them count; columns may stand in another order
CREATE TABLE parts.levels (LIKE oracle.completions) PARTITION BY RANGE (day);
CREATE TABLE parts.levels_new PARTITION OF parts.levels
  FOR VALUES FROM (:'d20') TO (MAXVALUE) PARTITION BY LIST (project_id);
CREATE FOREIGN TABLE parts.levels_web PARTITION OF parts.levels_new FOR VALUES IN ('proj_web')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.levels_others PARTITION OF parts.levels_new DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
CREATE TABLE parts.levels_old PARTITION OF parts.levels DEFAULT PARTITION BY LIST (batch);
CREATE FOREIGN TABLE parts.levels_batch PARTITION OF parts.levels_old FOR VALUES IN (true)
  SERVER openai OPTIONS (endpoint 'completions');
ALTER TABLE parts.levels_old DETACH PARTITION parts.levels_batch;
ALTER FOREIGN TABLE parts.levels_batch DROP COLUMN day, DROP COLUMN batch;
ALTER FOREIGN TABLE parts.levels_batch ADD COLUMN batch bool, ADD COLUMN day date;
ALTER TABLE parts.levels_old ATTACH PARTITION parts.levels_batch FOR VALUES IN (true);
CREATE FOREIGN TABLE parts.levels_rest PARTITION OF parts.levels_old DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');

-- two columns of a type have changed places
CREATE TABLE parts.swapped (LIKE oracle.completions) PARTITION BY LIST (project_id);
SELECT format('CREATE FOREIGN TABLE parts.swapped_web (%s)
    SERVER openai OPTIONS (endpoint ''completions'')',
  string_agg(format('%I %s', attname, atttypid::regtype), ', ' ORDER BY
    CASE attname WHEN 'project_id' THEN 5 WHEN 'user_id' THEN 4 ELSE attnum END)) AS command
FROM pg_attribute WHERE attrelid = 'parts.swapped'::regclass AND attnum > 0 \gset
:command;
ALTER TABLE parts.swapped ATTACH PARTITION parts.swapped_web FOR VALUES IN ('proj_web');
CREATE FOREIGN TABLE parts.swapped_others PARTITION OF parts.swapped DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');

-- each has the rows of the oracle, and no row twice
SELECT parted, parts.check(parted, endpoint, condition) FROM (VALUES
  ('months', 'costs', 'true'),
  ('ages', 'costs', 'true'),
  ('starts', 'completions', 'day >= pg_temp.today() - 40'),
  ('hours', 'completions_1h', 'day >= pg_temp.today() - 25'),
  ('projects', 'completions', 'day >= pg_temp.today() - 40'),
  ('batches', 'completions', 'day >= pg_temp.today() - 40'),
  ('days', 'completions', 'day >= pg_temp.today() - 40'),
  ('hashed', 'completions', 'day >= pg_temp.today() - 40'),
  ('keys', 'completions', 'day >= pg_temp.today() - 40'),
  ('exprs', 'completions', 'day >= pg_temp.today() - 40'),
  ('truncated', 'completions', 'day >= pg_temp.today() - 40'),
  ('months_of', 'completions', 'day >= pg_temp.today() - 70'),
  ('coalesced', 'completions', 'day >= pg_temp.today() - 40'),
  ('hashed_start', 'completions', 'day >= pg_temp.today() - 40'),
  ('amounts', 'costs', 'true'),
  ('levels', 'completions', 'day >= pg_temp.today() - 40'),
  ('swapped', 'completions', 'day >= pg_temp.today() - 40')) AS v(parted, endpoint, condition);
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\set ECHO none
\set QUIET on

-- What is asked for, and what a partition by itself is: {d9} is nine days ago.
INSERT INTO cases (name, query, answer, asks) VALUES
  -- the rest is live from its bound on, and the partition by itself is no more than that
  ('kept and live', $$
    SELECT sum(amount) = (SELECT sum(amount) FROM oracle.costs) AS same FROM parts.months$$, 't', '
    costs today-30..now 1d limit=31'),
  ('live by itself', $$
    SELECT min(day) >= {d30} AS inside,
      count(*) = (SELECT count(*) FROM oracle.costs WHERE day >= {d30}) AS same
    FROM parts.live$$, 't|t', '
    costs today-30..now 1d limit=31'),
  -- a WHERE clause goes on narrowing, and what the bound excludes is not asked for
  ('narrowed', $$
    SELECT sum(amount) = (SELECT sum(amount) FROM oracle.costs
      WHERE day BETWEEN pg_temp.today() - 40 AND {d20}) AS same
    FROM parts.months WHERE day BETWEEN pg_temp.today() - 40 AND {d20}$$, 't', '
    costs today-30..today-19 1d limit=11'),
  ('outside of the bound',
    'SELECT count(*) FROM parts.live WHERE day < pg_temp.today() - 30', '0', ''),
  -- it is not the query that asks for a time before there is any: no warning
  ('before there is any time', 'SELECT count(*) FROM parts.gone', '0', ''),
  ('all of the time', $$
    SELECT sum(input_tokens) = (SELECT sum(input_tokens) FROM oracle.completions) AS same
    FROM parts.starts$$, 't', '
    completions today-365..today-334 1d limit=31
    completions today-334..today-303 1d limit=31
    completions today-303..today-272 1d limit=31
    completions today-272..today-241 1d limit=31
    completions today-241..today-210 1d limit=31
    completions today-210..today-179 1d limit=31
    completions today-179..today-148 1d limit=31
    completions today-148..today-117 1d limit=31
    completions today-117..today-86 1d limit=31
    completions today-86..today-55 1d limit=31
    completions today-55..today-24 1d limit=31
    completions today-24..today-20 1d limit=4
    completions today-20..today-9 1d limit=11
    completions today-9..now 1d limit=10'),
  -- wide buckets keep to a bound within the day
  ('hours', $$
    SELECT sum(input_tokens) = (SELECT sum(input_tokens) FROM oracle.completions
      WHERE day >= pg_temp.today() - 25 AND day < pg_temp.today()) AS same
    FROM parts.hours WHERE day >= pg_temp.today() - 25 AND day < pg_temp.today()$$, 't', '
    completions today-20..today-9 1d limit=11
    completions today-9..today-9+@5hours 1h limit=5
    completions today-25..today-20 1d limit=5
    completions today-9+@5hours..today-8 1h limit=19
    completions today-8..today 1d limit=8'),
  ('hours by itself', $$
    SELECT sum(input_tokens) = (SELECT sum(input_tokens) FROM oracle.completions_1h
      WHERE start_time >= {d20} AND start_time < {d9}::timestamptz + interval '5 hours') AS same
    FROM parts.hours_1 WHERE day >= {d20}$$, 't', '
    completions today-20..today-9 1d limit=11
    completions today-9..today-9+@5hours 1h limit=5'),
  -- a list of one is a filter; one with NULL, and the rest, can't be
  ('projects', $$
    SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= {d9}) AS same
    FROM parts.projects WHERE day >= {d9}$$, 't', '
    completions today-9..now 1d limit=10
    completions today-9..now 1d limit=10 project_ids=proj_web
    completions today-9..now 1d limit=10'),
  ('one project', $$
    SELECT DISTINCT project_id FROM parts.projects_1 WHERE day >= {d9}$$, 'proj_web', '
    completions today-9..now 1d limit=10 project_ids=proj_web'),
  ('two projects and NULL', $$
    SELECT bool_and(project_id IN ('proj_R&D=1', 'proj_größe+50%')
      OR project_id IS NULL) AS listed
    FROM parts.projects_2 WHERE day >= {d9}$$, 't', '
    completions today-9..now 1d limit=10'),
  ('other projects', $$
    SELECT count(*) FROM parts.projects_3
    WHERE (project_id = 'proj_web' OR project_id IS NULL) AND day >= {d9}$$, '0', '
    completions today-9..now 1d limit=10'),
  -- NULLs of an edge of the bucket, of which there are none: nothing is asked for
  ('no day', 'SELECT count(*) FROM parts.days_1', '0', ''),
  ('two days', $$
    SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day IN ({d9}, {d20})) AS same
    FROM parts.days_2$$, 't', '
    completions today-20..today-19 1d limit=1
    completions today-9..today-8 1d limit=1'),
  ('hashes: none is empty', $$
    SELECT (SELECT count(*) FROM parts.hashed_1 WHERE day >= {d9}) > 0
      AND (SELECT count(*) FROM parts.hashed_2 WHERE day >= {d9}) > 0 AS both$$, 't', NULL),
  -- all levels count
  ('time and boolean', $$
    SELECT count(*) = (SELECT count(*) FROM oracle.completions
      WHERE day BETWEEN {d30} AND {d9} AND day < {d20} AND batch) AS same
    FROM parts.levels_batch WHERE day BETWEEN {d30} AND {d9}$$, 't', '
    completions today-30..today-20 1d limit=10 batch=true'),
  ('time and project', $$
    SELECT count(*) = (SELECT count(*) FROM oracle.completions
      WHERE day >= {d20} AND project_id = 'proj_web') AS same
    FROM parts.levels_web$$, 't', '
    completions today-20..now 1d limit=21 project_ids=proj_web');

--
-- Plans: partitions that can't have rows are left out, when planned and when
-- run; grain and width are as coarse as the bounds allow
--
CREATE FUNCTION pg_temp.explained(query text, OUT plan text, OUT answer text)
LANGUAGE plpgsql AS $$
DECLARE
  line text;
  told text;
BEGIN
  answer := 'explained';
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    told := (regexp_match(line, 'Foreign Scan on \w+|Seq Scan on \w+|never executed|'
      || 'Bucket Width:.*|Group By:.*|Filters:.*|Subplans Removed.*'))[1];
    told := regexp_replace(told, '\(InitPlan 1\)\.col1|\$0', 'PARAM');
    plan := concat_ws('; ', nullif(plan, ''), told);
  END LOOP;
END
$$;
INSERT INTO cases (how, name, query, answer, plan) VALUES
  ('explained', 'no grouping', $$
    SELECT sum(input_tokens) FROM parts.starts WHERE day >= pg_temp.today() - 40$$, 'explained', '
    Foreign Scan on starts_1; Bucket Width: 1d;
    Foreign Scan on starts_2; Bucket Width: 1d;
    Foreign Scan on starts_3; Bucket Width: 1d'),
  ('explained', 'grouped by the key', $$
    SELECT sum(input_tokens) FROM parts.projects WHERE day >= pg_temp.today() - 40$$,
    'explained', '
    Foreign Scan on projects_2; Bucket Width: 1d; Group By: project_id;
    Foreign Scan on projects_1; Bucket Width: 1d; Group By: project_id;
      Filters: project_ids = proj_web;
    Foreign Scan on projects_3; Bucket Width: 1d; Group By: project_id'),
  ('explained', 'a bound within the day', $$
    SELECT sum(input_tokens) FROM parts.hours
    WHERE day >= pg_temp.today() - 25 AND day < pg_temp.today()$$, 'explained', '
    Foreign Scan on hours_1; Bucket Width: 1h, 1d;
    Foreign Scan on hours_2; Bucket Width: 1h, 1d'),
  ('explained', 'left out when planned', $$
    SELECT count(*) FROM parts.starts WHERE start_time >= {d9}$$, 'explained', '
    Foreign Scan on starts_3; Bucket Width: 1d;
      Group By: project_id, user_id, api_key_id, model, batch, service_tier'),
  ('explained', 'known when run', $$
    SELECT count(*) FROM parts.projects
    WHERE project_id = (SELECT 'proj_web'::text OFFSET 0) AND day > pg_temp.today() - 9$$,
    'explained', '
    Foreign Scan on projects_2; Bucket Width: 1d;
      Group By: project_id, user_id, api_key_id, model, batch, service_tier;
      Filters: project_ids = PARAM;
    Foreign Scan on projects_1; Bucket Width: 1d;
      Group By: project_id, user_id, api_key_id, model, batch, service_tier;
      Filters: project_ids = proj_web;
    Foreign Scan on projects_3; Bucket Width: 1d;
      Group By: project_id, user_id, api_key_id, model, batch, service_tier;
      Filters: project_ids = PARAM');

-- order and LIMIT
INSERT INTO cases (name, query, answer) VALUES
  ('the newest', $$
    SELECT (SELECT array_agg(start_time) FROM (
        SELECT start_time FROM parts.starts ORDER BY start_time DESC LIMIT 9) AS s) =
      (SELECT array_agg(start_time) FROM (
        SELECT start_time FROM oracle.completions
        ORDER BY start_time DESC LIMIT 9) AS s) AS same$$,
    't'),
  ('the oldest of a partition', $$
    SELECT (SELECT min(start_time) FROM parts.starts_2)
      = (SELECT min(start_time) FROM oracle.completions WHERE day >= {d20}) AS same$$, 't');
UPDATE cases SET query = parts.dated(query);
CALL pg_temp.run_cases();
\i test/lib/report.sql

--
-- Joins and aggregates of one partition at a time
--
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SELECT parts.check('starts', 'completions', 'day >= pg_temp.today() - 40');
SELECT parts.check('levels', 'completions', 'day >= pg_temp.today() - 40');
SELECT pg_temp.same(q, replace(q, 'parts.starts', 'oracle.completions')) FROM (SELECT $$
  SELECT a.day, sum(a.input_tokens) AS s, max(b.model) AS m
  FROM parts.starts AS a JOIN parts.starts AS b USING (start_time, project_id)
  WHERE a.day >= pg_temp.today() - 25 GROUP BY 1$$) AS q(q);
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;

--
-- A CHECK is no bound: it is on trust, here as everywhere
--
CREATE TABLE parts.parent (day date, input_tokens bigint);
CREATE FOREIGN TABLE parts.child (CHECK (day < '2001-01-01')) INHERITS (parts.parent)
  SERVER openai OPTIONS (endpoint 'completions');
SELECT sum(input_tokens) > 0 AS outside FROM parts.parent;
SELECT count(*) FROM parts.parent WHERE day >= '2001-01-01';

--
-- ANALYZE: only what is inside, and as many rows as there are
--
CREATE FUNCTION parts.rows(parted regclass) RETURNS real LANGUAGE sql AS $$
  SELECT reltuples FROM pg_class WHERE oid = parted
$$;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
ANALYZE parts.live;
ANALYZE parts.starts_2;
ANALYZE parts.gone;
\i test/lib/requests.sql
ANALYZE parts.projects_1;
ANALYZE parts.hashed_1;
SELECT parts.rows('parts.live') = (SELECT count(*) FROM parts.live) AS live,
  parts.rows('parts.starts_2') = (SELECT count(*) FROM parts.starts_2) AS starts_2,
  parts.rows('parts.gone') <= 0 AS gone;
SELECT
  abs(parts.rows('parts.projects_1') / (SELECT count(*) FROM parts.projects_1) - 1) < 0.2
    AS projects_1,
  abs(parts.rows('parts.hashed_1') / (SELECT count(*) FROM parts.hashed_1) - 1) < 0.2
    AS hashed_1;
SELECT most_common_vals::text, null_frac FROM pg_stats
WHERE tablename = 'projects_1' AND attname = 'project_id';
SELECT min(d) = :'d20' AS first, max(d) = :'d9'::date - 1 AS last
FROM pg_stats, unnest(most_common_vals::text::date[]) AS d
WHERE tablename = 'starts_2' AND attname = 'day';
-- and estimates make use of it
CREATE FUNCTION parts.estimate(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SELECT t, parts.estimate('SELECT * FROM parts.' || t) / actual BETWEEN 0.5 AND 2 AS near
FROM (SELECT 'starts_2' AS t, count(*) AS actual FROM parts.starts_2
  UNION ALL SELECT 'live', count(*) FROM parts.live
  UNION ALL SELECT 'projects_1', count(*) FROM parts.projects_1) AS counted;
DROP SCHEMA parts CASCADE;
