--
-- Reports: each of them over foreign tables, copies and live views is what it is over the
-- oracle, and that is what it is made out of by other means.
--
\i test/lib/reports.sql
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on

\echo Over foreign tables, over live views, over copies:
CREATE FUNCTION pg_temp.compare(source text, oracle text, name text, condition text DEFAULT '')
RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.same(format('SELECT * FROM over_%s.%I %s', source, name, condition),
    format('SELECT * FROM over_%s.%I %s', oracle, name, condition))
$$;
SELECT name, pg_temp.compare('live', 'oracle', name, condition),
  pg_temp.compare('mixed', 'oracle', name, condition),
  pg_temp.compare('kept', 'closed', name, condition)
FROM (SELECT name, CASE name WHEN 'usage_long' THEN 'WHERE day > pg_temp.today() - 20'
    WHEN 'cost_allocation' THEN 'WHERE day > pg_temp.today() - 100' ELSE '' END AS condition
  FROM usage_fdw_report) AS r
ORDER BY name;

\echo Allocated, the costs are what they were, day by day:
SELECT pg_temp.same(format($$
    SELECT day, project_id, currency, sum(amount) FROM over_%s.cost_allocation
    GROUP BY 1, 2, 3$$, s), format($$
    SELECT day, project_id, currency, sum(amount) FROM %s.costs
    GROUP BY 1, 2, 3$$, o))
FROM (VALUES ('live', 'oracle'), ('mixed', 'oracle'), ('kept', 'closed')) AS v(s, o);
SELECT allocation, count(*) > 0, count(*) FILTER (WHERE user_id IS NULL AND api_key_id IS NULL)
    IN (0, count(*))
FROM over_oracle.cost_allocation GROUP BY 1 ORDER BY 1;
