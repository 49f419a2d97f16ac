-- test/lib/report.sql: print the cases of test/lib/by_case.sql that have run
\set ECHO none
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
INSERT INTO case_request
SELECT project::int, seq, endpoint || ' ' || regexp_replace(pg_temp.show_query(query),
		'start_time=(\S+) end_time=(\S+) bucket_width=(\w+)', '\1..\2 \3'),
	pg_temp.buckets_asked(query)::text
	|| CASE WHEN query ~ 'page=' THEN '+' ELSE '' END
	|| CASE status WHEN 200 THEN '' ELSE '!' || status END
FROM request WHERE project <> 'none';
SELECT pg_temp.report() \g (format=unaligned tuples_only=on)
\set QUIET off
\set ECHO all
