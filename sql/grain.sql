--
-- Grain reduction: an aggregate that can't tell the difference asks the API for
-- fewer groups.  Each case is the grain that it should ask for, of each scan,
-- and the query, which is run with the reduction, without it, and on the oracle
-- (docs/design.md section 3).  Where it must not: grain_decline.sql.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/coarse.sql

\echo A sum needs only what the query groups by; the day it has anyway.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('nothing', 'SELECT sum(input_tokens) AS s FROM usage.completions'),
('model', $$
  SELECT model, sum(input_tokens) AS s, sum(output_tokens) AS t
  FROM usage.completions GROUP BY model
$$),
('nothing', 'SELECT day, sum(amount) AS s FROM usage.costs GROUP BY day'),
('nothing', 'SELECT day, sum(usage_bytes) AS s FROM usage.vector_stores GROUP BY day')
) AS c(grain, query);

\echo An extreme, and what is distinct, is the same however often its input comes.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('batch model', $$
  SELECT max(day) AS s, min(model) AS m, bool_or(batch) AS b, bool_and(batch) AS c,
    every(batch) AS e, count(DISTINCT model) AS n
  FROM usage.completions
$$)
) AS c(grain, query);

\echo Sums, differences and multiples of numbers add up.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('nothing', 'SELECT sum(input_tokens + output_tokens) AS s FROM usage.completions'),
('nothing', $$
  SELECT sum(input_tokens - output_tokens + num_model_requests) AS s FROM usage.completions
$$),
('nothing', $$
  SELECT sum(input_tokens * 0.25) AS s, sum(3.5 * input_cached_tokens) AS t
  FROM usage.completions
$$),
('nothing', 'SELECT sum(amount * 1.19) AS s, sum(0.5 * amount) AS t FROM usage.costs')
) AS c(grain, query);

\echo CASE and FILTER need the dimensions that they ask about.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('batch model', $$
  SELECT sum(CASE WHEN batch THEN input_tokens ELSE 0 END) AS s,
    sum(CASE model WHEN 'gpt-6-luna' THEN input_tokens END) AS t
  FROM usage.completions
$$),
('model', $$
  SELECT sum(input_tokens) FILTER (WHERE model LIKE 'gpt%') AS s FROM usage.completions
$$)
) AS c(grain, query);

\echo A volatile function in FROM that takes no column is called once, whatever rows there are.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('nothing', $$
  SELECT sum(input_tokens) AS s, count(DISTINCT g) AS n
  FROM usage.completions, generate_series(1, 3 + (random() * 0)::int) AS g
$$),
('model', $$
  SELECT m, sum(c.input_tokens) AS s
  FROM usage.completions AS c
  JOIN (
    SELECT m FROM unnest(array['gpt-6-luna', left('gpt-6-sol', 9 + (random() * 0)::int)]) AS m
  ) AS u ON u.m = c.model
  GROUP BY m
$$),
('project_id', $$
  WITH one AS (SELECT id, team, nextval('own.counter') AS n FROM own.project)
  SELECT team, sum(input_tokens) AS s
  FROM usage.completions JOIN one ON id = project_id
  GROUP BY team
$$)
) AS c(grain, query);

\echo Groups without an aggregate need what tells them apart.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', 'SELECT model FROM usage.completions GROUP BY model'),
('batch model', 'SELECT DISTINCT model, batch FROM usage.completions'),
('model', $$
  SELECT DISTINCT ON (model) model, day FROM usage.completions ORDER BY model, day DESC
$$)
) AS c(grain, query);

\echo Grouping sets, HAVING and a window over groups see groups, not rows.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('batch model', $$
  SELECT model, batch, sum(input_tokens) AS s, grouping(model, batch) AS g
  FROM usage.completions GROUP BY ROLLUP (model, batch)
$$),
('model project_id', $$
  SELECT model, project_id, sum(input_tokens) AS s
  FROM usage.completions GROUP BY GROUPING SETS ((model), (project_id), ())
$$),
('model', $$
  SELECT model, sum(input_tokens) AS s
  FROM usage.completions GROUP BY 1
  HAVING sum(output_tokens) > 1000 AND min(day) IS NOT NULL
$$),
('model', $$
  SELECT model, sum(input_tokens) AS s, rank() OVER (ORDER BY sum(input_tokens)) AS r
  FROM usage.completions GROUP BY 1
$$)
) AS c(grain, query);

\echo A clause needs its column, whether the request filters by it or not.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('project_id', $$
  SELECT sum(input_tokens) AS s
  FROM usage.completions
  WHERE project_id = 'proj_web' AND day > now()::date - 40
$$),
('user_id', $$
  SELECT sum(input_tokens) AS s
  FROM usage.completions
  WHERE user_id LIKE 'user-a%' OR user_id IS NULL
$$)
) AS c(grain, query);

\echo A join needs what it joins by, and what is counted as distinct; the time it has anyway.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('project_id', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM usage.completions AS c
  JOIN own.project AS p ON p.id = c.project_id
  GROUP BY 1
$$),
('batch project_id', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN usage.completions AS c ON p.id = c.project_id AND c.batch
  GROUP BY 1
$$),
('model', $$
  SELECT c.model, sum(c.input_tokens * p.price) AS s
  FROM usage.completions AS c
  JOIN own.price AS p USING (model)
  GROUP BY 1
$$),
('model', $$
  SELECT sum(c.input_tokens * p.price) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.model = c.model AND c.start_time >= p.valid_from
    AND c.start_time < p.valid_to
$$),
('project_id', $$
  SELECT count(DISTINCT p.team) AS n, sum(c.input_tokens) AS s
  FROM usage.completions AS c
  JOIN own.project AS p ON p.id = c.project_id
$$)
) AS c(grain, query);

\echo A sub-select that only names columns is a part of the query.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT model, sum(input_tokens) AS s
  FROM (
    SELECT model, batch, input_tokens FROM usage.completions WHERE day > now()::date - 90
  ) AS v
  GROUP BY 1
$$),
('nothing', $$
  WITH v AS (SELECT model, batch, input_tokens FROM usage.completions)
  SELECT sum(input_tokens) AS s
  FROM v
$$)
) AS c(grain, query);

\echo What is looked for, and no more than that, needs what it is looked for by.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('batch project_id', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.batch)
$$),
('project_id', $$
  SELECT id
  FROM own.project AS p
  WHERE id IN (SELECT project_id FROM usage.completions WHERE day > now()::date - 9)
$$),
('model project_id', $$
  SELECT id
  FROM own.project AS p
  WHERE NOT EXISTS (
    SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.model = 'gpt-6-luna'
  )
$$)
) AS c(grain, query);

\echo A function of the time needs no dimension.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('source', $$
  SELECT extract(month FROM day) AS m, source, sum(images) AS s
  FROM usage.images GROUP BY 1, 2
$$),
('nothing', $$
  SELECT date_trunc('day', start_time) AS d, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE day > now()::date - 30 GROUP BY 1
$$)
) AS c(grain, query);

\echo Each scan of a self-join, by itself.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model', $$
  SELECT sum(a.input_tokens) AS s, max(b.model) AS m
  FROM usage.completions AS a
  JOIN (
    SELECT DISTINCT day, model FROM usage.completions
  ) AS b ON a.day = b.day AND a.model = b.model
$$)
) AS c(grain, query);

\echo A function that is evaluated below an outer join needs its columns.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model project_id', $$
  SELECT c.m, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, input_tokens, coalesce(model, 'none') AS m FROM usage.completions
  ) AS c ON c.project_id = p.id
  GROUP BY 1
$$)
) AS c(grain, query);

\echo Members of UNION ALL, and of members of it, each by itself.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model', $$
  SELECT model, sum(t) AS s
  FROM (
    SELECT model, input_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images
  ) AS u
  GROUP BY 1
$$),
('model, batch, source', $$
  SELECT k, sum(t) AS s, max(k) AS m
  FROM (
    SELECT model AS k, output_tokens AS t FROM usage.completions
    UNION ALL (
      SELECT source, images FROM usage.images
      UNION ALL
      SELECT 'cached', CASE WHEN batch THEN input_cached_tokens END FROM usage.completions
    )
  ) AS u
  GROUP BY 1
$$),
('project_id, project_id', $$
  SELECT p.team, sum(u.t) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id AS id, input_tokens AS t FROM usage.completions
    UNION ALL SELECT project_id, images FROM usage.images
  ) AS u USING (id)
  GROUP BY 1
$$),
('batch project_id, project_id', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (
    SELECT
    FROM (
      SELECT project_id, batch AS b FROM usage.completions
      UNION ALL SELECT project_id, true FROM usage.images
    ) AS u
    WHERE u.project_id = p.id AND u.b
  )
$$)
) AS c(grain, query);

\echo A member of UNION ALL with a WHERE is a query of its own; more of these in grain_level.sql.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('batch model, line_item', $$
  SELECT k, sum(t) AS s
  FROM (
    SELECT upper(model) AS k, day, input_tokens::numeric AS t
    FROM usage.completions
    WHERE NOT batch
    UNION ALL SELECT line_item, day, amount * 2 FROM usage.costs
  ) AS u
  WHERE day > now()::date - 40 GROUP BY 1
$$)
) AS c(grain, query);

\echo A child of a table needs what the query needs of the table.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', 'SELECT s.model, sum(s.input_tokens) AS s FROM usage.shared AS s GROUP BY 1'),
('project_id', $$
  SELECT sum(s.input_tokens) AS s, count(DISTINCT s.project_id) AS n
  FROM usage.shared AS s
  JOIN own.project AS p ON p.id = s.project_id
$$)
) AS c(grain, query);

\echo The request carries it, and the setting turns it off.
CREATE TEMP VIEW of_few_days AS
SELECT model, sum(input_tokens) FROM usage.completions
WHERE day > now()::date - 9 AND NOT batch GROUP BY 1;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
TABLE of_few_days \g /dev/null
SET usage_fdw.enable_grain_reduction = off;
TABLE of_few_days \g /dev/null
RESET usage_fdw.enable_grain_reduction;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
SELECT pg_temp.line(asked, grain, setting)
FROM (SELECT row_number() OVER (ORDER BY seq) AS n,
	(SELECT string_agg(g[1], ' ') FROM regexp_matches(query, 'group_by=(\w+)', 'g') AS g) AS asked
	FROM request) AS r
FULL JOIN (VALUES
(1, 'model batch', 'on'),
(2, 'project_id user_id api_key_id model batch service_tier', 'off')
) AS c(n, grain, setting) USING (n);
\echo EXPLAIN shows it.
EXPLAIN (COSTS OFF) SELECT sum(input_tokens) FROM usage.completions;
SET usage_fdw.enable_grain_reduction = off;
EXPLAIN (COSTS OFF, SETTINGS) SELECT sum(input_tokens) FROM usage.completions;
RESET usage_fdw.enable_grain_reduction;
DROP SCHEMA own CASCADE;
