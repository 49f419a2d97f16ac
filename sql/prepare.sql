--
-- Prepared statements: custom and generic plans, and tables that change under
-- them.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint completions
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on

-- custom plans first, then one for all
PREPARE of_project(text, int) AS
SELECT (SELECT count(*) FROM usage.completions
        WHERE project_id = $1 AND day BETWEEN pg_temp.today() - 9 AND pg_temp.today() - $2) =
       (SELECT count(*) FROM oracle.completions
        WHERE project_id = $1 AND day BETWEEN pg_temp.today() - 9
          AND pg_temp.today() - $2) AS same;
EXECUTE of_project('proj_web', 1);
EXECUTE of_project('proj_R&D=1', 2);
EXECUTE of_project(NULL, 3);
EXECUTE of_project('proj_web', NULL);
EXECUTE of_project('proj_web', 10);
SET plan_cache_mode = force_generic_plan;
EXECUTE of_project('proj_größe+50%', 1);
EXECUTE of_project('proj_web', 2);
EXECUTE of_project(NULL, 3);
EXECUTE of_project('proj_web', NULL);
EXECUTE of_project('proj_web', 10);
EXECUTE of_project('proj_web', -10);
SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'of_project';
RESET plan_cache_mode;
\i test/lib/requests.sql

-- by itself, where the parameter does not matter for the cost
PREPARE by_filter(text) AS
SELECT count(*) > 1 AS found
FROM usage.completions WHERE project_id = $1 AND day >= pg_temp.today() - 30;
EXECUTE by_filter('proj_1');
EXECUTE by_filter('proj_2');
EXECUTE by_filter('proj_3');
EXECUTE by_filter('proj_4');
EXECUTE by_filter('proj_5');
EXECUTE by_filter('proj_web');
EXECUTE by_filter('proj_7');
SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'by_filter';
\i test/lib/requests.sql

-- the table changes under a plan
ALTER FOREIGN TABLE usage.completions DROP COLUMN service_tier;
EXECUTE by_filter('proj_web');
ALTER FOREIGN TABLE usage.completions ALTER COLUMN project_id OPTIONS (ADD filter 'projects');
EXECUTE by_filter('proj_web');  -- ERROR
ALTER FOREIGN TABLE usage.completions ALTER COLUMN project_id OPTIONS (DROP filter);
ALTER FOREIGN TABLE usage.completions ADD COLUMN service_tier text;
EXECUTE by_filter('proj_web');
\i test/lib/requests.sql
SELECT string_agg(c, ' ' ORDER BY n) AS group_by FROM (
  SELECT unnest(regexp_matches(query, 'group_by=(\w+)', 'g')) AS c, row_number() OVER () AS n
  FROM request WHERE seq = (SELECT max(seq) FROM request)) AS g;
DEALLOCATE ALL;

-- conditions without a column, which are checked once for the whole scan
EXPLAIN SELECT count(*) FROM usage.costs WHERE now() > '2020-01-01' \g /dev/null
SELECT count(*) = (SELECT count(*) FROM oracle.completions WHERE day >= pg_temp.today() - 9) AS all
FROM usage.completions WHERE day >= pg_temp.today() - 9 AND now() > '2020-01-01';
SELECT count(*) FROM usage.completions WHERE now() < '2020-01-01';
SET plan_cache_mode = force_generic_plan;
PREPARE never(int) AS SELECT count(*) FROM usage.completions AS c
  JOIN (VALUES ('proj_web')) AS p(id) ON c.project_id = p.id AND $1 > 0;
EXECUTE never(0);
DEALLOCATE never;
