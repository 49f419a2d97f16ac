\set ECHO none
-- test/lib/same.sql: does a query answer as the oracle does?
--
-- Makes pg_temp.same(ours, theirs), which runs each query once and compares
-- their rows, and pg_temp.today(), the day that it is in UTC.
\set QUIET on
CREATE FUNCTION pg_temp.today() RETURNS date LANGUAGE sql STABLE AS $$
	SELECT (now() AT TIME ZONE 'UTC')::date
$$;

CREATE FUNCTION pg_temp.same(ours text, theirs text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found bigint;
	extra bigint;
	missing bigint;
BEGIN
	EXECUTE format('WITH ours AS MATERIALIZED (%s), theirs AS MATERIALIZED (%s)
		SELECT (SELECT count(*) FROM ours),
			(SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS e),
			(SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE ours) AS m)', ours, theirs)
		INTO found, extra, missing;
	RETURN CASE WHEN extra + missing > 0 THEN format('%s extra, %s missing', extra, missing)
		WHEN found = 0 THEN 'both are empty' ELSE 'same' END;
END
$$;
\set QUIET off
\set ECHO all
