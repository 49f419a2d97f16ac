
-- report.sql: views for reports, over foreign tables, kept ones or live views

-- What there is to make.  In a query, {costs(day, amount)} stands for a table of that
-- name that has these columns, {completions+embeddings(day, model)} for all rows of
-- several, of those that there are; {budget} and {usage} are made below.
CREATE TABLE usage_fdw_report (
	name name PRIMARY KEY,
	description text NOT NULL,
	column_descriptions json NOT NULL,	-- by name, in their order
	query text NOT NULL
);

COMMENT ON TABLE usage_fdw_report
IS 'reports that usage_fdw_create_reports() makes views of';

GRANT SELECT ON usage_fdw_report TO PUBLIC;

-- The relation of a name in the first of the schemas that has it: there, the view
-- of what is kept and what is live, or else what the name says itself.
CREATE FUNCTION usage_fdw_report_relation(name text, schemas name[])
RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.oid FROM unnest(schemas) WITH ORDINALITY AS s(name, n)
	JOIN pg_namespace AS ns ON ns.nspname = s.name
	JOIN pg_class AS c ON c.relnamespace = ns.oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
		AND c.relname IN (usage_fdw_report_relation.name,
			usage_fdw_report_relation.name || '_live')
	ORDER BY s.n, c.relname <> usage_fdw_report_relation.name || '_live' LIMIT 1
$$;

-- SQL: the columns, of the relation; those that the catalogue does not know of this
-- endpoint are NULL.  Fails if another one is not there.
CREATE FUNCTION usage_fdw_report_select(name text, columns text[], relation regclass)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	list text;
	lacking text;
BEGIN
	SELECT string_agg(CASE WHEN a.attname IS NOT NULL THEN quote_ident(wanted)
			ELSE format('NULL::%s AS %I', known.data_type, wanted) END, ', ' ORDER BY n),
		min(wanted) FILTER (WHERE a.attname IS NULL AND NOT known.is_elsewhere)
	INTO list, lacking
	FROM unnest(columns) WITH ORDINALITY AS w(wanted, n)
	LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = wanted
		AND a.attnum > 0 AND NOT a.attisdropped
	CROSS JOIN LATERAL (SELECT min(k.data_type::text) AS data_type,
			NOT coalesce(bool_or(k.endpoint = $1), false) AND count(*) > 0 AS is_elsewhere
		FROM @extschema@.usage_fdw_columns() AS k WHERE k.column_name = wanted) AS known;
	IF lacking IS NOT NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('%s has no column "%s"', relation, lacking);
	END IF;
	RETURN format('SELECT %s FROM %s', list, relation);
END
$$;

-- SQL that stands for {names(columns)}.  A single one is the table itself.
CREATE FUNCTION usage_fdw_report_tables(names text[], columns text[], schemas name[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	selects text;
	relations regclass[];
BEGIN
	SELECT string_agg(@extschema@.usage_fdw_report_select(f.name, columns, f.relation),
			' UNION ALL ' ORDER BY n), array_agg(f.relation)
	INTO selects, relations
	FROM (SELECT name, n, @extschema@.usage_fdw_report_relation(name, schemas) AS relation
		FROM unnest(names) WITH ORDINALITY AS t(name, n)) AS f
	WHERE f.relation IS NOT NULL;
	IF relations IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('there is no table "%s" in schema %s', names[1],
				array_to_string(schemas, ', '));
	END IF;
	RETURN CASE WHEN cardinality(names) = 1 THEN relations[1]::text
		ELSE format('(%s)', selects) END;
END
$$;

-- SQL that stands for {budget}: what the organization and each project may spend in a
-- month.  A table "budgets" of one's own, where the organization's has no project_id, goes
-- before the limits that the API has.  is_total is a constant where it can be, so that who
-- asks for one does not read the other.
CREATE FUNCTION usage_fdw_report_budget(schemas name[])
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('(SELECT b.is_total, b.project_id, lower(b.currency) AS currency,'
		' sum(b.amount) AS amount FROM (%s) AS b GROUP BY 1, 2, 3)', coalesce(
			string_agg(one, ' UNION ALL ' ORDER BY n) FILTER (WHERE n = 0),
			string_agg(one, ' UNION ALL ' ORDER BY n),
			'SELECT true AS is_total, NULL::text AS project_id, NULL::text AS currency,'
			' NULL::numeric AS amount WHERE false'))
	FROM (SELECT n, format(CASE n
			WHEN 0 THEN 'SELECT project_id IS NULL AS is_total, project_id, currency, amount FROM %s'
			WHEN 1 THEN 'SELECT true AS is_total, NULL::text AS project_id, currency,'
				' threshold_cents * 0.01 AS amount FROM %s WHERE period = ''month'''
			ELSE 'SELECT false AS is_total, project_id, currency,'
				' threshold_cents * 0.01 AS amount FROM %s WHERE period = ''month''' END, relation) AS one
		FROM (SELECT n, @extschema@.usage_fdw_report_relation(name, schemas) AS relation
			FROM (VALUES (0, 'budgets'), (1, 'spend_limits'), (2, 'project_spend_limits'))
				AS t(n, name)) AS r
		WHERE relation IS NOT NULL) AS selects
$$;

-- SQL that stands for {usage}: every number of every table that there is, one by one, so
-- that a query of one number asks for no other.  A number that says something only next
-- to another column is left out.
CREATE FUNCTION usage_fdw_report_usage(schemas name[])
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT '(' || string_agg(format('SELECT %L::text AS endpoint, %L::text AS metric,'
			' %s AS unit, day, %s, %I::numeric AS value FROM %s',
			k.endpoint, k.column_name, CASE WHEN k.column_name = 'amount' THEN 'currency'
				ELSE quote_nullable(k.unit) || '::text' END,
			ids, k.column_name, relation), ' UNION ALL ' ORDER BY k.ordinality) || ')'
	FROM @extschema@.usage_fdw_columns() WITH ORDINALITY AS k
	CROSS JOIN LATERAL @extschema@.usage_fdw_report_relation(k.endpoint, schemas) AS relation
	JOIN pg_attribute AS counted ON counted.attrelid = relation AND counted.attname = k.column_name
		AND counted.attnum > 0 AND NOT counted.attisdropped
	CROSS JOIN LATERAL (SELECT string_agg(CASE WHEN a.attname IS NOT NULL THEN id
				ELSE format('NULL::text AS %s', id) END, ', ' ORDER BY i) AS ids
		FROM unnest(ARRAY['project_id', 'user_id', 'api_key_id', 'model']) WITH ORDINALITY AS w(id, i)
		LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = id
			AND a.attnum > 0 AND NOT a.attisdropped) AS named
	WHERE k.role IN ('measure', 'gauge') AND k.required_dimension IS NULL
$$;

-- SQL that stands for {organization}: as a server of one of the schemas names it.
CREATE FUNCTION usage_fdw_report_organization(schemas name[])
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT quote_literal(coalesce((SELECT min(o.option_value)
		FROM unnest(schemas) AS schema
		CROSS JOIN @extschema@.usage_fdw_known_tables(schema) AS known
		JOIN pg_foreign_table AS t ON t.ftrelid = known.foreign_table
		JOIN pg_foreign_server AS s ON s.oid = t.ftserver
		CROSS JOIN pg_options_to_table(s.srvoptions) AS o
		WHERE o.option_name = 'organization'), 'openai')) || '::text'
$$;

-- The query of a report over what the schemas have.
CREATE FUNCTION usage_fdw_report_query(query text, schemas name[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	place text[];
BEGIN
	FOR place IN SELECT m
		FROM regexp_matches(query, '(\{([a-z_+]+)(?:\(([^)]*)\))?\})', 'g')
			WITH ORDINALITY AS r(m, n)
		ORDER BY n
	LOOP
		query := replace(query, place[1], CASE place[2]
			WHEN 'budget' THEN @extschema@.usage_fdw_report_budget(schemas)
			WHEN 'usage' THEN @extschema@.usage_fdw_report_usage(schemas)
			WHEN 'organization' THEN @extschema@.usage_fdw_report_organization(schemas)
			ELSE @extschema@.usage_fdw_report_tables(string_to_array(place[2], '+'),
				regexp_split_to_array(place[3], ',\s*'), schemas) END);
		IF query IS NULL THEN
			RAISE object_not_in_prerequisite_state USING MESSAGE = format(
				'there is no table of usage in schema %s', array_to_string(schemas, ', '));
		END IF;
	END LOOP;
	RETURN (query);
END
$$;

CREATE FUNCTION usage_fdw_create_reports(target_schema name, VARIADIC source_schemas name[],
	OUT report name, OUT view regclass, OUT lacks text)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing name := (SELECT s FROM unnest(source_schemas) AS s
		WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s) LIMIT 1);
	definition @extschema@.usage_fdw_report;
	col record;
BEGIN
	IF target_schema IS NULL OR source_schemas IS NULL
		OR array_position(source_schemas, NULL) IS NOT NULL
	THEN
		RAISE null_value_not_allowed USING MESSAGE = 'names of schemas must not be NULL';
	ELSIF missing IS NOT NULL THEN
		RAISE invalid_schema_name USING MESSAGE = format('schema "%s" does not exist', missing);
	END IF;
	PERFORM @extschema@.usage_fdw_ensure_schema(target_schema);
	FOR definition IN SELECT * FROM @extschema@.usage_fdw_report ORDER BY name LOOP
		report := definition.name;
		view := NULL;
		lacks := NULL;
		BEGIN
			definition.query :=
				@extschema@.usage_fdw_report_query(definition.query, source_schemas);
		EXCEPTION WHEN object_not_in_prerequisite_state THEN
			lacks := SQLERRM;
		END;
		IF lacks IS NULL THEN
			EXECUTE format('CREATE OR REPLACE VIEW %I.%I AS %s',
				target_schema, report, definition.query);
			view := format('%I.%I', target_schema, report)::regclass;
			EXECUTE format('COMMENT ON VIEW %s IS %L', view, definition.description);
			FOR col IN SELECT * FROM json_each_text(definition.column_descriptions) LOOP
				EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', view, col.key, col.value);
			END LOOP;
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION usage_fdw_create_reports(name, name[])
IS 'make views of reports in a schema, over the tables of others';
