--
-- Usage with names: which requests joins take, and random joins against the
-- oracle.  USAGE_RANDOM_COUNT says how many, USAGE_RANDOM_FIRST the number of
-- the first.
--
\i test/lib/lists.sql
\set by_path true
\set kept 'costs completions code_interpreter_sessions'
\set endpoints :kept
\i test/lib/oracles.sql
\set QUIET on
SET client_min_messages = warning;

-- ten days of usage, kept as tables
SELECT format('ALTER FOREIGN TABLE usage.%1$s OPTIONS (ADD history ''10 days'');
  CREATE TABLE oracle.%1$s_kept AS SELECT * FROM oracle.%1$s
  WHERE start_time >= date_trunc(''day'', now(), ''UTC'') - interval ''240 hours'';
  DROP VIEW oracle.%1$s CASCADE; ALTER TABLE oracle.%1$s_kept RENAME TO %1$s;
  ANALYZE oracle.%1$s', e) FROM string_to_table(:'kept', ' ') AS e \gexec
RESET client_min_messages;

\echo Names for usage: each list is read once; an id is read by itself:
INSERT INTO cases (query, asks) VALUES
  ('SELECT p.name, sum(c.amount) FROM usage.costs AS c LEFT JOIN usage.projects AS p
      ON p.id = c.project_id GROUP BY 1', 'costs projects?include_archived=true'),
  ('SELECT u.name, sum(c.input_tokens) FROM usage.completions AS c JOIN usage.users AS u
      ON u.id = c.user_id GROUP BY 1', 'usage/completions users'),
  ('SELECT k.owner_name, sum(c.input_tokens) FROM usage.completions AS c
      JOIN usage.project_api_keys AS k ON k.id = c.api_key_id GROUP BY 1', NULL),
  ('SELECT c.project_id, p.name, c.amount FROM usage.costs AS c
      JOIN usage.projects AS p ON p.id = c.project_id AND p.id = ''proj_web''', NULL),
  ('SELECT l.threshold_cents, sum(c.amount) FROM usage.spend_limits AS l, usage.costs AS c
      GROUP BY 1', NULL),
  -- keys whose owners have left, projects near their limit
  ('SELECT id FROM usage.project_api_keys AS k WHERE owner_type = ''user'' AND NOT EXISTS
      (SELECT FROM usage.users AS u WHERE u.id = k.owner_id)', NULL),
  ('SELECT p.name, c.amount, l.threshold_cents FROM usage.project_spend_limits AS l
      JOIN usage.projects AS p ON p.id = l.project_id
      JOIN (SELECT project_id, sum(amount) AS amount FROM usage.costs GROUP BY 1) AS c
        ON c.project_id = l.project_id WHERE c.amount * 100 > l.threshold_cents * 0.001', NULL),
  ('SELECT id FROM usage.users UNION ALL SELECT id FROM usage.projects
      UNION ALL SELECT id FROM usage.project_users', NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

EXPLAIN (COSTS OFF) SELECT id FROM usage.users UNION ALL SELECT id FROM usage.project_users;

\echo With statistics:
ANALYZE usage.projects, usage.users, usage.project_users, usage.project_api_keys, usage.costs;
ANALYZE usage.project_spend_limits, usage.spend_limits, usage.completions;
SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'usage'::regnamespace
AND reltuples > 0 AND relname ~ 'project|user|limit' ORDER BY relname;
EXPLAIN (COSTS OFF) SELECT * FROM usage.project_users AS w JOIN usage.projects AS p
ON p.id = w.project_id WHERE p.name LIKE 'Web%';
EXPLAIN (COSTS OFF) SELECT p.name, sum(amount) FROM usage.costs AS c
JOIN usage.projects AS p ON p.id = c.project_id GROUP BY 1;
INSERT INTO cases (query, asks) VALUES
  ($$SELECT * FROM usage.project_users AS w JOIN usage.projects AS p ON p.id = w.project_id
      WHERE p.name LIKE 'Web%'$$, 'projects?include_archived=true projects/proj_web/users'),
  ($$SELECT * FROM usage.project_users WHERE project_id IN
      (SELECT id FROM usage.projects WHERE status = 'active' AND external_key_id IS NOT NULL)$$,
    NULL);
CALL pg_temp.run_cases();
\i test/lib/lists_report.sql

\echo Random joins:
\i test/lib/lists_random.sql
\set count `echo "${USAGE_RANDOM_COUNT:-200}"`
\set first `echo "${USAGE_RANDOM_FIRST:-1}"`
CREATE TEMP TABLE tried AS
SELECT n, query, pg_temp.answer(query) AS answer
FROM generate_series(:first, :first + :count - 1) AS n, pg_temp.random_join(n) AS query;
SELECT count(*) FILTER (WHERE answer = 'same') > 0.4 * :count AS most_have_rows FROM tried;
SELECT n, answer, query FROM tried WHERE answer NOT IN ('same', 'both are empty')
ORDER BY n LIMIT 20;
