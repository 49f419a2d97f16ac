-- test/lib/oracles.sql: test/lib/oracle.sql for each of several endpoints
--
-- Set the variable "endpoints" before: their names, with spaces between them.
-- psql has no loop, so this takes the first name and includes itself for the
-- rest.  The echo stays off.
\set ECHO none
\set QUIET on
SELECT split_part(:'endpoints', ' ', 1) AS endpoint,
	substr(:'endpoints', strpos(:'endpoints' || ' ', ' ') + 1) AS endpoints \gset
\set quiet true
\i test/lib/oracle.sql
\unset quiet
SELECT :'endpoints' <> '' AS more \gset
\if :more
\i test/lib/oracles.sql
\endif
