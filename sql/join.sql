--
-- Joins: a few rows of another table become filters of a request each; many
-- become one read.  Whatever it is, the answer is the oracle's.
--
\i test/lib/join.sql
\set ECHO none
\set QUIET on

--
-- Plans, and their answers.  Scan[...] is a foreign scan with what filters it.
--
INSERT INTO cases (how, name, plan, query) VALUES
  -- a few rows: a request for each
  ('every_way', 'few', 'Nested Loop(Seq Scan, Scan[project_ids])', $$
    SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'column on the right', 'Nested Loop(Seq Scan, Scan[project_ids])', $$
    SELECT c.* FROM usage.completions AS c, own.few AS p
    WHERE p.id::varchar = c.project_id AND day >= pg_temp.today() - 20$$),
  -- of many rows few are different
  ('every_way', 'many', 'Nested Loop(Seq Scan, Memoize(Scan[project_ids]))', $$
    SELECT n, c.* FROM own.many AS m JOIN usage.completions AS c ON c.project_id = m.id
    WHERE day >= pg_temp.today() - 2$$),
  -- two dimensions of one table are sent, of two tables only one
  ('every_way', 'two dimensions', 'Nested Loop(Seq Scan, Scan[models project_ids])', $$
    SELECT c.* FROM own.pair AS p JOIN usage.completions AS c USING (project_id, model)
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'two tables',
    'Hash Join(Nested Loop(Seq Scan, Scan[project_ids]), Hash(Seq Scan))', $$
    SELECT c.* FROM own.few AS p, own.model AS m, usage.completions AS c
    WHERE c.project_id = p.id AND c.model = m.id AND day >= pg_temp.today() - 20$$),
  ('every_way', 'equivalence',
    'Nested Loop(Hash Join(Seq Scan, Hash(Seq Scan)), Scan[project_ids])', $$
    SELECT c.* FROM own.few AS p, own.project AS q, usage.completions AS c
    WHERE c.project_id = q.id AND p.id = q.id AND day >= pg_temp.today() - 20$$),
  -- outer joins: usage must be the side that may be missing
  ('every_way', 'left join', 'Nested Loop Left(Seq Scan, Scan[project_ids])', $$
    SELECT p.id AS p, c.* FROM own.few AS p
    LEFT JOIN usage.completions AS c ON c.project_id = p.id AND day >= pg_temp.today() - 20$$),
  ('every_way', 'right side', 'Hash Join Left(Scan, Hash(Seq Scan))', $$
    SELECT p.id AS p, c.* FROM usage.completions AS c LEFT JOIN own.few AS p ON c.project_id = p.id
    WHERE day >= pg_temp.today() - 2$$),
  ('every_way', 'full join', 'Hash Join Full(Scan, Hash(Seq Scan))', $$
    SELECT p.id AS p, c.day FROM own.few AS p FULL JOIN (
      SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 2) AS c
    ON c.project_id = p.id$$),
  -- semi-joins: the few are made unique first; elsewhere one read is cheaper
  ('every_way', 'semi-join', 'Nested Loop(Unique(Sort(Seq Scan)), Scan[project_ids])', $$
    SELECT * FROM usage.completions
    WHERE project_id IN (SELECT id FROM own.few) AND day >= pg_temp.today() - 20$$),
  ('every_way', 'semi-join with many', 'Hash Join(Scan, Hash(Aggregate(Seq Scan)))', $$
    SELECT * FROM usage.completions
    WHERE project_id IN (SELECT id FROM own.many) AND day >= pg_temp.today() - 2$$),
  ('every_way', 'exists', 'Hash Join Semi(Seq Scan, Hash(Scan))', $$
    SELECT * FROM own.few AS p WHERE EXISTS (
      SELECT FROM usage.completions AS c
      WHERE c.project_id = p.id AND day >= pg_temp.today() - 20)$$),
  ('every_way', 'anti-join', 'Hash Join Anti(Append(Seq Scan, Seq Scan), Hash(Scan))', $$
    SELECT * FROM (TABLE own.few UNION ALL TABLE own.odd) AS p WHERE NOT EXISTS (
      SELECT FROM usage.completions AS c
      WHERE c.project_id = p.id AND day >= pg_temp.today() - 2)$$),
  -- LATERAL, and expressions of the row
  ('every_way', 'lateral', 'Nested Loop(Seq Scan, Scan[project_ids])', $$
    SELECT p.id, c.* FROM own.few AS p, LATERAL (
      SELECT day, model FROM usage.completions AS c
      WHERE c.project_id = p.id AND day >= pg_temp.today() - 20 OFFSET 0) AS c$$),
  ('every_way', 'lateral column', $$
    Nested Loop(Seq Scan, Scan[project_ids = ($0 || ''::text)])$$, $$
    SELECT c.* FROM own.few AS p, LATERAL (SELECT p.id || '' AS id) AS l, usage.completions AS c
    WHERE c.project_id = l.id AND day >= pg_temp.today() - 20$$),
  ('every_way', 'time, too', 'Nested Loop(Limit(Sort(Seq Scan)), Scan[project_ids])', $$
    SELECT c.* FROM (SELECT * FROM own.project ORDER BY id LIMIT 2) AS p
    JOIN usage.completions AS c ON c.project_id = p.id AND c.day >= p.since$$),
  ('every_way', 'one or the other', $$
    Nested Loop(Seq Scan, Scan[project_ids OR ($0 || 'x'::text)])$$, $$
    SELECT c.* FROM own.few AS p
    JOIN usage.completions AS c ON c.project_id = p.id OR c.project_id = p.id || 'x'
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'array', 'Nested Loop(Aggregate(Seq Scan), Scan[project_ids = ANY ($0)])', $$
    SELECT c.* FROM (SELECT array_agg(id) AS ids FROM own.few) AS p
    JOIN usage.completions AS c ON c.project_id = ANY (p.ids)
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'sub-select', 'Scan[project_ids = ANY ($0)](Seq Scan)', $$
    SELECT * FROM usage.completions
    WHERE project_id = ANY (ARRAY(SELECT id FROM own.few)) AND day >= pg_temp.today() - 20$$),
  -- an aggregate by model makes the rows few that one read has
  ('every_way', 'aggregate', 'Aggregate(Sort(Hash Join(Scan, Hash(Seq Scan))))', $$
    SELECT c.model, sum(c.input_tokens) AS s FROM own.few AS p
    JOIN usage.completions AS c ON c.project_id = p.id
    WHERE day >= pg_temp.today() - 20 GROUP BY 1$$),
  ('every_way', 'measure', 'Nested Loop(Seq Scan, Scan[project_ids])', $$
    SELECT p.id, c.day FROM own.few AS p
    JOIN usage.completions AS c ON c.project_id = p.id AND c.input_tokens > length(p.id) * 1000
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'boolean', 'Hash Join(Scan, Hash(Values Scan))', $$
    SELECT c.* FROM (VALUES (true), (NULL)) AS b(b) JOIN usage.completions AS c ON c.batch = b.b
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'whole row', 'Nested Loop(Seq Scan, Scan[project_ids])', $$
    SELECT c::text FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id
    WHERE day >= pg_temp.today() - 20$$),
  ('every_way', 'usage with usage', 'Merge Join(Sort(Scan), Materialize(Sort(Scan)))', $$
    SELECT c.day, i.images FROM usage.completions AS c
    JOIN usage.images AS i USING (day, project_id, user_id)
    WHERE day >= pg_temp.today() - 2$$),
  -- what is no filter
  ('every_way', 'not a filter', 'Hash Join(Scan, Hash(Seq Scan))', $$
    SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON lower(c.project_id) = p.id
    WHERE day >= pg_temp.today() - 2$$),
  ('every_way', 'another operator', 'Nested Loop(Scan, Materialize(Seq Scan))', $$
    SELECT c.* FROM own.few AS p JOIN usage.completions AS c ON c.project_id < p.id
    WHERE day >= pg_temp.today() - 2$$);
CALL pg_temp.run_cases();
\i test/lib/report.sql
SET usage_fdw.enable_pushdown = off;
SELECT count(*) FROM cases WHERE pg_temp.shape(query) ~ 'Scan\[';
RESET usage_fdw.enable_pushdown;
-- in PostgreSQL's words
EXPLAIN (COSTS OFF)
SELECT c.day, c.model FROM own.few AS p
LEFT JOIN usage.completions AS c ON c.project_id = p.id AND day >= '2026-01-01';
\set ECHO none
\set QUIET on

-- what two tables narrow together, for each pair of their rows
INSERT INTO cases (how, name, plan, query, asks) VALUES
  ('looped', 'pairs of two tables',
    'Nested Loop(Nested Loop(Seq Scan, Seq Scan), Scan[models project_ids])', $$
    SELECT c.* FROM (own.few AS p CROSS JOIN own.model AS m)
    JOIN usage.completions AS c ON c.project_id = p.id AND c.model = m.id
      AND day >= pg_temp.today() - 20$$, '
    completions today-20..now 1d limit=21 project_ids=proj_web models=gpt-5.4-2026-03-05
    completions today-20..now 1d limit=21 project_ids=proj_web models=gpt-6-astra
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu models=gpt-5.4-2026-03-05
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu models=gpt-6-astra');
SET join_collapse_limit = 1;
CALL pg_temp.run_cases();
RESET join_collapse_limit;

INSERT INTO cases (how, name, plan, query, asks) VALUES
  -- an id that an outer join makes NULL asks for nothing
  ('looped', 'NULL of an outer join',
    'Nested Loop Left(Nested Loop Left(Seq Scan, Seq Scan), Scan[project_ids])', $$
    SELECT p.id AS p, q.id AS q, c.* FROM own.project AS p LEFT JOIN own.few AS q ON q.id = p.id
    LEFT JOIN usage.completions AS c ON c.project_id = q.id AND day >= pg_temp.today() - 20$$, '
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu
    completions today-20..now 1d limit=21 project_ids=proj_web');

--
-- What requests carry
--
INSERT INTO cases (name, query, answer, asks) VALUES
  ('few', $$
    SELECT count(*) > 1 FROM own.few AS p JOIN usage.completions AS c ON c.project_id = p.id
    WHERE day >= pg_temp.today() - 20$$, 't', '
    completions today-20..now 1d limit=21 project_ids=proj_web
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu'),
  ('two dimensions', $$
    SELECT count(*) > 1 FROM own.pair AS p JOIN usage.completions AS c USING (project_id, model)
    WHERE day >= pg_temp.today() - 20$$, 't', '
    completions today-20..now 1d limit=21 project_ids=proj_web models=gpt-5.4-2026-03-05
    completions today-20..now 1d limit=21 project_ids=proj_web models=gpt-6-astra
    completions today-20..now 1d limit=21 project_ids=proj_web models=gpt-6-luna'),
  ('two tables', $$
    SELECT count(*) > 1 FROM own.few AS p, own.model AS m, usage.completions AS c
    WHERE c.project_id = p.id AND c.model = m.id AND day >= pg_temp.today() - 20$$, 't', '
    completions today-20..now 1d limit=21 project_ids=proj_web
    completions today-20..now 1d limit=21 project_ids=proj_ops/eu'),
  -- an id that is NULL matches nothing; characters as they are
  ('odd characters', $$
    SELECT count(*) FROM own.odd AS o JOIN usage.completions AS c ON c.project_id = o.id
    WHERE day >= pg_temp.today() - 20$$, '0', $$
    completions today-20..now 1d limit=21 project_ids=a b&c=d+e%25/?#"\'[],{};:@<>|
    completions today-20..now 1d limit=21 project_ids=ä€😀$$),
  ('NULL', $$
    SELECT count(*) FROM (SELECT id FROM own.odd WHERE id IS NULL OFFSET 0) AS o
    JOIN usage.completions AS c ON c.project_id = o.id
    WHERE day >= pg_temp.today() - 20$$, '0', ''),
  ('time that comes with the row', $$
    SELECT count(*) > 0 FROM (SELECT * FROM own.project ORDER BY id LIMIT 2) AS p
    JOIN usage.completions AS c ON c.project_id = p.id AND c.day >= p.since$$, 't', '
    completions today-1..now 1d limit=2 project_ids=proj_Ab12Cd34
    completions today-2..now 1d limit=3 project_ids=proj_R&D=1');
CALL pg_temp.run_cases();
\i test/lib/report.sql
-- the same ids again and again
SELECT pg_temp.shape($$
  SELECT * FROM own.twice AS p JOIN LATERAL (
    SELECT day, model FROM usage.completions AS c
    WHERE c.project_id = p.id AND day >= pg_temp.today() - 20 OFFSET 0) AS c ON true$$);

--
-- Prepared statements
--
SET plan_cache_mode = force_generic_plan;
PREPARE joined(date, text) AS
SELECT count(*) FROM own.project AS p JOIN usage.completions AS c ON c.project_id = p.id
WHERE c.day >= $1 AND p.team = $2;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
EXECUTE joined(pg_temp.today() - 3, 'team 0') \g /dev/null
EXECUTE joined(pg_temp.today() - 2, 'team 1') \g /dev/null
\i test/lib/requests.sql
DEALLOCATE joined;
RESET plan_cache_mode;

DROP SCHEMA own CASCADE;
