-- test/lib/plan.sql: what of a plan a test wants to know, and rows in order
--
-- Makes pg_temp.theirs(query), the same query over the oracle;
-- pg_temp.sorts(query), the nodes of its plan that sort, and in which order its
-- scans read; and pg_temp.ordered(query, keys), whether it gives the oracle's
-- rows and, of the expression "keys" over its columns, the same in the same
-- order.  Needs test/lib/same.sql.
\set ECHO none
\set QUIET on
CREATE FUNCTION pg_temp.theirs(query text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(query,
		'"?\musage_hourly\M"?\."?(\w+)"?', 'oracle.\1_1h', 'g'),
		'"?\musage_minutely\M"?\."?(\w+)"?', 'oracle.\1_1m', 'g'),
		'"?\musage\M"?\.', 'oracle.', 'g')
$$;

CREATE FUNCTION pg_temp.plan_text(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END
$$;

CREATE FUNCTION pg_temp.sorts(query text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(DISTINCT what, ', ' ORDER BY what)
			FILTER (WHERE what ~ 'Sort$'), 'no sort')
		|| coalesce('; ' || string_agg(DISTINCT what, ', ' ORDER BY what)
			FILTER (WHERE what ~ 'first$'), '')
	FROM (SELECT m[1] AS what FROM regexp_matches(pg_temp.plan_text(query),
		'((?:Incremental )?Sort|(?:newest|oldest) first) *(?:\n|\()', 'g') AS m) AS found
$$;

CREATE FUNCTION pg_temp.keys(query text, keys text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	result text[];
BEGIN
	EXECUTE format('SELECT array_agg((%s)::text)
		FROM (SELECT * FROM (%s) AS r OFFSET 0) AS q', keys, query) INTO result;
	RETURN result;
END
$$;

CREATE FUNCTION pg_temp.ordered(query text, keys text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN pg_temp.keys(query, keys)
			IS NOT DISTINCT FROM pg_temp.keys(pg_temp.theirs(query), keys)
		THEN pg_temp.same(query, pg_temp.theirs(query)) ELSE 'another order' END
$$;
\set QUIET off
\set ECHO all
