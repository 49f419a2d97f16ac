--
-- Random aggregates over all endpoints and widths give the same answer with
-- everything on, with everything off, and on the oracle.
--
-- USAGE_DIFFERENTIAL_COUNT says how many, USAGE_DIFFERENTIAL_FIRST the number
-- of the first; a query is made of its number alone (and of the day), so that
-- one that fails can be repeated.
--
\i test/lib/setup.sql
\i test/lib/all_oracles.sql
\i test/lib/pushdown.sql
\i test/lib/random_queries.sql
\i test/lib/differential_queries.sql
\i test/lib/differential_run.sql

ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');

\set count `echo "${USAGE_DIFFERENTIAL_COUNT:-200}"`
\set first `echo "${USAGE_DIFFERENTIAL_FIRST:-$(($(date +%s) % 900000))}"`
SET client_min_messages = error;
CALL pg_temp.run_differentials(:first, :count);

-- All have run, many found something, many were reduced, and none failed.
SELECT count(DISTINCT number) = :count AS all_run,
       count(*) FILTER (WHERE rows > 0 AND setting = 'on') > :count / 2 AS many_found_rows,
       (SELECT count(*) FROM result AS x JOIN result AS y USING (number)
        WHERE x.setting = 'on' AND y.setting = 'off'
          AND x.groups <> y.groups) > :count / 4 AS many_were_reduced
FROM result;
SELECT r.*, q.zone, q.plan, q.types, q.args, q.command
FROM result AS r CROSS JOIN LATERAL pg_temp.differential_query(r.number) AS q
WHERE missing IS DISTINCT FROM 0 OR surplus IS DISTINCT FROM 0
ORDER BY r.number LIMIT 10;

DROP SCHEMA relation, usage_extra, random_1d, random_1h, random_1m CASCADE;
