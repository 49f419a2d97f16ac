--
-- usage_fdw_check(): a server's steps, each fault by its name, for who may use the server.
-- (test/t/024_check.pl has all faults, the network and files.)
--
\i test/lib/setup.sql
\set ECHO none
\set QUIET on
SET client_min_messages = error;
\t on
\pset format unaligned

-- The steps that fail, and whether these are the ones.
CREATE FUNCTION judged(about text, expected text, server name DEFAULT 'openai')
RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT format('%s: %s%s', about, found, CASE WHEN found <> expected THEN ', NOT the answer' END)
  FROM (SELECT coalesce(string_agg(step, ', ') FILTER (WHERE NOT ok), 'nothing') AS found
    FROM usage_fdw_check(server)) AS c $$;

SELECT step, ok, hint FROM usage_fdw_check('openai');
SELECT judged('all is well', 'nothing');
SELECT judged('no such server', 'server', 'regress_nobody');
CREATE FOREIGN DATA WRAPPER regress_other;
CREATE SERVER regress_theirs FOREIGN DATA WRAPPER regress_other;
SELECT judged('another wrapper', 'server', 'regress_theirs');
SELECT count(*) AS "no name, no row" FROM usage_fdw_check(NULL);

-- Who may use the server, and has a user mapping?
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SELECT judged('no USAGE', 'server');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER openai TO regress_reader;
SET ROLE regress_reader;
SELECT judged('no user mapping', 'user mapping');
SELECT step, detail FROM usage_fdw_check('openai') WHERE step IN ('API key', 'clock', 'first day');
RESET ROLE;

-- The key
ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key 'sk-admin-mistaken');
SELECT judged('a wrong key', 'authentication');
ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key 'sk-admin-usage-only');
SELECT judged('a key that may not read lists', 'lists');
ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key 'sk-admin-simulator');
\set missing 'body={"error":{"message":"Missing scopes: api.usage.read"}}'
\setenv BODY :missing
\! "$USAGE_SIMULATOR_CONTROL" fault status code=401 count=-1 "$BODY" >/dev/null
SELECT judged('401 that misses a scope', 'usage, costs, lists');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null

-- The API
\! "$USAGE_SIMULATOR_CONTROL" fault status code=503 count=-1 >/dev/null
SELECT judged('503', 'answer');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" fault bucket_disorder count=-1 >/dev/null
SELECT judged('buckets out of order', 'usage, costs');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" fault status code=500 endpoint=completions after=1 >/dev/null
SELECT judged('the first day is asked for', 'first day');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null
\! "$USAGE_SIMULATOR_CONTROL" set now=$(($(date +%s) + 1000)) >/dev/null
SELECT judged('a clock that is behind', 'clock');
\! "$USAGE_SIMULATOR_CONTROL" set now=$(($(date +%s) - 1000)) >/dev/null
SELECT judged('a clock that is ahead', 'clock');
\! "$USAGE_SIMULATOR_CONTROL" set now=real >/dev/null

DROP FUNCTION judged;
DROP FOREIGN DATA WRAPPER regress_other CASCADE;
REVOKE ALL ON FOREIGN SERVER openai FROM regress_reader;
DROP ROLE regress_reader;
