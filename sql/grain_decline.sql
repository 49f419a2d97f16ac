--
-- Grain reduction, where it must not be: condition 1, 2 or 3 of docs/design.md
-- section 3 does not hold, so that the query needs all groups that the table
-- has.  Each case is what it should ask for, of each scan, and the query, which
-- is run with the reduction, without it, and on the oracle.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/grain_tables.sql
\i test/lib/coarse.sql

\echo Nothing here makes one row of several: there is no group, nor a semi-join of this table.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT model FROM usage.completions WHERE day > now()::date - 9'),
('all', $$
  SELECT p.id, c.model
  FROM own.project AS p
  LEFT JOIN usage.completions AS c ON c.project_id = p.id AND c.day > now()::date - 9
$$),
('all', $$
  SELECT c.model
  FROM usage.completions AS c
  WHERE day > now()::date - 9 AND EXISTS (
    SELECT FROM own.price AS p WHERE p.model = c.model
  )
$$),
('all', 'SELECT model, input_tokens FROM usage.completions'),
('all', $$
  SELECT *
  FROM (
    SELECT model, batch, input_tokens FROM usage.completions WHERE day > now()::date - 90
  ) AS v
  WHERE false OR model IS NOT NULL
$$)
) AS c(grain, query);

\echo A volatile function would be called less often.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT max(nextval('own.counter')) - min(nextval('own.counter')) AS n
  FROM usage.completions
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT max(
    (SELECT nextval('own.counter') WHERE c.model IS NULL OR c.model <> '')
  ) - min((SELECT nextval('own.counter') WHERE c.model IS NULL OR c.model <> '')) AS n
  FROM usage.completions AS c
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT max(
    (SELECT nextval('own.counter') WHERE p.team <> '')
  ) - min((SELECT nextval('own.counter') WHERE p.team <> '')) AS n
  FROM usage.completions AS c
  JOIN own.project AS p ON p.id = c.project_id
  WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo So would one in FROM that takes a column, or stands in what is read once per row.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT max(n) - min(n) AS n
  FROM usage.completions AS c,
    nextval(CASE WHEN c.model IS NULL OR c.model <> '' THEN 'own.counter'::regclass END) AS n
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT max(n) - min(n) AS n
  FROM usage.completions AS c,
    LATERAL (
      SELECT n
      FROM nextval(CASE WHEN c.model IS NULL OR c.model <> '' THEN 'own.counter'::regclass END)
        AS n
    ) AS o
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT sum(input_tokens) AS s, count(DISTINCT v) AS n
  FROM usage.completions,
    (VALUES (nextval('own.counter') * 0), (nextval('own.counter') * 0 + 1)) AS v(v)
  WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo A window counts rows, and a function that returns a set multiplies them.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT DISTINCT model, count(*) OVER () AS n FROM usage.completions'),
('all', 'SELECT model, sum(input_tokens) OVER (PARTITION BY model) AS n FROM usage.completions'),
('all', 'SELECT DISTINCT model, generate_series(1, 2) AS g FROM usage.completions')
) AS c(grain, query);

\echo A sub-select may see anything of a row.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT max(
    (SELECT max(p.note) FROM own.project AS p WHERE p.id = c.project_id)
  ) AS m, sum(input_tokens) AS s
  FROM usage.completions AS c
$$),
('all', $$
  SELECT sum(input_tokens) AS s
  FROM usage.completions AS c
  WHERE (SELECT count(*) FROM own.project AS p WHERE p.id = c.project_id) = 1
$$)
) AS c(grain, query);

\echo An aggregate that counts the rows, in whichever clause it is.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT count(*) AS n, sum(input_tokens) AS s FROM usage.completions'),
('all', 'SELECT count(model) AS n FROM usage.completions'),
('all', 'SELECT avg(input_tokens) AS n FROM usage.completions'),
('all', 'SELECT sum(input_tokens) AS s FROM usage.completions HAVING count(*) > 1000'),
('all', 'SELECT sum(input_tokens) AS s FROM usage.completions HAVING count(*) >= 1000'),
('all', 'SELECT sum(input_tokens) AS s FROM usage.completions HAVING 1000 < count(*)'),
('all', 'SELECT sum(input_tokens) AS s, count(*) % 2 = 0 AS even FROM usage.completions'),
('all', $$
  SELECT day, model, sum(input_tokens) AS s
  FROM usage.completions GROUP BY 1, 2
  HAVING count(*) > 1
$$),
('all', 'SELECT day, model, count(*) = 1 AS s FROM usage.completions GROUP BY 1, 2'),
('all', 'SELECT day, model, count(*) <> 1 AS s FROM usage.completions GROUP BY 1, 2'),
('all', 'SELECT day, model, 1 < count(*) AS s FROM usage.completions GROUP BY 1, 2'),
('all', 'SELECT day, model, count(*) <= 1 AS s FROM usage.completions GROUP BY 1, 2'),
('all', 'SELECT count(*) + 0 AS n FROM usage.completions'),
('all', $$
  SELECT day, sum(CASE WHEN batch THEN 3 ELSE -1 END) > 0 AS s
  FROM usage.completions GROUP BY 1
$$),
('all', $$
  SELECT model, sum(input_tokens) AS s
  FROM usage.completions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 4
$$)
) AS c(grain, query);

\echo A count of rows that a number chooses may be 0 for coarser rows only.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT sum(input_tokens) AS s, count(*) FILTER (WHERE input_tokens < 1000) > 0 AS a
  FROM usage.completions
$$),
('all', $$
  SELECT sum(input_tokens) AS s, count(CASE WHEN input_tokens < 1000 THEN 1 END) > 0 AS a
  FROM usage.completions
$$)
) AS c(grain, query);

\echo An aggregate of another table, or of none, counts the rows that are joined with it.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT sum(length(p.note)) AS n, sum(c.input_tokens) AS s
  FROM usage.completions AS c
  JOIN own.project AS p ON p.id = c.project_id
$$),
('all, all', $$
  SELECT sum(a.input_tokens) AS a, sum(b.amount) AS b
  FROM usage.completions AS a
  JOIN usage.costs AS b USING (day, project_id)
  WHERE day > now()::date - 9
$$),
('all', 'SELECT sum(1) AS n FROM usage.completions')
) AS c(grain, query);

\echo An aggregate that sees how often each value comes.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT string_agg(model, ',' ORDER BY model) AS n
  FROM usage.completions
  WHERE day > now()::date - 9
$$),
('all', 'SELECT own.tally(model) AS n FROM usage.completions'),
('all', 'SELECT mode() WITHIN GROUP (ORDER BY model) AS n FROM usage.completions')
) AS c(grain, query);

\echo The rest of a division, or the quotient, of a sum is not the sum of those.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(mod(input_tokens, 7::bigint)) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens::numeric % 7) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens / 7) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens / 7.0) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens * 0.25 / 3 + output_tokens) AS s FROM usage.completions'),
('all', 'SELECT sum(coalesce(input_tokens % 7, 0)) AS s FROM usage.completions'),
('all', 'SELECT sum(round(input_tokens * 0.00125, 2)) AS s FROM usage.completions'),
('all', 'SELECT sum((input_tokens * 0.00125)::numeric(12,2)) AS s FROM usage.completions'),
('all', $$
  SELECT sum(input_tokens::float8) AS s
  FROM (SELECT (input_tokens % 8)::bigint AS input_tokens FROM usage.completions) AS c
$$)
) AS c(grain, query);

\echo Floating point rounds each product and each sum; that of few rows is another.
SELECT pg_temp.line((pg_temp.asked(query)).groups, grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens * 0.1::float8) AS s FROM usage.completions'),
('all', 'SELECT sum((input_tokens * 0.1::float8)::numeric) AS s FROM usage.completions'),
('all', $$
  SELECT sum(c.input_tokens * p.price::float8 + c.output_tokens * 0.25) AS s
  FROM usage.completions AS c
  JOIN own.price AS p USING (model)
$$)
) AS c(grain, query);

\echo A product of integers may be out of range for a coarser row only.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens * 2) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens * 2::bigint) AS s FROM usage.completions')
) AS c(grain, query);

\echo A product of two numbers does not add up, nor does any number times infinity.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens * num_model_requests) AS s FROM usage.completions'),
('all', $$SELECT sum(input_cached_tokens * 'Infinity'::numeric) AS s FROM usage.completions$$),
('all', $$
  SELECT sum(input_tokens * output_tokens::numeric) AS s
  FROM usage.completions
  WHERE day > now()::date - 9
$$),
('all', $$
  SELECT sum(c.input_cached_tokens * p.any_price) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.any_price = 'Infinity'
$$),
('all', $$
  SELECT sum(c.input_cached_tokens * (p.any_price + 1)) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.any_price = 'Infinity'
$$),
('all', $$
  SELECT sum(c.input_cached_tokens * coalesce(p.any_price, 0)) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.any_price = 'Infinity'
$$),
('all', $$
  SELECT sum(input_cached_tokens
    * CASE WHEN day < '2000-01-01' THEN 1 ELSE 'Infinity'::numeric END) AS s
  FROM usage.completions
$$),
('all', $$
  SELECT sum(input_cached_tokens
    * CASE WHEN day > '2000-01-01' THEN 'Infinity'::numeric ELSE 1 END) AS s
  FROM usage.completions
$$),
('all', $$
  SELECT sum(c.input_cached_tokens * -p.any_price) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.any_price = 'Infinity'
$$),
('all', $$
  SELECT sum(c.input_cached_tokens * abs(p.any_price)) AS s
  FROM usage.completions AS c
  JOIN own.price AS p ON p.any_price = 'Infinity'
$$),
('all', $$
  SELECT sum(output_tokens + input_tokens * num_model_requests::numeric) AS s
  FROM usage.completions
  WHERE day > now()::date - 9
$$)
) AS c(grain, query);

\echo Values that are distinct in fine rows are not in coarse ones.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(DISTINCT input_tokens) AS s FROM usage.completions')
) AS c(grain, query);

\echo A number that is not always sent may be NULL in one row and not in the next.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens + input_image_tokens) AS s FROM usage.completions'),
('all', 'SELECT sum(input_tokens - input_image_tokens::numeric) AS s FROM usage.completions'),
('all', 'SELECT sum(input_image_tokens * 0.5 + output_tokens) AS s FROM usage.completions'),
('all', 'SELECT sum(output_tokens - 0.5 * input_image_tokens) AS s FROM usage.completions'),
('all', $$
  SELECT sum(input_tokens + CASE WHEN batch THEN 0 ELSE input_image_tokens END) AS s
  FROM usage.completions
$$),
('all', $$
  SELECT sum(input_tokens + CASE WHEN batch THEN input_image_tokens ELSE 0 END) AS s
  FROM usage.completions
$$),
('all', 'SELECT sum(coalesce(input_tokens + input_image_tokens, 0)) AS s FROM usage.completions'),
('all', 'SELECT sum(coalesce(input_image_tokens, 1)) AS s FROM usage.completions'),
('all', 'SELECT sum(coalesce(input_image_tokens, 0.5)) AS s FROM usage.completions'),
('all', 'SELECT sum(coalesce(input_image_tokens, output_tokens)) AS s FROM usage.completions'),
('all', 'SELECT sum(coalesce(input_image_tokens, output_tokens, 0)) AS s FROM usage.completions'),
('all', 'SELECT sum(amount + coalesce(amount, 0) * 2) AS s FROM usage.costs')
) AS c(grain, query);

\echo CASE and FILTER that ask about a number ask for each row.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', $$
  SELECT sum(CASE input_tokens % 2 WHEN 0 THEN output_tokens END) AS s
  FROM usage.completions
$$),
('all', $$
  SELECT sum(CASE WHEN input_tokens > 5000 THEN input_tokens ELSE 0 END) AS s
  FROM usage.completions
$$),
('all', $$
  SELECT sum(input_tokens) FILTER (WHERE output_tokens > 500) AS s FROM usage.completions
$$)
) AS c(grain, query);

\echo A constant counts the rows for which it is taken.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens * 0.25 + 1) AS s FROM usage.completions'),
('all', $$
  SELECT sum(c.input_tokens * 0.25 + p.price) AS s
  FROM usage.completions AS c
  JOIN own.price AS p USING (model)
$$),
('all', 'SELECT sum(CASE WHEN batch THEN 1 ELSE input_tokens END) AS s FROM usage.completions'),
('all', 'SELECT sum(CASE WHEN batch THEN input_tokens ELSE 1 END) AS s FROM usage.completions')
) AS c(grain, query);

\echo A function of the number: the sum of absolute values is not that of the sum.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(-input_tokens) AS s, sum(abs(input_tokens)) AS t FROM usage.completions')
) AS c(grain, query);

\echo A number that is rounded is rounded for each row.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT sum(amount) AS s FROM usage.rounded')
) AS c(grain, query);

\echo A number that the API sends only by line item may have a unit of its own in each.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT line_item, sum(quantity) AS s FROM usage.costs GROUP BY 1'),
('all', 'SELECT sum(quantity) AS s FROM usage.costs')
) AS c(grain, query);

\echo A volatile clause is evaluated for each row, so that there is no answer to compare.
SELECT pg_temp.line((pg_temp.asked(query)).groups, grain, query) FROM (VALUES
('all', 'SELECT sum(input_tokens) FROM usage.completions WHERE random() < 2')
) AS c(grain, query);
DROP SCHEMA own CASCADE;
