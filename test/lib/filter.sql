-- test/lib/filter.sql: all tables with all of their dimensions, over 8 days, and
-- their oracles: usage_extra.ENDPOINT, and relation.ENDPOINT
--
-- 8 days are one request where nothing else is asked for; :first_day is the
-- first of them, :end_day the day after the last.
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage_extra
  OPTIONS (extra_dimensions 'true');
SELECT (now() AT TIME ZONE 'UTC')::date - 8 AS first_day,
       (now() AT TIME ZONE 'UTC')::date AS end_day \gset
SELECT format($$CREATE TABLE relation.%1$I AS
    SELECT * FROM oracle.%1$I WHERE day >= %2$L AND day < %3$L$$,
  endpoint, :'first_day', :'end_day')
FROM usage_fdw_columns() WHERE kind = 'usage' GROUP BY endpoint
\gexec
\set QUIET off
\set ECHO all
