-- test/lib/load_requests.sql: what was asked of the simulator into "request",
-- and forget it there
\set ECHO none
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\set QUIET off
\set ECHO all
