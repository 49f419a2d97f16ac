--
-- Grain reduction of whole formulas, as people write costs: sums of terms, each
-- a number by a factor, and numbers that may not be sent taken as 0; and what is
-- computed of sums.  Each case is the grain that it should ask for, of each scan,
-- and the query, which is run with the reduction, without it, and on the oracle
-- (condition 3 of docs/design.md section 3).  Where it must not: grain_decline.sql.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/coarse.sql

\echo A number that was not sent adds nothing, as 0 does.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT model, sum(coalesce(input_image_tokens, 0)) AS s, sum(input_image_tokens) AS t
  FROM usage.completions GROUP BY 1
$$),
('nothing', $$
  SELECT sum(coalesce(input_tokens, 0)) AS s, sum(coalesce(input_image_tokens, 0.0)) AS t,
    sum(coalesce(input_image_tokens::numeric, 0)) AS u
  FROM usage.completions
$$),
('nothing', $$
  SELECT sum(coalesce(amount, 0)) AS s, sum(coalesce(amount * 1.19, 0)) AS t FROM usage.costs
$$),
('project_id', $$
  SELECT project_id, sum(coalesce(usage_bytes, 0)) AS s FROM usage.vector_stores GROUP BY 1
$$),
('project_id', $$
  SELECT p.team, sum(coalesce(c.input_image_tokens, 0)) AS s
  FROM own.project AS p
  LEFT JOIN usage.completions AS c ON c.project_id = p.id
  GROUP BY 1
$$)
) AS c(grain, query);

\echo Terms that are never NULL, or are 0 then, add up with each other.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT model, sum(input_tokens * 0.00000125 + output_tokens * 0.00001) AS s
  FROM usage.completions GROUP BY 1
$$),
('nothing', $$
  SELECT sum(input_tokens - coalesce(input_cached_tokens, 0)) AS s,
    sum(coalesce(input_image_tokens, 0) + coalesce(output_image_tokens, 0)) AS t,
    sum(0.5 * (coalesce(input_image_tokens, 0) - input_tokens)) AS u
  FROM usage.completions
$$),
('nothing', $$
  SELECT sum((input_tokens::numeric + coalesce(input_image_tokens * 0.5, 0)) * 2.0 * 0.25) AS s
  FROM usage.completions
$$),
('batch model', $$
  SELECT model, sum((input_tokens - coalesce(input_cached_tokens, 0)) * 0.00000125
      + coalesce(input_cached_tokens, 0) * 0.000000125
      + CASE WHEN batch THEN output_tokens * 0.5 ELSE output_tokens END * 0.00001) AS s
  FROM usage.completions GROUP BY 1
$$),
('nothing', 'SELECT sum(coalesce(amount, 0) * 1.19 - coalesce(amount, 0)) AS s FROM usage.costs')
) AS c(grain, query);

\echo Factors of another table, which may be NULL for all rows alike.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT c.model, sum((c.input_tokens - coalesce(c.input_cached_tokens, 0)) * p.price
    + coalesce(c.input_cached_tokens, 0) * p.price * 0.1 + c.output_tokens * (p.price * 8)) AS s
  FROM usage.completions AS c
  JOIN own.price AS p USING (model)
  GROUP BY 1
$$),
('model', $$
  SELECT c.model, sum(c.input_tokens * p.price + c.output_tokens * 0.00001) AS s
  FROM usage.completions AS c
  LEFT JOIN own.price AS p ON p.model = c.model AND p.price > 0.5
  GROUP BY 1
$$),
('model', $$
  SELECT sum(c.input_tokens * coalesce(p.price, 0)
    + c.output_tokens * coalesce(p.price, 1.5)) AS s
  FROM usage.completions AS c
  LEFT JOIN own.price AS p ON p.model = c.model AND p.price > 0.5
$$)
) AS c(grain, query);

\echo A factor is computed of dimensions and times, and may be a quotient: each row has the same.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT sum(c.input_tokens * (p.price / 3)) AS s
  FROM usage.completions AS c
  JOIN own.price AS p USING (model)
$$),
('model', $$
  SELECT sum(input_tokens * CASE WHEN model LIKE 'gpt-6%' THEN 0.00000125 ELSE 0.5 END
    + output_tokens * CASE model WHEN 'gpt-6-luna' THEN 2 WHEN 'gpt-6-astra' THEN 0.25 END) AS s
  FROM usage.completions
$$),
('model', $$
  SELECT sum(input_tokens::numeric * length(model)
    - output_tokens::numeric * (length(model) / 4.0 - 1)) AS s
  FROM usage.completions
  WHERE model <> ''
$$),
('nothing', $$
  SELECT sum(input_tokens * CASE WHEN day > now()::date - 30 THEN 0.25 ELSE 0.5 END) AS s
  FROM usage.completions
$$)
) AS c(grain, query);

\echo Formulas of sums.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT model, round(sum(input_tokens * 0.00000125 + output_tokens * 0.00001), 2) AS cost,
    sum(coalesce(input_cached_tokens, 0)) / nullif(sum(input_tokens), 0) AS hits,
    round(100.0 * sum(input_cached_tokens) / nullif(sum(input_tokens), 0), 1) AS percent,
    coalesce(sum(input_image_tokens), 0) AS images, sum(input_tokens)::float8 / 7 AS f
  FROM usage.completions GROUP BY 1
$$),
('model', $$
  SELECT model, sum(output_tokens) / sum(num_model_requests) AS each,
    CASE WHEN sum(input_tokens) > 1000 THEN sum(output_tokens * 0.5) END AS s
  FROM usage.completions GROUP BY 1
  HAVING sum(input_tokens * 0.25 + output_tokens) > 5000
  ORDER BY sum(coalesce(input_cached_tokens, 0) - output_tokens)
$$),
('model', $$
  SELECT model, sum(sum(input_tokens * 0.25 + output_tokens)) OVER (ORDER BY model) AS s
  FROM usage.completions GROUP BY 1
$$)
) AS c(grain, query);

\echo Whether there is a row at all, the coarser rows know.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model', $$
  SELECT model, sum(input_tokens) AS s
  FROM usage.completions GROUP BY 1 HAVING count(*) > 0
$$),
('nothing', $$
  SELECT count(1) >= 1 AS a, count(*) <> 0 AS b, 0 < count(*) AS c, count(*) < 1 AS d,
    0 = count(*) AS e, 1 <= count(day) AS f, count(*) <= 0::bigint AS g, sum(input_tokens) AS s
  FROM usage.completions
$$),
('batch model project_id', $$
  SELECT project_id, sum(input_tokens) AS s, count(*) FILTER (WHERE batch) > 0 AS a,
    count(model) = 0 AS b, CASE WHEN count(DISTINCT model) > 3 THEN max(model) END AS c
  FROM usage.completions GROUP BY 1
  HAVING count(*) FILTER (WHERE model = 'gpt-6-luna') > 0
$$),
('project_id', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN usage.completions AS c ON c.project_id = p.id AND p.team <> 'team 1'
  GROUP BY 1 HAVING count(c.project_id) > 0
$$),
('model', $$
  SELECT model, sum(input_tokens) AS s
  FROM usage.completions GROUP BY ROLLUP (model) HAVING NOT count(*) = 0
$$),
('nothing', $$
  SELECT sum(input_tokens) AS s, count(*) = 0 AS none
  FROM usage.completions
  WHERE day > now()::date + 1
$$)
) AS c(grain, query);

\echo The same of members of UNION ALL, and in wider buckets.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('model, model', $$
  SELECT model, sum(t) AS s, sum(coalesce(t, 0) * 0.5) AS u
  FROM (
    SELECT model, coalesce(input_image_tokens, 0) + output_tokens AS t FROM usage.completions
    UNION ALL SELECT model, images FROM usage.images
  ) AS u
  GROUP BY 1 HAVING count(*) > 0
$$),
('model, nothing', $$
  SELECT k, sum(cost) AS s
  FROM (
    SELECT model AS k, input_tokens * 0.00000125 + output_tokens * 0.00001 AS cost
    FROM usage.completions
    UNION ALL SELECT 'all', coalesce(amount, 0) * 1.19 FROM usage.costs
  ) AS u
  GROUP BY 1
$$)
) AS c(grain, query);
SELECT pg_temp.width(width, query) FROM (VALUES
('1h, 1d', $$
  SELECT model, sum(input_tokens * 0.00000125 + coalesce(input_image_tokens, 0) * 0.5) AS s
  FROM usage_hourly.completions
  WHERE start_time >= now() - interval '40 days 3 hours' GROUP BY 1 HAVING count(*) > 0
$$)
) AS c(width, query);
DROP SCHEMA own CASCADE;
