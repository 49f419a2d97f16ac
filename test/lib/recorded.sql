-- test/lib/recorded.sql: file the requests of the cases that have run
\set ECHO none
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
INSERT INTO recorded
SELECT split_part(project, '.', 1)::int, split_part(project, '.', 2)::int,
	seq, endpoint, pg_temp.parameters(query)
FROM request WHERE project <> 'none';
ANALYZE recorded;
\set QUIET off
\set ECHO all
