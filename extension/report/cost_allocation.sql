
-- What names no user and no key is spread over those who used tokens of the same project
-- on the same day.  Shares are cut after 12 digits, and the largest takes what is left, so
-- that they add up.  All is by windows over days, as a condition on the day then goes to
-- both tables.
INSERT INTO usage_fdw_report VALUES ('cost_allocation',
'costs of each UTC day by user and key; what names neither, by share of its project''s tokens', '{
	"day": "UTC day",
	"project_id": "project; NULL where the cost names none",
	"user_id": "user that the cost names, or that it is allocated to",
	"api_key_id": "key that the cost names, or that it is allocated to",
	"currency": "currency of the amount",
	"allocation": "named: the cost says; tokens: by share; unallocated: no tokens, or of nobody",
	"amount": "cost of the day; all together are what costs are"
}', $report$
	SELECT day, project_id, user_id, api_key_id, currency,
		CASE WHEN user_id IS NULL AND api_key_id IS NULL THEN 'unallocated'
			WHEN is_share THEN 'tokens' ELSE 'named' END AS allocation,
		CASE WHEN is_share AND place = 1 THEN amount - sum(share) OVER spread + share
			ELSE share END AS amount
	FROM (SELECT p.day, p.project_id, p.user_id, p.api_key_id, p.place, s.is_share,
			s.currency, s.amount, CASE WHEN s.is_share
				THEN trunc(s.amount * p.tokens / p.all_tokens, 12) ELSE s.amount END AS share
		FROM (SELECT u.*, sum(tokens) OVER (PARTITION BY day, project_id) AS all_tokens,
				row_number() OVER (PARTITION BY day, project_id
					ORDER BY tokens DESC NULLS LAST, user_id, api_key_id) AS place,
				array_agg(currency) FILTER (WHERE is_unnamed)
					OVER (PARTITION BY day, project_id) AS currencies,
				array_agg(amount) FILTER (WHERE is_unnamed)
					OVER (PARTITION BY day, project_id) AS amounts
			FROM (SELECT day, project_id, user_id, api_key_id, currency, sum(amount) AS amount,
					user_id IS NULL AND api_key_id IS NULL AS is_unnamed, NULL::numeric AS tokens
				FROM {costs(day, project_id, user_id, api_key_id, currency, amount)}
				GROUP BY day, project_id, user_id, api_key_id, currency
				UNION ALL
				SELECT day, project_id, user_id, api_key_id, NULL, NULL, NULL,
					nullif(sum(input_tokens + coalesce(output_tokens, 0)), 0)
				FROM {completions+decisions+embeddings+moderations(day, project_id, user_id,
					api_key_id, input_tokens, output_tokens)} AS t
				GROUP BY day, project_id, user_id, api_key_id) AS u) AS p
		CROSS JOIN LATERAL (
			SELECT p.currency, p.amount, false AS is_share
			WHERE NOT p.is_unnamed OR (p.is_unnamed AND p.all_tokens IS NULL)
			UNION ALL
			SELECT c, a, true FROM unnest(p.currencies, p.amounts) AS f(c, a)
			WHERE p.tokens IS NOT NULL) AS s) AS shares
	WINDOW spread AS (PARTITION BY day, project_id, currency, is_share)
$report$);
