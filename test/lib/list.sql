-- test/lib/list.sql: usage and its oracle, for tests of long lists of values
--
-- The schema "own" is the test's; pg_temp.theirs() and others are there to compare.
\i test/lib/setup.sql
\set endpoints 'completions images'
\i test/lib/oracles.sql
\i test/lib/same.sql
\i test/lib/plan.sql
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
SET TimeZone = 'UTC';
CREATE SCHEMA own;
\set QUIET off
\set ECHO all
