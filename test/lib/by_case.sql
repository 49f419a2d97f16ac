-- test/lib/by_case.sql: a table of cases, each a query and what is expected of it
--
-- A test fills "cases", runs them by CALL pg_temp.run_cases(), with settings as
-- it likes, and includes test/lib/report.sql, which compares and prints them.
--
-- "how" names a function pg_temp.HOW(query, OUT plan text, OUT answer text);
-- there is one here, "value".  "asks" are the requests, in any layout:
--     ENDPOINT START..END WIDTH limit=N FILTER=VALUE...
-- or "buckets", just how many of them each request is for.  Of plan, asks and
-- buckets, what is NULL is not looked at; asks of '' is for no request.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
ALTER SERVER openai OPTIONS (ADD project 'none');
CREATE TEMP TABLE cases (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL,
	how text NOT NULL DEFAULT 'value',
	query text NOT NULL,
	plan text,
	answer text NOT NULL DEFAULT 'same',
	asks text,
	buckets text);
CREATE TEMP TABLE found (
	id int PRIMARY KEY, plan text, answer text, reported boolean DEFAULT false);
CREATE TEMP TABLE case_request (id int, seq int, request text, buckets text);

-- The columns of the only row, as psql shows them unaligned.
CREATE FUNCTION pg_temp.value(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($query$
		SELECT string_agg(CASE json_typeof(value) WHEN 'boolean' THEN left(value::text, 1)
			WHEN 'string' THEN value #>> '{}' WHEN 'null' THEN '' ELSE value::text END,
			'|' ORDER BY n)
		FROM (%s) AS q, json_each(row_to_json(q)) WITH ORDINALITY AS v(key, value, n)
		$query$, query) INTO STRICT answer;
END $$;

-- Requests carry the number of their case as the project.  An error is an answer:
-- the other cases are run nevertheless.
CREATE PROCEDURE pg_temp.run_cases() LANGUAGE plpgsql AS $$
DECLARE
	c cases;
	message text;
BEGIN
	FOR c IN SELECT * FROM cases WHERE id NOT IN (SELECT id FROM found) ORDER BY id LOOP
		EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', c.id);
		BEGIN
			EXECUTE format('INSERT INTO found SELECT %s, plan, answer FROM pg_temp.%I($1)',
				c.id, c.how) USING c.query;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
			INSERT INTO found (id, answer) VALUES (c.id, SQLSTATE || ': ' || message);
		END;
		COMMIT;
	END LOOP;
	ALTER SERVER openai OPTIONS (SET project 'none');
END $$;

CREATE FUNCTION pg_temp.one_line(layout text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT trim(regexp_replace(layout, '\s+', ' ', 'g'))
$$;

-- A line for each case that has run since the last report, and one for each of
-- its requests; what is not as expected has a line that says so.
CREATE FUNCTION pg_temp.report() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	c record;
	all_requests text;
	all_buckets text;
BEGIN
	FOR c IN SELECT cases.*, found.plan AS found_plan, found.answer AS found_answer
			FROM cases LEFT JOIN found USING (id) WHERE reported IS NOT true ORDER BY id LOOP
		SELECT coalesce(string_agg(request, ' ' ORDER BY seq), ''),
				coalesce(string_agg(r.buckets, ' ' ORDER BY seq), '')
			INTO all_requests, all_buckets FROM case_request AS r WHERE id = c.id;
		RETURN NEXT c.name || ': '
			|| CASE WHEN c.plan IS NULL THEN '' ELSE coalesce(c.found_plan, 'no plan') || ': ' END
			|| coalesce(c.found_answer, 'no answer');
		IF c.buckets IS NOT NULL THEN
			RETURN NEXT '  buckets ' || all_buckets;
		END IF;
		IF c.asks IS NOT NULL THEN
			RETURN QUERY SELECT '  ' || request FROM case_request WHERE id = c.id ORDER BY seq;
		END IF;
		IF pg_temp.one_line(c.plan) <> coalesce(c.found_plan, '') THEN
			RETURN NEXT '  NOT the plan ' || pg_temp.one_line(c.plan);
		END IF;
		IF c.answer IS DISTINCT FROM c.found_answer THEN
			RETURN NEXT '  NOT the answer ' || c.answer;
		END IF;
		IF pg_temp.one_line(c.asks) <> pg_temp.one_line(all_requests) THEN
			RETURN NEXT '  NOT the requests ' || pg_temp.one_line(c.asks);
		END IF;
		IF c.buckets <> all_buckets THEN
			RETURN NEXT '  NOT the buckets ' || c.buckets;
		END IF;
	END LOOP;
	UPDATE found SET reported = true;
END $$;
RESET client_min_messages;
\set QUIET off
\set ECHO all
