--
-- What programs send: Django's ORM, SQLAlchemy and pandas, dbplyr, services with
-- optional parameters; and what people type.  See test/lib/tools.sql for what each
-- line says.
--
\set tool Django
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Django.
INSERT INTO tool_query (name, query) VALUES
('TruncMonth', $$
  SELECT DATE_TRUNC('month', "usage"."completions"."start_time" AT TIME ZONE 'UTC') AS "month",
    SUM("usage"."completions"."input_tokens") AS "tokens"
  FROM "usage"."completions"
  WHERE "usage"."completions"."start_time" >= '{-90}T00:00:00+00:00'::timestamptz
  GROUP BY 1 ORDER BY 1 ASC
$$),
('TruncDate, of hours', $$
  SELECT ("usage_hourly"."completions"."start_time" AT TIME ZONE 'UTC')::date AS "date",
    COALESCE(SUM("usage_hourly"."completions"."output_tokens"), 0) AS "tokens"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time" AT TIME ZONE 'UTC')::date >= '{-14}'::date
    AND ("usage_hourly"."completions"."start_time" AT TIME ZONE 'UTC')::date < '{0}'::date
  GROUP BY 1 ORDER BY 1 ASC
$$),
('start_time__date', $$
  SELECT SUM("usage_hourly"."completions"."num_model_requests") AS "requests"
  FROM "usage_hourly"."completions"
  WHERE ("usage_hourly"."completions"."start_time" AT TIME ZONE 'UTC')::date = '{-3}'::date
$$),
('day__week_day__in', $$
  SELECT "usage"."costs"."day", SUM("usage"."costs"."amount") AS "amount"
  FROM "usage"."costs"
  WHERE (EXTRACT('dow' FROM "usage"."costs"."day") + 1 IN (2, 3)
    AND "usage"."costs"."day" BETWEEN '{monday-28}'::date AND '{monday-1}'::date)
  GROUP BY 1 ORDER BY 1 ASC
$$),
('datetimes()', $$
  SELECT DISTINCT DATE_TRUNC('month', "usage"."completions"."start_time" AT TIME ZONE 'UTC')
    AS "datetimefield"
  FROM "usage"."completions"
  WHERE "usage"."completions"."start_time" IS NOT NULL ORDER BY 1 ASC
$$),
('Exists of a related table', $$
  SELECT "report"."projects"."name" FROM "report"."projects"
  WHERE EXISTS(SELECT 1 AS "a" FROM "usage"."costs" U0
    WHERE (U0."project_id" = ("report"."projects"."openai_id") AND U0."day" >= '{-10}'::date)
    LIMIT 1)
$$),
('a subquery as an annotation', $$
  SELECT "report"."projects"."name",
    (SELECT SUM(U0."amount") AS "total" FROM "usage"."costs" U0
      WHERE (U0."project_id" = ("report"."projects"."openai_id") AND U0."day" >= '{-30}'::date
        AND U0."day" < '{0}'::date)
      GROUP BY U0."project_id") AS "spend"
  FROM "report"."projects" ORDER BY "report"."projects"."name" ASC
$$),
('a filtered aggregate', $$
  SELECT "usage"."completions"."project_id",
    SUM("usage"."completions"."input_tokens")
      FILTER (WHERE "usage"."completions"."day" >= '{-7}'::date) AS "week",
    SUM("usage"."completions"."input_tokens") AS "month"
  FROM "usage"."completions"
  WHERE "usage"."completions"."day" BETWEEN '{-30}'::date AND '{-1}'::date
  GROUP BY "usage"."completions"."project_id" ORDER BY 3 DESC, 1 ASC
$$),
('count of distinct values', $$
  SELECT COUNT(*) FROM (
    SELECT DISTINCT "usage"."completions"."model" AS "col1" FROM "usage"."completions"
    WHERE "usage"."completions"."day" >= '{-30}'::date
  ) subquery
$$),
('a span added to a column', $$
  SELECT SUM("usage"."costs"."amount") AS "amount" FROM "usage"."costs"
  WHERE ("usage"."costs"."start_time" + '5 days'::interval) > '{0}T00:00:00+00:00'::timestamptz
$$),
('a page of groups', $$
  SELECT "usage"."completions"."day", "usage"."completions"."model",
    SUM("usage"."completions"."output_tokens") AS "tokens"
  FROM "usage"."completions"
  WHERE "usage"."completions"."day" >= '{-30}'::date
  GROUP BY 1, 2 ORDER BY "usage"."completions"."day" DESC, 2 ASC LIMIT 25 OFFSET 25
$$);
\i test/lib/ask_tools.sql

\echo Services, with parameters that may be NULL.
\set tool parameters
INSERT INTO tool_query (name, query, types, args) VALUES
('optional ends, both given', $$
  SELECT day, sum(amount) AS amount FROM usage.costs
  WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day < $2)
  GROUP BY day ORDER BY day
$$, 'date, date', '''{-14}'', ''{0}'''),
('optional ends, one given', $$
  SELECT model, sum(input_tokens) AS tokens FROM usage.completions
  WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day < $2)
    AND ($3::text IS NULL OR model = $3)
  GROUP BY model
$$, 'date, date, text', '''{-14}'', NULL, NULL'),
('optional ends, by coalesce', $$
  SELECT model, sum(input_tokens) AS tokens FROM usage.completions
  WHERE day >= coalesce($1, day) AND day <= coalesce($2, day)
  GROUP BY model
$$, 'date, date', '''{-14}'', NULL'),
('a unit as a parameter', $$
  SELECT date_trunc($1, start_time) AS "time", sum(input_tokens) AS tokens
  FROM usage_hourly.completions
  WHERE start_time >= $2 AND start_time < $3
  GROUP BY 1 ORDER BY 1
$$, 'text, timestamptz, timestamptz', '''day'', ''{-14}'', ''{0}'''),
('a number of days', $$
  SELECT project_id, sum(amount) AS amount FROM usage.costs
  WHERE day > current_date - $1 GROUP BY project_id
$$, 'int', '7'),
('a number of days, as an interval', $$
  SELECT project_id, sum(amount) AS amount FROM usage.costs
  WHERE start_time >= date_trunc('day', now()) - $1 * interval '1 day' GROUP BY project_id
$$, 'int', '7'),
('a number of days, as text', $$
  SELECT project_id, sum(amount) AS amount FROM usage.costs
  WHERE start_time >= date_trunc('day', now()) - ($1 || ' days')::interval GROUP BY project_id
$$, 'text', '7'),
('a list of days and of models', $$
  SELECT day, model, sum(input_tokens) AS tokens FROM usage.completions
  WHERE day = ANY ($1) AND model = ANY ($2) GROUP BY day, model
$$, 'date[], text[]', '''{{-9},{-3},{-2}}'', ''{gpt-6-luna,gpt-6-astra}'''),
('a month as text', $$
  SELECT line_item, sum(amount) AS amount FROM usage.costs
  WHERE to_char(start_time, 'YYYY-MM-DD') BETWEEN $1 AND $2 GROUP BY line_item
$$, 'text, text', '''{-20}'', ''{-1}'''),
('a span as a range', $$
  SELECT sum(input_tokens) AS tokens FROM usage_hourly.completions WHERE $1 @> start_time
$$, 'tstzrange', '''[{-2} 06:00,{-1} 06:00)''');
\i test/lib/ask_tools.sql

\echo pandas, SQLAlchemy, dbplyr.
\set tool analysis
INSERT INTO tool_query (name, query) VALUES
('all columns of a span', $$
  SELECT usage_1.day, usage_1.project_id, usage_1.line_item, usage_1.amount
  FROM usage.costs AS usage_1
  WHERE usage_1.day BETWEEN '{-5}'::DATE AND '{-1}'::DATE
$$),
('a subquery with a label', $$
  SELECT anon_1.week, sum(anon_1.tokens) AS tokens
  FROM (
    SELECT date_trunc('week', usage_1.start_time) AS week,
      usage_1.input_tokens + usage_1.output_tokens AS tokens
    FROM usage.completions AS usage_1
    WHERE usage_1.start_time >= '{-28}T00:00:00+00:00'::TIMESTAMP WITH TIME ZONE
  ) AS anon_1
  GROUP BY anon_1.week ORDER BY anon_1.week
$$),
('mutate, filter, summarise', $$
  SELECT "month", "model", SUM("cost") AS "cost"
  FROM (
    SELECT "q01".*, "input_tokens" * 0.00000125 + "output_tokens" * 0.00001 AS "cost"
    FROM (
      SELECT "completions".*, DATE_TRUNC('month', "day") AS "month"
      FROM "usage"."completions"
    ) "q01"
    WHERE ("day" >= CAST('{-60}' AS DATE))
  ) "q02"
  GROUP BY "month", "model"
$$),
('a cross tab', $$
  SELECT project_id, sum(amount) FILTER (WHERE day = '{-3}') AS "3", sum(amount)
      FILTER (WHERE day = '{-2}') AS "2", sum(amount) FILTER (WHERE day = '{-1}') AS "1"
  FROM usage.costs WHERE day IN ('{-3}', '{-2}', '{-1}') GROUP BY project_id
$$);
\i test/lib/ask_tools.sql

\echo By hand.
\set tool 'by hand'
INSERT INTO tool_query (name, query) VALUES
('the last seven days', $$
  SELECT model, sum(input_tokens) FROM usage.completions WHERE current_date - day < 7 GROUP BY 1
$$),
('numbers of seconds', $$
  SELECT model, sum(input_tokens) FROM usage_hourly.completions
  WHERE extract(epoch FROM start_time) BETWEEN {-3:epoch} AND {-2:epoch} GROUP BY 1
$$),
('either edge', $$
  SELECT model, sum(input_tokens) FROM usage.completions
  WHERE coalesce(start_time, end_time) BETWEEN '{-7}' AND '{-1}' GROUP BY 1
$$),
('hours by their ends', $$
  SELECT extract(hour FROM end_time), date_trunc('day', end_time), sum(input_tokens)
  FROM usage_hourly.completions
  WHERE end_time > '{-3}' AND end_time <= '{-1}' GROUP BY 1, 2
$$),
('days by their ends, of minutes', $$
  SELECT date_trunc('day', end_time), sum(input_tokens) FROM usage_minutely.completions
  WHERE start_time >= '{-3}' AND start_time < '{-1}' GROUP BY 1
$$),
('weekdays', $$
  SELECT model, sum(input_tokens) FROM usage.completions
  WHERE extract(isodow FROM day) < 6 AND day BETWEEN '{monday-14}' AND '{monday-1}' GROUP BY 1
$$),
('bins', $$
  SELECT date_bin('6 hours', start_time, '2026-01-01'), sum(input_tokens)
  FROM usage_hourly.completions
  WHERE date_bin('1 day', start_time, '2026-01-01') = '{-2}' GROUP BY 1
$$),
('overlaps', $$
  SELECT model, sum(input_tokens) FROM usage_hourly.completions
  WHERE (start_time, end_time) OVERLAPS ('{-2} 06:00'::timestamptz, '{-2} 18:00'::timestamptz)
  GROUP BY 1
$$),
('office hours', $$
  SELECT day, sum(num_model_requests) FROM usage_hourly.completions
  WHERE extract(hour FROM start_time) BETWEEN 8 AND 17 AND day BETWEEN '{-7}' AND '{-1}' GROUP BY 1
$$),
('models of either use', $$
  SELECT model FROM usage.completions WHERE day BETWEEN '{-14}' AND '{-8}'
  UNION SELECT model FROM usage.completions WHERE day BETWEEN '{-7}' AND '{-1}'
$$),
('new models', $$
  SELECT model FROM usage.completions WHERE day BETWEEN '{-7}' AND '{-1}'
  EXCEPT SELECT model FROM usage.completions WHERE day BETWEEN '{-14}' AND '{-8}'
$$),
('kept days and live ones', $$
  SELECT day, model, sum(input_tokens) AS tokens
  FROM (
    SELECT day, model, input_tokens FROM report.daily_usage
    UNION ALL
    SELECT day, model, input_tokens FROM usage.completions WHERE day > '{-4}' AND day < '{0}'
  ) AS u
  WHERE day > '{-10}' GROUP BY 1, 2
$$),
('latest day of each project', $$
  SELECT p.name, l.day, l.amount
  FROM report.projects AS p
  CROSS JOIN LATERAL (
    SELECT day, sum(amount) AS amount FROM usage.costs AS c
    WHERE c.project_id = p.openai_id AND day > '{-30}' GROUP BY day ORDER BY day DESC LIMIT 1
  ) AS l
$$);
INSERT INTO tool_query (name, query, meant) VALUES
('this month, as text', $$
  SELECT sum(amount) FROM usage.costs
  WHERE to_char(start_time, 'YYYY-MM') = to_char(now(), 'YYYY-MM')
$$, 'tstzrange(date_trunc(''month'', now()), now())'),
('a month of days as text', $$
  SELECT day::text, sum(amount) FROM usage.costs
  WHERE day::text LIKE left('{-3}', 7) || '-%' GROUP BY 1
$$, 'tstzrange(date_trunc(''month'', date ''{-3}''),
  date_trunc(''month'', date ''{-3}'') + interval ''1 month'')'),
('age()', $$
  SELECT model, sum(input_tokens) FROM usage.completions
  WHERE age(start_time) < interval '7 days' GROUP BY 1
$$, 'tstzrange(''{-8}'', now())');
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
