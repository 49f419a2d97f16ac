--
-- Options: what is refused when they are set, with which SQLSTATE and hint,
-- what is accepted, and who may set what.
--
SET client_min_messages = warning;
SET DateStyle = ISO;

-- What a command is refused with; whatever it did is undone.
CREATE FUNCTION refused(command text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text;
BEGIN
  EXECUTE command;
  RAISE EXCEPTION USING ERRCODE = 'UF000';
EXCEPTION
  WHEN SQLSTATE 'UF000' THEN
    RETURN 'accepted';
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
                            hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ': ' || message
           || coalesce(E'\n detail: ' || nullif(detail, ''), '')
           || coalesce(E'\n hint: ' || nullif(hint, ''), '');
END
$$;
CREATE FUNCTION server_with(options text) RETURNS text LANGUAGE sql AS $$
  SELECT refused('CREATE SERVER s FOREIGN DATA WRAPPER usage_fdw OPTIONS (' || options || ')')
$$;
CREATE FUNCTION mapping_with(options text) RETURNS text LANGUAGE sql AS $$
  SELECT refused('CREATE USER MAPPING FOR PUBLIC SERVER api OPTIONS (' || options || ')')
$$;
CREATE FUNCTION table_with(options text) RETURNS text LANGUAGE sql AS $$
  SELECT refused('CREATE FOREIGN TABLE t (day date) SERVER api OPTIONS (' || options || ')')
$$;
CREATE FUNCTION column_with(options text) RETURNS text LANGUAGE sql AS $$
  SELECT refused('CREATE FOREIGN TABLE t (x text OPTIONS (' || options || ')) SERVER api')
$$;

CREATE SERVER api FOREIGN DATA WRAPPER usage_fdw;

\pset format unaligned
\pset tuples_only on
\pset null NULL

-- unknown names, in every place
SELECT refused('CREATE FOREIGN DATA WRAPPER w VALIDATOR usage_fdw_validator
  OPTIONS (base_url ''https://h'')');
SELECT server_with($$weather 'x'$$);
SELECT mapping_with($$weather 'x'$$);
SELECT table_with($$weather 'x'$$);
SELECT column_with($$weather 'x'$$);

-- a typo, and the right name in the wrong place
SELECT server_with($$base_ulr 'https://h'$$);
SELECT server_with($$"Base_URL" 'https://h'$$);
SELECT mapping_with($$apikey 'x'$$);
SELECT table_with($$endpiont 'costs'$$);
SELECT column_with($$feild 'x'$$);
SELECT server_with($$api_key 'x'$$);
SELECT server_with($$bucket_width '1d'$$);
SELECT mapping_with($$base_url 'https://h'$$);
SELECT table_with($$base_url 'https://h'$$);
SELECT table_with($$proxy 'https://h'$$);
SELECT table_with($$extra_dimensions 'true'$$);
SELECT column_with($$endpoint 'costs'$$);

-- base_url and proxy: a wrong one may hold a password and is not shown
SELECT value, server_with(format('base_url %L', value))
FROM (VALUES
  (''), ('api.openai.com'), ('ftp://h/v1'), ('https://'), ('file:///etc/passwd'),
  ('https://user:secret@h/v1'), ('https://user@h/v1'), ('https://h/v1?key=secret'),
  ('https://h/v1?'), ('https://h/v1#x'), (E'https://h/v1\r\nX: y'), ('https://h/v 1'),
  ('https://h/v1'), ('https://h:8443/v1/'), ('HTTPS://h'), ('https://[::1]/v1')) v(value);
SELECT value, server_with(format('proxy %L', value))
FROM (VALUES ('proxy'), ('http://user:secret@proxy:3128'), ('http://proxy:3128'),
  ('https://proxy')) v(value);

-- plain http stays on this machine, unless it is allowed
SELECT value, server_with(format('base_url %L', value))
FROM (VALUES
  ('http://h/v1'), ('HTTP://h/v1'), ('http://localhost.h/v1'), ('http://10.0.0.1'),
  ('http://localhost:8080/v1'), ('http://127.0.0.1/v1'), ('http://127.9.9.9'),
  ('http://[::1]:8080')) v(value);
SELECT server_with($$base_url 'http://h/v1', allow_http 'true'$$);
SELECT server_with($$base_url 'http://h/v1', allow_http 'false'$$);
SELECT server_with($$base_url 'http://localhost/v1', proxy 'http://proxy:3128'$$);
SELECT server_with($$base_url 'http://localhost/v1', proxy 'http://localhost:3128'$$);
SELECT server_with($$base_url 'https://h/v1', proxy 'http://proxy:3128'$$);

-- what goes into headers
SELECT name, to_json(value), server_with(format('%I %L', name, value))
FROM (VALUES ('organization'), ('project')) n(name),
     (VALUES (''), ('org 1'), (E'org\r\nX: y'), (E'org\t'), ('org-1')) v(value);

-- times and numbers
SELECT name, value, server_with(format('%I %L', name, value))
FROM (VALUES
  ('connect_timeout', ''), ('connect_timeout', 'soon'), ('connect_timeout', '-1'),
  ('connect_timeout', '10 fortnights'), ('connect_timeout', '25h'),
  ('connect_timeout', '99999999999999'), ('connect_timeout', '0'), ('connect_timeout', '10s'),
  ('request_timeout', '2 d'), ('request_timeout', '1min'), ('request_timeout', '250'),
  ('retry_delay', '61s'), ('retry_delay', '1kB'), ('retry_delay', '500ms'),
  ('max_retries', 'many'), ('max_retries', '-1'), ('max_retries', '101'), ('max_retries', '5s'),
  ('max_retries', '0'), ('max_requests', '0'), ('max_requests', '1'),
  ('max_requests_per_minute', '-1'), ('max_requests_per_minute', '100001'),
  ('max_requests_per_minute', '1.5h'), ('max_requests_per_minute', '0'),
  ('max_result_bytes', '1023'), ('max_result_bytes', '65MB'), ('max_result_bytes', '1MB'),
  ('allow_http', 'perhaps'), ('allow_http', ''), ('allow_http', 'on'),
  ('array_format', 'csv'), ('array_format', ''), ('array_format', 'Repeat'),
  ('array_format', 'repeat'), ('array_format', 'brackets'), ('array_format', 'comma'),
  ('ca_file', ''), ('ca_file', 'ca.pem'), ('ca_file', '/etc/ssl/ca.pem')) v(name, value);

-- a limit of all requests is the server's (where sessions can't count together it warns:
-- test/t/033_rate_unshared.pl)
SELECT table_with($$max_requests_per_minute '60'$$);
SET client_min_messages = error;
SELECT server_with($$max_requests_per_minute '60'$$);
SET client_min_messages = warning;

-- a user mapping has at most one key; a wrong one is not shown
SELECT mapping_with($$api_key 'sk-admin-1', api_key_file '/etc/key'$$);
SELECT mapping_with($$api_key ''$$);
SELECT mapping_with($$api_key 'sk-admin secret'$$);
SELECT mapping_with($$api_key E'sk-admin-secret\r\nX: y'$$);
SELECT mapping_with($$api_key E'sk-admin-secret\t'$$);
SELECT mapping_with($$api_key_file 'key'$$);
SELECT mapping_with($$api_key 'sk-admin-1'$$);
SELECT mapping_with($$api_key_file '/etc/key'$$);

-- tables
SELECT options, table_with(options)
FROM (VALUES
  ($$endpoint ''$$), ($$endpoint 'weather'$$), ($$endpoint 'Costs'$$), ($$endpoint 'costs'$$),
  ($$path ''$$), ($$path 'organization/usage/new'$$), ($$path '/'$$), ($$path '/a/../b'$$),
  ($$path '/a?limit=1'$$), ($$path '/a#b'$$), ($$path '/a%2e%2e/b'$$), ($$path '/a b'$$),
  ($$path '/organization/usage/new'$$),
  ($$path '/organization/invites', kind 'list'$$), ($$path '/a', kind 'lists'$$),
  ($$path '/a/{b_1}/c'$$), ($$path '/{a}'$$), ($$path '/a/{b}'$$), ($$path '/a/{}/c'$$),
  ($$path '/a/{b'$$), ($$path '/a/b}'$$), ($$path '/a/{b}c'$$), ($$path '/a/x{b}/c'$$),
  ($$path '/a/{b}/{c}'$$), ($$path '/a/{B}'$$), ($$path '/a/{b}/../c'$$),
  ($$endpoint 'costs', kind 'list'$$), ($$endpoint 'users', kind 'list'$$),
  ($$endpoint 'spend_limits', kind 'list'$$), ($$endpoint 'spend_limits'$$),
  ($$endpoint 'costs', path '/organization/costs'$$),
  ($$bucket_width ''$$), ($$bucket_width '1w'$$), ($$bucket_width '1 day'$$),
    ($$bucket_width '1h'$$),
  ($$endpoint 'completions', bucket_width '1m'$$), ($$endpoint 'costs', bucket_width '1h'$$),
  ($$path '/organization/usage/new', bucket_width '1h'$$),
  ($$history ''$$), ($$history 'long'$$), ($$history '23 hours'$$), ($$history '-1 year'$$),
  ($$history '1 mon -29 days'$$), ($$history '101 years'$$), ($$history '1000000000 years'$$),
  ($$history 'infinity'$$), ($$history '1 day'$$), ($$history '90 days'$$),
    ($$history '100 years'$$),
  ($$rows_per_bucket '0'$$), ($$rows_per_bucket 'x'$$), ($$rows_per_bucket '50'$$),
  ($$revision '-1'$$), ($$revision 'x'$$), ($$revision '2', dimensions_revision '0'$$),
  ($$connect_timeout 'x'$$), ($$connect_timeout '5s', request_timeout '5s', max_retries '0',
     retry_delay '0', max_requests '10'$$)) v(options);

-- columns
SELECT options, column_with(options)
FROM (VALUES
  ($$column_name ''$$), ($$column_name 'model'$$),
  ($$field ''$$), ($$field 'a..b'$$), ($$field '.a'$$), ($$field 'a.'$$), ($$field 'a b'$$),
  ($$field 'a.b|c.d|e'$$), ($$field 'a|'$$), ($$field '|a'$$), ($$field 'a||b'$$), ($$field 'a|*'$$),
  ($$field '*.a'$$), ($$field 'amount.value'$$), ($$field 'x-new_field2'$$), ($$field '*'$$),
  ($$role 'attribute', filter 'a'$$), ($$role ''$$),
  ($$role 'Measure'$$), ($$role 'sum'$$), ($$role 'measure'$$), ($$role 'other'$$),
  ($$filter ''$$), ($$filter 'Models'$$), ($$filter 'models[]'$$), ($$filter 'a&b'$$),
    ($$filter '2x'$$),
  ($$filter 'start_time'$$), ($$filter 'limit'$$), ($$filter 'page'$$), ($$filter 'group_by'$$),
  ($$filter 'regions'$$), ($$filter 'regions', role 'dimension'$$),
  ($$filter 'regions', role 'measure'$$)) v(options);

-- altering: what is left is checked as a whole
\pset format aligned
\pset tuples_only off
ALTER SERVER api OPTIONS (ADD base_url 'http://h/v1');  -- ERROR
ALTER SERVER api OPTIONS (ADD base_url 'http://h/v1', ADD allow_http 'yes');
ALTER SERVER api OPTIONS (DROP allow_http);  -- ERROR
ALTER SERVER api OPTIONS (SET base_url 'https://h/v1', DROP allow_http);
ALTER SERVER api OPTIONS (ADD max_retries '2', ADD request_timeout '30s');
ALTER SERVER api OPTIONS (SET max_retries '1000');  -- ERROR
SELECT srvoptions FROM pg_foreign_server WHERE srvname = 'api';

CREATE USER MAPPING FOR CURRENT_USER SERVER api OPTIONS (api_key 'sk-admin-1');
ALTER USER MAPPING FOR CURRENT_USER SERVER api OPTIONS (SET api_key 'sk-admin-2');
ALTER USER MAPPING FOR CURRENT_USER SERVER api OPTIONS (ADD api_key_file '/etc/key');  -- ERROR
ALTER USER MAPPING FOR CURRENT_USER SERVER api OPTIONS (DROP api_key, ADD api_key_file '/etc/key');
ALTER USER MAPPING FOR CURRENT_USER
  SERVER api OPTIONS (DROP api_key_file, ADD api_key 'sk-admin-3');
SELECT umoptions FROM pg_user_mappings WHERE srvname = 'api';

CREATE FOREIGN TABLE hourly (day date, model text) SERVER api
  OPTIONS (endpoint 'completions', bucket_width '1h');
ALTER FOREIGN TABLE hourly OPTIONS (SET endpoint 'costs');  -- ERROR
ALTER FOREIGN TABLE hourly OPTIONS (SET endpoint 'costs', SET bucket_width '1d');
ALTER FOREIGN TABLE hourly OPTIONS (ADD path '/organization/usage/new');  -- ERROR
ALTER FOREIGN TABLE hourly OPTIONS (DROP endpoint, ADD path '/organization/usage/new');
ALTER FOREIGN TABLE hourly ALTER COLUMN model OPTIONS (ADD filter 'limit');  -- ERROR
ALTER FOREIGN TABLE hourly ALTER COLUMN model OPTIONS (ADD filter 'regions', ADD field 'region');
SELECT ftoptions, attfdwoptions FROM pg_foreign_table, pg_attribute
WHERE ftrelid = 'hourly'::regclass AND attrelid = ftrelid AND attname = 'model';

-- a table without endpoint and path reads the endpoint of its name; whether
-- there is one is known when it is read
CREATE FOREIGN TABLE weather (day date) SERVER api;
SELECT * FROM weather;  -- ERROR
CREATE FOREIGN TABLE costs (day date) SERVER api OPTIONS (bucket_width '1h');
SELECT * FROM costs;  -- ERROR

-- files on the server's host are for superusers to name
CREATE ROLE regress_usage_owner;
CREATE ROLE regress_usage_other;
GRANT USAGE ON FOREIGN DATA WRAPPER usage_fdw TO regress_usage_owner, regress_usage_other;
CREATE SERVER his FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '/etc/ssl/his.pem');
ALTER SERVER his OWNER TO regress_usage_owner;
GRANT USAGE ON FOREIGN SERVER his TO regress_usage_other;
CREATE USER MAPPING FOR regress_usage_other SERVER his OPTIONS (api_key_file '/etc/key');

SET ROLE regress_usage_owner;
CREATE SERVER mine FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '/etc/passwd');  -- ERROR
CREATE SERVER mine FOREIGN DATA WRAPPER usage_fdw;
ALTER SERVER mine OPTIONS (ADD ca_file '/etc/passwd');  -- ERROR
CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (api_key_file '/etc/passwd');  -- ERROR
CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (api_key 'sk-admin-1');
ALTER USER MAPPING FOR CURRENT_USER
  SERVER mine OPTIONS (DROP api_key, ADD api_key_file '/etc/passwd');  -- ERROR

-- what a superuser has set stays when its owner changes something else
ALTER SERVER his OPTIONS (ADD max_retries '7');
ALTER SERVER his OPTIONS (SET ca_file '/etc/passwd');  -- ERROR
SELECT srvname, srvoptions FROM pg_foreign_server WHERE srvname IN ('his', 'mine') ORDER BY 1;
CREATE SERVER second FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '/etc/ssl/his.pem');
DROP SERVER second;
ALTER SERVER his OPTIONS (DROP ca_file);

-- it is no help on a server of somebody else
RESET ROLE;
ALTER SERVER his OPTIONS (ADD ca_file '/etc/ssl/his.pem');
SET ROLE regress_usage_other;
CREATE SERVER other FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '/etc/ssl/his.pem');  -- ERROR

-- nor on one of a wrapper that does not validate
RESET ROLE;
CREATE FOREIGN DATA WRAPPER regress_lax;
GRANT USAGE ON FOREIGN DATA WRAPPER regress_lax TO regress_usage_other;
SET ROLE regress_usage_other;
CREATE SERVER lax FOREIGN DATA WRAPPER regress_lax OPTIONS (ca_file '/etc/passwd');
CREATE SERVER other FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '/etc/passwd');  -- ERROR

-- a user may replace a key file by a key, but not by another file
ALTER USER MAPPING FOR CURRENT_USER SERVER his OPTIONS (SET api_key_file '/etc/passwd');  -- ERROR
ALTER USER MAPPING FOR CURRENT_USER
  SERVER his OPTIONS (DROP api_key_file, ADD api_key 'sk-admin-1');
RESET ROLE;

-- a key is looked up when a scan starts, for the user who runs it: no mapping,
-- no file, and a file for a server whose owner could have the key sent anywhere
CREATE SERVER keyless FOREIGN DATA WRAPPER usage_fdw
  OPTIONS (base_url 'http://localhost:1', max_retries '0');
CREATE FOREIGN TABLE embeddings (day date) SERVER keyless;
\pset format unaligned
\pset tuples_only on
SELECT replace(refused('SELECT FROM embeddings'), '"' || CURRENT_USER || '"', '"me"');
-- a dump by a role that may not see the key has the mapping without options:
-- it can be restored, and a key be added, which the server is then asked with
CREATE USER MAPPING FOR CURRENT_USER SERVER keyless;
SELECT replace(refused('SELECT FROM embeddings'), '"' || CURRENT_USER || '"', '"me"');
ALTER USER MAPPING FOR CURRENT_USER SERVER keyless OPTIONS (ADD api_key 'sk-admin-1');
SELECT refused('SELECT FROM embeddings') ~ '^HV00N: could not read endpoint "embeddings": ';
ALTER USER MAPPING FOR CURRENT_USER SERVER keyless OPTIONS (DROP api_key);
SELECT replace(refused('SELECT FROM embeddings'), '"' || CURRENT_USER || '"', '"me"');
DROP USER MAPPING FOR CURRENT_USER SERVER keyless;
CREATE USER MAPPING FOR PUBLIC SERVER keyless OPTIONS (api_key_file '/nonexistent/key');
SELECT refused('SELECT FROM embeddings');
GRANT SELECT ON embeddings TO regress_usage_other;
SET ROLE regress_usage_other;
SELECT refused('SELECT FROM embeddings');
RESET ROLE;
ALTER SERVER keyless OWNER TO regress_usage_owner;
SELECT refused('SELECT FROM embeddings');
\pset format aligned
\pset tuples_only off

DROP FOREIGN DATA WRAPPER regress_lax CASCADE;
DROP SERVER keyless CASCADE;
DROP SERVER his CASCADE;
DROP SERVER mine CASCADE;
DROP SERVER api CASCADE;
REVOKE USAGE ON FOREIGN DATA WRAPPER usage_fdw FROM regress_usage_owner, regress_usage_other;
DROP ROLE regress_usage_owner, regress_usage_other;
DROP FUNCTION server_with, mapping_with, table_with, column_with, refused;
