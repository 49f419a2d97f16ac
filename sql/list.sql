--
-- Lists of values that are longer than a URL should be: several requests, each
-- with a part of the values, whose rows come out in one order as if there were
-- one.  Answers are compared with the oracle's, with pushdown and without.
--
\i test/lib/list.sql
\i test/lib/pushdown.sql
\set QUIET on
SET client_min_messages = warning;
SET TimeZone = 'UTC';

-- Every project and key that there is, among many that are not; long ones, and
-- such that need percent-encoding.
CREATE TABLE own.id AS
SELECT 'project' AS kind, 'none_' || g AS id FROM generate_series(1, 994) AS g
UNION ALL SELECT DISTINCT 'project', project_id FROM oracle.completions
  WHERE project_id IS NOT NULL
UNION ALL SELECT 'key', 'none ' || g || '&' FROM generate_series(1, 230) AS g
UNION ALL SELECT DISTINCT 'key', api_key_id FROM oracle.completions WHERE api_key_id IS NOT NULL
UNION ALL SELECT 'long', 'long' || repeat('/', 50) || g FROM generate_series(1, 150) AS g
UNION ALL SELECT DISTINCT 'long', project_id FROM oracle.completions WHERE project_id IS NOT NULL;
CREATE FUNCTION own.ids(kind text) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(id ORDER BY md5(id)) FROM own.id AS i WHERE i.kind = $1
$$;
CREATE FUNCTION own.joined(pattern text, separator text, kind text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT string_agg(format(pattern, id), separator ORDER BY md5(id))
  FROM own.id AS i WHERE i.kind = $3
$$;
CREATE TABLE relation.list AS
SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 40 AND day < pg_temp.today();

-- What a case is to ask for: how many requests, and of each list, how many values
-- are in all of them and how many in the longest.
CREATE TEMP TABLE list_case (
  n int GENERATED ALWAYS AS IDENTITY, form text, clause text, requests int, lists text,
  days int DEFAULT 9, types text DEFAULT '', args text[] DEFAULT '{}');
CREATE PROCEDURE pg_temp.run_list_cases() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases
    (endpoint, subject, form, foreign_table, oracle, query, types, args, plan, expected)
  SELECT 'completions', 'list', form, 'usage.completions', 'relation.list',
    format('FROM {t} AS t
      WHERE day >= pg_temp.today() - %s AND day < pg_temp.today() AND (%s)', days, clause),
    types, args, CASE WHEN types = '' THEN 'auto' ELSE 'force_generic_plan' END,
    jsonb_build_array(requests, lists)
  FROM list_case ORDER BY n;
  TRUNCATE list_case;
  CALL pg_temp.run_cases();
END $$;

-- Of a case's lists: values in all requests, distinct ones, and how many were
-- asked for in a window (as many as there are, if parts are disjoint).
CREATE FUNCTION pg_temp.lists(case_id int) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s %s, at most %s', values_of, name, most), '; ' ORDER BY name)
  FROM (SELECT name, max(jsonb_array_length(vals)) AS most,
      (SELECT count(DISTINCT e)
        FROM recorded AS o, jsonb_array_elements_text(o.parameters -> name) AS e
        WHERE o.id = case_id) AS values_of
    FROM recorded AS r, jsonb_each(r.parameters) AS l(name, vals)
    WHERE r.id = case_id AND name ~ '^(project_ids|api_key_ids|models)' GROUP BY name) AS found
$$;
-- Is each combination of values asked for just once in a window?
CREATE FUNCTION pg_temp.disjoint(case_id int) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (
    SELECT FROM recorded AS r,
      jsonb_array_elements_text(coalesce(r.parameters -> 'project_ids',
        r.parameters -> 'project_ids[]', '[null]')) AS p,
      jsonb_array_elements_text(coalesce(r.parameters -> 'api_key_ids', '[null]')) AS k
    WHERE r.id = case_id
    GROUP BY execution, r.parameters -> 'start_time', p, k HAVING count(*) > 1)
$$;

\set ECHO none
-- A thousand values, however they are written: ten requests of a hundred each.
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('= ANY (constant)', format('project_id = ANY (%L)', own.ids('project')),
    10, '1000 project_ids, at most 100'),
  ('IN', format('project_id IN (%s)', own.joined('%L', ', ', 'project')),
    10, '1000 project_ids, at most 100'),
  ('OR', own.joined('project_id = %L', ' OR ', 'project'),
    10, '1000 project_ids, at most 100'),
  ('= ANY (ARRAY(SELECT))', $$
    project_id = ANY (ARRAY(SELECT id FROM own.id WHERE kind = 'project'))$$,
    10, '1000 project_ids, at most 100');
INSERT INTO list_case (form, clause, types, args, requests, lists) VALUES
  ('= ANY ($1)', 'project_id = ANY ($1)', 'text[]',
    ARRAY['own.ids(''project'')', 'ARRAY[''proj_web'']', '(own.ids(''project''))[:250]', '''{}'''],
    10, '1000 project_ids, at most 100');
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('duplicates and NULLs', $$
    project_id = ANY (own.ids('project') || own.ids('project') || NULL
      || ARRAY['proj_web', NULL])$$,
    10, '1000 project_ids, at most 100'),
  -- values that can't be sent make the list the executor's
  ('empty string', $$project_id = ANY (own.ids('project') || ''::text)$$, 1, NULL),
  ('one that is too long', $$project_id = ANY (own.ids('project') || repeat('x', 7000))$$,
    1, NULL),
  -- of long ones, and such as need percent-encoding, fewer go into a URL
  ('long values', $$project_id = ANY (own.ids('long'))$$, 5, '156 project_ids, at most 35'),
  ('odd values', $$api_key_id = ANY (own.ids('key'))$$, 3, '240 api_key_ids, at most 100'),
  -- two lists: each part of one with each part of the other
  ('two lists', $$project_id = ANY (own.ids('project')) AND api_key_id = ANY (own.ids('key'))$$,
    30, '240 api_key_ids, at most 100; 1000 project_ids, at most 100'),
  ('a list and a value', $$project_id = ANY (own.ids('project')) AND model = 'gpt-6-luna'$$,
    10, '1 models, at most 1; 1000 project_ids, at most 100'),
  ('two of a column', $$
    project_id = ANY (own.ids('project')) AND project_id = ANY ((own.ids('project'))[800:])$$,
    3, '201 project_ids, at most 100'),
  -- the limit itself
  ('100 values', $$project_id = ANY (((own.ids('project'))[:99] || 'proj_web'::text))$$,
    1, '100 project_ids, at most 100'),
  ('101 values', $$project_id = ANY (((own.ids('project'))[:100] || 'proj_web'::text))$$,
    2, '101 project_ids, at most 100');
INSERT INTO list_case (form, clause, days, requests, lists) VALUES
  ('several windows', $$project_id = ANY (own.ids('project'))$$, 40,
    20, '1000 project_ids, at most 100');
CALL pg_temp.run_list_cases();
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
INSERT INTO list_case (form, clause, days, requests, lists) VALUES
  ('four at a time', $$project_id = ANY (own.ids('project'))$$, 40,
    20, '1000 project_ids, at most 100');
CALL pg_temp.run_list_cases();

-- as many requests as are allowed; else the longest list is left to the executor
ALTER SERVER openai OPTIONS (ADD max_requests '10');
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('10 requests allowed', $$project_id = ANY (own.ids('project'))$$,
    10, '1000 project_ids, at most 100'),
  ('10 requests allowed, two lists', $$
    project_id = ANY (own.ids('project')) AND api_key_id = ANY (own.ids('key'))$$,
    3, '240 api_key_ids, at most 100');
CALL pg_temp.run_list_cases();
ALTER SERVER openai OPTIONS (SET max_requests '5');
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('5 requests allowed', $$project_id = ANY (own.ids('project'))$$, 1, NULL);
CALL pg_temp.run_list_cases();
ALTER SERVER openai OPTIONS (DROP max_requests);

-- the other ways of writing arrays
ALTER SERVER openai OPTIONS (ADD array_format 'brackets');
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('brackets', $$project_id = ANY (own.ids('project'))$$, 10, '1000 project_ids[], at most 100');
CALL pg_temp.run_list_cases();
ALTER SERVER openai OPTIONS (SET array_format 'comma');
\! "$USAGE_SIMULATOR_CONTROL" set array_format=comma >/dev/null
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('comma', $$project_id = ANY (own.ids('project'))$$, 10, '10 project_ids, at most 1');
CALL pg_temp.run_list_cases();
\! "$USAGE_SIMULATOR_CONTROL" set array_format=any >/dev/null
ALTER SERVER openai OPTIONS (DROP array_format);

-- all of the time that there is
SET usage_fdw.enable_pushdown = off;
INSERT INTO list_case (form, clause, requests, lists) VALUES
  ('no pushdown', $$project_id = ANY (own.ids('project'))$$, 12, NULL);
CALL pg_temp.run_list_cases();
RESET usage_fdw.enable_pushdown;
\i test/lib/recorded.sql

-- What was asked for; and what failed: asked something else, or values twice,
-- or answered something else.
CREATE TEMP TABLE judged AS
SELECT c.id, c.form, c.expected, count(r.seq) AS requests, pg_temp.lists(c.id) AS lists,
  pg_temp.disjoint(c.id) AS disjoint
FROM cases AS c LEFT JOIN recorded AS r ON r.id = c.id AND r.execution = 1 GROUP BY c.id;
SELECT form, requests, lists, disjoint FROM judged ORDER BY id;
SELECT form, expected, requests, lists FROM judged
WHERE expected <> jsonb_build_array(requests, lists) OR NOT disjoint;
SELECT c.form, execution, rows, missing, surplus, error FROM cases AS c JOIN answered USING (id)
WHERE missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0 OR (rows = 0 AND execution <> 4);

-- no URI is too long for a server that takes 8 kB
\! "$USAGE_SIMULATOR_CONTROL" set max_url=8192 >/dev/null
SELECT pg_temp.same(q, pg_temp.theirs(q)) FROM (SELECT format('
  SELECT * FROM usage.completions
  WHERE day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1
    AND project_id = ANY (%L) AND api_key_id = ANY (%L) AND model <> ALL (%L)',
  own.ids('long'), own.ids('key'), own.ids('long'))) AS q(q);
\! "$USAGE_SIMULATOR_CONTROL" set max_url=0 >/dev/null

-- in the order of time, both ways
CREATE FUNCTION own.with_ids(query text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(query, '%L', quote_literal(own.ids('project')))
$$;
\set ECHO none
\set QUIET on
CREATE TEMP TABLE in_order (n serial, name text, key text, sorts text, query text);
INSERT INTO in_order (name, key, sorts, query) VALUES
  ('ascending', 'day', 'no sort; oldest first', $$
    SELECT * FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 1 AND project_id = ANY (%L)
    ORDER BY day$$),
  ('descending', 'day', 'no sort; newest first', $$
    SELECT * FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 1 AND project_id = ANY (%L)
    ORDER BY day DESC$$),
  ('hours', 'start_time', 'no sort; oldest first', $$
    SELECT * FROM usage_hourly.completions
    WHERE day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1 AND project_id = ANY (%L)
    ORDER BY start_time$$);
\set QUIET off
\set ECHO all
SELECT name, pg_temp.ordered(q, key), s AS sorts, s = sorts AS as_expected
FROM in_order, own.with_ids(query) AS q, pg_temp.sorts(q) AS s ORDER BY n;

-- a LIMIT stops the reading early
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '1');
SELECT count(*) FROM (
  SELECT day FROM usage.completions
  WHERE day < pg_temp.today() - 1
    AND project_id = ANY (ARRAY(SELECT id FROM own.id WHERE kind = 'project'))
  ORDER BY day DESC LIMIT 3) AS q;
\i test/lib/load_requests.sql
SELECT count(*) % 10 = 0 AS whole_windows, count(*) <= 40 AS few,
  min(substring(query FROM 'limit=(\d+)')::int) FROM request;
BEGIN;
DECLARE c CURSOR FOR SELECT day FROM usage.completions
WHERE day < pg_temp.today()
  AND project_id = ANY (ARRAY(SELECT id FROM own.id WHERE kind = 'project'))
ORDER BY day DESC;
MOVE 50 IN c;
FETCH 1 FROM c \g /dev/null
CLOSE c;
COMMIT;

-- coarser: fewer groups, wider buckets, and filters that lists make of nothing
SELECT name, pg_temp.same(q, pg_temp.theirs(q)) FROM (VALUES
  ('grain', $$
    SELECT project_id, sum(input_tokens) AS s FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 1 AND project_id = ANY (%L)
    GROUP BY 1$$),
  ('grain without the column', $$
    SELECT sum(input_tokens) AS s FROM usage.completions
    WHERE day BETWEEN pg_temp.today() - 40 AND pg_temp.today() - 1 AND project_id = ANY (%L)$$),
  ('width', $$
    SELECT day, sum(input_tokens) AS s FROM usage_hourly.completions
    WHERE start_time >= pg_temp.today() - interval '20 days 3 hours'
      AND day < pg_temp.today() AND project_id = ANY (%L)
    GROUP BY 1$$),
  ('listed values', $$
    SELECT * FROM usage.images
    WHERE day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - 1
      AND size = ANY (ARRAY['256x256', '512x512']
        || ARRAY(SELECT g || 'x' FROM generate_series(1, 150) AS g))$$)) AS v(name, query),
  own.with_ids(query) AS q;

-- two columns of one dimension: its values are those that both allow
CREATE FOREIGN TABLE usage.twice (
  day date, m text OPTIONS (column_name 'model'), m2 text OPTIONS (column_name 'model'),
  b boolean OPTIONS (column_name 'batch'), b2 boolean OPTIONS (column_name 'batch'),
  project_id text, input_tokens bigint)
SERVER openai OPTIONS (endpoint 'completions', history '20 days');
\set QUIET on
CREATE TABLE oracle.twice AS
SELECT day, model AS m, model AS m2, batch AS b, batch AS b2, project_id,
  sum(input_tokens)::bigint AS input_tokens
FROM oracle.completions WHERE day >= pg_temp.today() - 20 GROUP BY day, model, batch, project_id;
CREATE TABLE own.model AS
SELECT kind, kind || g AS id
FROM unnest(ARRAY['none', 'nobody']) AS kind, generate_series(1, 150) AS g
UNION ALL SELECT DISTINCT kind, m FROM unnest(ARRAY['none', 'nobody']) AS kind, oracle.twice
WHERE m LIKE 'g%';
\set ECHO none
CREATE FUNCTION own.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  RETURN pg_temp.same(query, pg_temp.theirs(query));
EXCEPTION WHEN OTHERS THEN  -- the other queries are run nevertheless
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  RETURN SQLSTATE || ': ' || message;
END
$$;
CREATE TEMP TABLE both_columns (n serial, name text, answer text, query text);
INSERT INTO both_columns (name, answer, query) VALUES
  ('a list and a value', 'same', $$
    SELECT * FROM usage.twice WHERE day < pg_temp.today()
      AND m = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'none'))
      AND m2 = (SELECT min(id) FROM own.model WHERE id LIKE 'g%')$$),
  ('a value and a list', 'same', $$
    SELECT * FROM usage.twice WHERE day < pg_temp.today()
      AND m2 = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'none'))
      AND m = (SELECT min(id) FROM own.model WHERE id LIKE 'g%')$$),
  ('two lists', 'same', $$
    SELECT * FROM usage.twice WHERE day < pg_temp.today()
      AND m = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'none'))
      AND m2 = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'nobody'))$$),
  ('a value that the list does not have', 'both are empty', $$
    SELECT * FROM usage.twice WHERE day < pg_temp.today()
      AND m = 'none' AND m2 = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'nobody'))$$),
  ('true and true', 'same',
    'SELECT * FROM usage.twice WHERE day < pg_temp.today() AND b AND b2'),
  ('true and false', 'both are empty',
    'SELECT * FROM usage.twice WHERE day < pg_temp.today() AND b AND NOT b2'),
  ('true and not NULL', 'same',
    'SELECT * FROM usage.twice WHERE day < pg_temp.today() AND b2 AND m2 IS NOT NULL'),
  ('false and not true', 'same',
    'SELECT * FROM usage.twice WHERE day < pg_temp.today() AND NOT b AND b2 IS NOT TRUE'),
  ('grouped', 'same', $$
    SELECT m, m2, sum(input_tokens) AS s FROM usage.twice WHERE day < pg_temp.today()
      AND m2 = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'none'))
      AND m = ANY (ARRAY(SELECT id FROM own.model WHERE kind = 'none'))
    GROUP BY 1, 2$$);
\set QUIET off
\set ECHO all
SELECT name, a = answer AS as_expected, a AS answer
FROM both_columns, own.answer(query) AS a ORDER BY n;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) FROM usage.twice
WHERE day < pg_temp.today() AND m = ANY ('{a,b,c}') AND m2 = ANY ('{b,c,d}') AND b AND b2;
\i test/lib/requests.sql

DROP SCHEMA own, relation, usage_extra CASCADE;
