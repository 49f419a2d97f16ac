--
-- Scans: whatever the executor does with one, the rows are the oracle's, and
-- what is asked of the server is what the query needs.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA scan;

--
-- Rescans
--

-- the foreign table inside of a nested loop, time and again
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT pg_temp.same($$
  SELECT n, day, model, input_tokens
  FROM generate_series(1, 3) AS n LEFT JOIN usage.completions AS c
    ON length(c.model) + n > 12 AND c.day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 5$$, $$
  SELECT n, day, model, input_tokens
  FROM generate_series(1, 3) AS n LEFT JOIN oracle.completions AS c
    ON length(c.model) + n > 12 AND c.day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 5$$);
\i test/lib/requests.sql

-- both sides foreign, and the same table
SELECT pg_temp.same($$
  SELECT a.day, a.num_model_requests, b.num_model_requests
  FROM usage.completions AS a JOIN usage.completions AS b
    ON a.num_model_requests < b.num_model_requests AND a.day = b.day
  WHERE a.day >= pg_temp.today() - 20 AND b.day >= pg_temp.today() - 25
    AND a.model = 'gpt-6-astra' AND a.batch AND b.project_id = 'proj_web' AND b.batch$$, $$
  SELECT a.day, a.num_model_requests, b.num_model_requests
  FROM oracle.completions AS a JOIN oracle.completions AS b
    ON a.num_model_requests < b.num_model_requests AND a.day = b.day
  WHERE a.day >= pg_temp.today() - 20 AND b.day >= pg_temp.today() - 25
    AND a.model = 'gpt-6-astra' AND a.batch AND b.project_id = 'proj_web' AND b.batch$$);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- correlated sub-selects: the parameter changes, also to nothing
SELECT pg_temp.same($$
  SELECT n, (SELECT sum(input_tokens) FROM usage.completions
             WHERE day = pg_temp.today() - n AND project_id = 'proj_web')
  FROM unnest(ARRAY[3, 5, NULL, 3]) AS n$$, $$
  SELECT n, (SELECT sum(input_tokens) FROM oracle.completions
             WHERE day = pg_temp.today() - n AND project_id = 'proj_web')
  FROM unnest(ARRAY[3, 5, NULL, 3]) AS n$$);
\i test/lib/requests.sql
SELECT pg_temp.same($$
  SELECT p, (SELECT count(*) FROM usage.completions
             WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 16 AND project_id = p)
  FROM unnest(ARRAY['proj_web', 'proj_nobody', NULL, 'proj_R&D=1']) AS p$$, $$
  SELECT p, (SELECT count(*) FROM oracle.completions
             WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 16 AND project_id = p)
  FROM unnest(ARRAY['proj_web', 'proj_nobody', NULL, 'proj_R&D=1']) AS p$$);
\i test/lib/requests.sql

-- a sub-select that is the same for all rows is run once
SELECT n, (SELECT count(*) > 0 FROM usage.completions
           WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1)
FROM generate_series(1, 3) AS n;
\i test/lib/requests.sql

-- EXISTS stops at the first row, IN may be hashed
SELECT n FROM generate_series(1, 2) AS n
WHERE EXISTS (SELECT FROM usage.completions
              WHERE day BETWEEN pg_temp.today() - 20 * n AND pg_temp.today() - 1);
SELECT pg_temp.same($$
  SELECT * FROM generate_series(pg_temp.today() - 30, pg_temp.today(), '1 day') AS d
  WHERE d::date NOT IN (SELECT day FROM usage.completions
    WHERE batch AND extract(isodow FROM day) < 6)$$, $$
  SELECT * FROM generate_series(pg_temp.today() - 30, pg_temp.today(), '1 day') AS d
  WHERE d::date NOT IN (SELECT day FROM oracle.completions
    WHERE batch AND extract(isodow FROM day) < 6)$$);
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- LATERAL, with a range and a LIMIT of its own
SELECT pg_temp.same($$
  SELECT n, c.* FROM generate_series(1, 3) AS n, LATERAL (
    SELECT day, sum(amount) FROM usage.costs
    WHERE day >= pg_temp.today() - 10 * n AND day < pg_temp.today() - 9 * n
    GROUP BY day ORDER BY day DESC LIMIT 2) AS c$$, $$
  SELECT n, c.* FROM generate_series(1, 3) AS n, LATERAL (
    SELECT day, sum(amount) FROM oracle.costs
    WHERE day >= pg_temp.today() - 10 * n AND day < pg_temp.today() - 9 * n
    GROUP BY day ORDER BY day DESC LIMIT 2) AS c$$);
\i test/lib/requests.sql

--
-- Shapes of queries
--
CREATE FUNCTION pg_temp.both(query text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.same(query, replace(query, 'usage.', 'oracle.'))
$$;

-- no columns, all columns, the whole row, and expressions of all of them
SELECT pg_temp.both('SELECT count(*) FROM usage.completions WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.both('SELECT FROM usage.completions
  WHERE day >= pg_temp.today() - 20') AS no_columns;
SELECT pg_temp.both('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.both('SELECT c::text FROM usage.completions AS c
  WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.both('SELECT row_to_json(c)::text FROM usage.costs AS c
  WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.both('SELECT (c).model FROM (SELECT c FROM usage.completions AS c
  WHERE day >= pg_temp.today() - 20) AS c');
SELECT pg_temp.both('SELECT model FROM usage.completions AS c
  WHERE day >= pg_temp.today() - 20 AND c IS DISTINCT FROM NULL');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- system columns
SELECT DISTINCT tableoid::regclass, ctid IS NOT NULL AS has_ctid
FROM usage.completions WHERE day >= pg_temp.today() - 20;

-- no rows: in the future, before all history, and nothing asked for
SELECT count(*), max(day) FROM usage.completions WHERE day > pg_temp.today() + 5;
SELECT * FROM usage.costs WHERE start_time > now() + interval '2 days';
SET client_min_messages = error;
SELECT count(*) FROM usage.costs WHERE day < '2020-01-01';
SET client_min_messages = warning;
SELECT count(*) FROM usage.costs WHERE day >= pg_temp.today() - 20 LIMIT 0;
SELECT count(*) FROM usage.costs WHERE false;
\i test/lib/requests.sql
\set QUIET on

-- LIMIT and OFFSET: the newest bucket is enough, if it has rows
SELECT day AS newest FROM oracle.completions
WHERE day < pg_temp.today() GROUP BY day HAVING count(*) > 18 ORDER BY day DESC LIMIT 1 \gset
SELECT count(*) FROM (SELECT FROM usage.completions WHERE day <= :'newest' LIMIT 7) AS c;
SELECT count(*) FROM (SELECT FROM usage.completions WHERE day <= :'newest' OFFSET 11 LIMIT 7) AS c;
SELECT model IS NULL OR model <> '' AS ok FROM usage.completions WHERE day <= :'newest' LIMIT 1;
SELECT count(*)
FROM (SELECT FROM usage.completions WHERE day <= :'newest' FETCH FIRST ROW ONLY) AS c;
\i test/lib/asked.sql
\set QUIET on

-- CTEs, inlined and not
SELECT pg_temp.both($$
  WITH c AS (SELECT * FROM usage.completions)
  SELECT count(*) FROM c WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1$$);
SELECT pg_temp.both($$
  WITH c AS MATERIALIZED (
    SELECT * FROM usage.completions WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1)
  SELECT a.day, a.rows, b.rows FROM (SELECT day, count(*) AS rows FROM c GROUP BY 1) AS a
  FULL JOIN (SELECT day, count(*) AS rows FROM c WHERE batch GROUP BY 1) AS b USING (day)$$);
SELECT pg_temp.both($$
  WITH RECURSIVE r(n, rows) AS (
    VALUES (1, 0::bigint)
    UNION ALL
    SELECT n + 1, (SELECT count(*) FROM usage.completions WHERE day = pg_temp.today() - n) FROM r
    WHERE n < 4)
  TABLE r$$);
\i test/lib/requests.sql
\set QUIET on

-- set operations, over endpoints and over widths
SELECT pg_temp.both($$
  SELECT day, 'tokens', sum(input_tokens)::numeric
  FROM usage.completions WHERE day >= pg_temp.today() - 20 GROUP BY 1
  UNION ALL
  SELECT day, 'costs', sum(amount)
  FROM usage.costs WHERE day >= pg_temp.today() - 20 GROUP BY 1$$);
SELECT pg_temp.both($$
  SELECT day FROM usage.costs WHERE day >= pg_temp.today() - 20
  EXCEPT SELECT day
    FROM usage.completions WHERE day >= pg_temp.today() - 30 AND model = 'o5 "mini"'$$);
SELECT day, sum(input_tokens) FROM usage_hourly.completions
WHERE day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1 GROUP BY day
EXCEPT
SELECT day, sum(input_tokens) FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1 GROUP BY day;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- a view over kept and live rows: a clause on the view reaches the foreign table
CREATE TABLE scan.kept AS SELECT * FROM oracle.costs WHERE day < pg_temp.today() - 60;
CREATE VIEW scan.costs AS
TABLE scan.kept UNION ALL
SELECT * FROM usage.costs WHERE day >= (now() AT TIME ZONE 'UTC')::date - 60;
SELECT pg_temp.same('SELECT * FROM scan.costs WHERE day > pg_temp.today() - 90',
  'SELECT * FROM oracle.costs WHERE day > pg_temp.today() - 90');
SELECT pg_temp.same($$SELECT * FROM scan.costs
  WHERE day > pg_temp.today() - 20 AND project_id = 'proj_web'$$,
  $$SELECT * FROM oracle.costs WHERE day > pg_temp.today() - 20 AND project_id = 'proj_web'$$);
\i test/lib/requests.sql
\set QUIET on

-- a partition
CREATE TABLE scan.parted (LIKE oracle.costs) PARTITION BY RANGE (day);
ALTER TABLE scan.parted ATTACH PARTITION usage.costs FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
SELECT pg_temp.same('SELECT * FROM scan.parted WHERE day >= pg_temp.today() - 20',
  'SELECT * FROM oracle.costs WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.same($$SELECT p::text, tableoid::regclass FROM scan.parted AS p
  WHERE day >= pg_temp.today() - 20 AND line_item = 'Image models'$$,
  $$SELECT p::text, 'usage.costs'::regclass FROM oracle.costs AS p
    WHERE day >= pg_temp.today() - 20 AND line_item = 'Image models'$$);
INSERT INTO scan.parted (day) VALUES (pg_temp.today());  -- ERROR
SELECT count(*) FROM scan.parted WHERE day < '2019-01-01';
\i test/lib/requests.sql
ALTER TABLE scan.parted DETACH PARTITION usage.costs;
\set QUIET on

-- row marks
SELECT pg_temp.same('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 20 FOR UPDATE',
  'SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 20');
SELECT pg_temp.same('SELECT k.amount, c.amount FROM scan.kept AS k
  JOIN usage.costs AS c USING (day, project_id, line_item) FOR UPDATE OF k',
  'SELECT k.amount, c.amount FROM scan.kept AS k
    JOIN oracle.costs AS c USING (day, project_id, line_item)');
SELECT model FROM usage.completions WHERE day > pg_temp.today() + 5 FOR SHARE;

--
-- Into tables
--
CREATE TABLE scan.copied AS SELECT * FROM usage.completions WHERE day < pg_temp.today() - 10;
INSERT INTO scan.copied
SELECT * FROM usage.completions WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 1;
SELECT pg_temp.same('TABLE scan.copied',
  'SELECT * FROM oracle.completions WHERE day < pg_temp.today()');

-- the last days once more, into one row a day
CREATE TABLE scan.daily (day date PRIMARY KEY, input_tokens numeric, updated int DEFAULT 0);
INSERT INTO scan.daily
SELECT day, sum(input_tokens) - 1 FROM scan.copied GROUP BY day;
INSERT INTO scan.daily AS d
SELECT day, sum(input_tokens) FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1 GROUP BY day
ON CONFLICT (day) DO UPDATE SET input_tokens = EXCLUDED.input_tokens, updated = d.updated + 1;
SELECT pg_temp.same('TABLE scan.daily', $$
  SELECT day, sum(input_tokens) - CASE WHEN day < pg_temp.today() - 20 THEN 1 ELSE 0 END,
    CASE WHEN day < pg_temp.today() - 20 THEN 0 ELSE 1 END
  FROM oracle.completions WHERE day < pg_temp.today() GROUP BY day$$);
UPDATE scan.daily AS d SET input_tokens = c.input_tokens
FROM (SELECT day, sum(input_tokens) AS input_tokens FROM usage.completions GROUP BY day) AS c
WHERE c.day = d.day;
UPDATE scan.daily AS d SET updated = -1
FROM usage.completions AS c
WHERE c.day = d.day AND c.model = 'gpt-audio-2' AND c.day >= pg_temp.today() - 20;
DELETE FROM scan.daily AS d USING usage.completions AS c
WHERE c.day = d.day AND c.model = 'gpt-audio-2' AND c.day < pg_temp.today() - 20;
SELECT pg_temp.same('TABLE scan.daily', $$
  SELECT day, sum(input_tokens), CASE WHEN bool_or(model = 'gpt-audio-2') THEN -1 ELSE 1 END
  FROM oracle.completions
  WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1 GROUP BY day
  UNION ALL
  SELECT day, sum(input_tokens), 0
  FROM oracle.completions WHERE day < pg_temp.today() - 20
  GROUP BY day HAVING bool_or(model = 'gpt-audio-2') IS NOT TRUE$$);
COPY (SELECT count(*) > 0 FROM usage.costs WHERE day >= pg_temp.today() - 20) TO STDOUT;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

--
-- What can't be done
--
INSERT INTO usage.costs (day) VALUES (pg_temp.today());  -- ERROR
UPDATE usage.costs SET amount = 0;  -- ERROR
DELETE FROM usage.costs;  -- ERROR
TRUNCATE usage.costs;  -- ERROR
COPY usage.costs FROM '/dev/null';  -- ERROR
COPY usage.costs TO STDOUT;  -- ERROR
SELECT * FROM usage.costs TABLESAMPLE SYSTEM (1);  -- ERROR
EXPLAIN (COSTS OFF) SELECT count(*) FROM usage.costs;
\i test/lib/requests.sql

-- more requests than are allowed: known before the first one
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD max_requests '2');
SELECT count(*) > 0
FROM usage.completions WHERE day BETWEEN pg_temp.today() - 62 AND pg_temp.today() - 1;
SELECT count(*)
FROM usage.completions WHERE day BETWEEN pg_temp.today() - 63 AND pg_temp.today() - 1;  -- ERROR
SELECT count(*) FROM usage.completions;  -- ERROR
-- what a LIMIT is likely to stop early is checked as it goes
SELECT count(*)
FROM (SELECT FROM usage.completions WHERE day <= :'newest' LIMIT 1) AS c \g /dev/null
SELECT count(*) FROM (SELECT FROM usage.completions WHERE model = 'none' LIMIT 1) AS c;  -- ERROR
\i test/lib/asked.sql
EXPLAIN (COSTS OFF) SELECT FROM usage.completions;
SELECT count(*) > 0 FROM usage.completions
WHERE day = pg_temp.today() - 90 OR day BETWEEN pg_temp.today() - 9 AND pg_temp.today();
SELECT count(*) FROM usage.completions
WHERE day = pg_temp.today() - 90 OR day = pg_temp.today() - 70
  OR day = pg_temp.today() - 50;  -- ERROR
\i test/lib/requests.sql
ALTER FOREIGN TABLE usage.completions OPTIONS (DROP max_requests);
\set QUIET on

--
-- Pages shorter than asked for
--
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=4
SELECT pg_temp.both($$
  SELECT * FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 1
  AND project_id IN ('proj_web', 'proj_R&D=1') AND NOT batch$$);
\i test/lib/requests.sql
\set QUIET on
SELECT count(DISTINCT param) AS cursors, count(*) AS pages
FROM (SELECT substring(query FROM 'page=([^&]+)') AS param FROM request) AS r
WHERE param IS NOT NULL;
SELECT pg_temp.both($$
  SELECT n, (SELECT sum(amount) FROM usage.costs
    WHERE day BETWEEN pg_temp.today() - n * 9 AND pg_temp.today() - 1)
  FROM generate_series(1, 2) AS n$$);
\i test/lib/requests.sql
SELECT count(*) FROM (SELECT FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 40 AND :'newest' LIMIT 2) AS c;
\i test/lib/asked.sql
\set QUIET on
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=0

-- costs hands out a cursor past the last bucket: there is no need to follow it
SELECT pg_temp.both('SELECT * FROM usage.costs WHERE day >= pg_temp.today() - 9');
\i test/lib/requests.sql
\set QUIET on

-- the API ends the range at now: no bucket is missing
\! "$USAGE_SIMULATOR_CONTROL" set future_end=clip
SELECT pg_temp.both('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 9');
SELECT pg_temp.both('SELECT * FROM usage.costs WHERE day >= pg_temp.today() - 9');
SELECT count(*) > 0 FROM usage_hourly.completions WHERE start_time >= now() - interval '30 hours';
\! "$USAGE_SIMULATOR_CONTROL" set future_end=buckets
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

--
-- Whose user mapping?
--
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_usage_reader;
SET client_min_messages = warning;
CREATE ROLE regress_usage_reader;
GRANT USAGE ON SCHEMA scan, usage TO regress_usage_reader;
CREATE VIEW scan.by_model AS
SELECT day, model, sum(input_tokens) AS input_tokens FROM usage.completions GROUP BY 1, 2;
GRANT SELECT ON scan.by_model TO regress_usage_reader;
CREATE FUNCTION scan.count_rows(days int) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM usage.completions WHERE day >= (now() AT TIME ZONE 'UTC')::date - days
$$;

SET ROLE regress_usage_reader;
SELECT count(*) FROM usage.completions;  -- ERROR
SELECT count(*) > 0 AS by_view FROM scan.by_model
WHERE day >= (now() AT TIME ZONE 'UTC')::date - 20 AND model = 'gpt-6-astra';
SELECT scan.count_rows(20) > 0 AS by_function;
RESET ROLE;
GRANT SELECT ON usage.completions TO regress_usage_reader;
SET ROLE regress_usage_reader;
SELECT count(*) FROM usage.completions;  -- ERROR
EXPLAIN (COSTS OFF) SELECT FROM usage.completions WHERE model = 'gpt-6-astra';
SELECT count(*) > 0 AS by_view
FROM scan.by_model WHERE day >= (now() AT TIME ZONE 'UTC')::date - 20;
RESET ROLE;

-- a view of the invoker's rights, as there are since PostgreSQL 15
CREATE FUNCTION scan.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE query INTO result;
  RETURN coalesce(result, 'no row');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
CREATE FUNCTION scan.as_invoker() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('server_version_num')::int < 150000 THEN
    RETURN '28000: user mapping not found for user "regress_usage_reader" and server "openai"';
  END IF;
  ALTER VIEW scan.by_model SET (security_invoker = true);
  SET LOCAL ROLE regress_usage_reader;
  RETURN scan.attempt('SELECT count(*) FROM scan.by_model');
END
$$;
GRANT EXECUTE ON FUNCTION scan.as_invoker(), scan.attempt(text) TO regress_usage_reader;
SELECT scan.as_invoker();
RESET ROLE;

-- a mapping for all serves all
CREATE USER MAPPING FOR PUBLIC SERVER openai OPTIONS (api_key 'sk-admin-simulator');
SET ROLE regress_usage_reader;
SELECT count(*) > 0 AS by_public_mapping FROM usage.completions
WHERE day >= (now() AT TIME ZONE 'UTC')::date - 20;
RESET ROLE;
DROP USER MAPPING FOR PUBLIC SERVER openai;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

DROP SCHEMA scan CASCADE;
DROP OWNED BY regress_usage_reader;
DROP ROLE regress_usage_reader;
