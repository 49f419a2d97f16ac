-- test/lib/time_judged.sql: were the cases of test/lib/time_cases.sql asked for, and
-- answered, as PostgreSQL says?
--
-- Makes the views judged and failed, of what test/lib/recorded.sql has filed.
\set ECHO none
\set QUIET on
SET client_min_messages = error;
-- Each request: aligned, no longer than a page, with the limit that it needs.
CREATE TEMP VIEW window_asked AS
SELECT r.id, r.execution, r.seq, c.subject AS width,
	to_timestamp(p.s) AS start_time, to_timestamp(p.e) AS end_time,
	p.s % p.w = 0 AND p.e % p.w = 0 AND p.e > p.s AND p.n <= pg_temp.limit_of(c.subject)
		AND r.parameters->'limit' = jsonb_build_array(p.n::text)
		AND r.parameters->'bucket_width' = jsonb_build_array(c.subject)
		AND to_timestamp(p.e - p.w) <= now()
		AND r.parameters - ARRAY['start_time', 'end_time', 'limit', 'bucket_width', 'group_by']
			= '{}' AS well_formed
FROM recorded AS r JOIN cases AS c USING (id)
CROSS JOIN LATERAL (SELECT (r.parameters->'start_time'->>0)::bigint,
	(r.parameters->'end_time'->>0)::bigint,
	extract(epoch FROM pg_temp.width_of(c.subject))::bigint) AS q(s, e, w)
CROSS JOIN LATERAL (SELECT s, e, w, (e - s) / w) AS p(s, e, w, n);

-- Each execution of each case.
CREATE TEMP VIEW judged AS
SELECT c.id, c.subject AS width, c.form, c.plan, a.execution, c.zones[a.execution] AS zone,
	c.expected->>'fit' AS fit,
	a.rows, a.missing, a.surplus, a.error, w.well_formed, w.requests, w.asked,
	l.span, l.span * a.wanted AS wanted,
	(SELECT sum(ceil(extract(epoch FROM upper(x) - lower(x))
			/ extract(epoch FROM pg_temp.width_of(c.subject)) / pg_temp.limit_of(c.subject)))
	 FROM unnest(w.whole) AS x) AS needed,
	c.query, c.types, c.args
FROM cases AS c JOIN answered AS a USING (id)
CROSS JOIN LATERAL (SELECT tstzmultirange(tstzrange(
	greatest((c.expected->>'low')::timestamptz, pg_temp.today() - interval '8760 hours'),
	least((c.expected->>'high')::timestamptz, CASE c.subject
		WHEN '1d' THEN (SELECT max(end_time) FROM relation.bucket_1d)
		WHEN '1h' THEN (SELECT max(end_time) FROM relation.bucket_1h)
		ELSE (SELECT max(end_time) FROM relation.bucket_1m) END)))) AS l(span)
CROSS JOIN LATERAL (SELECT bool_and(well_formed)
	AND bool_and(ascending OR c.query LIKE '%LATERAL%') AS well_formed,
		count(*) AS requests, range_agg(tstzrange(start_time, end_time)) AS whole,
		l.span * coalesce(range_agg(tstzrange(start_time, end_time)), '{}') AS asked
	FROM (SELECT *,
		start_time >= coalesce(lag(end_time) OVER (ORDER BY seq), '-infinity') AS ascending
		FROM window_asked AS w WHERE w.id = c.id AND w.execution = a.execution) AS w) AS w;

CREATE TEMP VIEW failed AS
SELECT j.*
FROM judged AS j JOIN cases AS c USING (id)
CROSS JOIN LATERAL (SELECT coalesce(j.wanted, '{}')) AS x(want)
WHERE error IS NOT NULL OR missing <> 0 OR surplus <> 0 OR NOT well_formed
	OR (requests <> needed AND c.query NOT LIKE '%LATERAL%')
	OR NOT CASE fit WHEN 'exact' THEN asked = want
		WHEN 'local' THEN asked = span
		ELSE asked @> want AND asked <@ range_merge(want)::tstzmultirange END;
RESET client_min_messages;
\set QUIET off
\set ECHO all
