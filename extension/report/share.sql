
INSERT INTO usage_fdw_report VALUES ('cache_share',
'input tokens of each UTC day by project and model, and how many of them came from the cache', '{
	"day": "UTC day",
	"project_id": "project; NULL where usage names none",
	"model": "model",
	"input_tokens": "all input tokens",
	"cached_tokens": "those of them that came from the cache",
	"cached_percent": "their share in percent"
}', $report$
	SELECT u.day, u.project_id, u.model, u.input_tokens, u.cached_tokens,
		round(100 * u.cached_tokens / nullif(u.input_tokens, 0), 1) AS cached_percent
	FROM (SELECT day, project_id, model, sum(input_tokens) AS input_tokens,
			sum(coalesce(input_cached_tokens, 0)) AS cached_tokens
		FROM {completions+decisions(day, project_id, model, input_tokens, input_cached_tokens)} AS c
		GROUP BY day, project_id, model) AS u
$report$), ('batch_share',
'requests and tokens of each UTC day by project and model, and how many came in batches', '{
	"day": "UTC day",
	"project_id": "project; NULL where usage names none",
	"model": "model",
	"requests": "requests to the model",
	"batch_requests": "those of them in batches",
	"tokens": "tokens in and out",
	"batch_tokens": "those of them in batches",
	"batch_percent": "share of the tokens in batches in percent"
}', $report$
	SELECT u.day, u.project_id, u.model, u.requests, u.batch_requests, u.tokens, u.batch_tokens,
		round(100 * u.batch_tokens / nullif(u.tokens, 0), 1) AS batch_percent
	FROM (SELECT day, project_id, model, sum(num_model_requests) AS requests,
			coalesce(sum(num_model_requests) FILTER (WHERE batch), 0) AS batch_requests,
			sum(input_tokens + output_tokens) AS tokens,
			coalesce(sum(input_tokens + output_tokens) FILTER (WHERE batch), 0) AS batch_tokens
		FROM {completions+decisions(day, project_id, model, batch, num_model_requests,
			input_tokens, output_tokens)} AS c
		GROUP BY day, project_id, model) AS u
$report$);
