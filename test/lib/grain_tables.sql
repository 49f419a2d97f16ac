-- test/lib/grain_tables.sql: what the cases of grain reduction join with
--
-- Needs test/lib/opening.sql, with the oracles of completions and costs.
CREATE SCHEMA own;
CREATE TABLE own.project (id text PRIMARY KEY, team text, note text, most int);
INSERT INTO own.project
SELECT id, 'team ' || row_number() OVER (ORDER BY id) % 3, repeat('x', 9),
	(SELECT min(input_tokens) + 1 FROM oracle.completions AS c
	WHERE c.project_id = p.id AND day BETWEEN now()::date - 9 AND now()::date - 1)
FROM (SELECT DISTINCT project_id FROM oracle.completions WHERE project_id IS NOT NULL) AS p(id);

CREATE TABLE own.price (
	model text, price numeric(12,6), any_price numeric, valid_from timestamptz, valid_to timestamptz);
INSERT INTO own.price
SELECT model, 0.25 * row_number() OVER (ORDER BY model),
	CASE row_number() OVER (ORDER BY model) WHEN 1 THEN 'Infinity' ELSE 1.5 END::numeric,
	'-infinity', now() - interval '10 days'
FROM (SELECT DISTINCT model FROM oracle.completions WHERE model IS NOT NULL) AS m;

CREATE SEQUENCE own.counter;
CREATE AGGREGATE own.tally(text) (
	sfunc = int8inc_any, stype = bigint, initcond = '0', sortop = >);

-- A table with two children: a foreign one, and one with two rows that are alike.
CREATE TABLE usage.shared (day date, project_id text, model text, input_tokens bigint);
CREATE FOREIGN TABLE usage.child () INHERITS (usage.shared)
	SERVER openai OPTIONS (endpoint 'completions');
CREATE TABLE usage.heir () INHERITS (usage.shared);
INSERT INTO usage.heir
SELECT now()::date - 1, 'proj_web', 'mine', 7 FROM generate_series(1, 2);
CREATE VIEW oracle.shared AS
SELECT day, project_id, model, sum(input_tokens)::bigint AS input_tokens
FROM oracle.completions GROUP BY 1, 2, 3
UNION ALL SELECT * FROM usage.heir;

-- A column that rounds what the API sends.
CREATE FOREIGN TABLE usage.rounded (
	day date, project_id text, line_item text, amount numeric(12,2))
	SERVER openai OPTIONS (endpoint 'costs');
CREATE VIEW oracle.rounded AS
SELECT day, project_id, line_item, amount::numeric(12,2) FROM oracle.costs;
