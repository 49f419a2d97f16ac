-- test/lib/lists_report.sql: print the cases of test/lib/lists.sql that have run
--
-- Requests are in the order in which they came or, where the variable "by_path"
-- is true, as several scans are on their way at once, by their paths.
\set ECHO none
\set QUIET on
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
\pset format unaligned
\pset tuples_only on
SELECT '  ' || concat_ws(' | ', regexp_replace(btrim(c.query, E' \n'), '\s+', ' ', 'g'),
	f.answer, CASE WHEN length(asked) > 300 THEN left(asked, 200) || ' ... '
		|| count || ' requests' ELSE asked END,
	CASE WHEN f.answer IS DISTINCT FROM c.answer THEN 'NOT the answer ' || c.answer END,
	CASE WHEN asked <> regexp_replace(btrim(c.asks, E' \n'), '\s+', ' ', 'g')
		THEN 'NOT the requests ' || c.asks END)
FROM cases AS c JOIN found AS f USING (id)
CROSS JOIN LATERAL (SELECT coalesce(string_agg(
		pg_temp.show_request(r.path, r.query, r.status), ' '
		ORDER BY CASE WHEN :by_path THEN r.path END COLLATE "C", r.seq), '') AS asked, count(*)
	FROM request AS r WHERE r.project = c.id::text) AS r
WHERE NOT f.reported ORDER BY c.id;
UPDATE found SET reported = true;
\pset format aligned
\pset tuples_only off
\i test/lib/lists_judged.sql
