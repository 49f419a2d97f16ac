-- test/lib/pushdown.sql: many queries, each compared with the oracle in what
-- was asked of the simulator and in what it answered
--
-- A test fills "cases", calls pg_temp.run_cases() and includes
-- test/lib/recorded.sql; then "answered" and "recorded" hold what came of it.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;

-- What is compared: the tables of the test, and the oracle's relations.
DROP SCHEMA IF EXISTS relation, usage_extra CASCADE;
CREATE SCHEMA relation;
CREATE SCHEMA usage_extra;
SET synchronous_commit = off;
SET IntervalStyle = postgres;
SET DateStyle = ISO;
ALTER SERVER openai OPTIONS (ADD project 'none');

-- "{t}" in query stands for the foreign table, and for its oracle.
CREATE TEMP TABLE cases (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	endpoint text NOT NULL,
	subject text NOT NULL,		-- the column, or the width
	form text NOT NULL,
	foreign_table text NOT NULL,
	oracle text NOT NULL,
	query text NOT NULL,		-- from FROM on, its rows named t
	types text NOT NULL DEFAULT '',	-- of the parameters of a prepared statement
	args text[] NOT NULL DEFAULT '{}',	-- for each execution, its arguments
	plan text NOT NULL DEFAULT 'auto',	-- plan_cache_mode
	zones text[] NOT NULL DEFAULT '{}',	-- TimeZone of each execution
	buckets text,				-- all buckets, where time is compared
	expected jsonb NOT NULL);

CREATE TEMP TABLE answered (
	id int, execution int, rows bigint, missing bigint, surplus bigint,
	wanted tstzmultirange,		-- the buckets for which the clause holds
	error text);

CREATE FUNCTION pg_temp.compare(query text, foreign_table text, oracle text, buckets text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT format('WITH a AS MATERIALIZED (SELECT t.* %s), o AS MATERIALIZED (SELECT t.* %s)
		SELECT (SELECT count(*) FROM o) AS rows,
			(SELECT count(*) FROM (TABLE o EXCEPT ALL TABLE a) AS x) AS missing,
			(SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE o) AS x) AS surplus,
			(%s) AS wanted',
		replace(query, '{t}', foreign_table), replace(query, '{t}', oracle),
		coalesce('SELECT range_agg(tstzrange(t.start_time, t.end_time)) '
			|| replace(query, '{t}', buckets), 'NULL::tstzmultirange'))
$$;

-- Requests carry the number of the case, and of its execution, as the project.
CREATE PROCEDURE pg_temp.execute_case(c cases, n int, command text) LANGUAGE plpgsql AS $$
DECLARE
	r record;
	message text;
BEGIN
	EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', c.id || '.' || n);
	IF cardinality(c.zones) > 0 THEN
		PERFORM set_config('TimeZone', c.zones[n], true);
	END IF;
	FOR r IN EXECUTE command LOOP
		INSERT INTO answered VALUES (c.id, n, r.rows, r.missing, r.surplus, r.wanted);
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	INSERT INTO answered VALUES (c.id, n, NULL, NULL, NULL, NULL, SQLSTATE || ': ' || message);
END $$;

CREATE PROCEDURE pg_temp.run_case(c cases) LANGUAGE plpgsql AS $$
DECLARE
	command text := pg_temp.compare(c.query, c.foreign_table, c.oracle, c.buckets);
BEGIN
	IF c.types = '' THEN
		FOR n IN 1 .. greatest(cardinality(c.zones), 1) LOOP
			CALL pg_temp.execute_case(c, n, command);
		END LOOP;
		RETURN;
	END IF;
	PERFORM set_config('plan_cache_mode', c.plan, true);
	EXECUTE format('PREPARE prepared (%s) AS %s', c.types, command);
	FOR n IN 1 .. cardinality(c.args) LOOP
		CALL pg_temp.execute_case(c, n, format('EXECUTE prepared (%s)', c.args[n]));
	END LOOP;
	DEALLOCATE prepared;
END $$;

CREATE PROCEDURE pg_temp.run_cases() LANGUAGE plpgsql AS $$
DECLARE
	c cases;
BEGIN
	FOR c IN SELECT * FROM cases WHERE id NOT IN (SELECT id FROM answered) ORDER BY id LOOP
		CALL pg_temp.run_case(c);
		COMMIT;
	END LOOP;
END $$;

-- A query string as an object of arrays: decoded values in their order.
CREATE FUNCTION pg_temp.parameters(query text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(name, vals)
	FROM (SELECT name, jsonb_agg(pg_temp.url_decode(value) ORDER BY n) AS vals
		FROM (SELECT pg_temp.url_decode(split_part(p, '=', 1)) AS name,
				substr(p, strpos(p, '=') + 1) AS value, n
			FROM unnest(string_to_array(query, '&')) WITH ORDINALITY AS u(p, n)) AS pair
		GROUP BY name) AS grouped
$$;

CREATE TEMP TABLE recorded (id int, execution int, seq int, endpoint text, parameters jsonb);
RESET client_min_messages;
\set QUIET off
\set ECHO all
