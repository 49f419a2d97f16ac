--
-- usage_fdw_create_reports(): what it makes of which schemas, and who may.
--
\i test/lib/setup.sql
\i test/lib/by_case.sql
\set ECHO none
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS live, report, "Own ""reports""", copies CASCADE;
CREATE SCHEMA live;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO live OPTIONS (extra_dimensions 'true');
CREATE FUNCTION pg_temp.fail(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  EXECUTE query;
  answer := 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  answer := concat_ws(' | ', SQLSTATE, message);
END
$$;
\pset format unaligned
\pset tuples_only on

\echo Of imported tables; with all dimensions; of lists alone; of nothing
SELECT report, view, lacks FROM usage_fdw_create_reports('report', 'usage');
SELECT count(*), count(view), count(lacks) FROM usage_fdw_create_reports('report', 'live');
CREATE SCHEMA copies;
SELECT report, lacks FROM usage_fdw_create_reports('Own "reports"', 'copies');
CREATE TABLE copies.projects AS TABLE usage.projects;
CREATE TABLE copies.project_api_keys AS TABLE usage.project_api_keys;
SELECT view FROM usage_fdw_create_reports('Own "reports"', 'copies') WHERE view IS NOT NULL;

\echo The first schema that has a table, a live view before the table, own columns more or fewer
CREATE TABLE copies.costs (day date, project_id text, currency text, amount numeric, team text);
CREATE VIEW copies.costs_live AS
SELECT day, project_id, currency, amount + 1 AS amount FROM copies.costs;
INSERT INTO copies.costs VALUES (usage_fdw_today(), 'proj_web', 'usd', 1, 'red');
SELECT report, lacks FROM usage_fdw_create_reports('Own "reports"', 'copies', 'live')
WHERE lacks IS NOT NULL;
SELECT project_name, amount FROM "Own ""reports""".cost_by_project;
SELECT count(*) FROM "Own ""reports""".cost_anomaly;
DROP VIEW copies.costs_live CASCADE;
SELECT count(view) FROM usage_fdw_create_reports('Own "reports"', 'copies', 'live');
SELECT project_name, amount FROM "Own ""reports""".cost_by_project;

\echo All has a comment: lines are what has none
SELECT v.relname, a.attname
FROM pg_class AS v JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0
WHERE v.relnamespace = 'report'::regnamespace AND v.relkind = 'v'
  AND (col_description(v.oid, a.attnum) IS NULL OR obj_description(v.oid, 'pg_class') IS NULL);
SELECT count(*), count(DISTINCT relname)
FROM pg_class AS v JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0
WHERE v.relnamespace = 'report'::regnamespace AND v.relkind = 'v';
SELECT name, c FROM usage_fdw_report, json_object_keys(column_descriptions) AS c
EXCEPT SELECT relname, attname FROM pg_class AS v JOIN pg_attribute AS a ON a.attrelid = v.oid
WHERE v.relnamespace = 'report'::regnamespace;

\echo The organization of the server
ALTER SERVER openai OPTIONS (ADD organization 'org-''7');
SELECT count(view) FROM usage_fdw_create_reports('report', 'live');
SELECT DISTINCT "BillingAccountId" FROM report.focus_cost_and_usage
WHERE "ChargePeriodStart" > now() - interval '3 days';
ALTER SERVER openai OPTIONS (DROP organization);

\echo What is wrong
CREATE ROLE regress_reporter;
GRANT USAGE ON SCHEMA live TO regress_reporter;
INSERT INTO cases (how, name, query, answer) VALUES
  ('fail', 'no schema', $$SELECT usage_fdw_create_reports('report', 'live', 'typo')$$,
    '3F000 | schema "typo" does not exist'),
  ('fail', 'NULL', $$SELECT usage_fdw_create_reports(NULL, 'live')$$,
    '22004 | names of schemas must not be NULL'),
  ('fail', 'NULL', $$SELECT usage_fdw_create_reports('report', VARIADIC ARRAY['live', NULL])$$,
    '22004 | names of schemas must not be NULL'),
  ('fail', 'NULL', $$SELECT usage_fdw_create_reports('report', VARIADIC NULL::name[])$$,
    '22004 | names of schemas must not be NULL'),
  ('fail', 'another schema', $$
    SET LOCAL ROLE regress_reporter; SELECT usage_fdw_create_reports('report', 'live')$$,
    '42501 | permission denied for schema report'),
  ('fail', 'no schema of the own', $$
    SET LOCAL ROLE regress_reporter; SELECT usage_fdw_create_reports('elsewhere', 'live')$$,
    '42501 | permission denied for database contrib_regression'),
  ('fail', 'a table has the name', $$
    CREATE SCHEMA taken; CREATE TABLE taken.cost_period ();
    SELECT usage_fdw_create_reports('taken', 'live')$$,
    '42809 | "cost_period" is not a view'),
  ('fail', 'another view has it', $$
    CREATE SCHEMA taken; CREATE VIEW taken.cost_period AS SELECT 1 AS one;
    SELECT usage_fdw_create_reports('taken', 'live')$$,
    '42P16 | cannot change name of view column "one" to "period"');
CALL pg_temp.run_cases();
\set ECHO none
\i test/lib/report.sql \set ECHO none
\set QUIET on

\echo Who reads a report needs neither the tables nor the key
GRANT USAGE ON SCHEMA report TO regress_reporter;
GRANT SELECT ON report.cost_by_project TO regress_reporter;
SET ROLE regress_reporter;
SELECT sum(amount) > 0 FROM report.cost_by_project WHERE day > current_date - 30;
SELECT 1 FROM live.costs;
RESET ROLE;
REVOKE ALL ON SCHEMA live, report FROM regress_reporter;
REVOKE ALL ON report.cost_by_project FROM regress_reporter;
DROP ROLE regress_reporter;
DROP SCHEMA live, report, "Own ""reports""", copies CASCADE;
