-- test/lib/ask_tools.sql: run the queries of test/lib/tools.sql, and tell of each
-- what it asked for
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
UPDATE tool_query AS c
	SET (answer, rows) = (SELECT r.answer, r.rows FROM pg_temp.run_tool(c) AS r);
ALTER SERVER openai OPTIONS (SET project 'none');
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
SELECT '  ' || concat_ws(' | ', name, pg_temp.requests_of(c), pg_temp.asked_by(c), answer)
FROM tool_query AS c ORDER BY n;
SELECT '  too many have no rows: ' || string_agg(name, ', ')
FROM tool_query WHERE rows = 0 HAVING count(*) > 2;
SELECT :'tools_report' <> '' AS reporting \gset
\if :reporting
CREATE TEMP VIEW report_line AS
SELECT concat_ws(': ', nullif(:'tool', ''), name) AS query, count(seq) AS requests,
	coalesce(sum(bytes), 0) AS bytes, c.rows, answer
FROM tool_query AS c LEFT JOIN tool_request ON project = c.n::text
GROUP BY c.n, name, c.rows, answer ORDER BY c.n;
\copy (TABLE report_line) TO PROGRAM 'cat >> "$USAGE_TOOLS_REPORT"'
DROP VIEW report_line;
\endif
TRUNCATE tool_query;
