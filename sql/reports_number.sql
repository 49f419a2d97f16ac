--
-- What reports say of tables whose numbers can be added up by hand, on days of 2024.
--
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS usage_fdw;
\pset format unaligned
\pset null '(null)'
\pset footer off
SET timezone = 'UTC';
SET datestyle = 'ISO';
BEGIN;
-- Today is what the test says.
CREATE OR REPLACE FUNCTION usage_fdw_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT current_setting('test.today')::date $$;
SET test.today = '2024-05-15';
CREATE SCHEMA made;
SELECT format('CREATE TABLE made.%I (%s)', endpoint,
  string_agg(format('%I %s', column_name, data_type), ', '))
FROM usage_fdw_columns() GROUP BY endpoint \gexec
SELECT usage_fdw_create_reports('report', 'made') \g /dev/null

\echo A day costs 1: periods at the ends of months and years
INSERT INTO made.costs (day, currency, amount)
SELECT d, 'usd', 1 FROM generate_series('2023-10-01', '2024-05-15', interval '1 day') AS d;
CREATE FUNCTION pg_temp.period(today text) RETURNS SETOF report.cost_period LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('test.today', today, true);
  RETURN QUERY SELECT * FROM report.cost_period ORDER BY first_day DESC, period;
END $$;
SELECT today, p.period, p.first_day, p.last_day, p.amount,
  p.first_day_before, p.last_day_before, p.amount_before, p.change, p.change_percent
FROM unnest('{2024-05-15, 2024-03-01, 2024-03-31, 2024-04-01, 2024-01-01, 2024-01-02}'::text[])
  AS d(today), pg_temp.period(today) AS p;

\echo Nothing before, nothing now, two currencies
TRUNCATE made.costs;
INSERT INTO made.costs (day, currency, amount) VALUES
  ('2024-05-14', 'usd', 5), ('2024-05-15', 'usd', 100), ('2024-05-13', 'eur', 4),
  ('2024-04-30', 'eur', 7), ('2024-04-14', 'usd', 4);
SET test.today = '2024-05-15';
SELECT period, currency, amount, amount_before, change, change_percent
FROM report.cost_period ORDER BY period, currency;

\echo The month: weekdays cost 10, days of the weekend 2; May has 23 and 8 of them
TRUNCATE made.costs;
INSERT INTO made.costs (day, currency, project_id, amount)
SELECT d, 'usd', 'p', CASE WHEN extract(isodow FROM d) < 6 THEN 10 ELSE 2 END
FROM generate_series('2024-01-01', '2024-05-14', interval '1 day') AS d;
INSERT INTO made.spend_limits (threshold_cents, currency, period) VALUES
  (20000, 'USD', 'month'), (100, 'usd', 'day');
INSERT INTO made.project_spend_limits (project_id, threshold_cents, currency, period) VALUES
  ('p', 10050, 'usd', 'month'), ('q', 1, 'usd', 'month'), ('p', 9, 'eur', 'month');
SELECT * FROM report.cost_month_to_date;
\echo Today so far, and more than usual
INSERT INTO made.costs (day, currency, project_id, amount) VALUES ('2024-05-15', 'usd', 'p', 3);
SELECT amount, closed_amount, forecast FROM report.cost_month_to_date;
INSERT INTO made.costs (day, currency, project_id, amount) VALUES ('2024-05-15', 'usd', 'p', 30);
SELECT amount, closed_amount, forecast FROM report.cost_month_to_date;
\echo By project: one that began on Friday; one that spends on Mondays; one in April only
INSERT INTO made.costs (day, currency, project_id, amount) VALUES
  ('2024-05-10', 'usd', 'new', 1), ('2024-05-13', 'usd', 'new', 7),
  ('2024-04-22', 'usd', 'mondays', 8), ('2024-04-29', 'usd', 'mondays', 8),
  ('2024-05-06', 'usd', 'mondays', 8), ('2024-04-17', 'eur', NULL, 28);
SELECT * FROM report.cost_month_to_date_by_project ORDER BY project_id, currency;
SELECT * FROM report.cost_month_to_date ORDER BY currency;
\echo The first of a month, the last of a year
SET test.today = '2024-05-01';
DELETE FROM made.costs WHERE day >= '2024-05-01' OR project_id <> 'p' OR project_id IS NULL;
SELECT * FROM report.cost_month_to_date;
SET test.today = '2023-12-31';
INSERT INTO made.costs (day, currency, amount) VALUES ('2023-12-30', 'usd', 1);
DELETE FROM made.costs WHERE day > '2023-12-31';
SELECT month, amount, closed_amount, forecast FROM report.cost_month_to_date;
\echo A table of budgets
CREATE TABLE made.budgets (project_id text, currency text, amount numeric);
INSERT INTO made.budgets VALUES (NULL, 'usd', 5), (NULL, 'usd', 3), ('p', 'usd', 7);
SELECT usage_fdw_create_reports('report', 'made') \g /dev/null
SELECT amount, budget, percent, forecast_percent FROM report.cost_month_to_date;

\echo Anomalies: of eight Tuesdays 8 and 12 in turn; always the same; never before
SET test.today = '2024-05-15';
TRUNCATE made.costs;
INSERT INTO made.costs (day, currency, project_id, amount)
SELECT '2024-05-14'::date - 7 * n, 'usd', 'waves', CASE WHEN n % 2 = 0 THEN 8 ELSE 12 END
FROM generate_series(1, 8) AS n;
INSERT INTO made.costs (day, currency, project_id, amount)
SELECT '2024-05-14'::date - 7 * n, 'usd', 'steady', 10 FROM generate_series(0, 8) AS n;
INSERT INTO made.costs (day, currency, project_id, amount) VALUES
  ('2024-05-14', 'usd', 'waves', 20), ('2024-05-14', 'usd', 'first', 5),
  ('2024-05-14', 'eur', 'steady', -1), ('2024-03-12', 'usd', 'waves', 1000),
  ('2024-05-15', 'usd', 'waves', 1000);
SELECT * FROM report.cost_anomaly
WHERE day IN ('2024-05-14', '2024-05-07') ORDER BY day, project_id, currency;
SELECT count(*), min(day), max(day), count(DISTINCT day) FROM report.cost_anomaly;

\echo Allocation
TRUNCATE made.costs;
INSERT INTO made.costs (day, project_id, user_id, api_key_id, currency, amount) VALUES
  ('2024-05-01', 'p', NULL, NULL, 'usd', 10),
  ('2024-05-01', 'p', NULL, NULL, 'eur', 0.000000000002),
  ('2024-05-01', 'p', 'u1', NULL, 'usd', 5), ('2024-05-01', 'p', NULL, 'k1', 'usd', 6),
  ('2024-05-01', 'p', 'u1', NULL, NULL, 7), ('2024-05-01', 'p', NULL, NULL, NULL, -2),
  -- no tokens of that day, of that project, none at all, none but of nobody
  ('2024-05-02', 'p', NULL, NULL, 'usd', 11), ('2024-05-01', 'q', NULL, NULL, 'usd', 12),
  ('2024-05-01', NULL, NULL, NULL, 'usd', 13), ('2024-05-03', 'p', NULL, NULL, 'usd', 14),
  ('2024-05-04', 'p', NULL, NULL, 'usd', 15);
INSERT INTO made.completions (day, project_id, user_id, api_key_id, model, input_tokens,
  output_tokens) VALUES ('2024-05-01', 'p', 'u1', 'k1', 'a', 50, 40),
  ('2024-05-01', 'p', 'u1', 'k1', 'b', 5, 5),
  ('2024-05-01', 'p', 'u2', NULL, 'a', 50, 0), ('2024-05-03', 'p', NULL, NULL, 'a', 1, 1),
  ('2024-05-01', 'q', 'u1', 'k1', 'a', 0, 0), ('2024-05-04', 'p', NULL, NULL, 'a', 1, 0),
  ('2024-05-04', 'p', 'u3', NULL, 'a', 2, 0);
INSERT INTO made.embeddings (day, project_id, user_id, api_key_id, model, input_tokens)
VALUES ('2024-05-01', 'p', 'u2', 'k2', 'e', 150);
SELECT * FROM report.cost_allocation
ORDER BY day, project_id, currency, allocation, user_id, api_key_id;
SELECT a.currency, sum(a.amount), (SELECT sum(amount) FROM made.costs AS c
  WHERE c.currency IS NOT DISTINCT FROM a.currency)
FROM report.cost_allocation AS a GROUP BY a.currency ORDER BY 1;

\echo Models and their kinds; owners; names
TRUNCATE made.costs;
INSERT INTO made.costs (day, start_time, end_time, project_id, line_item, api_key_id, user_id,
  currency, amount, quantity, quantity_unit)
SELECT day, day, day + 1, v.* FROM (VALUES
  ('p', 'm, v2, input', 'k1', NULL, 'usd', 2, 1000, 'tokens'),
  ('p', 'm, v2, input_tokens', 'k1', NULL, 'usd', 1, 2, '1000_tokens'),
  ('q', 'm, v2, output', 'k2', 'u1', 'usd', 4, 0, 'tokens'),
  (NULL, 'x, calls', 'k3', 'u2', 'usd', 8, 5, 'calls'),
  (NULL, 'x, calls', NULL, 'u2', 'usd', -16, 7, 'sessions'),
  ('gone', NULL, NULL, NULL, 'eur', 32, NULL, NULL)) AS v, (VALUES ('2024-05-01'::date)) AS d(day);
INSERT INTO made.projects (id, name) VALUES ('p', 'Project'), ('q', NULL);
INSERT INTO made.users (id, name, email) VALUES
  ('u1', 'One', '1@example.com'), ('u2', 'Two', NULL);
INSERT INTO made.project_api_keys (project_id, id, name, owner_type, owner_id, owner_name,
  owner_email, created_at, last_used_at) VALUES
  ('p', 'k1', 'Key', 'user', 'u1', 'One', '1@example.com', '2024-01-01',
    now() - interval '29 days'),
  ('q', 'k2', 'Robot', 'service_account', 's1', 'Robot', NULL, now() - interval '40 days', NULL),
  ('p', 'k4', 'Fresh', 'user', 'u1', 'One', NULL, now() - interval '29 days', NULL),
  ('gone', 'k5', 'Old', NULL, NULL, NULL, NULL, '2024-01-01',
    now() - interval '30 days 1 hour');
SELECT * FROM report.cost_by_model ORDER BY model, kind, currency;
SELECT * FROM report.cost_by_project ORDER BY project_id, currency;
SELECT * FROM report.cost_by_owner ORDER BY owner_id, currency;
SELECT project_id, project_name, api_key_id, owner_name, days_unused FROM report.keys_unused
ORDER BY api_key_id;
\echo A quantity whose unit is not known, and none
INSERT INTO made.costs (day, line_item, currency, amount, quantity, quantity_unit) VALUES
  ('2024-05-02', 'y, calls', 'usd', 1, 5, 'calls'), ('2024-05-02', 'y, calls', 'usd', 5, 60, NULL),
  ('2024-05-02', 'z, calls', 'usd', 1, 5, 'calls'), ('2024-05-02', 'z, calls', 'usd', 5, NULL, NULL);
SELECT model, kind, amount, quantity, unit, amount_per_million FROM report.cost_by_model
WHERE day = '2024-05-02' ORDER BY model;

\echo Shares, and the top
TRUNCATE made.completions, made.embeddings;
INSERT INTO made.completions (day, project_id, user_id, api_key_id, model, batch,
  num_model_requests, input_tokens, output_tokens, input_cached_tokens) VALUES
  ('2024-05-01', 'p', 'u1', 'k1', 'm', true, 1, 300, 100, 30),
  ('2024-05-01', 'p', 'u2', 'k2', 'm', false, 2, 700, 0, NULL),
  ('2024-05-02', 'p', 'u1', 'k1', 'm', NULL, 3, 0, 0, NULL),
  ('2024-04-15', 'p', 'u1', 'k9', 'm', false, 9, 9000, 0, 0);
INSERT INTO made.decisions (day, project_id, model, batch, num_model_requests, input_tokens,
  output_tokens) VALUES ('2024-05-01', 'p', 'm', false, 4, 100, 0);
INSERT INTO made.embeddings (day, project_id, user_id, api_key_id, model, num_model_requests,
  input_tokens) VALUES ('2024-05-01', 'q', 'u2', 'k3', 'e', 5, 400),
  ('2024-04-16', 'q', NULL, 'k3', 'e', 6, 1);
SELECT * FROM report.cache_share ORDER BY day;
SELECT * FROM report.batch_share ORDER BY day;
SELECT * FROM report.usage_top ORDER BY dimension, rank, id;

\echo One long table, FOCUS
SELECT * FROM report.usage_long WHERE metric IN ('input_tokens', 'amount', 'num_model_requests')
  AND value > 0 AND project_id IS NOT NULL ORDER BY endpoint, metric, day, value;
SET timezone = 'Asia/Kolkata';
\x
SELECT * FROM report.focus_cost_and_usage ORDER BY "BilledCost" LIMIT 2;
ROLLBACK;
