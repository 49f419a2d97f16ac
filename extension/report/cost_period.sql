
-- The last day that is over ends all periods.  The month before has the same days; if the
-- month is full, so is the one before.
INSERT INTO usage_fdw_report VALUES ('cost_period',
'the day, week and month that yesterday is in, up to then, against the same days before', '{
	"period": "day, week (from Monday) or month, of UTC",
	"first_day": "first day of the period",
	"last_day": "last day of it that is over",
	"currency": "currency of the amounts",
	"amount": "cost of these days",
	"first_day_before": "first day of the period before",
	"last_day_before": "last day of it that is compared",
	"amount_before": "cost of those days",
	"change": "amount less the one before",
	"change_percent": "change in percent of the amount before"
}', $report$
	SELECT s.period, s.first_day, s.last_day, s.currency, s.amount,
		s.first_day_before, s.last_day_before, s.amount_before, s.amount - s.amount_before AS change,
		round(100 * (s.amount - s.amount_before) / nullif(s.amount_before, 0), 1) AS change_percent
	FROM (SELECT p.period, p.first_day, p.last_day, c.currency,
			coalesce(sum(c.amount) FILTER (WHERE c.day BETWEEN p.first_day AND p.last_day), 0)
				AS amount, p.first_day_before, p.last_day_before,
			coalesce(sum(c.amount) FILTER
				(WHERE c.day BETWEEN p.first_day_before AND p.last_day_before), 0) AS amount_before
		FROM (SELECT day, currency, sum(amount) AS amount FROM {costs(day, currency, amount)}
			WHERE day >= date_trunc('month', @extschema@.usage_fdw_today() - 1)::date
					- interval '1 month'
				AND day < @extschema@.usage_fdw_today()
			GROUP BY day, currency) AS c
		CROSS JOIN (SELECT t - 1 AS last_day, date_trunc('week', t - 1)::date AS monday,
				date_trunc('month', t - 1)::date AS first_of_month
			FROM @extschema@.usage_fdw_today() AS t) AS y
		CROSS JOIN LATERAL (VALUES
			('day', last_day, last_day, last_day - 1, last_day - 1),
			('week', monday, last_day, monday - 7, last_day - 7),
			('month', first_of_month, last_day, (first_of_month - interval '1 month')::date,
				CASE WHEN date_trunc('month', last_day + 1) > first_of_month THEN first_of_month - 1
					ELSE (last_day - interval '1 month')::date END))
			AS p(period, first_day, last_day, first_day_before, last_day_before)
		GROUP BY 1, 2, 3, 4, 6, 7) AS s
$report$);
