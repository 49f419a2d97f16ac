--
-- Width coarsening: an aggregate over minutes or hours that can't tell the
-- difference reads wider buckets, cut like a ruler.  Each query is run with it,
-- without it, and on the oracle; and the widths that it asks for are as wide as
-- its time ranges and groupings let them be (docs/design.md section 3).
--
\i test/lib/setup.sql
SET client_min_messages = warning;
\set QUIET on
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\set endpoint vector_stores
\i test/lib/oracle.sql
\set endpoint images
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set QUIET on
-- Days enough for all widths; minutes and hours are read by a view of few days.
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (ADD history '12 days');
ALTER FOREIGN TABLE usage_hourly.completions OPTIONS (ADD history '40 days');
ALTER FOREIGN TABLE usage_hourly.vector_stores OPTIONS (ADD history '12 days');
ALTER FOREIGN TABLE usage_hourly.images OPTIONS (ADD history '40 days');
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
SET TimeZone = 'UTC';
SET DateStyle = ISO;
SET IntervalStyle = postgres;
CREATE SCHEMA own;
SELECT date_trunc('day', now(), 'UTC') AS today \gset
CREATE FUNCTION own.at(days int, minutes int DEFAULT 0) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT date_trunc('day', now(), 'UTC') + interval '24 hours' * days + interval '1 minute' * minutes
$$;
DO $$
DECLARE v record;
BEGIN
  FOR v IN SELECT * FROM (VALUES ('completions_1m', 12), ('completions_1h', 40), ('vector_stores_1h', 12), ('images_1h', 40)) AS v(name, days) LOOP
    EXECUTE format('ALTER VIEW oracle.%1$I RENAME TO %2$I', v.name, v.name || '_all');
    EXECUTE format('CREATE TABLE oracle.%1$I AS SELECT * FROM oracle.%2$I WHERE start_time >= own.at(-%3$s)', v.name, v.name || '_all', v.days);
  END LOOP;
END $$;
CREATE TABLE own.project (id text, team text, since timestamptz, day date);
INSERT INTO own.project
SELECT id, 'team ' || n % 3, own.at(-5, 77 * n::int), (own.at(-n::int) AT TIME ZONE 'UTC')::date
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (SELECT DISTINCT project_id FROM oracle.completions WHERE project_id IS NOT NULL) AS p(id)) AS p;
\i test/lib/coarse.sql

-- read in wider buckets
-- no grouping by time: as wide as the range allows
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-9, 637) AND start_time < own.at(-1, 920)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-9) AND end_time <= own.at(-1)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time > own.at(-3, 1) AND start_time <= own.at(-3, 182)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time BETWEEN own.at(-3, 10) AND own.at(-3, 40)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time < own.at(-1, 605)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time >= date_trunc('day', now()) - interval '9 days 3 hours' AND day < own.at(0)::date$$);
CALL pg_temp.try($$SELECT project_id, sum(input_tokens) AS s, sum(output_tokens) FILTER (WHERE batch) AS t FROM usage_minutely.completions WHERE start_time >= own.at(-2, 30) AND start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT model FROM usage_minutely.completions WHERE start_time >= own.at(-4, 30) AND start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT DISTINCT model, day FROM usage_minutely.completions WHERE start_time >= own.at(-4, 30) AND start_time < own.at(-1, 605)$$);
CALL pg_temp.try($$SELECT count(DISTINCT model) AS n, max(project_id) AS m FROM usage_hourly.images WHERE start_time < own.at(-1, 605)$$);
CALL pg_temp.try($$SELECT sum(input_image_tokens) AS s, sum(input_tokens - output_tokens) AS t FROM usage_minutely.completions WHERE start_time >= own.at(-2, 30) AND start_time < own.at(-1, 605)$$);
-- ranges of many forms, all exact
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time < own.at(-9, 90) OR start_time >= own.at(-2, 600) AND start_time < own.at(-1, 59)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE day = own.at(-6)::date OR day > own.at(-3)::date AND start_time < own.at(-1, 605)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3)::timestamp AND day < own.at(0)::date$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time = ANY (ARRAY(SELECT own.at(-3, m) FROM generate_series(30, 150) AS m))$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE end_time = ANY (ARRAY(SELECT own.at(-3, m) FROM generate_series(30, 150) AS m))$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE (start_time = own.at(-3, 0) AND end_time = own.at(-3, 1)) OR (start_time > own.at(-3) AND end_time <= own.at(-3, 60)) OR (end_time > own.at(-3, 60) AND start_time < own.at(-2))$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE day < own.at(0)::date AND start_time >= (SELECT min(since) FROM own.project) AND start_time IS NOT NULL$$);
-- the UTC day may be anywhere
CALL pg_temp.try($$SELECT day, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY day$$);
CALL pg_temp.try($$SELECT extract(dow FROM day) AS d, to_char(day, 'YYYY-MM') AS m, sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time < own.at(-1, 605) GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT sum(input_tokens) FILTER (WHERE day = own.at(-1)::date) AS s, min(day) AS d, sum(CASE WHEN day < own.at(-2)::date THEN output_tokens END) AS t FROM usage_hourly.completions WHERE start_time >= own.at(-9, 61) AND day < own.at(0)::date$$);
CALL pg_temp.try($$SELECT date_trunc('month', day) AS m, sum(input_tokens::numeric * extract(day FROM day)::int) AS s FROM usage_hourly.completions WHERE start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_hourly.completions WHERE day < own.at(0)::date AND extract(dow FROM day) IN (0, 6) AND day::text <> ''$$);
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM usage_hourly.completions AS c JOIN own.project AS p ON p.id = c.project_id AND p.day <= c.day AND c.day < own.at(0)::date GROUP BY 1$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM usage_minutely.completions AS c WHERE c.project_id = p.id AND c.day = p.day AND c.batch AND c.day < own.at(0)::date)$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE NOT EXISTS (SELECT FROM usage_hourly.completions AS c WHERE c.project_id = p.id AND c.start_time >= own.at(-3, 61) AND c.start_time < own.at(-1, 605))$$);
-- functions of the start that wide buckets have in common
CALL pg_temp.try($$SELECT date_trunc('hour', start_time) AS h, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT date_trunc('day', start_time) AS d, model, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT date_trunc('week', start_time) AS w, date_trunc('quarter', start_time::timestamp) AS q, sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time < own.at(-1, 605) GROUP BY ROLLUP (1, 2)$$);
CALL pg_temp.try($$SELECT start_time::date AS d, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1 HAVING start_time::date < own.at(-1)::date$$);
CALL pg_temp.try($$SELECT extract(hour FROM start_time) AS h, extract(isodow FROM start_time AT TIME ZONE 'UTC') AS w, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-3, 100) AND start_time < own.at(-1, 605) GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN date_trunc('day', start_time, 'UTC') > own.at(-2) THEN input_tokens END) AS s, max(start_time::date) AS d FROM usage_hourly.completions WHERE start_time < own.at(-1, 605)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time::date BETWEEN own.at(-4)::date AND own.at(-3)::date$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE date_trunc('hour', start_time) BETWEEN own.at(-3, 60) AND own.at(-1, 60) OR date_trunc('day', start_time) = own.at(-7)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_hourly.completions WHERE (start_time AT TIME ZONE 'America/New_York')::date BETWEEN own.at(-9)::date AND own.at(-4)::date$$);
CALL pg_temp.try($$SELECT p.team, date_trunc('day', c.start_time) AS d, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN usage_hourly.completions AS c ON c.project_id = p.id AND c.day BETWEEN p.day AND own.at(-1)::date GROUP BY 1, 2$$);
-- a zone that varies, from one rescan to the next over the same time
CALL pg_temp.try($$SELECT z.n, z.zone, x.* FROM (SELECT n, CASE WHEN n < 7 THEN 'UTC' WHEN n < 13 THEN 'Asia/Kolkata' ELSE 'America/Havana' END AS zone FROM generate_series(1, 18) AS n) AS z, LATERAL (SELECT date_trunc('day', start_time, z.zone) AS d, sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time >= own.at(-12, 61) AND start_time < own.at(-1, 605) GROUP BY 1) AS x$$);
-- members of UNION ALL, each by itself
CALL pg_temp.try($$SELECT h, sum(t) AS s FROM (SELECT day, date_trunc('hour', start_time) AS h, input_tokens AS t FROM usage_minutely.completions UNION ALL SELECT day, day::timestamptz, images FROM usage_hourly.images) AS u WHERE day >= own.at(-3)::date AND day < own.at(0)::date GROUP BY 1$$);

SELECT widths, query FROM own.result WHERE off = 0 AND oracle = 0 ORDER BY n;
SELECT * FROM own.result WHERE off <> 0 OR oracle <> 0;
TRUNCATE own.result;

-- not read in wider buckets, as one condition does not hold
-- rows are counted, or numbers seen by themselves: that is grain.sql's
CALL pg_temp.try($$SELECT count(*) AS n, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) AND input_tokens > 500$$);
-- levels don't add up over time
CALL pg_temp.try($$SELECT sum(usage_bytes) AS s FROM usage_hourly.vector_stores$$);
CALL pg_temp.try($$SELECT day, sum(usage_bytes) AS s FROM usage_hourly.vector_stores GROUP BY 1$$);
-- a bound of the bucket is seen
CALL pg_temp.try($$SELECT start_time, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT end_time, sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT max(start_time) AS m, min(end_time) AS n, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2)$$);
CALL pg_temp.try($$SELECT date_trunc('hour', end_time) AS h, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(input_tokens) FILTER (WHERE start_time >= own.at(-1, 607)) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2)$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1 HAVING max(start_time) > own.at(-1, 601)$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN end_time > own.at(-1, 601) THEN input_tokens END) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2)$$);
CALL pg_temp.try($$SELECT to_char(start_time, 'MI') AS m, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT date_trunc('minute', start_time) AS m, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT extract(minute FROM start_time) AS m, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
CALL pg_temp.try($$SELECT extract(epoch FROM start_time) AS m, sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) GROUP BY 1$$);
-- a restriction that is no exact range: it must see its own buckets
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) AND extract(epoch FROM start_time) % 120 = 0$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) AND (start_time < own.at(-1, 77) OR batch)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) AND start_time <> own.at(-1, 60)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE start_time >= own.at(-2) AND start_time + interval '1 hour' < own.at(-1, 60)$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_minutely.completions WHERE date_trunc('hour', end_time) >= own.at(-2)$$);
-- a bound that is opaque does not reach behind the table's history
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage_hourly.completions WHERE start_time + interval '0' >= now() - interval '200 days'$$);
-- a join that sees them
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM usage_minutely.completions AS c JOIN own.project AS p ON p.id = c.project_id AND c.start_time >= p.since WHERE c.start_time >= own.at(-6) GROUP BY 1$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM usage_minutely.completions AS c WHERE c.project_id = p.id AND c.start_time BETWEEN p.since AND p.since + interval '20 min')$$);
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN usage_minutely.completions AS c ON p.id = c.project_id AND c.end_time < p.since AND c.start_time >= own.at(-6) GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(c.input_tokens) AS s FROM usage_minutely.completions AS c, LATERAL (SELECT max(p.team) AS team FROM own.project AS p WHERE p.since < c.start_time) AS x WHERE x.team <> 'team 2' AND c.start_time >= own.at(-6)$$);
-- seen above an outer join by a function that the scan itself evaluates
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN (SELECT project_id, input_tokens, coalesce(start_time, now()) AS t FROM usage_hourly.completions WHERE day = own.at(-3)::date) AS c ON c.project_id = p.id WHERE coalesce(c.t, now()) >= own.at(-3, 720) GROUP BY 1$$);
CALL pg_temp.try($$SELECT c.t, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN (SELECT project_id, input_tokens, coalesce(start_time, now())::time AS t FROM usage_hourly.completions WHERE day = own.at(-3)::date) AS c ON c.project_id = p.id GROUP BY 1$$);
-- a zone of another table's row, which the scan does not know when it starts
CALL pg_temp.try($$SELECT date_trunc('day', c.start_time, z.zone) AS d, sum(c.input_tokens) AS s FROM usage_hourly.completions AS c, (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone) WHERE c.start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT z.zone, sum(c.input_tokens) FILTER (WHERE extract(hour FROM c.start_time AT TIME ZONE z.zone) < 12) AS s FROM usage_hourly.completions AS c, (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone) WHERE c.start_time < own.at(-1, 605) GROUP BY 1$$);
CALL pg_temp.try($$SELECT u.d, sum(u.input_tokens) AS s FROM (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone) CROSS JOIN LATERAL (SELECT date_trunc('day', start_time, z.zone) AS d, input_tokens FROM usage_hourly.completions WHERE start_time < own.at(-1, 605)) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT u.d, sum(u.t) AS s FROM (VALUES ('UTC'), ('Asia/Kolkata')) AS z(zone) CROSS JOIN LATERAL (SELECT date_trunc('day', start_time, z.zone) AS d, input_tokens AS t FROM usage_hourly.completions WHERE start_time < own.at(-1, 605) UNION ALL SELECT date_trunc('day', start_time, z.zone), images FROM usage_hourly.images WHERE start_time < own.at(-1, 605)) AS u GROUP BY 1$$);
-- a member of UNION ALL whose column is its bound
CALL pg_temp.try($$SELECT h, sum(t) AS s FROM (SELECT day, start_time AS h, input_tokens AS t FROM usage_minutely.completions UNION ALL SELECT day, date_trunc('day', start_time), images FROM usage_hourly.images) AS u WHERE day >= own.at(-3)::date AND day < own.at(0)::date GROUP BY 1$$);
-- an endpoint that the catalogue does not know may not have them
CREATE FOREIGN TABLE usage.novelty (start_time timestamptz, tokens bigint OPTIONS (field 'input_tokens', role 'measure'))
  SERVER openai OPTIONS (path '/organization/usage/completions', bucket_width '1h');
CREATE VIEW oracle.novelty AS SELECT start_time, sum(input_tokens) AS tokens FROM oracle.completions_1h GROUP BY 1;
CALL pg_temp.try($$SELECT sum(tokens) AS s FROM usage.novelty WHERE start_time >= own.at(-3)$$);

SELECT widths, query FROM own.result WHERE off = 0 AND oracle = 0 ORDER BY n;
SELECT * FROM own.result WHERE off <> 0 OR oracle <> 0;
TRUNCATE own.result;

-- the ruler, as it is asked for: widths in the order of time, and back
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '1');
SELECT sum(input_tokens) FROM usage_minutely.completions WHERE start_time >= own.at(-4, 637) AND start_time < own.at(-1, 920) \g /dev/null
\i test/lib/requests.sql
SELECT day, sum(input_tokens) FROM usage_minutely.completions WHERE start_time >= own.at(-4, 637) AND start_time < own.at(-1, 920) GROUP BY day ORDER BY day DESC \g /dev/null
\i test/lib/requests.sql
-- where it is not worth its requests, one at a time, it is not used
SELECT sum(input_tokens) FROM usage_minutely.completions WHERE start_time >= own.at(-3, 10) AND start_time < own.at(-3, 200) \g /dev/null
\i test/lib/requests.sql

-- a time zone decides when the scan starts, also under a plan that was made
-- for another one
ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4');
SET plan_cache_mode = force_generic_plan;
PREPARE days(timestamptz, timestamptz) AS SELECT date_trunc('day', start_time) AS d, start_time::date AS e, sum(input_tokens) AS s
  FROM usage_hourly.completions WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;
PREPARE hours(timestamptz, timestamptz) AS SELECT date_trunc('hour', start_time) AS h, extract(hour FROM start_time) AS e, sum(input_tokens) AS s
  FROM usage_minutely.completions WHERE start_time >= $1 AND start_time < $2 GROUP BY 1, 2;
CREATE FUNCTION pg_temp.widths(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
  RETURN jsonb_path_query_first(plan::jsonb, 'strict $.**?(@."Node Type" == "Foreign Scan")') ->> 'Bucket Width';
END $$;
CREATE PROCEDURE pg_temp.try_zone(zone text) LANGUAGE plpgsql AS $$
DECLARE
  days text := format('EXECUTE days(%L, %L)', own.at(-10, 61), own.at(-1, 605));
  hours text := format('EXECUTE hours(%L, %L)', own.at(-3, 61), own.at(-1, 605));
BEGIN
  PERFORM set_config('TimeZone', zone, false);
  EXECUTE 'CREATE TEMP TABLE found AS ' || days;
  EXECUTE 'CREATE TEMP TABLE found_hours AS ' || hours;
  INSERT INTO own.result (query, widths, oracle)
  VALUES (zone, pg_temp.widths(days) || '; ' || pg_temp.widths(hours), pg_temp.differences('TABLE found', format(
    'SELECT date_trunc(''day'', start_time) AS d, start_time::date AS e, sum(input_tokens) AS s
     FROM oracle.completions_1h WHERE start_time >= %L AND start_time < %L GROUP BY 1, 2', own.at(-10, 61), own.at(-1, 605)))
    + pg_temp.differences('TABLE found_hours', format(
    'SELECT date_trunc(''hour'', start_time) AS h, extract(hour FROM start_time) AS e, sum(input_tokens) AS s
     FROM oracle.completions_1m WHERE start_time >= %L AND start_time < %L GROUP BY 1, 2', own.at(-3, 61), own.at(-1, 605))));
  DROP TABLE found, found_hours;
END $$;
CALL pg_temp.try_zone('UTC');
CALL pg_temp.try_zone('Asia/Kolkata');
CALL pg_temp.try_zone('Asia/Kathmandu');
CALL pg_temp.try_zone('America/New_York');
CALL pg_temp.try_zone('America/Havana');
CALL pg_temp.try_zone('Pacific/Kiritimati');
CALL pg_temp.try_zone('<+0012>-00:12');
CALL pg_temp.try_zone('UTC');
RESET TimeZone;
RESET plan_cache_mode;
SELECT query AS zone, widths, oracle FROM own.result ORDER BY n;

-- settings
SET usage_fdw.enable_width_coarsening = off;
EXPLAIN (COSTS OFF, SETTINGS) SELECT sum(input_tokens) FROM usage_hourly.completions WHERE start_time >= now() - interval '2 days';
RESET usage_fdw.enable_width_coarsening;
EXPLAIN (COSTS OFF) SELECT date_trunc('day', start_time, 'UTC') AS d, sum(input_tokens) FROM usage_hourly.completions WHERE start_time >= date_trunc('day', now(), 'UTC') - interval '9 days 3 hours' AND start_time < date_trunc('day', now(), 'UTC') GROUP BY 1;
SET usage_fdw.enable_pushdown = off;
SELECT widths FROM pg_temp.asked('SELECT sum(input_tokens) FROM usage_hourly.completions WHERE start_time >= now() - interval ''2 days''');
RESET usage_fdw.enable_pushdown;
DROP SCHEMA own CASCADE;
