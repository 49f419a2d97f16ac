-- test/lib/estimate.sql: the estimates of random scans, after ANALYZE; for
-- test/t/091_estimate.pl
--
-- The queries are those of random.sql, or of differential.sql if
-- USAGE_ESTIMATE_QUERIES says so: USAGE_ESTIMATE_COUNT of them, from number
-- USAGE_ESTIMATE_FIRST on.  Prints, of each foreign scan, the query's number,
-- whether all of its values were known at planning, rows expected, rows that
-- came, and the conditions.
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql
\i test/lib/random_queries.sql
\i test/lib/differential_queries.sql

\set ECHO none
\set QUIET on
SET client_min_messages = error;
SELECT format('ANALYZE %s', foreign_table) FROM source
\gexec
SELECT format('ANALYZE %s_parts', foreign_table) FROM parting
\gexec

-- The foreign scans of a query: what was expected of each, and what came.
CREATE TEMP TABLE scan (number int, expected float, actual float, condition text, source text);

-- Those that were read to their end: no node above could stop reading them.  A
-- hash join whose table is empty looks at one row of its other side.
CREATE FUNCTION pg_temp.finished_scans(plan jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$
  WITH RECURSIVE node(plan, is_stopped) AS (
    SELECT plan->0->'Plan', false
    UNION ALL
    SELECT child, CASE
      WHEN child->>'Parent Relationship' IN ('InitPlan', 'SubPlan') THEN true
      WHEN n.plan->>'Node Type' IN ('Sort', 'Hash')
        OR n.plan->>'Strategy' IN ('Plain', 'Hashed') THEN false
      WHEN n.plan->>'Node Type' IN ('Limit', 'Merge Join') THEN true
      WHEN n.plan->>'Node Type' = 'Nested Loop' AND child->>'Parent Relationship' = 'Inner'
        AND (n.plan->>'Join Type' IN ('Semi', 'Anti') OR (n.plan->>'Inner Unique')::boolean)
          THEN true
      WHEN n.plan->>'Node Type' = 'Hash Join' AND (child->>'Actual Rows')::float <= 1 THEN true
      ELSE is_stopped END
    FROM node AS n, jsonb_array_elements(n.plan->'Plans') AS child)
  SELECT n.plan FROM node AS n
  WHERE n.plan->>'Node Type' = 'Foreign Scan' AND (n.plan->>'Actual Loops')::float > 0
    AND NOT is_stopped
$$;

CREATE PROCEDURE pg_temp.explain_random(q random_query) LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
  options text := 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) ';
BEGIN
  PERFORM set_config('TimeZone', q.zone, true);
  PERFORM set_config('plan_cache_mode', q.plan, true);
  IF cardinality(q.types) = 0 THEN
    EXECUTE options || q.command INTO plan;
  ELSE
    EXECUTE format('PREPARE random_query (%s) AS %s', array_to_string(q.types, ', '), q.command);
    EXECUTE options
      || format('EXECUTE random_query (%s)', array_to_string(q.args, ', ')) INTO plan;
    DEALLOCATE random_query;
  END IF;
  INSERT INTO scan
  SELECT q.number, (node->>'Plan Rows')::float, (node->>'Actual Rows')::float, node->>'Filter',
    concat_ws(' ', node->>'Relation Name', node->>'Bucket Width', node->>'Group By')
  FROM pg_temp.finished_scans(plan) AS node;
END $$;

CREATE PROCEDURE pg_temp.explain_randoms(queries text, first int, count int) LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN first .. first + count - 1 LOOP
    CALL pg_temp.explain_random(CASE queries
      WHEN 'random' THEN pg_temp.random_query(n) ELSE pg_temp.differential_query(n) END);
    COMMIT;
  END LOOP;
END $$;

\set count `echo "${USAGE_ESTIMATE_COUNT:-300}"`
\set first `echo "${USAGE_ESTIMATE_FIRST:-1}"`
\set queries `echo "${USAGE_ESTIMATE_QUERIES:-random}"`
CALL pg_temp.explain_randoms(:'queries', :first, :count);
RESET client_min_messages;
\pset tuples_only on
\pset format unaligned
\pset fieldsep '\t'
-- what stands outside of quotes tells
SELECT number,
  regexp_replace(coalesce(condition, ''), '''([^'']|'''')*''', '', 'g')
    !~ '\$[0-9]|\.|SubPlan' AS known,
  expected, actual, source, translate(condition, E'\t\n', '  ')
FROM scan ORDER BY number;
