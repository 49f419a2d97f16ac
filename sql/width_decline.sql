--
-- Width coarsening, where it must not be, as one condition of docs/design.md
-- section 3 does not hold: the table's own buckets are read.  Each case is the
-- widths that it should ask for, of each scan, and the query, which is run with
-- all of that, without it, and on the oracle.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/width_tables.sql
\i test/lib/coarse.sql

-- Hours of an endpoint that is given by its path.
CREATE FOREIGN TABLE usage.novelty (
  start_time timestamptz, tokens bigint OPTIONS (field 'input_tokens', role 'measure'))
  SERVER openai OPTIONS (path '/organization/usage/completions', bucket_width '1h');
CREATE VIEW oracle.novelty AS
SELECT start_time, sum(input_tokens) AS tokens FROM oracle.completions_1h GROUP BY 1;

\echo Rows are counted, or a number is seen by itself: no coarser in grain nor in width.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m', $$
  SELECT count(*) AS n, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2)
$$),
('1m', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND input_tokens > 500
$$)
) AS c(width, query);

\echo Gauges do not add up over time.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', 'SELECT sum(usage_bytes) AS s FROM usage_hourly.vector_stores'),
('1h', 'SELECT day, sum(usage_bytes) AS s FROM usage_hourly.vector_stores GROUP BY 1')
) AS c(width, query);

\echo An edge of the bucket is seen, by a group or an aggregate; what decides about a sum is one per bucket.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m', $$
  SELECT start_time, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1h', $$
  SELECT end_time, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1m', $$
  SELECT max(start_time) AS m, min(end_time) AS n, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2)
$$),
('1m, 1h', $$
  SELECT sum(input_tokens) FILTER (WHERE start_time >= own.at(-1, 607)) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2)
$$),
('1m', $$
  SELECT model, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1 HAVING max(start_time) > own.at(-1, 601)
$$),
('1m, 1h', $$
  SELECT sum(CASE WHEN end_time > own.at(-1, 601) THEN input_tokens END) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2)
$$)
) AS c(width, query);

\echo A function of a bound, or of minutes, differs within a wide bucket.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m', $$
  SELECT date_trunc('hour', end_time) AS h, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1m', $$
  SELECT to_char(start_time, 'MI') AS m, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1m', $$
  SELECT date_trunc('minute', start_time) AS m, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1m', $$
  SELECT extract(minute FROM start_time) AS m, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$),
('1m', $$
  SELECT extract(epoch FROM start_time) AS m, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) GROUP BY 1
$$)
) AS c(width, query);

\echo A clause on time that is no exact range sees its own buckets where it differs within wide ones.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND extract(epoch FROM start_time) % 120 = 0
$$),
('1m', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND extract(minute FROM start_time) < 30
$$),
('1m, 1h', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND (start_time < own.at(-1, 77) OR batch)
$$),
('1m, 1h', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND start_time <> own.at(-1, 60)
$$),
('1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time < own.at(-3, 300) OR start_time >= own.at(-3, 300) AND batch
$$),
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND start_time + interval '1 hour' < own.at(-1, 60)
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE date_trunc('hour', end_time) >= own.at(-2) AND start_time < own.at(-1, 605)
$$)
) AS c(width, query);

\echo A bound that is opaque does not reach behind what the table has.
SET client_min_messages = error;
SELECT pg_temp.width(width, query) FROM (VALUES
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time + interval '0' >= now() - interval '200 days' AND start_time < own.at(0)
$$)
) AS c(width, query);
SET client_min_messages = warning;

\echo A join, or a sub-select, compares a bound.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM usage_minutely.completions AS c
  JOIN own.project AS p ON p.id = c.project_id AND c.start_time >= p.since
  WHERE c.start_time >= own.at(-6) GROUP BY 1
$$),
('1m', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (
    SELECT
    FROM usage_minutely.completions AS c
    WHERE c.project_id = p.id
      AND c.start_time BETWEEN p.since AND p.since + interval '20 min'
  )
$$),
('1m', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN usage_minutely.completions AS c ON p.id = c.project_id AND c.end_time < p.since
    AND c.start_time >= own.at(-6)
  GROUP BY 1
$$),
('1m', $$
  SELECT sum(c.input_tokens) AS s
  FROM usage_minutely.completions AS c, LATERAL (
    SELECT max(p.team) AS team FROM own.project AS p WHERE p.since < c.start_time
  ) AS x
  WHERE x.team <> 'team 2' AND c.start_time >= own.at(-6)
$$)
) AS c(width, query);

\echo A function of a bound, evaluated below an outer join, is seen above it.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, input_tokens, coalesce(start_time, now()) AS t
    FROM usage_hourly.completions
    WHERE day = own.at(-3)::date
  ) AS c ON c.project_id = p.id
  WHERE coalesce(c.t, now()) >= own.at(-3, 720) GROUP BY 1
$$),
('1h', $$
  SELECT c.t, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN (
    SELECT project_id, input_tokens, coalesce(start_time, now())::time AS t
    FROM usage_hourly.completions
    WHERE day = own.at(-3)::date
  ) AS c ON c.project_id = p.id
  GROUP BY 1
$$)
) AS c(width, query);

\echo The zone is of a row of another table, which the scan does not know when it starts.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', $$
  SELECT date_trunc('day', c.start_time, z.zone) AS d, sum(c.input_tokens) AS s
  FROM usage_hourly.completions AS c, (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone)
  WHERE c.start_time < own.at(-1, 605) GROUP BY 1
$$),
('1h', $$
  SELECT z.zone, sum(c.input_tokens)
    FILTER (WHERE extract(hour FROM c.start_time AT TIME ZONE z.zone) < 12) AS s
  FROM usage_hourly.completions AS c, (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone)
  WHERE c.start_time < own.at(-1, 605) GROUP BY 1
$$),
('1h', $$
  SELECT u.d, sum(u.input_tokens) AS s
  FROM (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone)
  CROSS JOIN LATERAL (
    SELECT date_trunc('day', start_time, z.zone) AS d, input_tokens
    FROM usage_hourly.completions
    WHERE start_time < own.at(-1, 605)
  ) AS u
  GROUP BY 1
$$)
) AS c(width, query);

\echo The column of one member of UNION ALL is its bound; the other member is read in days.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m; 1d', $$
  SELECT h, sum(t) AS s
  FROM (
    SELECT day, start_time AS h, input_tokens AS t FROM usage_minutely.completions
    UNION ALL SELECT day, date_trunc('day', start_time), images FROM usage_hourly.images
  ) AS u
  WHERE day >= own.at(-3)::date AND day < own.at(0)::date GROUP BY 1
$$)
) AS c(width, query);

\echo An endpoint that the catalogue does not know may not have wider buckets.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', 'SELECT sum(tokens) AS s FROM usage.novelty WHERE start_time >= own.at(-3)')
) AS c(width, query);
DROP SCHEMA own CASCADE;
