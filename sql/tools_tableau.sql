--
-- What Tableau sends: every field cast and named with its rounding, and HAVING
-- (COUNT(1) > 0) where there is nothing to group by.  See test/lib/tools.sql for
-- what each line says.
--
\set tool Tableau
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Dates on a shelf: truncated and as parts.
INSERT INTO tool_query (name, query) VALUES
('month of a date', $$
  SELECT CAST(DATE_TRUNC('MONTH', CAST("completions"."day" AS DATE)) AS DATE) AS "tmn:day:ok",
    SUM("completions"."input_tokens") AS "sum:input_tokens:ok"
  FROM "usage"."completions" "completions"
  WHERE (("completions"."day" >= (DATE '{-120}')) AND ("completions"."day" <= (DATE '{-1}')))
  GROUP BY 1
$$),
('week of a date, from Sunday', $$
  SELECT CAST((DATE_TRUNC('day', CAST("completions"."day" AS DATE))
      + (-EXTRACT(DOW FROM "completions"."day") * INTERVAL '1 DAY')) AS DATE) AS "twk:day:ok",
    SUM("completions"."output_tokens") AS "sum:output_tokens:ok"
  FROM "usage"."completions" "completions"
  WHERE (("completions"."day" >= (DATE '{-60}')) AND ("completions"."day" <= (DATE '{-1}')))
  GROUP BY 1
$$),
('week of a time, of hours', $$
  SELECT CAST((DATE_TRUNC('day', CAST("completions"."start_time" AS TIMESTAMP))
      + (-EXTRACT(DOW FROM "completions"."start_time") * INTERVAL '1 DAY')) AS DATE)
      AS "twk:start_time:ok",
    SUM("completions"."output_tokens") AS "sum:output_tokens:ok"
  FROM "usage_hourly"."completions" "completions"
  WHERE (("completions"."start_time" >= (TIMESTAMP '{-28} 00:00:00.000'))
    AND ("completions"."start_time" < (TIMESTAMP '{0} 00:00:00.000')))
  GROUP BY 1
$$),
('year, quarter and month as numbers', $$
  SELECT CAST(TRUNC(EXTRACT(YEAR FROM "costs"."day")) AS INTEGER) AS "yr:day:ok",
    CAST(TRUNC(EXTRACT(QUARTER FROM "costs"."day")) AS INTEGER) AS "qr:day:ok",
    CAST(TRUNC(EXTRACT(MONTH FROM "costs"."day")) AS INTEGER) AS "mn:day:ok",
    SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  GROUP BY 1, 2, 3
$$),
('weekday and hour', $$
  SELECT (1 + CAST(EXTRACT(DOW FROM "completions"."start_time") AS INTEGER)) AS "wd:start_time:ok",
    CAST(TRUNC(EXTRACT(HOUR FROM "completions"."start_time")) AS INTEGER) AS "hr:start_time:ok",
    SUM("completions"."num_model_requests") AS "sum:num_model_requests:ok"
  FROM "usage_hourly"."completions" "completions"
  WHERE (("completions"."start_time" >= (TIMESTAMP '{-14} 00:00:00.000'))
    AND ("completions"."start_time" <= (TIMESTAMP '{-1} 23:59:59.999')))
  GROUP BY 1, 2
$$),
('hour, truncated, of minutes', $$
  SELECT DATE_TRUNC('HOUR', CAST("completions"."start_time" AS TIMESTAMP)) AS "thr:start_time:ok",
    SUM("completions"."num_model_requests") AS "sum:num_model_requests:ok"
  FROM "usage_minutely"."completions" "completions"
  WHERE (("completions"."start_time" >= (TIMESTAMP '{-3} 00:00:00.000'))
    AND ("completions"."start_time" < (TIMESTAMP '{-1} 00:00:00.000')))
  GROUP BY 1
$$),
('year of a fiscal calendar', $$
  SELECT CAST(TRUNC(EXTRACT(YEAR FROM ("costs"."start_time" + 10 * INTERVAL '1 MONTH')))
      AS INTEGER) AS "yr:start_time:ok",
    SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  GROUP BY 1
$$),
('week number of a fiscal calendar', $$
  SELECT CAST(TRUNC((CASE WHEN 7 = 0 THEN NULL ELSE CAST(((6 + (1 + CAST(EXTRACT(DOW FROM
      (DATE_TRUNC('YEAR', CAST("completions"."start_time" AS TIMESTAMP))
        + (CASE WHEN (CAST(TRUNC(EXTRACT(MONTH FROM "completions"."start_time")) AS INTEGER) < 3)
          THEN -10 ELSE 2 END) * INTERVAL '1 MONTH')) AS INTEGER)))
    + (EXTRACT(EPOCH FROM (CAST("completions"."start_time" AS TIMESTAMP)
      - (DATE_TRUNC('YEAR', CAST("completions"."start_time" AS TIMESTAMP))
        + (CASE WHEN (CAST(TRUNC(EXTRACT(MONTH FROM "completions"."start_time")) AS INTEGER) < 3)
          THEN -10 ELSE 2 END) * INTERVAL '1 MONTH')))
      / (60.0 * 60 * 24))) AS DOUBLE PRECISION) / 7 END)) AS BIGINT) AS "Week #",
    COUNT(DISTINCT "completions"."day") AS "ctd:day:ok"
  FROM "usage"."completions" "completions"
  WHERE ("completions"."day" >= (DATE '{-60}'))
  GROUP BY 1
$$),
('exact date as text', $$
  SELECT CAST("costs"."day" AS TEXT) AS "Calculation_1", SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  WHERE (CAST("costs"."day" AS TEXT) IN ('{-3}', '{-2}', '{-1}'))
  GROUP BY 1
$$);
\i test/lib/ask_tools.sql

\echo Filters: relative dates, calculations with TODAY(), quick filters.
INSERT INTO tool_query (name, query) VALUES
('the last thirty days', $$
  SELECT "costs"."line_item" AS "line_item", SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  WHERE ((CAST("costs"."day" AS DATE) >= ((DATE '{0}') + -29 * INTERVAL '1 DAY'))
    AND (CAST("costs"."day" AS DATE) < ((DATE '{0}') + 1 * INTERVAL '1 DAY')))
  GROUP BY 1
$$),
('DATEDIFF to TODAY()', $$
  SELECT "completions"."model" AS "model",
    SUM("completions"."input_tokens") AS "sum:input_tokens:ok"
  FROM "usage"."completions" "completions"
  WHERE ((CAST(CURRENT_DATE AS DATE) - CAST("completions"."day" AS DATE)) < 30)
  GROUP BY 1
$$),
('DATEADD to TODAY()', $$
  SELECT SUM("completions"."input_tokens") AS "sum:input_tokens:ok"
  FROM "usage"."completions" "completions"
  WHERE ("completions"."start_time" >= (CURRENT_DATE + -30 * INTERVAL '1 DAY'))
  HAVING (COUNT(1) > 0)
$$),
('domain of a date', $$
  SELECT MIN("completions"."day") AS "lower", MAX("completions"."day") AS "upper"
  FROM "usage"."completions" "completions"
  HAVING (COUNT(1) > 0)
$$),
('domain of a quick filter', $$
  SELECT "completions"."model" AS "model"
  FROM "usage"."completions" "completions"
  WHERE (("completions"."day" >= (DATE '{-30}')) AND ("completions"."day" <= (DATE '{-1}')))
  GROUP BY 1
$$),
('text of a quick filter', $$
  SELECT LOWER(CAST("completions"."model" AS TEXT)) AS "model (lower)"
  FROM "usage"."completions" "completions"
  WHERE (STRPOS(LOWER("completions"."model"), LOWER('gpt')) > 0)
    AND ("completions"."day" >= (DATE '{-10}'))
  GROUP BY 1
$$);
INSERT INTO tool_query (name, query, meant) VALUES
('one of two years', $$
  SELECT SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  WHERE (CAST(TRUNC(EXTRACT(YEAR FROM "costs"."day")) AS INTEGER)
    IN (CAST(EXTRACT(YEAR FROM DATE '{0}') AS INTEGER), 2020))
    AND ("costs"."day" >= (DATE '{-20}'))
  HAVING (COUNT(1) > 0)
$$, 'tstzrange(''{-20}'', now())'),
('month to date', $$
  SELECT SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  WHERE (CAST(DATE_TRUNC('MONTH', CAST("costs"."day" AS DATE)) AS DATE)
    = CAST(DATE_TRUNC('MONTH', CAST(CURRENT_DATE AS DATE)) AS DATE))
  HAVING (COUNT(1) > 0)
$$, 'tstzrange(date_trunc(''month'', now()), now())'),
('the same month of the year', $$
  SELECT CAST(TRUNC(EXTRACT(YEAR FROM "costs"."day")) AS INTEGER) AS "yr:day:ok",
    SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  WHERE (CAST(TRUNC(EXTRACT(MONTH FROM "costs"."day")) AS INTEGER)
    = CAST(EXTRACT(MONTH FROM CURRENT_DATE) AS INTEGER))
  GROUP BY 1
$$, 'tstzrange(date_trunc(''month'', now()), now()), tstzrange(date_trunc(''month'', now()
  - interval ''1 year''), date_trunc(''month'', now() - interval ''11 months''))');
\i test/lib/ask_tools.sql

\echo Totals, levels of detail, top N, joins, custom SQL.
INSERT INTO tool_query (name, query) VALUES
('grand total', $$
  SELECT SUM("completions"."input_tokens") AS "sum:input_tokens:ok",
    COUNT(DISTINCT "completions"."model") AS "ctd:model:ok"
  FROM "usage"."completions" "completions"
  WHERE (("completions"."day" >= (DATE '{-30}')) AND ("completions"."day" <= (DATE '{-1}')))
  HAVING (COUNT(1) > 0)
$$),
('average and median', $$
  SELECT "completions"."model" AS "model",
    AVG("completions"."input_tokens") AS "avg:input_tokens:ok",
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY "completions"."output_tokens")
      AS "med:output_tokens:ok"
  FROM "usage"."completions" "completions"
  WHERE (("completions"."day" >= (DATE '{-7}')) AND ("completions"."day" <= (DATE '{-1}')))
  GROUP BY 1
$$),
('level of detail', $$
  SELECT "t0"."project_id" AS "project_id", MAX("t0"."x_measure__0") AS "largest day"
  FROM (
    SELECT "costs"."project_id" AS "project_id", "costs"."day" AS "day",
      SUM("costs"."amount") AS "x_measure__0"
    FROM "usage"."costs" "costs"
    WHERE (("costs"."day" >= (DATE '{-30}')) AND ("costs"."day" <= (DATE '{-1}')))
    GROUP BY 1, 2
  ) "t0"
  GROUP BY 1
$$),
('share of a total', $$
  SELECT "completions"."model" AS "model",
    ROUND(SUM("completions"."input_tokens") / MIN("t0"."x_measure__1"), 6) AS "share"
  FROM "usage"."completions" "completions"
  CROSS JOIN (
    SELECT SUM("completions"."input_tokens") AS "x_measure__1"
    FROM "usage"."completions" "completions"
    WHERE (("completions"."day" >= (DATE '{-30}')) AND ("completions"."day" <= (DATE '{-1}')))
    HAVING (COUNT(1) > 0)
  ) "t0"
  WHERE (("completions"."day" >= (DATE '{-30}')) AND ("completions"."day" <= (DATE '{-1}')))
  GROUP BY 1
$$),
('top three', $$
  SELECT "completions"."model" AS "model",
    SUM("completions"."input_tokens") AS "sum:input_tokens:ok"
  FROM "usage"."completions" "completions"
  INNER JOIN (
    SELECT "completions"."model" AS "model", SUM("completions"."input_tokens") AS "$__alias__0"
    FROM "usage"."completions" "completions"
    WHERE ("completions"."day" >= (DATE '{-30}'))
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
  ) "t0" ON ("completions"."model" IS NOT DISTINCT FROM "t0"."model")
  WHERE ("completions"."day" >= (DATE '{-30}'))
  GROUP BY 1
$$),
('joined tables', $$
  SELECT "projects"."team" AS "team",
    CAST(DATE_TRUNC('QUARTER', CAST("costs"."day" AS DATE)) AS DATE) AS "tqr:day:ok",
    SUM("costs"."amount") AS "sum:amount:ok"
  FROM "usage"."costs" "costs"
  INNER JOIN "report"."projects" "projects" ON ("costs"."project_id" = "projects"."openai_id")
  WHERE ("costs"."day" >= (DATE '{-90}'))
  GROUP BY 1, 2
$$),
('custom SQL', $$
  SELECT CAST(DATE_TRUNC('DAY', CAST("Custom SQL Query"."start_time" AS TIMESTAMP)) AS DATE)
      AS "tdy:start_time:ok",
    SUM(("Custom SQL Query"."input_tokens" * 0.00000125)
      + ("Custom SQL Query"."output_tokens" * 0.00001)) AS "sum:cost:ok"
  FROM (
    SELECT * FROM usage_hourly.completions
  ) "Custom SQL Query"
  WHERE (("Custom SQL Query"."start_time" >= (TIMESTAMP '{-7} 00:00:00.000'))
    AND ("Custom SQL Query"."start_time" < (TIMESTAMP '{0} 00:00:00.000')))
  GROUP BY 1
$$),
('a calculation over two periods', $$
  SELECT SUM((CASE WHEN ("costs"."day" >= (DATE '{-14}')) THEN "costs"."amount" ELSE NULL END))
      AS "sum:this:ok",
    SUM((CASE WHEN (("costs"."day" >= (DATE '{-28}')) AND ("costs"."day" < (DATE '{-14}')))
      THEN "costs"."amount" ELSE NULL END)) AS "sum:last:ok"
  FROM "usage"."costs" "costs"
  WHERE ("costs"."day" >= (DATE '{-28}'))
  HAVING (COUNT(1) > 0)
$$);
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
