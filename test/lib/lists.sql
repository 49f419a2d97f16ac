-- test/lib/lists.sql: the organization's lists as the simulator has them, and
-- tables of cases over them
--
-- Makes oracle.LIST for each list, with the columns of the imported table, and
-- pg_temp.theirs(query), the same query over these; then "cases", a query each
-- with the requests that it should make, in any layout:
--     PATH[?PARAMETERS][!STATUS] ...
-- below /organization, decoded, blanks as "+", without limit=100 and what goes
-- with each request for usage; '' is for no request.  CALL pg_temp.run_cases()
-- runs them, with pushdown and without, and test/lib/lists_report.sql prints how
-- they went.  From here on only results and what "\echo" says are printed: cases
-- are to be read in the test itself.
\set ECHO none
\i test/lib/setup.sql \set ECHO none
\i test/lib/same.sql \set ECHO none
\i test/lib/plan_lines.sql \set ECHO none
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;

\set by_path false
CREATE SCHEMA oracle;
CREATE SCHEMA events;
CREATE FUNCTION pg_temp.list_tables(lists text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('CREATE TABLE events.%I (%s)', endpoint,
		string_agg(format('%I text', column_name), ', ' ORDER BY n))
	FROM usage_fdw_columns() WITH ORDINALITY AS c(endpoint, path, column_name, data_type, role,
		field, filter, accepted_values, required_dimension, always_sent, imported,
		bucket_widths, page_limits, kind, unit, description, about, revision, n)
	WHERE kind <> 'usage' AND endpoint = ANY (lists) GROUP BY endpoint
$$;
CREATE FUNCTION pg_temp.list_views(lists text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('CREATE VIEW oracle.%1$I AS SELECT %2$s FROM events.%1$I', endpoint,
		string_agg(format(CASE data_type WHEN 'timestamptz'::regtype
			THEN 'to_timestamp(%1$I::float8) AS %1$I' ELSE '%1$I::%2$s AS %1$I' END,
			column_name, data_type), ', ' ORDER BY n))
	FROM usage_fdw_columns() WITH ORDINALITY AS c(endpoint, path, column_name, data_type, role,
		field, filter, accepted_values, required_dimension, always_sent, imported,
		bucket_widths, page_limits, kind, unit, description, about, revision, n)
	WHERE kind <> 'usage' AND endpoint = ANY (lists) GROUP BY endpoint
$$;
SELECT array_agg(DISTINCT endpoint) AS lists FROM usage_fdw_columns() WHERE kind <> 'usage' \gset
SELECT pg_temp.list_tables(:'lists') \gexec
SELECT pg_temp.list_views(:'lists') \gexec
\i test/lib/lists_load.sql \set ECHO none
\set QUIET on

CREATE FUNCTION pg_temp.theirs(query text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(query, 'usage.', 'oracle.')
$$;

ALTER SERVER openai OPTIONS (ADD project 'none');
CREATE TEMP TABLE cases (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	query text NOT NULL,
	asks text,
	answer text NOT NULL DEFAULT 'same');
CREATE TEMP TABLE found (id int PRIMARY KEY, answer text, reported boolean DEFAULT false);

-- What a query answers, against the oracle; an error is an answer, too.
CREATE FUNCTION pg_temp.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	RETURN pg_temp.same(query, pg_temp.theirs(query));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN SQLSTATE || ': ' || message;
END $$;

-- Requests with pushdown carry the number of their case as the project.
CREATE PROCEDURE pg_temp.run_cases() LANGUAGE plpgsql AS $$
DECLARE
	c cases;
	pushed text;
	plain text;
BEGIN
	FOR c IN SELECT * FROM cases WHERE id NOT IN (SELECT id FROM found) ORDER BY id LOOP
		EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', c.id);
		pushed := pg_temp.answer(c.query);
		ALTER SERVER openai OPTIONS (SET project 'none');
		SET usage_fdw.enable_pushdown = off;
		plain := pg_temp.answer(c.query);
		RESET usage_fdw.enable_pushdown;
		INSERT INTO found VALUES (c.id, CASE WHEN pushed = plain THEN pushed
			ELSE pushed || ', without pushdown ' || plain END);
		COMMIT;
	END LOOP;
END $$;

CREATE FUNCTION pg_temp.show_request(path text, query text, status int) RETURNS text
LANGUAGE sql AS $$
	SELECT replace(regexp_replace(pg_temp.url_decode(path), '^.*/v1/organization/', ''), ' ', '+')
		|| coalesce('?' || (SELECT string_agg(replace(pg_temp.url_decode(p), ' ', '+'), '&'
				ORDER BY n)
			FROM string_to_table(query, '&') WITH ORDINALITY AS u(p, n)
			WHERE p NOT IN ('', 'limit=100')
				AND p !~ '^(start_time|end_time|bucket_width|limit=\d\d?$|group_by)'), '')
		|| CASE status WHEN 200 THEN '' ELSE '!' || status END
$$;
