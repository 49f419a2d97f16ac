-- test/lib/asked.sql: show how much was asked of the simulator, and forget it
--
-- Of each request: how many buckets, and its status where that is not 200.
\set ECHO none
\i test/lib/load_requests.sql \set ECHO none
SELECT coalesce('buckets asked for: ' || string_agg(
	pg_temp.buckets_asked(query)::text
	|| CASE WHEN query ~ 'page=' THEN '+' ELSE '' END
	|| CASE status WHEN 200 THEN '' ELSE '!' || status END, ' ' ORDER BY seq), 'no request') AS asked
FROM request;
\set ECHO all
