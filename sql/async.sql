--
-- Async append: scans below an Append are read at the same time, and the rows
-- are those that reading them one after another gives.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/plan_lines.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
ALTER SERVER openai OPTIONS (DROP max_concurrent_requests);
CREATE SCHEMA async;

-- all endpoints as one
CREATE VIEW async.everything AS
SELECT 'completions' AS endpoint, day, start_time, project_id, model, num_model_requests
FROM usage.completions
UNION ALL
SELECT 'embeddings', day, start_time, project_id, model, num_model_requests FROM usage.embeddings
UNION ALL
SELECT 'moderations', day, start_time, project_id, model, num_model_requests FROM usage.moderations
UNION ALL
SELECT 'images', day, start_time, project_id, model, num_model_requests FROM usage.images;
-- From 19 on a view of what is temporary is temporary itself.
CREATE FUNCTION async.today() RETURNS date LANGUAGE sql STABLE AS 'SELECT pg_temp.today()';
CREATE VIEW async.recent AS
SELECT * FROM async.everything WHERE day BETWEEN async.today() - 40 AND async.today() - 1;

-- the same as partitions
CREATE TABLE async.parted (day date, start_time timestamptz, project_id text, model text,
  num_model_requests bigint) PARTITION BY LIST (model);
CREATE FOREIGN TABLE async.embeddings PARTITION OF async.parted
  FOR VALUES IN ('text-embedding-3-small', 'text-embedding-3-large')
    SERVER openai OPTIONS (endpoint 'embeddings');
CREATE FOREIGN TABLE async.images PARTITION OF async.parted
  FOR VALUES IN ('gpt-image-1', 'dall-e-3') SERVER openai OPTIONS (endpoint 'images');
CREATE FOREIGN TABLE async.completions PARTITION OF async.parted
  DEFAULT SERVER openai OPTIONS (endpoint 'completions');

-- How many scans of the plan are asynchronous?
CREATE FUNCTION async.scans(query text, OUT scans int) LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  scans := 0;
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
    scans := scans + (line ~ 'Async Foreign Scan')::int;
  END LOOP;
END
$$;

-- Is the answer that of the same query one after another?  Some plans are
-- asynchronous in some versions of the server only.
CREATE FUNCTION async.same(query text, show_scans bool DEFAULT true) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  scans text := CASE WHEN show_scans THEN async.scans(query) || ' asynchronous: ' ELSE '' END;
  same text;
BEGIN
  EXECUTE 'CREATE TEMP TABLE together AS ' || query;
  SET enable_async_append = off;
  EXECUTE 'CREATE TEMP TABLE one_by_one AS ' || query;
  RESET enable_async_append;
  same := pg_temp.same('TABLE together', 'TABLE one_by_one');
  DROP TABLE together, one_by_one;
  RETURN scans || same;
END
$$;
\pset format unaligned
\pset tuples_only on

--
-- Answers
--
SELECT async.same('SELECT * FROM async.recent');
SELECT async.same('SELECT endpoint, count(*), sum(num_model_requests), min(day), max(day)
  FROM async.everything GROUP BY 1');
SELECT async.same('SELECT * FROM async.parted WHERE day >= pg_temp.today() - 20');
SELECT async.same('SELECT tableoid::regclass AS part, p FROM async.parted AS p
  WHERE day >= pg_temp.today() - 20', false);

-- whatever is left to check and to compute here
SELECT async.same('SELECT num_model_requests + 1 AS more, upper(model) || endpoint AS name
  FROM async.recent WHERE num_model_requests % 3 = 1 AND length(project_id) > 5');
SELECT async.same('SELECT count(*) FROM async.recent WHERE num_model_requests < 0');
SELECT async.same('SELECT DISTINCT project_id FROM async.recent');
SELECT async.same('SELECT endpoint, day,
  rank() OVER (PARTITION BY endpoint ORDER BY num_model_requests) FROM async.recent');
SELECT async.same('SELECT 1 FROM async.recent
  WHERE num_model_requests > (SELECT avg(num_model_requests) FROM async.recent)');

-- the same table more than once; a single window; newest first; sorted
SELECT async.same('SELECT day, model FROM usage.images
  UNION ALL SELECT day, project_id FROM usage.images
  UNION ALL SELECT day, model FROM usage.images');
SELECT async.same('SELECT * FROM async.everything WHERE day = pg_temp.today() - 3');
SELECT async.same('SELECT * FROM async.recent
  ORDER BY start_time DESC, endpoint, project_id LIMIT 10');
SELECT async.same('SELECT endpoint, max(start_time) FROM async.recent GROUP BY 1');
SELECT async.same('SELECT max(start_time) FROM async.everything');

-- members of which nothing is asked
SELECT async.same($$SELECT * FROM async.everything
  WHERE day > pg_temp.today() + CASE endpoint WHEN 'completions' THEN -3 ELSE 3 END$$);
SELECT async.same($$SELECT * FROM async.everything
  WHERE day > pg_temp.today() + CASE endpoint WHEN 'moderations' THEN -3 ELSE 3 END$$);
SELECT async.same($$SELECT * FROM async.everything WHERE day > pg_temp.today() + 3$$);
SELECT async.same($$SELECT * FROM async.everything
  WHERE project_id = NULLIF(version(), version())$$);

-- together with others: a local table, a function, a scan with another order
CREATE TABLE async.local AS SELECT * FROM async.recent;
SELECT async.same('SELECT * FROM async.recent UNION ALL TABLE async.local');
SELECT async.same('SELECT day, num_model_requests FROM usage.images
  UNION ALL SELECT pg_temp.today(), n FROM generate_series(1, 1000) AS n', false);
SELECT async.same('SELECT day FROM usage.images
  UNION ALL (SELECT day FROM usage.completions
    WHERE day >= pg_temp.today() - 90 ORDER BY start_time LIMIT 700)
  UNION ALL SELECT day FROM usage.embeddings');

-- one request at a time, and hardly any bytes ahead
ALTER SERVER openai OPTIONS (ADD max_concurrent_requests '1', ADD fetch_ahead_bytes '64kB');
SELECT async.same('SELECT endpoint, count(*), sum(num_model_requests)
  FROM async.everything GROUP BY 1');
ALTER SERVER openai OPTIONS (DROP max_concurrent_requests, DROP fetch_ahead_bytes);

--
-- Stopped early, and read again
--
SELECT count(*) FROM (SELECT * FROM async.recent LIMIT 7) AS l;
SELECT count(*) FROM (
  (SELECT * FROM async.recent OFFSET 100 LIMIT 700) EXCEPT ALL TABLE async.local) AS extra;
SELECT EXISTS (SELECT FROM async.recent WHERE num_model_requests > 0);
SELECT count(*) FROM async.everything LIMIT 0;

-- inside of a nested loop, time and again, complete or not
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT async.same('SELECT n, r.* FROM generate_series(1, 3) AS n
  LEFT JOIN async.recent AS r ON r.num_model_requests % 5 = n');
SELECT async.same($$
  SELECT n, r.* FROM generate_series(0, 4) AS n
  CROSS JOIN LATERAL (SELECT endpoint, count(*), sum(num_model_requests) FROM async.everything
    WHERE day = pg_temp.today() - n * 9 GROUP BY endpoint) AS r$$);
SELECT n, count(*) FROM generate_series(1, 4) AS n
CROSS JOIN LATERAL (SELECT 1 FROM async.everything
  WHERE day >= pg_temp.today() - 30 * n LIMIT 10 * n) AS r
GROUP BY n ORDER BY n;
SELECT async.same('SELECT n, (SELECT count(*) FROM async.everything
  WHERE day = pg_temp.today() - n) FROM generate_series(1, 4) AS n');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

-- partitions that go when planning and when running
SELECT async.same($$SELECT * FROM async.parted
  WHERE model IN ('gpt-image-1', 'text-embedding-3-small') AND day >= pg_temp.today() - 20$$);
SET plan_cache_mode = force_generic_plan;
PREPARE of_models(text, text) AS
SELECT model, count(*) > 0
FROM async.parted WHERE model IN ($1, $2) AND day >= pg_temp.today() - 40
GROUP BY 1 ORDER BY 1;
SELECT async.scans($$EXECUTE of_models('gpt-image-1', 'text-embedding-3-small')$$);
EXECUTE of_models('gpt-image-1', 'text-embedding-3-small');
EXECUTE of_models('gpt-6-luna', 'gpt-image-1');
EXECUTE of_models('dall-e-3', 'gpt-image-1');
EXECUTE of_models(NULL, NULL);
RESET plan_cache_mode;

-- cursors by turns, one of them to beyond its transaction
BEGIN;
DECLARE one NO SCROLL CURSOR FOR SELECT row_number() OVER () FROM async.recent;
DECLARE two CURSOR WITH HOLD FOR SELECT row_number() OVER () FROM async.recent;
FETCH 1 FROM one;
FETCH 1 FROM two;
MOVE 1000 FROM one;
SAVEPOINT s;
FETCH 1 FROM two;
SELECT count(*) = (SELECT count(*) FROM async.local) AS same FROM async.recent;
MOVE 1000 FROM two;
SELECT 1 / 0;  -- ERROR
ROLLBACK TO s;
FETCH 1 FROM one;
MOVE ALL FROM one;
FETCH 1 FROM one;
FETCH 1 FROM two;
COMMIT;
FETCH 1 FROM two;
MOVE ALL FROM two;
CLOSE two;

--
-- Errors of a member, while others are on their way
--
\! "$USAGE_SIMULATOR_CONTROL" fault status code=400 endpoint=images count=1
SELECT count(*) FROM async.everything;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" fault status code=500 endpoint=embeddings after=3 count=1
SELECT count(*) FROM async.everything;  -- ERROR
SELECT async.same('SELECT * FROM async.recent');

-- what is repeated is not seen
ALTER SERVER openai OPTIONS (SET max_retries '20', ADD retry_delay '1ms');
\! "$USAGE_SIMULATOR_CONTROL" fault status code=500 count=-1 probability=30
\! "$USAGE_SIMULATOR_CONTROL" fault status code=429 count=-1 probability=20
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=20
SELECT async.same('SELECT * FROM async.recent');
\! "$USAGE_SIMULATOR_CONTROL" set jitter_ms=0
\! "$USAGE_SIMULATOR_CONTROL" reset-faults

--
-- EXPLAIN
--
CREATE FUNCTION async.explain(options text, query text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT plan FROM pg_temp.plan_lines(options, query) AS plan
  WHERE plan ~ '(Append|Foreign Scan|Requests|Rows Received)'
$$;
SELECT async.explain('VERBOSE off', 'SELECT * FROM async.everything');
SELECT async.explain('VERBOSE off', 'SELECT * FROM async.everything ORDER BY start_time');
SET enable_async_append = off;
SELECT async.explain('VERBOSE off', 'SELECT * FROM async.everything');
RESET enable_async_append;
SELECT regexp_replace(plan, '(rows=|Received: )\d+', '\1N')
FROM async.explain('ANALYZE',
  'SELECT * FROM async.everything WHERE day = pg_temp.today() - 3') AS plan;

DROP SCHEMA async CASCADE;
