-- test/lib/plan_lines.sql: a plan as every version of the server prints it
--
-- Makes pg_temp.plan_lines(options, query), the lines of EXPLAIN (options, COSTS OFF)
-- without those that a newer server adds of itself, times, and decimals of counts.
\set ECHO none
\set QUIET on
CREATE FUNCTION pg_temp.plan_lines(options text, query text, OUT plan text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
	FOR plan IN EXECUTE format('EXPLAIN (%s, COSTS OFF) %s', options, query) LOOP
		CONTINUE WHEN plan ~
			'^ *(Planning|Execution|Buffers|Memory|Storage|Batches|Disabled|Index Searches)';
		plan := regexp_replace(plan, 'actual time=[0-9.]+ ', '');
		plan := regexp_replace(plan, '\((actual )?rows=(\d+)(\.00)? loops', '(\1rows=\2 loops');
		RETURN NEXT;
	END LOOP;
END
$$;
\set QUIET off
\set ECHO all
