-- test/lib/coarse.sql: is a query that reads a coarser relation the same query?
--
-- Makes pg_temp.asked(query), what its scans ask for; and pg_temp.grain(groups,
-- query) and pg_temp.width(widths, query), which see whether it asks for that,
-- and whether it answers as it does with grain reduction and width coarsening
-- off, and as the oracle does.  Needs test/lib/opening.sql.

-- Of each scan, by their names: what it groups by (fields where that is all that
-- the table has), and in which widths it reads.
CREATE FUNCTION pg_temp.asked(query text, OUT groups text, OUT widths text) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	SELECT string_agg(CASE
			WHEN fields IN ('project_id, user_id, api_key_id, model, batch, service_tier',
				'project_id, line_item', 'project_id, user_id, api_key_id, model, source, size')
				OR fields = 'project_id, model' AND scan->>'Relation Name' = 'child' THEN 'all'
			ELSE coalesce(sorted, 'nothing') END, ', ' ORDER BY scan->>'Alias'),
		string_agg(scan->>'Bucket Width', '; ' ORDER BY scan->>'Alias')
	INTO groups, widths
	FROM jsonb_path_query(plan::jsonb, 'strict $.**?(@."Node Type" == "Foreign Scan")') AS scan,
		LATERAL (SELECT string_agg(g, ', ' ORDER BY n) AS fields,
				string_agg(g, ' ' ORDER BY g) AS sorted
			FROM jsonb_array_elements_text(scan->'Group By') WITH ORDINALITY AS e(g, n)) AS by;
END
$$;

CREATE FUNCTION pg_temp.set_coarsening(setting text) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('usage_fdw.enable_grain_reduction', setting, true),
		set_config('usage_fdw.enable_width_coarsening', setting, true)
$$;

-- Does the query answer as it does with all of that off, and as the oracle does?
CREATE FUNCTION pg_temp.coarse_answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	off text;
	oracle text;
BEGIN
	DROP TABLE IF EXISTS reduced;
	EXECUTE 'CREATE TEMP TABLE reduced AS ' || query;
	PERFORM pg_temp.set_coarsening('off');
	off := pg_temp.same('TABLE reduced', query);
	PERFORM pg_temp.set_coarsening('on');
	oracle := pg_temp.same('TABLE reduced', pg_temp.theirs(query));
	IF off = oracle THEN
		RETURN oracle;
	END IF;
	RETURN format('with it off: %s; oracle: %s', off, oracle);
EXCEPTION WHEN OTHERS THEN
	RETURN 'failed: ' || SQLERRM;
END
$$;

CREATE FUNCTION pg_temp.grain(grain text, query text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.line((pg_temp.asked(query)).groups, grain, query, pg_temp.coarse_answer(query))
$$;

CREATE FUNCTION pg_temp.width(width text, query text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.line((pg_temp.asked(query)).widths, width, query, pg_temp.coarse_answer(query))
$$;
