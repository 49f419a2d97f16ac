--
-- Partitions that come and go, under prepared statements and in open sessions:
-- the bound is that of the moment, also where it depends on a sibling's.
--
\i test/lib/partition.sql
\set ECHO none
\set QUIET on
-- How a prepared statement answers now, next to the oracle's rows of a condition.
CREATE FUNCTION parts.executed(
  name text, condition text DEFAULT 'true', columns text DEFAULT '*', tail text DEFAULT '')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE format('CREATE TEMP TABLE ours AS EXECUTE %I', name);
  answer := pg_temp.same('TABLE ours', parts.dated(format(
    'SELECT %s FROM oracle.completions WHERE day >= {d30} AND (%s) %s',
    columns, condition, tail)));
  DROP TABLE ours;
  RETURN answer;
END
$$;
-- Of the partitioned table: rows, and sums.
CREATE FUNCTION parts.whole_executed(condition text DEFAULT 'true') RETURNS text
LANGUAGE sql AS $$
  SELECT parts.executed('rows', condition) || ', '
    || parts.executed('sums', condition, 'day, model, sum(input_tokens)', 'GROUP BY 1, 2')
$$;
\set QUIET off
\set ECHO all

-- Days from the ninth one back, and all else in a default partition that has
-- partitions, of which one is the default.  The columns of one are others.
CREATE TABLE parts.whole (LIKE oracle.completions) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE parts.recent PARTITION OF parts.whole FOR VALUES FROM (:'d9') TO (MAXVALUE)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE TABLE parts.rest PARTITION OF parts.whole DEFAULT PARTITION BY LIST (batch);
CREATE FOREIGN TABLE parts.rest_batch (
    model text, gone text OPTIONS (field 'user_id', role 'dimension'), batch bool, day date,
    end_time timestamptz, start_time timestamptz)
  SERVER openai OPTIONS (endpoint 'completions');
ALTER FOREIGN TABLE parts.rest_batch DROP COLUMN gone;
SELECT format('ALTER FOREIGN TABLE parts.rest_batch ADD COLUMN %I %s', attname, atttypid::regtype)
FROM pg_attribute AS a
WHERE attrelid = 'parts.whole'::regclass AND attnum > 0 AND attname NOT IN (
  SELECT attname FROM pg_attribute WHERE attrelid = 'parts.rest_batch'::regclass)
ORDER BY attnum DESC \gexec
ALTER TABLE parts.rest ATTACH PARTITION parts.rest_batch FOR VALUES IN (true);
CREATE FOREIGN TABLE parts.rest_others PARTITION OF parts.rest DEFAULT
  SERVER openai OPTIONS (endpoint 'completions');

SET plan_cache_mode = force_generic_plan;
PREPARE rows AS SELECT * FROM parts.whole WHERE day >= :'d30';
PREPARE sums AS SELECT day, model, sum(input_tokens) FROM parts.whole WHERE day >= :'d30'
GROUP BY 1, 2;
PREPARE others AS SELECT * FROM parts.rest_others WHERE day >= :'d30';
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d9} AND batch IS NOT TRUE') AS others;

-- a sibling of the default partition that rest_others is a part of: a local one
\set QUIET on
CREATE TABLE parts.between_kept AS
SELECT * FROM oracle.completions WHERE day >= :'d20' AND day < :'d9';
\set QUIET off
ALTER TABLE parts.whole ATTACH PARTITION parts.between_kept FOR VALUES FROM (:'d20') TO (:'d9');
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d20} AND batch IS NOT TRUE') AS others;
ALTER TABLE parts.whole DETACH PARTITION parts.between_kept;
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d9} AND batch IS NOT TRUE') AS others;

-- a live one, which is all of the endpoint by itself
CREATE FOREIGN TABLE parts.between_live PARTITION OF parts.whole
  FOR VALUES FROM (:'d20') TO (:'d9') SERVER openai OPTIONS (endpoint 'completions');
PREPARE live AS SELECT * FROM parts.between_live WHERE day >= :'d30';
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d20} AND batch IS NOT TRUE') AS others,
  parts.executed('live', 'day >= {d20} AND day < {d9}') AS live;
ALTER TABLE parts.whole DETACH PARTITION parts.between_live;
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d9} AND batch IS NOT TRUE') AS others,
  parts.executed('live') AS live;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
EXECUTE live \g /dev/null
ALTER TABLE parts.whole ATTACH PARTITION parts.between_live FOR VALUES FROM (:'d30') TO (:'d20');
EXECUTE live \g /dev/null
\i test/lib/requests.sql
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day >= {d20} AND day < {d9} AND batch IS NOT TRUE') AS others,
  parts.executed('live', 'day < {d20}') AS live;
-- a partition that is dropped leaves its rows to the default
DROP FOREIGN TABLE parts.between_live;
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d9} AND batch IS NOT TRUE') AS others;

-- within one transaction, and back
BEGIN;
ALTER TABLE parts.whole ATTACH PARTITION parts.between_kept FOR VALUES FROM (:'d20') TO (:'d9');
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d20} AND batch IS NOT TRUE') AS others;
ROLLBACK;
SELECT parts.whole_executed() AS whole,
  parts.executed('others', 'day < {d9} AND batch IS NOT TRUE') AS others;

-- a level of the tree comes with its bound, and goes with it
ALTER TABLE parts.whole DETACH PARTITION parts.rest;
SELECT parts.whole_executed('day >= {d9}') AS whole,
  parts.executed('others', 'batch IS NOT TRUE') AS others;
ALTER TABLE parts.whole ATTACH PARTITION parts.rest FOR VALUES FROM (:'d20') TO (:'d9');
SELECT parts.whole_executed('day >= {d20}') AS whole,
  parts.executed('others', 'day >= {d20} AND day < {d9} AND batch IS NOT TRUE') AS others;

-- DETACH CONCURRENTLY leaves a CHECK that says what the bound was, but no bound; from 19
-- on neither
ALTER TABLE parts.whole DETACH PARTITION parts.recent CONCURRENTLY;
PREPARE recent AS SELECT * FROM parts.recent WHERE day >= :'d30';
SELECT parts.whole_executed('day >= {d20} AND day < {d9}') AS whole,
  parts.executed('recent') AS recent;
SELECT count(*) = (current_setting('server_version_num')::int < 190000)::int AS checks
FROM pg_constraint WHERE conrelid = 'parts.recent'::regclass;
ALTER TABLE parts.whole ATTACH PARTITION parts.recent FOR VALUES FROM (:'d9') TO (MAXVALUE);
SELECT parts.whole_executed('day >= {d20}') AS whole,
  parts.executed('recent', 'day >= {d9}') AS recent;
DEALLOCATE ALL;
RESET plan_cache_mode;

--
-- A policy and a bound: both hold
--
ALTER TABLE parts.whole ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_projects ON parts.whole USING (project_id <> 'proj_web');
CREATE ROLE regress_usage_partition;
GRANT USAGE ON SCHEMA parts, oracle TO regress_usage_partition;
GRANT SELECT ON parts.whole, oracle.completions TO regress_usage_partition;
GRANT EXECUTE ON FUNCTION pg_temp.same TO regress_usage_partition;
CREATE USER MAPPING FOR regress_usage_partition SERVER openai
  OPTIONS (api_key 'sk-admin-simulator');
SET ROLE regress_usage_partition;
SELECT pg_temp.same('SELECT * FROM parts.whole WHERE day >= pg_temp.today() - 20', $$
  SELECT * FROM oracle.completions
  WHERE day >= pg_temp.today() - 20 AND project_id <> 'proj_web'$$);
RESET ROLE;
DROP USER MAPPING FOR regress_usage_partition SERVER openai;
DROP OWNED BY regress_usage_partition;
DROP ROLE regress_usage_partition;
DROP SCHEMA parts CASCADE;
