-- test/lib/limits.sql: is the answer of a query with a LIMIT a possible one?
--
-- Makes the schema "limits", with the oracle's rows of some days and tables to
-- join with; and of pg_temp: of_oracle(query), the same query over those;
-- limited(reads, keys, query), which tries several LIMITs; joined(keys, query),
-- which tries each kind of join; possible(query, lim, keys), and same_of_oracle(
-- query).  Needs test/lib/opening.sql, with the oracles of completions and costs.
CREATE SCHEMA limits;
SET TimeZone = 'UTC';
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');

-- A smaller relation, and the oracle's, so that much can be tried.
ALTER FOREIGN TABLE usage.completions OPTIONS (ADD history '50 days');
ALTER FOREIGN TABLE usage.costs OPTIONS (ADD history '50 days');
CREATE TABLE limits.completions AS
SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 50;
CREATE TABLE limits.costs AS SELECT * FROM oracle.costs WHERE day >= pg_temp.today() - 50;
CREATE TABLE limits.projects (id text PRIMARY KEY, team text);
INSERT INTO limits.projects
SELECT DISTINCT project_id, 'team ' || length(project_id)
FROM limits.completions WHERE project_id IS NOT NULL;
INSERT INTO limits.projects VALUES ('proj_nobody', 'nobody');
CREATE TABLE limits.days (day date PRIMARY KEY);
INSERT INTO limits.days SELECT pg_temp.today() - n FROM generate_series(-3, 80) AS n;
ANALYZE limits.completions, limits.costs, limits.projects, limits.days;

CREATE FUNCTION pg_temp.of_oracle(query text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(query, 'usage.', 'limits.')
$$;

-- "query" is without the LIMIT.  The rows must be among those of the whole, and
-- as many as the LIMIT lets through; "keys", an expression, tells by which they
-- are in order.
CREATE FUNCTION pg_temp.possible(query text, lim text, keys text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	surplus bigint;
	found bigint;
	wanted bigint;
BEGIN
	IF lim ~ 'TIES' THEN
		RETURN pg_temp.same(query || ' ' || lim, pg_temp.of_oracle(query || ' ' || lim));
	END IF;
	EXECUTE format('WITH ours AS MATERIALIZED (%s %s), theirs AS MATERIALIZED (%s)
		SELECT (SELECT count(*) FROM ours),
			(SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) AS e),
			(SELECT count(*) FROM (SELECT FROM (%3$s) AS t %2$s) AS t)',
		query, lim, pg_temp.of_oracle(query))
		INTO found, surplus, wanted;
	IF surplus > 0 THEN
		RETURN format('%s of %s rows are not in the relation', surplus, found);
	ELSIF found <> wanted THEN
		RETURN format('%s rows, not %s', found, wanted);
	ELSIF keys IS NOT NULL AND pg_temp.keys('(' || query || ' ' || lim || ')', keys)
		IS DISTINCT FROM pg_temp.keys('(' || pg_temp.of_oracle(query || ' ' || lim) || ')', keys)
	THEN
		RETURN 'another order';
	END IF;
	RETURN CASE WHEN found = 0 THEN 'no rows' ELSE 'ok' END;
END
$$;

-- In which order the scan of a query reads when it has a LIMIT ("reads", where
-- that is not NULL), and what is not right with which LIMIT.
CREATE FUNCTION pg_temp.limited(reads text, keys text, query text)
RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.line(
		CASE WHEN reads <> '' THEN substring(
			pg_temp.plan_text(query || ' LIMIT 3') FROM '(?:newest|oldest) first') END,
		reads, query,
		coalesce(string_agg(DISTINCT lim || ': ' || result, '; ')
			FILTER (WHERE result NOT IN ('ok', 'no rows')),
			CASE WHEN bool_or(result = 'ok') THEN 'ok' ELSE 'never a row' END))
	FROM unnest(ARRAY['LIMIT 1', 'LIMIT 3', 'LIMIT 40 OFFSET 0', 'LIMIT 5 OFFSET 7',
			'LIMIT 10 OFFSET 300', 'LIMIT 100000', 'LIMIT ALL', 'LIMIT NULL', 'LIMIT 0', 'OFFSET 20',
			'FETCH FIRST 2 ROWS ONLY', 'OFFSET 1 ROW FETCH NEXT ROW ONLY']) AS lim,
		LATERAL (SELECT pg_temp.possible(query, lim, keys) AS result) AS r
$$;

-- What is not right with which join and LIMIT.
CREATE FUNCTION pg_temp.joined(keys text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	methods text[] := ARRAY['hashjoin', 'mergejoin', 'nestloop'];
	method text;
	lim text;
	result text;
	wrong text[];
BEGIN
	FOREACH method IN ARRAY methods LOOP
		PERFORM set_config('enable_' || m, (m = method)::text, true) FROM unnest(methods) AS m;
		FOREACH lim IN ARRAY ARRAY['LIMIT 4', 'LIMIT 3 OFFSET 50', 'LIMIT 100000'] LOOP
			result := pg_temp.possible(query, lim, keys);
			IF result <> 'ok' THEN
				wrong := wrong || format('%s, %s: %s', method, lim, result);
			END IF;
		END LOOP;
	END LOOP;
	PERFORM set_config('enable_' || m, 'on', true) FROM unnest(methods) AS m;
	RETURN pg_temp.line(NULL, NULL, query, coalesce(array_to_string(wrong, '; '), 'ok'));
END
$$;

CREATE FUNCTION pg_temp.same_of_oracle(query text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.line(NULL, NULL, query, pg_temp.same(query, pg_temp.of_oracle(query)))
$$;

-- The value that a statement gives, or the error.
CREATE FUNCTION pg_temp.value(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;
