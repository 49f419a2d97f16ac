--
-- Grain reduction, where it must not be: a number is seen otherwise than in a sum
-- (condition 4 of docs/design.md section 3), so that the query needs all groups
-- that the table has.  Each case is what it should ask for, of each scan, and the
-- query, which is run with the reduction, without it, and on the oracle.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/coarse.sql

\echo A number is seen by itself: by an aggregate, a clause, or a group.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT max(input_tokens) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens) AS s, min(output_tokens) AS m FROM usage.completions'),
('all', 'SELECT sum(input_tokens) AS s FROM usage.completions WHERE output_tokens > 500'),
('all', $$
  SELECT input_tokens > 5000 AS big, sum(input_tokens) AS s
  FROM usage.completions GROUP BY 1
$$),
('all', $$
  SELECT DISTINCT model, input_tokens FROM usage.completions WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo A label is there only where a row has one value.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT line_item, quantity_unit, sum(amount) AS s FROM usage.costs GROUP BY 1, 2'),
('all', 'SELECT project_id, max(quantity_unit) AS u FROM usage.costs GROUP BY 1')
) AS c(grain, query);

\echo The whole row has all of the numbers.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT max(c::text) AS s FROM usage.completions AS c')
) AS c(grain, query);

\echo A join compares a number, or a sub-select of each row does.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT sum(c.input_tokens) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.price * 1000 < c.input_tokens AND p.model = c.model
$$),
('all', $$
  SELECT sum(c.input_tokens) AS s, min(x.n) AS n
  FROM usage.completions AS c, LATERAL (
    SELECT count(*) AS n FROM own.price AS p WHERE p.price * 1000 < c.output_tokens
  ) AS x
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT sum(c.num_model_requests) AS s
  FROM usage.completions AS c
  LEFT JOIN own.price AS p ON p.model = c.model AND c.input_tokens > 1000
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT sum(c.input_tokens) AS s
  FROM usage.completions AS c
  LEFT JOIN own.price AS p ON p.model <> c.model AND c.input_tokens > 1000
  WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo What is looked for is a number.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (
    SELECT
    FROM usage.completions AS c
    WHERE c.project_id = p.id AND c.input_tokens < p.most
      AND c.day BETWEEN now()::date - 9 AND now()::date - 1
  )
$$),
('all', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (
    SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.input_tokens > 20000
  )
$$)
) AS c(grain, query);

\echo A function of a number, evaluated below an outer join, is seen above it.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, input_tokens, coalesce(output_tokens, 0) AS t
    FROM usage.completions
    WHERE day BETWEEN now()::date - 9 AND now()::date - 1
  ) AS c ON c.project_id = p.id
  WHERE coalesce(c.t, 1) < 500 GROUP BY 1
$$),
('all', $$
  SELECT DISTINCT p.id
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, coalesce(input_tokens, 0) AS t
    FROM usage.completions
    WHERE day BETWEEN now()::date - 9 AND now()::date - 1
  ) AS c ON c.project_id = p.id
  WHERE c.t IS NULL OR c.t < p.most
$$),
('all', $$
  SELECT count(DISTINCT g) AS n
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, coalesce(input_tokens, 0) % 50 AS t
    FROM usage.completions
    WHERE day BETWEEN now()::date - 9 AND now()::date - 1
  ) AS c ON c.project_id = p.id, LATERAL generate_series(c.t, c.t) AS g
$$),
('all, all', $$
  SELECT p.team, sum(c.i) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, i, coalesce(i, 0) AS t
    FROM (
      SELECT project_id, day, input_tokens AS i FROM usage.completions
      UNION ALL SELECT project_id, day, images FROM usage.images
    ) AS v
    WHERE day BETWEEN now()::date - 9 AND now()::date - 1
  ) AS c ON c.project_id = p.id
  WHERE coalesce(c.t, p.most) < 3000 GROUP BY 1
$$),
('all', $$
  SELECT x.s
  FROM (SELECT 1 AS one) AS o
  LEFT JOIN (
    SELECT input_tokens + 0 AS t, model FROM usage.completions WHERE day > now()::date - 9
  ) AS c ON true, LATERAL (SELECT c.t AS s) AS x
  GROUP BY 1
$$)
) AS c(grain, query);

\echo One member of UNION ALL has a number that does not add up; the other is still reduced.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, all', $$
  SELECT model, sum(t) AS s
  FROM (
    SELECT model, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images * images FROM usage.images
  ) AS u
  GROUP BY 1
$$),
('all, model', $$
  SELECT model, sum(t) AS s
  FROM (
    SELECT model, 1::bigint AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images
  ) AS u
  GROUP BY 1
$$),
('all, model', $$
  SELECT k, sum(t) AS s
  FROM (
    SELECT (input_tokens % 3)::text AS k, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images
  ) AS u
  GROUP BY 1
$$),
('all, size', $$
  SELECT sum(u.t) AS s
  FROM (
    SELECT model AS m, output_tokens AS n, input_tokens AS t FROM usage.completions
    UNION ALL SELECT size, 0::bigint, images FROM usage.images
  ) AS u
  JOIN own.price AS p ON p.model = u.m AND p.price * 1000 < u.n
$$)
) AS c(grain, query);

\echo A column of the UNION ALL is seen by itself, so that no member is reduced.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all, all', $$
  SELECT max(t) AS s
  FROM (
    SELECT model, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images
  ) AS u
$$),
('all, all', $$
  SELECT p.model, u.n
  FROM own.price AS p
  LEFT JOIN (
    SELECT model, 1 AS n, images AS t FROM usage.images
    UNION ALL SELECT model, 2, input_tokens FROM usage.completions
  ) AS u ON u.model = p.model AND u.t > 2000
  GROUP BY 1, 2
$$),
('all, all', $$
  SELECT max(u::text) AS s
  FROM (
    SELECT model, images AS t FROM usage.images
    UNION ALL SELECT model, input_tokens FROM usage.completions
  ) AS u
$$)
) AS c(grain, query);

\echo The same for the children of a table.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT count(*) AS n, sum(s.input_tokens) AS s FROM usage.shared AS s'),
('all', 'SELECT sum(s.input_tokens) AS s FROM usage.shared AS s WHERE s.input_tokens > 500')
) AS c(grain, query);
DROP SCHEMA own CASCADE;
