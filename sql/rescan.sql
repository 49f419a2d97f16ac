--
-- Rescans, of joins and of sub-selects: a few ask for themselves, then one read
-- answers them all.  Whatever it is, the answer is the oracle's.
--
\i test/lib/join.sql
\i test/lib/plan_lines.sql
\set ECHO none
\set QUIET on

INSERT INTO cases (how, name, plan, query, asks) VALUES
  ('looped', 'one read for the rest', 'Nested Loop Left(Seq Scan, Scan[project_ids])', $$
    SELECT n, c.day, c.model, c.input_tokens FROM own.many AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$, '
    completions today-2..now 1d limit=3 project_ids=proj_web
    completions today-2..now 1d limit=3 project_ids=proj_nobody
    completions today-2..now 1d limit=3 project_ids=proj_ops/eu
    completions today-2..now 1d limit=3'),
  -- a filter that does not vary stays, one that varies late goes
  ('looped', 'a filter that does not vary',
    'Nested Loop Left(Aggregate(Seq Scan), Seq Scan, Scan[batch = false models project_ids])', $$
    SELECT n, c.day FROM own.many AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2
      AND NOT batch AND c.model = (SELECT min(id) FROM own.model)$$, '
    completions today-2..now 1d limit=3 project_ids=proj_web
      models=gpt-5.4-2026-03-05 batch=false
    completions today-2..now 1d limit=3 project_ids=proj_nobody
      models=gpt-5.4-2026-03-05 batch=false
    completions today-2..now 1d limit=3 project_ids=proj_ops/eu
      models=gpt-5.4-2026-03-05 batch=false
    completions today-2..now 1d limit=3 models=gpt-5.4-2026-03-05 batch=false'),
  ('looped', 'a filter that varies late',
    'Nested Loop Left(Sort(Seq Scan), Scan[models user_ids])', $$
    SELECT n, c.day FROM (SELECT * FROM own.many ORDER BY n OFFSET 0) AS m
    LEFT JOIN usage.completions AS c ON c.user_id = m.user_id AND c.model = m.model
      AND day >= pg_temp.today() - 2$$, '
    completions today-2..now 1d limit=3 user_ids=user-100%
      models=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
    completions today-2..now 1d limit=3 user_ids=user-Hannah Smith
      models=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
    completions today-2..now 1d limit=3 user_ids=user-a+b
      models=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
    completions today-2..now 1d limit=3 user_ids=user-alice
      models=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
    completions today-2..now 1d limit=3 models=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
    completions today-2..now 1d limit=3 user_ids=user-zoë models=gpt-5.4-2026-03-05
    completions today-2..now 1d limit=3 user_ids=user-100% models=gpt-5.4-2026-03-05
    completions today-2..now 1d limit=3 user_ids=user-Hannah Smith models=gpt-5.4-2026-03-05
    completions today-2..now 1d limit=3 user_ids=user-a+b models=gpt-5.4-2026-03-05
    completions today-2..now 1d limit=3'),
  -- values that the API refuses, and that are not sent
  ('looped', 'refused values', 'Nested Loop Left(Seq Scan, Scan[sizes])', $$
    SELECT n, c.day FROM own.many AS m
    LEFT JOIN usage.images AS c ON c.size = m.size AND day >= pg_temp.today() - 2$$, '
    images today-2..now 1d limit=3 sizes=1024x1024
    images today-2..now 1d limit=3'),
  ('looped', 'arrays', 'Nested Loop Left(Seq Scan, Scan[project_ids = ANY ($0)])', $$
    SELECT n, c.day
    FROM (SELECT n, ARRAY[id, 'proj_api', model] AS ids FROM own.many OFFSET 0) AS m
    LEFT JOIN usage.completions AS c ON c.project_id = ANY (m.ids)
      AND day >= pg_temp.today() - 2$$, '
    completions today-2..now 1d limit=3 project_ids=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
      project_ids=proj_api project_ids=proj_web
    completions today-2..now 1d limit=3 project_ids=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
      project_ids=proj_api project_ids=proj_nobody
    completions today-2..now 1d limit=3 project_ids=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
      project_ids=proj_api
    completions today-2..now 1d limit=3 project_ids=ft:gpt-5.4-mini:acme & co/prüf+100%, v2
      project_ids=proj_api project_ids=proj_ops/eu
    completions today-2..now 1d limit=3'),
  -- one read of a few rows, and one to keep
  ('looped', 'nothing varies', $$
    Nested Loop Left(Seq Scan, Scan[project_ids = 'proj_web'::text])$$, $$
    SELECT n, c.day FROM own.many AS m
    LEFT JOIN usage.completions AS c ON c.input_tokens = m.n
      AND day >= pg_temp.today() - 2 AND c.project_id = 'proj_web'$$, '
    completions today-2..now 1d limit=3 project_ids=proj_web
    completions today-2..now 1d limit=3 project_ids=proj_web');
CALL pg_temp.run_cases();

INSERT INTO cases (how, name, plan, query, buckets) VALUES
  -- the whole history twice: its 61 days are two requests each time
  ('looped', 'nothing is pushed', 'Nested Loop Left(Limit(Seq Scan), Scan)', $$
    SELECT n, c.day FROM (SELECT * FROM own.many LIMIT 100) AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$,
    '31 30 31 30');
SET usage_fdw.enable_pushdown = off;
CALL pg_temp.run_cases();
RESET usage_fdw.enable_pushdown;

INSERT INTO cases (how, name, plan, query, buckets) VALUES
  -- time that varies is asked for, and is read at once where it stays for long
  ('looped', 'time varies', 'Nested Loop Left(Limit(Sort(Seq Scan)), Scan[project_ids])', $$
    SELECT n, c.model FROM (SELECT * FROM own.many ORDER BY n % 10, n LIMIT 20) AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id
      AND c.day = pg_temp.today() - m.n % 7$$,
    '1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'),
  ('looped', 'time stays for long',
    'Nested Loop Left(Limit(Sort(Seq Scan)), Scan[project_ids])', $$
    SELECT n, c.model FROM (SELECT * FROM own.many ORDER BY n LIMIT 300) AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id AND c.day = m.at_day$$,
    '1 1 1 1 1 1 1 1 1 1 1 1');
CALL pg_temp.run_cases();

-- stopped early: no further than it has to
INSERT INTO cases (how, name, query) VALUES
  ('once', 'stopped early', $$
    SELECT n, c.day FROM own.many AS m, LATERAL (
      SELECT day FROM usage.completions AS c WHERE c.project_id = m.id
      ORDER BY start_time DESC LIMIT 1) AS c WHERE m.id = 'proj_web'$$),
  ('once', 'stopped, but later and later', $$
    SELECT n, c.day FROM own.many AS m, LATERAL (
      SELECT day FROM usage.completions AS c WHERE c.project_id = m.id
      ORDER BY start_time DESC LIMIT 3 OFFSET (n % 40)) AS c$$),
  ('once', 'stopped by EXISTS', $$
    SELECT n FROM own.many AS m WHERE EXISTS (
      SELECT FROM usage.completions AS c
      WHERE c.project_id = m.id AND day >= pg_temp.today() - 20 OFFSET 5)$$);
SET enable_memoize = off;
CALL pg_temp.run_cases();
RESET enable_memoize;

-- sub-selects
INSERT INTO cases (how, name, query, asks, buckets) VALUES
  ('once', 'sub-select that is run again', $$
    SELECT n, (SELECT sum(input_tokens) FROM usage.completions
      WHERE project_id = m.id AND day >= pg_temp.today() - 20) AS s FROM own.many AS m$$, '
    completions today-20..now 1d limit=21 project_ids=proj_web
    completions today-20..now 1d limit=21 project_ids=proj_nobody
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu
    completions today-20..now 1d limit=21', NULL),
  ('once', 'sub-select of a union', $$
    SELECT n, (SELECT sum(t) FROM (
        SELECT project_id, model, input_tokens AS t FROM usage.completions
        WHERE day >= pg_temp.today() - 20
      UNION ALL SELECT project_id, model, images FROM usage.images
        WHERE day >= pg_temp.today() - 20) AS u WHERE project_id = m.id) AS s
    FROM own.many AS m$$, NULL, '21 21 21 21 21 21 21 21');
CALL pg_temp.run_cases();

-- rows that don't fit into memory, and some that do
INSERT INTO cases (how, name, plan, query, buckets) VALUES
  ('looped', 'little memory', 'Nested Loop Left(Limit(Seq Scan), Scan[project_ids])', $$
    SELECT n, c.day, c.model, c.input_tokens FROM (SELECT * FROM own.many LIMIT 40) AS m
    LEFT JOIN usage.completions AS c ON c.project_id = m.id$$, '31 30 31 30 31 30 31 30'),
  ('once', 'little memory, stopped later and later', NULL, $$
    SELECT n, c.day FROM own.many AS m, LATERAL (
      SELECT day FROM usage.completions AS c WHERE c.project_id = m.id
      ORDER BY start_time DESC LIMIT 2 OFFSET n) AS c$$, '31 31 30 31 31 30');
SET work_mem = '64kB';
CALL pg_temp.run_cases();
RESET work_mem;

-- members of a union, and partitions
CREATE TABLE own.parted (LIKE own.completions) PARTITION BY LIST (batch);
CREATE FOREIGN TABLE own.batch PARTITION OF own.parted FOR VALUES IN (true)
  SERVER openai OPTIONS (endpoint 'completions', rows_per_bucket '20000', history '60 days');
CREATE FOREIGN TABLE own.no_batch PARTITION OF own.parted FOR VALUES IN (false, NULL)
  SERVER openai OPTIONS (endpoint 'completions', rows_per_bucket '20000', history '60 days');
INSERT INTO cases (how, name, plan, query) VALUES
  ('once', 'one partition', 'Nested Loop(Seq Scan, Scan[batch = true project_ids])', $$
    SELECT c.day, c.model FROM own.few AS p JOIN own.parted AS c ON c.project_id = p.id
    WHERE c.day >= pg_temp.today() - 20 AND c.batch$$),
  -- the plan differs from version to version
  ('once', 'all partitions', NULL, $$
    SELECT DISTINCT c.day, c.model FROM own.few AS p JOIN own.parted AS c ON c.project_id = p.id
    WHERE c.day >= pg_temp.today() - 20$$),
  ('once', 'union', 'Nested Loop(Seq Scan, Append(Scan[project_ids], Scan[project_ids]))', $$
    SELECT u.* FROM own.few AS p JOIN (
      SELECT day, project_id FROM usage.completions
      UNION ALL SELECT day, project_id FROM usage.images) AS u ON u.project_id = p.id
    WHERE day >= pg_temp.today() - 20$$);
CALL pg_temp.run_cases();
\i test/lib/report.sql
SELECT max(substring(request FROM 'limit=(\d+)')::int) <= 8 AS only_small_ones
FROM case_request JOIN cases USING (id) WHERE name = 'stopped early';
--
-- Cursors, errors, counters
--
SET enable_hashjoin = off; SET enable_mergejoin = off;
SET enable_material = off; SET enable_memoize = off;
BEGIN;
SET LOCAL work_mem = '64kB';
DECLARE c CURSOR FOR
SELECT n, c.day, coalesce(c.model, '') AS model FROM own.many AS m
LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 20;
MOVE 20 FROM c;
SAVEPOINT s;
MOVE 500 FROM c;
ROLLBACK TO s;
MOVE 1000 FROM c;
SAVEPOINT s;
SELECT 1 / 0;  -- ERROR
ROLLBACK TO s;
FETCH 1 FROM c \gset one_
SELECT count(*) > 0 FROM own.completions
WHERE day = :'one_day' AND coalesce(model, '') = :'one_model';
CLOSE c;
COMMIT;
-- an error in the one read; the next query starts anew
\! "$USAGE_SIMULATOR_CONTROL" fault status code=400 after=3 count=1
SELECT count(*) FROM own.many AS m
LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" reset-faults
SELECT count(*) = (SELECT count(*) FROM own.many AS m
  LEFT JOIN own.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59)
FROM own.many AS m
LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59;
-- counters are of all rescans
CREATE FUNCTION pg_temp.counters(query text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT trim(plan) FROM pg_temp.plan_lines('ANALYZE, TIMING OFF, SUMMARY OFF', query) AS plan
  WHERE plan ~ '(Filters|Locally|Requests):'
$$;
SELECT pg_temp.counters($$
  SELECT FROM own.many AS m
  LEFT JOIN usage.completions AS c ON c.project_id = m.id
    AND day >= pg_temp.today() - 2 AND NOT batch$$);
SELECT pg_temp.counters($$
  SELECT FROM (SELECT * FROM own.many ORDER BY n LIMIT 4) AS m
  LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$);

DROP SCHEMA own CASCADE;
