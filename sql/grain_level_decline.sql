--
-- Grain reduction, where it must not be, of legs of set operations and of
-- sub-queries that PostgreSQL plans by themselves: a level between the relation
-- and the groups can tell how many rows there are, or what numbers they have.
-- Each case is what it should ask for, of each scan, and the query, which is run
-- with the reduction, without it, and on the oracle.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/level_tables.sql
\i test/lib/coarse.sql

\echo A leg that is more than what it reads: it gives a number, counts, or takes some rows.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all, model', $$
  SELECT model, input_tokens FROM usage.completions UNION SELECT model, 0 FROM usage.images
$$),
('all, model', $$
  SELECT model, count(*) OVER (PARTITION BY model, day) AS n FROM usage.completions
  UNION SELECT model, 0 FROM usage.images
$$),
('all, all', 'SELECT model FROM usage.completions UNION ALL SELECT model FROM usage.images'),
('all, all', 'SELECT model FROM usage.completions EXCEPT ALL SELECT model FROM usage.images'),
('all, all', $$
  SELECT model FROM usage.completions INTERSECT ALL SELECT model FROM usage.images
$$),
('all, model', $$
  (SELECT model FROM usage.completions ORDER BY day, model LIMIT 40)
  UNION SELECT model FROM usage.images WHERE day > now()::date - 2
$$),
('all', $$
  (SELECT model FROM usage.completions WHERE day > now()::date - 9 ORDER BY model DESC OFFSET 150)
  UNION SELECT model FROM usage.images WHERE false
$$),
('all, model', $$
  SELECT model || ' ' || count(*) AS m FROM usage.completions GROUP BY model
  UNION SELECT model FROM usage.images
$$),
('model, model', $$
  SELECT model, sum(input_tokens) AS s FROM usage.completions GROUP BY model
  UNION SELECT model, sum(images) FROM usage.images GROUP BY model
$$)
) AS c(grain, query);

\echo The level above a UNION ALL with an order or several types counts rows, too.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all, all', $$
  SELECT k, sum(t) AS s, count(*) AS n FROM (
    SELECT model AS k, input_tokens AS t FROM usage.completions
    UNION ALL SELECT line_item, amount FROM usage.costs
  ) AS u
  GROUP BY 1
$$),
('all, all', $$
  SELECT sum(t) AS s FROM (
    SELECT input_tokens AS t FROM usage.completions
    UNION ALL SELECT images::float8 FROM usage.images
  ) AS u
$$),
('all, all', $$
  SELECT k, sum(t) AS s FROM (
    SELECT model AS k, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images ORDER BY t, k
  ) AS u
  GROUP BY 1
$$),
('all, all', $$
  SELECT max(d) AS s FROM (
    SELECT model AS k, day AS d FROM usage.completions WHERE day > now()::date - 9
    UNION ALL SELECT model, day::timestamp FROM usage.images WHERE day > now()::date - 9
    ORDER BY d DESC, k OFFSET 30
  ) AS u
$$),
('all, all', $$
  SELECT max(d) AS s FROM (
    (SELECT model AS k, day AS d FROM usage.completions WHERE day > now()::date - 9
      ORDER BY d DESC, k OFFSET 30)
    UNION ALL (SELECT model, day::timestamp FROM usage.images WHERE day < now()::date - 20
      ORDER BY day, model LIMIT 5)
  ) AS u
$$),
('model, all, all', $$
  SELECT max(model) AS m FROM (
    SELECT model FROM usage.completions
    UNION ALL (SELECT model FROM usage.images EXCEPT ALL SELECT model FROM usage.images
      WHERE day > now()::date - 2)
  ) AS u
$$)
) AS c(grain, query);

\echo How often a row comes, or the numbers that it has, decide about what these give.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all, all', $$
  SELECT sum(t) AS s FROM (
    SELECT model, input_tokens AS t FROM usage.completions
    UNION SELECT model, images FROM usage.images
  ) AS u
$$),
('all', $$
  SELECT sum(t) AS s FROM (
    SELECT model, day, input_tokens AS t FROM usage.completions
    INTERSECT ALL
    SELECT model, day, input_tokens FROM oracle.completions WHERE day > now()::date - 90
  ) AS u
$$),
('all', $$
  SELECT sum(t) AS s FROM (
    SELECT model, day, input_tokens AS t FROM usage.completions
    EXCEPT ALL
    SELECT model, day, input_tokens FROM oracle.completions WHERE day > now()::date - 90
  ) AS u
$$),
('all, model', $$
  (
    SELECT model FROM usage.completions
    EXCEPT ALL SELECT model FROM (SELECT DISTINCT day, model FROM oracle.completions) AS o
  )
  UNION SELECT upper(model) FROM usage.images
$$)
) AS c(grain, query);

\echo The level above counts rows, or looks at a number by itself.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT count(*) AS n, sum(amount) AS s FROM usage.both_costs'),
('all', 'SELECT model, avg(input_tokens) AS a FROM usage.ordered GROUP BY 1'),
('all', 'SELECT max(input_tokens) AS m FROM usage.ordered'),
('all', 'SELECT sum(input_tokens) AS m FROM usage.ordered WHERE output_tokens > 500'),
('all', $$
  SELECT sum(input_tokens) AS m FROM usage.guarded
  WHERE own.leaky(output_tokens::text || '0000000')
$$),
('all', $$
  SELECT count(DISTINCT v) AS n
  FROM (SELECT model, input_tokens FROM usage.completions ORDER BY model) AS v
$$),
('all', 'SELECT model, input_tokens FROM usage.ordered'),
('all', $$
  SELECT p.team, sum(v.input_tokens) AS s
  FROM own.project AS p JOIN usage.ordered AS v ON v.project_id = p.id AND v.input_tokens > p.most
  GROUP BY 1
$$),
('all', $$
  SELECT p.team, sum(v.input_tokens) AS s
  FROM own.project AS p LEFT JOIN (
    SELECT o.project_id, o.input_tokens, coalesce(o.output_tokens, 0) AS n
    FROM usage.ordered AS o
  ) AS v ON v.project_id = p.id
  WHERE coalesce(v.n, 1) % 2 = 1 GROUP BY 1
$$),
('all', $$
  SELECT sum(t) AS s FROM (
    SELECT input_tokens / 7 AS t FROM usage.completions ORDER BY day
  ) AS v
$$),
('all', $$
  SELECT max(nextval('own.counter')) - min(nextval('own.counter')) AS n
  FROM usage.ordered WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo The sub-query does: it counts, takes some, or orders by what it makes of a number.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT max(n) AS m
  FROM (SELECT count(*) OVER (PARTITION BY model, day) AS n FROM usage.completions) AS v
$$),
('all', $$
  SELECT sum(t) AS s FROM (
    SELECT input_tokens AS t FROM usage.completions
    ORDER BY day, model, project_id, user_id, api_key_id, batch, service_tier LIMIT 1000
  ) AS v
$$),
('all', $$
  SELECT max(day) AS s FROM (SELECT day FROM usage.completions ORDER BY day DESC OFFSET 40) AS v
$$),
('all', $$
  SELECT DISTINCT ON (model) model, day
  FROM (SELECT * FROM usage.completions ORDER BY model, input_tokens DESC, day) AS v
$$),
('all, model', $$
  SELECT DISTINCT ON (k) k, d FROM (
    SELECT model AS k, day AS d, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, day, NULL::numeric FROM usage.images WHERE day > now()::date - 40
    ORDER BY k, t DESC NULLS LAST, d
  ) AS u
$$),
('all', $$
  SELECT sum(t) AS s FROM (
    SELECT c.output_tokens AS t FROM usage.completions AS c
    JOIN own.project AS p ON p.id = c.project_id AND c.input_tokens > p.most ORDER BY day
  ) AS v
$$)
) AS c(grain, query);

\echo Two sub-queries: each is itself, and not the other.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, all', $$
  SELECT sum(a.input_tokens) AS s
  FROM (SELECT day, model, input_tokens FROM usage.completions AS c1 ORDER BY day) AS a
  JOIN (SELECT day, model FROM usage.completions AS c2 ORDER BY day) AS b USING (day, model)
$$),
('all', $$
  SELECT sum(o.input_tokens) AS s
  FROM (SELECT * FROM oracle.completions OFFSET 0) AS o
  JOIN (SELECT * FROM usage.completions ORDER BY day) AS v USING (day, model)
  WHERE day > now()::date - 9
$$)
) AS c(grain, query);
DROP SCHEMA own CASCADE;
