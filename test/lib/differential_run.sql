-- test/lib/differential_run.sql: pg_temp.run_differentials(first, count)
--
-- Runs the queries of test/lib/differential_queries.sql by their numbers, each with
-- pushdown on, off and mixed, and files in "result" what came of them.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
-- The scans' dimensions, as they are asked for.
CREATE FUNCTION pg_temp.plan_groups(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
  RETURN jsonb_path_query_array(plan::jsonb,
    'strict $.**?(@."Node Type" == "Foreign Scan")."Group By"');
END $$;

ALTER TABLE result ADD setting text, ADD groups text;

CREATE PROCEDURE pg_temp.run_differential(q random_query, setting text) LANGUAGE plpgsql AS $$
DECLARE
  statement text := q.command;
  message text;
  asked text;
  r record;
BEGIN
  PERFORM set_config('usage_fdw.enable_pushdown',
    CASE WHEN setting IN ('on', 'unreduced') THEN 'on' ELSE 'off' END, true);
  PERFORM set_config('usage_fdw.enable_grain_reduction',
    CASE WHEN setting IN ('on', 'unfiltered') THEN 'on' ELSE 'off' END, true);
  PERFORM set_config('usage_fdw.enable_width_coarsening',
    CASE WHEN setting IN ('on', 'unreduced') THEN 'on' ELSE 'off' END, true);
  PERFORM set_config('TimeZone', q.zone, true);
  PERFORM set_config('plan_cache_mode', q.plan, true);
  PERFORM set_config('enable_hashjoin', CASE WHEN q.number % 3 = 0 THEN 'off' ELSE 'on' END, true);
  PERFORM set_config('enable_mergejoin',
    CASE WHEN q.number % 6 = 0 THEN 'off' ELSE 'on' END, true);
  PERFORM set_config('enable_memoize', CASE WHEN q.number % 12 = 0 THEN 'off' ELSE 'on' END, true);
  IF cardinality(q.types) > 0 THEN
    EXECUTE format('PREPARE random_query (%s) AS %s', array_to_string(q.types, ', '), q.command);
    statement := format('EXECUTE random_query (%s)', array_to_string(q.args, ', '));
  END IF;
  asked := pg_temp.plan_groups(statement);
  FOR r IN EXECUTE statement LOOP
    INSERT INTO result VALUES (q.number, NULL, r.rows, r.missing, r.surplus, NULL, setting, asked);
  END LOOP;
  IF cardinality(q.types) > 0 THEN
    DEALLOCATE random_query;
  END IF;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  CALL pg_temp.forget_random_query();
  INSERT INTO result
    VALUES (q.number, NULL, NULL, NULL, NULL, SQLSTATE || ': ' || message, setting);
END $$;

CREATE PROCEDURE pg_temp.run_differentials(first int, count int) LANGUAGE plpgsql AS $$
DECLARE
  q random_query;
BEGIN
  FOR n IN first .. first + count - 1 LOOP
    q := pg_temp.differential_query(n);
    CALL pg_temp.run_differential(q, 'on');
    CALL pg_temp.run_differential(q, 'off');
    IF n % 4 = 0 THEN
      CALL pg_temp.run_differential(q, 'unfiltered');
    ELSIF n % 4 = 2 THEN
      CALL pg_temp.run_differential(q, 'unreduced');
    END IF;
    COMMIT;
  END LOOP;
END $$;
RESET client_min_messages;
\set QUIET off
\set ECHO all
