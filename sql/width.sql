--
-- Width coarsening: an aggregate over minutes or hours that can't tell the
-- difference reads wider buckets, cut like a ruler.  Each case is the widths that
-- it should ask for, of each scan, and the query, which is run with all of that,
-- without it, and on the oracle (docs/design.md section 3).  Where it must not:
-- width_decline.sql.
--
\set endpoints 'completions costs vector_stores images'
\i test/lib/opening.sql
\i test/lib/width_tables.sql
\i test/lib/coarse.sql
\i test/lib/request_cases.sql

\echo Whole buckets of the range, as wide as it lets them be, when nothing groups by time.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-9, 637) AND start_time < own.at(-1, 920)
$$),
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-9) AND end_time <= own.at(-1)
$$),
('1m, 1h', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time > own.at(-3, 1) AND start_time <= own.at(-3, 182)
$$),
('1m', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time BETWEEN own.at(-3, 10) AND own.at(-3, 40)
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time < own.at(-1, 605)
$$),
('1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time >= date_trunc('day', now()) - interval '9 days 3 hours'
    AND day < own.at(0)::date
$$)
) AS c(width, query);

\echo A group, and what is distinct, need no time either.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h', $$
  SELECT project_id, sum(input_tokens) AS s, sum(output_tokens) FILTER (WHERE batch) AS t
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2, 30) AND start_time < own.at(-1, 605) GROUP BY 1
$$),
('1m, 1h', $$
  SELECT model
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-4, 30) AND start_time < own.at(-1, 605) GROUP BY 1
$$),
('1m, 1h', $$
  SELECT DISTINCT model, day
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-4, 30) AND start_time < own.at(-1, 605)
$$),
('1h, 1d', $$
  SELECT count(DISTINCT model) AS n, max(project_id) AS m
  FROM usage_hourly.images
  WHERE start_time < own.at(-1, 605)
$$),
('1m, 1h', $$
  SELECT sum(input_image_tokens) AS s, sum(input_tokens - output_tokens) AS t
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-2, 30) AND start_time < own.at(-1, 605)
$$)
) AS c(width, query);

\echo A range of any form, as long as it is exact.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time < own.at(-9, 90) OR start_time >= own.at(-2, 600)
    AND start_time < own.at(-1, 59)
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE day = own.at(-6)::date OR day > own.at(-3)::date AND start_time < own.at(-1, 605)
$$),
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3)::timestamp AND day < own.at(0)::date
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time = ANY (ARRAY(SELECT own.at(-3, m) FROM generate_series(30, 150) AS m))
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE end_time = ANY (ARRAY(SELECT own.at(-3, m) FROM generate_series(30, 150) AS m))
$$),
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE (start_time = own.at(-3, 0) AND end_time = own.at(-3, 1))
    OR (start_time > own.at(-3) AND end_time <= own.at(-3, 60))
    OR (end_time > own.at(-3, 60) AND start_time < own.at(-2))
$$),
('1m, 1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE day < own.at(0)::date AND start_time >= (
    SELECT min(since) FROM own.project
  ) AND start_time IS NOT NULL
$$)
) AS c(width, query);

\echo The UTC day is the same all through a wide bucket, whatever is made of it.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h', $$
  SELECT day, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY day
$$),
('1h, 1d', $$
  SELECT extract(dow FROM day) AS d, to_char(day, 'YYYY-MM') AS m, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time < own.at(-1, 605) GROUP BY 1, 2
$$),
('1h, 1d', $$
  SELECT sum(input_tokens) FILTER (WHERE day = own.at(-1)::date) AS s, min(day) AS d,
    sum(CASE WHEN day < own.at(-2)::date THEN output_tokens END) AS t
  FROM usage_hourly.completions
  WHERE start_time >= own.at(-9, 61) AND day < own.at(0)::date
$$),
('1h, 1d', $$
  SELECT date_trunc('month', day) AS m,
    sum(input_tokens::numeric * extract(day FROM day)::int) AS s
  FROM usage_hourly.completions
  WHERE start_time < own.at(-1, 605) GROUP BY 1
$$),
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE day < own.at(0)::date AND extract(dow FROM day) IN (0, 6) AND day::text <> ''
$$),
('1d', $$
  SELECT p.team, sum(c.input_tokens) AS s
  FROM usage_hourly.completions AS c
  JOIN own.project AS p ON p.id = c.project_id AND p.day <= c.day
    AND c.day < own.at(0)::date
  GROUP BY 1
$$),
('1d', $$
  SELECT id
  FROM own.project AS p
  WHERE EXISTS (
    SELECT
    FROM usage_minutely.completions AS c
    WHERE c.project_id = p.id AND c.day = p.day AND c.batch AND c.day < own.at(0)::date
  )
$$),
('1h, 1d', $$
  SELECT id
  FROM own.project AS p
  WHERE NOT EXISTS (
    SELECT
    FROM usage_hourly.completions AS c
    WHERE c.project_id = p.id AND c.start_time >= own.at(-3, 61)
      AND c.start_time < own.at(-1, 605)
  )
$$)
) AS c(width, query);

\echo A function of the start that is the same all through a wide bucket, in this zone.
SELECT pg_temp.width(width, query) FROM (VALUES
('1m, 1h', $$
  SELECT date_trunc('hour', start_time) AS h, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1
$$),
('1m, 1h', $$
  SELECT date_trunc('day', start_time) AS d, model, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1, 2
$$),
('1h, 1d', $$
  SELECT date_trunc('week', start_time) AS w,
    date_trunc('quarter', start_time::timestamp) AS q, sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE start_time < own.at(-1, 605) GROUP BY ROLLUP (1, 2)
$$),
('1m, 1h, 1d', $$
  SELECT start_time::date AS d, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1
  HAVING start_time::date < own.at(-1)::date
$$),
('1m, 1h', $$
  SELECT extract(hour FROM start_time) AS h,
    extract(isodow FROM start_time AT TIME ZONE 'UTC') AS w, sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1, 2
$$),
('1h, 1d', $$
  SELECT sum(CASE WHEN date_trunc('day', start_time,
    'UTC') > own.at(-2) THEN input_tokens END) AS s, max(start_time::date) AS d
  FROM usage_hourly.completions
  WHERE start_time < own.at(-1, 605)
$$),
('1d', $$
  SELECT p.team, date_trunc('day', c.start_time) AS d, sum(c.input_tokens) AS s
  FROM own.project AS p
  LEFT JOIN usage_hourly.completions AS c ON c.project_id = p.id
    AND c.day BETWEEN p.day AND own.at(-1)::date
  GROUP BY 1, 2
$$)
) AS c(width, query);

\echo A clause on such a function is a range.
SELECT pg_temp.width(width, query) FROM (VALUES
('1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE start_time::date BETWEEN own.at(-4)::date AND own.at(-3)::date
$$),
('1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_minutely.completions
  WHERE date_trunc('hour', start_time) BETWEEN own.at(-3, 60) AND own.at(-1, 60)
    OR date_trunc('day', start_time) = own.at(-7)
$$),
('1h, 1d', $$
  SELECT sum(input_tokens) AS s
  FROM usage_hourly.completions
  WHERE (start_time AT TIME ZONE 'America/New_York')::date
    BETWEEN own.at(-9)::date AND own.at(-4)::date
$$)
) AS c(width, query);

\echo The zone varies from one rescan to the next, over the same time.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h, 1d', $$
  SELECT z.n, z.zone, x.*
  FROM (
    SELECT n, CASE WHEN n < 7 THEN 'UTC'
      WHEN n < 13 THEN 'Asia/Kolkata' ELSE 'America/Havana' END AS zone
    FROM generate_series(1, 18) AS n
  ) AS z, LATERAL (
    SELECT date_trunc('day', start_time, z.zone) AS d, sum(input_tokens) AS s
    FROM usage_hourly.completions
    WHERE start_time >= own.at(-12, 61) AND start_time < own.at(-1, 605) GROUP BY 1
  ) AS x
$$)
) AS c(width, query);

\echo Members of UNION ALL, each by itself.
SELECT pg_temp.width(width, query) FROM (VALUES
('1h; 1d', $$
  SELECT h, sum(t) AS s
  FROM (
    SELECT day, date_trunc('hour', start_time) AS h, input_tokens AS t
    FROM usage_minutely.completions
    UNION ALL SELECT day, day::timestamptz, images FROM usage_hourly.images
  ) AS u
  WHERE day >= own.at(-3)::date AND day < own.at(0)::date GROUP BY 1
$$)
) AS c(width, query);

ALTER SERVER openai OPTIONS (SET max_concurrent_requests '1');
\echo The ruler as it is asked for: widths in the order of time, and back.
INSERT INTO request_case (wanted, query) VALUES
('completions?start_time=today-4+10:37:00 end_time=today-4+11:00:00 bucket_width=1m limit=23
  completions?start_time=today-4+11:00:00 end_time=today-1+15:00:00 bucket_width=1h limit=76
  completions?start_time=today-1+15:00:00 end_time=today-1+15:20:00 bucket_width=1m limit=20', $$
  SELECT sum(input_tokens)
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-4, 637) AND start_time < own.at(-1, 920)
$$),
('completions?start_time=today-1+15:00:00 end_time=today-1+15:20:00 bucket_width=1m limit=20
  completions?start_time=today-4+11:00:00 end_time=today-1+15:00:00 bucket_width=1h limit=76
  completions?start_time=today-4+10:37:00 end_time=today-4+11:00:00 bucket_width=1m limit=23', $$
  SELECT day, sum(input_tokens)
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-4, 637) AND start_time < own.at(-1, 920)
  GROUP BY day ORDER BY day DESC
$$);
\i test/lib/ask.sql

\echo One request at a time: wider buckets are not worth a request each.
INSERT INTO request_case (wanted, query) VALUES
('completions?start_time=today-3+00:10:00 end_time=today-3+03:20:00 bucket_width=1m limit=190', $$
  SELECT sum(input_tokens)
  FROM usage_minutely.completions
  WHERE start_time >= own.at(-3, 10) AND start_time < own.at(-3, 200)
$$);
\i test/lib/ask.sql
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');

\echo A time zone decides when the scan starts, also under a plan that was made for another one.
SET plan_cache_mode = force_generic_plan;
PREPARE days(timestamptz, timestamptz) AS
SELECT date_trunc('day', start_time) AS d, start_time::date AS e, sum(input_tokens) AS s
FROM usage_hourly.completions WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;
PREPARE hours(timestamptz, timestamptz) AS
SELECT date_trunc('hour', start_time) AS h, extract(hour FROM start_time) AS e,
  sum(input_tokens) AS s
FROM usage_minutely.completions WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;
PREPARE oracle_days(timestamptz, timestamptz) AS
SELECT date_trunc('day', start_time) AS d, start_time::date AS e, sum(input_tokens) AS s
FROM oracle.completions_1h WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;
PREPARE oracle_hours(timestamptz, timestamptz) AS
SELECT date_trunc('hour', start_time) AS h, extract(hour FROM start_time) AS e,
  sum(input_tokens) AS s
FROM oracle.completions_1m WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;

-- The widths that a prepared statement reads, and how it answers.
CREATE FUNCTION pg_temp.executed(name text, arguments text, OUT widths text, OUT answer text)
LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE format('EXPLAIN (ANALYZE, FORMAT json) EXECUTE %I(%s)', name, arguments) INTO plan;
  widths := jsonb_path_query_first(plan::jsonb,
    'strict $.**?(@."Node Type" == "Foreign Scan")')->>'Bucket Width';
  EXECUTE format('CREATE TEMP TABLE ours AS EXECUTE %I(%s)', name, arguments);
  EXECUTE format('CREATE TEMP TABLE theirs AS EXECUTE %I(%s)', 'oracle_' || name, arguments);
  answer := pg_temp.same('TABLE ours', 'TABLE theirs');
  DROP TABLE ours, theirs;
END
$$;
CREATE FUNCTION pg_temp.in_zone(zone text, name text, arguments text, width text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  e record;
BEGIN
  PERFORM set_config('TimeZone', zone, true);
  e := pg_temp.executed(name, arguments);
  RETURN pg_temp.line(e.widths, width, name || ' in ' || zone, e.answer);
END
$$;
SELECT unnest(ARRAY[
  pg_temp.in_zone(zone, 'days', format('%L, %L', own.at(-10, 61), own.at(-1, 605)), days),
  pg_temp.in_zone(zone, 'hours', format('%L, %L', own.at(-3, 61), own.at(-1, 605)), hours)])
FROM (VALUES
('UTC', '1h, 1d', '1m, 1h'),
('Asia/Kolkata', '1h', '1m'),
('Asia/Kathmandu', '1h', '1m'),
('America/New_York', '1h', '1m, 1h'),
('America/Havana', '1h', '1m, 1h'),
('Pacific/Kiritimati', '1h', '1m, 1h'),
('<+0012>-00:12', '1h, 1d', '1m'),
('UTC', '1h, 1d', '1m, 1h')
) AS c(zone, days, hours);
RESET plan_cache_mode;
RESET TimeZone;

\echo EXPLAIN shows it, and the setting turns it off.
EXPLAIN (COSTS OFF)
SELECT date_trunc('day', start_time, 'UTC') AS d, sum(input_tokens)
FROM usage_hourly.completions
WHERE start_time >= date_trunc('day', now(), 'UTC') - interval '9 days 3 hours'
  AND start_time < date_trunc('day', now(), 'UTC')
GROUP BY 1;
SET usage_fdw.enable_width_coarsening = off;
EXPLAIN (COSTS OFF, SETTINGS) SELECT sum(input_tokens)
FROM usage_hourly.completions WHERE start_time >= now() - interval '2 days';
RESET usage_fdw.enable_width_coarsening;
\echo Without pushdown of the range, a clause is one per bucket.
SET usage_fdw.enable_pushdown = off;
SELECT pg_temp.line((pg_temp.asked(query)).widths, width, query) FROM (VALUES
('1h, 1d', $$
  SELECT sum(input_tokens) FROM usage_hourly.completions
  WHERE start_time >= date_trunc('day', now(), 'UTC') - interval '45 hours'
$$)
) AS c(width, query);
RESET usage_fdw.enable_pushdown;
DROP SCHEMA own CASCADE;
