--
-- Joins: a few rows of another table become filters of a request each; many
-- become one read.  Whatever it is, the answer is the oracle's.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/plan.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint images
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA own;
\pset format unaligned
\pset tuples_only on

-- A smaller relation, and the oracle's; it is said to be large, so that reading
-- all of it for a few ids does not pay.
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD history '60 days', ADD rows_per_bucket '20000');
ALTER FOREIGN TABLE usage.images OPTIONS (ADD history '60 days', ADD rows_per_bucket '20000');
CREATE TABLE own.completions AS SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 60;
CREATE TABLE own.images AS SELECT * FROM oracle.images WHERE day >= pg_temp.today() - 60;
CREATE TABLE own.project (id text PRIMARY KEY, team text, since date);
INSERT INTO own.project
SELECT id, 'team ' || row_number() OVER (ORDER BY id) % 3, pg_temp.today() - (row_number() OVER (ORDER BY id))::int
FROM (SELECT DISTINCT project_id FROM own.completions WHERE project_id IS NOT NULL) AS p(id);
CREATE TABLE own.few AS SELECT id FROM own.project ORDER BY id COLLATE "C" DESC LIMIT 2;
CREATE TABLE own.model AS SELECT DISTINCT model COLLATE "C" AS id FROM own.completions WHERE model LIKE 'gpt%' ORDER BY 1 LIMIT 2;
ALTER TABLE own.model ALTER id TYPE text COLLATE "default";
CREATE TABLE own.pair AS SELECT project_id, model FROM own.completions
WHERE project_id = 'proj_web' AND model LIKE 'gpt%' GROUP BY 1, 2 ORDER BY model COLLATE "C" LIMIT 3;
CREATE TABLE own.many (n int, id text, user_id text, model text, size text, at_day date);
INSERT INTO own.many
SELECT n, (ARRAY['proj_web', 'proj_nobody', NULL, (SELECT min(id COLLATE "C") FROM own.few), ''])[1 + n % 5],
  (SELECT array_agg(DISTINCT user_id) FROM own.completions)[1 + n % 9],
  (SELECT array_agg(DISTINCT model) FROM own.completions)[1 + n / 250],
  (ARRAY['1024x1024', '9x9', '', NULL, '1792x1024'])[1 + n % 5], pg_temp.today() - n / 100
FROM generate_series(0, 999) AS n;
CREATE TABLE own.odd (id text);
INSERT INTO own.odd VALUES (E'a b&c=d+e%25/?#"\\''[],{};:@<>|'), ('ä€😀'), (NULL);
ANALYZE own.completions, own.images, own.project, own.few, own.model, own.pair, own.many, own.odd;

-- A plan's nodes, with the filters of foreign scans.  What versions of PostgreSQL
-- differ in is left out: some hash either side for a semi- or anti-join, and some
-- sort only by what a scan is not sorted by yet.
CREATE FUNCTION pg_temp.node_text(node jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  label text := node ->> 'Node Type';
  below text;
BEGIN
  IF label = 'Foreign Scan' THEN
    label := 'Scan' || coalesce((SELECT '[' || string_agg(regexp_replace(f, ' = \$\d+', ''), ' ' ORDER BY f) || ']'
      FROM jsonb_array_elements_text(node -> 'Filters') AS f), '');
  ELSIF label ~ 'Join|Loop' AND node ->> 'Join Type' <> 'Inner' THEN
    label := label || ' ' || (node ->> 'Join Type');
  END IF;
  SELECT string_agg(pg_temp.node_text(child), ', ') INTO below
  FROM jsonb_array_elements(node -> 'Plans') AS child;
  RETURN label || coalesce('(' || below || ')', '');
END
$$;
CREATE FUNCTION pg_temp.shape(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN regexp_replace(replace(pg_temp.node_text(plan::jsonb -> 0 -> 'Plan'), 'Incremental Sort', 'Sort'),
    'Hash Join Right (Semi|Anti)\((Scan), Hash\((.*)\)\)$', 'Hash Join \1(\3, Hash(\2))');
END
$$;

-- Is the answer the oracle's, with and without pushdown, as the planner likes
-- it and where it may do nothing but nested loops?
CREATE FUNCTION pg_temp.try(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  theirs text := replace(query, 'usage.', 'own.');
  results text[];
  pushdown text;
  way text;
BEGIN
  FOREACH pushdown IN ARRAY ARRAY['on', 'off'] LOOP
    PERFORM set_config('usage_fdw.enable_pushdown', pushdown, true);
    FOREACH way IN ARRAY ARRAY['on', 'off'] LOOP
      PERFORM set_config('enable_' || m, way, true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'material', 'memoize']) AS m;
      results := results || pg_temp.same(query, theirs);
    END LOOP;
  END LOOP;
  PERFORM set_config('usage_fdw.enable_pushdown', 'on', true);
  PERFORM set_config('enable_' || m, 'on', true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'material', 'memoize']) AS m;
  RETURN (SELECT string_agg(DISTINCT r, '; ') FROM unnest(results) AS r);
END
$$;

-- The answer of one plan, of nested loops only.
CREATE FUNCTION pg_temp.looped(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM set_config('enable_' || m, 'off', true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'material', 'memoize']) AS m;
  result := pg_temp.shape(query) || ': ' || pg_temp.same(query, replace(query, 'usage.', 'own.'));
  PERFORM set_config('enable_' || m, 'on', true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'material', 'memoize']) AS m;
  RETURN result;
END
$$;

--
-- Plans
--
CREATE TEMP TABLE query (name text PRIMARY KEY, query text);
INSERT INTO query VALUES
  ('few', $$SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id WHERE day >= pg_temp.today() - 20$$),
  ('column on the right', $$SELECT c.* FROM usage.completions AS c, own.few AS p WHERE p.id::varchar = c.project_id AND day >= pg_temp.today() - 20$$),
  ('many', $$SELECT n, c.* FROM own.many AS m JOIN usage.completions AS c ON c.project_id = m.id WHERE day >= pg_temp.today() - 2$$),
  ('two dimensions', $$SELECT c.* FROM own.pair AS p JOIN usage.completions AS c USING (project_id, model) WHERE day >= pg_temp.today() - 20$$),
  ('two tables', $$SELECT c.* FROM own.few AS p, own.model AS m, usage.completions AS c WHERE c.project_id = p.id AND c.model = m.id AND day >= pg_temp.today() - 20$$),
  ('equivalence', $$SELECT c.* FROM own.few AS p, own.project AS q, usage.completions AS c WHERE c.project_id = q.id AND p.id = q.id AND day >= pg_temp.today() - 20$$),
  ('left join', $$SELECT p.id AS p, c.* FROM own.few AS p LEFT JOIN usage.completions AS c ON c.project_id = p.id AND day >= pg_temp.today() - 20$$),
  ('right side', $$SELECT p.id AS p, c.* FROM usage.completions AS c LEFT JOIN own.few AS p ON c.project_id = p.id WHERE day >= pg_temp.today() - 2$$),
  ('full join', $$SELECT p.id AS p, c.day FROM own.few AS p FULL JOIN (SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 2) AS c ON c.project_id = p.id$$),
  ('semi-join', $$SELECT * FROM usage.completions WHERE project_id IN (SELECT id FROM own.few) AND day >= pg_temp.today() - 20$$),
  ('semi-join with many', $$SELECT * FROM usage.completions WHERE project_id IN (SELECT id FROM own.many) AND day >= pg_temp.today() - 2$$),
  ('exists', $$SELECT * FROM own.few AS p WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND day >= pg_temp.today() - 20)$$),
  ('anti-join', $$SELECT * FROM (TABLE own.few UNION ALL TABLE own.odd) AS p WHERE NOT EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND day >= pg_temp.today() - 2)$$),
  ('lateral', $$SELECT p.id, c.* FROM own.few AS p, LATERAL (SELECT day, model FROM usage.completions AS c WHERE c.project_id = p.id AND day >= pg_temp.today() - 20 OFFSET 0) AS c$$),
  ('lateral column', $$SELECT c.* FROM own.few AS p, LATERAL (SELECT p.id || '' AS id) AS l, usage.completions AS c WHERE c.project_id = l.id AND day >= pg_temp.today() - 20$$),
  ('time, too', $$SELECT c.* FROM (SELECT * FROM own.project ORDER BY id LIMIT 2) AS p JOIN usage.completions AS c ON c.project_id = p.id AND c.day >= p.since$$),
  ('one or the other', $$SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id OR c.project_id = p.id || 'x' WHERE day >= pg_temp.today() - 20$$),
  ('array', $$SELECT c.* FROM (SELECT array_agg(id) AS ids FROM own.few) AS p JOIN usage.completions AS c ON c.project_id = ANY (p.ids) WHERE day >= pg_temp.today() - 20$$),
  ('sub-select', $$SELECT * FROM usage.completions WHERE project_id = ANY (ARRAY(SELECT id FROM own.few)) AND day >= pg_temp.today() - 20$$),
  ('aggregate', $$SELECT c.model, sum(c.input_tokens) AS s FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id WHERE day >= pg_temp.today() - 20 GROUP BY 1$$),
  ('measure', $$SELECT p.id, c.day FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id AND c.input_tokens > length(p.id) * 1000 WHERE day >= pg_temp.today() - 20$$),
  ('boolean', $$SELECT c.* FROM (VALUES (true), (NULL)) AS b(b) JOIN usage.completions AS c ON c.batch = b.b WHERE day >= pg_temp.today() - 20$$),
  ('whole row', $$SELECT c::text FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id WHERE day >= pg_temp.today() - 20$$),
  ('usage with usage', $$SELECT c.day, i.images FROM usage.completions AS c JOIN usage.images AS i USING (day, project_id, user_id) WHERE day >= pg_temp.today() - 2$$),
  ('not a filter', $$SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON lower(c.project_id) = p.id WHERE day >= pg_temp.today() - 2$$),
  ('another operator', $$SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON c.project_id < p.id WHERE day >= pg_temp.today() - 2$$);
SELECT name || ': ' || pg_temp.shape(query) FROM query ORDER BY ctid;
SET usage_fdw.enable_pushdown = off;
SELECT count(*) FROM query WHERE pg_temp.shape(query) ~ 'Scan\[';
RESET usage_fdw.enable_pushdown;
-- the same, answered
SELECT name || ': ' || pg_temp.try(query) FROM query ORDER BY ctid;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
-- in PostgreSQL's words
EXPLAIN (COSTS OFF)
SELECT c.day, c.model FROM own.few AS p LEFT JOIN usage.completions AS c ON c.project_id = p.id AND day >= '2026-01-01';
-- what two tables narrow together, for each pair of their rows
SET join_collapse_limit = 1;
SELECT pg_temp.looped($$SELECT c.* FROM (own.few AS p CROSS JOIN own.model AS m) JOIN usage.completions AS c ON c.project_id = p.id AND c.model = m.id AND day >= pg_temp.today() - 20$$);
\i test/lib/requests.sql
RESET join_collapse_limit;
-- an id that an outer join makes NULL
SELECT pg_temp.looped($$SELECT p.id AS p, q.id AS q, c.* FROM own.project AS p LEFT JOIN own.few AS q ON q.id = p.id LEFT JOIN usage.completions AS c ON c.project_id = q.id AND day >= pg_temp.today() - 20$$);
\i test/lib/requests.sql
-- the same ids again and again
CREATE TABLE own.twice AS SELECT id FROM own.few, generate_series(1, 200);
ANALYZE own.twice;
SELECT pg_temp.shape($$SELECT * FROM own.twice AS p JOIN LATERAL (SELECT day, model FROM usage.completions AS c WHERE c.project_id = p.id AND day >= pg_temp.today() - 20 OFFSET 0) AS c ON true$$);

--
-- What requests carry
--
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) > 0 FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id WHERE day >= pg_temp.today() - 20;
\i test/lib/requests.sql
SELECT count(*) > 0 FROM own.pair AS p JOIN usage.completions AS c USING (project_id, model) WHERE day >= pg_temp.today() - 20;
\i test/lib/requests.sql
SELECT count(*) > 0 FROM own.few AS p, own.model AS m, usage.completions AS c WHERE c.project_id = p.id AND c.model = m.id AND day >= pg_temp.today() - 20;
\i test/lib/requests.sql
-- an id that is NULL matches nothing; characters as they are
SELECT count(*) FROM own.odd AS o JOIN usage.completions AS c ON c.project_id = o.id WHERE day >= pg_temp.today() - 20;
\i test/lib/requests.sql
SELECT count(*) FROM (SELECT id FROM own.odd WHERE id IS NULL OFFSET 0) AS o JOIN usage.completions AS c ON c.project_id = o.id WHERE day >= pg_temp.today() - 20;
\i test/lib/requests.sql
-- time that comes with the row
SELECT count(*) > 0 FROM (SELECT * FROM own.project ORDER BY id LIMIT 2) AS p JOIN usage.completions AS c ON c.project_id = p.id AND c.day >= p.since;
\i test/lib/requests.sql

--
-- Rescans: a few ask for themselves, then one read answers them all
--
SELECT pg_temp.looped($$SELECT n, c.day, c.model, c.input_tokens FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$);
\i test/lib/requests.sql
-- a filter that does not vary stays, one that varies late goes
SELECT pg_temp.looped($$SELECT n, c.day FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2 AND NOT batch AND c.model = (SELECT min(id) FROM own.model)$$);
\i test/lib/requests.sql
SELECT pg_temp.looped($$SELECT n, c.day FROM (SELECT * FROM own.many ORDER BY n OFFSET 0) AS m LEFT JOIN usage.completions AS c ON c.user_id = m.user_id AND c.model = m.model AND day >= pg_temp.today() - 2$$);
\i test/lib/requests.sql
-- values that the API refuses, and that are not sent
SELECT pg_temp.looped($$SELECT n, c.day FROM own.many AS m LEFT JOIN usage.images AS c ON c.size = m.size AND day >= pg_temp.today() - 2$$);
\i test/lib/requests.sql
-- arrays
SELECT pg_temp.looped($$SELECT n, c.day FROM (SELECT n, ARRAY[id, 'proj_api', model] AS ids FROM own.many OFFSET 0) AS m LEFT JOIN usage.completions AS c ON c.project_id = ANY (m.ids) AND day >= pg_temp.today() - 2$$);
\i test/lib/requests.sql
-- nothing varies, or nothing is pushed
SELECT pg_temp.looped($$SELECT n, c.day FROM own.many AS m LEFT JOIN usage.completions AS c ON c.input_tokens = m.n AND day >= pg_temp.today() - 2 AND c.project_id = 'proj_web'$$);
\i test/lib/requests.sql
SET usage_fdw.enable_pushdown = off;
SELECT pg_temp.looped($$SELECT n, c.day FROM (SELECT * FROM own.many LIMIT 100) AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$);
RESET usage_fdw.enable_pushdown;
\i test/lib/asked.sql
-- time that varies is asked for, and is read at once where it stays for long
SELECT pg_temp.looped($$SELECT n, c.model FROM (SELECT * FROM own.many ORDER BY n % 10, n LIMIT 20) AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND c.day = pg_temp.today() - m.n % 7$$);
\i test/lib/asked.sql
SELECT pg_temp.looped($$SELECT n, c.model FROM (SELECT * FROM own.many ORDER BY n LIMIT 300) AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND c.day = m.at_day$$);
\i test/lib/asked.sql
-- stopped early: no further than it has to
SET enable_memoize = off;
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n, c.day FROM own.many AS m, LATERAL (SELECT day FROM usage.completions AS c WHERE c.project_id = m.id ORDER BY start_time DESC LIMIT 1) AS c WHERE m.id = 'proj_web'$$) AS q(q);
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\set QUIET off
SELECT max(substring(query FROM 'limit=(\d+)')::int) <= 8 AS only_small_ones FROM request;
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n, c.day FROM own.many AS m, LATERAL (SELECT day FROM usage.completions AS c WHERE c.project_id = m.id ORDER BY start_time DESC LIMIT 3 OFFSET (n % 40)) AS c$$) AS q(q);
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n FROM own.many AS m WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = m.id AND day >= pg_temp.today() - 20 OFFSET 5)$$) AS q(q);
RESET enable_memoize;
-- sub-selects
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n, (SELECT sum(input_tokens) FROM usage.completions WHERE project_id = m.id AND day >= pg_temp.today() - 20) AS s FROM own.many AS m$$) AS q(q);
\i test/lib/requests.sql
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n, (SELECT sum(t) FROM (SELECT project_id, model, input_tokens AS t FROM usage.completions WHERE day >= pg_temp.today() - 20
    UNION ALL SELECT project_id, model, images FROM usage.images WHERE day >= pg_temp.today() - 20) AS u WHERE project_id = m.id) AS s FROM own.many AS m$$) AS q(q);
\i test/lib/asked.sql
-- rows that don't fit into memory, and some that do
SET work_mem = '64kB';
SELECT pg_temp.looped($$SELECT n, c.day, c.model, c.input_tokens FROM (SELECT * FROM own.many LIMIT 40) AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id$$);
SELECT pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT n, c.day FROM own.many AS m, LATERAL (SELECT day FROM usage.completions AS c WHERE c.project_id = m.id ORDER BY start_time DESC LIMIT 2 OFFSET n) AS c$$) AS q(q);
RESET work_mem;
\i test/lib/asked.sql
-- members of a union, and partitions
CREATE TABLE own.parted (LIKE own.completions) PARTITION BY LIST (batch);
SELECT format('CREATE FOREIGN TABLE own.%s PARTITION OF own.parted FOR VALUES IN (%s) SERVER openai OPTIONS (endpoint %L, rows_per_bucket %L, history %L)',
  name, value, 'completions', '20000', '60 days') FROM (VALUES ('batch', 'true'), ('no_batch', 'false, NULL')) AS v(name, value) \gexec
SELECT pg_temp.shape(q), pg_temp.same(q, replace(q, 'own.parted', 'own.completions')) FROM (SELECT
  $$SELECT c.day, c.model FROM own.few AS p JOIN own.parted AS c ON c.project_id = p.id WHERE c.day >= pg_temp.today() - 20 AND c.batch$$) AS q(q);
-- the plan differs from version to version
SELECT pg_temp.same(q, replace(q, 'own.parted', 'own.completions')) FROM (SELECT
  $$SELECT DISTINCT c.day, c.model FROM own.few AS p JOIN own.parted AS c ON c.project_id = p.id WHERE c.day >= pg_temp.today() - 20$$) AS q(q);
SELECT pg_temp.shape(q), pg_temp.same(q, replace(q, 'usage.', 'own.')) FROM (SELECT
  $$SELECT u.* FROM own.few AS p JOIN (SELECT day, project_id FROM usage.completions UNION ALL SELECT day, project_id FROM usage.images) AS u ON u.project_id = p.id WHERE day >= pg_temp.today() - 20$$) AS q(q);

--
-- Prepared statements, cursors, errors
--
SET plan_cache_mode = force_generic_plan;
PREPARE joined(date, text) AS SELECT count(*) FROM own.project AS p JOIN usage.completions AS c ON c.project_id = p.id WHERE c.day >= $1 AND p.team = $2;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
EXECUTE joined(pg_temp.today() - 3, 'team 0') \g /dev/null
EXECUTE joined(pg_temp.today() - 2, 'team 1') \g /dev/null
\i test/lib/requests.sql
DEALLOCATE joined;
RESET plan_cache_mode;

SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;
BEGIN;
SET LOCAL work_mem = '64kB';
DECLARE c CURSOR FOR SELECT n, c.day, coalesce(c.model, '') AS model FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 20;
MOVE 20 FROM c;
SAVEPOINT s;
MOVE 500 FROM c;
ROLLBACK TO s;
MOVE 1000 FROM c;
SAVEPOINT s;
SELECT 1 / 0;  -- ERROR
ROLLBACK TO s;
FETCH 1 FROM c \gset one_
SELECT count(*) > 0 FROM own.completions WHERE day = :'one_day' AND coalesce(model, '') = :'one_model';
CLOSE c;
COMMIT;
-- an error in the one read; the next query starts anew
\! "$USAGE_SIMULATOR_CONTROL" fault status code=400 after=3 count=1
SELECT count(*) FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" reset-faults
SELECT count(*) = (SELECT count(*) FROM own.many AS m LEFT JOIN own.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59)
FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 59;
-- counters are of all rescans
CREATE FUNCTION pg_temp.counters(query text, OUT line text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    IF line ~ '(Filters|Locally|Requests):' THEN
      line := trim(line);
      RETURN NEXT;
    END IF;
  END LOOP;
END
$$;
SELECT pg_temp.counters($$SELECT FROM own.many AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2 AND NOT batch$$);
SELECT pg_temp.counters($$SELECT FROM (SELECT * FROM own.many ORDER BY n LIMIT 4) AS m LEFT JOIN usage.completions AS c ON c.project_id = m.id AND day >= pg_temp.today() - 2$$);

DROP SCHEMA own CASCADE;
