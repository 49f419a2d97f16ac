-- test/lib/requests.sql: show what was asked of the simulator, and forget it
--
-- Parameters are decoded; group_by is left out, as it goes with the table.
\set ECHO none
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\set QUIET off
SELECT endpoint || '?' || pg_temp.show_query(query) AS request FROM request ORDER BY seq;
\set ECHO all
