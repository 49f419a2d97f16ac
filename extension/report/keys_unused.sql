
INSERT INTO usage_fdw_report VALUES ('keys_unused',
'keys of projects that were not used for 30 days, or never since they were made that long ago', '{
	"project_id": "project of the key",
	"project_name": "name of the project",
	"api_key_id": "key",
	"api_key_name": "name of the key",
	"owner_type": "user or service_account",
	"owner_id": "owner of the key",
	"owner_name": "name of the owner",
	"created_at": "when the key was made",
	"last_used_at": "when it was used last; NULL: never",
	"days_unused": "days since then"
}', $report$
	SELECT k.project_id, p.name AS project_name, k.id AS api_key_id, k.name AS api_key_name,
		k.owner_type, k.owner_id, k.owner_name, k.created_at, k.last_used_at,
		floor(extract(epoch FROM now() - coalesce(k.last_used_at, k.created_at)) / 86400)::int
			AS days_unused
	FROM {project_api_keys(project_id, id, name, owner_type, owner_id, owner_name, created_at,
		last_used_at)} AS k
	LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {projects(id, name)} ORDER BY id) AS p
		ON p.id = k.project_id
	WHERE coalesce(k.last_used_at, k.created_at) <= now() - interval '30 days'
$report$);
