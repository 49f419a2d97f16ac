-- test/lib/partition.sql: usage, its oracle, and whether a table that is partitioned
-- is the same
--
-- Makes parts.check(), and parts.dated(), for which {d9} is the day nine days ago;
-- so are :d9, :d20 and :d30.  Includes test/lib/by_case.sql.
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoints 'completions costs'
\i test/lib/oracles.sql
\i test/lib/by_case.sql
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
SET timezone = 'UTC';  -- bounds are of whole days
\set SHOW_CONTEXT never
CREATE SCHEMA parts;
SELECT pg_temp.today() - 9 AS d9, pg_temp.today() - 20 AS d20, pg_temp.today() - 30 AS d30,
  (pg_temp.today() - 9)::text || ' 05:00+00' AS d9_at_5 \gset
CREATE FUNCTION parts.dated(query text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(replace(query, '{d9}', quote_literal(pg_temp.today() - 9)),
    '{d20}', quote_literal(pg_temp.today() - 20)), '{d30}', quote_literal(pg_temp.today() - 30))
$$;

-- Is the table the oracle's, by its rows, by sums and in joins, with pushdown
-- and without?
CREATE FUNCTION parts.check(parted text, endpoint text, condition text DEFAULT 'true')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  measure text := CASE WHEN endpoint = 'costs' THEN 'amount' ELSE 'input_tokens' END;
  query text;
  answers text[];
  message text;
BEGIN
  FOREACH query IN ARRAY ARRAY['SELECT * FROM {t} WHERE {c}',
      'SELECT sum({m}) AS s FROM {t} WHERE {c}',
      'SELECT day, sum({m}) AS s FROM {t} WHERE {c} GROUP BY 1',
      'SELECT date_trunc(''month'', start_time) AS t, sum({m}) AS s
       FROM {t} WHERE {c} GROUP BY 1',
      'SELECT project_id, sum({m}) AS s, max(day) AS d FROM {t} WHERE {c} GROUP BY 1',
      'SELECT p.id, c.{m} FROM (VALUES (''proj_web''), (''proj_R&D=1'')) AS p(id)
       JOIN {t} AS c ON c.project_id = p.id WHERE {c}'] LOOP
    query := replace(replace(query, '{m}', measure), '{c}', condition);
    answers := answers || pg_temp.same(replace(query, '{t}', 'parts.' || parted),
      replace(query, '{t}', 'oracle.' || endpoint));
  END LOOP;
  SET usage_fdw.enable_pushdown = off;
  query := format('SELECT * FROM {t} WHERE %s', condition);
  answers := answers || pg_temp.same(replace(query, '{t}', 'parts.' || parted),
    replace(query, '{t}', 'oracle.' || endpoint));
  RESET usage_fdw.enable_pushdown;
  RETURN (SELECT string_agg(DISTINCT a, '; ') FROM unnest(answers) AS a);
EXCEPTION WHEN OTHERS THEN  -- the other tables are checked nevertheless
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  RETURN SQLSTATE || ': ' || message;
END
$$;
SET enable_async_append = off;  -- requests one after another
\set QUIET off
\set ECHO all
