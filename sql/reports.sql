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
SELECT name, pg_temp.same(format('TABLE over_live.%I', name), format('TABLE over_oracle.%I', name)),
  pg_temp.same(format('TABLE over_mixed.%I', name), format('TABLE over_oracle.%I', name)),
  pg_temp.same(format('TABLE over_kept.%I', name), format('TABLE over_closed.%I', name))
FROM usage_fdw_report WHERE name <> 'usage_long' ORDER BY name;
SELECT 'usage_long', pg_temp.same('SELECT * FROM over_live.usage_long WHERE day > pg_temp.today() - 20',
    'SELECT * FROM over_oracle.usage_long WHERE day > pg_temp.today() - 20'),
  pg_temp.same('SELECT * FROM over_mixed.usage_long WHERE day > pg_temp.today() - 20',
    'SELECT * FROM over_oracle.usage_long WHERE day > pg_temp.today() - 20'),
  pg_temp.same('SELECT * FROM over_kept.usage_long WHERE day > pg_temp.today() - 20',
    'SELECT * FROM over_closed.usage_long WHERE day > pg_temp.today() - 20');

\echo Allocated, the costs are what they were, day by day:
SELECT pg_temp.same(format($$
    SELECT day, project_id, currency, sum(amount) FROM over_%s.cost_allocation GROUP BY 1, 2, 3$$, s),
  format('SELECT day, project_id, currency, sum(amount) FROM %s.costs GROUP BY 1, 2, 3', o))
FROM (VALUES ('live', 'oracle'), ('mixed', 'oracle'), ('kept', 'closed')) AS v(s, o);
SELECT allocation, count(*) > 0, count(*) FILTER (WHERE user_id IS NULL AND api_key_id IS NULL)
    IN (0, count(*))
FROM over_oracle.cost_allocation GROUP BY 1 ORDER BY 1;
