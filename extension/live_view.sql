
-- live_view.sql: kept days and live ones as one

-- SQL: the days that the target keeps, and later ones of the source.
--
-- Conditions in the members of a UNION ALL would keep the planner from taking them
-- for children of one table.  So they are outside, where is_live is a constant of
-- each child, and of the CASE only its branch is left.  Citus however reads each member
-- by itself, and all of it: there, they are inside.  The sub-select is evaluated once
-- for all kept rows, and not on a worker, while of the function itself the planner knows
-- the value.
CREATE FUNCTION usage_fdw_live_query(source regclass, target regclass)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(CASE WHEN @extschema@.usage_fdw_is_distributed(target)
			THEN 'SELECT %1$s FROM %2$s WHERE %6$s UNION ALL SELECT %3$s FROM %4$s WHERE %5$s'
			ELSE 'SELECT %1$s FROM (SELECT false AS is_live, %1$s FROM %2$s'
				' UNION ALL SELECT true, %3$s FROM %4$s) AS days'
				' WHERE CASE WHEN is_live THEN %5$s ELSE %6$s END' END,
		columns.names, target, columns.expressions, source,
		@extschema@.usage_fdw_sync_time(source, target, '>=', next_day),
		@extschema@.usage_fdw_sync_time(source, target, '<', format('(SELECT %s)', next_day)))
	FROM format('@extschema@.usage_fdw_next_day(%L::regclass)', target) AS f(next_day),
		@extschema@.usage_fdw_sync_columns(source, target, true) AS columns
$$;

CREATE FUNCTION usage_fdw_create_live_view(target regclass, name name DEFAULT NULL,
	source regclass DEFAULT NULL)
RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	view text;
BEGIN
	source := coalesce(source, (SELECT s.source FROM @extschema@.usage_fdw_sync_state AS s
		WHERE s.target = $1));
	IF source IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('table %s has not been synchronized', target),
			HINT = 'Run usage_fdw_sync() before, or name the source.';
	END IF;
	PERFORM @extschema@.usage_fdw_sync_check(source, target);
	SELECT format('%I.%I', n.nspname, coalesce($2, left(c.relname, 58) || '_live')) INTO view
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = target;

	EXECUTE format('CREATE VIEW %s AS %s', view,
		@extschema@.usage_fdw_live_query(source, target));
	EXECUTE format('COMMENT ON VIEW %s IS %L', view,
		format('days that %s keeps, and later ones of %s', target, source));
	RETURN view;
END
$$;

COMMENT ON FUNCTION usage_fdw_create_live_view(regclass, name, regclass)
IS 'make a view of the days that a table keeps and, from its source, the later ones';
