-- test/demo/page.sql
--	  What the page of charts shows, as one JSON object, from the views that
--	  usage_fdw_create_reports('reports', 'usage') made and usage_hourly.completions.
--
-- Amounts of several currencies do not add up: the charts are in the one with the
-- most, and the others are named with their totals.
SET timezone = 'UTC';

WITH edge AS (
	SELECT t AS today, t - 29 AS first_day, date_trunc('month', t)::date AS month_day
	FROM usage_fdw_today() AS t
), cost AS (
	SELECT day, project_id, project_name, currency, amount
	FROM reports.cost_by_project
	WHERE day >= least(usage_fdw_today() - 29, date_trunc('month', usage_fdw_today())::date)
), total AS (
	SELECT currency, coalesce(sum(amount) FILTER (WHERE day >= first_day), 0) AS amount
	FROM cost, edge GROUP BY currency
), chart AS (
	SELECT (SELECT currency FROM total ORDER BY amount DESC, currency LIMIT 1) AS currency
), bar AS (
	SELECT day, project_id, max(project_name) AS name, sum(amount) AS amount
	FROM cost, edge, chart
	WHERE cost.currency = chart.currency AND day >= first_day AND amount <> 0
	GROUP BY day, project_id
), month_to_date AS (
	SELECT d::date AS day, (SELECT coalesce(sum(c.amount), 0) FROM cost AS c, chart
		WHERE c.currency = chart.currency AND c.day BETWEEN edge.month_day AND d) AS amount
	FROM edge, generate_series(month_day, today, interval '1 day') AS d
), token AS (
	SELECT model, sum(value) FILTER (WHERE metric = 'input_tokens') AS input,
		sum(value) FILTER (WHERE metric = 'input_cached_tokens') AS cached,
		sum(value) FILTER (WHERE metric = 'output_tokens') AS output
	FROM reports.usage_long
	WHERE metric IN ('input_tokens', 'input_cached_tokens', 'output_tokens')
		AND day >= usage_fdw_today() - 29
	GROUP BY model
), busy AS (
	SELECT extract(isodow FROM start_time)::int AS weekday,
		extract(hour FROM start_time)::int AS hour, sum(num_model_requests) AS requests
	FROM usage_hourly.completions
	WHERE day >= usage_fdw_today() - 28 AND day < usage_fdw_today()
	GROUP BY 1, 2
)
SELECT json_build_object(
	'made_at', to_char(now(), 'YYYY-MM-DD HH24:MI'),
	'first_day', first_day,
	'last_day', today,
	'currency', chart.currency,
	'totals', (SELECT json_agg(total ORDER BY amount DESC, currency) FROM total),
	'costs', (SELECT coalesce(json_agg(bar ORDER BY day, project_id), '[]') FROM bar),
	'month', json_build_object(
		'first_day', month_day,
		'last_day', (month_day + interval '1 month')::date - 1,
		'days', (SELECT json_agg(m ORDER BY day) FROM month_to_date AS m),
		'amount', m.amount, 'forecast', m.forecast, 'budget', m.budget),
	'tokens', (SELECT coalesce(json_agg(t ORDER BY t.total DESC, t.model), '[]')
		FROM (SELECT model, coalesce(input, 0) - coalesce(cached, 0) AS input,
				coalesce(cached, 0) AS cached, coalesce(output, 0) AS output,
				coalesce(input, 0) + coalesce(output, 0) AS total FROM token) AS t
		WHERE total > 0),
	'hours', (SELECT coalesce(json_agg(busy ORDER BY weekday, hour), '[]') FROM busy))
FROM edge, chart
LEFT JOIN reports.cost_month_to_date AS m ON m.currency = chart.currency;
