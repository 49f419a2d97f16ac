-- test/lib/coarse.sql: is a query that reads a coarser relation the same query?
--
-- Makes pg_temp.asked(query), what its scans ask for; and pg_temp.try(query),
-- which runs it with everything on, with grain reduction and width coarsening
-- off, and on the oracle, and files what came of it in own.result.  The schema
-- "own" is the test's.
\set ECHO none
-- The scans' Group By, by their order in the plan; "all" where it is the table's.
CREATE FUNCTION pg_temp.asked(query text, OUT groups text, OUT widths text) LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  SELECT string_agg(CASE coalesce(scan -> 'Group By', '[]')::text
        WHEN '["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"]' THEN 'all'
        WHEN '["project_id", "line_item"]' THEN 'all'
        WHEN '["project_id", "user_id", "api_key_id", "model", "source", "size"]' THEN 'all'
        WHEN '["project_id", "model"]' THEN CASE scan ->> 'Relation Name' WHEN 'child' THEN 'all' ELSE 'model project_id' END
        ELSE coalesce((SELECT string_agg(g, ' ' ORDER BY g) FROM jsonb_array_elements_text(scan -> 'Group By') AS g), 'nothing')
      END, ', ' ORDER BY scan ->> 'Alias'),
    string_agg(scan ->> 'Bucket Width', '; ' ORDER BY scan ->> 'Alias')
  INTO groups, widths
    FROM jsonb_path_query(plan::jsonb, 'strict $.**?(@."Node Type" == "Foreign Scan")') AS scan;
END $$;

CREATE FUNCTION pg_temp.differences(a text, b text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s)
    SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d', a, b) INTO n;
  RETURN n;
END $$;

CREATE FUNCTION pg_temp.set_coarsening(setting text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('usage_fdw.enable_grain_reduction', setting, true), set_config('usage_fdw.enable_width_coarsening', setting, true)
$$;

-- What the query that is tried asked for; and the rows in which it differed
-- from itself with all of that off, and from the oracle.
CREATE TABLE own.result (n serial, query text, groups text, widths text, off bigint, oracle bigint);
CREATE PROCEDURE pg_temp.try(query text) LANGUAGE plpgsql AS $$
DECLARE
  plain text := replace(regexp_replace(regexp_replace(query, 'usage_hourly\.(\w+)', 'oracle.\1_1h', 'g'),
    'usage_minutely\.(\w+)', 'oracle.\1_1m', 'g'), 'usage.', 'oracle.');
  asked record := pg_temp.asked(query);
  reduced text := format('CREATE TEMP TABLE reduced AS %s', query);
  other bigint;
BEGIN
  DROP TABLE IF EXISTS reduced;
  EXECUTE reduced;
  PERFORM pg_temp.set_coarsening('off');
  other := pg_temp.differences('TABLE reduced', query);
  PERFORM pg_temp.set_coarsening('on');
  INSERT INTO own.result (query, groups, widths, off, oracle)
  VALUES (query, asked.groups, asked.widths, other, pg_temp.differences('TABLE reduced', plain));
END $$;
\set ECHO all
