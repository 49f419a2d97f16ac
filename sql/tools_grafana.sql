--
-- What Grafana's PostgreSQL data source sends: its macros are replaced by
-- constants and arithmetic with seconds.  $__timeFilter(x) is x BETWEEN '...Z' AND
-- '...Z', $__timeGroup(x, '1h') is floor(extract(epoch from x)/3600)*3600.
-- See test/lib/tools.sql for what each line says.
--
\set tool Grafana
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Time series, by $__timeGroup of several widths and tables.
INSERT INTO tool_query (name, query) VALUES
('tokens by day', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", sum(input_tokens) AS "input",
    sum(output_tokens) AS "output"
  FROM usage.completions
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('tokens by hour, of hours', $$
  SELECT floor(extract(epoch from start_time)/3600)*3600 AS "time", sum(input_tokens) AS "input"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-3}T07:12:31.123Z' AND '{-1}T19:12:31.123Z'
  GROUP BY 1 ORDER BY 1
$$),
('tokens by day, of hours', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", sum(input_tokens) AS "input"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-14}T07:12:31.123Z' AND '{-1}T19:12:31.123Z'
  GROUP BY 1 ORDER BY 1
$$),
('requests by five minutes, of minutes', $$
  SELECT floor(extract(epoch from start_time)/300)*300 AS "time",
    sum(num_model_requests) AS "requests"
  FROM usage_minutely.completions
  WHERE start_time BETWEEN '{-2}T06:00:00Z' AND '{-2}T12:00:00Z'
  GROUP BY 1 ORDER BY 1
$$),
('requests by hour, of minutes', $$
  SELECT floor(extract(epoch from start_time)/3600)*3600 AS "time",
    sum(num_model_requests) AS "requests"
  FROM usage_minutely.completions
  WHERE start_time BETWEEN '{-3}T10:20:00Z' AND '{-2}T10:20:00Z'
  GROUP BY 1 ORDER BY 1
$$),
('tokens by six hours, of minutes', $$
  SELECT floor(extract(epoch from start_time)/21600)*21600 AS "time", sum(input_tokens) AS "input"
  FROM usage_minutely.completions
  WHERE start_time BETWEEN '{-6}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('amount by seven days', $$
  SELECT floor(extract(epoch from start_time)/604800)*604800 AS "time", sum(amount) AS "amount"
  FROM usage.costs
  WHERE start_time BETWEEN '{-90}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('a line for each model', $$
  SELECT floor(extract(epoch from start_time)/3600)*3600 AS "time", model AS metric,
    sum(output_tokens) AS value
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-2}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1, 2 ORDER BY 1, 2
$$),
('days of a city, by hand', $$
  SELECT date_trunc('day', start_time AT TIME ZONE 'Europe/Berlin') AS "time",
    sum(input_tokens) AS "input"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-14}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('the column of days', $$
  SELECT day::timestamp AS "time", sum(amount) AS value
  FROM usage.costs
  WHERE day BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY day ORDER BY day
$$);
\i test/lib/ask_tools.sql

\echo Seconds since 1970: $__unixEpochFilter, $__unixEpochGroup, $__timeEpoch.
INSERT INTO tool_query (name, query) VALUES
('tokens between two numbers', $$
  SELECT model, sum(input_tokens) AS value
  FROM usage.completions
  WHERE extract(epoch from start_time) >= {-7:epoch}
    AND extract(epoch from start_time) <= {-1:epoch}
  GROUP BY model
$$),
('amount by day of numbers', $$
  SELECT floor((extract(epoch from start_time))/86400)*86400 AS "time", sum(amount) AS value
  FROM usage.costs
  WHERE extract(epoch from start_time) >= {-30:epoch}
    AND extract(epoch from start_time) <= {0:epoch}
  GROUP BY 1 ORDER BY 1
$$),
('rows as they are', $$
  SELECT extract(epoch from start_time) AS "time", model AS metric, input_tokens AS value
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-1}T06:00:00Z' AND '{-1}T12:00:00Z'
  ORDER BY 1
$$),
('milliseconds of a bigint', $$
  SELECT (extract(epoch from start_time) * 1000)::bigint / 3600000 * 3600000 AS "time",
    sum(input_tokens) AS value
  FROM usage_hourly.completions
  WHERE (extract(epoch from start_time) * 1000)::bigint
    BETWEEN {-2:epoch}000 AND {-1:epoch}000
  GROUP BY 1 ORDER BY 1
$$);
\i test/lib/ask_tools.sql

\echo Stats, tables and variables.
INSERT INTO tool_query (name, query) VALUES
('one number', $$
  SELECT sum(amount) AS "spend"
  FROM usage.costs
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
$$),
('cost of a formula', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time",
    sum((input_tokens - coalesce(input_cached_tokens, 0)) * 0.00000125
      + coalesce(input_cached_tokens, 0) * 0.000000125 + output_tokens * 0.00001) AS "cost"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-7}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 HAVING count(*) > 0 ORDER BY 1
$$),
('share of cached tokens', $$
  SELECT floor(extract(epoch from start_time)/3600)*3600 AS "time",
    round(100.0 * sum(input_cached_tokens) / nullif(sum(input_tokens), 0), 2) AS "hits"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-2}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('ten projects by name', $$
  SELECT p.name AS "Project", p.team AS "Team", round(sum(c.amount), 2) AS "Spend"
  FROM usage.costs c JOIN report.projects p ON p.openai_id = c.project_id
  WHERE c.start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 10
$$),
('values of a variable', $$
  SELECT DISTINCT model AS __text, model AS __value
  FROM usage.completions
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  ORDER BY 1
$$),
('some values of a variable', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", model AS metric,
    sum(input_tokens) AS value
  FROM usage.completions
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
    AND model IN ('gpt-6-luna','gpt-6-astra')
  GROUP BY 1, 2 ORDER BY 1, 2
$$),
('all values of a variable', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", sum(amount) AS value
  FROM usage.costs
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
    AND ('All' = 'All' OR project_id IN ('All'))
  GROUP BY 1 ORDER BY 1
$$),
('a variable as a regular expression', $$
  SELECT model AS metric, sum(input_tokens) AS value
  FROM usage.completions
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z' AND model ~ '^(gpt-6.*)$'
  GROUP BY 1 ORDER BY 1
$$),
('average and largest of rows', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", avg(input_tokens) AS "mean",
    max(output_tokens) AS "largest"
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-3}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('heat map of hours and weekdays', $$
  SELECT extract(isodow from start_time) AS weekday, extract(hour from start_time) AS hour,
    sum(num_model_requests) AS value
  FROM usage_hourly.completions
  WHERE start_time BETWEEN '{-28}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1, 2 ORDER BY 1, 2
$$);
\i test/lib/ask_tools.sql

\echo Comparisons, running totals and gaps.
INSERT INTO tool_query (name, query) VALUES
('this week over the last', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time", 'this week' AS metric,
    sum(input_tokens) AS value
  FROM usage.completions
  WHERE start_time BETWEEN '{-7}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1
  UNION ALL
  SELECT floor(extract(epoch from start_time + interval '7 days')/86400)*86400, 'last week',
    sum(input_tokens)
  FROM usage.completions
  WHERE start_time + interval '7 days' BETWEEN '{-7}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1
  ORDER BY 1
$$),
('running total', $$
  SELECT floor(extract(epoch from start_time)/86400)*86400 AS "time",
    sum(sum(amount)) OVER (ORDER BY floor(extract(epoch from start_time)/86400)*86400) AS value
  FROM usage.costs
  WHERE start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('change from hour to hour', $$
  SELECT "time", value - lag(value) OVER (ORDER BY "time") AS change
  FROM (
    SELECT floor(extract(epoch from start_time)/3600)*3600 AS "time", sum(input_tokens) AS value
    FROM usage_hourly.completions
    WHERE start_time BETWEEN '{-2}T00:00:00Z' AND '{-1}T23:59:59.999Z'
    GROUP BY 1
  ) AS hourly
  ORDER BY 1
$$),
('days without usage as 0', $$
  SELECT t."time", coalesce(sum(u.input_tokens), 0) AS value
  FROM generate_series('{-30}T00:00:00Z'::timestamptz, '{-1}T00:00:00Z', '1 day') AS t("time")
  LEFT JOIN usage.completions u ON date_trunc('day', u.start_time) = t."time"
    AND u.start_time BETWEEN '{-30}T00:00:00Z' AND '{-1}T23:59:59.999Z'
  GROUP BY 1 ORDER BY 1
$$),
('days without usage as 0, in range of a series', $$
  SELECT t."time", coalesce(sum(u.amount), 0) AS value
  FROM generate_series('{-30}T00:00:00Z'::timestamptz, '{-1}T00:00:00Z', '1 day') AS t("time")
  LEFT JOIN usage.costs u
    ON u.start_time >= t."time" AND u.start_time < t."time" + interval '1 day'
  GROUP BY 1 ORDER BY 1
$$);
INSERT INTO tool_query (name, query, meant) VALUES
('alert over the last day', $$
  SELECT now() AS "time", sum(amount) AS value
  FROM usage.costs
  WHERE start_time > now() - interval '1 day'
$$, 'tstzrange(now() - interval ''1 day'', now())'),
('the last 24 hours', $$
  SELECT date_trunc('hour', start_time) AS "time", sum(input_tokens) AS value
  FROM usage_hourly.completions
  WHERE start_time >= now() - interval '24 hours'
  GROUP BY 1 ORDER BY 1
$$, 'tstzrange(now() - interval ''24 hours'', now())'),
('younger than a day', $$
  SELECT date_trunc('hour', start_time) AS "time", sum(input_tokens) AS value
  FROM usage_hourly.completions
  WHERE now() - start_time < interval '24 hours'
  GROUP BY 1 ORDER BY 1
$$, 'tstzrange(now() - interval ''24 hours'', now())');
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
