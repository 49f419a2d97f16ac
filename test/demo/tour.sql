\set base_url `echo "$USAGE_DEMO_URL"`
\set key `echo "$USAGE_DEMO_KEY"`
SET timezone = 'UTC';
\pset null '(none)'
\set ECHO all

-- 1. The organization's usage and costs, as tables.
CREATE EXTENSION usage_fdw;
CREATE SERVER openai FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url :'base_url');
CREATE USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (api_key :'key');
CREATE SCHEMA usage;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage;

-- 2. Live: the models of the last seven days, with today.
SELECT model, sum(num_model_requests) AS requests,
	sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
FROM usage.completions
WHERE day > (now() AT TIME ZONE 'UTC')::date - 7
GROUP BY model
ORDER BY requests DESC
LIMIT 10;

-- 3. Costs of two weeks as a chart.
SELECT day, currency, round(sum(amount), 2) AS amount,
	repeat('█', (sum(amount) / nullif(max(sum(amount)) OVER (), 0) * 40)::int) AS chart
FROM usage.costs
WHERE day > (now() AT TIME ZONE 'UTC')::date - 14
GROUP BY day, currency
ORDER BY day;

-- 4. Joined with a table of your own.  You know your teams; here each project
-- that had costs is given to one of three.
CREATE SCHEMA internal;
CREATE TABLE internal.projects AS
SELECT project_id AS openai_id,
	(ARRAY['Web', 'Data', 'Research'])[row_number() OVER (ORDER BY project_id) % 3 + 1] AS team
FROM (SELECT DISTINCT project_id FROM usage.costs WHERE day >= now() - interval '30 days') AS p
WHERE project_id IS NOT NULL;

SELECT p.team, count(DISTINCT c.project_id) AS projects, c.currency,
	round(sum(c.amount), 2) AS amount
FROM usage.costs AS c
LEFT JOIN internal.projects AS p ON p.openai_id = c.project_id
WHERE c.day >= now() - interval '30 days'
GROUP BY p.team, c.currency
ORDER BY amount DESC;

-- and with the names that the organization itself has: costs by project, and
-- tokens by person.
SELECT coalesce(p.name, c.project_id) AS project, p.status, round(sum(c.amount), 2) AS amount
FROM usage.costs AS c
LEFT JOIN usage.projects AS p ON p.id = c.project_id
WHERE c.day >= now() - interval '30 days'
GROUP BY 1, 2
ORDER BY amount DESC
LIMIT 10;

SELECT coalesce(u.name, u.email, c.user_id) AS person, sum(c.output_tokens) AS output_tokens
FROM usage.completions AS c
LEFT JOIN usage.users AS u ON u.id = c.user_id
WHERE c.day > (now() AT TIME ZONE 'UTC')::date - 7
GROUP BY 1
ORDER BY output_tokens DESC
LIMIT 10;

-- 5. A report that many may read, and that is filled again while they do.
CREATE SCHEMA report;
CREATE MATERIALIZED VIEW report.costs_by_project AS
SELECT day, coalesce(project_id, '') AS project_id, currency, sum(amount) AS amount
FROM usage.costs
WHERE day >= now() - interval '90 days'
GROUP BY 1, 2, 3;
CREATE UNIQUE INDEX ON report.costs_by_project (day, project_id, currency);
REFRESH MATERIALIZED VIEW CONCURRENTLY report.costs_by_project;

SELECT date_trunc('month', day)::date AS month, count(DISTINCT project_id) AS projects,
	currency, round(sum(amount), 2) AS amount
FROM report.costs_by_project
GROUP BY 1, currency
ORDER BY 1;

-- 6. Reports that are there already, made in one call: costs against the budget, by
-- project, model and owner, what is unusual, who uses most.
SELECT report FROM usage_fdw_create_reports('reports', 'usage') WHERE view IS NOT NULL;

SELECT month, currency, round(amount, 2) AS amount, forecast,
	round(budget, 2) AS budget, forecast_percent
FROM reports.cost_month_to_date;

SELECT day, project_id, currency, round(amount, 2) AS amount, round(expected, 2) AS expected, z
FROM reports.cost_anomaly
WHERE z > 4 AND amount - expected > 10
ORDER BY amount - expected DESC
LIMIT 5;

-- And by the hour, where days are too coarse; the page of charts shows which are busy.
CREATE SCHEMA usage_hourly;
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER openai INTO usage_hourly
OPTIONS (bucket_width '1h');

-- 7. What was asked of the API: the time, the project and "batch" go there.
EXPLAIN (ANALYZE, COSTS OFF)
SELECT sum(num_model_requests)
FROM usage.completions
WHERE start_time >= date_trunc('day', now()) - interval '2 days'
	AND project_id = (SELECT min(openai_id) FROM internal.projects)
	AND NOT batch;
