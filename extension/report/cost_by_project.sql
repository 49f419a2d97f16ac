
INSERT INTO usage_fdw_report VALUES ('cost_by_project', 'costs of each UTC day by project', '{
	"day": "UTC day",
	"project_id": "project; NULL where the cost names none",
	"project_name": "name of the project",
	"currency": "currency of the amount",
	"amount": "cost of the day, as the invoice counts"
}', $report$
	SELECT c.day, c.project_id, p.name AS project_name, c.currency, c.amount
	FROM (SELECT day, project_id, currency, sum(amount) AS amount
		FROM {costs(day, project_id, currency, amount)} GROUP BY day, project_id, currency) AS c
	LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {projects(id, name)} ORDER BY id) AS p
		ON p.id = c.project_id
$report$);
