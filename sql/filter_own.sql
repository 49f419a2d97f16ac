--
-- Filters of tables of the user's own: columns of other types, names and
-- collations, and the other ways of writing arrays.
--
\i test/lib/filter.sql
CREATE DOMAIN usage_extra.label AS text;
CREATE FOREIGN TABLE usage_extra.typed (
  day date,
  model varchar,
  batch boolean,
  "Who?" usage_extra.label OPTIONS (column_name 'user_id'),
  api_key_id char(20),
  project_id text COLLATE "C",
  service_tier text,
  input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE VIEW relation.typed AS
SELECT day, model::varchar, batch, user_id AS "Who?", api_key_id::char(20),
       project_id COLLATE "C" AS project_id, service_tier,
       sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Equality that ignores case; without ICU there is none to be tested.
CREATE FUNCTION pg_temp.with_icu() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  CREATE COLLATION usage_extra.ignore_case
    (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  RETURN true;
EXCEPTION WHEN OTHERS THEN
  CREATE COLLATION usage_extra.ignore_case FROM "C";
  RETURN false;
END $$;
SELECT pg_temp.with_icu() AS icu \gset
CREATE FOREIGN TABLE usage_extra.any_case (
  day date, model text COLLATE usage_extra.ignore_case, input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE VIEW relation.any_case AS
SELECT day, model COLLATE usage_extra.ignore_case AS model,
       sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, model;

CREATE FOREIGN TABLE usage_extra.formatted (
  day date, model text, api_key_id text, batch boolean, input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE VIEW relation.formatted AS
SELECT day, model, api_key_id, batch, sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, 2, 3, 4;

-- The cases.  The request of each is shown: only names of the organization that
-- do not change with time are used.  "asks" are the filters of each request.
CREATE TEMP TABLE own_case (
  n int GENERATED ALWAYS AS IDENTITY, form text, name text, clause text,
  asks jsonb, types text DEFAULT '', args text[] DEFAULT '{}');
CREATE PROCEDURE pg_temp.run_own_cases() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases (endpoint, subject, form, foreign_table, oracle, query, types, args, expected)
  SELECT 'completions', name, form, 'usage_extra.' || name, 'relation.' || name,
    format('FROM {t} AS t WHERE (%s) AND t.day >= %L AND t.day < %L', clause,
      (now() AT TIME ZONE 'UTC')::date - 8, (now() AT TIME ZONE 'UTC')::date),
    types, args, asks
  FROM own_case ORDER BY n;
  TRUNCATE own_case;
  CALL pg_temp.run_cases();
END $$;
SELECT jsonb_build_array(jsonb_build_object('models',
  jsonb_agg(v ORDER BY v COLLATE "C"))) AS hundred
FROM (SELECT 'gpt-' || g FROM generate_series(1, 99) AS g
      UNION ALL SELECT 'gpt-6-luna') AS x(v) \gset

\set ECHO none
\set QUIET on
INSERT INTO own_case (form, name, clause, asks) VALUES
  -- types and collations whose equality is that of text
  ('varchar', 'typed', $$model = 'gpt-6-luna'$$, '[{"models": ["gpt-6-luna"]}]'),
  ('varchar IN', 'typed', $$model IN ('gpt-6-luna', 'gpt-6-astra')$$,
    '[{"models": ["gpt-6-astra", "gpt-6-luna"]}]'),
  ('domain', 'typed', $$"Who?" = 'user-a+b'$$, '[{"user_ids": ["user-a+b"]}]'),
  ('domain IN', 'typed', $$"Who?" IN ('user-a+b', 'user-back\slash')$$,
    '[{"user_ids": ["user-a+b", "user-back\\slash"]}]'),
  ('COLLATE "C" column', 'typed', $$project_id = 'proj_R&D=1'$$,
    '[{"project_ids": ["proj_R&D=1"]}]'),
  -- blanks at the end do not count for char(n), but do for the API
  ('char(n)', 'typed', $$api_key_id = 'key_1'$$, '[{}]'),
  ('char(n) as text', 'typed', $$api_key_id::text = 'key_1'$$, '[{}]'),
  ('char(n) IN', 'typed', $$api_key_id IN ('key_1', 'key_2')$$, '[{}]'),
  -- columns that the API has no filter for
  ('no filter', 'typed', $$service_tier = 'flex'$$, '[{}]'),
  ('no filter, empty string', 'typed', $$service_tier = ''$$, '[{}]'),
  ('measure', 'typed', $$input_tokens > 100$$, '[{}]'),
  -- several columns: all must hold, or it is for the executor
  ('two columns', 'typed', $$model = 'gpt-6-luna' AND batch AND "Who?" = 'user-a+b'$$,
    '[{"models": ["gpt-6-luna"], "batch": ["true"], "user_ids": ["user-a+b"]}]'),
  ('two columns, OR', 'typed', $$model = 'gpt-6-luna' OR batch$$, '[{}]'),
  ('one column with the other', 'typed', $$model = "Who?"$$, '[{}]'),
  ('row', 'typed', $$(model, batch) = ('gpt-6-luna', false)$$,
    '[{"models": ["gpt-6-luna"], "batch": ["false"]}]'),
  ('rows', 'typed', $$(model, batch) IN (('gpt-6-luna', false), ('gpt-6-astra', true))$$, '[{}]'),
  -- many values
  ('100 values', 'typed', $$
    model = ANY (ARRAY(SELECT 'gpt-' || g FROM generate_series(1, 99) AS g)
      || 'gpt-6-luna'::text)$$,
    :'hundred'),
  ('many values, few in both', 'typed', $$
    model = ANY (ARRAY(SELECT 'gpt-' || g FROM generate_series(1, 1000) AS g)
      || 'gpt-6-luna'::text)
    AND model IN ('gpt-7', 'gpt-6-luna', 'x')$$,
    '[{"models": ["gpt-6-luna", "gpt-7"]}]'),
  -- an equality that also holds for other values is none of the API's
  ('nondeterministic', 'any_case', $$model = 'GPT-6-luna'$$, '[{}]'),
  ('nondeterministic IN', 'any_case', $$model IN ('GPT-6-luna', 'gpt-6-ASTRA')$$, '[{}]'),
  ('nondeterministic, compared as "C"', 'any_case', $$model = 'gpt-6-luna' COLLATE "C"$$,
    '[{"models": ["gpt-6-luna"]}]'),
  ('nondeterministic in the clause', 'typed', $$
    model = 'GPT-6-luna' COLLATE usage_extra.ignore_case$$, '[{}]');

-- parameters
INSERT INTO own_case (form, name, clause, asks, types, args) VALUES
  ('varchar = $1', 'typed', $$model = $1$$, '[{"models": ["gpt-6-luna"]}]',
    'varchar', '{''gpt-6-luna''}'),
  ('varchar = ANY ($1)', 'typed', $$model = ANY ($1)$$, '[{"models": ["gpt-6-luna"]}]',
    'varchar[]', '{"ARRAY[''gpt-6-luna'', NULL]"}'),
  ('domain = $1', 'typed', $$"Who?" = $1$$, '[{"user_ids": ["user-a+b"]}]',
    'usage_extra.label', '{''user-a+b''}'),
  ('nondeterministic = $1', 'any_case', $$model = $1$$, '[{}]', 'text', '{''GPT-6-luna''}');

SELECT :'icu' = 'f' AS no_icu \gset
\if :no_icu
DELETE FROM own_case WHERE form LIKE 'nondeterministic%';
\endif
CALL pg_temp.run_own_cases();

-- Arrays with brackets, which the simulator takes as well.
ALTER SERVER openai OPTIONS (ADD array_format 'brackets');
INSERT INTO own_case (form, name, clause, asks) VALUES
  ('brackets', 'formatted', $$
    model IN ('gpt-6-luna', 'gpt-6-astra') AND api_key_id = 'key_a,b' AND NOT batch$$,
    '[{"models[]": ["gpt-6-astra", "gpt-6-luna"], "api_key_ids[]": ["key_a,b"],
       "batch": ["false"]}]');
CALL pg_temp.run_own_cases();

-- Commas separate values: one that has a comma can't be sent.
ALTER SERVER openai OPTIONS (SET array_format 'comma');
\! "$USAGE_SIMULATOR_CONTROL" set array_format=comma >/dev/null
INSERT INTO own_case (form, name, clause, asks) VALUES
  ('comma', 'formatted', $$model IN ('gpt-6-luna', 'gpt-6-astra') AND batch$$,
    '[{"models": ["gpt-6-astra,gpt-6-luna"], "batch": ["true"]}]'),
  ('comma, one value', 'formatted', $$api_key_id = 'key_7&8'$$, '[{"api_key_ids": ["key_7&8"]}]'),
  ('comma in value', 'formatted', $$api_key_id = 'key_a,b'$$, '[{}]'),
  ('comma in one of the values', 'formatted', $$
    api_key_id IN ('key_a,b', 'key_1') AND model = 'gpt-6-luna'$$,
    '[{"models": ["gpt-6-luna"]}]');
CALL pg_temp.run_own_cases();
\! "$USAGE_SIMULATOR_CONTROL" set array_format=any >/dev/null
ALTER SERVER openai OPTIONS (DROP array_format);
\i test/lib/recorded.sql

-- What each case asked for, as far as it goes into a line.
CREATE TEMP VIEW judged AS
SELECT c.*, a.rows, a.missing, a.surplus, a.error, r.filters
FROM cases AS c LEFT JOIN answered AS a USING (id)
LEFT JOIN LATERAL (
  SELECT jsonb_agg(r.parameters - ARRAY['start_time', 'end_time', 'bucket_width', 'limit',
    'group_by', 'group_by[]'] ORDER BY seq) AS filters
  FROM recorded AS r WHERE r.id = c.id) AS r ON true;
SELECT subject, form,
  (SELECT string_agg(left(f::text, 70), ' ' ORDER BY n)
   FROM jsonb_array_elements(filters) WITH ORDINALITY AS e(f, n)) AS asked
FROM judged WHERE form NOT LIKE 'nondeterministic%' ORDER BY id;

-- What failed: asked something else, answered something else, or found nothing
-- where there is something to be found.
SELECT subject, form, expected, filters, rows, missing, surplus, error
FROM judged
WHERE filters IS DISTINCT FROM expected
   OR missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0
   OR (rows = 0 AND form ~ '^(varchar|domain|char|COLLATE|nondeterministic)|^comma in value')
ORDER BY id;

-- enable_pushdown leaves it all to the executor.
TRUNCATE cases;
SET usage_fdw.enable_pushdown = off;
INSERT INTO own_case (form, name, clause, asks) VALUES
  ('off', 'typed', $$model = 'gpt-6-luna' AND batch$$, '[{}]');
CALL pg_temp.run_own_cases();
RESET usage_fdw.enable_pushdown;
INSERT INTO own_case (form, name, clause, asks) VALUES
  ('on', 'typed', $$model = 'gpt-6-luna' AND batch$$, '[{}]');
CALL pg_temp.run_own_cases();
\i test/lib/recorded.sql
SELECT c.form, count(r.id) AS requests, count(DISTINCT r.parameters->'models') AS narrowed,
       a.rows > 0 AS found, a.missing, a.surplus, a.error
FROM cases AS c JOIN answered AS a USING (id) LEFT JOIN recorded AS r USING (id)
GROUP BY c.id, a.rows, a.missing, a.surplus, a.error ORDER BY c.id;

DROP SCHEMA relation, usage_extra CASCADE;
