--
-- Counts that no integer holds: so many filters, or such long lists, that their
-- combinations can't be counted.  Lists are left out of the requests then, and
-- no row is left out of the answer.
--
\i test/lib/list.sql
\set QUIET on

-- The requests since the last look; and of their parameters those that filter.
CREATE FUNCTION pg_temp.asked() RETURNS TABLE (requests bigint, filters bigint, longest int)
LANGUAGE sql AS $$
  SELECT count(*), count(DISTINCT m[1]), max(length(query))
  FROM request LEFT JOIN LATERAL
    regexp_matches(query, '[&?](c\d+|\w+_ids|models)(?=%|=)', 'g') AS m ON true
$$;
CREATE FUNCTION pg_temp.url_filters(query text) RETURNS TABLE (urls bigint, filters bigint)
LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  urls := 0;
  FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
    CONTINUE WHEN line !~ 'Request URL: ';
    urls := urls + 1;
    filters := (SELECT count(DISTINCT m[1])
      FROM regexp_matches(line, '&(c\d+|\w+_ids|models)=', 'g') AS m);
  END LOOP;
  RETURN NEXT;
END
$$;

-- 63 dimensions, each with a filter; one bucket, whose first result passes all
SELECT format($$
  CREATE FOREIGN TABLE usage.wide (day date, n bigint OPTIONS (field 'n', role 'measure'), %s)
  SERVER openai OPTIONS (path '/organization/usage/embeddings')$$,
  string_agg(format($$c%1$s text OPTIONS (field 'c%1$s', role 'dimension', filter 'c%1$s')$$, g),
    ', ' ORDER BY g))
FROM generate_series(1, 63) AS g \gexec
CREATE TABLE own.page AS
SELECT json_build_object('object', 'page', 'has_more', false, 'next_page', NULL,
  'data', json_build_array(json_build_object('object', 'bucket',
    'start_time', extract(epoch FROM pg_temp.today() - 1)::bigint,
    'end_time', extract(epoch FROM pg_temp.today())::bigint, 'results', results))) AS body
FROM (SELECT json_agg(result) AS results
  FROM (SELECT json_object_agg(k, v) AS result
    FROM (VALUES (1, ''), (2, '1'), (3, '63')) AS r(n, other),
      LATERAL (
        SELECT 'c' || g AS k,
          to_json(CASE WHEN g::text = other THEN 'other' ELSE repeat('a', 60) END) AS v
        FROM generate_series(1, 63) AS g
        UNION ALL SELECT 'n', to_json(r.n)) AS f
    GROUP BY r.n) AS q) AS w;
\copy (TABLE own.page) TO PROGRAM '"$USAGE_SIMULATOR_CONTROL" body path=/v1/organization/usage/embeddings file=/dev/stdin >/dev/null'
\set QUIET off

-- two values of 60 bytes: 2^63 combinations; 300: more than 300^63
\set QUIET on
CREATE FUNCTION own.clauses(count int) RETURNS text LANGUAGE sql AS $$
  SELECT 'day = pg_temp.today() - 1 AND '
    || string_agg(format('c%s = ANY (own.list(%s))', g, count), ' AND ' ORDER BY g)
  FROM generate_series(1, 63) AS g
$$;
CREATE FUNCTION own.list(count int) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(repeat('a', 60) || CASE g WHEN 1 THEN '' ELSE g::text END)
  FROM generate_series(1, count) AS g
$$;
CREATE PROCEDURE own.count_rows(count int) LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  EXECUTE 'SELECT string_agg(DISTINCT n::text, '','') FROM usage.wide WHERE '
    || own.clauses(count) INTO found;
  RAISE WARNING 'rows: %', found;
END
$$;
\set QUIET off
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
CALL own.count_rows(2);
\i test/lib/load_requests.sql
SELECT requests > 0 AS asked, filters > 0 AS filtered, longest < 8000 AS fits FROM pg_temp.asked();
SELECT urls, filters > 0 AS filtered
FROM pg_temp.url_filters('SELECT * FROM usage.wide WHERE ' || own.clauses(2));
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
CALL own.count_rows(300);
\i test/lib/load_requests.sql
SELECT requests > 0 AS asked, longest < 8000 AS fits FROM pg_temp.asked();
SELECT urls
FROM pg_temp.url_filters('SELECT * FROM usage.wide WHERE ' || own.clauses(300)
  || ' ORDER BY day DESC LIMIT 1');

-- 2^1500 groups may be more than a double holds, costs are still numbers
DO $$
BEGIN
  EXECUTE (SELECT format('
      CREATE FOREIGN TABLE usage.vast (
        day date, n bigint OPTIONS (field ''n'', role ''measure''), %s)
      SERVER openai OPTIONS (path ''/vast'')',
      string_agg(format('
        c%1$s text OPTIONS (field ''c%1$s'', role ''dimension'', filter ''c%1$s'')', g), ', '))
    FROM generate_series(1, 1501) AS g);
END
$$;
CREATE FUNCTION own.is_costed(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Total Cost')::numeric < 'Infinity';
EXCEPTION WHEN invalid_text_representation THEN
  RETURN false;  -- NaN is no JSON
END
$$;
SELECT own.is_costed('SELECT day, sum(n) FROM usage.vast WHERE '
  || string_agg(format('c%s IN (''a'', ''b'')', g), ' AND ') || ' GROUP BY 1')
FROM generate_series(1, 1500) AS g;

-- values that fill a URL each: two of 5,000 bytes do not fit into one
SELECT urls, filters
FROM pg_temp.url_filters(format('
  SELECT * FROM usage.wide WHERE c1 = %1$L AND c2 = %1$L AND c3 = %2$L', repeat('a', 5000), 'b'));

-- four lists of 30,000 long values, in all of the time, known when planning and
-- only then
\set QUIET on
CREATE TABLE own.id AS
SELECT DISTINCT k.kind, k.id
FROM oracle.completions, LATERAL (VALUES ('project', project_id), ('user', user_id),
  ('key', api_key_id), ('model', model)) AS k(kind, id)
WHERE model <> 'gpt-6-luna';
CREATE FUNCTION own.ids(kind text) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(id) FROM (
    SELECT id FROM own.id AS i WHERE i.kind = ids.kind
    UNION ALL SELECT kind || repeat('x', 800) || g FROM generate_series(1, 30000) AS g) AS q
$$;
CREATE FUNCTION own.query(list text) RETURNS text LANGUAGE sql AS $$
  SELECT replace($q$
    SELECT * FROM usage.completions
    WHERE day < pg_temp.today() AND day > pg_temp.today() - 364
      AND project_id = ANY ({project}) AND user_id = ANY ({user})
      AND api_key_id = ANY ({key}) AND model = ANY ({model})$q$, '{', list)
$$;
\set QUIET off
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT pg_temp.same(q, pg_temp.theirs(q))
FROM (SELECT regexp_replace(own.query('{'),
  '\{(\w+)\}', '(SELECT own.ids(''\1''))::text[]', 'g')) AS v(q);
\i test/lib/load_requests.sql
SELECT requests > 0 AS asked, longest < 8000 AS fits FROM pg_temp.asked();
-- no limit of requests makes the lists go into more than can be held
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD max_requests '2147483647');
SELECT urls FROM pg_temp.url_filters(
  regexp_replace(own.query('{'), '\{(\w+)\}', 'own.ids(''\1'')', 'g'));
SELECT urls FROM pg_temp.url_filters(
  regexp_replace(own.query('{'), '\{(\w+)\}', 'own.ids(''\1'')', 'g') || ' ORDER BY day LIMIT 1');
ALTER FOREIGN TABLE usage.completions OPTIONS (DROP max_requests);

DROP SCHEMA own CASCADE;
