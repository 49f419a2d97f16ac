-- test/lib/request_cases.sql: queries whose requests are compared
--
-- A test fills "request_case" and includes test/lib/ask.sql, which runs them
-- and tells how it went.  Needs test/lib/opening.sql.

-- "wanted" is how many buckets each request asks for, as "1 2 4"; or how many
-- there are, as "9 requests" or "few requests"; or what they are, a line each; or
-- NULL where it doesn't matter.  "answer" is what the first row should be, or
-- NULL where the rows should be the oracle's.  In a query, {name} stands for the
-- value of that name in "given".
CREATE TEMP TABLE request_case (
	n int GENERATED ALWAYS AS IDENTITY, wanted text, answer text, query text);
CREATE TEMP TABLE given (name text, value text);
ALTER SERVER openai OPTIONS (ADD project 'none');

-- Runs a case, with its number as the project that its requests carry, and
-- files how it answered.
CREATE FUNCTION pg_temp.ask(c request_case) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	filled text := c.query;
	v given;
	found record;
BEGIN
	FOR v IN SELECT * FROM given LOOP
		filled := replace(filled, '{' || v.name || '}', quote_literal(v.value));
	END LOOP;
	EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', c.n);
	IF c.answer IS NULL THEN
		c.answer := pg_temp.same(filled, pg_temp.theirs(filled));
	ELSE
		EXECUTE filled INTO found;
		c.answer := CASE WHEN btrim(found::text, '()') = c.answer THEN 'ok'
			ELSE format('answers %s, not %s', btrim(found::text, '()'), c.answer) END;
	END IF;
	ALTER SERVER openai OPTIONS (SET project 'none');
	UPDATE request_case SET answer = c.answer WHERE n = c.n;
END
$$;

-- What was asked for, in the form of what was wanted.
CREATE FUNCTION pg_temp.asked_of(c request_case) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(CASE WHEN c.wanted = 'few requests' AND count(*) <= 3 THEN c.wanted
		WHEN c.wanted LIKE '%requests' THEN count(*) || ' requests'
		WHEN c.wanted LIKE '%=%' THEN
			string_agg(endpoint || '?' || pg_temp.show_query(query), E'\n  ' ORDER BY seq)
		WHEN c.wanted <> '' THEN string_agg(
			pg_temp.buckets_asked(query)::text
			|| CASE WHEN query ~ 'page=' THEN '+' ELSE '' END
			|| CASE status WHEN 200 THEN '' ELSE '!' || status END, ' ' ORDER BY seq) END,
		CASE WHEN c.wanted <> '' THEN 'nothing' END)
	FROM request WHERE project = c.n::text
$$;
