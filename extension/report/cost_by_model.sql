
-- Units differ in what they are multiples of.  Where a model's kind has really two, or
-- one that is not known, there is no quantity, as a sum of both would be none.
INSERT INTO usage_fdw_report VALUES ('cost_by_model', 'costs of each UTC day by model and kind', '{
	"day": "UTC day",
	"model": "model that the line item names; NULL where it names none",
	"kind": "what of it was used, such as input, cached input, output",
	"currency": "currency of the amount",
	"amount": "cost of the day, as the invoice counts",
	"quantity": "how much of it was used, in units",
	"unit": "unit of the quantity, such as tokens",
	"amount_per_million": "amount for a million units"
}', $report$
	SELECT c.day, c.model, c.kind, c.currency, c.amount, c.quantity, c.unit,
		c.amount * 1000000 / nullif(c.quantity, 0) AS amount_per_million
	FROM (SELECT s.day, s.model, s.kind, s.currency, s.amount, s.unit,
			CASE WHEN s.unit IS NOT NULL THEN s.quantity END AS quantity
		FROM (SELECT u.day, l.model, l.kind, u.currency, sum(u.amount) AS amount, sum(u.quantity) AS quantity,
				CASE WHEN count(DISTINCT u.unit) = 1 AND bool_and(u.unit IS NOT NULL)
					THEN min(u.unit) END AS unit
			FROM (SELECT day, line_item, currency, amount,
					quantity * CASE quantity_unit WHEN '1000_tokens' THEN 1000 ELSE 1 END AS quantity,
					CASE quantity_unit WHEN '1000_tokens' THEN 'tokens' ELSE quantity_unit END AS unit
				FROM {costs(day, line_item, currency, amount, quantity, quantity_unit)}) AS u
			CROSS JOIN LATERAL @extschema@.usage_fdw_line_item(u.line_item) AS l
			GROUP BY u.day, l.model, l.kind, u.currency) AS s) AS c
$report$);
