
-- sync.sql: kept tables, copies of the days that are over

-- Of each kept table: from where it is kept, and the first UTC day that is not
-- kept yet.  Of earlier days it has all rows, which may be none.
CREATE TABLE usage_fdw_sync_state (
	target regclass PRIMARY KEY,
	source regclass NOT NULL,
	next_day date NOT NULL,
	synced_at timestamptz NOT NULL
);

COMMENT ON TABLE usage_fdw_sync_state
IS 'tables that usage_fdw_sync() keeps, and the first UTC day that each does not have yet';

-- A table that was dropped leaves a number, which may mean another one elsewhere.
SELECT pg_catalog.pg_extension_config_dump('usage_fdw_sync_state',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = target)');

-- Everybody may keep a table of theirs: a row is for those who may write to the
-- table that it is about.
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_fdw_sync_state TO PUBLIC;

CREATE FUNCTION usage_fdw_sync_state_check()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept regclass;
BEGIN
	FOREACH kept IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.target]
		WHEN 'UPDATE' THEN ARRAY[OLD.target, NEW.target] ELSE ARRAY[OLD.target] END
	LOOP
		-- NULL: there is no such table, and its row is for everybody to delete
		CONTINUE WHEN coalesce(has_table_privilege(kept, 'INSERT')
			AND has_table_privilege(kept, 'DELETE'), TG_OP = 'DELETE');
		RAISE insufficient_privilege USING
			MESSAGE = format('permission denied to keep rows in table %s', kept),
			HINT = 'It takes the privileges INSERT and DELETE on the table.';
	END LOOP;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER usage_fdw_sync_state_check
BEFORE INSERT OR UPDATE OR DELETE ON usage_fdw_sync_state
FOR EACH ROW EXECUTE FUNCTION usage_fdw_sync_state_check();

-- Is it a table of Citus, whose rows may be on other nodes?  "is_elsewhere" asks whether,
-- besides, this node is not the coordinator.
CREATE FUNCTION usage_fdw_is_distributed(target regclass, is_elsewhere boolean DEFAULT false)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result boolean := false;
BEGIN
	IF to_regclass('pg_dist_partition') IS NOT NULL THEN
		EXECUTE 'SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = $1) AND NOT ($2'
			' AND (SELECT groupid = 0 FROM pg_dist_local_group))'
		INTO result USING target, is_elsewhere;
	END IF;
	RETURN result;
END
$$;

-- The next day of a table that has no state here: on a worker of Citus, to which a query
-- may be sent as it is, that of a distributed table is not known.
CREATE FUNCTION usage_fdw_none_kept(target regclass)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF @extschema@.usage_fdw_is_distributed(target, true) THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('which days table %s keeps is known on the coordinator only', target),
			HINT = 'Call usage_fdw_sync() there, and in a query of distributed tables say'
				' (SELECT usage_fdw_next_day(...)).';
	END IF;
	RETURN '-infinity';
END
$$;

CREATE FUNCTION usage_fdw_next_day(target regclass)
RETURNS date
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce((SELECT s.next_day FROM usage_fdw_sync_state AS s WHERE s.target = $1),
		@extschema@.usage_fdw_none_kept($1));
END;

COMMENT ON FUNCTION usage_fdw_next_day(regclass)
IS 'first UTC day that usage_fdw_sync() has not kept yet; -infinity: it has kept none';

-- Fail unless the target is a table with all columns of the source.
CREATE FUNCTION usage_fdw_sync_check(source regclass, target regclass)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong record;
BEGIN
	IF source IS NULL OR target IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'source and target must not be NULL';
	ELSIF NOT EXISTS (SELECT FROM pg_class WHERE oid = target AND relkind IN ('r', 'p')) THEN
		RAISE wrong_object_type USING MESSAGE = format('%s is not a table', target);
	END IF;
	SELECT s.attname AS name, format_type(s.atttypid, s.atttypmod) AS source_type,
		format_type(t.atttypid, t.atttypmod) AS target_type INTO wrong
	FROM pg_attribute AS s
	LEFT JOIN pg_attribute AS t ON t.attrelid = target AND t.attname = s.attname AND t.attnum > 0
	WHERE s.attrelid = source AND s.attnum > 0 AND NOT s.attisdropped
		AND (s.atttypid, s.atttypmod) IS DISTINCT FROM (t.atttypid, t.atttypmod)
	ORDER BY s.attnum LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	ELSIF wrong.target_type IS NULL THEN
		RAISE undefined_column USING
			MESSAGE = format('table %s has no column "%s"', target, wrong.name),
			DETAIL = format('Foreign table %s has it, of type %s.', source, wrong.source_type),
			HINT = format('Say ALTER TABLE %s ADD COLUMN %I %s.',
				target, wrong.name, wrong.source_type);
	END IF;
	RAISE datatype_mismatch USING
		MESSAGE = format('column "%s" of table %s is of type %s',
			wrong.name, target, wrong.target_type),
		DETAIL = format('In foreign table %s it is of type %s.', source, wrong.source_type),
		HINT = format('Say ALTER TABLE %s ALTER COLUMN %I TYPE %s.',
			target, wrong.name, wrong.source_type);
END
$$;

-- SQL: the columns that both have, with commas between, and the source's values of them
-- as the target has them: what may not be NULL there, and has a default, has it instead.
-- Those that the target generates itself only if they are wanted.
CREATE FUNCTION usage_fdw_sync_columns(source regclass, target regclass, generated boolean,
	OUT names text, OUT expressions text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(quote_ident(s.attname), ', ' ORDER BY s.attnum),
		string_agg(CASE WHEN t.attnotnull AND NOT s.attnotnull AND t.attgenerated = ''
				AND d.adbin IS NOT NULL
			THEN format('coalesce(%I, %s) AS %1$I', s.attname, pg_get_expr(d.adbin, d.adrelid))
			ELSE quote_ident(s.attname) END, ', ' ORDER BY s.attnum)
	FROM pg_attribute AS s JOIN pg_attribute AS t ON t.attname = s.attname
	LEFT JOIN pg_attrdef AS d ON d.adrelid = t.attrelid AND d.adnum = t.attnum
	WHERE s.attrelid = source AND s.attnum > 0 AND NOT s.attisdropped
		AND t.attrelid = target AND (t.attgenerated = '' OR generated)
$$;

-- SQL: the time of a row of both, compared with a day (SQL as well).  The column "day"
-- tells; but "start_time" where there is no other, or where the target is partitioned
-- by it.
CREATE FUNCTION usage_fdw_sync_time(source regclass, target regclass, operator text, day text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	edge record;
BEGIN
	SELECT s.attname AS name, s.atttypid = 'date'::regtype AS is_day INTO edge
	FROM pg_attribute AS s
	CROSS JOIN @extschema@.usage_fdw_column_meaning(s.attfdwoptions, s.attname) AS reads
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_partitioned_table AS p
			JOIN pg_attribute AS t ON t.attrelid = p.partrelid AND t.attnum = p.partattrs[0]
			WHERE p.partrelid = target AND t.attname = s.attname) AS is_key) AS keys
	WHERE s.attrelid = source AND s.attnum > 0 AND NOT s.attisdropped
		AND reads.field IS NULL AND (reads.meaning, s.atttypid) IN
			(('day', 'date'::regtype), ('start_time', 'timestamptz'::regtype))
	ORDER BY is_key DESC, is_day DESC LIMIT 1;
	IF NOT FOUND THEN
		RAISE undefined_column USING
			MESSAGE = format('foreign table %s has no column "day" or "start_time"', source);
	END IF;
	RETURN format(CASE WHEN edge.is_day THEN '%I %s %s'
		ELSE '%I %s (%s)::timestamp AT TIME ZONE ''UTC''' END, edge.name, operator, day);
END
$$;

-- Lock the state of the target until the transaction ends, and return its next day.
-- Others that keep the same target wait here; what follows sees what they committed,
-- or this fails.
CREATE FUNCTION usage_fdw_sync_claim(source regclass, target regclass)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	state @extschema@.usage_fdw_sync_state;
BEGIN
	INSERT INTO @extschema@.usage_fdw_sync_state AS s VALUES ($2, $1, '-infinity', now())
	ON CONFLICT ON CONSTRAINT usage_fdw_sync_state_pkey DO UPDATE SET synced_at = now()
	RETURNING s.* INTO state;
	-- a source that was dropped may have been made anew
	IF state.source <> $1 AND EXISTS (SELECT FROM pg_class WHERE oid = state.source) THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('table %s is kept from %s, not from %s', $2, state.source, $1),
			HINT = 'To begin anew, delete its row of usage_fdw_sync_state.';
	END IF;
	RETURN state.next_day;
EXCEPTION WHEN serialization_failure THEN
	RAISE serialization_failure USING
		MESSAGE = format('table %s was synchronized since this transaction began', $2),
		HINT = 'Repeat the transaction, or use the isolation level READ COMMITTED.';
END
$$;

-- Delete the target's rows of those days: SQL of $1 and $2.  Where there are none, days
-- are added to what can't delete (columnar storage), and nobody waits for others who
-- change the same table (Citus).
CREATE FUNCTION usage_fdw_sync_delete(target regclass, days text, first_day date, before date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT 1) AS t', target, days)
	INTO result USING first_day, before;
	IF result > 0 THEN
		EXECUTE format('DELETE FROM %s WHERE %s', target, days) USING first_day, before;
		GET DIAGNOSTICS result = ROW_COUNT;
	END IF;
	RETURN result;
EXCEPTION WHEN feature_not_supported THEN
	RAISE feature_not_supported USING
		MESSAGE = format('rows of table %s cannot be replaced', target),
		DETAIL = SQLERRM,
		HINT = 'Say restated => ''0'', or keep the last days in partitions of another kind.';
END
$$;

-- Wait until nobody else replaces rows of the target in the months of these days.
CREATE FUNCTION usage_fdw_sync_lock(target regclass, first_day date, before date)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT pg_advisory_xact_lock((target::oid::bigint << 32) + month)
	FROM generate_series((extract(year FROM first_day) * 12 + extract(month FROM first_day))::bigint,
		(extract(year FROM before - 1) * 12 + extract(month FROM before - 1))::bigint) AS month
$$;

-- Replace the target's rows of the days from $3 on, before $4, by the source's.
CREATE FUNCTION usage_fdw_sync_replace(source regclass, target regclass,
	first_day date, before date, OUT rows_deleted bigint, OUT rows_inserted bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET row_security = off  -- rows that a policy hides would come twice
AS $$
DECLARE
	columns record := @extschema@.usage_fdw_sync_columns(source, target, false);
	days text := format('%s AND %s',
		@extschema@.usage_fdw_sync_time(source, target, '>=', '$1'),
		@extschema@.usage_fdw_sync_time(source, target, '<', '$2'));
BEGIN
	PERFORM @extschema@.usage_fdw_sync_lock(target, first_day, before);
	rows_deleted := @extschema@.usage_fdw_sync_delete(target, days, first_day, before);
	EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s', target, columns.names,
		columns.expressions, source, days)
	USING first_day, before;
	GET DIAGNOSTICS rows_inserted = ROW_COUNT;
END
$$;

-- The first UTC day that is not over.
CREATE FUNCTION usage_fdw_today()
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (now() AT TIME ZONE 'UTC')::date;
END;

-- For a first run of several sessions, each with days of its own.
CREATE FUNCTION usage_fdw_sync_days(source regclass, target regclass, first_day date, before date,
	OUT rows_deleted bigint, OUT rows_inserted bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM @extschema@.usage_fdw_sync_check(source, target);
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE invalid_transaction_state USING
			MESSAGE = 'usage_fdw_sync_days() needs the isolation level READ COMMITTED',
			DETAIL = 'It may have to wait for another session, and has to see its rows then.';
	END IF;
	-- days that the source does not have any more stay
	first_day := greatest(first_day, @extschema@.usage_fdw_first_day(source));
	before := least(before, @extschema@.usage_fdw_today());
	SELECT r.rows_deleted, r.rows_inserted INTO rows_deleted, rows_inserted
	FROM @extschema@.usage_fdw_sync_replace(source, target, first_day, before) AS r
	WHERE first_day < before;
	rows_deleted := coalesce(rows_deleted, 0);
	rows_inserted := coalesce(rows_inserted, 0);
END
$$;

COMMENT ON FUNCTION usage_fdw_sync_days(regclass, regclass, date, date)
IS 'replace the rows of some days that are over, whatever is kept, beside other sessions';

CREATE FUNCTION usage_fdw_sync(source regclass, target regclass,
	restated interval DEFAULT '3 days', before date DEFAULT 'infinity',
	OUT first_day date, OUT last_day date,
	OUT rows_deleted bigint, OUT rows_inserted bigint, OUT next_day date)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unkept date;	-- the first day that was not kept before
	horizon date;	-- the first day that the source has
BEGIN
	IF restated IS NULL OR restated < interval '0' THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'interval "restated" must not be negative or NULL';
	END IF;
	PERFORM @extschema@.usage_fdw_sync_check(source, target);
	unkept := @extschema@.usage_fdw_sync_claim(source, target);
	horizon := @extschema@.usage_fdw_first_day(source);

	-- A day that is kept stays while its source is about to lose it.
	first_day := greatest((unkept - restated)::date,
		CASE WHEN horizon < unkept THEN horizon + 1 ELSE horizon END);
	last_day := least(@extschema@.usage_fdw_today(), before) - 1;
	next_day := greatest(unkept, last_day + 1);
	IF first_day > last_day THEN
		SELECT NULL, NULL, 0, 0, unkept
		INTO first_day, last_day, rows_deleted, rows_inserted, next_day;
		RETURN;
	END IF;
	IF unkept > '-infinity' AND unkept < horizon THEN
		RAISE WARNING USING
			MESSAGE = format('table %s lacks the days from %s to %s', target, unkept, horizon - 1),
			DETAIL = format('Foreign table %s has nothing before %s any more.', source, horizon),
			HINT = 'Synchronize more often than the history is long.';
	END IF;

	SELECT r.rows_deleted, r.rows_inserted INTO rows_deleted, rows_inserted
	FROM @extschema@.usage_fdw_sync_replace(source, target, first_day, last_day + 1) AS r;
	IF first_day = horizon AND @extschema@.usage_fdw_first_day(source) <> horizon THEN
		RAISE serialization_failure USING
			MESSAGE = format('foreign table %s lost the day %s while it was read', source, horizon),
			HINT = 'Repeat the transaction.';
	END IF;
	UPDATE @extschema@.usage_fdw_sync_state AS s
	SET source = usage_fdw_sync.source, next_day = usage_fdw_sync.next_day
	WHERE s.target = usage_fdw_sync.target;
END
$$;

COMMENT ON FUNCTION usage_fdw_sync(regclass, regclass, interval, date)
IS 'bring a table up to date with a foreign table, by days that are over';

-- usage_fdw_sync() up to the end of the month where it has to go on, or of yesterday.
CREATE FUNCTION usage_fdw_sync_month(source regclass, target regclass, restated interval,
	OUT first_day date, OUT last_day date, OUT rows_inserted bigint, OUT is_last boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	today date := @extschema@.usage_fdw_today();
	month_end date := date_trunc('month', greatest(@extschema@.usage_fdw_next_day(target),
		@extschema@.usage_fdw_first_day(source))) + interval '1 month';
BEGIN
	SELECT s.first_day, s.last_day, s.rows_inserted, month_end >= today
	INTO first_day, last_day, rows_inserted, is_last
	FROM @extschema@.usage_fdw_sync(source, target, restated, month_end) AS s;
END
$$;

-- It has no search_path of its own, as it could not commit then.
CREATE PROCEDURE usage_fdw_sync_by_month(source regclass, target regclass,
	restated interval DEFAULT '3 days')
LANGUAGE plpgsql
AS $$
DECLARE
	month record;
BEGIN
	LOOP
		SELECT * INTO month FROM @extschema@.usage_fdw_sync_month(source, target, restated);
		COMMIT;
		IF month.first_day IS NOT NULL THEN
			RAISE NOTICE '%: kept % to %, % rows',
				target, month.first_day, month.last_day, month.rows_inserted;
		END IF;
		EXIT WHEN month.is_last;
		-- what was just read is not read again
		restated := '0';
	END LOOP;
END
$$;

COMMENT ON PROCEDURE usage_fdw_sync_by_month(regclass, regclass, interval)
IS 'usage_fdw_sync() with a transaction for each month';
