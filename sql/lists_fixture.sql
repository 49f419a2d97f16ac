--
-- The official description's own example answers, and the rows that they become.
--
\i test/lib/lists.sql
\pset null NULL
SET timezone = 'UTC';
SET datestyle = iso;
\! test/lib/serve_list projects users admin_api_keys
\! test/lib/serve_list project_users project_service_accounts project_api_keys
SELECT * FROM usage.projects;
SELECT * FROM usage.users;
SELECT * FROM usage.admin_api_keys;
SELECT * FROM usage.project_users;
SELECT * FROM usage.project_service_accounts;
\x on
SELECT * FROM usage.project_api_keys;
\x off
\i test/lib/load_requests.sql \set ECHO none \set QUIET on
\i test/lib/lists_judged.sql
