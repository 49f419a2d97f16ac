-- test/lib/asked.sql: show how much was asked of the simulator, and forget it
--
-- Of each request: how many buckets, and its status where that is not 200.
\set ECHO none
\i test/lib/load_requests.sql \set ECHO none
SELECT coalesce('buckets asked for: ' || string_agg(
	((substring(query FROM 'end_time=(\d+)')::bigint
		- substring(query FROM 'start_time=(\d+)')::bigint)
		/ CASE substring(query FROM 'bucket_width=(\w+)')
			WHEN '1m' THEN 60 WHEN '1h' THEN 3600 ELSE 86400 END)::text
	|| CASE WHEN query ~ 'page=' THEN '+' ELSE '' END
	|| CASE status WHEN 200 THEN '' ELSE '!' || status END, ' ' ORDER BY seq), 'no request') AS asked
FROM request;
\set ECHO all
