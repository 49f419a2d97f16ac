--
-- Conditions that make for fewer requests for lists, or smaller ones.
--
\i test/lib/lists.sql

\echo Users by their addresses; archived projects; single objects; owners with access:
INSERT INTO cases (query, asks, answer) VALUES
  ($$SELECT * FROM usage.users WHERE email = 'alice@example.com'$$,
    'users?emails=alice@example.com', 'same'),
  ($$SELECT * FROM usage.users WHERE email IN ('zoë@example.com', 'o''neil@example.com')$$,
    'users?emails=o''neil@example.com&emails=zoë@example.com', 'same'),
  ($$SELECT * FROM usage.users WHERE 'back&slash@example.com' = email
      OR email = '100%@example.com'$$,
    'users?emails=100%@example.com&emails=back&slash@example.com', 'same'),
  ($$SELECT * FROM usage.users WHERE email = ANY ((SELECT array_agg(email) FROM oracle.users
      WHERE name LIKE 'A%')::text[])$$, 'users?emails=alice@example.com', 'same'),
  ($$SELECT * FROM usage.users WHERE email = 'bob@example.com'$$,
    'users?emails=bob@example.com', 'both are empty'),
  ($$SELECT * FROM usage.users WHERE email = NULL$$, '', 'both are empty'),
  ($$SELECT * FROM usage.users WHERE email = ''$$, 'users', 'both are empty'),
  -- local: other operators, other columns
  ($$SELECT * FROM usage.users WHERE email LIKE 'a%'$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE email IS NULL$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE lower(email) = 'alice@example.com'$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE email <> 'alice@example.com'$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE role = 'owner'$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE is_service_account$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE api_key_last_used_at IS NULL$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE added_at > '2023-12-01 00:00+00'$$, 'users', 'same'),
  ($$SELECT * FROM usage.project_users WHERE email = 'alice@example.com'$$, NULL, 'same');

-- archived projects are left out where they can't be meant
INSERT INTO cases (query, asks) VALUES
  ($$SELECT * FROM usage.projects WHERE archived_at IS NULL$$, 'projects'),
  ($$SELECT * FROM usage.projects WHERE status = 'active'$$, 'projects'),
  ($$SELECT * FROM usage.projects WHERE status IN ('active') AND name LIKE 'D%'$$, 'projects'),
  ($$SELECT * FROM usage.projects WHERE archived_at IS NULL AND status = 'active'$$, 'projects'),
  ($$SELECT * FROM usage.projects WHERE archived_at IS NOT NULL$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE NOT archived_at IS NULL$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE archived_at IS NULL OR name = 'Old bot'$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE (archived_at IS NULL) IS NOT NULL$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status = 'archived'$$, 'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status IN ('active', 'archived')$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status <> 'active'$$, 'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status = 'active' OR archived_at IS NULL$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status = (SELECT max(status) FROM oracle.projects)$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE status = (SELECT min(status) FROM oracle.projects)$$,
    'projects'),
  ($$SELECT * FROM usage.projects WHERE external_key_id IS NULL$$,
    'projects?include_archived=true'),
  ($$SELECT * FROM usage.projects WHERE name IS NULL$$, 'projects?include_archived=true');

-- one object by its id, where that is not more than the one page of the list
INSERT INTO cases (query, asks, answer) VALUES
  ($$SELECT * FROM usage.projects WHERE id = 'proj_web'$$, 'projects/proj_web', 'same'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_ops/eu'$$, 'projects/proj_ops/eu', 'same'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_größe+50%'$$,
    'projects/proj_größe+50%', 'same'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_Ab12Cd34'$$, 'projects/proj_Ab12Cd34', 'same'),
  ($$SELECT * FROM usage.users WHERE id = 'user-o''neil' AND name LIKE 'Sh%'$$,
    'users/user-o''neil', 'same'),
  ($$SELECT * FROM usage.users WHERE id = 'user-zoë' AND email = 'zoë@example.com'$$,
    'users/user-zoë', 'same'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_Ab12Cd34' AND archived_at IS NULL$$,
    'projects/proj_Ab12Cd34', 'both are empty'),
  ($$SELECT * FROM usage.users WHERE id = 'user-bob'$$, 'users/user-bob!404', 'both are empty'),
  ($$SELECT * FROM usage.users WHERE id = 'user-alice' AND id = 'user-zoë'$$,
    '', 'both are empty'),
  ($$SELECT * FROM usage.users WHERE id IN ('user-alice', 'user-zoë')$$, 'users', 'same'),
  ($$SELECT * FROM usage.users WHERE id IN ('user-alice', 'user-zoë')
      AND email = 'zoë@example.com'$$, 'users?emails=zoë@example.com', 'same'),
  ($$SELECT * FROM usage.users WHERE id <> 'user-alice'$$, 'users', 'same'),
  -- what would be no segment of a path, or another path
  ($$SELECT * FROM usage.projects WHERE id = '..'$$, 'projects?include_archived=true',
    'both are empty'),
  ($$SELECT * FROM usage.projects WHERE id = '.'$$, 'projects?include_archived=true',
    'both are empty'),
  ($$SELECT * FROM usage.projects WHERE id = ''$$, 'projects?include_archived=true',
    'both are empty'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_web/users'$$, 'projects/proj_web/users!404',
    'both are empty'),
  ($$SELECT * FROM usage.projects WHERE id = 'proj_web?a=1#b'$$, 'projects/proj_web?a=1#b!404',
    'both are empty'),
  ($$SELECT * FROM usage.projects WHERE id = repeat('x', 7000)$$, 'projects?include_archived=true',
    'both are empty'),
  -- other lists have no such request
  ($$SELECT * FROM usage.admin_api_keys WHERE id = 'key_admin_3'$$, 'admin_api_keys', 'same');

-- keys by whether their owner has access: one value, else any
INSERT INTO cases (query, asks, answer) VALUES
  ($$SELECT * FROM usage.project_api_keys
      WHERE project_id = 'proj_web' AND owner_project_access = 'active'$$,
    'projects/proj_web/api_keys?owner_project_access=active', 'same'),
  ($$SELECT * FROM usage.project_api_keys
      WHERE project_id = 'proj_web' AND owner_project_access IN ('inactive')$$,
    'projects/proj_web/api_keys?owner_project_access=inactive', 'same'),
  ($$SELECT * FROM usage.project_api_keys
      WHERE project_id = 'proj_web' AND owner_project_access IN ('inactive', 'active')$$,
    'projects/proj_web/api_keys?owner_project_access=any', 'same'),
  ($$SELECT * FROM usage.project_api_keys
      WHERE project_id = 'proj_web' AND owner_project_access = 'any'$$,
    'projects/proj_web/api_keys?owner_project_access=any', 'both are empty'),
  ($$SELECT * FROM usage.project_api_keys
      WHERE project_id = 'proj_web' AND owner_project_access <> 'active'$$,
    'projects/proj_web/api_keys?owner_project_access=any', 'same'),
  ($$SELECT * FROM usage.project_api_keys WHERE project_id = 'proj_web'
      AND owner_project_access = 'active' AND owner_project_access = 'inactive'$$,
    '', 'both are empty');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

EXPLAIN (COSTS OFF) SELECT id FROM usage.projects WHERE archived_at IS NULL AND name = 'a';
SELECT * FROM pg_temp.plan_lines('ANALYZE, TIMING OFF',
  $$SELECT id FROM usage.projects WHERE status = 'active'$$);
\i test/lib/load_requests.sql \set ECHO none \set QUIET on

\echo A LIMIT stops the cursor, and reads no project more than it has to:
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=2 >/dev/null
INSERT INTO cases (query, asks) VALUES
  ('SELECT count(*) FROM (SELECT * FROM usage.users LIMIT 2) AS u', 'users'),
  ('SELECT count(*) FROM (SELECT * FROM usage.users LIMIT 3) AS u',
    'users users?after=user-o''neil'),
  ('SELECT EXISTS (SELECT FROM usage.users)', 'users'),
  ('SELECT count(*) FROM (SELECT * FROM usage.project_users LIMIT 2) AS u',
    'projects?include_archived=true projects?include_archived=true&after=proj_data+pipeline
    projects?include_archived=true&after=proj_größe+50%
    projects?include_archived=true&after=proj_Ab12Cd34 projects/proj_web/users');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo Admin keys come in the order of their creation, and in the other:
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.admin_api_keys ORDER BY created_at LIMIT 2', 'admin_api_keys'),
  ('SELECT * FROM usage.admin_api_keys ORDER BY created_at DESC LIMIT 2',
    'admin_api_keys?order=desc'),
  ('SELECT max(created_at) FROM usage.admin_api_keys', 'admin_api_keys?order=desc'),
  ('SELECT * FROM usage.admin_api_keys ORDER BY created_at DESC',
    'admin_api_keys?order=desc admin_api_keys?order=desc&after=key_admin_4
    admin_api_keys?order=desc&after=key_admin_2'),
  ('SELECT * FROM usage.admin_api_keys ORDER BY expires_at DESC LIMIT 2',
    'admin_api_keys admin_api_keys?after=key_admin_2 admin_api_keys?after=key_admin_4'),
  ('SELECT * FROM usage.projects ORDER BY created_at LIMIT 1', NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
SELECT array_agg(id) FROM (SELECT id FROM usage.admin_api_keys ORDER BY created_at DESC) AS k;
EXPLAIN (COSTS OFF) SELECT id FROM usage.admin_api_keys ORDER BY created_at DESC LIMIT 2;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=created_at value=1 match=after >/dev/null
SELECT id FROM usage.admin_api_keys ORDER BY created_at;
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=0 >/dev/null

\echo Ids: one by one, or the list where that has no more pages:
\! "$USAGE_SIMULATOR_CONTROL" set users=400 >/dev/null
\i test/lib/lists_load.sql
ANALYZE usage.users;
INSERT INTO cases (query, asks) VALUES
  ($$SELECT * FROM usage.users WHERE id IN ('user-alice', 'user-extra-0400', 'user-extra-0200',
      'user-zoë', 'user-extra-0001')$$,
    'users/user-alice users/user-extra-0001 users/user-extra-0200 users/user-extra-0400
    users/user-zoë'),
  ($$SELECT * FROM usage.users WHERE id IN ('user-alice', 'user-extra-0400', 'user-extra-0200',
      'user-zoë', 'user-extra-0001', 'user-ci')$$,
    'users users?after=user-extra-0093 users?after=user-extra-0193 users?after=user-extra-0293
    users?after=user-extra-0393'),
  -- more addresses than a URL should have
  ($$SELECT * FROM usage.users WHERE email = ANY (ARRAY(
      SELECT format('extra%s@example.com', to_char(n, 'FM0000'))
      FROM generate_series(1, 250) AS n))$$,
    NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
