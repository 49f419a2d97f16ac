
INSERT INTO usage_fdw_report VALUES ('usage_top',
'projects, users, keys and models of the last 30 UTC days with today, by tokens', '{
	"dimension": "project, user, api_key or model; asking for one reads no other",
	"rank": "place, 1 having used the most tokens",
	"id": "id of the project, user or key; name of the model; NULL where usage names none",
	"name": "name of the project, user or key",
	"requests": "requests to models",
	"tokens": "tokens in and out"
}', $report$
	SELECT t.dimension, rank() OVER (PARTITION BY t.dimension ORDER BY t.tokens DESC, t.requests DESC)
		AS rank, t.id, t.name, t.requests, t.tokens
	FROM (SELECT 'project' AS dimension, u.project_id AS id, p.name, u.requests, u.tokens
		FROM (SELECT project_id, sum(num_model_requests) AS requests,
				sum(input_tokens + coalesce(output_tokens, 0)) AS tokens
			FROM {completions+decisions+embeddings+moderations(day, project_id, user_id, api_key_id,
				model, num_model_requests, input_tokens, output_tokens)} AS u
			WHERE day >= @extschema@.usage_fdw_today() - 29 GROUP BY project_id) AS u
		LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {projects(id, name)} ORDER BY id) AS p
			ON p.id = u.project_id
		UNION ALL
		SELECT 'user', u.user_id, p.name, u.requests, u.tokens
		FROM (SELECT user_id, sum(num_model_requests) AS requests,
				sum(input_tokens + coalesce(output_tokens, 0)) AS tokens
			FROM {completions+decisions+embeddings+moderations(day, project_id, user_id, api_key_id,
				model, num_model_requests, input_tokens, output_tokens)} AS u
			WHERE day >= @extschema@.usage_fdw_today() - 29 GROUP BY user_id) AS u
		LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {users(id, name)} ORDER BY id) AS p
			ON p.id = u.user_id
		UNION ALL
		SELECT 'api_key', u.api_key_id, p.name, u.requests, u.tokens
		FROM (SELECT api_key_id, sum(num_model_requests) AS requests,
				sum(input_tokens + coalesce(output_tokens, 0)) AS tokens
			FROM {completions+decisions+embeddings+moderations(day, project_id, user_id, api_key_id,
				model, num_model_requests, input_tokens, output_tokens)} AS u
			WHERE day >= @extschema@.usage_fdw_today() - 29 GROUP BY api_key_id) AS u
		LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {project_api_keys(id, name)} ORDER BY id)
			AS p ON p.id = u.api_key_id
		UNION ALL
		SELECT 'model', model, model, sum(num_model_requests),
			sum(input_tokens + coalesce(output_tokens, 0))
		FROM {completions+decisions+embeddings+moderations(day, project_id, user_id, api_key_id,
			model, num_model_requests, input_tokens, output_tokens)} AS u
		WHERE day >= @extschema@.usage_fdw_today() - 29 GROUP BY model) AS t
$report$);
