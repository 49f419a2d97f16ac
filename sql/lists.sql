--
-- The organization's lists as tables: all columns of all of them, and which
-- requests it takes to read them.
--
\i test/lib/lists.sql

\echo Every list, against what the simulator says it has:
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.projects', 'projects?include_archived=true'),
  ('SELECT * FROM usage.users', 'users'),
  ('SELECT * FROM usage.admin_api_keys', 'admin_api_keys'),
  ('SELECT * FROM usage.spend_alerts', 'spend_alerts'),
  ('SELECT * FROM usage.spend_limits', 'spend_limit'),
  -- under a project: the list of projects once, and then each of them; archived
  -- ones have nothing to say
  ('SELECT * FROM usage.project_users', 'projects?include_archived=true
    projects/proj_web/users projects/proj_data+pipeline/users projects/proj_R&D=1/users!400
    projects/proj_größe+50%/users projects/proj_ops/eu/users projects/proj_Ab12Cd34/users!400
    projects/proj_empty/users'),
  ('SELECT * FROM usage.project_service_accounts', NULL),
  ('SELECT * FROM usage.project_api_keys', 'projects?include_archived=true
    projects/proj_web/api_keys?owner_project_access=any
    projects/proj_data+pipeline/api_keys?owner_project_access=any
    projects/proj_R&D=1/api_keys?owner_project_access=any!400
    projects/proj_größe+50%/api_keys?owner_project_access=any
    projects/proj_ops/eu/api_keys?owner_project_access=any
    projects/proj_Ab12Cd34/api_keys?owner_project_access=any!400
    projects/proj_empty/api_keys?owner_project_access=any'),
  ('SELECT * FROM usage.project_rate_limits', NULL),
  ('SELECT * FROM usage.project_spend_alerts', NULL),
  -- every other project has none
  ('SELECT * FROM usage.project_spend_limits', 'projects?include_archived=true
    projects/proj_web/spend_limit projects/proj_data+pipeline/spend_limit!404
    projects/proj_R&D=1/spend_limit!400 projects/proj_größe+50%/spend_limit!404
    projects/proj_ops/eu/spend_limit projects/proj_Ab12Cd34/spend_limit!400
    projects/proj_empty/spend_limit'),
  -- not all columns: no column, one, the parent alone, one of alternatives
  ('SELECT count(*) FROM usage.users', 'users'),
  ('SELECT name FROM usage.projects', 'projects?include_archived=true'),
  ('SELECT project_id, count(*) FROM usage.project_users GROUP BY 1', NULL),
  ('SELECT owner_email, owner_name FROM usage.project_api_keys', NULL),
  ('SELECT owner_id FROM usage.project_api_keys WHERE owner_type = ''service_account''', NULL),
  -- the same columns of the whole row, of a sub-select, of a sort
  ('SELECT p::text FROM usage.projects AS p', 'projects?include_archived=true'),
  ('SELECT id FROM (SELECT * FROM usage.users ORDER BY added_at DESC) AS u', 'users'),
  ('SELECT DISTINCT role FROM usage.users', 'users');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo As it looks:
\pset format unaligned
SELECT * FROM usage.projects ORDER BY created_at;
SELECT id, name, email, role, is_service_account, api_key_last_used_at
FROM usage.users ORDER BY added_at;
\pset format aligned
SELECT project_id, id, name, last_used_at, owner_project_access, owner_type, owner_id, owner_email
FROM usage.project_api_keys ORDER BY created_at, 1, 2 LIMIT 8;
SELECT * FROM usage.spend_limits;
SELECT * FROM usage.spend_alerts ORDER BY threshold_cents;
SELECT * FROM usage.project_spend_limits ORDER BY 1;

\echo Pages of any size, and members that are absent, null or in another order:
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=1 omit_null=on >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" set sorted_keys=reverse extra_keys=on >/dev/null
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.users', 'users users?after=user-alice users?after=user-o''neil
    users?after=user-zoë users?after=user-back\slash users?after=user-100%
    users?after=user-Hannah+Smith'),
  ('SELECT * FROM usage.projects', NULL),
  ('SELECT * FROM usage.project_api_keys', NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=3 omit_null=off sorted_keys=on pretty=on >/dev/null
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.admin_api_keys', 'admin_api_keys admin_api_keys?after=key_admin_3'),
  ('SELECT * FROM usage.project_rate_limits', NULL),
  ('SELECT * FROM usage.spend_limits', 'spend_limit');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo Limits that are not set, archived projects that answer 404 or their rows, what is gone:
\! "$USAGE_SIMULATOR_CONTROL" set spend_limit=off archived=404 page_limit=0 pretty=off >/dev/null
\i test/lib/lists_load.sql
INSERT INTO cases (query, asks, answer) VALUES
  ('SELECT * FROM usage.spend_limits', 'spend_limit!404', 'both are empty'),
  ('SELECT * FROM usage.project_users', NULL, 'same'),
  ('SELECT * FROM usage.project_spend_limits', NULL, 'same');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
\! "$USAGE_SIMULATOR_CONTROL" set archived=rows gone=proj_web,user-alice,key_2 >/dev/null
\i test/lib/lists_load.sql
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.projects', NULL),
  ('SELECT * FROM usage.users', NULL),
  ('SELECT * FROM usage.project_users', NULL),
  ('SELECT * FROM usage.project_api_keys', NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo An object that comes twice, as the list changes while it is read:
\! "$USAGE_SIMULATOR_CONTROL" set page_limit=2 >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" fault bucket_duplicate count=-1 >/dev/null
INSERT INTO cases (query) VALUES
  ('SELECT * FROM usage.users'), ('SELECT name FROM usage.users'),
  ('SELECT count(*) FROM usage.projects'),
  ('SELECT * FROM usage.project_users');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null

\echo 100, 101 and 1,000 objects:
\! "$USAGE_SIMULATOR_CONTROL" set projects=93 gone= users=94 page_limit=0 archived=400 >/dev/null
\i test/lib/lists_load.sql
INSERT INTO cases (query, asks) VALUES
  ('SELECT * FROM usage.projects', 'projects?include_archived=true'),
  ('SELECT * FROM usage.users', 'users users?after=user-extra-0093');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
\! "$USAGE_SIMULATOR_CONTROL" set projects=993 users=0 >/dev/null
\i test/lib/lists_load.sql
INSERT INTO cases (query, asks, answer) VALUES
  ('SELECT * FROM usage.projects', NULL, 'same'),
  -- one request a project, and those of the list of projects, are too many
  ('SELECT * FROM usage.project_spend_limits', NULL, '54000: reading endpoint '
    '"project_spend_limits" would take 1010 requests, more than the 1000 allowed');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
SELECT * FROM usage.project_spend_limits;
ALTER FOREIGN TABLE usage.project_spend_limits OPTIONS (max_requests '1010');
INSERT INTO cases (query) VALUES ('SELECT * FROM usage.project_spend_limits');
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql
