-- test/lib/lists_load_rest.sql: load each list of the variable "rest"
--
-- psql has no loop, so this takes the first name and includes itself for the
-- others.
SELECT split_part(:'rest', ' ', 1) AS list,
	substr(:'rest', strpos(:'rest' || ' ', ' ') + 1) AS rest \gset
\setenv USAGE_LIST :list
SELECT format('TRUNCATE events.%1$I; ALTER TABLE events.%1$I RENAME TO loading', :'list') \gexec
\copy events.loading FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" objects $USAGE_LIST' (FORMAT csv, HEADER)
SELECT format('ALTER TABLE events.loading RENAME TO %I', :'list') \gexec
SELECT :'rest' <> '' AS more \gset
\if :more
\i test/lib/lists_load_rest.sql
\endif
