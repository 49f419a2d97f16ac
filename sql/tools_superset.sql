--
-- What Superset sends: a time column as __timestamp by DATE_TRUNC of its grain,
-- ranges by TO_TIMESTAMP or TO_DATE, a dataset of SQL as virtual_table, the
-- largest series by a join.  See test/lib/tools.sql for what each line says.
--
\set tool Superset
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Charts over a table.
INSERT INTO tool_query (name, query) VALUES
('time series by day, of hours', $$
  SELECT DATE_TRUNC('day', start_time) AS __timestamp, sum(input_tokens) AS "SUM(input_tokens)"
  FROM usage_hourly.completions
  WHERE start_time >= TO_TIMESTAMP('{-30} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY DATE_TRUNC('day', start_time) ORDER BY "SUM(input_tokens)" DESC LIMIT 50000
$$),
('time series of a date column', $$
  SELECT DATE_TRUNC('week', day) AS day, project_id AS project_id, sum(amount) AS "SUM(amount)"
  FROM usage.costs
  WHERE day >= TO_DATE('{-90}', 'YYYY-MM-DD') AND day < TO_DATE('{0}', 'YYYY-MM-DD')
  GROUP BY DATE_TRUNC('week', day), project_id ORDER BY "SUM(amount)" DESC LIMIT 10000
$$),
('at a time zone, as older versions', $$
  SELECT DATE_TRUNC('hour', start_time) AT TIME ZONE 'UTC' AS __timestamp,
    sum(num_model_requests) AS "requests"
  FROM usage_hourly.completions
  WHERE start_time >= '{-2} 00:00:00.000000' AND start_time < '{0} 00:00:00.000000'
  GROUP BY DATE_TRUNC('hour', start_time) AT TIME ZONE 'UTC' ORDER BY requests DESC LIMIT 50000
$$),
('grain of five minutes', $$
  SELECT DATE_TRUNC('minute', start_time)
      - CAST(EXTRACT(MINUTE FROM start_time) AS INTEGER) % 5 * INTERVAL '1 minute' AS __timestamp,
    sum(num_model_requests) AS "requests"
  FROM usage_minutely.completions
  WHERE start_time >= TO_TIMESTAMP('{-2} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{-2} 12:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY 1 LIMIT 50000
$$),
('the largest series', $$
  SELECT DATE_TRUNC('day', start_time) AS __timestamp, model AS model,
    sum(input_tokens) AS "SUM(input_tokens)"
  FROM usage.completions
  JOIN (
    SELECT model AS model__, sum(input_tokens) AS mme_inner__
    FROM usage.completions
    WHERE start_time >= TO_TIMESTAMP('{-30} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
      AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    GROUP BY model ORDER BY mme_inner__ DESC LIMIT 5
  ) AS series_limit ON model = model__
  WHERE start_time >= TO_TIMESTAMP('{-30} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY model, DATE_TRUNC('day', start_time)
  ORDER BY "SUM(input_tokens)" DESC LIMIT 50000
$$),
('big number with a trend', $$
  SELECT DATE_TRUNC('month', day) AS __timestamp, COUNT(DISTINCT project_id) AS "projects"
  FROM usage.costs
  WHERE day >= TO_DATE('{-200}', 'YYYY-MM-DD')
  GROUP BY DATE_TRUNC('month', day) LIMIT 50000
$$),
('count of rows', $$
  SELECT DATE_TRUNC('day', start_time) AS __timestamp, COUNT(*) AS count
  FROM usage.completions
  WHERE start_time >= TO_TIMESTAMP('{-7} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY DATE_TRUNC('day', start_time) ORDER BY count DESC LIMIT 50000
$$),
('a metric of a quotient', $$
  SELECT model AS model, SUM(output_tokens) / NULLIF(SUM(num_model_requests), 0) AS "each",
    SUM(COALESCE(input_cached_tokens, 0)) / NULLIF(SUM(input_tokens), 0) AS "hits"
  FROM usage.completions
  WHERE start_time >= TO_TIMESTAMP('{-30} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY model HAVING ((SUM(num_model_requests) > 10)) ORDER BY "each" DESC LIMIT 1000
$$),
('a filter on the count of rows', $$
  SELECT user_id AS user_id, SUM(input_tokens) AS "SUM(input_tokens)"
  FROM usage.completions
  WHERE start_time >= TO_TIMESTAMP('{-14} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY user_id HAVING ((COUNT(*) > 20)) ORDER BY "SUM(input_tokens)" DESC LIMIT 1000
$$),
('pivot table with totals', $$
  SELECT DATE_TRUNC('week', start_time) AS __timestamp, batch AS batch,
    sum(input_tokens) AS "SUM(input_tokens)"
  FROM usage.completions
  WHERE start_time >= TO_TIMESTAMP('{-60} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY ROLLUP (DATE_TRUNC('week', start_time), batch)
  LIMIT 10000
$$),
('values of a filter', $$
  SELECT model AS model FROM usage.completions
  WHERE model ILIKE '%gpt%'
    AND start_time >= TO_TIMESTAMP('{-30} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY model LIMIT 1000
$$);
\i test/lib/ask_tools.sql

\echo Datasets of SQL, time comparison, SQL Lab.
INSERT INTO tool_query (name, query) VALUES
('a dataset of all columns', $$
  SELECT DATE_TRUNC('day', start_time) AS start_time, sum(input_tokens) AS "SUM(input_tokens)"
  FROM (SELECT * FROM usage_hourly.completions) AS virtual_table
  WHERE start_time >= TO_TIMESTAMP('{-7} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY DATE_TRUNC('day', start_time) ORDER BY "SUM(input_tokens)" DESC LIMIT 1000
$$),
('a dataset with prices', $$
  SELECT DATE_TRUNC('day', start_time) AS start_time, team AS team, sum(cost) AS "SUM(cost)"
  FROM (
    SELECT c.start_time, coalesce(p.team, 'none') AS team,
      c.input_tokens * r.input_price + c.output_tokens * r.output_price AS cost
    FROM usage.completions c
    LEFT JOIN report.projects p ON p.openai_id = c.project_id
    JOIN report.prices r USING (model)
  ) AS virtual_table
  WHERE start_time >= TO_TIMESTAMP('{-14} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
  GROUP BY DATE_TRUNC('day', start_time), team ORDER BY "SUM(cost)" DESC LIMIT 1000
$$),
('a dataset that groups already', $$
  SELECT DATE_TRUNC('month', day) AS day, sum(tokens) AS "SUM(tokens)"
  FROM (
    SELECT day, model, sum(input_tokens) + sum(output_tokens) AS tokens
    FROM usage.completions GROUP BY day, model
  ) AS virtual_table
  WHERE day >= TO_DATE('{-60}', 'YYYY-MM-DD') AND day < TO_DATE('{0}', 'YYYY-MM-DD')
  GROUP BY DATE_TRUNC('month', day) LIMIT 1000
$$),
('a dataset of two tables', $$
  SELECT DATE_TRUNC('day', day) AS day, kind AS kind, sum(n) AS "SUM(n)"
  FROM (
    SELECT day, 'input' AS kind, input_tokens::numeric AS n FROM usage.completions
    UNION ALL
    SELECT day, 'amount', amount FROM usage.costs
  ) AS virtual_table
  WHERE day >= TO_DATE('{-14}', 'YYYY-MM-DD') AND day < TO_DATE('{0}', 'YYYY-MM-DD')
  GROUP BY DATE_TRUNC('day', day), kind LIMIT 1000
$$),
('a dataset of two tables with conditions', $$
  SELECT kind AS kind, sum(n) AS "SUM(n)"
  FROM (
    SELECT day, 'batch' AS kind, input_tokens::numeric AS n FROM usage.completions WHERE batch
    UNION ALL
    SELECT day, 'amount', amount FROM usage.costs WHERE project_id IS NOT NULL
  ) AS virtual_table
  WHERE day >= TO_DATE('{-14}', 'YYYY-MM-DD') AND day < TO_DATE('{0}', 'YYYY-MM-DD')
  GROUP BY kind LIMIT 1000
$$),
('last month beside this', $$
  SELECT now_.model, now_.tokens, before.tokens AS "tokens__28 days ago"
  FROM (
    SELECT model, sum(input_tokens) AS tokens FROM usage.completions
    WHERE start_time >= TO_TIMESTAMP('{-28} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
      AND start_time < TO_TIMESTAMP('{0} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    GROUP BY model
  ) AS now_
  LEFT JOIN (
    SELECT model, sum(input_tokens) AS tokens FROM usage.completions
    WHERE start_time >= TO_TIMESTAMP('{-56} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
      AND start_time < TO_TIMESTAMP('{-28} 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    GROUP BY model
  ) AS before ON now_.model IS NOT DISTINCT FROM before.model
$$),
('SQL Lab: look at a table', $$
  SELECT * FROM (
    SELECT * FROM usage.costs WHERE day >= '{-5}' AND day < '{0}'
  ) AS t LIMIT 1001
$$),
('SQL Lab: a common table expression', $$
  WITH daily AS (
    SELECT day, model, sum(input_tokens) AS tokens FROM usage.completions
    WHERE to_char(day, 'YYYY-MM-DD') >= '{-30}'
    GROUP BY day, model
  ), ranked AS (
    SELECT *, rank() OVER (PARTITION BY day ORDER BY tokens DESC, model) AS r FROM daily
  )
  SELECT * FROM ranked WHERE r <= 3 LIMIT 1001
$$),
('SQL Lab: a range type', $$
  SELECT model, sum(input_tokens) FROM usage_hourly.completions
  WHERE start_time <@ tstzrange('{-3}', '{-1}') GROUP BY model LIMIT 1001
$$),
('SQL Lab: a range of days', $$
  SELECT line_item, sum(amount) FROM usage.costs
  WHERE day <@ daterange('{-14}', '{-1}') GROUP BY line_item LIMIT 1001
$$);
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
