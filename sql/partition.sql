--
-- Partitions: a foreign one holds what its bound says, whatever the API has.
--
-- PostgreSQL takes a bound on trust.  The partitions here are the whole of an
-- endpoint but for their bounds: were those not heeded, rows would come several
-- times.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set quiet
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\unset quiet
SET client_min_messages = warning;
SET timezone = 'UTC';  -- bounds are of whole days
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA parts;
SELECT pg_temp.today() - 9 AS d9, pg_temp.today() - 20 AS d20, pg_temp.today() - 30 AS d30,
  (pg_temp.today() - 9)::text || ' 05:00+00' AS d9_at_5 \gset

-- Is the table the oracle's, by its rows, by sums and in joins, with pushdown
-- and without?
CREATE FUNCTION parts.check(parted text, endpoint text, condition text DEFAULT 'true') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  measure text := CASE WHEN endpoint = 'costs' THEN 'amount' ELSE 'input_tokens' END;
  query text;
  answers text[];
BEGIN
  FOREACH query IN ARRAY ARRAY['SELECT * FROM {t} WHERE {c}',
      'SELECT sum({m}) AS s FROM {t} WHERE {c}',
      'SELECT day, sum({m}) AS s FROM {t} WHERE {c} GROUP BY 1',
      'SELECT date_trunc(''month'', start_time) AS t, sum({m}) AS s FROM {t} WHERE {c} GROUP BY 1',
      'SELECT project_id, sum({m}) AS s, max(day) AS d FROM {t} WHERE {c} GROUP BY 1',
      'SELECT p.id, c.{m} FROM (VALUES (''proj_web''), (''proj_R&D=1'')) AS p(id) JOIN {t} AS c ON c.project_id = p.id WHERE {c}'] LOOP
    query := replace(replace(query, '{m}', measure), '{c}', condition);
    answers := answers || pg_temp.same(replace(query, '{t}', 'parts.' || parted), replace(query, '{t}', 'oracle.' || endpoint));
  END LOOP;
  SET usage_fdw.enable_pushdown = off;
  query := format('SELECT * FROM {t} WHERE %s', condition);
  answers := answers || pg_temp.same(replace(query, '{t}', 'parts.' || parted), replace(query, '{t}', 'oracle.' || endpoint));
  RESET usage_fdw.enable_pushdown;
  RETURN (SELECT string_agg(DISTINCT a, '; ') FROM unnest(answers) AS a);
END
$$;
SET enable_async_append = off;  -- requests one after another
\pset format unaligned
\pset tuples_only on

--
-- Months that are kept, and a live rest
--
CREATE TABLE parts.months (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE TABLE parts.kept PARTITION OF parts.months FOR VALUES FROM (MINVALUE) TO (:'d30');
INSERT INTO parts.kept SELECT * FROM oracle.costs WHERE day < :'d30';
CREATE FOREIGN TABLE parts.live PARTITION OF parts.months FOR VALUES FROM (:'d30') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'costs');
SELECT parts.check('months', 'costs');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT sum(amount) = (SELECT sum(amount) FROM oracle.costs) AS same FROM parts.months;
\i test/lib/requests.sql
-- the partition by itself is no more than that
SELECT min(day) = :'d30' AS inside, count(*) = (SELECT count(*) FROM oracle.costs WHERE day >= :'d30') AS same FROM parts.live;
\i test/lib/requests.sql
-- a WHERE clause goes on narrowing, and what the bound excludes is not asked for
SELECT sum(amount) = (SELECT sum(amount) FROM oracle.costs WHERE day BETWEEN pg_temp.today() - 40 AND :'d20') AS same
FROM parts.months WHERE day BETWEEN pg_temp.today() - 40 AND :'d20';
SELECT count(*) FROM parts.live WHERE day < pg_temp.today() - 30;
\i test/lib/requests.sql
-- it is not the query that asks for a time before there is any: no warning
CREATE TABLE parts.ages (LIKE oracle.costs) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE parts.gone PARTITION OF parts.ages FOR VALUES FROM ('1999-01-01') TO ('2001-01-01')
  SERVER openai OPTIONS (endpoint 'costs');
CREATE FOREIGN TABLE parts.here PARTITION OF parts.ages FOR VALUES FROM ('2001-01-01') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'costs');
SELECT parts.check('ages', 'costs');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) FROM parts.gone;
\i test/lib/requests.sql

--
-- Every kind of bound, live on all sides
--
CREATE TABLE parts.starts (LIKE oracle.completions) PARTITION BY RANGE (start_time);
CREATE FOREIGN TABLE parts.starts_1 PARTITION OF parts.starts FOR VALUES FROM (MINVALUE) TO (:'d20')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.starts_2 PARTITION OF parts.starts FOR VALUES FROM (:'d20') TO (:'d9')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.starts_3 PARTITION OF parts.starts DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('starts', 'completions', 'day >= pg_temp.today() - 40');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT sum(input_tokens) = (SELECT sum(input_tokens) FROM oracle.completions) AS same FROM parts.starts;
\i test/lib/requests.sql

-- a bound within the day, in buckets of an hour; wide buckets keep to it
CREATE TABLE parts.hours (LIKE oracle.completions_1h) PARTITION BY RANGE (start_time);
CREATE FOREIGN TABLE parts.hours_1 PARTITION OF parts.hours FOR VALUES FROM (:'d20') TO (:'d9_at_5')
  SERVER openai OPTIONS (endpoint 'completions', bucket_width '1h');
CREATE FOREIGN TABLE parts.hours_2 PARTITION OF parts.hours DEFAULT
  SERVER openai OPTIONS (endpoint 'completions', bucket_width '1h');
SELECT parts.check('hours', 'completions_1h', 'day >= pg_temp.today() - 25');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT sum(input_tokens) = (SELECT sum(input_tokens) FROM oracle.completions
  WHERE day >= pg_temp.today() - 25 AND day < pg_temp.today()) AS same
FROM parts.hours WHERE day >= pg_temp.today() - 25 AND day < pg_temp.today();
\i test/lib/requests.sql

-- lists, with NULL and the rest
CREATE TABLE parts.projects (LIKE oracle.completions) PARTITION BY LIST (project_id);
CREATE FOREIGN TABLE parts.projects_1 PARTITION OF parts.projects FOR VALUES IN ('proj_web')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.projects_2 PARTITION OF parts.projects FOR VALUES IN ('proj_R&D=1', 'proj_größe+50%', NULL)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.projects_3 PARTITION OF parts.projects DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('projects', 'completions', 'day >= pg_temp.today() - 40');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= :'d9') AS same FROM parts.projects WHERE day >= :'d9';
SELECT DISTINCT project_id FROM parts.projects_1 WHERE day >= :'d9';
SELECT bool_and(project_id IN ('proj_R&D=1', 'proj_größe+50%') OR project_id IS NULL) AS listed FROM parts.projects_2 WHERE day >= :'d9';
SELECT count(*) FROM parts.projects_3 WHERE (project_id = 'proj_web' OR project_id IS NULL) AND day >= :'d9';
\i test/lib/requests.sql
CREATE TABLE parts.batches (LIKE oracle.completions) PARTITION BY LIST (batch);
CREATE FOREIGN TABLE parts.batches_1 PARTITION OF parts.batches FOR VALUES IN (true)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.batches_2 PARTITION OF parts.batches FOR VALUES IN (false, NULL)
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('batches', 'completions', 'day >= pg_temp.today() - 40');
-- NULLs of a bound of the bucket, of which there are none: nothing is asked for
CREATE TABLE parts.days (LIKE oracle.completions) PARTITION BY LIST (day);
CREATE FOREIGN TABLE parts.days_1 PARTITION OF parts.days FOR VALUES IN (NULL)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.days_2 PARTITION OF parts.days FOR VALUES IN (:'d9', :'d20')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.days_3 PARTITION OF parts.days DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) FROM parts.days_1;
SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day IN (:'d9', :'d20')) AS same FROM parts.days_2;
\i test/lib/requests.sql
SELECT parts.check('days', 'completions', 'day >= pg_temp.today() - 40');

-- hashes
CREATE TABLE parts.hashed (LIKE oracle.completions) PARTITION BY HASH (project_id, model);
CREATE FOREIGN TABLE parts.hashed_1 PARTITION OF parts.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.hashed_2 PARTITION OF parts.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1)
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('hashed', 'completions', 'day >= pg_temp.today() - 40');
SELECT (SELECT count(*) FROM parts.hashed_1 WHERE day >= :'d9') > 0 AND (SELECT count(*) FROM parts.hashed_2 WHERE day >= :'d9') > 0 AS both;

-- several keys, and expressions; a measure
CREATE TABLE parts.keys (LIKE oracle.completions) PARTITION BY RANGE (day, project_id);
CREATE FOREIGN TABLE parts.keys_1 PARTITION OF parts.keys FOR VALUES FROM (MINVALUE, MINVALUE) TO (:'d20', 'proj_m')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.keys_2 PARTITION OF parts.keys FOR VALUES FROM (:'d20', 'proj_m') TO (:'d9', 'proj_m')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.keys_3 PARTITION OF parts.keys DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('keys', 'completions', 'day >= pg_temp.today() - 40');
CREATE TABLE parts.exprs (LIKE oracle.completions) PARTITION BY RANGE ((day + 1), (length(model)));
CREATE FOREIGN TABLE parts.exprs_1 PARTITION OF parts.exprs FOR VALUES FROM (MINVALUE, MINVALUE) TO (:'d20', 8)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.exprs_2 PARTITION OF parts.exprs DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('exprs', 'completions', 'day >= pg_temp.today() - 40');
CREATE TABLE parts.truncated (LIKE oracle.completions) PARTITION BY LIST (date_trunc('month', start_time AT TIME ZONE 'UTC'));
SELECT date_trunc('month', pg_temp.today() - interval '40 days') AS month \gset
CREATE FOREIGN TABLE parts.truncated_1 PARTITION OF parts.truncated FOR VALUES IN (:'month')
  SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE parts.truncated_2 PARTITION OF parts.truncated DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');
SELECT parts.check('truncated', 'completions', 'day >= pg_temp.today() - 40');
CREATE TABLE parts.amounts (LIKE oracle.costs) PARTITION BY RANGE (amount);
CREATE FOREIGN TABLE parts.amounts_1 PARTITION OF parts.amounts FOR VALUES FROM (MINVALUE) TO (5)
  SERVER openai OPTIONS (endpoint 'costs');
CREATE FOREIGN TABLE parts.amounts_2 PARTITION OF parts.amounts DEFAULT
  SERVER openai OPTIONS (endpoint 'costs');
SELECT parts.check('amounts', 'costs');

--
-- Levels: all of them count.  Columns may stand in another order.
--
CREATE TABLE parts.levels (LIKE oracle.completions) PARTITION BY RANGE (day);
CREATE TABLE parts.levels_new PARTITION OF parts.levels FOR VALUES FROM (:'d20') TO (MAXVALUE) PARTITION BY LIST (project_id);
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
SELECT parts.check('levels', 'completions', 'day >= pg_temp.today() - 40');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day BETWEEN :'d30' AND :'d9' AND day < :'d20' AND batch) AS same
FROM parts.levels_batch WHERE day BETWEEN :'d30' AND :'d9';
SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= :'d20' AND project_id = 'proj_web') AS same FROM parts.levels_web;
\i test/lib/requests.sql

--
-- A bound that changes under a prepared statement and in an open session
--
SET plan_cache_mode = force_generic_plan;
PREPARE whole AS SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= :'d30') FROM parts.levels WHERE day >= :'d30';
PREPARE rest AS SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= :'d30' AND day < :'d20' AND batch IS NOT TRUE) AS all,
  count(*) > 0 AS some FROM parts.levels_rest WHERE day >= :'d30';
EXECUTE whole;
EXECUTE rest;
-- a sibling of the default partition that levels_rest is a part of
CREATE TABLE parts.levels_between (LIKE oracle.completions);
INSERT INTO parts.levels_between SELECT * FROM oracle.completions WHERE day >= :'d30' AND day < :'d20';
ALTER TABLE parts.levels ATTACH PARTITION parts.levels_between FOR VALUES FROM (:'d30') TO (:'d20');
EXECUTE whole;
EXECUTE rest;
ALTER TABLE parts.levels DETACH PARTITION parts.levels_between;
EXECUTE whole;
EXECUTE rest;
-- no partition any more: no bound
PREPARE web AS SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= :'d9') AS whole FROM parts.levels_web WHERE day >= :'d9';
EXECUTE web;
ALTER TABLE parts.levels_new DETACH PARTITION parts.levels_web;
EXECUTE web;
ALTER TABLE parts.levels_new ATTACH PARTITION parts.levels_web FOR VALUES IN ('proj_web');
EXECUTE web;
DEALLOCATE ALL;
RESET plan_cache_mode;

--
-- Plans: partitions that can't have rows are left out, when planned and when
-- run; grain and width are as coarse as the bounds allow
--
CREATE FUNCTION parts.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    RETURN NEXT (regexp_match(line, 'Foreign Scan on \w+|Seq Scan on \w+|never executed|Bucket Width:.*|Group By:.*|Filters:.*|Subplans Removed.*'))[1];
  END LOOP;
END
$$;
CREATE FUNCTION parts.show(query text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT regexp_replace(p, '\(InitPlan 1\)\.col1|\$0', 'PARAM') FROM parts.plan(query) AS p WHERE p IS NOT NULL
$$;
SELECT parts.show('SELECT sum(input_tokens) FROM parts.starts WHERE day >= pg_temp.today() - 40');
SELECT parts.show('SELECT sum(input_tokens) FROM parts.projects WHERE day >= pg_temp.today() - 40');
SELECT parts.show('SELECT sum(input_tokens) FROM parts.hours WHERE day >= pg_temp.today() - 25');
SELECT parts.show(format('SELECT count(*) FROM parts.starts WHERE start_time >= %L', :'d9'));
SELECT parts.show('SELECT count(*) FROM parts.projects WHERE project_id = (SELECT ''proj_web''::text OFFSET 0) AND day > pg_temp.today() - 9');
-- joins and aggregates of one partition at a time
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SELECT parts.check('starts', 'completions', 'day >= pg_temp.today() - 40');
SELECT parts.check('levels', 'completions', 'day >= pg_temp.today() - 40');
SELECT pg_temp.same(q, replace(q, 'parts.starts', 'oracle.completions')) FROM (SELECT
  $$SELECT a.day, sum(a.input_tokens) AS s, max(b.model) AS m FROM parts.starts AS a JOIN parts.starts AS b USING (start_time, project_id) WHERE a.day >= pg_temp.today() - 25 GROUP BY 1$$) AS q(q);
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;
-- order and LIMIT
SELECT (SELECT array_agg(start_time) FROM (SELECT start_time FROM parts.starts ORDER BY start_time DESC LIMIT 9) AS s) =
  (SELECT array_agg(start_time) FROM (SELECT start_time FROM oracle.completions ORDER BY start_time DESC LIMIT 9) AS s) AS same;
SELECT (SELECT min(start_time) FROM parts.starts_2) = (SELECT min(start_time) FROM oracle.completions WHERE day >= :'d20') AS same;

--
-- A CHECK is no bound: it is on trust, here as everywhere
--
CREATE TABLE parts.parent (day date, input_tokens bigint);
CREATE FOREIGN TABLE parts.child (CHECK (day < '2001-01-01')) INHERITS (parts.parent) SERVER openai OPTIONS (endpoint 'completions');
SELECT sum(input_tokens) > 0 AS outside FROM parts.parent;
SELECT count(*) FROM parts.parent WHERE day >= '2001-01-01';

--
-- ANALYZE: only what is inside, and as many rows as there are
--
CREATE FUNCTION parts.rows(parted regclass) RETURNS real LANGUAGE sql AS $$ SELECT reltuples FROM pg_class WHERE oid = parted $$;
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
SELECT abs(parts.rows('parts.projects_1') / (SELECT count(*) FROM parts.projects_1) - 1) < 0.2 AS projects_1,
  abs(parts.rows('parts.hashed_1') / (SELECT count(*) FROM parts.hashed_1) - 1) < 0.2 AS hashed_1;
SELECT most_common_vals::text, null_frac FROM pg_stats WHERE tablename = 'projects_1' AND attname = 'project_id';
SELECT min(d) = :'d20' AS first, max(d) = :'d9'::date - 1 AS last
FROM pg_stats, unnest(most_common_vals::text::date[]) AS d WHERE tablename = 'starts_2' AND attname = 'day';
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
