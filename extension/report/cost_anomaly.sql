
-- A day is compared with the same weekday of eight weeks before it.  Days without costs
-- count, and so do those before a project's first.
INSERT INTO usage_fdw_report VALUES ('cost_anomaly',
'costs of the last 28 UTC days that are over, each against its weekday in eight weeks before', '{
	"day": "UTC day",
	"project_id": "project; NULL where the cost names none",
	"currency": "currency of the amounts",
	"amount": "cost of the day",
	"expected": "mean of the same weekday of the eight weeks before",
	"deviation": "standard deviation of these",
	"z": "how many deviations the amount is above the mean; infinite where all were the same"
}', $report$
	SELECT day, project_id, currency, amount, round(mean, 6) AS expected,
		round(deviation, 6) AS deviation,
		CASE WHEN deviation > 0 THEN round((amount - mean) / deviation, 2)
			WHEN amount = mean THEN 0 ELSE sign(amount - mean) * 'infinity'::numeric END AS z
	FROM (SELECT day, project_id, currency, amount, avg(amount) OVER weeks_before AS mean,
			stddev_samp(amount) OVER weeks_before AS deviation
		FROM (WITH daily AS (
				SELECT day, project_id, currency, sum(amount) AS amount
				FROM {costs(day, project_id, currency, amount)}
				WHERE day >= @extschema@.usage_fdw_today() - 84
					AND day < @extschema@.usage_fdw_today()
				GROUP BY day, project_id, currency)
			SELECT day, project_id, currency, sum(amount) AS amount
			FROM (SELECT day, project_id, currency, amount FROM daily
				UNION ALL
				SELECT t - n, project_id, currency, 0
				FROM (SELECT DISTINCT project_id, currency FROM daily) AS c,
					@extschema@.usage_fdw_today() AS t, generate_series(1, 84) AS n) AS filled
			GROUP BY day, project_id, currency) AS days
		WINDOW weeks_before AS (PARTITION BY project_id, currency, extract(isodow FROM day)
			ORDER BY day ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING)) AS compared
	WHERE day >= @extschema@.usage_fdw_today() - 28
$report$);
