
-- tables.sql: foreign tables with comments, and with the columns of newer versions

-- The foreign tables of a schema whose endpoint the catalogue knows.  Without a
-- revision it was made by hand.
CREATE FUNCTION usage_fdw_known_tables(schema name, OUT foreign_table regclass,
	OUT endpoint text, OUT revision integer, OUT dimensions_revision integer)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.oid, named.endpoint, (set->>'revision')::numeric::integer,
		(set->>'dimensions_revision')::numeric::integer
	FROM pg_foreign_table AS t
	JOIN pg_class AS c ON c.oid = t.ftrelid
	JOIN pg_namespace AS n ON n.oid = c.relnamespace
	JOIN pg_foreign_server AS s ON s.oid = t.ftserver
	JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
	CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(option_name, option_value), '{}') AS set
		FROM pg_options_to_table(t.ftoptions)) AS options
	CROSS JOIN LATERAL (SELECT coalesce(set->>'endpoint', c.relname) AS endpoint) AS named
	WHERE n.nspname = schema AND w.fdwhandler = '@extschema@.usage_fdw_handler'::regproc
		AND NOT set ? 'path'
		AND EXISTS (SELECT FROM @extschema@.usage_fdw_columns() AS k
			WHERE k.endpoint = named.endpoint)
	ORDER BY c.relname
$$;

-- The columns of an endpoint, in their order, and which of the table's reads each
-- (NULL: none does).
CREATE FUNCTION usage_fdw_known_columns(foreign_table regclass, endpoint text,
	OUT n bigint, OUT column_name text, OUT data_type regtype, OUT role text, OUT field text,
	OUT required_dimension text, OUT imported boolean, OUT unit text, OUT description text,
	OUT revision integer, OUT own_number smallint, OUT own_name name)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.ordinality, k.column_name, k.data_type, k.role, k.field, k.required_dimension,
		k.imported, k.unit, k.description, k.revision, own.attnum, own.attname
	FROM @extschema@.usage_fdw_columns() WITH ORDINALITY AS k
	LEFT JOIN LATERAL (SELECT a.attnum, a.attname
		FROM pg_attribute AS a
		CROSS JOIN @extschema@.usage_fdw_column_meaning(a.attfdwoptions, a.attname) AS set
		WHERE a.attrelid = foreign_table AND a.attnum > 0 AND NOT a.attisdropped
			AND CASE WHEN set.field IS NULL THEN set.meaning = k.column_name
				ELSE set.field = k.field END
		ORDER BY a.attnum LIMIT 1) AS own ON true
	WHERE k.endpoint = usage_fdw_known_columns.endpoint
$$;

-- Comment a table and its columns, where there is no comment yet.  Returns the names
-- of the columns that got one; NULL is for the table.
CREATE FUNCTION usage_fdw_comment_table(foreign_table regclass, endpoint text)
RETURNS SETOF name
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known record;
BEGIN
	IF obj_description(foreign_table, 'pg_class') IS NULL THEN
		EXECUTE format('COMMENT ON FOREIGN TABLE %s IS %L', foreign_table,
			(SELECT k.endpoint_description FROM @extschema@.usage_fdw_columns() AS k
			WHERE k.endpoint = usage_fdw_comment_table.endpoint LIMIT 1));
		RETURN NEXT NULL;
	END IF;
	FOR known IN SELECT * FROM @extschema@.usage_fdw_known_columns(foreign_table, endpoint) AS k
		WHERE k.own_number IS NOT NULL AND col_description(foreign_table, k.own_number) IS NULL
		ORDER BY k.n
	LOOP
		EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', foreign_table, known.own_name,
			known.description || coalesce(' [' || known.unit || ']', ''));
		RETURN NEXT known.own_name;
	END LOOP;
END
$$;

-- A list of names for IMPORT FOREIGN SCHEMA, after that keyword; '': there is none.
CREATE FUNCTION usage_fdw_import_list(keyword text, names text[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF names IS NULL THEN
		RETURN '';
	ELSIF cardinality(names) = 0 OR array_position(names, NULL) IS NOT NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'a list of tables must not be empty or have NULLs in it',
			HINT = 'To have all tables, leave it out.';
	END IF;
	RETURN (SELECT format('%s (%s)', keyword, string_agg(quote_ident(name), ', '))
		FROM unnest(names) AS name);
END
$$;

-- Make a schema, if there is none.  IF NOT EXISTS would ask for the privilege to make one
-- that is there.
CREATE FUNCTION usage_fdw_ensure_schema(schema name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = schema) THEN
		EXECUTE format('CREATE SCHEMA %I', schema);
	END IF;
END
$$;

CREATE FUNCTION usage_fdw_create_tables(server name, schema name,
	limit_to text[] DEFAULT NULL, exclude text[] DEFAULT NULL, bucket_width text DEFAULT NULL,
	extra_dimensions boolean DEFAULT NULL, kinds text DEFAULT NULL)
RETURNS TABLE (foreign_table regclass, endpoint text, description text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	options text := concat_ws(', ', 'bucket_width ' || quote_literal(bucket_width),
		'extra_dimensions ' || quote_literal(extra_dimensions),
		'kinds ' || quote_literal(kinds));
	old regclass[];		-- what others have made
BEGIN
	IF server IS NULL OR schema IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'server and schema must not be NULL';
	ELSIF limit_to IS NOT NULL AND exclude IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'limit_to and exclude exclude each other';
	ELSIF EXISTS (SELECT FROM pg_foreign_server AS s
		JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
		WHERE s.srvname = server AND w.fdwhandler <> '@extschema@.usage_fdw_handler'::regproc)
	THEN
		RAISE wrong_object_type USING
			MESSAGE = format('server "%s" is not of the foreign data wrapper usage_fdw', server);
	END IF;
	PERFORM @extschema@.usage_fdw_ensure_schema(schema);
	old := ARRAY(SELECT t.foreign_table FROM @extschema@.usage_fdw_known_tables(schema) AS t);
	EXECUTE format('IMPORT FOREIGN SCHEMA usage %s%s FROM SERVER %I INTO %I %s',
		@extschema@.usage_fdw_import_list('LIMIT TO', limit_to),
		@extschema@.usage_fdw_import_list('EXCEPT', exclude), server, schema,
		'OPTIONS (' || nullif(options, '') || ')');
	FOR foreign_table, endpoint IN
		SELECT t.foreign_table, t.endpoint
		FROM @extschema@.usage_fdw_known_tables(schema) AS t
		JOIN pg_class AS c ON c.oid = t.foreign_table
		WHERE t.foreign_table <> ALL (old) AND pg_get_userbyid(c.relowner) = current_user
	LOOP
		PERFORM @extschema@.usage_fdw_comment_table(foreign_table, endpoint);
		description := obj_description(foreign_table, 'pg_class');
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION usage_fdw_create_tables(name, name, text[], text[], text, boolean, text)
IS 'IMPORT FOREIGN SCHEMA, with comments on tables and columns';

-- The tables that usage_fdw_sync() keeps from a foreign table.
CREATE FUNCTION usage_fdw_kept_tables(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.target FROM @extschema@.usage_fdw_sync_state AS s
	JOIN pg_class AS c ON c.oid = s.target
	WHERE s.source = $1 AND c.relkind IN ('r', 'p') ORDER BY s.target
$$;

-- Why a table, or one that is kept from it, can't get columns; NULL: it can.
CREATE FUNCTION usage_fdw_update_obstacle(foreign_table regclass)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN c.relispartition THEN format('%s is a partition: add it to table %s',
			c.oid::regclass, i.inhparent::regclass)
		ELSE format('table %s, which keeps its rows, belongs to role %s',
			c.oid::regclass, c.relowner::regrole) END
	FROM pg_class AS c
	LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND c.relispartition
	WHERE (c.oid = foreign_table
			OR c.oid IN (SELECT @extschema@.usage_fdw_kept_tables(foreign_table)))
		AND (c.relispartition OR NOT pg_has_role(c.relowner, 'USAGE'))
	ORDER BY c.oid = foreign_table DESC LIMIT 1
$$;

-- The columns that import declares and the table has not been offered yet, in their order.
-- A reason says why one is not to be added.  A new dimension makes another table of it, of
-- more rows, so it waits until it is asked for, and so does what the API sends only with it.
CREATE FUNCTION usage_fdw_new_columns(foreign_table regclass, endpoint text,
	revision integer, dimensions_revision integer, dimensions boolean,
	OUT column_name text, OUT definition text, OUT reason text, OUT waits boolean)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH known AS (
		SELECT * FROM @extschema@.usage_fdw_known_columns(foreign_table, endpoint)
	), kept AS (
		SELECT target FROM @extschema@.usage_fdw_kept_tables(foreign_table) AS target
	), new AS (
		SELECT k.*, needs.waits, CASE
			WHEN EXISTS (SELECT FROM pg_attribute AS a
				WHERE a.attname = k.column_name AND (a.attrelid = foreign_table
					OR a.attrelid IN (TABLE kept) AND a.atttypid <> k.data_type))
				THEN 'there is another column of that name'
			WHEN k.role <> 'dimension' THEN NULL
			WHEN NOT dimensions THEN 'a dimension makes more rows: say dimensions => true'
			ELSE (SELECT format('table %s keeps rows without this dimension', target)
				FROM kept LIMIT 1) END AS reason
		FROM known AS k
		CROSS JOIN LATERAL (SELECT k.role = 'dimension' OR k.required_dimension IS NOT NULL
			AND NOT EXISTS (SELECT FROM known AS d
				WHERE d.field = k.required_dimension AND d.own_name IS NOT NULL) AS waits) AS needs
		WHERE k.own_name IS NULL AND k.imported AND k.revision > CASE WHEN needs.waits
			THEN coalesce($4, $3) ELSE $3 END
	)
	SELECT n.column_name, format('%I %s%s', n.column_name, n.data_type,
			CASE WHEN n.role IN ('bucket', 'parent') THEN ' NOT NULL' ELSE '' END),
		CASE WHEN n.reason IS NULL AND n.waits AND n.role <> 'dimension' AND NOT EXISTS (
				SELECT FROM new AS d
				WHERE d.field = n.required_dimension AND d.role = 'dimension' AND d.reason IS NULL)
			THEN format('it needs the dimension "%s"', n.required_dimension)
			ELSE n.reason END, n.waits
	FROM new AS n ORDER BY n.n
$$;

-- Remember in the table's options which columns it has been offered, so that one that is
-- dropped is not added again.
CREATE FUNCTION usage_fdw_set_revision(foreign_table regclass, endpoint text,
	revision integer, dimensions_revision integer, waits boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	newest integer := (SELECT max(k.revision) FROM @extschema@.usage_fdw_columns() AS k
		WHERE k.endpoint = $2);
	changes text := concat_ws(', ',
		CASE WHEN newest > revision THEN format('SET revision ''%s''', newest) END,
		CASE WHEN waits AND dimensions_revision IS NULL
				THEN format('ADD dimensions_revision ''%s''', revision)
			WHEN NOT waits AND dimensions_revision IS NOT NULL
				THEN 'DROP dimensions_revision' END);
BEGIN
	IF changes <> '' THEN
		EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (%s)', foreign_table, changes);
	END IF;
END
$$;

-- Add a column to a table and to those that are kept from it.  Returns the tables that
-- have got it.
CREATE FUNCTION usage_fdw_add_column(foreign_table regclass, column_name text, definition text)
RETURNS SETOF regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept regclass;
BEGIN
	EXECUTE format('ALTER FOREIGN TABLE %s ADD COLUMN %s', foreign_table, definition);
	RETURN NEXT foreign_table;
	FOR kept IN SELECT target FROM @extschema@.usage_fdw_kept_tables(foreign_table) AS target
		WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
			WHERE a.attrelid = target AND a.attname = $2)
	LOOP
		-- the days that it has lack a value, also where the source never does
		EXECUTE format('ALTER TABLE %s ADD COLUMN %s', kept,
			regexp_replace(definition, ' NOT NULL$', ''));
		RETURN NEXT kept;
	END LOOP;
END
$$;

-- Bring one table up to date.
CREATE FUNCTION usage_fdw_update_table(source regclass, endpoint text,
	revision integer, dimensions_revision integer, dimensions boolean)
RETURNS TABLE (relation regclass, column_name name, action text, reason text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	obstacle text := @extschema@.usage_fdw_update_obstacle(source);
	new record;
	waits boolean := false;
BEGIN
	FOR new IN SELECT * FROM @extschema@.usage_fdw_new_columns(source, endpoint, revision,
		dimensions_revision, dimensions)
	LOOP
		column_name := new.column_name;
		reason := coalesce(new.reason, obstacle);
		IF reason IS NULL THEN
			action := 'added';
			FOR relation IN SELECT @extschema@.usage_fdw_add_column(source, new.column_name,
				new.definition)
			LOOP
				RETURN NEXT;
			END LOOP;
		ELSE
			relation := source;
			action := 'skipped';
			RETURN NEXT;
			waits := waits OR new.waits;
		END IF;
	END LOOP;
	-- Who can't have columns now may later.
	IF obstacle IS NULL OR NOT FOUND THEN
		PERFORM @extschema@.usage_fdw_set_revision(source, endpoint, revision,
			dimensions_revision, waits);
	END IF;
END
$$;

-- Tell of endpoints that have no table in the schema, of the kinds that others there are of.
CREATE FUNCTION usage_fdw_tell_missing(schema name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present text[] := ARRAY(SELECT t.endpoint
		FROM @extschema@.usage_fdw_known_tables(schema) AS t);
	missing text := (SELECT string_agg(e.endpoint, ', ' ORDER BY e.n)
		FROM (SELECT k.endpoint, k.kind, min(k.ordinality) AS n
			FROM @extschema@.usage_fdw_columns() WITH ORDINALITY AS k GROUP BY 1, 2) AS e
		WHERE e.endpoint <> ALL (present) AND e.kind IN (SELECT k.kind
			FROM @extschema@.usage_fdw_columns() AS k WHERE k.endpoint = ANY (present)));
BEGIN
	IF present = '{}' THEN
		RAISE NOTICE 'schema "%" has no tables of usage_fdw', schema;
	ELSIF missing IS NOT NULL THEN
		RAISE NOTICE USING
			MESSAGE = format('schema "%s" has no tables of the endpoints: %s', schema, missing),
			HINT = 'usage_fdw_create_tables() makes those that its parameter "limit_to" names.';
	END IF;
END
$$;

CREATE FUNCTION usage_fdw_update_tables(schema name, dimensions boolean DEFAULT false)
RETURNS TABLE (relation regclass, column_name name, action text, reason text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known record;
BEGIN
	IF schema IS NULL OR dimensions IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'schema and dimensions must not be NULL';
	ELSIF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = schema) THEN
		RAISE invalid_schema_name USING MESSAGE = format('schema "%s" does not exist', schema);
	END IF;
	FOR known IN SELECT t.*, c.relowner FROM @extschema@.usage_fdw_known_tables(schema) AS t
		JOIN pg_class AS c ON c.oid = t.foreign_table ORDER BY c.relname
	LOOP
		reason := CASE WHEN known.revision IS NULL
				THEN 'it was made by hand: it has no option "revision"'
			WHEN NOT pg_has_role(known.relowner, 'USAGE')
				THEN format('it belongs to role %s', known.relowner::regrole) END;
		IF reason IS NOT NULL THEN
			relation := known.foreign_table;
			action := 'skipped';
			RETURN NEXT;
			CONTINUE;
		END IF;
		RETURN QUERY SELECT * FROM @extschema@.usage_fdw_update_table(known.foreign_table,
			known.endpoint, known.revision, known.dimensions_revision, dimensions);
		RETURN QUERY SELECT known.foreign_table, commented, 'commented', NULL::text
		FROM @extschema@.usage_fdw_comment_table(known.foreign_table, known.endpoint)
			AS commented;
	END LOOP;
	PERFORM @extschema@.usage_fdw_tell_missing(schema);
END
$$;

COMMENT ON FUNCTION usage_fdw_update_tables(name, boolean)
IS 'give imported tables the columns of a newer version, and comments where there are none';
