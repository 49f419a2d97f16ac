--
-- What Looker, Power BI and QuickSight send.  Looker computes the ends of relative
-- ranges by sub-selects; Power BI selects all columns and groups outside of that;
-- QuickSight ranks groups.  See test/lib/tools.sql for what each line says.
--
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo Looker.
\set tool Looker
INSERT INTO tool_query (name, query) VALUES
('date in the last seven days', $$
  SELECT (DATE(completions.start_time AT TIME ZONE 'UTC')) AS "completions.start_date",
    COALESCE(SUM(completions.input_tokens), 0) AS "completions.total_input_tokens"
  FROM usage.completions AS completions
  WHERE ((( completions.start_time ) >= ((SELECT ((DATE_TRUNC('day', CURRENT_TIMESTAMP
        AT TIME ZONE 'UTC') + (-6 || ' day')::INTERVAL) AT TIME ZONE 'UTC')))
    AND ( completions.start_time ) < ((SELECT (((DATE_TRUNC('day', CURRENT_TIMESTAMP
        AT TIME ZONE 'UTC') + (-6 || ' day')::INTERVAL) + (7 || ' day')::INTERVAL)
        AT TIME ZONE 'UTC')))))
  GROUP BY 1 ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY
$$),
('month, of hours', $$
  SELECT (TO_CHAR(DATE_TRUNC('month', completions.start_time AT TIME ZONE 'UTC'), 'YYYY-MM'))
      AS "completions.start_month",
    completions.model AS "completions.model",
    COALESCE(SUM(completions.output_tokens), 0) AS "completions.total_output_tokens"
  FROM usage_hourly.completions AS completions
  WHERE (completions.start_time) >= (TIMESTAMP '{-60} 00:00:00')
    AND (completions.start_time) < (TIMESTAMP '{0} 00:00:00')
  GROUP BY 1, 2 ORDER BY 1 DESC, 2 FETCH NEXT 500 ROWS ONLY
$$),
('week of a city', $$
  SELECT (TO_CHAR(DATE_TRUNC('week', (completions.start_time)::timestamptz
      AT TIME ZONE 'America/Phoenix'), 'YYYY-MM-DD')) AS "completions.start_week",
    COUNT(DISTINCT completions.user_id) AS "completions.users"
  FROM usage_hourly.completions AS completions
  WHERE ((completions.start_time) >= (TIMESTAMP '{-35}' AT TIME ZONE 'America/Phoenix')
    AND (completions.start_time) < (TIMESTAMP '{-5}' AT TIME ZONE 'America/Phoenix'))
  GROUP BY 1 ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY
$$),
('day of the week and hour', $$
  SELECT (MOD(EXTRACT(DOW FROM completions.start_time)::integer - 1 + 7, 7))
      AS "completions.start_day_of_week_index",
    (TO_CHAR(completions.start_time, 'Day')) AS "completions.start_day_of_week",
    (CAST(EXTRACT(HOUR FROM completions.start_time AT TIME ZONE 'UTC') AS INT))
      AS "completions.start_hour_of_day",
    COALESCE(SUM(completions.num_model_requests), 0) AS "completions.requests"
  FROM usage_hourly.completions AS completions
  WHERE completions.start_time >= TIMESTAMP '{-21}' AND completions.start_time < TIMESTAMP '{0}'
  GROUP BY 1, 2, 3 ORDER BY 1, 3 FETCH NEXT 500 ROWS ONLY
$$),
('a filtered measure', $$
  SELECT costs.line_item AS "costs.line_item",
    COALESCE(SUM(CASE WHEN (costs.project_id = 'proj_web') THEN costs.amount ELSE NULL END), 0)
      AS "costs.web",
    COALESCE(SUM(costs.amount), 0) AS "costs.total_amount"
  FROM usage.costs AS costs
  WHERE ((costs.day) >= (DATE '{-30}') AND (costs.day) < (DATE '{0}'))
  GROUP BY 1 HAVING NOT (COALESCE(SUM(costs.amount), 0) IS NULL)
  ORDER BY 3 DESC, 1 FETCH NEXT 500 ROWS ONLY
$$),
('a count and an average', $$
  SELECT completions.model AS "completions.model", COUNT(*) AS "completions.count",
    AVG(completions.num_model_requests ) AS "completions.average_requests"
  FROM usage.completions AS completions
  WHERE ((completions.day) >= (DATE '{-7}') AND (completions.day) < (DATE '{0}'))
  GROUP BY 1 ORDER BY 2 DESC, 1 FETCH NEXT 500 ROWS ONLY
$$),
('a yes or no of the time', $$
  SELECT CASE WHEN completions.start_time >= (TIMESTAMP '{-7}') THEN 'Yes' ELSE 'No' END
      AS "completions.is_last_week",
    COALESCE(SUM(completions.input_tokens), 0) AS "completions.total_input_tokens"
  FROM usage_hourly.completions AS completions
  WHERE completions.start_time >= (TIMESTAMP '{-14}')
    AND completions.start_time < (TIMESTAMP '{0}')
  GROUP BY 1 ORDER BY 2 DESC FETCH NEXT 500 ROWS ONLY
$$),
('days between', $$
  SELECT (DATE '{0}' - costs.day) / 7 AS "costs.weeks_ago",
    COALESCE(SUM(costs.amount), 0) AS "costs.total_amount"
  FROM usage.costs AS costs
  WHERE (DATE '{0}' - costs.day) BETWEEN 1 AND 28
  GROUP BY 1 ORDER BY 1 FETCH NEXT 500 ROWS ONLY
$$),
('a pivot', $$
  SELECT * FROM (
    SELECT *, DENSE_RANK() OVER (ORDER BY z___min_rank) AS z___pivot_row_rank,
      RANK() OVER (PARTITION BY z__pivot_col_rank ORDER BY z___min_rank) AS z__pivot_col_ordering
    FROM (
      SELECT *, MIN(z___rank) OVER (PARTITION BY "costs.day") AS z___min_rank
      FROM (
        SELECT *, RANK() OVER (ORDER BY "costs.day" DESC, z__pivot_col_rank) AS z___rank
        FROM (
          SELECT *, DENSE_RANK() OVER (ORDER BY "costs.project_id" NULLS LAST) AS z__pivot_col_rank
          FROM (
            SELECT costs.project_id AS "costs.project_id", costs.day AS "costs.day",
              COALESCE(SUM(costs.amount), 0) AS "costs.total_amount"
            FROM usage.costs AS costs
            WHERE ((costs.day) >= (DATE '{-14}') AND (costs.day) < (DATE '{0}'))
            GROUP BY 1, 2
          ) ww
        ) bb WHERE z__pivot_col_rank <= 16384
      ) aa
    ) xx
  ) zz
  WHERE (z__pivot_col_rank <= 50 OR z__pivot_col_ordering = 1) AND z___pivot_row_rank <= 500
$$),
('a derived table', $$
  WITH model_facts AS (
    SELECT model, MIN(start_time) AS first_use, MAX(start_time) AS last_use,
      SUM(input_tokens) AS tokens
    FROM usage.completions
    WHERE start_time >= TIMESTAMP '{-60}'
    GROUP BY 1
  )
  SELECT (DATE(model_facts.last_use AT TIME ZONE 'UTC')) AS "model_facts.last_use_date",
    COUNT(*) AS "model_facts.count"
  FROM model_facts
  GROUP BY 1 ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY
$$),
('joined by projects', $$
  SELECT projects.team AS "projects.team", COALESCE(SUM(costs.amount), 0) AS "costs.total_amount"
  FROM report.projects AS projects
  LEFT JOIN usage.costs AS costs ON costs.project_id = projects.openai_id
    AND costs.day >= (DATE '{-30}') AND costs.day < (DATE '{0}')
  GROUP BY 1 ORDER BY 2 DESC, 1 FETCH NEXT 500 ROWS ONLY
$$);
\i test/lib/ask_tools.sql

\echo Power BI.
\set tool 'Power BI'
INSERT INTO tool_query (name, query) VALUES
('preview of a table', $$
  select "$Table"."day" as "day", "$Table"."project_id" as "project_id",
    "$Table"."line_item" as "line_item", "$Table"."amount" as "amount"
  from "usage"."costs" "$Table"
  where "$Table"."day" >= date '{-5}' and "$Table"."day" < date '{0}'
  limit 1000
$$),
('a sum by a column', $$
  select "_"."model", "_"."a0"
  from (
    select "rows"."model" as "model", sum(cast("rows"."input_tokens" as decimal)) as "a0"
    from (
      select "_"."start_time", "_"."day", "_"."project_id", "_"."model", "_"."batch",
        "_"."input_tokens", "_"."output_tokens"
      from "usage"."completions" "_"
      where "_"."day" >= date '{-30}' and "_"."day" < date '{0}'
    ) "rows"
    group by "model"
  ) "_"
  where not "_"."a0" is null
  limit 1000001
$$),
('two sums by day, of hours', $$
  select "_"."day", "_"."a0", "_"."a1"
  from (
    select "rows"."day" as "day", sum("rows"."input_tokens") as "a0",
      sum("rows"."output_tokens") as "a1"
    from (
      select "_"."start_time", "_"."day", "_"."model", "_"."input_tokens", "_"."output_tokens"
      from "usage_hourly"."completions" "_"
      where "_"."start_time" >= timestamp '{-14} 00:00:00'
        and "_"."start_time" < timestamp '{0} 00:00:00'
    ) "rows"
    group by "day"
  ) "_"
  where not "_"."a0" is null or not "_"."a1" is null
  limit 1000001
$$),
('values of a slicer', $$
  select "rows"."model" as "model"
  from (
    select "_"."model" from "usage"."completions" "_" where "_"."day" >= date '{-30}'
  ) "rows"
  group by "model" order by "model" limit 101
$$),
('distinct count, with blanks', $$
  select count(distinct("rows"."user_id"))
    + max(case when "rows"."user_id" is null then 1 else 0 end) as "a0"
  from (
    select "_"."user_id" from "usage"."completions" "_"
    where "_"."day" >= date '{-30}' and "_"."day" < date '{0}'
  ) "rows"
$$),
('by the month of a table of dates', $$
  select "_"."month", "_"."a0"
  from (
    select "rows"."month" as "month", sum("rows"."amount") as "a0"
    from (
      select "$Outer"."amount", "$Inner"."month"
      from "usage"."costs" "$Outer"
      left outer join "report"."calendar" "$Inner" on ("$Outer"."day" = "$Inner"."day")
    ) "rows"
    group by "month"
  ) "_"
  where not "_"."a0" is null
  limit 1000001
$$),
('by the month of a table of dates, of a range of these', $$
  select "_"."month", "_"."a0"
  from (
    select "rows"."month" as "month", sum("rows"."input_tokens") as "a0"
    from (
      select "$Outer"."input_tokens", "$Inner"."month"
      from "usage"."completions" "$Outer"
      inner join "report"."calendar" "$Inner" on ("$Outer"."day" = "$Inner"."day")
      where "$Inner"."day" >= date '{-30}' and "$Inner"."day" < date '{0}'
    ) "rows"
    group by "month"
  ) "_"
  where not "_"."a0" is null
  limit 1000001
$$),
('a partition of incremental refresh', $$
  select "_"."start_time", "_"."day", "_"."project_id", "_"."model", "_"."input_tokens"
  from "usage"."completions" "_"
  where "_"."start_time" >= timestamp '{-3} 00:00:00'
    and "_"."start_time" < timestamp '{-2} 00:00:00'
$$);
INSERT INTO tool_query (name, query, meant) VALUES
('the newest row of incremental refresh', $$
  select max("rows"."start_time") as "a0" from (
    select "_"."start_time" from "usage"."completions" "_"
    where "_"."start_time" >= timestamp '{-10} 00:00:00'
      and "_"."start_time" < timestamp '{0} 00:00:00'
  ) "rows"
$$, 'tstzrange(''{-5}'', ''{0}'')');
\i test/lib/ask_tools.sql

\echo QuickSight, and ThoughtSpot.
\set tool ''
INSERT INTO tool_query (name, query) VALUES
('QuickSight: days, the largest models apart', $$
  SELECT "day_tg", "model", "others", SUM("tokens") AS "tokens", COUNT(*) AS "$group_count"
  FROM (
    SELECT "day_tg", CASE WHEN "$RANK_2" > 3 THEN NULL ELSE "model" END AS "model",
      CASE WHEN "$RANK_2" > 3 THEN 1 ELSE 0 END AS "others", "tokens"
    FROM (
      SELECT "model", date_trunc('day', "start_time") AS "day_tg", SUM("input_tokens") AS "tokens",
        DENSE_RANK() OVER (ORDER BY date_trunc('day', "start_time") DESC NULLS LAST) AS "$RANK_1",
        DENSE_RANK() OVER (PARTITION BY date_trunc('day', "start_time")
          ORDER BY "model" NULLS FIRST) AS "$RANK_2"
      FROM "usage_hourly"."completions"
      WHERE ("model" NOT IN ('gpt-image-3') OR "model" IS NULL)
        AND "start_time" >= date_trunc('day',
          TO_TIMESTAMP('{-14} 00:00:00', 'yyyy-MM-dd HH24:mi:ss'))
        AND "start_time" < date_trunc('day',
          TO_TIMESTAMP('{-1} 00:00:00', 'yyyy-MM-dd HH24:mi:ss')) + 1 * interval '1 DAY'
      GROUP BY "model", date_trunc('day', "start_time")
    ) AS "t"
    WHERE "$RANK_1" <= 200
  ) AS "t0"
  GROUP BY 1, 2, 3
$$),
('ThoughtSpot: ends of months', $$
  WITH "qt_0" AS (
    SELECT DATE_TRUNC('month', "ta_1"."day") "ca_1",
      CASE WHEN sum("ta_1"."amount") IS NOT NULL THEN sum("ta_1"."amount") ELSE 0 END "ca_2"
    FROM "usage"."costs" "ta_1"
    WHERE ("ta_1"."day" >= DATE '{-90}' AND "ta_1"."day" < DATE '{0}')
    GROUP BY "ca_1"
  )
  SELECT min("ta_2"."ca_1") "ca_3", max("ta_2"."ca_1") "ca_4", sum("ta_2"."ca_2") "ca_5"
  FROM "qt_0" "ta_2"
$$);
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
