--
-- Lists under a project: whose list is asked for, and how often.
--
\i test/lib/lists.sql

\echo Projects by constants, lists, parameters and joins:
INSERT INTO cases (query, asks, answer) VALUES
  ($$SELECT * FROM usage.project_users WHERE project_id = 'proj_web'$$,
    'projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id = 'proj_ops/eu'$$,
    'projects/proj_ops/eu/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE 'proj_größe+50%' = project_id AND role = 'member'$$,
    'projects/proj_größe+50%/users', 'same'),
  ($$SELECT id FROM usage.project_users WHERE project_id IN ('proj_web', 'proj_data pipeline')$$,
    'projects/proj_data+pipeline/users projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id = 'proj_web'
      OR project_id = 'proj_empty'$$,
    'projects/proj_empty/users projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id = ANY ((SELECT array_agg(id)
      FROM oracle.projects WHERE name LIKE '%"%')::text[])$$, 'projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id IN ('proj_web', 'proj_empty')
      AND project_id IN ('proj_web', 'proj_ops/eu')$$, 'projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_spend_limits WHERE project_id = 'proj_web'$$,
    'projects/proj_web/spend_limit', 'same'),
  -- one that is not there, that is archived, that has no limit
  ($$SELECT * FROM usage.project_users WHERE project_id IN ('proj_nowhere', 'proj_web')$$,
    'projects/proj_nowhere/users!404 projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id = 'proj_Ab12Cd34'$$,
    'projects/proj_Ab12Cd34/users!400', 'both are empty'),
  ($$SELECT * FROM usage.project_spend_limits WHERE project_id = 'proj_data pipeline'$$,
    'projects/proj_data+pipeline/spend_limit!404', 'both are empty'),
  -- what can't be an id, as it would be another path
  ($$SELECT * FROM usage.project_users WHERE project_id IN ('..', 'proj_web', '', '.')$$,
    'projects/proj_web/users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE project_id = '..'$$, '', 'both are empty'),
  ($$SELECT * FROM usage.project_users WHERE project_id = 'proj_web/../../users?'$$,
    'projects/proj_web/../../users?/users!404', 'both are empty'),
  ($$SELECT * FROM usage.project_users WHERE project_id = repeat('x', 7000)$$,
    '', 'both are empty'),
  ($$SELECT * FROM usage.project_users WHERE project_id = NULL$$, '', 'both are empty'),
  ($$SELECT * FROM usage.project_users WHERE project_id = ANY ('{}'::text[])$$,
    '', 'both are empty'),
  -- no equality: every project is asked
  ($$SELECT * FROM usage.project_spend_limits WHERE project_id LIKE 'proj_w%'$$,
    'projects?include_archived=true projects/proj_web/spend_limit
    projects/proj_data+pipeline/spend_limit!404 projects/proj_R&D=1/spend_limit!400
    projects/proj_größe+50%/spend_limit!404 projects/proj_ops/eu/spend_limit
    projects/proj_Ab12Cd34/spend_limit!400 projects/proj_empty/spend_limit', 'same'),
  ($$SELECT * FROM usage.project_spend_limits WHERE project_id = 'proj_web' OR period = 'month'$$,
    'projects?include_archived=true projects/proj_web/spend_limit
    projects/proj_data+pipeline/spend_limit!404 projects/proj_R&D=1/spend_limit!400
    projects/proj_größe+50%/spend_limit!404 projects/proj_ops/eu/spend_limit
    projects/proj_Ab12Cd34/spend_limit!400 projects/proj_empty/spend_limit', 'same'),
  -- rows of a table that has few of them: only those are asked for
  ($$SELECT l.* FROM (VALUES ('proj_web'), ('proj_empty')) AS v(id)
      CROSS JOIN LATERAL (SELECT * FROM usage.project_spend_limits AS l
        WHERE l.project_id = v.id OFFSET 0) AS l$$,
    'projects/proj_web/spend_limit projects/proj_empty/spend_limit', 'same'),
  ($$SELECT p.name, (SELECT threshold_cents FROM usage.project_spend_limits AS l
      WHERE l.project_id = p.id) FROM (VALUES ('proj_web', 1), ('proj_ops/eu', 2),
        ('proj_web', 3)) AS p(id, name)$$,
    NULL, 'same'),
  -- so it is with many rows: the scans for one project are no scan for all of them
  ($$SELECT v.id, l.id FROM (VALUES ('proj_web'), ('proj_data pipeline'), ('proj_ops/eu'),
        ('proj_größe+50%'), ('proj_empty'), ('proj_none'), ('proj_Ab12Cd34')) AS v(id)
      CROSS JOIN LATERAL (SELECT * FROM usage.project_spend_alerts AS l
        WHERE l.project_id = v.id OFFSET 0) AS l$$,
    NULL, 'same'),
  -- a rescan does not ask for the list of projects again
  ($$SELECT n, l.id FROM generate_series(1, 2) AS n CROSS JOIN LATERAL
      (SELECT * FROM usage.project_spend_alerts AS l WHERE l.threshold_cents > n OFFSET 0) AS l$$,
    NULL, 'same');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo With values known only when it runs, also in a plan that is kept:
CREATE FUNCTION pg_temp.prepared(mode text, project text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('plan_cache_mode', mode, true);
	EXECUTE format('EXECUTE members(%s)', project) INTO result;
	RETURN result;
END $$;
PREPARE members(text) AS SELECT string_agg(id, ' ') FROM (
	SELECT id FROM usage.project_users WHERE project_id = $1 ORDER BY id COLLATE "C") AS ordered;
SELECT mode, project, pg_temp.prepared(mode, project)
FROM unnest('{force_custom_plan,force_generic_plan}'::text[]) AS mode,
	unnest('{"''proj_ops/eu''","NULL","''..''"}'::text[]) AS project;
EXPLAIN (COSTS OFF) SELECT * FROM usage.project_users WHERE project_id = 'proj_web';
EXPLAIN (COSTS OFF) SELECT * FROM usage.project_users;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE members('proj_web');
RESET plan_cache_mode;
SELECT * FROM pg_temp.plan_lines('ANALYZE, TIMING OFF', 'SELECT * FROM usage.project_users');
SELECT * FROM pg_temp.plan_lines('ANALYZE, TIMING OFF',
  $$SELECT * FROM usage.projects WHERE id = 'proj_web'$$);

\echo Partitions by project:
CREATE TABLE members (LIKE usage.project_users) PARTITION BY LIST (project_id);
CREATE FOREIGN TABLE members_web PARTITION OF members FOR VALUES IN ('proj_web', 'proj_empty')
  SERVER openai OPTIONS (endpoint 'project_users');
CREATE FOREIGN TABLE members_data PARTITION OF members FOR VALUES IN ('proj_data pipeline')
  SERVER openai OPTIONS (endpoint 'project_users');
\i test/lib/load_requests.sql \set ECHO none \set QUIET on
SELECT pg_temp.same('SELECT * FROM members', $$SELECT * FROM oracle.project_users
  WHERE project_id IN ('proj_web', 'proj_empty', 'proj_data pipeline')$$);
SELECT pg_temp.same($$SELECT * FROM members WHERE project_id = 'proj_data pipeline'$$,
  $$SELECT * FROM oracle.project_users WHERE project_id = 'proj_data pipeline'$$);
\i test/lib/load_requests.sql \set ECHO none \set QUIET on
SELECT pg_temp.show_request(path, query, status) FROM request ORDER BY path COLLATE "C";
DROP TABLE members;

\echo A project that may not be read is an error, not a gap:
\! "$USAGE_SIMULATOR_CONTROL" set forbidden_project=proj_empty >/dev/null
SELECT count(*) FROM usage.project_users;
SELECT count(*) FROM usage.project_users WHERE project_id = 'proj_empty';
SELECT count(*) FROM usage.project_users WHERE project_id <> 'proj_empty';
ANALYZE usage.project_users;
SELECT count(*) > 0 AS others FROM usage.project_users WHERE project_id = 'proj_web';
\! "$USAGE_SIMULATOR_CONTROL" set forbidden_project= >/dev/null

\echo A refusal for another reason is an error as well:
\! "$USAGE_SIMULATOR_CONTROL" fault status code=400 path=proj_web/users count=2 >/dev/null
INSERT INTO cases (query, answer) VALUES ('SELECT * FROM usage.project_users',
  'HV024: could not read endpoint "project_users": the API answered with status 400');
CALL pg_temp.run_cases();
\! "$USAGE_SIMULATOR_CONTROL" fault html code=404 path=proj_web/users count=2 >/dev/null
INSERT INTO cases (query, answer) VALUES ('SELECT * FROM usage.project_users',
  'HV00R: could not read endpoint "project_users": the API answered with status 404');
CALL pg_temp.run_cases();
\set base `echo "$USAGE_SIMULATOR_URL/v2"`
ALTER SERVER openai OPTIONS (SET base_url :'base');
SELECT count(*) FROM usage.project_spend_limits WHERE project_id = 'proj_web';
INSERT INTO cases (query, answer) VALUES ('SELECT * FROM usage.spend_limits',
  'HV00R: could not read endpoint "spend_limits": the API answered with status 404');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
ALTER SERVER openai OPTIONS (SET base_url :'url');

\echo A thousand ids:
\! "$USAGE_SIMULATOR_CONTROL" set projects=993 >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\i test/lib/lists_load.sql
CREATE TEMP TABLE id AS SELECT id FROM oracle.projects ORDER BY created_at;
SELECT count(*), count(DISTINCT project_id) FROM usage.project_spend_limits
WHERE project_id = ANY (ARRAY(SELECT id FROM id));
SELECT count(*) AS oracle FROM oracle.project_spend_limits;
SELECT count(*) FROM usage.project_spend_limits
WHERE project_id = ANY (ARRAY(SELECT id FROM id UNION ALL SELECT 'proj_more'));
\i test/lib/load_requests.sql \set ECHO none \set QUIET on
SELECT count(*) AS requests, count(DISTINCT path) AS paths FROM request;

\echo Several at a time:
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
\! "$USAGE_SIMULATOR_CONTROL" set delay_ms=50 >/dev/null
SELECT count(*) FROM usage.project_spend_limits
WHERE project_id = ANY (ARRAY(SELECT id FROM id LIMIT 20));
\! "$USAGE_SIMULATOR_CONTROL" stat | grep max_in
