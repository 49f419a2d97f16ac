--
-- LIMIT in and around other queries: joins, set operations, sub-selects.  The
-- answer is one that the whole relation could give, as in limit.sql.
--
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/limits.sql

\echo Joins, each as hash join, merge join and nested loop.
SELECT pg_temp.joined(keys, query) FROM (VALUES
(NULL, $$
  SELECT c.*, p.team
  FROM usage.completions AS c
  JOIN limits.projects AS p ON p.id = c.project_id
$$),
(NULL, $$
  SELECT c.*, p.team
  FROM limits.projects AS p
  LEFT JOIN usage.completions AS c ON p.id = c.project_id
$$),
(NULL, $$
  SELECT c.*, p.team
  FROM usage.completions AS c
  LEFT JOIN limits.projects AS p ON p.id = c.project_id AND p.team > 'team 9'
$$),
('start_time', $$
  SELECT c.*, p.team
  FROM usage.completions AS c
  JOIN limits.projects AS p ON p.id = c.project_id
  ORDER BY start_time DESC
$$),
('day', $$
  SELECT c.* FROM usage.completions AS c JOIN limits.days AS d USING (day) ORDER BY day DESC
$$),
('day', 'SELECT * FROM limits.days LEFT JOIN usage.completions USING (day) ORDER BY day'),
('day', $$
  SELECT *
  FROM limits.days
  FULL JOIN (SELECT * FROM usage.costs OFFSET 0) AS c USING (day)
  WHERE day > pg_temp.today() - 30 ORDER BY day DESC
$$),
(NULL, $$
  SELECT c.day, model, line_item, amount
  FROM usage.completions AS c
  JOIN usage.costs AS d ON c.day = d.day AND c.project_id = d.project_id
  WHERE c.batch
$$),
('day', $$
  SELECT c.day, model, line_item, amount
  FROM usage.completions AS c
  JOIN usage.costs AS d USING (start_time, project_id)
  ORDER BY start_time DESC
$$),
(NULL, $$
  SELECT c.day, model
  FROM usage.completions AS c
  WHERE NOT EXISTS (
    SELECT FROM usage.costs AS d WHERE d.day = c.day AND d.project_id = c.project_id
  )
$$),
('day', $$
  SELECT c.day, model
  FROM usage.completions AS c
  WHERE day IN (SELECT day FROM usage.costs WHERE amount > 1) ORDER BY day
$$)
) AS c(keys, query);

\echo Set operations.
SELECT pg_temp.limited(reads, keys, query) FROM (VALUES
(NULL, NULL, $$
  SELECT day, model FROM usage.completions
  UNION ALL SELECT day, line_item FROM usage.costs
$$),
(NULL, 'day', $$
  SELECT day, model FROM usage.completions
  UNION ALL SELECT day, line_item FROM usage.costs ORDER BY day DESC
$$),
(NULL, 'day', $$
  SELECT day, model FROM usage.completions WHERE batch
  UNION ALL SELECT day, line_item FROM usage.costs ORDER BY day
$$),
(NULL, NULL, 'SELECT day FROM usage.completions UNION SELECT day FROM usage.costs'),
(NULL, 'day', $$
  SELECT day FROM usage.completions
  INTERSECT SELECT day FROM usage.costs ORDER BY day DESC
$$),
(NULL, 'day', $$
  SELECT day, project_id FROM usage.completions
  EXCEPT SELECT day, project_id FROM usage.costs ORDER BY 1
$$),
(NULL, NULL, $$
  SELECT day, project_id FROM usage.completions
  EXCEPT ALL SELECT day, project_id FROM usage.costs
$$)
) AS c(reads, keys, query);

\echo Set operations of queries with a LIMIT.
SELECT pg_temp.same_of_oracle(query) FROM (VALUES
($$
  (SELECT max(day) FROM usage.completions)
  UNION ALL (SELECT day FROM usage.costs ORDER BY day LIMIT 1)
$$),
($$
  (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30)
  UNION (SELECT day FROM usage.costs ORDER BY start_time LIMIT 30)
$$),
($$
  (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30)
  EXCEPT (SELECT day FROM usage.costs ORDER BY start_time LIMIT 3)
$$),
($$
  (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 30)
  INTERSECT ALL (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 40)
  ORDER BY 1 LIMIT 5
$$)
) AS c(query);

\echo A query over one with a LIMIT.
SELECT pg_temp.same_of_oracle(query) FROM (VALUES
('SELECT count(*) FROM (SELECT FROM usage.completions LIMIT 60) AS c'),
($$
  SELECT day, count(*)
  FROM (SELECT day FROM usage.completions ORDER BY day DESC LIMIT 60) AS c GROUP BY day
$$),
($$
  SELECT count(*)
  FROM (
    SELECT *
    FROM (
      SELECT * FROM usage.completions WHERE day < pg_temp.today() - 5 LIMIT 60
    ) AS c OFFSET 20
  ) AS c
$$),
('SELECT ARRAY(SELECT day FROM usage.completions ORDER BY day DESC LIMIT 20)')
) AS c(query);

\echo A sub-select with a LIMIT, or an extreme, for each row.
SELECT pg_temp.same_of_oracle(query) FROM (VALUES
($$
  SELECT n, (SELECT max(day) FROM usage.completions WHERE day < pg_temp.today() - n)
  FROM generate_series(0, 44, 11) AS n
$$),
($$
  SELECT n, (
    SELECT day
    FROM usage.completions
    WHERE day < pg_temp.today() - n ORDER BY day DESC LIMIT 1 OFFSET n
  )
  FROM generate_series(0, 44, 11) AS n
$$),
($$
  SELECT p.id, c.day
  FROM limits.projects AS p
  LEFT JOIN LATERAL (
    SELECT day
    FROM usage.completions AS c
    WHERE c.project_id = p.id ORDER BY start_time DESC LIMIT 1
  ) AS c ON true
$$),
($$
  SELECT p.id, c.*
  FROM limits.projects AS p
  CROSS JOIN LATERAL (
    SELECT model, sum(input_tokens)
    FROM usage.completions AS c
    WHERE c.project_id = p.id AND day > pg_temp.today() - 20 GROUP BY model
    ORDER BY 2 DESC, 1 LIMIT 3
  ) AS c
$$),
($$
  SELECT d.day, c.n
  FROM limits.days AS d
  CROSS JOIN LATERAL (
    SELECT count(*) AS n
    FROM (SELECT FROM usage.costs AS c WHERE c.day = d.day LIMIT 2) AS c
  ) AS c
  WHERE d.day > pg_temp.today() - 12
$$)
) AS c(query);

\echo A sub-select with a LIMIT, or an extreme, in a clause.
SELECT pg_temp.same_of_oracle(query) FROM (VALUES
($$
  SELECT *
  FROM limits.projects AS p
  WHERE EXISTS (
    SELECT FROM usage.completions WHERE project_id = p.id AND num_model_requests > 5 LIMIT 1
  )
$$),
($$
  SELECT *
  FROM limits.days AS d
  WHERE day IN (SELECT day FROM usage.completions ORDER BY start_time DESC LIMIT 100)
$$),
($$
  SELECT *
  FROM limits.days AS d
  WHERE day = (SELECT day FROM usage.completions WHERE batch ORDER BY end_time LIMIT 1)
$$),
($$
  SELECT *
  FROM limits.days AS d
  WHERE day >= ALL (SELECT day FROM usage.completions ORDER BY day LIMIT 100)
$$),
($$
  WITH last AS (SELECT max(day) AS day FROM usage.completions)
  SELECT c.*
  FROM usage.completions AS c
  JOIN last USING (day)
$$),
($$
  SELECT *
  FROM usage.completions
  WHERE day = (SELECT max(day) FROM usage.completions WHERE model IS NULL)
$$)
) AS c(query);

\echo The first of many rows that are computed.
SELECT pg_temp.line(NULL, NULL, query || ' ' || lim, pg_temp.possible(query, lim)) FROM (VALUES
('SELECT * FROM (SELECT * FROM usage.completions LIMIT 100000) AS c', 'LIMIT 5'),
('SELECT c::text AS whole FROM usage.completions AS c', 'LIMIT 12')
) AS c(query, lim);

DROP SCHEMA limits CASCADE;
