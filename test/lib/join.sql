-- test/lib/join.sql: tables to join usage with, and how a join is run
--
-- Includes test/lib/by_case.sql, and makes for its cases pg_temp.every_way,
-- pg_temp.looped and pg_temp.once.
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoints 'completions images'
\i test/lib/oracles.sql
\i test/lib/by_case.sql
\set ECHO none
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA own;

-- A smaller relation, and the oracle's; it is said to be large, so that reading
-- all of it for a few ids does not pay.
ALTER FOREIGN TABLE usage.completions
  OPTIONS (ADD history '60 days', ADD rows_per_bucket '20000');
ALTER FOREIGN TABLE usage.images
  OPTIONS (ADD history '60 days', ADD rows_per_bucket '20000');
CREATE TABLE own.completions AS SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 60;
CREATE TABLE own.images AS SELECT * FROM oracle.images WHERE day >= pg_temp.today() - 60;
CREATE TABLE own.project (id text PRIMARY KEY, team text, since date);
INSERT INTO own.project
SELECT id, 'team ' || row_number() OVER (ORDER BY id) % 3,
  pg_temp.today() - (row_number() OVER (ORDER BY id))::int
FROM (SELECT DISTINCT project_id FROM own.completions WHERE project_id IS NOT NULL) AS p(id);
CREATE TABLE own.few AS SELECT id FROM own.project ORDER BY id COLLATE "C" DESC LIMIT 2;
CREATE TABLE own.model AS
SELECT DISTINCT model COLLATE "C" AS id FROM own.completions
WHERE model LIKE 'gpt%' ORDER BY 1 LIMIT 2;
ALTER TABLE own.model ALTER id TYPE text COLLATE "default";
CREATE TABLE own.pair AS SELECT project_id, model FROM own.completions
WHERE project_id = 'proj_web' AND model LIKE 'gpt%' GROUP BY 1, 2
ORDER BY model COLLATE "C" LIMIT 3;
CREATE TABLE own.many (n int, id text, user_id text, model text, size text, at_day date);
INSERT INTO own.many
SELECT n,
  (ARRAY['proj_web', 'proj_nobody', NULL,
    (SELECT min(id COLLATE "C") FROM own.few), ''])[1 + n % 5],
  (SELECT array_agg(DISTINCT user_id) FROM own.completions)[1 + n % 9],
  (SELECT array_agg(DISTINCT model) FROM own.completions)[1 + n / 250],
  (ARRAY['1024x1024', '9x9', '', NULL, '1792x1024'])[1 + n % 5], pg_temp.today() - n / 100
FROM generate_series(0, 999) AS n;
CREATE TABLE own.odd (id text);
INSERT INTO own.odd VALUES (E'a b&c=d+e%25/?#"\\''[],{};:@<>|'), ('ä€😀'), (NULL);
CREATE TABLE own.twice AS SELECT id FROM own.few, generate_series(1, 200);
ANALYZE own.completions, own.images, own.project, own.few, own.model, own.pair, own.many,
  own.odd, own.twice;

-- A plan's nodes, with the filters of foreign scans.  What versions of PostgreSQL
-- differ in is left out: some hash either side for a semi- or anti-join, and some
-- sort only by what a scan is not sorted by yet.
CREATE FUNCTION pg_temp.node_text(node jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  label text := node ->> 'Node Type';
  below text;
BEGIN
  IF label = 'Foreign Scan' THEN
    label := 'Scan' || coalesce((
      SELECT '[' || string_agg(regexp_replace(f, ' = \$\d+', ''), ' ' ORDER BY f) || ']'
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
  nodes text;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  nodes := pg_temp.node_text(plan::jsonb -> 0 -> 'Plan');
  RETURN regexp_replace(replace(nodes, 'Incremental Sort', 'Sort'),
    'Hash Join Right (Semi|Anti)\((Scan), Hash\((.*)\)\)$', 'Hash Join \1(\3, Hash(\2))');
END
$$;
CREATE FUNCTION pg_temp.allow(nodes boolean) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('enable_' || m, nodes::text, true)
  FROM unnest(ARRAY['hashjoin', 'mergejoin', 'material', 'memoize']) AS m
$$;
CREATE FUNCTION pg_temp.as_own(query text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(query, 'usage.', 'own.'), 'own.parted', 'own.completions')
$$;

-- How a case is run.  "every_way": with and without pushdown, as the planner likes
-- it and where it may do nothing but nested loops; the plan is the one it likes.
CREATE FUNCTION pg_temp.every_way(query text, OUT plan text, OUT answer text)
LANGUAGE plpgsql AS $$
DECLARE
  answers text[];
  pushdown text;
  nodes boolean;
BEGIN
  plan := pg_temp.shape(query);
  FOREACH pushdown IN ARRAY ARRAY['on', 'off'] LOOP
    PERFORM set_config('usage_fdw.enable_pushdown', pushdown, true);
    FOREACH nodes IN ARRAY ARRAY[true, false] LOOP
      PERFORM pg_temp.allow(nodes);
      answers := answers || pg_temp.same(query, pg_temp.as_own(query));
    END LOOP;
  END LOOP;
  answer := (SELECT string_agg(DISTINCT a, '; ') FROM unnest(answers) AS a);
END
$$;
-- "looped": by nested loops only.
CREATE FUNCTION pg_temp.looped(query text, OUT plan text, OUT answer text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.allow(false);
  plan := pg_temp.shape(query);
  answer := pg_temp.same(query, pg_temp.as_own(query));
END
$$;
-- "once": as the planner likes it.
CREATE FUNCTION pg_temp.once(query text, OUT plan text, OUT answer text) LANGUAGE sql AS $$
  SELECT pg_temp.shape(query), pg_temp.same(query, pg_temp.as_own(query))
$$;
\set QUIET off
\set ECHO all
