
INSERT INTO usage_fdw_report VALUES ('cost_by_owner',
'costs of each UTC day by the person or service account that the key belongs to', '{
	"day": "UTC day",
	"owner_type": "user or service_account; NULL where the cost names no key or user that is known",
	"owner_id": "owner of the key; where the cost names no key, its user",
	"owner_name": "name of the owner",
	"owner_email": "email address of a user",
	"currency": "currency of the amount",
	"amount": "cost of the day, as the invoice counts"
}', $report$
	SELECT c.day,
		coalesce(k.owner_type, CASE WHEN u.id IS NOT NULL THEN 'user' END) AS owner_type,
		coalesce(k.owner_id, c.user_id) AS owner_id, coalesce(k.owner_name, u.name) AS owner_name,
		coalesce(k.owner_email, u.email) AS owner_email, c.currency, sum(c.amount) AS amount
	FROM {costs(day, api_key_id, user_id, currency, amount)} AS c
	LEFT JOIN (SELECT DISTINCT ON (id) id, owner_type, owner_id, owner_name, owner_email
		FROM {project_api_keys(id, owner_type, owner_id, owner_name, owner_email)}
		ORDER BY id) AS k ON k.id = c.api_key_id
	LEFT JOIN (SELECT DISTINCT ON (id) id, name, email FROM {users(id, name, email)}
		ORDER BY id) AS u ON u.id = c.user_id AND k.id IS NULL
	GROUP BY 1, 2, 3, 4, 5, 6
$report$);
