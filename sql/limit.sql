--
-- LIMIT: a hint at most.  A scan may start small, and with the newest rows, but
-- the answer is one that the whole relation could give.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\i test/lib/plan.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA limits;
SET TimeZone = 'UTC';
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
\pset format unaligned
\pset tuples_only on

-- A smaller relation, and the oracle's, so that much can be tried.
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD history '50 days');
ALTER FOREIGN TABLE usage.costs OPTIONS (ADD history '50 days');
CREATE TABLE limits.completions AS SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 50;
CREATE TABLE limits.costs AS SELECT * FROM oracle.costs WHERE day >= pg_temp.today() - 50;
CREATE TABLE limits.projects (id text PRIMARY KEY, team text);
INSERT INTO limits.projects SELECT DISTINCT project_id, 'team ' || length(project_id) FROM limits.completions WHERE project_id IS NOT NULL;
INSERT INTO limits.projects VALUES ('proj_nobody', 'nobody');
CREATE TABLE limits.days (day date PRIMARY KEY);
INSERT INTO limits.days SELECT pg_temp.today() - n FROM generate_series(-3, 80) AS n;
ANALYZE limits.completions, limits.costs, limits.projects, limits.days;

-- The same query over the oracle's tables.
CREATE FUNCTION pg_temp.of_oracle(query text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(query, 'usage.', 'limits.')
$$;

-- Is the answer of a query with a LIMIT a possible one?  "whole" is the query
-- without it.  The rows must be among the whole's, and as many as the LIMIT
-- lets through; "keys", an expression, tells by which they are in order.
CREATE FUNCTION pg_temp.possible(whole text, lim text, keys text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  surplus bigint;
  found bigint;
  wanted bigint;
BEGIN
  EXECUTE format('WITH ours AS MATERIALIZED (%s %s), theirs AS MATERIALIZED (%s)
    SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS e),
      (SELECT count(*) FROM (SELECT FROM (%3$s) AS t %2$s) AS t)',
    whole, CASE WHEN lim ~ 'TIES' THEN '' ELSE lim END, pg_temp.of_oracle(whole))
    INTO found, surplus, wanted;
  IF lim ~ 'TIES' THEN
    RETURN pg_temp.same(whole || ' ' || lim, pg_temp.of_oracle(whole || ' ' || lim));
  ELSIF surplus > 0 THEN
    RETURN format('%s of %s rows are not in the relation', surplus, found);
  ELSIF found <> wanted THEN
    RETURN format('%s rows, not %s', found, wanted);
  ELSIF keys IS NOT NULL AND pg_temp.keys('(' || whole || ' ' || lim || ')', keys)
      IS DISTINCT FROM pg_temp.keys('(' || pg_temp.of_oracle(whole || ' ' || lim) || ')', keys) THEN
    RETURN 'another order';
  END IF;
  RETURN CASE WHEN found = 0 THEN 'no rows' ELSE 'ok' END;
END
$$;

-- Try it with several LIMITs; say what is not right.
CREATE FUNCTION pg_temp.try(whole text, keys text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(DISTINCT lim || ': ' || result, '; ') FILTER (WHERE result NOT IN ('ok', 'no rows')),
    CASE WHEN bool_or(result = 'ok') THEN 'ok' ELSE 'never a row' END)
  FROM unnest(ARRAY['LIMIT 1', 'LIMIT 3', 'LIMIT 40 OFFSET 0', 'LIMIT 5 OFFSET 7', 'LIMIT 10 OFFSET 300',
    'LIMIT 100000', 'LIMIT ALL', 'LIMIT NULL', 'LIMIT 0', 'OFFSET 20', 'FETCH FIRST 2 ROWS ONLY',
    'OFFSET 1 ROW FETCH NEXT ROW ONLY']) AS lim, LATERAL (SELECT pg_temp.possible(whole, lim, keys) AS result) AS r
$$;

-- one table: clauses that are pushed, that are not, and that leave little
SELECT pg_temp.try('SELECT * FROM usage.completions');
SELECT pg_temp.try('SELECT * FROM usage.completions WHERE day <= pg_temp.today() - 20');
SELECT pg_temp.try('SELECT * FROM usage.completions WHERE day <= pg_temp.today() - 40 OR day = pg_temp.today() - 3');
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE project_id = 'proj_web' AND batch$$);
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE model LIKE '%mini%' AND num_model_requests > 1$$);
SELECT pg_temp.try('SELECT * FROM usage.completions WHERE num_model_requests > 8');
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE model IS NULL$$);
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE extract(day FROM day) IN (1, 11, 21)$$);
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE day < pg_temp.today() - 30 AND extract(dow FROM day) = 1$$);
SELECT pg_temp.try($$SELECT * FROM usage.completions WHERE project_id = 'proj_nobody'$$);
SELECT pg_temp.try('SELECT FROM usage.completions');

-- in order, one way and the other, by a part of the sort keys, and by others
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY start_time', 'start_time');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.try('SELECT * FROM usage.completions WHERE num_model_requests > 8 ORDER BY day DESC NULLS LAST', 'day');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY day DESC, input_tokens, num_model_requests', 'ROW(day, input_tokens, num_model_requests)');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY day, model NULLS FIRST', 'ROW(day, model)');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY model, day', 'ROW(model, day)');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY input_tokens DESC', 'input_tokens');
SELECT pg_temp.try('SELECT * FROM usage.completions ORDER BY day - 1 DESC', 'day');
SELECT pg_temp.try('SELECT * FROM usage.completions WHERE day BETWEEN pg_temp.today() - 12 AND pg_temp.today() - 9 ORDER BY day, start_time DESC, input_tokens', 'ROW(day, input_tokens)');

-- WITH TIES
SELECT pg_temp.possible('SELECT * FROM usage.completions ORDER BY day', 'FETCH FIRST 1 ROW WITH TIES');
SELECT pg_temp.possible('SELECT * FROM usage.completions ORDER BY day DESC', 'FETCH FIRST 1 ROW WITH TIES');
SELECT pg_temp.possible('SELECT * FROM usage.completions ORDER BY start_time DESC', 'FETCH FIRST 200 ROWS WITH TIES');
SELECT pg_temp.possible('SELECT day FROM usage.completions ORDER BY day DESC', 'OFFSET 100 FETCH FIRST 60 ROWS WITH TIES');
SELECT pg_temp.possible('SELECT * FROM usage.completions ORDER BY num_model_requests DESC', 'FETCH FIRST 3 ROWS WITH TIES');

-- grouped, distinct, windows
SELECT pg_temp.try('SELECT day, count(*), sum(input_tokens) FROM usage.completions GROUP BY day');
SELECT pg_temp.try('SELECT day, count(*), sum(input_tokens) FROM usage.completions GROUP BY day ORDER BY day DESC', 'ROW(day, count)');
SELECT pg_temp.try('SELECT model, max(start_time), min(day) FROM usage.completions GROUP BY model ORDER BY 2 DESC, 1', 'ROW(model, max)');
SELECT pg_temp.try('SELECT DISTINCT day FROM usage.completions');
SELECT pg_temp.try('SELECT DISTINCT day FROM usage.completions ORDER BY day DESC', 'day');
SELECT pg_temp.try('SELECT DISTINCT model FROM usage.completions');
SELECT pg_temp.try('SELECT DISTINCT day, model FROM usage.completions ORDER BY day DESC', 'day');
SELECT pg_temp.try('SELECT DISTINCT ON (day) day FROM usage.completions ORDER BY day DESC, input_tokens', 'day');
SELECT pg_temp.try('SELECT day, sum(num_model_requests) OVER (ORDER BY day) FROM usage.completions ORDER BY day', 'ROW(day, sum)');
SELECT pg_temp.try('SELECT day, count(*) OVER () FROM usage.completions');
SELECT pg_temp.try('SELECT day, rank() OVER (ORDER BY day DESC) FROM usage.completions', 'ROW(day, rank)');
SELECT pg_temp.try('SELECT day, generate_series(1, 2) AS n FROM usage.completions ORDER BY day DESC', 'day');
SELECT pg_temp.try('SELECT day FROM usage.completions GROUP BY day HAVING count(*) > 50');
SELECT pg_temp.try('SELECT project_id, count(*) FROM usage.completions GROUP BY ROLLUP (project_id)');

-- min and max
CREATE FUNCTION pg_temp.extremes(clause text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(pg_temp.same(query, pg_temp.of_oracle(query)), ' ')
  FROM unnest(ARRAY['max(start_time)', 'min(start_time)', 'max(day), min(end_time)', 'max(start_time), min(start_time), max(model)',
    'max(start_time), count(*)', 'max(start_time) FILTER (WHERE batch)', 'max(input_tokens)']) AS what,
    LATERAL (SELECT format('SELECT %s FROM usage.completions %s', what, clause) AS query) AS q
$$;
SELECT pg_temp.extremes(clause) FROM unnest(ARRAY['', 'WHERE day < pg_temp.today() - 12', 'WHERE num_model_requests > 8',
  $$WHERE project_id = 'proj_web' AND NOT batch$$, $$WHERE model LIKE 'o%' AND day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 10$$,
  'WHERE false', $$WHERE project_id = 'proj_nobody'$$, 'WHERE day < pg_temp.today() - 12 HAVING count(*) > 1']) AS clause;
SELECT pg_temp.extremes('GROUP BY model'), pg_temp.extremes('WHERE batch GROUP BY project_id, model');

--
-- Joins
--
CREATE FUNCTION pg_temp.joined(whole text, keys text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  results text[];
  method text;
BEGIN
  FOREACH method IN ARRAY ARRAY['hashjoin', 'mergejoin', 'nestloop'] LOOP
    PERFORM set_config('enable_' || m, (m = method)::text, true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'nestloop']) AS m;
    results := results || coalesce((SELECT string_agg(lim || ': ' || result, '; ') FILTER (WHERE result <> 'ok')
      FROM unnest(ARRAY['LIMIT 4', 'LIMIT 3 OFFSET 50', 'LIMIT 100000']) AS lim,
      LATERAL (SELECT pg_temp.possible(whole, lim, keys) AS result) AS r), 'ok');
  END LOOP;
  PERFORM set_config('enable_' || m, 'on', true) FROM unnest(ARRAY['hashjoin', 'mergejoin', 'nestloop']) AS m;
  RETURN array_to_string(results, ' ');
END
$$;
SELECT pg_temp.joined('SELECT c.*, p.team FROM usage.completions AS c JOIN limits.projects AS p ON p.id = c.project_id');
SELECT pg_temp.joined('SELECT c.*, p.team FROM limits.projects AS p LEFT JOIN usage.completions AS c ON p.id = c.project_id');
SELECT pg_temp.joined('SELECT c.*, p.team FROM usage.completions AS c LEFT JOIN limits.projects AS p ON p.id = c.project_id AND p.team > ''team 9''');
SELECT pg_temp.joined('SELECT c.*, p.team FROM usage.completions AS c JOIN limits.projects AS p ON p.id = c.project_id ORDER BY start_time DESC', 'start_time');
SELECT pg_temp.joined('SELECT c.* FROM usage.completions AS c JOIN limits.days AS d USING (day) ORDER BY day DESC', 'day');
SELECT pg_temp.joined('SELECT * FROM limits.days LEFT JOIN usage.completions USING (day) ORDER BY day', 'day');
SELECT pg_temp.joined('SELECT * FROM limits.days FULL JOIN (SELECT * FROM usage.costs OFFSET 0) AS c USING (day) WHERE day > pg_temp.today() - 30 ORDER BY day DESC', 'day');
SELECT pg_temp.joined('SELECT c.day, model, line_item, amount FROM usage.completions AS c JOIN usage.costs AS d ON c.day = d.day AND c.project_id = d.project_id WHERE c.batch');
SELECT pg_temp.joined('SELECT c.day, model, line_item, amount FROM usage.completions AS c JOIN usage.costs AS d USING (start_time, project_id) ORDER BY start_time DESC', 'day');
SELECT pg_temp.joined('SELECT c.day, model FROM usage.completions AS c WHERE NOT EXISTS (SELECT FROM usage.costs AS d WHERE d.day = c.day AND d.project_id = c.project_id)');
SELECT pg_temp.joined('SELECT c.day, model FROM usage.completions AS c WHERE day IN (SELECT day FROM usage.costs WHERE amount > 1) ORDER BY day', 'day');

--
-- Sub-selects and set operations
--
SELECT pg_temp.try('SELECT day, model FROM usage.completions UNION ALL SELECT day, line_item FROM usage.costs');
SELECT pg_temp.try('SELECT day, model FROM usage.completions UNION ALL SELECT day, line_item FROM usage.costs ORDER BY day DESC', 'day');
SELECT pg_temp.try('SELECT day, model FROM usage.completions WHERE batch UNION ALL SELECT day, line_item FROM usage.costs ORDER BY day', 'day');
SELECT pg_temp.try('SELECT day FROM usage.completions UNION SELECT day FROM usage.costs');
SELECT pg_temp.try('SELECT day FROM usage.completions INTERSECT SELECT day FROM usage.costs ORDER BY day DESC', 'day');
SELECT pg_temp.try('SELECT day, project_id FROM usage.completions EXCEPT SELECT day, project_id FROM usage.costs ORDER BY 1', 'day');
SELECT pg_temp.try('SELECT day, project_id FROM usage.completions EXCEPT ALL SELECT day, project_id FROM usage.costs');
SELECT pg_temp.same(query, pg_temp.of_oracle(query)) FROM unnest(ARRAY[
  $$(SELECT max(day) FROM usage.completions) UNION ALL (SELECT day FROM usage.costs ORDER BY day LIMIT 1)$$,
  $$(SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30) UNION (SELECT day FROM usage.costs ORDER BY start_time LIMIT 30)$$,
  $$(SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30) EXCEPT (SELECT day FROM usage.costs ORDER BY start_time LIMIT 3)$$,
  $$(SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30) INTERSECT ALL (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 40) ORDER BY 1 LIMIT 5$$,
  $$SELECT count(*) FROM (SELECT FROM usage.completions LIMIT 60) AS c$$,
  $$SELECT day, count(*) FROM (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 60) AS c GROUP BY day$$,
  $$SELECT count(*) FROM (SELECT * FROM (SELECT * FROM usage.completions WHERE day < pg_temp.today() - 5 LIMIT 60) AS c OFFSET 20) AS c$$,
  $$SELECT n, (SELECT max(day) FROM usage.completions WHERE day < pg_temp.today() - n) FROM generate_series(0, 44, 11) AS n$$,
  $$SELECT n, (SELECT day FROM usage.completions WHERE day < pg_temp.today() - n ORDER BY day DESC LIMIT 1 OFFSET n) FROM generate_series(0, 44, 11) AS n$$,
  $$SELECT p.id, c.day FROM limits.projects AS p LEFT JOIN LATERAL (SELECT day FROM usage.completions AS c WHERE c.project_id = p.id ORDER BY start_time DESC LIMIT 1) AS c ON true$$,
  $$SELECT p.id, c.* FROM limits.projects AS p CROSS JOIN LATERAL (SELECT model, sum(input_tokens) FROM usage.completions AS c
    WHERE c.project_id = p.id AND day > pg_temp.today() - 20 GROUP BY model ORDER BY 2 DESC, 1 LIMIT 3) AS c$$,
  $$SELECT d.day, c.n FROM limits.days AS d CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM usage.costs AS c WHERE c.day = d.day LIMIT 2) AS c) AS c WHERE d.day > pg_temp.today() - 12$$,
  $$SELECT * FROM limits.projects AS p WHERE EXISTS (SELECT FROM usage.completions WHERE project_id = p.id AND num_model_requests > 5 LIMIT 1)$$,
  $$SELECT * FROM limits.days AS d WHERE day IN (SELECT day FROM usage.completions ORDER BY start_time DESC LIMIT 100)$$,
  $$SELECT * FROM limits.days AS d WHERE day = (SELECT day FROM usage.completions WHERE batch ORDER BY end_time LIMIT 1)$$,
  $$SELECT * FROM limits.days AS d WHERE day >= ALL (SELECT day FROM usage.completions ORDER BY day LIMIT 100)$$,
  $$WITH last AS (SELECT max(day) AS day FROM usage.completions) SELECT c.* FROM usage.completions AS c JOIN last USING (day)$$,
  $$SELECT * FROM usage.completions WHERE day = (SELECT max(day) FROM usage.completions WHERE model IS NULL)$$,
  $$SELECT ARRAY(SELECT day FROM usage.completions ORDER BY day DESC LIMIT 20)$$]) AS query;
-- what is among many
SELECT pg_temp.possible($$SELECT * FROM (SELECT * FROM usage.completions LIMIT 100000) AS c$$, 'LIMIT 5');
SELECT pg_temp.possible('SELECT c::text AS whole FROM usage.completions AS c', 'LIMIT 12');
SELECT count(*) FROM (SELECT * FROM usage.completions LIMIT 10 FOR UPDATE) AS c;
SELECT pg_temp.keys('(SELECT * FROM usage.completions ORDER BY day DESC LIMIT 70 FOR SHARE)', 'day')
  = pg_temp.keys('(SELECT * FROM limits.completions ORDER BY day DESC LIMIT 70)', 'day') AS same;
SELECT count(*) FROM (SELECT p.*, c.day FROM usage.completions AS c JOIN limits.projects AS p ON p.id = c.project_id LIMIT 10 FOR UPDATE OF p) AS c;

--
-- LIMIT by a parameter; cursors
--
SELECT count(*) AS all FROM limits.completions \gset
PREPARE few_rows(bigint) AS SELECT count(*) FROM (SELECT FROM usage.completions LIMIT $1) AS c;
PREPARE few_by_day(bigint, bigint) AS
SELECT (SELECT array_agg(day) FROM (SELECT day FROM usage.completions ORDER BY day DESC LIMIT $1 OFFSET $2) AS c)
  IS NOT DISTINCT FROM (SELECT array_agg(day) FROM (SELECT day FROM limits.completions ORDER BY day DESC LIMIT $1 OFFSET $2) AS c) AS same;
CREATE FUNCTION pg_temp.execute(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE 'EXECUTE ' || statement INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.execute_all() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(pg_temp.execute(format('few_rows(%s)', n)) || ' ' || pg_temp.execute(format('few_by_day(%s, 5)', n)), ', ' ORDER BY o)
  FROM unnest(ARRAY['1', '0', 'NULL', '25', '100000', '-1', '3']) WITH ORDINALITY AS v(n, o)
$$;
SET plan_cache_mode = force_custom_plan;
SELECT replace(pg_temp.execute_all(), :'all', 'all');
SET plan_cache_mode = force_generic_plan;
SELECT replace(pg_temp.execute_all(), :'all', 'all');
RESET plan_cache_mode;
SELECT replace(pg_temp.execute_all(), :'all', 'all');
DEALLOCATE ALL;

BEGIN;
DECLARE c CURSOR FOR SELECT day FROM usage.completions ORDER BY day DESC LIMIT 90;
MOVE 50 FROM c;
FETCH 1 FROM c \gset a_
SAVEPOINT s;
MOVE 30 FROM c;
ROLLBACK TO s;
FETCH 1 FROM c \gset b_
MOVE ALL FROM c;
FETCH c;
SELECT ARRAY[:'a_day', :'b_day']::date[] = (SELECT array_agg(day ORDER BY n) FROM
  (SELECT day, row_number() OVER (ORDER BY day DESC) AS n FROM limits.completions) AS l WHERE n IN (51, 82)) AS same;
DECLARE s SCROLL CURSOR FOR SELECT day FROM usage.completions ORDER BY day DESC;
FETCH ABSOLUTE 60 FROM s \gset a_
FETCH RELATIVE -20 FROM s \gset b_
FETCH LAST FROM s \gset c_
SELECT ARRAY[:'b_day', :'a_day', :'c_day']::date[] = (SELECT array_agg(day ORDER BY n) FROM
  (SELECT day, row_number() OVER (ORDER BY day DESC) AS n FROM limits.completions) AS l WHERE n IN (40, 60, :all)) AS same;
COMMIT;
-- a function that takes the first rows, and one that says how many it will give
CREATE FUNCTION limits.first_days(n int) RETURNS SETOF date LANGUAGE sql STABLE AS 'SELECT day FROM usage.completions ORDER BY day DESC LIMIT n';
SELECT pg_temp.same('SELECT * FROM limits.first_days(30)', 'SELECT day FROM limits.completions ORDER BY day DESC LIMIT 30'),
  pg_temp.same('SELECT * FROM limits.first_days(30) LIMIT 0 OFFSET 1', 'SELECT NULL::date WHERE false');

DROP SCHEMA limits CASCADE;
