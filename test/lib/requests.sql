-- test/lib/requests.sql: show what was asked of the simulator, and forget it
--
-- Parameters are decoded; group_by is left out, as it goes with the table.
\set ECHO none
\i test/lib/load_requests.sql \set ECHO none
SELECT endpoint || '?' || pg_temp.show_query(query) AS request FROM request ORDER BY seq;
\set ECHO all
