--
-- Random queries over all endpoints and widths, each compared with the oracle:
-- with everything pushed down, and some again with nothing pushed down.
--
-- USAGE_RANDOM_COUNT says how many, USAGE_RANDOM_FIRST the number of the first;
-- a query is made of its number alone (and of the day), so that one that fails
-- can be repeated.
--
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql
\i test/lib/random_queries.sql

ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');

\set count `echo "${USAGE_RANDOM_COUNT:-300}"`
\set first `echo "${USAGE_RANDOM_FIRST:-$(($(date +%s) % 900000))}"`
SET client_min_messages = error;
CALL pg_temp.run_randoms(:first, :count);

-- All have run, many found something, and none failed.
SELECT count(*) = :count + count(*) FILTER (WHERE NOT pushdown) AS all_run,
       count(*) FILTER (WHERE rows > 0) > :count / 4 AS many_found_rows
FROM result;
SELECT r.*, q.zone, q.plan, q.types, q.args, q.command
FROM result AS r CROSS JOIN LATERAL pg_temp.random_query(r.number) AS q
WHERE missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0
ORDER BY r.number LIMIT 10;

DROP SCHEMA relation, usage_extra, random_1d, random_1h, random_1m CASCADE;
