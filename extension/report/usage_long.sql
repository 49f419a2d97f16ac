
INSERT INTO usage_fdw_report VALUES ('usage_long',
'every number of usage and costs in a row of its own; asking for one reads no other', '{
	"endpoint": "endpoint of the API that counts it",
	"metric": "what is counted",
	"unit": "unit of the value; of amounts, the currency",
	"day": "UTC day",
	"project_id": "project; NULL where usage names none",
	"user_id": "user; NULL where usage names none",
	"api_key_id": "key; NULL where usage names none",
	"model": "model; NULL where usage names none",
	"value": "number to add up, also where all else is the same; bytes stored not over days"
}', $report$
	SELECT endpoint, metric, unit, day, project_id, user_id, api_key_id, model, value
	FROM {usage} AS u
$report$);
