
-- A member for each dimension, so that who asks for one reads no other.
INSERT INTO usage_fdw_report SELECT 'usage_top',
'projects, users, keys and models of the last 30 UTC days with today, by tokens', '{
	"dimension": "project, user, api_key or model; asking for one reads no other",
	"rank": "place, 1 having used the most tokens",
	"id": "id of the project, user or key; name of the model; NULL where usage names none",
	"name": "name of the project, user or key",
	"requests": "requests to models",
	"tokens": "tokens in and out"
}'::json, format($report$
	SELECT t.dimension, rank() OVER (PARTITION BY t.dimension ORDER BY t.tokens DESC, t.requests DESC)
		AS rank, t.id, t.name, t.requests, t.tokens
	FROM (%s) AS t
$report$, string_agg(format($member$
		SELECT '%s' AS dimension, u.id, %s AS name, u.requests, u.tokens
		FROM (SELECT %s AS id, sum(num_model_requests) AS requests,
				sum(input_tokens + coalesce(output_tokens, 0)) AS tokens
			FROM {completions+decisions+embeddings+moderations(day, project_id, user_id, api_key_id,
				model, num_model_requests, input_tokens, output_tokens)} AS c
			WHERE day >= @extschema@.usage_fdw_today() - 29 GROUP BY 1) AS u
		%s
$member$, dimension, CASE WHEN names IS NULL THEN 'u.id' ELSE 'p.name' END, id,
	'LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {' || names
		|| '(id, name)} ORDER BY id) AS p ON p.id = u.id'), 'UNION ALL' ORDER BY n))
FROM (VALUES (1, 'project', 'project_id', 'projects'), (2, 'user', 'user_id', 'users'),
	(3, 'api_key', 'api_key_id', 'project_api_keys'), (4, 'model', 'model', NULL))
	AS dimensions(n, dimension, id, names);
