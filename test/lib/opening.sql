-- test/lib/opening.sql: how a file of cases begins
--
-- Set the variable "endpoints" before, to those whose oracles it needs.  Makes
-- pg_temp.line(asked, wanted, query, answer), the line that tells how a case
-- went.  From here on only results and what "\echo" says are printed: cases are
-- to be read in the test itself.
\set ECHO none
-- Each of these turns the echo on in its end.
\i test/lib/setup.sql \set ECHO none
-- The variable "simulated" has settings of the simulator, if there are any.
\if :{?simulated}
\setenv USAGE_SIMULATED :simulated
\! "$USAGE_SIMULATOR_CONTROL" set $USAGE_SIMULATED >/dev/null
\endif
\i test/lib/same.sql \set ECHO none
\i test/lib/plan.sql \set ECHO none
\i test/lib/oracles.sql
\set QUIET on
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- What was asked for, the beginning of the query and its end, and how it came
-- out: what should have been asked for if it was not, and last, what "answer"
-- says of the rows.
CREATE FUNCTION pg_temp.line(asked text, wanted text, query text, answer text DEFAULT 'ok')
RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT '  ' || concat_ws(' | ', asked,
		CASE WHEN length(words) > 80 THEN left(words, 28) || ' ... ' || right(words, 48)
			ELSE words END,
		CASE WHEN asked IS DISTINCT FROM wanted THEN 'should be: ' || wanted END,
		answer)
	FROM (SELECT regexp_replace(regexp_replace(btrim(query, E' \n'), '\s+', ' ', 'g'),
		'(?<=\() | (?=\))', '', 'g') AS words) AS q
$$;
