--
-- Grain reduction for what another level of the query makes one row of: legs of
-- set operations, and sub-queries that PostgreSQL plans by themselves.  Each case
-- is the grain that it should ask for, of each scan, and the query, which is run
-- with the reduction, without it, and on the oracle.  Where it must not:
-- grain_level_decline.sql.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/level_tables.sql
\i test/lib/coarse.sql

\echo Legs of a set operation that makes one row of those that are alike.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model', 'SELECT model FROM usage.completions UNION SELECT model FROM usage.images'),
('model, nothing, source', $$
  SELECT model, day FROM usage.completions
  UNION SELECT upper(source), day + 1 FROM usage.images UNION SELECT 'cost', day FROM usage.costs
$$),
('model, model', 'SELECT model FROM usage.completions INTERSECT SELECT model FROM usage.images'),
('model, model', 'SELECT model FROM usage.completions EXCEPT SELECT model FROM usage.images'),
('batch model, model', $$
  SELECT model FROM usage.completions WHERE NOT batch AND day > now()::date - 90
  EXCEPT SELECT model FROM usage.images WHERE day > now()::date - 90
$$),
('project_id, project_id', $$
  SELECT p.team FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id
  UNION SELECT project_id FROM usage.images ORDER BY 1 LIMIT 7
$$)
) AS c(grain, query);

\echo One with ALL below of one without; how often a row comes decides about EXCEPT ALL only.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model, source', $$
  (SELECT model FROM usage.completions UNION ALL SELECT model FROM usage.images)
  UNION SELECT source FROM usage.images
$$),
('model, model, source', $$
  (SELECT model FROM usage.completions INTERSECT ALL SELECT model FROM usage.images)
  EXCEPT SELECT source FROM usage.images
$$),
('all, all, source', $$
  (SELECT model FROM usage.completions EXCEPT ALL SELECT model FROM usage.images)
  UNION SELECT source FROM usage.images
$$),
('model, source, model, model', $$
  (SELECT model FROM usage.completions UNION SELECT source FROM usage.images)
  EXCEPT ALL SELECT model FROM usage.images WHERE false
  UNION ALL (SELECT model FROM usage.images INTERSECT SELECT model FROM usage.images)
$$)
) AS c(grain, query);

\echo In FROM, IN, EXISTS, a CTE and a recursive query.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model', $$
  SELECT count(*) AS n, count(u.model) AS m
  FROM (SELECT model FROM usage.completions UNION SELECT model FROM usage.images) AS u
$$),
('project_id, project_id', $$
  SELECT id FROM own.project
  WHERE id IN (SELECT project_id FROM usage.completions WHERE day > now()::date - 9
    INTERSECT SELECT project_id FROM usage.images)
$$),
('batch project_id, project_id', $$
  SELECT id FROM own.project AS p
  WHERE EXISTS (SELECT project_id FROM usage.completions WHERE project_id = p.id AND batch
    EXCEPT SELECT project_id || '?' FROM usage.images)
$$),
('model, model', $$
  WITH u AS MATERIALIZED (SELECT model FROM usage.completions
    UNION SELECT model FROM usage.images)
  SELECT count(*) AS n FROM u
$$),
('model, model project_id', $$
  WITH RECURSIVE r(p, n) AS (
    SELECT model, 1 FROM usage.completions
    UNION SELECT i.project_id, r.n + 1 FROM r JOIN usage.images AS i ON i.model = r.p WHERE n < 3)
  SELECT p, n FROM r
$$)
) AS c(grain, query);

\echo Members of UNION ALL that have a WHERE, a join or an order of their own.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('nothing', 'SELECT sum(amount) AS s FROM usage.both_costs'),
('project_id', $$
  SELECT date_trunc('month', day) AS m, project_id, sum(amount) AS s
  FROM usage.both_costs WHERE day > now()::date - 60 GROUP BY 1, 2
$$),
('model, model', $$
  SELECT model, sum(t) AS s, max(day) AS d
  FROM (
    SELECT model, day, input_tokens AS t FROM usage.completions WHERE day < now()::date - 20
    UNION ALL SELECT model, day, images FROM usage.images WHERE day >= now()::date - 20
  ) AS u
  GROUP BY 1
$$),
('batch model project_id, source', $$
  SELECT k, sum(t) FILTER (WHERE k <> 'team 1') AS s, min(k) AS m
  FROM (
    SELECT p.team || c.model AS k, c.input_tokens * 0.25 AS t
    FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id WHERE NOT c.batch
    UNION ALL (SELECT source, images * 2.0 FROM usage.images ORDER BY source)
  ) AS u
  GROUP BY 1 HAVING count(*) > 0
$$),
('model, model', $$
  SELECT sum(u.t * p.price) AS s
  FROM (
    SELECT model, input_tokens AS t FROM usage.completions WHERE day > now()::date - 90
    UNION ALL SELECT model, images FROM usage.images WHERE day > now()::date - 90
  ) AS u
  JOIN own.price AS p USING (model)
$$),
('batch model, model', $$
  SELECT DISTINCT model FROM (
    SELECT model FROM usage.completions WHERE batch
    UNION ALL SELECT model FROM usage.images WHERE day > now()::date - 20
  ) AS u
$$),
('batch project_id, project_id', $$
  SELECT id FROM own.project AS p
  WHERE EXISTS (
    SELECT FROM (
      SELECT project_id FROM usage.completions WHERE batch
      UNION ALL SELECT project_id FROM usage.images WHERE day > now()::date - 20
    ) AS u WHERE u.project_id = p.id)
$$),
('nothing, nothing', $$
  SELECT sum(t) AS s FROM (
    SELECT day AS d, input_tokens AS t FROM usage.completions WHERE day > now()::date - 90
    UNION ALL
    SELECT * FROM (SELECT day, images FROM usage.images WHERE day > now()::date - 90) AS i
  ) AS u
  WHERE d < (SELECT max(day) FROM own.kept)
$$)
) AS c(grain, query);

\echo UNION ALL of columns of several types, with an order, or a CTE of its own.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, line_item', $$
  SELECT k, sum(t) AS s FROM (
    SELECT model AS k, input_tokens AS t FROM usage.completions
    UNION ALL SELECT line_item, amount FROM usage.costs WHERE day > now()::date - 90
  ) AS u
  WHERE length(k) > 9 GROUP BY 1
$$),
('model, nothing, source', $$
  SELECT k, sum(t) AS s, max(d) AS d FROM (
    SELECT model AS k, input_tokens AS t, day AS d FROM usage.completions
    UNION ALL (SELECT 'costs', amount, day::timestamp FROM usage.costs
      UNION ALL SELECT source, images, day FROM usage.images WHERE day > now()::date - 90)
    ORDER BY d, k
  ) AS u
  GROUP BY 1
$$),
('project_id', $$
  SELECT project_id, sum(amount) AS s FROM (
    WITH kept AS MATERIALIZED (SELECT * FROM own.kept)
    SELECT project_id, amount FROM kept UNION ALL SELECT project_id, amount FROM usage.costs
    WHERE day >= now()::date - 30
  ) AS u
  GROUP BY 1
$$),
('model, model', $$
  SELECT DISTINCT model FROM (
    SELECT model::varchar FROM usage.completions UNION ALL SELECT model FROM usage.images
  ) AS u
$$)
) AS c(grain, query);

\echo Sub-queries and views with an order, a barrier, and those of sub-queries.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', 'SELECT model, sum(input_tokens) AS s FROM usage.ordered GROUP BY 1'),
('batch project_id', $$
  SELECT project_id, sum(input_tokens) AS s FROM usage.guarded
  WHERE own.leaky(project_id) GROUP BY 1
$$),
('batch model', $$
  SELECT upper(m) AS u, sum(t) AS s
  FROM (SELECT model || '!' AS m, input_tokens + output_tokens AS t FROM usage.guarded
    ORDER BY model || '!') AS v
  GROUP BY 1
$$),
('model, batch model', $$
  SELECT model FROM usage.ordered UNION SELECT model FROM usage.guarded
$$),
('model project_id', $$
  SELECT p.team, sum(v.input_tokens) AS s
  FROM own.project AS p LEFT JOIN usage.ordered AS v ON v.project_id = p.id GROUP BY 1
$$)
) AS c(grain, query);
DROP SCHEMA own CASCADE;
