--
-- Filters: for every endpoint and every filter of the catalogue, each form of
-- a clause is run, and both what was asked and the answer are compared with
-- what SQL alone makes of the events.
--
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql

SET client_min_messages = warning;

-- All dimensions, also those that are imported only on demand, over 8 days:
-- one request where nothing else is asked for.
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage_extra OPTIONS (extra_dimensions 'true');
SELECT (now() AT TIME ZONE 'UTC')::date - 8 AS first_day,
       (now() AT TIME ZONE 'UTC')::date AS end_day \gset
\set ECHO none
\set QUIET on
SELECT format('CREATE TABLE relation.%1$I AS SELECT * FROM oracle.%1$I WHERE day >= %2$L AND day < %3$L',
              endpoint, :'first_day', :'end_day')
FROM usage_fdw_columns() GROUP BY endpoint
\gexec
\set QUIET off
\set ECHO all

-- Values of each dimension: the most frequent ones that its filter accepts,
-- one that needs percent-encoding, and one that a listed filter refuses.
CREATE TEMP TABLE picked (
  endpoint text, col text, filter text, listed boolean, key text, value text);
CREATE PROCEDURE pg_temp.pick_values(c record) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($query$
    WITH found AS (
      SELECT %2$I::text AS value, count(*) AS n,
             %4$L::text[] IS NULL OR %2$I = ANY (%4$L::text[]) AS accepted
      FROM relation.%1$I WHERE %2$I IS NOT NULL GROUP BY %2$I),
    ranked AS (SELECT *, row_number() OVER (ORDER BY n DESC, value) AS r FROM found WHERE accepted)
    INSERT INTO picked
    SELECT %1$L, %2$L, %3$L, %4$L::text[] IS NOT NULL, key, value
    FROM (VALUES
      ('a', (SELECT value FROM ranked WHERE r = 1)),
      ('b', (SELECT value FROM ranked WHERE r = 2)),
      ('c', coalesce((SELECT value FROM ranked WHERE r = 3), 'gone')),
      ('encoded', coalesce((SELECT value FROM ranked WHERE value ~ '[^A-Za-z0-9._~-]' ORDER BY r LIMIT 1), 'a b')),
      ('nasty', E'a b&c=d+e%%25/?#"\\''[],{};:@<>|'),
      ('refused', coalesce((SELECT value FROM found WHERE NOT accepted ORDER BY n DESC LIMIT 1), 'gone')),
      ('empty', '')) AS v(key, value)$query$,
    c.endpoint, c.column_name, c.filter, c.accepted_values);
END $$;
DO $$
DECLARE c record;
BEGIN
  FOR c IN SELECT * FROM usage_fdw_columns() WHERE filter IS NOT NULL AND data_type = 'text'::regtype LOOP
    CALL pg_temp.pick_values(c);
  END LOOP;
END $$;
-- the planner is to know that one row is one row, for joins
ANALYZE picked;

-- How often each filter is there, and whether all values could be picked.
SELECT filter, count(DISTINCT endpoint) AS endpoints, bool_and(value IS NOT NULL) AS picked
FROM picked GROUP BY filter ORDER BY filter;

-- The forms of a clause.  In it, $col is the column, $a a literal; "sent" says
-- which values are asked for: NULL where the clause is local, none where there
-- is to be no request.  Values that a listed filter refuses are never sent.
CREATE TEMP TABLE form (
  form text PRIMARY KEY, clause text, sent text, types text DEFAULT '', args text[] DEFAULT '{}');
INSERT INTO form (form, clause, sent) VALUES
  ('=', '$col = $a', 'a'),
  ('reversed', '$a = $col', 'a'),
  ('IN', '$col IN ($b, $a)', 'a b'),
  ('IN one', '$col IN ($a)', 'a'),
  ('= ANY constant', '$col = ANY (ARRAY[$a, $c])', 'a c'),
  ('OR', '$col = $a OR $b = $col', 'a b'),
  ('OR of IN', '$col = $a OR $col IN ($c, $b) OR $col = $b', 'a b c'),
  ('duplicates', '$col IN ($b, $a, $a, $b, $a)', 'a b'),
  ('NULL in array', '$col = ANY (ARRAY[$a, NULL, $b])', 'a b'),
  ('NULL in IN', '$col IN ($a, NULL)', 'a'),
  ('array of two dimensions', '$col = ANY (ARRAY[ARRAY[$a, $b], ARRAY[$c, NULL]])', 'a b c'),
  ('percent-encoded', '$col = $encoded', 'encoded'),
  ('percent-encoded in IN', '$col IN ($encoded, $nasty)', 'encoded nasty'),
  ('nasty', '$col = $nasty', 'nasty'),
  ('refused', '$col = $refused', 'refused'),
  ('one of them refused', '$col IN ($a, $refused)', 'a refused'),
  ('refused is contradicted', '$col IN ($a, $refused) AND $col IN ($a, $b)', 'a'),
  ('sub-select', '$col = (SELECT value FROM picked WHERE endpoint = $endpoint AND col = $name AND key = ''a'')', 'a'),
  ('sub-select, reversed', '(SELECT value FROM picked WHERE endpoint = $endpoint AND col = $name AND key = ''a'') = $col', 'a'),
  ('sub-select of NULL', '$col = (SELECT value FROM picked WHERE false)', 'none'),
  ('ARRAY(sub-select)', '$col = ANY (ARRAY(SELECT value FROM picked WHERE endpoint = $endpoint AND col = $name AND key IN (''a'', ''b'')))', 'a b'),
  ('array sub-select', '$col = ANY ((SELECT array_agg(value) FROM picked WHERE endpoint = $endpoint AND col = $name AND key IN (''a'', ''b''))::text[])', 'a b'),
  ('ARRAY(empty sub-select)', '$col = ANY (ARRAY(SELECT value FROM picked WHERE false))', 'none'),
  ('stable function', '$col = coalesce(nullif(current_setting(''usage.none'', true), ''''), $a)', 'a'),
  ('NULL', '$col = NULL', 'none'),
  ('array of NULL', '$col = ANY (ARRAY[NULL]::text[])', 'none'),
  ('empty array', '$col = ANY (''{}''::text[])', 'none'),
  ('contradiction', '$col = $a AND $col = $b', 'none'),
  ('contradiction of IN', '$col IN ($a, $b) AND $col = ANY (ARRAY[$c, $nasty])', 'none'),
  ('contradiction of sub-select', '$col = $a AND $col = (SELECT $b::text)', 'none'),
  ('AND', '$col IN ($a, $b) AND $col IN ($c, $b)', 'b'),
  ('AND of OR', '($col = $a OR $col = $b) AND $col = ANY (ARRAY[$b, $c])', 'b'),
  ('AND with local', '$col = $a AND $col LIKE ''%''', 'a'),
  ('COLLATE "C"', '$col = $a COLLATE "C"', 'a'),
  ('varchar', '$col = $a::varchar', 'a'),
  ('varchar array', '$col = ANY (ARRAY[$a, $b]::varchar[])', 'a b'),
  ('column as varchar', '$col::varchar = $a', 'a'),
  ('NOT of <>', 'NOT ($col <> $a)', 'a'),
  ('<>', '$col <> $a', NULL),
  ('NOT IN', '$col NOT IN ($a, $b)', NULL),
  ('<> ALL', '$col <> ALL (ARRAY[$a])', NULL),
  ('= ALL', '$col = ALL (ARRAY[$a])', NULL),
  ('= ALL of none', '$col = ALL (''{}''::text[])', NULL),
  ('<> ANY', '$col <> ANY (ARRAY[$a])', NULL),
  ('>= ANY', '$col >= ANY (ARRAY[$a])', NULL),
  ('<', '$col < $a', NULL),
  ('BETWEEN', '$col BETWEEN $a AND $a', NULL),
  ('LIKE', '$col LIKE ''%e%''', NULL),
  ('regular expression', '$col ~ ''e''', NULL),
  ('IS NULL', '$col IS NULL', NULL),
  ('IS NOT NULL', '$col IS NOT NULL', NULL),
  ('= OR IS NULL', '$col = $a OR $col IS NULL', NULL),
  ('= OR other column', '$col = $a OR day = $first_day::date + 1', NULL),
  ('NOT =', 'NOT $col = $a', NULL),
  ('IS NOT DISTINCT FROM', '$col IS NOT DISTINCT FROM $a', NULL),
  ('IS TRUE', '($col = $a) IS TRUE', NULL),
  ('IS NOT TRUE', '($col = $a) IS NOT TRUE', NULL),
  ('function', 'upper($col) = upper($a)', NULL),
  ('concatenation', '$col || '''' = $a', NULL),
  ('CASE', 'CASE $col WHEN $a THEN true ELSE false END', NULL),
  ('bpchar', '$col::bpchar = $a::bpchar', NULL),
  ('column itself', '$col = $col', NULL),
  ('volatile', '$col = left($a, 1000 + (random() * 0)::int)', NULL),
  ('empty string', '$col = $empty', NULL),
  ('empty string in IN', '$col IN ($a, $empty)', NULL),
  ('semi-join', '$col IN (SELECT value FROM picked WHERE endpoint = $endpoint AND col = $name AND key = ''a'')', 'a'),
  ('outer column', '$col = p.value', 'each');
INSERT INTO form VALUES
  ('= $1', '$col = $1', 'a', 'text', '{$a}'),
  ('$1 =', '$1 = $col', 'a', 'text', '{$a}'),
  ('= $1 of varchar', '$col = $1', 'a', 'varchar', '{$a}'),
  ('= $1 of NULL', '$col = $1', 'none', 'text', '{"NULL"}'),
  ('IN ($1, $2)', '$col IN ($1, $2)', 'a b', 'text, text', '{"$b, $a"}'),
  ('IN ($1, $2) of NULL', '$col IN ($1, $2)', 'b', 'text, text', '{"$b, NULL"}'),
  ('= ANY ($1)', '$col = ANY ($1)', 'a b', 'text[]', '{"ARRAY[$b, $a]"}'),
  ('= ANY ($1) with NULLs', '$col = ANY ($1)', 'a b', 'text[]', '{"ARRAY[NULL, $b, NULL, $a, $b]"}'),
  ('= ANY ($1) of nothing', '$col = ANY ($1)', 'none', 'text[]', '{"''{}''"}'),
  ('= ANY ($1) of NULL', '$col = ANY ($1)', 'none', 'text[]', '{"NULL"}'),
  ('$1 OR', '$col = $1 OR $col = ANY ($2)', 'a b encoded', 'text, text[]', '{"$a, ARRAY[$b, $encoded]"}'),
  ('$1 AND', '$col = $1 AND $col = $2', 'none', 'text, text', '{"$a, $b"}'),
  ('$1 twice', '$col = $1 AND $col = ANY ($2)', 'a', 'text, text[]', '{"$a, ARRAY[$b, $a]"}'),
  ('= $1, percent-encoded', '$col = $1', 'encoded', 'text', '{$encoded}'),
  ('= $1, refused', '$col = $1', 'refused', 'text', '{$refused}'),
  ('= $1, empty string', '$col = $1', NULL, 'text', '{$empty}'),
  ('<> $1', '$col <> $1', NULL, 'text', '{$a}');

-- These are run for every column, the others for some.
CREATE TEMP TABLE core_form AS SELECT unnest(ARRAY[
  '=', 'reversed', 'IN', 'OR', '= $1', '= ANY ($1)', 'sub-select', 'ARRAY(sub-select)',
  'percent-encoded', 'nasty', 'refused', 'one of them refused', 'duplicates', 'NULL in array',
  'empty array', '= $1 of NULL', 'contradiction', 'AND', '<>', 'LIKE', 'IS NULL', 'outer column']) AS form;

-- A boolean has one value in a request.
CREATE TEMP TABLE boolean_form (LIKE form INCLUDING ALL);
INSERT INTO boolean_form (form, clause, sent) VALUES
  ('column', '$col', 'true'),
  ('NOT', 'NOT $col', 'false'),
  ('NOT NOT', 'NOT NOT $col', 'true'),
  ('= true', '$col = true', 'true'),
  ('= false', '$col = false', 'false'),
  ('reversed', 'false = $col', 'false'),
  ('<> true', '$col <> true', 'false'),
  ('IS TRUE', '$col IS TRUE', 'true'),
  ('IS FALSE', '$col IS FALSE', 'false'),
  ('IN (true)', '$col IN (true)', 'true'),
  ('sub-select', '$col = (SELECT false)', 'false'),
  ('AND', '$col AND $col = (SELECT true)', 'true'),
  ('OR of the same', '$col OR $col = (SELECT true)', 'true'),
  ('NULL', '$col = NULL', 'none'),
  ('sub-select of NULL', '$col = (SELECT NULL::boolean)', 'none'),
  ('contradiction', '$col AND NOT $col', 'none'),
  ('contradiction of sub-select', '$col AND $col = (SELECT false)', 'none'),
  ('OR of both', '$col OR NOT $col', NULL),
  ('IN (true, false)', '$col IN (true, false)', NULL),
  ('= ANY', '$col = ANY (ARRAY[true, NULL])', NULL),
  ('<> sub-select', '$col <> (SELECT true)', NULL),
  ('>= true', '$col >= true', NULL),
  ('IS NOT TRUE', '$col IS NOT TRUE', NULL),
  ('IS NOT FALSE', '$col IS NOT FALSE', NULL),
  ('IS UNKNOWN', '$col IS UNKNOWN', NULL),
  ('IS NOT UNKNOWN', '$col IS NOT UNKNOWN', NULL),
  ('IS NULL', '$col IS NULL', NULL),
  ('IS NOT DISTINCT FROM', '$col IS NOT DISTINCT FROM true', NULL),
  ('coalesce', 'coalesce($col, true)', NULL),
  ('text', '$col::text = ''true''', NULL);
INSERT INTO boolean_form VALUES
  ('= $1', '$col = $1', 'true', 'boolean', '{true}'),
  ('$1 =', '$1 = $col', 'false', 'boolean', '{false}'),
  ('= $1 of NULL', '$col = $1', 'none', 'boolean', '{"NULL"}'),
  ('= $1 OR', '$col = $1 OR $col = $2', NULL, 'boolean, boolean', '{"true, false"}');

-- A clause with its names and literals; the longest names first, so that none
-- is taken for the start of another.
CREATE FUNCTION pg_temp.fill_in(clause text, endpoint text, col text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT key, quote_literal(value) AS value FROM picked AS p
      WHERE p.endpoint = $2 AND p.col = $3
      UNION ALL VALUES ('col', format('t.%I', col)), ('name', quote_literal(col)), ('endpoint', quote_literal(endpoint)),
        ('first_day', quote_literal((now() AT TIME ZONE 'UTC')::date - 8))
      ORDER BY 1 DESC LOOP
    clause := regexp_replace(clause, '\$' || v.key || '\M', replace(v.value, '\', '\\'), 'g');
  END LOOP;
  RETURN clause;
END $$;

-- The filters of each request that a form is to make.
CREATE FUNCTION pg_temp.filters(endpoint text, col text, sent text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE
    WHEN sent IS NULL OR bool_or(listed AND NOT accepted) THEN '[{}]'
    WHEN sent = 'none' THEN '[]'
    WHEN sent IN ('true', 'false') THEN jsonb_build_array(jsonb_build_object('batch', jsonb_build_array(sent)))
    WHEN sent = 'each' THEN jsonb_agg(jsonb_build_object(filter, jsonb_build_array(value)) ORDER BY key)
    ELSE jsonb_build_array(jsonb_build_object(min(filter), jsonb_agg(DISTINCT value COLLATE "C")))
  END
  FROM (SELECT p.filter, p.listed, p.key, p.value,
               p.key NOT IN ('encoded', 'nasty', 'refused', 'c') OR p.value = ANY (c.accepted_values) AS accepted
        FROM picked AS p
        JOIN usage_fdw_columns() AS c ON c.endpoint = p.endpoint AND c.column_name = p.col
        WHERE p.endpoint = $1 AND p.col = $2
          AND p.key = ANY (string_to_array(CASE sent WHEN 'each' THEN 'a b' ELSE sent END, ' '))) AS asked
$$;

INSERT INTO cases (endpoint, subject, form, foreign_table, oracle, query, types, args, plan, expected)
SELECT c.endpoint, c.column_name, f.form,
       'usage_extra.' || c.endpoint, 'relation.' || c.endpoint,
       format('FROM %s WHERE %s AND t.day >= %L AND t.day < %L',
         CASE WHEN f.sent = 'each' THEN format(
           '(SELECT value FROM picked WHERE endpoint = %L AND col = %L AND key IN (''a'', ''b'') ORDER BY key) AS p
            CROSS JOIN LATERAL (SELECT * FROM {t} AS t WHERE %s OFFSET 0) AS t',
           c.endpoint, c.column_name,
           format('%s AND t.day >= %L AND t.day < %L', pg_temp.fill_in(f.clause, c.endpoint, c.column_name), :'first_day', :'end_day'))
         ELSE '{t} AS t' END,
         CASE WHEN f.sent = 'each' THEN 'true' ELSE '(' || pg_temp.fill_in(f.clause, c.endpoint, c.column_name) || ')' END,
         :'first_day', :'end_day'),
       f.types, ARRAY(SELECT pg_temp.fill_in(a, c.endpoint, c.column_name) FROM unnest(f.args) AS a), p.plan,
       pg_temp.filters(c.endpoint, c.column_name, f.sent)
FROM usage_fdw_columns() AS c
JOIN (SELECT 'text'::regtype AS data_type, * FROM form
      UNION ALL SELECT 'boolean'::regtype, * FROM boolean_form) AS f ON f.data_type = c.data_type
CROSS JOIN LATERAL (SELECT unnest(CASE f.types WHEN '' THEN '{auto}'
  ELSE '{force_custom_plan,force_generic_plan}' END::text[])) AS p(plan)
WHERE c.filter IS NOT NULL
  AND (c.data_type = 'boolean'::regtype OR f.form IN (SELECT form FROM core_form)
       OR (c.endpoint, c.column_name) IN (('completions', 'model'), ('costs', 'line_item'), ('images', 'size')));

CALL pg_temp.run_cases();
\i test/lib/recorded.sql

-- What a request holds besides filters, by endpoint: all of them the same.
CREATE TEMP VIEW bare_request AS
SELECT c.endpoint, jsonb_build_object(
    'start_time', jsonb_build_array(extract(epoch FROM :'first_day'::timestamp)::bigint::text),
    'end_time', jsonb_build_array(extract(epoch FROM :'end_day'::timestamp)::bigint::text),
    'bucket_width', '["1d"]'::jsonb,
    'limit', '["8"]'::jsonb,
    'group_by', jsonb_agg(c.column_name)) AS parameters
FROM usage_fdw_columns() AS c
WHERE c.role = 'dimension'
GROUP BY c.endpoint;

-- The cases, and what failed: asked something else, answered something else,
-- or found nothing where there is something to be found.
CREATE TEMP VIEW judged AS
SELECT c.*, a.rows, a.missing, a.surplus, a.error, r.filters, r.bare
FROM cases AS c
LEFT JOIN answered AS a USING (id)
LEFT JOIN LATERAL (
  SELECT coalesce(jsonb_agg(r.parameters - ARRAY['start_time', 'end_time', 'bucket_width', 'limit', 'group_by'] ORDER BY r.seq), '[]') AS filters,
         coalesce(bool_and(r.endpoint = c.endpoint AND r.parameters @> b.parameters AND
           r.parameters->'group_by' = b.parameters->'group_by'), true) AS bare
  FROM recorded AS r JOIN bare_request AS b ON b.endpoint = c.endpoint
  WHERE r.id = c.id) AS r ON true;

SELECT endpoint, subject, count(*) AS cases, count(*) FILTER (WHERE expected = '[]') AS not_asked,
       count(*) FILTER (WHERE expected <> '[]' AND expected <> '[{}]') AS narrowed,
       count(*) FILTER (WHERE expected = '[{}]') AS local
FROM judged GROUP BY GROUPING SETS ((endpoint, subject), ()) ORDER BY 1, 2;

SELECT endpoint, subject, form, plan, expected, filters, bare, rows, missing, surplus, error, query, types, args
FROM judged
WHERE filters IS DISTINCT FROM expected OR NOT bare
   OR missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0
   OR (rows > 0) IS DISTINCT FROM CASE
        WHEN expected = '[]' OR form ~ 'nasty|empty string$' THEN false
        WHEN expected <> '[{}]' AND query || args::text !~ $$'(gone|a b)'$$ THEN true
        ELSE rows > 0 END
ORDER BY id LIMIT 20;

--
-- Tables of the user's own: columns of other types, names and collations, and
-- the other ways of writing arrays.
--
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
SELECT day, model::varchar, batch, user_id AS "Who?", api_key_id::char(20), project_id COLLATE "C" AS project_id,
       service_tier, sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Equality that ignores case; without ICU there is none to be tested.
CREATE FUNCTION pg_temp.with_icu() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  CREATE COLLATION usage_extra.ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
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
SELECT day, model COLLATE usage_extra.ignore_case AS model, sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, model;

CREATE FOREIGN TABLE usage_extra.formatted (
  day date, model text, api_key_id text, batch boolean, input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE VIEW relation.formatted AS
SELECT day, model, api_key_id, batch, sum(input_tokens)::bigint AS input_tokens
FROM relation.completions GROUP BY 1, 2, 3, 4;

-- The request of each case is shown: only names of the organization that do
-- not change with time are used.
CREATE PROCEDURE pg_temp.add_case(form text, name text, clause text, expected jsonb DEFAULT '[{}]',
  types text DEFAULT '', args text[] DEFAULT '{}') LANGUAGE sql AS $$
  INSERT INTO cases (endpoint, subject, form, foreign_table, oracle, query, types, args, expected)
  VALUES ('completions', name, form, 'usage_extra.' || name, 'relation.' || name,
    format('FROM {t} AS t WHERE (%s) AND t.day >= %L AND t.day < %L', clause,
      (now() AT TIME ZONE 'UTC')::date - 8, (now() AT TIME ZONE 'UTC')::date),
    types, args, expected)
$$;
SELECT jsonb_build_array(jsonb_build_object('models', jsonb_agg(v ORDER BY v COLLATE "C"))) AS hundred
FROM (SELECT 'gpt-' || g FROM generate_series(1, 99) AS g UNION ALL SELECT 'gpt-6-luna') AS x(v) \gset
TRUNCATE cases;
CALL pg_temp.add_case('varchar', 'typed', $$model = 'gpt-6-luna'$$, '[{"models": ["gpt-6-luna"]}]');
CALL pg_temp.add_case('varchar IN', 'typed', $$model IN ('gpt-6-luna', 'gpt-6-astra')$$, '[{"models": ["gpt-6-astra", "gpt-6-luna"]}]');
CALL pg_temp.add_case('varchar = $1', 'typed', $$model = $1$$, '[{"models": ["gpt-6-luna"]}]', 'varchar', '{''gpt-6-luna''}');
CALL pg_temp.add_case('varchar = ANY ($1)', 'typed', $$model = ANY ($1)$$, '[{"models": ["gpt-6-luna"]}]', 'varchar[]', '{"ARRAY[''gpt-6-luna'', NULL]"}');
CALL pg_temp.add_case('domain', 'typed', $$"Who?" = 'user-a+b'$$, '[{"user_ids": ["user-a+b"]}]');
CALL pg_temp.add_case('domain = $1', 'typed', $$"Who?" = $1$$, '[{"user_ids": ["user-a+b"]}]', 'usage_extra.label', '{''user-a+b''}');
CALL pg_temp.add_case('domain IN', 'typed', $$"Who?" IN ('user-a+b', 'user-back\slash')$$, '[{"user_ids": ["user-a+b", "user-back\\slash"]}]');
CALL pg_temp.add_case('char(n)', 'typed', $$api_key_id = 'key_1'$$);
CALL pg_temp.add_case('char(n) as text', 'typed', $$api_key_id::text = 'key_1'$$);
CALL pg_temp.add_case('char(n) IN', 'typed', $$api_key_id IN ('key_1', 'key_2')$$);
CALL pg_temp.add_case('COLLATE "C" column', 'typed', $$project_id = 'proj_R&D=1'$$, '[{"project_ids": ["proj_R&D=1"]}]');
CALL pg_temp.add_case('no filter', 'typed', $$service_tier = 'flex'$$);
CALL pg_temp.add_case('no filter, empty string', 'typed', $$service_tier = ''$$);
CALL pg_temp.add_case('measure', 'typed', $$input_tokens > 100$$);
CALL pg_temp.add_case('two columns', 'typed', $$model = 'gpt-6-luna' AND batch AND "Who?" = 'user-a+b'$$,
  '[{"models": ["gpt-6-luna"], "batch": ["true"], "user_ids": ["user-a+b"]}]');
CALL pg_temp.add_case('two columns, OR', 'typed', $$model = 'gpt-6-luna' OR batch$$);
CALL pg_temp.add_case('one column with the other', 'typed', $$model = "Who?"$$);
CALL pg_temp.add_case('row', 'typed', $$(model, batch) = ('gpt-6-luna', false)$$, '[{"models": ["gpt-6-luna"], "batch": ["false"]}]');
CALL pg_temp.add_case('rows', 'typed', $$(model, batch) IN (('gpt-6-luna', false), ('gpt-6-astra', true))$$);
CALL pg_temp.add_case('100 values', 'typed', $$model = ANY (ARRAY(SELECT 'gpt-' || g FROM generate_series(1, 99) AS g) || 'gpt-6-luna'::text)$$,
  :'hundred');
CALL pg_temp.add_case('many values, few in both', 'typed', $$model = ANY (ARRAY(SELECT 'gpt-' || g FROM generate_series(1, 1000) AS g) || 'gpt-6-luna'::text) AND model IN ('gpt-7', 'gpt-6-luna', 'x')$$,
  '[{"models": ["gpt-6-luna", "gpt-7"]}]');
CALL pg_temp.add_case('nondeterministic', 'any_case', $$model = 'GPT-6-luna'$$);
CALL pg_temp.add_case('nondeterministic IN', 'any_case', $$model IN ('GPT-6-luna', 'gpt-6-ASTRA')$$);
CALL pg_temp.add_case('nondeterministic = $1', 'any_case', $$model = $1$$, '[{}]', 'text', '{''GPT-6-luna''}');
CALL pg_temp.add_case('nondeterministic, compared as "C"', 'any_case', $$model = 'gpt-6-luna' COLLATE "C"$$, '[{"models": ["gpt-6-luna"]}]');
CALL pg_temp.add_case('nondeterministic in the clause', 'typed', $$model = 'GPT-6-luna' COLLATE usage_extra.ignore_case$$);
SELECT :'icu' = 'f' AS no_icu \gset
\if :no_icu
\set QUIET on
DELETE FROM cases WHERE form LIKE 'nondeterministic%';
\set QUIET off
\endif
CALL pg_temp.run_cases();

-- Arrays with brackets, which the simulator takes as well.
ALTER SERVER openai OPTIONS (ADD array_format 'brackets');
CALL pg_temp.add_case('brackets', 'formatted', $$model IN ('gpt-6-luna', 'gpt-6-astra') AND api_key_id = 'key_a,b' AND NOT batch$$,
  '[{"models[]": ["gpt-6-astra", "gpt-6-luna"], "api_key_ids[]": ["key_a,b"], "batch": ["false"]}]');
CALL pg_temp.run_cases();

-- Commas separate values: one that has a comma can't be sent.
ALTER SERVER openai OPTIONS (SET array_format 'comma');
\! "$USAGE_SIMULATOR_CONTROL" set array_format=comma >/dev/null
CALL pg_temp.add_case('comma', 'formatted', $$model IN ('gpt-6-luna', 'gpt-6-astra') AND batch$$,
  '[{"models": ["gpt-6-astra,gpt-6-luna"], "batch": ["true"]}]');
CALL pg_temp.add_case('comma, one value', 'formatted', $$api_key_id = 'key_7&8'$$, '[{"api_key_ids": ["key_7&8"]}]');
CALL pg_temp.add_case('comma in value', 'formatted', $$api_key_id = 'key_a,b'$$);
CALL pg_temp.add_case('comma in one of the values', 'formatted', $$api_key_id IN ('key_a,b', 'key_1') AND model = 'gpt-6-luna'$$, '[{"models": ["gpt-6-luna"]}]');
CALL pg_temp.run_cases();
\! "$USAGE_SIMULATOR_CONTROL" set array_format=any >/dev/null
ALTER SERVER openai OPTIONS (DROP array_format);
\i test/lib/recorded.sql

SELECT subject, form,
  (SELECT string_agg(left((r.parameters - ARRAY['start_time', 'end_time', 'bucket_width', 'limit', 'group_by', 'group_by[]'])::text, 70), ' ' ORDER BY seq)
   FROM recorded AS r WHERE r.id = c.id) AS asked
FROM cases AS c WHERE form NOT LIKE 'nondeterministic%' ORDER BY id;

SELECT c.subject, c.form, c.expected, r.filters, a.rows, a.missing, a.surplus, a.error
FROM cases AS c LEFT JOIN answered AS a USING (id)
LEFT JOIN LATERAL (
  SELECT jsonb_agg(r.parameters - ARRAY['start_time', 'end_time', 'bucket_width', 'limit', 'group_by', 'group_by[]'] ORDER BY seq) AS filters
  FROM recorded AS r WHERE r.id = c.id) AS r ON true
WHERE r.filters IS DISTINCT FROM c.expected
   OR a.missing IS DISTINCT FROM 0 OR a.surplus IS DISTINCT FROM 0
   OR (a.rows = 0 AND c.form ~ '^(varchar|domain|char|COLLATE|nondeterministic)|^comma in value')
ORDER BY c.id;

-- enable_pushdown leaves it all to the executor.
TRUNCATE cases;
SET usage_fdw.enable_pushdown = off;
CALL pg_temp.add_case('off', 'typed', $$model = 'gpt-6-luna' AND batch$$);
CALL pg_temp.run_cases();
RESET usage_fdw.enable_pushdown;
CALL pg_temp.add_case('on', 'typed', $$model = 'gpt-6-luna' AND batch$$);
CALL pg_temp.run_cases();
\i test/lib/recorded.sql
SELECT c.form, count(r.id) AS requests, count(DISTINCT r.parameters->'models') AS narrowed,
       a.rows > 0 AS found, a.missing, a.surplus, a.error
FROM cases AS c JOIN answered AS a USING (id) LEFT JOIN recorded AS r USING (id)
GROUP BY c.id, a.rows, a.missing, a.surplus, a.error ORDER BY c.id;

DROP SCHEMA relation, usage_extra CASCADE;
