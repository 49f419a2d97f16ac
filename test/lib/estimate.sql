-- test/lib/estimate.sql: the estimates of random scans, after ANALYZE; for
-- test/t/091_estimate.pl
--
-- The queries are those of random.sql: USAGE_ESTIMATE_COUNT of them, from
-- number USAGE_ESTIMATE_FIRST on.  Prints, of each foreign scan, the query's
-- number, whether all of its values were known at planning, rows expected, rows
-- that came, and the conditions.
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql
\i test/lib/random_queries.sql

\set ECHO none
\set QUIET on
SET client_min_messages = error;
SELECT format('ANALYZE %s', foreign_table) FROM source
\gexec

-- The foreign scans of a query: what was expected of each, and what came.
CREATE TEMP TABLE scan (number int, expected float, actual float, condition text, source text);

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
    EXECUTE options || format('EXECUTE random_query (%s)', array_to_string(q.args, ', ')) INTO plan;
    DEALLOCATE random_query;
  END IF;
  INSERT INTO scan
  SELECT q.number, (node->>'Plan Rows')::float, (node->>'Actual Rows')::float, node->>'Filter', q.source
  FROM jsonb_path_query(plan, 'strict $.** ? (@."Node Type" == "Foreign Scan" && @."Actual Loops" > 0)') AS node;
END $$;

CREATE PROCEDURE pg_temp.explain_randoms(first int, count int) LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN first .. first + count - 1 LOOP
    CALL pg_temp.explain_random(pg_temp.random_query(n));
    COMMIT;
  END LOOP;
END $$;

\set count `echo "${USAGE_ESTIMATE_COUNT:-300}"`
\set first `echo "${USAGE_ESTIMATE_FIRST:-1}"`
CALL pg_temp.explain_randoms(:first, :count);
RESET client_min_messages;
\pset tuples_only on
\pset format unaligned
\pset fieldsep '\t'
SELECT number, coalesce(condition, '') !~ '\$[0-9]|"\*VALUES\*"' AS known,
  expected, actual, source, translate(condition, E'\t\n', '  ')
FROM scan ORDER BY number;
