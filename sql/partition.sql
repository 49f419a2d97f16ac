--
-- Partitions: PostgreSQL trusts a foreign partition's bound, so usage_fdw keeps
-- it.  A case is a table, how it is partitioned and by what; its sums are those
-- of the oracle, by the parent, by each partition, and without pushdown.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint costs
\i test/lib/oracle.sql
\set endpoint completions
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA part;
CREATE TABLE part.costs AS SELECT * FROM oracle.costs;
CREATE TABLE part.hourly AS SELECT * FROM oracle.completions_1h
WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today();

-- A partition's name, its bound, and the rows of the oracle that belong there.
-- DAY(n) stands for the date n days ago, as a literal.
CREATE TABLE part.piece (n serial, parted text, name text, bound text, belongs text);

CREATE FUNCTION pg_temp.with_days(bound text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text[];
BEGIN
	LOOP
		m := regexp_match(bound, 'DAY\((\d+)\)');
		EXIT WHEN m IS NULL;
		bound := replace(bound, 'DAY(' || m[1] || ')',
			quote_literal((pg_temp.today() - m[1]::int)::text));
	END LOOP;
	RETURN bound;
END $$;

-- A partition is foreign, or it is partitioned further.
CREATE PROCEDURE pg_temp.make_piece(p part.piece, endpoint text, width text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format(CASE WHEN p.bound LIKE '%PARTITION BY%' THEN 'CREATE TABLE part.%I PARTITION OF part.%I %s'
		ELSE 'CREATE FOREIGN TABLE part.%I PARTITION OF part.%I %s SERVER openai
			OPTIONS (endpoint %L, bucket_width %L)' END,
		p.name, p.parted, pg_temp.with_days(p.bound), endpoint, width);
END $$;

CREATE PROCEDURE pg_temp.make_table(root text, source text, partition_by text,
	endpoint text DEFAULT 'costs', width text DEFAULT '1d') LANGUAGE plpgsql AS $$
DECLARE
	p part.piece;
BEGIN
	EXECUTE format('CREATE TABLE part.%I (LIKE %s) PARTITION BY %s', root, source, partition_by);
	FOR p IN SELECT * FROM part.piece WHERE split_part(name, '_', 1) = root ORDER BY n LOOP
		CALL pg_temp.make_piece(p, endpoint, width);
	END LOOP;
END $$;

-- Does a table hold just the rows of the oracle for which that is so?
CREATE FUNCTION pg_temp.holds(name text, source text, belongs text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.same(format('SELECT * FROM part.%I', name),
		format('SELECT * FROM %s WHERE %s', source, pg_temp.with_days(belongs)))
$$;

-- A table and its partitions, with pushdown and without.
CREATE FUNCTION pg_temp.check(root text, source text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	pushdown text;
BEGIN
	FOREACH pushdown IN ARRAY '{on,off}'::text[] LOOP
		PERFORM set_config('usage_fdw.enable_pushdown', pushdown, true);
		RETURN QUERY SELECT format('%s, pushdown %s: %s', name, pushdown, pg_temp.holds(name, source, belongs))
			FROM (SELECT 0 AS n, root AS name,
					(SELECT string_agg('(' || belongs || ')', ' OR ') FROM part.piece WHERE parted = root) AS belongs
				UNION ALL SELECT n, name, belongs FROM part.piece WHERE split_part(name, '_', 1) = root) AS p
			ORDER BY n;
	END LOOP;
	PERFORM set_config('usage_fdw.enable_pushdown', 'on', true);
END $$;

--
-- Range
--
INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('range', 'range_old', 'FOR VALUES FROM (DAY(300)) TO (DAY(40))', 'day >= DAY(300) AND day < DAY(40)'),
	('range', 'range_new', 'FOR VALUES FROM (DAY(40)) TO (MAXVALUE)', 'day >= DAY(40)');
CALL pg_temp.make_table('range', 'usage.costs', 'RANGE (day)');
SELECT pg_temp.check('range', 'part.costs');

-- the requests carry the bounds
SET enable_async_append = off;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT sum(amount) = (SELECT sum(amount) FROM part.costs WHERE day >= pg_temp.today() - 300) FROM part.range;
\i test/lib/requests.sql
-- and what the query says besides
SELECT count(*) > 0 FROM part.range WHERE day BETWEEN pg_temp.today() - 45 AND pg_temp.today() - 35;
\i test/lib/requests.sql
SELECT count(*) FROM part.range_new WHERE day < pg_temp.today() - 60;
\i test/lib/requests.sql

RESET enable_async_append;

-- months that are kept here, and live days: one table
CREATE TABLE part.mixed (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE TABLE part.mixed_kept (LIKE usage.costs);
INSERT INTO part.mixed_kept SELECT * FROM part.costs WHERE day < pg_temp.today() - 30;
SELECT pg_temp.with_days('ALTER TABLE part.mixed ATTACH PARTITION part.mixed_kept
	FOR VALUES FROM (MINVALUE) TO (DAY(30))') AS sql \gset
:sql;
SELECT pg_temp.with_days('CREATE FOREIGN TABLE part.mixed_live PARTITION OF part.mixed
	FOR VALUES FROM (DAY(30)) TO (MAXVALUE) SERVER openai OPTIONS (endpoint ''costs'')') AS sql \gset
:sql;
SELECT pg_temp.holds('mixed', 'part.costs', 'true');
SELECT pg_temp.same('SELECT line_item, sum(amount) FROM part.mixed GROUP BY 1',
	'SELECT line_item, sum(amount) FROM part.costs GROUP BY 1');
-- pruned: nothing is asked for days that are kept
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT count(*) > 0 FROM part.mixed WHERE day < pg_temp.today() - 30;
\i test/lib/requests.sql

-- by instants, and hours of them, which become days where nobody can tell
INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('hours', 'hours_a', 'FOR VALUES FROM (DAY(3)) TO (DAY(1))', 'start_time >= DAY(3) AND start_time < DAY(1)'),
	('hours', 'hours_b', 'FOR VALUES FROM (DAY(1)) TO (MAXVALUE)', 'start_time >= DAY(1)');
SET TimeZone = 'UTC';
CALL pg_temp.make_table('hours', 'usage_hourly.completions', 'RANGE (start_time)', 'completions', '1h');
SELECT pg_temp.check('hours', 'part.hourly');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT pg_temp.same('SELECT day, sum(input_tokens) FROM part.hours_a GROUP BY 1',
	'SELECT day, sum(input_tokens) FROM part.hourly WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 2 GROUP BY 1');
\i test/lib/asked.sql

--
-- List, with NULL and a default
--
INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('list', 'list_web', $$FOR VALUES IN ('proj_web')$$, $$project_id = 'proj_web'$$),
	('list', 'list_null', $$FOR VALUES IN ('proj_nobody', NULL)$$, $$project_id = 'proj_nobody' OR project_id IS NULL$$),
	('list', 'list_rest', 'DEFAULT', $$project_id NOT IN ('proj_web', 'proj_nobody')$$);
CALL pg_temp.make_table('list', 'usage.costs', 'LIST (project_id)');
SELECT pg_temp.check('list', 'part.costs');
-- a value of the list is a filter
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
SELECT pg_temp.same('SELECT sum(amount) FROM part.list_web',
	$$SELECT sum(amount) FROM part.costs WHERE project_id = 'proj_web'$$);
\i test/lib/requests.sql
SELECT pg_temp.same('SELECT line_item, sum(amount) FROM part.list GROUP BY 1',
	'SELECT line_item, sum(amount) FROM part.costs GROUP BY 1');

--
-- Hash; several keys; expressions; two levels
--
CREATE TABLE part.hashed (LIKE usage.costs) PARTITION BY HASH (project_id, line_item);
CREATE FOREIGN TABLE part.hashed_0 PARTITION OF part.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0)
	SERVER openai OPTIONS (endpoint 'costs');
CREATE FOREIGN TABLE part.hashed_1 PARTITION OF part.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1)
	SERVER openai OPTIONS (endpoint 'costs');
CREATE FOREIGN TABLE part.hashed_2 PARTITION OF part.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2)
	SERVER openai OPTIONS (endpoint 'costs');
SELECT pg_temp.holds('hashed', 'part.costs', 'true');
SELECT count(*) > 0 FROM part.hashed_0;
SELECT pg_temp.same('SELECT sum(amount), count(*) FROM part.hashed', 'SELECT sum(amount), count(*) FROM part.costs');

INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('keys', 'keys_a', $$FOR VALUES FROM (DAY(90), 'a') TO (DAY(60), 'proj_m')$$,
		$$(day = DAY(90) AND project_id >= 'a') OR (day > DAY(90) AND day < DAY(60) AND project_id IS NOT NULL)
			OR (day = DAY(60) AND project_id < 'proj_m')$$),
	('keys', 'keys_b', $$FOR VALUES FROM (DAY(60), 'proj_m') TO (MAXVALUE, MAXVALUE)$$,
		$$(day = DAY(60) AND project_id >= 'proj_m') OR (day > DAY(60) AND project_id IS NOT NULL)$$);
CALL pg_temp.make_table('keys', 'usage.costs', 'RANGE (day, project_id)');
SELECT pg_temp.check('keys', 'part.costs');

INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('expr', 'expr_monday', 'FOR VALUES IN (1)', 'extract(isodow FROM day) = 1'),
	('expr', 'expr_weekend', 'FOR VALUES IN (6, 7)', 'extract(isodow FROM day) IN (6, 7)'),
	('expr', 'expr_rest', 'DEFAULT', 'extract(isodow FROM day) BETWEEN 2 AND 5');
CALL pg_temp.make_table('expr', 'usage.costs', 'LIST (extract(isodow FROM day))');
SELECT pg_temp.check('expr', 'part.costs');

INSERT INTO part.piece (parted, name, bound, belongs) VALUES
	('deep', 'deep_web', $$FOR VALUES IN ('proj_web') PARTITION BY RANGE (day)$$, $$project_id = 'proj_web'$$),
	('deep', 'deep_other', 'DEFAULT PARTITION BY RANGE (day)', $$project_id IS DISTINCT FROM 'proj_web'$$),
	('deep_web', 'deep_web_old', 'FOR VALUES FROM (MINVALUE) TO (DAY(50))', $$project_id = 'proj_web' AND day < DAY(50)$$),
	('deep_web', 'deep_web_new', 'FOR VALUES FROM (DAY(50)) TO (MAXVALUE)', $$project_id = 'proj_web' AND day >= DAY(50)$$),
	('deep_other', 'deep_other_old', 'FOR VALUES FROM (MINVALUE) TO (DAY(20))',
		$$project_id IS DISTINCT FROM 'proj_web' AND day < DAY(20)$$),
	('deep_other', 'deep_other_new', 'FOR VALUES FROM (DAY(20)) TO (MAXVALUE)',
		$$project_id IS DISTINCT FROM 'proj_web' AND day >= DAY(20)$$);
CALL pg_temp.make_table('deep', 'usage.costs', 'LIST (project_id)');
SELECT pg_temp.check('deep', 'part.costs');

--
-- What is a partition today may be none tomorrow; plans notice, also those of
-- a partition whose parent is a default partition.
--
SET plan_cache_mode = force_generic_plan;
SELECT project_id AS apart FROM part.costs WHERE project_id <> 'proj_web' AND day >= pg_temp.today() - 20
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1 \gset
CREATE TABLE part.apart (LIKE usage.costs);
INSERT INTO part.apart SELECT * FROM part.costs WHERE project_id = :'apart';
PREPARE of_parent AS SELECT sum(amount) = (SELECT sum(amount) FROM part.costs) FROM part.deep;
PREPARE of_leaf AS SELECT count(*) FILTER (WHERE project_id = :'apart') > 0 FROM part.deep_other_new;
EXECUTE of_parent;
EXECUTE of_leaf;
ALTER TABLE part.deep ATTACH PARTITION part.apart FOR VALUES IN (:'apart');
EXECUTE of_parent;
EXECUTE of_leaf;
ALTER TABLE part.deep DETACH PARTITION part.apart;
EXECUTE of_parent;
EXECUTE of_leaf;
RESET plan_cache_mode;
-- by itself it is all that the API has
ALTER TABLE part.list DETACH PARTITION part.list_web;
SELECT pg_temp.holds('list_web', 'part.costs', 'true');
ALTER TABLE part.list ATTACH PARTITION part.list_web FOR VALUES IN ('proj_web');
SELECT pg_temp.holds('list_web', 'part.costs', $$project_id = 'proj_web'$$);

--
-- Joins and order
--
SELECT pg_temp.same('SELECT a.day, sum(b.amount) FROM part.list AS a JOIN part.range AS b USING (day, project_id, line_item)
		WHERE a.day >= pg_temp.today() - 60 GROUP BY 1',
	'SELECT a.day, sum(b.amount) FROM part.costs AS a JOIN part.costs AS b USING (day, project_id, line_item)
		WHERE a.day >= pg_temp.today() - 60 GROUP BY 1');
SELECT pg_temp.same('SELECT start_time FROM part.mixed ORDER BY start_time DESC LIMIT 1000',
	'SELECT start_time FROM part.costs ORDER BY start_time DESC LIMIT 1000');
SELECT max(day) = (SELECT max(day) FROM part.costs) FROM part.mixed;

-- A child's CHECK is nobody's promise: it is not enforced.
CREATE TABLE part.parent (LIKE usage.costs);
CREATE FOREIGN TABLE part.child (CHECK (project_id = 'proj_web')) INHERITS (part.parent)
	SERVER openai OPTIONS (endpoint 'costs');
SELECT count(*) = (SELECT count(*) FROM part.costs) FROM part.parent;

DROP SCHEMA part CASCADE;
