--
-- LIMIT: a hint at most.  A scan may start small, and with the newest rows, but
-- the answer is one that the whole relation could give.  Each case is in which
-- order its scan should read, an expression over the columns by which the rows
-- are in order, and the query, which is tried with several LIMITs.  Joins and
-- queries in queries: limit_nested.sql.
--
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/limits.sql

\echo Without an order the newest come first, whatever the clause leaves.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
('newest first', NULL, 'SELECT * FROM usage.completions'),
('newest first', NULL, 'SELECT * FROM usage.completions WHERE day <= pg_temp.today() - 20'),
('newest first', NULL, $$
  SELECT *
  FROM usage.completions
  WHERE day <= pg_temp.today() - 40 OR day = pg_temp.today() - 3
$$),
('newest first', NULL, $$
  SELECT * FROM usage.completions WHERE project_id = 'proj_web' AND batch
$$),
('newest first', NULL, $$
  SELECT * FROM usage.completions WHERE model LIKE '%mini%' AND num_model_requests > 1
$$),
('newest first', NULL, 'SELECT * FROM usage.completions WHERE num_model_requests > 8'),
('newest first', NULL, 'SELECT * FROM usage.completions WHERE model IS NULL'),
('newest first', NULL, $$
  SELECT * FROM usage.completions WHERE extract(day FROM day) IN (1, 11, 21)
$$),
('newest first', NULL, $$
  SELECT *
  FROM usage.completions
  WHERE day < pg_temp.today() - 30 AND extract(dow FROM day) = 1
$$),
('newest first', NULL, 'SELECT FROM usage.completions')
) AS c(reads, keys, query);

\echo Nothing is found, with any LIMIT.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
('newest first', NULL, $$SELECT * FROM usage.completions WHERE project_id = 'proj_nobody'$$)
) AS c(reads, keys, query);

\echo In the order of time, either way, by a part of the sort keys.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
('oldest first', 'start_time', 'SELECT * FROM usage.completions ORDER BY start_time'),
('newest first', 'start_time', 'SELECT * FROM usage.completions ORDER BY start_time DESC'),
('newest first', 'day', $$
  SELECT * FROM usage.completions WHERE num_model_requests > 8 ORDER BY day DESC NULLS LAST
$$),
('newest first', 'ROW(day, input_tokens, num_model_requests)', $$
  SELECT * FROM usage.completions ORDER BY day DESC, input_tokens, num_model_requests
$$),
('oldest first', 'ROW(day, model)', $$
  SELECT * FROM usage.completions ORDER BY day, model NULLS FIRST
$$),
('oldest first', 'ROW(day, input_tokens)', $$
  SELECT *
  FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 12 AND pg_temp.today() - 9
  ORDER BY day, start_time DESC, input_tokens
$$)
) AS c(reads, keys, query);

\echo In an order that the scan has not.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
('oldest first', 'ROW(model, day)', 'SELECT * FROM usage.completions ORDER BY model, day'),
('oldest first', 'input_tokens', 'SELECT * FROM usage.completions ORDER BY input_tokens DESC'),
('oldest first', 'day', 'SELECT * FROM usage.completions ORDER BY day - 1 DESC')
) AS c(reads, keys, query);

\echo WITH TIES.
SELECT pg_temp.line(NULL, NULL, query || ' ' || lim, pg_temp.possible(query, lim)) FROM (VALUES
('SELECT * FROM usage.completions ORDER BY day',
  'FETCH FIRST 1 ROW WITH TIES'),
('SELECT * FROM usage.completions ORDER BY day DESC',
  'FETCH FIRST 1 ROW WITH TIES'),
('SELECT * FROM usage.completions ORDER BY start_time DESC',
  'FETCH FIRST 200 ROWS WITH TIES'),
('SELECT day FROM usage.completions ORDER BY day DESC',
  'OFFSET 100 FETCH FIRST 60 ROWS WITH TIES'),
('SELECT * FROM usage.completions ORDER BY num_model_requests DESC',
  'FETCH FIRST 3 ROWS WITH TIES')
) AS c(query, lim);

\echo Groups, and what is distinct.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
(NULL, NULL, 'SELECT day, count(*), sum(input_tokens) FROM usage.completions GROUP BY day'),
(NULL, 'ROW(day, count)', $$
  SELECT day, count(*), sum(input_tokens)
  FROM usage.completions GROUP BY day ORDER BY day DESC
$$),
(NULL, 'ROW(model, max)', $$
  SELECT model, max(start_time), min(day)
  FROM usage.completions GROUP BY model ORDER BY 2 DESC, 1
$$),
(NULL, NULL, 'SELECT DISTINCT day FROM usage.completions'),
(NULL, 'day', 'SELECT DISTINCT day FROM usage.completions ORDER BY day DESC'),
(NULL, NULL, 'SELECT DISTINCT model FROM usage.completions'),
(NULL, 'day', 'SELECT DISTINCT day, model FROM usage.completions ORDER BY day DESC'),
(NULL, 'day', $$
  SELECT DISTINCT ON (day) day FROM usage.completions ORDER BY day DESC, input_tokens
$$),
(NULL, NULL, 'SELECT day FROM usage.completions GROUP BY day HAVING count(*) > 50'),
(NULL, NULL, 'SELECT project_id, count(*) FROM usage.completions GROUP BY ROLLUP (project_id)')
) AS c(reads, keys, query);

\echo Windows, and a function that returns a set.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
(NULL, 'ROW(day, sum)', $$
  SELECT day, sum(num_model_requests) OVER (ORDER BY day)
  FROM usage.completions ORDER BY day
$$),
(NULL, NULL, 'SELECT day, count(*) OVER () FROM usage.completions'),
(NULL, 'ROW(day, rank)', 'SELECT day, rank() OVER (ORDER BY day DESC) FROM usage.completions'),
(NULL, 'day', 'SELECT day, generate_series(1, 2) AS n FROM usage.completions ORDER BY day DESC')
) AS c(reads, keys, query);

\echo min and max, alone and with others.
SELECT pg_temp.line(NULL, NULL, 'FROM usage.completions ' || clause, coalesce(
  string_agg(aggregates || ': ' || answer, '; ') FILTER (WHERE answer <> 'same'),
  count(*) || ' answers are the same'))
FROM (VALUES
(1, ''),
(2, 'WHERE day < pg_temp.today() - 12'),
(3, 'WHERE num_model_requests > 8'),
(4, $$WHERE project_id = 'proj_web' AND NOT batch$$),
(5, $$
  WHERE model LIKE 'o%' AND day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 10
$$),
(6, 'WHERE false'),
(7, $$WHERE project_id = 'proj_nobody'$$),
(8, 'WHERE day < pg_temp.today() - 12 HAVING count(*) > 1'),
(9, 'GROUP BY model'),
(10, 'WHERE batch GROUP BY project_id, model')
) AS c(n, clause),
(VALUES
('max(start_time)'),
('min(start_time)'),
('max(day), min(end_time)'),
('max(start_time), min(start_time), max(model)'),
('max(start_time), count(*)'),
('max(start_time) FILTER (WHERE batch)'),
('max(input_tokens)')
) AS a(aggregates),
LATERAL (SELECT format('SELECT %s FROM usage.completions %s', aggregates, clause) AS query) AS q,
LATERAL (SELECT pg_temp.same(query, pg_temp.of_oracle(query)) AS answer) AS r
GROUP BY n, clause ORDER BY n;

\echo Rows that are locked: of a foreign table they are not, and they are as many.
SELECT pg_temp.line(pg_temp.value(query), rows, query) FROM (VALUES
('10', $$
  SELECT count(*) FROM (SELECT * FROM usage.completions LIMIT 10 FOR UPDATE) AS c
$$),
('10', $$
  SELECT count(*) FROM (
    SELECT p.*, c.day
    FROM usage.completions AS c
    JOIN limits.projects AS p ON p.id = c.project_id LIMIT 10 FOR UPDATE OF p
  ) AS c
$$)
) AS c(rows, query);
SELECT pg_temp.line(NULL, NULL, ours, CASE
  WHEN pg_temp.keys(ours, 'day') = pg_temp.keys(theirs, 'day') THEN 'ok' ELSE 'another order' END)
FROM (VALUES (
  '(SELECT * FROM usage.completions ORDER BY day DESC LIMIT 70 FOR SHARE)',
  '(SELECT * FROM limits.completions ORDER BY day DESC LIMIT 70)')) AS c(ours, theirs);

\echo A LIMIT by a parameter: rows without an order, and whether days in order are the right ones.
PREPARE few_rows(bigint) AS
SELECT count(*) FROM (SELECT FROM usage.completions LIMIT $1) AS c;
PREPARE few_by_day(bigint, bigint) AS
SELECT (SELECT array_agg(day) FROM (
  SELECT day FROM usage.completions ORDER BY day DESC LIMIT $1 OFFSET $2
) AS c) IS NOT DISTINCT FROM (SELECT array_agg(day) FROM (
  SELECT day FROM limits.completions ORDER BY day DESC LIMIT $1 OFFSET $2
) AS c) AS same;
CREATE TEMP VIEW by_parameter AS
SELECT unnest(ARRAY[
  pg_temp.line(replace(pg_temp.value(rows_query), number, 'all'), rows, rows_query),
  pg_temp.line(pg_temp.value(days_query), same, days_query)])
FROM (VALUES
('1', '1', 'true'),
('0', '0', 'true'),
('NULL', 'all', 'true'),
('25', '25', 'true'),
('100000', 'all', 'true'),
('-1', 'LIMIT must not be negative', 'LIMIT must not be negative'),
('3', '3', 'true')
) AS c(lim, rows, same),
LATERAL (SELECT format('EXECUTE few_rows(%s)', lim), format('EXECUTE few_by_day(%s, 5)', lim))
  AS q(rows_query, days_query),
(SELECT count(*)::text FROM limits.completions) AS n(number);
SET plan_cache_mode = force_custom_plan;
TABLE by_parameter;
\echo The same in a plan for all parameters.
SET plan_cache_mode = force_generic_plan;
TABLE by_parameter;
\echo And as the server chooses.
RESET plan_cache_mode;
TABLE by_parameter;
DEALLOCATE ALL;

-- Are days that a cursor gave those in these places, counted from the newest?
CREATE FUNCTION pg_temp.in_places(days date[], places bigint[]) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.line(NULL, NULL, cardinality(places) || ' days',
    CASE WHEN days = array_agg(day ORDER BY n) THEN 'same' ELSE 'other days' END)
  FROM (SELECT day, row_number() OVER (ORDER BY day DESC) AS n FROM limits.completions) AS l
  WHERE n = ANY (places)
$$;
SELECT count(*) AS all FROM limits.completions \gset
\echo A cursor, with a savepoint: it is where it was, and it ends.
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
SELECT pg_temp.in_places(ARRAY[:'a_day', :'b_day']::date[], ARRAY[51, 82]);
\echo A cursor that goes back.
DECLARE s SCROLL CURSOR FOR SELECT day FROM usage.completions ORDER BY day DESC;
FETCH ABSOLUTE 60 FROM s \gset a_
FETCH RELATIVE -20 FROM s \gset b_
FETCH LAST FROM s \gset c_
SELECT pg_temp.in_places(ARRAY[:'b_day', :'a_day', :'c_day']::date[], ARRAY[40, 60, :all]);
COMMIT;

\echo A function that takes the first rows, all of them and none.
CREATE FUNCTION limits.first_days(n int) RETURNS SETOF date LANGUAGE sql STABLE AS
'SELECT day FROM usage.completions ORDER BY day DESC LIMIT n';
SELECT pg_temp.line(NULL, NULL, ours, pg_temp.same(ours, theirs)) FROM (VALUES
('SELECT * FROM limits.first_days(30)',
  'SELECT day FROM limits.completions ORDER BY day DESC LIMIT 30'),
('SELECT * FROM limits.first_days(30) LIMIT 0 OFFSET 1', 'SELECT NULL::date WHERE false')
) AS c(ours, theirs);

DROP SCHEMA limits CASCADE;
