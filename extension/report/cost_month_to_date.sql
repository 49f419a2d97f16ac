
-- Days that come are taken to be as the same weekday was in the last four weeks, days
-- without costs included; of a history that is shorter, as in what there is.
INSERT INTO usage_fdw_report
SELECT name, description, columns::json, format(query, by_project, project_join)
FROM (VALUES ('cost_month_to_date',
'costs of this month (of UTC) so far, what they will come to, and the budget', '{
	"month": "first day of the month",
	"currency": "currency of the amounts",
	"amount": "cost so far, with today",
	"closed_amount": "cost of the days that are over",
	"forecast": "what the month will have cost, if the days to come are like the last four weeks",
	"budget": "what may be spent in the month; NULL where nothing says so",
	"percent": "amount in percent of the budget",
	"forecast_percent": "forecast in percent of the budget"
}', '', 'b.is_total'), ('cost_month_to_date_by_project',
'costs of this month (of UTC) so far by project, what they will come to, and the budget', '{
	"project_id": "project; NULL where the cost names none",
	"month": "first day of the month",
	"currency": "currency of the amounts",
	"amount": "cost so far, with today",
	"closed_amount": "cost of the days that are over",
	"forecast": "what the month will have cost, if the days to come are like the last four weeks",
	"budget": "what the project may spend in the month; NULL where nothing says so",
	"percent": "amount in percent of the budget",
	"forecast_percent": "forecast in percent of the budget"
}', 'project_id, ', 'NOT b.is_total AND b.project_id = s.project_id'))
	AS v(name, description, columns, by_project, project_join),
(VALUES ($report$
	WITH edges AS (
		SELECT t AS today, t - 28 AS first_seen, date_trunc('month', t)::date AS first_day,
			(date_trunc('month', t) + interval '1 month')::date - 1 AS last_day
		FROM @extschema@.usage_fdw_today() AS t
	), daily AS (
		SELECT %1$sday, currency, sum(amount) AS amount FROM {costs(%1$sday, currency, amount)}
		WHERE day >= least(date_trunc('month', @extschema@.usage_fdw_today())::date,
			@extschema@.usage_fdw_today() - 28)
		GROUP BY %1$sday, currency
	), filled AS (
		SELECT %1$sday, currency, sum(amount) AS amount
		FROM (SELECT %1$sday, currency, amount FROM daily
			UNION ALL
			SELECT %1$sd::date, currency, 0
			FROM (SELECT %1$scurrency, greatest(min(day), min(first_seen)) AS from_day,
					min(last_day) AS last_day
				FROM daily, edges GROUP BY %1$scurrency) AS c,
				generate_series(from_day, last_day, interval '1 day') AS d) AS days
		GROUP BY %1$sday, currency
	), usual AS (
		SELECT %1$sday, currency, amount, today, first_day, coalesce(
			avg(amount) FILTER (WHERE day >= first_seen AND day < today)
				OVER (PARTITION BY %1$scurrency, extract(isodow FROM day)),
			avg(amount) FILTER (WHERE day >= first_seen AND day < today)
				OVER (PARTITION BY %1$scurrency)) AS usual_amount
		FROM filled, edges
	), months AS (
		SELECT %1$sfirst_day AS month, currency,
			coalesce(sum(amount) FILTER (WHERE day >= first_day), 0) AS amount,
			coalesce(sum(amount) FILTER (WHERE day >= first_day AND day < today), 0) AS closed_amount,
			round(sum(CASE WHEN day < today THEN amount ELSE greatest(amount, usual_amount) END)
				FILTER (WHERE day >= first_day), 2) AS forecast
		FROM usual GROUP BY %1$sfirst_day, currency
	)
	SELECT s.*, b.amount AS budget, round(100 * s.amount / nullif(b.amount, 0), 1) AS percent,
		round(100 * s.forecast / nullif(b.amount, 0), 1) AS forecast_percent
	FROM months AS s LEFT JOIN {budget} AS b ON b.currency = lower(s.currency) AND %2$s
$report$)) AS r(query);
