--
-- What dbt, Airbyte, dlt and Cube send: what is newer than the last run, pages by
-- a cursor, partitions of pre-aggregations.  report.daily_usage is what earlier
-- runs have loaded.  See test/lib/tools.sql for what each line says.
--
\set tool dbt
\set endpoints 'completions costs'
\i test/lib/opening.sql
\i test/lib/tools.sql

\echo dbt: incremental models.
INSERT INTO tool_query (name, query) VALUES
('newer than the target', $$
  select day, start_time, model, sum(input_tokens) as input_tokens
  from "usage"."completions"
  where day > (select max(day) from "report"."daily_usage")
  group by 1, 2, 3
$$),
('newer than the target, which may be empty', $$
  with source as (
    select * from "usage"."completions"
  ), renamed as (
    select start_time as used_at, project_id, model, input_tokens, output_tokens from source
  ), final as (
    select date_trunc('day', used_at) as used_on, project_id, sum(input_tokens) as input_tokens
    from renamed
    where used_at > (
      select coalesce(max(start_time), '1900-01-01'::timestamptz) from "report"."daily_usage"
    )
    group by 1, 2
  )
  select * from final
$$),
('with three days again', $$
  select day, model, sum(output_tokens) as output_tokens
  from "usage"."completions"
  where start_time >= (select max(start_time) - interval '3 days' from "report"."daily_usage")
  group by 1, 2
$$),
('with three days again, of hours', $$
  select start_time, sum(num_model_requests) as requests
  from "usage_hourly"."completions"
  where start_time::date >= (select max(day) - 3 from "report"."daily_usage")
    and start_time < '{0}'
  group by 1
$$),
('newer than the target, by a join', $$
  select u.day, u.model, sum(u.input_tokens) as input_tokens
  from "usage"."completions" as u
  cross join (select max(start_time) as mx from "report"."daily_usage") as m
  where u.start_time > m.mx
  group by 1, 2
$$),
('what the target lacks', $$
  select u.day, u.model, sum(u.input_tokens) as input_tokens
  from "usage"."completions" as u
  left join (select distinct day from "report"."daily_usage") as t on t.day = u.day
  where t.day is null and u.day >= date '{-10}'
  group by 1, 2
$$),
('a batch of an event time', $$
  select date_trunc('day', start_time) as used_on, model, sum(input_tokens) as input_tokens
  from (
    select * from "usage_hourly"."completions"
    where start_time >= '{-2} 00:00:00+00:00' and start_time < '{-1} 00:00:00+00:00'
  ) as _dbt_et_filter_subq_completions
  group by 1, 2
$$),
('a limit while developing', $$
  select project_id, sum(amount) as amount
  from "usage"."costs"
  where start_time >= current_date + ((interval '1 day') * (-3))
  group by 1
$$),
('dbt.datediff', $$
  select ((current_date)::date - (day)::date) as age_days, sum(amount) as amount
  from "usage"."costs"
  where ((current_date)::date - (day)::date) < 30
  group by 1
$$),
('dbt_utils.pivot', $$
  select day,
    sum(case when model = 'gpt-6-luna' then input_tokens else 0 end) as "gpt-6-luna",
    sum(case when model = 'gpt-6-astra' then input_tokens else 0 end) as "gpt-6-astra"
  from "usage"."completions"
  where day >= current_date - 30 and day < current_date
  group by 1
$$),
('dbt_utils.date_spine', $$
  with spine as (
    select day from report.calendar where day >= '{-30}' and day < '{0}'
  ), used as (
    select day, sum(amount) as amount from "usage"."costs" group by 1
  )
  select spine.day, coalesce(used.amount, 0) as amount
  from spine left join used on used.day = spine.day
$$),
('a table with keys', $$
  select md5(cast(coalesce(cast(day as text), '') || '-' || coalesce(cast(project_id as text), '')
      || '-' || coalesce(cast(line_item as text), '') as text)) as id,
    day, project_id, line_item, amount
  from "usage"."costs"
  where day >= '{-5}' and day < '{0}'
$$);
\i test/lib/ask_tools.sql

\echo dbt: tests and freshness.
INSERT INTO tool_query (name, query) VALUES
('not_null of a time', $$
  select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error
  from (
    select start_time from "usage"."completions" where start_time is null
  ) dbt_internal_test
$$),
('accepted_values', $$
  select count(*) as failures
  from (
    with all_values as (
      select currency as value_field, count(*) as n_records from "usage"."costs"
      where day >= '{-10}' group by currency
    )
    select * from all_values where value_field not in ('usd')
  ) dbt_internal_test
$$),
('relationships', $$
  select count(*) as failures
  from (
    with child as (
      select project_id as from_field from "usage"."costs"
      where project_id is not null and day >= '{-10}'
    ), parent as (
      select openai_id as to_field from "report"."projects"
    )
    select from_field from child left join parent on child.from_field = parent.to_field
    where parent.to_field is null
  ) dbt_internal_test
$$);
INSERT INTO tool_query (name, query, meant) VALUES
('freshness', $$
  select max(start_time) as max_loaded_at, now() as snapshotted_at from "usage"."completions"
$$, 'tstzrange(''{-5}'', now())'),
('dbt_utils.recency', $$
  with recency as (select max(day) as most_recent from "usage"."costs")
  select most_recent, cast(now() - interval '1 day' as date) as threshold
  from recency where most_recent < cast(now() as date) + 1
$$, 'tstzrange(''{-5}'', now())');
\i test/lib/ask_tools.sql

\echo Airbyte, Singer and dlt: pages by a cursor.
\set tool ''
INSERT INTO tool_query (name, query, types, args) VALUES
('Airbyte: newer than the cursor', $$
  SELECT "day", "start_time", "project_id", "line_item", "amount"
  FROM "usage"."costs"
  WHERE "start_time" > $1 ORDER BY "start_time" ASC
$$, 'timestamptz', '''{-4}'''),
('Airbyte: between two cursors', $$
  SELECT "day", "start_time", "project_id", "line_item", "amount"
  FROM "usage"."costs"
  WHERE "start_time" > $1 AND "start_time" <= $2 ORDER BY "start_time" ASC
$$, 'timestamptz, timestamptz', '''{-9}'', ''{-4}'''),
('Airbyte: rows at the cursor', $$
  SELECT "day", COUNT(*) AS "count" FROM "usage"."costs"
  WHERE "day" = CAST($1 AS date) GROUP BY "day"
$$, 'text', '''{-3}'''),
('Singer: from a bookmark', $$
  SELECT "day", "model", "input_tokens" FROM "usage"."completions"
  WHERE "start_time" >= $1::timestamp with time zone ORDER BY "start_time" ASC
$$, 'text', '''{-3}T00:00:00+00:00'''),
('dlt: between two ends', $$
  SELECT usage_.day, usage_.model, usage_.input_tokens
  FROM usage_hourly.completions AS usage_
  WHERE usage_.start_time >= $1 AND usage_.start_time < $2 ORDER BY usage_.start_time ASC
$$, 'timestamptz, timestamptz', '''{-2} 06:00'', ''{-1} 18:00''');
INSERT INTO tool_query (name, query, meant) VALUES
('Airbyte: the last cursor', $$
  SELECT MAX("start_time") FROM "usage"."costs"
$$, 'tstzrange(''{-5}'', now())'),
('Airbyte: the first cursor', $$
  SELECT MIN("start_time") FROM "usage"."costs"
$$, 'tstzrange(now() - interval ''366 days'', now())');
\i test/lib/ask_tools.sql

\echo Cube: queries and partitions of pre-aggregations.
\set tool Cube
INSERT INTO tool_query (name, query, types, args) VALUES
('by day', $$
  SELECT date_trunc('day', ("completions".start_time::timestamptz AT TIME ZONE 'UTC'))
      "completions__start_time_day",
    sum("completions".input_tokens) "completions__input_tokens"
  FROM usage_hourly.completions AS "completions"
  WHERE ("completions".start_time >= $1::timestamptz
    AND "completions".start_time <= $2::timestamptz)
  GROUP BY 1 ORDER BY 1 ASC LIMIT 10000
$$, 'text, text', '''{-14}T00:00:00.000Z'', ''{-1}T23:59:59.999Z'''),
('by month and model, without ends', $$
  SELECT "completions".model "completions__model",
    date_trunc('month', ("completions".start_time::timestamptz AT TIME ZONE 'UTC'))
      "completions__start_time_month",
    sum("completions".output_tokens) "completions__output_tokens"
  FROM usage.completions AS "completions"
  WHERE 1 = 1 AND ("completions".model = $1) GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10000
$$, 'text', '''gpt-6-luna'''),
('a partition of a day, of a city', $$
  SELECT "completions".project_id "completions__project_id",
    date_trunc('hour', ("completions".start_time::timestamptz AT TIME ZONE 'America/Phoenix'))
      "completions__start_time_hour",
    sum("completions".input_tokens) "completions__input_tokens"
  FROM usage_hourly.completions AS "completions"
  WHERE ("completions".start_time >= $1::timestamptz
    AND "completions".start_time <= $2::timestamptz)
  GROUP BY 1, 2
$$, 'text, text', '''{-4}T07:00:00.000Z'', ''{-3}T06:59:59.999Z'''),
('bins of ten days', $$
  SELECT ('2024-01-01T00:00:00.000'::timestamp + INTERVAL '10 day' * FLOOR(EXTRACT(EPOCH FROM
      (("completions".start_time::timestamptz AT TIME ZONE 'UTC')
        - '2024-01-01T00:00:00.000'::timestamp)) / EXTRACT(EPOCH FROM INTERVAL '10 day')))
      "completions__start_time_ten_days",
    count(distinct "completions".model) "completions__models"
  FROM usage_hourly.completions AS "completions"
  WHERE ("completions".start_time >= $1::timestamptz
    AND "completions".start_time <= $2::timestamptz)
  GROUP BY 1
$$, 'text, text', '''{-30}T00:00:00.000Z'', ''{-1}T23:59:59.999Z'''),
('a rolling window', $$
  SELECT q_0.date_from, sum(q_1.amount) "costs__rolling_amount"
  FROM (
    SELECT d AS date_from, d + interval '1 day' - interval '1 millisecond' AS date_to
    FROM generate_series($1::timestamp, $2::timestamp, '1 day'::interval) d
  ) AS q_0
  LEFT JOIN (
    SELECT date_trunc('day', (costs.start_time::timestamptz AT TIME ZONE 'UTC')) AS day,
      sum(costs.amount) AS amount
    FROM usage.costs AS costs
    WHERE costs.start_time >= $1::timestamptz - interval '7 day'
      AND costs.start_time <= $2::timestamptz
    GROUP BY 1
  ) AS q_1 ON q_1.day > q_0.date_to - interval '7 day' AND q_1.day <= q_0.date_to
  GROUP BY 1
$$, 'text, text', '''{-10}T00:00:00.000'', ''{-1}T00:00:00.000''');
INSERT INTO tool_query (name, query, meant) VALUES
('a refresh key', $$
  SELECT max("completions".start_time) FROM usage.completions AS "completions"
  WHERE "completions".start_time >= date_trunc('day', now()) - interval '7 day'
$$, 'tstzrange(''{-5}'', now())');
\i test/lib/ask_tools.sql
DROP SCHEMA report CASCADE;
