--
-- usage_fdw_requests(): what this session has asked, for who may know it.
-- (test/t/026_requests.pl has what fails, the log, and bounds.)
--
\i test/lib/setup.sql
\set ECHO none
\set QUIET on
SET client_min_messages = error;

-- Is something as it should be?
CREATE FUNCTION pg_temp.judged(about text, found text, expected text) RETURNS text LANGUAGE sql
AS $$ SELECT format('%s: %s%s', about, found,
  CASE WHEN found IS DISTINCT FROM expected THEN ', NOT the answer' END) $$;
\t on
\pset format unaligned

SELECT pg_temp.judged('requests of a new session', count(*)::text, '0') FROM usage_fdw_requests();
SELECT sum(amount) FROM usage.costs WHERE project_id = 'proj_web' AND day = current_date - 3 \g /dev/null
SELECT pg_temp.judged('path and filter', format('%s %s', path, substring(parameters FROM 'project_ids=.*')),
  '/v1/organization/costs project_ids=proj_web') FROM usage_fdw_requests();

-- attempts are one request
ALTER SERVER openai OPTIONS (SET max_retries '3', ADD retry_delay '1ms');
\! "$USAGE_SIMULATOR_CONTROL" fault status code=503 count=2 endpoint=costs >/dev/null
SELECT count(*) FROM usage.costs WHERE day = current_date - 3 \g /dev/null
SELECT pg_temp.judged('requests and their attempts', string_agg(attempts::text, ', '), '1, 3')
FROM usage_fdw_requests();
SELECT pg_temp.judged('an error that was overcome', count(error)::text, '0') FROM usage_fdw_requests();

-- Who may see what was asked?  Whoever has the privileges of the role whose
-- user mapping was used.
CREATE ROLE regress_owner;
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA usage TO regress_owner;
GRANT SELECT ON usage.costs TO regress_owner;
CREATE USER MAPPING FOR regress_owner SERVER openai OPTIONS (api_key 'sk-admin-simulator');
CREATE VIEW regress_costs AS SELECT * FROM usage.costs WHERE project_id = 'proj_web';
ALTER VIEW regress_costs OWNER TO regress_owner;
GRANT SELECT ON regress_costs TO regress_reader;
CREATE FUNCTION regress_total() RETURNS numeric LANGUAGE sql SECURITY DEFINER
RETURN (SELECT sum(amount) FROM usage.costs WHERE day = current_date - 4);
ALTER FUNCTION regress_total() OWNER TO regress_owner;

CREATE FUNCTION seen() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('%s rows, %s of them with what was asked, %s with how it was answered',
    count(*), count(parameters), count(status)) FROM usage_fdw_requests() $$;
SET ROLE regress_reader;
SELECT count(*) FROM regress_costs WHERE day = current_date - 3 \g /dev/null
SELECT regress_total() \g /dev/null
SELECT seen() AS reader \gset
RESET ROLE;
SET ROLE regress_owner;
SELECT seen() AS owner \gset
RESET ROLE;
SELECT pg_temp.judged('who reads a view', :'reader',
  '4 rows, 0 of them with what was asked, 4 with how it was answered');
SELECT pg_temp.judged('its owner', :'owner',
  '4 rows, 2 of them with what was asked, 4 with how it was answered');
SELECT pg_temp.judged('a superuser', seen(),
  '4 rows, 4 of them with what was asked, 4 with how it was answered');

SET ROLE regress_reader;
\set VERBOSITY terse
SET client_min_messages = warning;
SET usage_fdw.log_requests = 'all';
RESET ROLE;
SET usage_fdw.log_requests = 'some';
DROP FUNCTION regress_total(), seen();
DROP VIEW regress_costs;
DROP USER MAPPING FOR regress_owner SERVER openai;
REVOKE ALL ON SCHEMA usage FROM regress_owner;
REVOKE ALL ON usage.costs FROM regress_owner;
DROP ROLE regress_owner, regress_reader;
