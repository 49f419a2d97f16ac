-- test/lib/lists_random.sql: random joins of usage with lists
--
-- Makes pg_temp.random_join(seed), a query over the schema "usage", of ten days
-- of usage and one or two lists, by all kinds of joins, with conditions on both
-- and often an aggregate on top.
\set ECHO none
\set QUIET on
CREATE TEMP TABLE joined (list text, alias text, condition text, columns text[], clauses text[]);
INSERT INTO joined VALUES
  ('projects', 'p', 'p.id = {u}.project_id', '{p.id,p.name,p.status,p.archived_at}',
    $${"p.status = 'active'","p.archived_at IS NULL","p.archived_at IS NOT NULL",
      "p.id = 'proj_web'","p.id IN ('proj_web', 'proj_R&D=1', 'proj_none')","p.name LIKE '%o%'",
      "p.id <> 'proj_web'","p.name IS NULL","p.created_at > '2023-11-16'"}$$),
  ('users', 'm', 'm.id = {u}.user_id', '{m.id,m.name,m.email}',
    $${"m.email = 'alice@example.com'","m.email IN ('zoë@example.com', 'x@example.com')",
      "m.id = 'user-o''neil'","m.role = 'reader'","m.name IS NULL","m.is_service_account",
      "m.api_key_last_used_at > '2026-01-01'"}$$),
  ('project_api_keys', 'k', 'k.id = {u}.api_key_id', '{k.name,k.owner_name,k.owner_type}',
    $${"k.project_id = 'proj_web'","k.owner_project_access = 'active'","k.last_used_at IS NULL",
      "k.owner_type = 'service_account'","k.project_id = {u}.project_id",
      "k.owner_email LIKE 'b%'","k.project_id IN ('proj_ops/eu', 'proj_data pipeline')"}$$),
  ('project_users', 'w', 'w.project_id = {u}.project_id AND w.id = {u}.user_id',
    '{w.project_id,w.name,w.role}',
    $${"w.role = 'owner'","w.project_id = 'proj_data pipeline'","w.email IS NOT NULL"}$$),
  ('project_spend_limits', 'l', 'l.project_id = {u}.project_id', '{l.threshold_cents,l.enforcement}',
    $${"l.threshold_cents > 60004","l.project_id = 'proj_web'","l.enforcement <> 'exceeded'"}$$),
  ('spend_limits', 's', 's.threshold_cents > 0', '{s.threshold_cents}', $${"s.currency = 'USD'"}$$);
CREATE TEMP TABLE used (name text, measure text, columns text[], clauses text[], lists text[]);
INSERT INTO used VALUES
  ('costs', 'amount', '{day,project_id,line_item}',
    $${"u.project_id = 'proj_web'","u.amount > 0.5","u.day > current_date - 4",
      "u.project_id IS NOT NULL","u.line_item LIKE 'gpt%'"}$$,
    '{projects,project_spend_limits,spend_limits}'),
  ('completions', 'input_tokens', '{day,project_id,user_id,api_key_id,model}',
    $${"u.project_id IN ('proj_web', 'proj_ops/eu')","u.user_id = 'user-alice'",
      "u.day >= current_date - 5","u.user_id IS NULL","NOT u.batch","u.api_key_id = 'key_1'"}$$,
    '{projects,users,project_api_keys,project_users,project_spend_limits,spend_limits}'),
  ('code_interpreter_sessions', 'num_sessions', '{day,project_id}', '{"u.day < current_date - 2"}',
    '{projects,project_spend_limits}');

CREATE FUNCTION pg_temp.upto(n int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * n)::int';
CREATE FUNCTION pg_temp.pick(list text[]) RETURNS text LANGUAGE sql VOLATILE AS
	'SELECT list[pg_temp.upto(cardinality(list))]';

-- One list more: a join, or a condition whether there is a row.
CREATE FUNCTION pg_temp.add_list(u used, name text, outer_alias text,
	INOUT joins text, INOUT clauses text[], INOUT columns text[]) LANGUAGE plpgsql AS $$
DECLARE
	j joined;
	how text := pg_temp.pick('{JOIN,JOIN,LEFT JOIN,LEFT JOIN,RIGHT JOIN,FULL JOIN,EXISTS,NOT EXISTS,IN,LATERAL}');
	condition text;
	clause text;
BEGIN
	SELECT * INTO j FROM joined WHERE list = name;
	condition := replace(j.condition, '{u}', 'u');
	clause := replace(pg_temp.pick(j.clauses), '{u}', 'u');
	IF how ~ 'EXISTS' THEN
		clauses := clauses || format('%s (SELECT FROM usage.%s AS %s WHERE %s AND %s)',
			how, name, j.alias, condition, clause);
	ELSIF how = 'IN' AND condition ~ '^\w+\.\w+ = u\.\w+$' THEN
		clauses := clauses || format('%s IN (SELECT %s FROM usage.%s AS %s WHERE %s)',
			split_part(condition, ' = ', 2), split_part(condition, ' = ', 1), name, j.alias, clause);
	ELSIF how = 'LATERAL' THEN
		joins := joins || format(' CROSS JOIN LATERAL (SELECT * FROM usage.%s AS %s WHERE %s OFFSET 0) AS %s',
			name, j.alias, condition, j.alias);
		columns := columns || j.columns;
	ELSE
		IF how = 'FULL JOIN' AND condition !~ '^\S+ = \S+$' THEN how := 'JOIN'; END IF;
		IF random() < 0.4 AND how <> 'FULL JOIN' AND how <> 'IN' THEN
			condition := condition || ' AND ' || clause;
		ELSIF random() < 0.6 THEN
			clauses := clauses || clause;
		END IF;
		joins := joins || format(' %s usage.%s AS %s ON %s',
			CASE how WHEN 'IN' THEN 'JOIN' ELSE how END, name, j.alias, condition);
		columns := columns || j.columns;
	END IF;
END $$;

CREATE FUNCTION pg_temp.random_join(seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	u used;
	joins text;
	clauses text[] := '{}';
	columns text[];
	keys text[];
	wanted text;
BEGIN
	PERFORM setseed((seed % 1000000) / 1000000.0);
	SELECT * INTO u FROM used ORDER BY random() LIMIT 1;
	joins := format('usage.%s AS u', u.name);
	SELECT array_agg('u.' || c) INTO columns FROM unnest(u.columns) AS c;
	FOR wanted IN SELECT l FROM unnest(u.lists) AS l ORDER BY random() LIMIT pg_temp.upto(2) LOOP
		SELECT * INTO joins, clauses, columns
		FROM pg_temp.add_list(u, wanted, 'u', joins, clauses, columns);
	END LOOP;
	IF random() < 0.5 THEN clauses := clauses || pg_temp.pick(u.clauses); END IF;
	SELECT array_agg(c) INTO keys FROM (SELECT c FROM unnest(columns) AS c
		ORDER BY random() LIMIT pg_temp.upto(3)) AS k;
	RETURN format(CASE WHEN random() < 0.7
			THEN 'SELECT %1$s, sum(u.%2$s), count(u.%2$s) FROM %3$s%4$s GROUP BY %1$s'
			WHEN random() < 0.3 THEN 'SELECT sum(u.%2$s), count(DISTINCT u.day) FROM %3$s%4$s'
			ELSE 'SELECT %1$s, u.%2$s FROM %3$s%4$s' END,
		array_to_string(keys, ', '), u.measure, joins,
		coalesce(' WHERE ' || nullif(array_to_string(clauses, ' AND '), ''), ''));
END $$;
