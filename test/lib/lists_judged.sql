-- test/lib/lists_judged.sql: are the requests in "request" as the official
-- description has them?
--
-- test/fixtures/lists/parameters.tsv is made from it.  Shows how many of those
-- to the paths that it has were made, and each parameter that is not one of its
-- own, is given twice but no array, or has a value of another type.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
DROP TABLE IF EXISTS described CASCADE;
CREATE TEMP TABLE described (
	path text, parameter text, place text, type text, accepted text);
\copy described FROM PROGRAM 'grep -v "^#" test/fixtures/lists/parameters.tsv'
CREATE OR REPLACE TEMP VIEW asked AS
SELECT r.seq, d.path, split_part(p, '=', 1) AS parameter,
	pg_temp.url_decode(substr(p, strpos(p, '=') + 1)) AS value
FROM request AS r
JOIN (SELECT DISTINCT path FROM described) AS d
	ON r.path ~ ('^.*/v1' || replace(d.path, '{project_id}', '[^/]+') || '$')
LEFT JOIN LATERAL unnest(string_to_array(nullif(r.query, ''), '&')) AS p ON true;
SELECT count(DISTINCT seq) || ' requests judged by the description' FROM asked
\g (format=unaligned tuples_only=on)
SELECT a.* FROM asked AS a
LEFT JOIN described AS d ON d.path = a.path AND d.parameter = a.parameter AND d.place = 'query'
WHERE a.parameter IS NOT NULL AND (d.parameter IS NULL
	OR CASE d.type WHEN 'integer' THEN a.value !~ '^(100|[1-9][0-9]?)$'
		WHEN 'boolean' THEN a.value NOT IN ('true', 'false')
		ELSE coalesce(a.value <> ALL (string_to_array(nullif(d.accepted, ''), ',')), false) END
	OR (d.type <> 'array' AND (SELECT count(*) FROM asked AS o
		WHERE o.seq = a.seq AND o.parameter = a.parameter) > 1))
ORDER BY seq \g (format=unaligned tuples_only=on)
