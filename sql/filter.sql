--
-- Filters: for every endpoint and every filter of the catalogue, each form of
-- a clause is run, and both what was asked and the answer are compared with
-- what SQL alone makes of the events.
--
\i test/lib/filter.sql

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
    ranked AS (
      SELECT *, row_number() OVER (ORDER BY n DESC, value) AS r FROM found WHERE accepted)
    INSERT INTO picked
    SELECT %1$L, %2$L, %3$L, %4$L::text[] IS NOT NULL, key, value
    FROM (VALUES
      ('a', (SELECT value FROM ranked WHERE r = 1)),
      ('b', (SELECT value FROM ranked WHERE r = 2)),
      ('c', coalesce((SELECT value FROM ranked WHERE r = 3), 'gone')),
      ('encoded', coalesce((SELECT value FROM ranked WHERE value ~ '[^A-Za-z0-9._~-]'
        ORDER BY r LIMIT 1), 'a b')),
      ('nasty', E'a b&c=d+e%%25/?#"\\''[],{};:@<>|'),
      ('refused', coalesce((SELECT value FROM found WHERE NOT accepted
        ORDER BY n DESC LIMIT 1), 'gone')),
      ('empty', '')) AS v(key, value)$query$,
    c.endpoint, c.column_name, c.filter, c.accepted_values);
END $$;
DO $$
DECLARE c record;
BEGIN
  FOR c IN SELECT * FROM usage_fdw_columns()
      WHERE filter IS NOT NULL AND kind = 'usage' AND data_type = 'text'::regtype LOOP
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
\set ECHO none
\set QUIET on
CREATE TEMP TABLE form (
  form text PRIMARY KEY, clause text, sent text, types text DEFAULT '', args text[] DEFAULT '{}');
INSERT INTO form (form, clause, sent) VALUES
  -- one value, or several of them, however they are written
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
  -- characters that a URL has another meaning for, and values that the API refuses
  ('percent-encoded', '$col = $encoded', 'encoded'),
  ('percent-encoded in IN', '$col IN ($encoded, $nasty)', 'encoded nasty'),
  ('nasty', '$col = $nasty', 'nasty'),
  ('refused', '$col = $refused', 'refused'),
  ('one of them refused', '$col IN ($a, $refused)', 'a refused'),
  ('refused is contradicted', '$col IN ($a, $refused) AND $col IN ($a, $b)', 'a'),
  -- values that are known only when the scan begins
  ('sub-select', '$col = (SELECT value FROM picked
      WHERE endpoint = $endpoint AND col = $name AND key = ''a'')',
    'a'),
  ('sub-select, reversed', '(SELECT value FROM picked
      WHERE endpoint = $endpoint AND col = $name AND key = ''a'') = $col',
    'a'),
  ('sub-select of NULL', '$col = (SELECT value FROM picked WHERE false)', 'none'),
  ('ARRAY(sub-select)', '$col = ANY (ARRAY(SELECT value FROM picked
      WHERE endpoint = $endpoint AND col = $name AND key IN (''a'', ''b'')))',
    'a b'),
  ('array sub-select', '$col = ANY ((SELECT array_agg(value) FROM picked
      WHERE endpoint = $endpoint AND col = $name AND key IN (''a'', ''b''))::text[])',
    'a b'),
  ('ARRAY(empty sub-select)', '$col = ANY (ARRAY(SELECT value FROM picked WHERE false))', 'none'),
  ('stable function', '$col = coalesce(nullif(current_setting(''usage.none'', true), ''''), $a)',
    'a'),
  -- nothing can be equal: no request
  ('NULL', '$col = NULL', 'none'),
  ('array of NULL', '$col = ANY (ARRAY[NULL]::text[])', 'none'),
  ('empty array', '$col = ANY (''{}''::text[])', 'none'),
  ('contradiction', '$col = $a AND $col = $b', 'none'),
  ('contradiction of IN', '$col IN ($a, $b) AND $col = ANY (ARRAY[$c, $nasty])', 'none'),
  ('contradiction of sub-select', '$col = $a AND $col = (SELECT $b::text)', 'none'),
  -- of two clauses, what both allow; one that is local goes on filtering
  ('AND', '$col IN ($a, $b) AND $col IN ($c, $b)', 'b'),
  ('AND of OR', '($col = $a OR $col = $b) AND $col = ANY (ARRAY[$b, $c])', 'b'),
  ('AND with local', '$col = $a AND $col LIKE ''%''', 'a'),
  -- casts and collations that leave equality what it is
  ('COLLATE "C"', '$col = $a COLLATE "C"', 'a'),
  ('varchar', '$col = $a::varchar', 'a'),
  ('varchar array', '$col = ANY (ARRAY[$a, $b]::varchar[])', 'a b'),
  ('column as varchar', '$col::varchar = $a', 'a'),
  ('NOT of <>', 'NOT ($col <> $a)', 'a'),
  -- what is no equality with values is local
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
  -- nor is what also holds for NULL, or hides the column
  ('IS NOT DISTINCT FROM', '$col IS NOT DISTINCT FROM $a', NULL),
  ('IS TRUE', '($col = $a) IS TRUE', NULL),
  ('IS NOT TRUE', '($col = $a) IS NOT TRUE', NULL),
  ('function', 'upper($col) = upper($a)', NULL),
  ('concatenation', '$col || '''' = $a', NULL),
  ('CASE', 'CASE $col WHEN $a THEN true ELSE false END', NULL),
  ('bpchar', '$col::bpchar = $a::bpchar', NULL),
  ('column itself', '$col = $col', NULL),
  ('volatile', '$col = left($a, 1000 + (random() * 0)::int)', NULL),
  -- the empty string stands for what has no value at the API
  ('empty string', '$col = $empty', NULL),
  ('empty string in IN', '$col IN ($a, $empty)', NULL),
  -- values of other rows
  ('semi-join', '$col IN (SELECT value FROM picked
      WHERE endpoint = $endpoint AND col = $name AND key = ''a'')',
    'a'),
  ('outer column', '$col = p.value', 'each');
-- The same of parameters, with their types and values.
INSERT INTO form VALUES
  ('= $1', '$col = $1', 'a', 'text', '{$a}'),
  ('$1 =', '$1 = $col', 'a', 'text', '{$a}'),
  ('= $1 of varchar', '$col = $1', 'a', 'varchar', '{$a}'),
  ('= $1 of NULL', '$col = $1', 'none', 'text', '{"NULL"}'),
  ('IN ($1, $2)', '$col IN ($1, $2)', 'a b', 'text, text', '{"$b, $a"}'),
  ('IN ($1, $2) of NULL', '$col IN ($1, $2)', 'b', 'text, text', '{"$b, NULL"}'),
  ('= ANY ($1)', '$col = ANY ($1)', 'a b', 'text[]', '{"ARRAY[$b, $a]"}'),
  ('= ANY ($1) with NULLs', '$col = ANY ($1)', 'a b',
    'text[]', '{"ARRAY[NULL, $b, NULL, $a, $b]"}'),
  ('= ANY ($1) of nothing', '$col = ANY ($1)', 'none', 'text[]', '{"''{}''"}'),
  ('= ANY ($1) of NULL', '$col = ANY ($1)', 'none', 'text[]', '{"NULL"}'),
  ('$1 OR', '$col = $1 OR $col = ANY ($2)', 'a b encoded',
    'text, text[]', '{"$a, ARRAY[$b, $encoded]"}'),
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
  'empty array', '= $1 of NULL', 'contradiction', 'AND', '<>', 'LIKE', 'IS NULL',
  'outer column']) AS form;

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
CREATE FUNCTION pg_temp.fill_in(clause text, endpoint text, col text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT key, quote_literal(value) AS value FROM picked AS p
      WHERE p.endpoint = $2 AND p.col = $3
      UNION ALL VALUES ('col', format('t.%I', col)), ('name', quote_literal(col)),
        ('endpoint', quote_literal(endpoint)),
        ('first_day', quote_literal((now() AT TIME ZONE 'UTC')::date - 8))
      ORDER BY 1 DESC LOOP
    clause := regexp_replace(clause, '\$' || v.key || '\M', replace(v.value, '\', '\\'), 'g');
  END LOOP;
  RETURN clause;
END $$;

-- The filters of each request that a form is to make.
CREATE FUNCTION pg_temp.filters(endpoint text, col text, sent text) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT CASE
    WHEN sent IS NULL OR bool_or(listed AND NOT accepted) THEN '[{}]'
    WHEN sent = 'none' THEN '[]'
    WHEN sent IN ('true', 'false')
      THEN jsonb_build_array(jsonb_build_object('batch', jsonb_build_array(sent)))
    WHEN sent = 'each'
      THEN jsonb_agg(jsonb_build_object(filter, jsonb_build_array(value)) ORDER BY key)
    ELSE jsonb_build_array(
      jsonb_build_object(min(filter), jsonb_agg(DISTINCT value COLLATE "C")))
  END
  FROM (SELECT p.filter, p.listed, p.key, p.value,
               p.key NOT IN ('encoded', 'nasty', 'refused', 'c')
                 OR p.value = ANY (c.accepted_values) AS accepted
        FROM picked AS p
        JOIN usage_fdw_columns() AS c ON c.endpoint = p.endpoint AND c.column_name = p.col
        WHERE p.endpoint = $1 AND p.col = $2
          AND p.key = ANY (string_to_array(CASE sent WHEN 'each' THEN 'a b' ELSE sent END, ' '))
  ) AS asked
$$;

-- Each form for each column; a column of the values' own rows comes by LATERAL.
CREATE TEMP VIEW form_of_column AS
SELECT c.endpoint, c.column_name, c.data_type, f.*,
       pg_temp.fill_in(f.clause, c.endpoint, c.column_name) AS filled,
       format('t.day >= %L AND t.day < %L', :'first_day', :'end_day') AS days
FROM usage_fdw_columns() AS c
JOIN (SELECT 'text'::regtype AS type, * FROM form
      UNION ALL SELECT 'boolean'::regtype, * FROM boolean_form) AS f ON f.type = c.data_type
WHERE c.filter IS NOT NULL AND c.kind = 'usage'
  AND (c.data_type = 'boolean'::regtype OR f.form IN (SELECT form FROM core_form)
       OR (c.endpoint, c.column_name) IN
         (('completions', 'model'), ('costs', 'line_item'), ('images', 'size')));

INSERT INTO cases
  (endpoint, subject, form, foreign_table, oracle, query, types, args, plan, expected)
SELECT c.endpoint, c.column_name, c.form,
       'usage_extra.' || c.endpoint, 'relation.' || c.endpoint,
       CASE WHEN c.sent = 'each' THEN format('
           FROM (SELECT value FROM picked
                 WHERE endpoint = %L AND col = %L AND key IN (''a'', ''b'') ORDER BY key) AS p
           CROSS JOIN LATERAL (SELECT * FROM {t} AS t WHERE %s AND %s OFFSET 0) AS t
           WHERE %s', c.endpoint, c.column_name, c.filled, c.days, c.days)
         ELSE format('FROM {t} AS t WHERE (%s) AND %s', c.filled, c.days) END,
       c.types,
       ARRAY(SELECT pg_temp.fill_in(a, c.endpoint, c.column_name) FROM unnest(c.args) AS a),
       p.plan, pg_temp.filters(c.endpoint, c.column_name, c.sent)
FROM form_of_column AS c
CROSS JOIN LATERAL (SELECT unnest(CASE c.types WHEN '' THEN '{auto}'
  ELSE '{force_custom_plan,force_generic_plan}' END::text[])) AS p(plan);
\set QUIET off
\set ECHO all

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
  SELECT coalesce(jsonb_agg(r.parameters - ARRAY['start_time', 'end_time', 'bucket_width',
           'limit', 'group_by'] ORDER BY r.seq), '[]') AS filters,
         coalesce(bool_and(r.endpoint = c.endpoint AND r.parameters @> b.parameters AND
           r.parameters->'group_by' = b.parameters->'group_by'), true) AS bare
  FROM recorded AS r JOIN bare_request AS b ON b.endpoint = c.endpoint
  WHERE r.id = c.id) AS r ON true;

SELECT endpoint, subject, count(*) AS cases, count(*) FILTER (WHERE expected = '[]') AS not_asked,
       count(*) FILTER (WHERE expected <> '[]' AND expected <> '[{}]') AS narrowed,
       count(*) FILTER (WHERE expected = '[{}]') AS local
FROM judged GROUP BY GROUPING SETS ((endpoint, subject), ()) ORDER BY 1, 2;

-- What each form asked for, of all columns together.
SELECT coalesce(s.sent, 'all') AS sent, j.form, count(*) AS cases,
       count(*) FILTER (WHERE j.filters = '[]') AS not_asked,
       count(*) FILTER (WHERE j.filters <> '[]' AND j.filters <> '[{}]') AS narrowed,
       count(*) FILTER (WHERE j.filters = '[{}]') AS local
FROM judged AS j
JOIN (SELECT 'boolean' AS type, form, sent FROM boolean_form
      UNION ALL SELECT 'text', form, sent FROM form) AS s
  ON s.form = j.form AND (s.type = 'boolean') = (j.subject = 'batch')
GROUP BY s.type, s.sent, j.form ORDER BY min(j.id);

SELECT endpoint, subject, form, plan, expected, filters, bare, rows, missing, surplus, error,
       query, types, args
FROM judged
WHERE filters IS DISTINCT FROM expected OR NOT bare
   OR missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0
   OR (rows > 0) IS DISTINCT FROM CASE
        WHEN expected = '[]' OR form ~ 'nasty|empty string$' THEN false
        WHEN expected <> '[{}]' AND query || args::text !~ $$'(gone|a b)'$$ THEN true
        ELSE rows > 0 END
ORDER BY id LIMIT 20;

DROP SCHEMA relation, usage_extra CASCADE;
