--
-- Width coarsening for what another level of the query makes one row of: legs of
-- set operations, and sub-queries that PostgreSQL plans by themselves.  Each case
-- is the widths that it should ask for, of each scan, and the query, which is run
-- with all of that, without it, and on the oracle.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/width_tables.sql
\i test/lib/coarse.sql
SELECT format($$
  CREATE VIEW %1$I.by_day AS
  SELECT * FROM %2$s WHERE day >= own.at(-9)::date AND start_time < own.at(-1, 605) ORDER BY day;
  CREATE VIEW %1$I.by_start AS
  SELECT * FROM %2$s WHERE day >= own.at(-9)::date ORDER BY start_time;
  CREATE VIEW %1$I.guarded WITH (security_barrier) AS
  SELECT * FROM %2$s WHERE day >= own.at(-9)::date
$$, schema, hours)
FROM (VALUES ('usage', 'usage_hourly.completions'),
  ('oracle', 'oracle.completions_1h')) AS s(schema, hours) \gexec
CREATE FUNCTION own.leaky(timestamptz) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
AS 'BEGIN RETURN extract(hour FROM $1 AT TIME ZONE ''UTC'') % 2 = 0; END';

\echo Legs of a set operation.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h; 1h, 1d', $$
  SELECT model FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 30) AND start_time < own.at(-1, 605)
  UNION SELECT model FROM usage_hourly.images WHERE start_time < own.at(-1, 605)
$$),
('1m, 1h; 1h, 1d', $$
  SELECT day, date_trunc('hour', start_time) FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 30) AND start_time < own.at(-1, 605)
  INTERSECT SELECT day, day::timestamptz FROM usage_hourly.images
  WHERE start_time < own.at(-1, 605)
$$),
('1h; 1d', $$
  SELECT start_time FROM usage_hourly.completions WHERE day >= own.at(-9)::date
  EXCEPT SELECT date_trunc('day', start_time) FROM usage_hourly.images
  WHERE day >= own.at(-9)::date AND day < own.at(0)::date
$$)
) AS c(width, query);

\echo Members of UNION ALL that have a WHERE.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h; 1h, 1d', $$
  SELECT day, sum(t) AS s FROM (
    SELECT day, input_tokens AS t FROM usage_minutely.completions
    WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605)
    UNION ALL SELECT day, images FROM usage_hourly.images WHERE start_time < own.at(-3, 60)
  ) AS u
  GROUP BY 1
$$),
('1m, 1h; 1h', $$
  SELECT date_trunc('hour', s) AS h, sum(t) AS s FROM (
    SELECT start_time AS s, input_tokens AS t FROM usage_minutely.completions
    WHERE start_time >= own.at(-3, 100)
    UNION ALL SELECT start_time, images FROM usage_hourly.images
    WHERE start_time >= own.at(-4, 60)
  ) AS u
  WHERE s < own.at(-1, 605) GROUP BY 1
$$),
('1m, 1h; 1h, 1d', $$
  SELECT sum(t) FILTER (WHERE s >= (SELECT max(since) FROM own.project WHERE since < own.at(-1)))
    AS s
  FROM (
    SELECT start_time AS s, input_tokens AS t FROM usage_minutely.completions
    WHERE start_time >= own.at(-4, 100)
    UNION ALL SELECT start_time, images FROM usage_hourly.images
    WHERE start_time >= own.at(-4, 60)
  ) AS u
  WHERE s < own.at(-1, 605)
$$),
('1m, 1h; 1h, 1d', $$
  SELECT n, (
    SELECT sum(t) FILTER (WHERE s >= (SELECT own.at(-3, 50 * n) OFFSET 0)) FROM (
      SELECT start_time AS s, input_tokens AS t FROM usage_minutely.completions
      WHERE start_time >= own.at(-4, 100)
      UNION ALL SELECT start_time, images FROM usage_hourly.images
      WHERE start_time >= own.at(-4, 60)
    ) AS u
    WHERE s < own.at(-1, 605)) AS s
  FROM generate_series(1, 4) AS n
$$),
('1m; 1h', $$
  SELECT s, sum(t) AS sum FROM (
    SELECT start_time AS s, input_tokens AS t FROM usage_minutely.completions
    WHERE start_time >= own.at(-2)
    UNION ALL SELECT start_time, images FROM usage_hourly.images WHERE start_time >= own.at(-2)
  ) AS u
  GROUP BY 1
$$),
('1m; 1h', $$
  SELECT p.team, sum(t) AS s
  FROM own.project AS p JOIN (
    SELECT start_time AS s, project_id AS id, input_tokens AS t FROM usage_minutely.completions
    WHERE start_time >= own.at(-6)
    UNION ALL SELECT start_time, project_id, images FROM usage_hourly.images
    WHERE start_time >= own.at(-6)
  ) AS u ON u.id = p.id AND u.s >= p.since
  GROUP BY 1
$$)
) AS c(width, query);

\echo Sub-queries and views with an order or a barrier.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h, 1d', 'SELECT model, sum(input_tokens) AS s FROM usage.by_day GROUP BY 1'),
('1h, 1d', $$
  SELECT date_trunc('day', start_time) AS d, sum(input_tokens) AS s FROM usage.by_day GROUP BY 1
$$),
('1h', 'SELECT model, sum(input_tokens) AS s FROM usage.by_start GROUP BY 1'),
('1h, 1d', 'SELECT sum(input_tokens) AS s FROM usage.guarded WHERE start_time < own.at(-1, 605)'),
('1h', 'SELECT sum(input_tokens) AS s FROM usage.guarded WHERE own.leaky(start_time)')
) AS c(width, query);

\echo A zone that is known when the scan starts, and one that is not.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h, 1d; 1h, 1d', $$
  SELECT u.d, sum(u.t) AS s
  FROM (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone)
  CROSS JOIN LATERAL (
    SELECT date_trunc('day', start_time, z.zone) AS d, input_tokens AS t
    FROM usage_hourly.completions
    WHERE start_time < own.at(-1, 605)
    UNION ALL SELECT date_trunc('day', start_time, z.zone), images
    FROM usage_hourly.images
    WHERE start_time < own.at(-1, 605)
  ) AS u
  GROUP BY 1
$$),
('1h', $$
  SELECT date_trunc('day', v.start_time, z.zone) AS d, sum(v.input_tokens) AS s
  FROM (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone), usage.by_day AS v
  GROUP BY 1
$$),
('1h, 1d', $$
  SELECT o.n, x.*
  FROM generate_series(1, 3) AS o(n), LATERAL (
    SELECT date_trunc('day', start_time,
        (ARRAY['UTC', 'Asia/Kolkata', 'America/Havana'])[o.n]) AS d, sum(input_tokens) AS s
    FROM usage.by_day GROUP BY 1
  ) AS x
$$)
) AS c(width, query);
DROP SCHEMA own CASCADE;
