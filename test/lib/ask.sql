-- test/lib/ask.sql: run the cases of test/lib/request_cases.sql, and tell of each
-- what it asked for
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT pg_temp.ask(c) FROM request_case AS c ORDER BY n \g /dev/null
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
SELECT pg_temp.line(
	pg_temp.asked_of(c), regexp_replace(wanted, '\n\s*', E'\n  ', 'g'), query, answer)
FROM request_case AS c ORDER BY n;
TRUNCATE request_case;
