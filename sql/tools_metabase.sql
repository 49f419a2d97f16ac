--
-- What Metabase sends for questions made in its editor: names in quotes with their
-- schema, times rounded by DATE_TRUNC and CAST, and ranges relative to NOW().
-- See test/lib/tools.sql for what each line says.
--
\set tool Metabase
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Summaries by a unit of time.
INSERT INTO tool_query (name, query) VALUES
('by day', $$
  SELECT CAST("usage_hourly"."completions"."start_time" AS date) AS "start_time",
    SUM("usage_hourly"."completions"."input_tokens") AS "sum"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time"
      >= timestamp with time zone '{-30} 00:00:00.000Z')
    AND ("usage_hourly"."completions"."start_time" < timestamp with time zone '{0} 00:00:00.000Z')
  GROUP BY CAST("usage_hourly"."completions"."start_time" AS date)
  ORDER BY CAST("usage_hourly"."completions"."start_time" AS date) ASC
$$),
('by week from Sunday', $$
  SELECT (CAST(DATE_TRUNC('week', ("usage"."completions"."start_time" + INTERVAL '1 day'))
      AS timestamp) + INTERVAL '-1 day') AS "start_time",
    SUM("usage"."completions"."input_tokens") AS "sum"
  FROM "usage"."completions"
  WHERE ("usage"."completions"."start_time" >= timestamp with time zone '{-90} 00:00:00.000Z')
    AND ("usage"."completions"."start_time" < timestamp with time zone '{0} 00:00:00.000Z')
  GROUP BY (CAST(DATE_TRUNC('week', ("usage"."completions"."start_time" + INTERVAL '1 day'))
      AS timestamp) + INTERVAL '-1 day')
  ORDER BY 1 ASC
$$),
('by week from Sunday, of hours', $$
  SELECT (DATE_TRUNC('week', ("usage_hourly"."completions"."start_time" + INTERVAL '1 day'))
      + INTERVAL '-1 day') AS "start_time",
    COUNT(DISTINCT "usage_hourly"."completions"."model") AS "count"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time"
      >= timestamp with time zone '{-28} 00:00:00.000Z')
    AND ("usage_hourly"."completions"."start_time" < timestamp with time zone '{0} 00:00:00.000Z')
  GROUP BY 1 ORDER BY 1 ASC
$$),
('by month of a date', $$
  SELECT CAST(DATE_TRUNC('month', CAST("usage"."costs"."day" AS timestamp)) AS date) AS "day",
    SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  GROUP BY CAST(DATE_TRUNC('month', CAST("usage"."costs"."day" AS timestamp)) AS date)
  ORDER BY 1 ASC
$$),
('by hour of day and day of week', $$
  SELECT CAST(extract(hour from "usage_hourly"."completions"."start_time") AS integer) AS "hour",
    (CAST(extract(dow from "usage_hourly"."completions"."start_time") AS integer) + 1) AS "dow",
    SUM("usage_hourly"."completions"."num_model_requests") AS "sum"
  FROM "usage_hourly"."completions"
  WHERE "usage_hourly"."completions"."start_time" BETWEEN timestamp with time zone
    '{-28} 00:00:00.000Z' AND timestamp with time zone '{-1} 23:59:59.999Z'
  GROUP BY 1, 2 ORDER BY 1 ASC, 2 ASC
$$),
('by week of year', $$
  SELECT CAST(CEIL((CAST(extract(doy from DATE_TRUNC('week', "usage"."completions"."start_time"))
      AS integer) / 7.0)) AS integer) AS "week",
    SUM("usage"."completions"."output_tokens") AS "sum"
  FROM "usage"."completions"
  WHERE "usage"."completions"."day" BETWEEN date '{-200}' AND date '{-1}'
  GROUP BY 1 ORDER BY 1 ASC
$$),
('by quarter of year and month of year', $$
  SELECT CAST(extract(quarter from "usage"."costs"."day") AS integer) AS "quarter",
    CAST(extract(month from "usage"."costs"."day") AS integer) AS "month",
    SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  GROUP BY 1, 2 ORDER BY 1 ASC, 2 ASC
$$),
('by minute of a day', $$
  SELECT DATE_TRUNC('minute', "usage_minutely"."completions"."start_time") AS "start_time",
    SUM("usage_minutely"."completions"."num_model_requests") AS "sum"
  FROM "usage_minutely"."completions"
  WHERE CAST("usage_minutely"."completions"."start_time" AS date) = date '{-2}'
  GROUP BY 1 ORDER BY 1 ASC
$$);
\i test/lib/ask_tools.sql

\echo Filters on dates: fixed, previous, current, starting from.
INSERT INTO tool_query (name, query) VALUES
('between two dates', $$
  SELECT "usage"."completions"."model" AS "model",
    SUM("usage"."completions"."input_tokens") AS "sum"
  FROM "usage"."completions"
  WHERE CAST("usage"."completions"."start_time" AS date)
    BETWEEN CAST('{-20}' AS date) AND CAST('{-10}' AS date)
  GROUP BY "usage"."completions"."model" ORDER BY "usage"."completions"."model" ASC
$$),
('all but a date', $$
  SELECT "usage"."completions"."model" AS "model",
    SUM("usage"."completions"."input_tokens") AS "sum"
  FROM "usage"."completions"
  WHERE ("usage"."completions"."day" >= date '{-30}')
    AND ("usage"."completions"."day" <> date '{-7}' OR "usage"."completions"."day" IS NULL)
  GROUP BY 1 ORDER BY 2 DESC, 1 ASC
$$),
('previous 30 days', $$
  SELECT CAST("usage_hourly"."completions"."start_time" AS date) AS "start_time",
    SUM("usage_hourly"."completions"."input_tokens") AS "sum"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time" >= CAST((NOW() + INTERVAL '-30 day') AS date))
    AND ("usage_hourly"."completions"."start_time" < CAST(NOW() AS date))
  GROUP BY 1 ORDER BY 1 ASC
$$),
('previous 30 days of a city', $$
  SELECT CAST("usage_hourly"."completions"."start_time" AS date) AS "start_time",
    SUM("usage_hourly"."completions"."input_tokens") AS "sum"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time" >= CAST((NOW() + INTERVAL '-30 day') AS date))
    AND ("usage_hourly"."completions"."start_time" < CAST((NOW() + INTERVAL '-2 day') AS date))
  GROUP BY 1 ORDER BY 1 ASC
$$),
('thirty days, ending a week ago', $$
  SELECT SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  WHERE ("usage"."costs"."start_time" + INTERVAL '7 day')
      >= CAST((NOW() + INTERVAL '-30 day') AS date)
    AND ("usage"."costs"."start_time" + INTERVAL '7 day') < CAST(NOW() AS date)
$$),
('never', $$
  SELECT COUNT(*) AS "count" FROM "usage"."completions"
  WHERE "usage"."completions"."start_time" IS NULL
$$),
('weekdays only', $$
  SELECT SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  WHERE "usage"."costs"."day" BETWEEN date '{monday-28}' AND date '{monday-1}'
    AND (CAST(extract(dow from "usage"."costs"."day") AS integer) + 1) NOT IN (1, 7)
$$);
UPDATE tool_query SET zone = 'Asia/Tokyo' WHERE name LIKE '%of a city';
INSERT INTO tool_query (name, query, meant) VALUES
('previous month', $$
  SELECT "usage"."costs"."line_item" AS "line_item", SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  WHERE ("usage"."costs"."start_time" >= DATE_TRUNC('month', (NOW() + INTERVAL '-1 month')))
    AND ("usage"."costs"."start_time" < DATE_TRUNC('month', NOW()))
  GROUP BY "usage"."costs"."line_item" ORDER BY "usage"."costs"."line_item" ASC
$$, 'tstzrange(date_trunc(''month'', now() - interval ''1 month''),
  date_trunc(''month'', now()))'),
('this month', $$
  SELECT DATE_TRUNC('month', CAST("usage"."costs"."day" AS timestamp)) AS "day",
    SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  WHERE DATE_TRUNC('month', CAST("usage"."costs"."day" AS timestamp)) = DATE_TRUNC('month', NOW())
  GROUP BY 1
$$, 'tstzrange(date_trunc(''month'', now()), now())'),
('previous hour', $$
  SELECT SUM("usage_minutely"."completions"."num_model_requests") AS "sum"
  FROM "usage_minutely"."completions"
  WHERE ("usage_minutely"."completions"."start_time"
      >= DATE_TRUNC('hour', (NOW() + INTERVAL '-1 hour')))
    AND ("usage_minutely"."completions"."start_time" < DATE_TRUNC('hour', NOW()))
$$, 'tstzrange(now() - interval ''2 hours'', now())'),
('a sum of the previous month beside all', $$
  SELECT "usage"."completions"."model" AS "model",
    SUM(CASE WHEN DATE_TRUNC('month', "usage"."completions"."start_time")
        = DATE_TRUNC('month', (NOW() + INTERVAL '-1 month'))
      THEN "usage"."completions"."input_tokens" ELSE 0 END) AS "last month",
    SUM(CASE WHEN DATE_TRUNC('month', "usage"."completions"."start_time")
        BETWEEN DATE_TRUNC('month', (NOW() + INTERVAL '-2 month'))
        AND DATE_TRUNC('month', (NOW() + INTERVAL '-1 month'))
      THEN "usage"."completions"."input_tokens" ELSE 0 END) AS "two months"
  FROM "usage"."completions"
  WHERE "usage"."completions"."start_time" >= DATE_TRUNC('month', (NOW() + INTERVAL '-2 month'))
  GROUP BY "usage"."completions"."model" ORDER BY "usage"."completions"."model" ASC
$$, 'tstzrange(date_trunc(''month'', now() - interval ''2 months''), now())');
\i test/lib/ask_tools.sql

\echo Joins, custom columns, questions over questions, and lists of values.
INSERT INTO tool_query (name, query) VALUES
('joined, by team', $$
  SELECT "Projects"."team" AS "Projects__team", SUM("usage"."costs"."amount") AS "sum"
  FROM "usage"."costs"
  LEFT JOIN "report"."projects" AS "Projects"
    ON "usage"."costs"."project_id" = "Projects"."openai_id"
  WHERE "usage"."costs"."day" >= date '{-30}' AND "Projects"."active" = TRUE
  GROUP BY "Projects"."team" ORDER BY "Projects"."team" ASC
$$),
('a sum if', $$
  SELECT CAST("usage"."completions"."start_time" AS date) AS "start_time",
    SUM(CASE WHEN "usage"."completions"."model" = 'gpt-6-luna'
      THEN "usage"."completions"."input_tokens" ELSE 0 END) AS "luna",
    SUM("usage"."completions"."input_tokens") AS "all"
  FROM "usage"."completions"
  WHERE "usage"."completions"."start_time" >= timestamp with time zone '{-14} 00:00:00.000Z'
    AND "usage"."completions"."start_time" < timestamp with time zone '{0} 00:00:00.000Z'
  GROUP BY 1 ORDER BY 1 ASC
$$),
('a filter on a number', $$
  SELECT "usage"."costs"."line_item" AS "line_item", SUM("usage"."costs"."amount") AS "sum",
    AVG("usage"."costs"."amount") AS "avg", COUNT(*) AS "count"
  FROM "usage"."costs"
  WHERE ("usage"."costs"."amount" >= 0.5) AND ("usage"."costs"."day" >= date '{-7}')
  GROUP BY "usage"."costs"."line_item" ORDER BY "usage"."costs"."line_item" ASC
$$),
('a question over a question', $$
  SELECT "source"."model" AS "model", "source"."sum" AS "sum"
  FROM (
    SELECT "usage"."completions"."model" AS "model",
      SUM("usage"."completions"."output_tokens") AS "sum"
    FROM "usage"."completions"
    WHERE "usage"."completions"."day" >= date '{-30}' AND "usage"."completions"."day" < date '{0}'
    GROUP BY "usage"."completions"."model"
  ) AS "source"
  WHERE "source"."sum" > 1000
  LIMIT 1048575
$$),
('the same from rows', $$
  SELECT "source"."start_time" AS "start_time", SUM("source"."cost") AS "sum"
  FROM (
    SELECT "usage"."completions"."start_time" AS "start_time",
      "usage"."completions"."input_tokens" * 0.00000125
        + "usage"."completions"."output_tokens" * 0.00001 AS "cost"
    FROM "usage"."completions"
    WHERE "usage"."completions"."day" BETWEEN date '{-30}' AND date '{-1}'
  ) AS "source"
  GROUP BY "source"."start_time" ORDER BY "source"."start_time" ASC
$$),
('running total', $$
  SELECT "source"."day" AS "day", SUM("source"."sum") OVER (ORDER BY "source"."day" ASC
    ROWS UNBOUNDED PRECEDING) AS "sum"
  FROM (
    SELECT "usage"."costs"."day" AS "day", SUM("usage"."costs"."amount") AS "sum"
    FROM "usage"."costs"
    WHERE "usage"."costs"."day" BETWEEN date '{-30}' AND date '{-1}'
    GROUP BY "usage"."costs"."day"
  ) AS "source"
  ORDER BY "source"."day" ASC
$$),
('values of a field', $$
  SELECT "source"."model" AS "model"
  FROM (SELECT "usage"."completions"."model" AS "model" FROM "usage"."completions") AS "source"
  GROUP BY "source"."model" ORDER BY "source"."model" ASC LIMIT 1000
$$),
('rows of a table', $$
  SELECT "usage"."costs"."start_time", "usage"."costs"."end_time", "usage"."costs"."day",
    "usage"."costs"."project_id", "usage"."costs"."line_item", "usage"."costs"."amount",
    "usage"."costs"."currency"
  FROM "usage"."costs"
  WHERE "usage"."costs"."day" BETWEEN date '{-5}' AND date '{-2}'
  LIMIT 2000
$$),
('smart number, by week', $$
  SELECT DATE_TRUNC('week', "usage"."completions"."start_time") AS "start_time",
    COUNT(DISTINCT "usage"."completions"."user_id") AS "count"
  FROM "usage"."completions"
  WHERE "usage"."completions"."day" >= date '{-60}'
  GROUP BY DATE_TRUNC('week', "usage"."completions"."start_time")
  ORDER BY DATE_TRUNC('week', "usage"."completions"."start_time") ASC
$$);
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
