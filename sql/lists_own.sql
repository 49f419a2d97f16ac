--
-- Lists that this version does not know, and columns that it does not know.
--
\i test/lib/lists.sql
\pset null '-'

\echo A list by its path; columns have the names of members, or say which they mean:
CREATE FOREIGN TABLE usage.people (
  id text,
  name text,
  mail text OPTIONS (field 'email', filter 'emails'),
  added_at timestamptz,
  added_seconds bigint OPTIONS (field 'added_at'),
  is_service_account boolean,
  nickname text,
  raw jsonb OPTIONS (field '*')
) SERVER openai OPTIONS (path '/organization/users', kind 'list');
\pset format unaligned
SELECT id, name, mail, added_at, added_seconds, is_service_account, nickname,
  raw - ARRAY['id', 'name', 'email', 'added_at', 'object'] AS rest
FROM usage.people ORDER BY added_at LIMIT 3;
\pset format aligned
EXPLAIN (COSTS OFF) SELECT id FROM usage.people WHERE mail = 'alice@example.com';

\echo The same under a project, which may have another column name:
CREATE FOREIGN TABLE usage.own_keys (
  project text OPTIONS (column_name 'project_id'),
  id text,
  owner text OPTIONS (field 'owner.user.name|owner.service_account.name|owner.type'),
  access text OPTIONS (field 'owner_project_access', filter 'owner_project_access'),
  used_at timestamptz OPTIONS (field 'last_used_at')
) SERVER openai OPTIONS (path '/organization/projects/{project_id}/api_keys', kind 'list');
-- without the parameter "any" of the catalogue, keys of who has left are not sent
SELECT count(*) FROM usage.own_keys;
SELECT * FROM usage.own_keys WHERE project = 'proj_web' ORDER BY id;
SELECT id FROM usage.own_keys WHERE project = 'proj_web' AND access = 'inactive';

\echo An object:
CREATE FOREIGN TABLE usage.own_limits (
  project_id text, cents numeric(12,2) OPTIONS (field 'threshold_amount'),
  status text OPTIONS (field 'enforcement.status')
) SERVER openai OPTIONS (path '/organization/projects/{project_id}/spend_limit', kind 'object');
SELECT * FROM usage.own_limits ORDER BY 1;
CREATE FOREIGN TABLE usage.raw_limit (raw jsonb OPTIONS (field '*')) SERVER openai
  OPTIONS (path '/organization/spend_limit', kind 'object');
SELECT * FROM usage.raw_limit;
\i test/lib/load_requests.sql \set ECHO none \set QUIET on
SELECT pg_temp.show_request(path, query, status) FROM request
WHERE path !~ 'projects/' ORDER BY seq;

\echo Known tables with columns of the user:
CREATE FOREIGN TABLE usage.few (
  id text, kind text OPTIONS (field 'object'), added timestamptz OPTIONS (column_name 'added_at'),
  residency text OPTIONS (field 'residency'), gone text OPTIONS (field 'a.b.c')
) SERVER openai OPTIONS (endpoint 'users');
SELECT * FROM usage.few ORDER BY added LIMIT 2;

\echo Domains, times and other types:
CREATE DOMAIN pg_temp.moment AS timestamptz CHECK (value > '2023-11-01');
CREATE DOMAIN pg_temp.present AS text NOT NULL;
CREATE FOREIGN TABLE usage.typed (
  id varchar, added_at pg_temp.moment, short timestamptz(0) OPTIONS (field 'added_at'),
  word text OPTIONS (field 'added_at'), n numeric OPTIONS (field 'added_at'),
  label pg_temp.present OPTIONS (field 'nothing|name|id')
) SERVER openai OPTIONS (path '/organization/users', kind 'list');
SELECT * FROM usage.typed WHERE n < 1701300000 ORDER BY n;
SELECT id, label FROM usage.typed WHERE label LIKE 'user%';
ALTER FOREIGN TABLE usage.typed ADD bad pg_temp.present OPTIONS (field 'nothing');
SELECT * FROM usage.typed;
ALTER FOREIGN TABLE usage.typed DROP bad, ADD wrong date OPTIONS (field 'added_at');
SELECT * FROM usage.typed;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=added_at value=99999999999999 >/dev/null
SELECT count(added_at) FROM usage.typed;
\setenv ISO '"2024-02-03T04:05:06Z"'
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=added_at "value=$ISO" >/dev/null
SELECT DISTINCT added_at FROM usage.typed;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=added_at 'value="soon"' >/dev/null
SELECT added_at FROM usage.typed;

\echo A parent that nobody lists must be given:
CREATE FOREIGN TABLE usage.group_users (group_id text, id text) SERVER openai
  OPTIONS (path '/organization/groups/{group_id}/users', kind 'list');
SELECT * FROM usage.group_users;
SELECT * FROM usage.group_users WHERE group_id = 'group_1';

\echo What does not go together:
CREATE FOREIGN TABLE usage.wrong (id text) SERVER openai
  OPTIONS (path '/organization/projects/{project_id}/users', kind 'list');
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ADD project_id int;
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ALTER project_id TYPE varchar(10);
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ALTER project_id TYPE text;
ALTER FOREIGN TABLE usage.wrong ALTER id OPTIONS (role 'dimension');
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ALTER id OPTIONS (SET role 'bucket');
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ALTER id OPTIONS (SET role 'parent');
SELECT * FROM usage.wrong;
ALTER FOREIGN TABLE usage.wrong ALTER id OPTIONS (SET role 'other', filter 'emails');
ALTER FOREIGN TABLE usage.users ADD nickname text;
SELECT * FROM usage.users;
ALTER FOREIGN TABLE usage.costs ADD nickname text OPTIONS (field 'nickname', role 'attribute');
SELECT * FROM usage.costs;
CREATE FOREIGN TABLE usage.buckets (id text OPTIONS (field 'id')) SERVER openai
  OPTIONS (path '/organization/users');
SELECT * FROM usage.buckets;
CREATE FOREIGN TABLE usage.listed (id text) SERVER openai
  OPTIONS (path '/organization/usage/completions', kind 'list');
SELECT * FROM usage.listed;
