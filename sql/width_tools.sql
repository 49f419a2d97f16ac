--
-- Width coarsening under the expressions of time that tools write: whatever is
-- made of a bucket's edges alone, by functions that can't fail, has one value for
-- each bucket, and wide buckets are read where that is the same.  Each case is the
-- widths that it should ask for and the query, which is run with all of that,
-- without it, and on the oracle (docs/design.md section 3).
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/width_tables.sql
\i test/lib/coarse.sql

\echo Grafana: seconds since 1970, cut by arithmetic.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', $$
  SELECT floor(extract(epoch FROM start_time) / 3600) * 3600 AS "time", sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND start_time < own.at(-1) GROUP BY 1
$$),
('1d', $$
  SELECT (extract(epoch FROM start_time)::bigint / 86400) * 86400 AS "time",
    sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-9) AND start_time < own.at(-1) GROUP BY 1
$$)
) AS c(width, query);

\echo Metabase: weeks that begin on Sunday.
SELECT pg_temp.width(width, query) FROM (VALUES
('1d', $$
  SELECT date_trunc('week', start_time + interval '1 day') - interval '1 day' AS week,
    sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-20) AND start_time < own.at(-1) GROUP BY 1
$$)
) AS c(width, query);

\echo Bins, and text of a time.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', $$
  SELECT date_bin('6 hours', start_time, timestamptz '2026-01-01 00:00+00') AS bin,
    sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2) AND start_time < own.at(-1) GROUP BY 1
$$),
('1d', $$
  SELECT to_char(start_time, 'YYYY-MM') AS month, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-40) AND start_time < own.at(-1) GROUP BY 1
$$),
('1d', $$
  SELECT (start_time AT TIME ZONE 'UTC')::date::text AS day, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-9) AND start_time < own.at(-1) GROUP BY 1
$$)
) AS c(width, query);

\echo One period beside another: FILTER, CASE, and a flag to group by.
SELECT pg_temp.width(width, query) FROM (VALUES
('1d', $$
  SELECT sum(input_tokens) FILTER (WHERE start_time >= current_date - 7) AS this,
    sum(input_tokens) FILTER (WHERE start_time < current_date - 7) AS last
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-14) AND start_time < own.at(0)
$$),
('1d', $$
  SELECT model, sum(CASE WHEN end_time <= current_date - interval '7 days' THEN input_tokens END)
    AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-14) AND start_time < own.at(0) GROUP BY 1
$$),
('1d', $$
  SELECT start_time >= timestamptz '2026-01-01 00:00+00' AS new, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-14) AND start_time < own.at(0) GROUP BY 1
$$)
) AS c(width, query);

\echo Edges beside each other, and what is greatest of them.
SELECT pg_temp.width(width, query) FROM (VALUES
('1d', $$
  SELECT date_trunc('month', coalesce(start_time, end_time)) AS month, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-40) AND start_time < own.at(-1) GROUP BY 1
$$),
('1d', $$
  SELECT extract(dow FROM greatest(day, date '2020-01-01')) AS dow, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-9) AND start_time < own.at(-1) GROUP BY 1
$$)
) AS c(width, query);

\echo Functions that may fail are not called for buckets that may have no row.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h', $$
  SELECT 1 / (extract(hour FROM start_time) - 25) AS x, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-3) AND start_time < own.at(-1) GROUP BY 1
$$),
('1h', $$
  SELECT date_trunc('day', start_time + input.span) AS x, sum(input_tokens) AS s
  FROM usage_hourly.completions, (SELECT interval '1 day' AS span OFFSET 0) AS input
  WHERE start_time >= own.at(-3) AND start_time < own.at(-1) GROUP BY 1
$$),
('1h', $$
  SELECT start_time + interval '200000 years' > now() AS x, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-3) AND start_time < own.at(-1) GROUP BY 1
$$),
('1h', $$
  SELECT extract(epoch FROM start_time)::int AS x, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-3) AND start_time < own.at(-1) GROUP BY 1
$$),
('1h', $$
  SELECT to_timestamp(extract(epoch FROM start_time)) AS x, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-3) AND start_time < own.at(-1) GROUP BY 1
$$)
) AS c(width, query);
DROP SCHEMA own CASCADE;
