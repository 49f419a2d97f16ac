--
-- usage_fdw_create_live_view(): each day from one place, kept or live, by what is kept at
-- that moment.  What is kept is not asked for, and of what is live no more than a query
-- of the foreign table would ask for.
--
\i test/lib/sync.sql
\set ECHO none
\set QUIET on

CREATE TABLE kept.costs (LIKE usage.costs);
CREATE INDEX ON kept.costs (day);
CREATE TABLE kept.completions (LIKE usage.completions);
CREATE TABLE kept.hourly (
  LIKE usage_hourly.completions, id bigserial, PRIMARY KEY (start_time, id))
  PARTITION BY RANGE (start_time);
SELECT pg_temp.today() - 100 AS bound \gset
CREATE TABLE kept.hourly_1 PARTITION OF kept.hourly FOR VALUES FROM (MINVALUE) TO (:'bound');
CREATE TABLE kept.hourly_2 PARTITION OF kept.hourly FOR VALUES FROM (:'bound') TO (MAXVALUE);

-- before there is anything, a view shows all from the source, if that is named
INSERT INTO cases (how, name, query, answer) VALUES
  ('fail', 'not synchronized', $$SELECT usage_fdw_create_live_view('kept.costs')$$,
    '55000 | table kept.costs has not been synchronized'
    ' | Run usage_fdw_sync() before, or name the source.'),
  ('fail', 'not like it', $$
    SELECT usage_fdw_create_live_view('kept.costs', source => 'usage.images')$$,
    '42703 | table kept.costs has no column "user_id"'
    ' | Foreign table usage.images has it, of type text.'
    ' | Say ALTER TABLE kept.costs ADD COLUMN user_id text.'),
  ('fail', 'no table', $$SELECT usage_fdw_create_live_view('usage.costs')$$,
    '55000 | table usage.costs has not been synchronized'
    ' | Run usage_fdw_sync() before, or name the source.'),
  ('fail', 'no table', $$
    SELECT usage_fdw_create_live_view('usage.costs', source => 'usage.costs')$$,
    '42809 | usage.costs is not a table'),
  ('value', 'made', $$
    SELECT usage_fdw_create_live_view('kept.costs', source => 'usage.costs') AS costs,
      usage_fdw_create_live_view('kept.completions', 'all days', 'usage.completions') AS named,
      usage_fdw_create_live_view('kept.hourly', source => 'usage_hourly.completions') AS hourly$$,
    'kept.costs_live|kept."all days"|kept.hourly_live'),
  ('fail', 'there is one', $$
    SELECT usage_fdw_create_live_view('kept.costs', source => 'usage.costs')$$,
    '42P07 | relation "costs_live" already exists'),
  ('value', 'its comment', $$
    SELECT obj_description('kept.costs_live'::regclass, 'pg_class') AS comment$$,
    'days that kept.costs keeps, and later ones of usage.costs'),
  ('value', 'all live', $$
    SELECT pg_temp.same('TABLE kept.costs_live', 'TABLE oracle.costs')$$, 'same');
CALL pg_temp.run_cases();
SELECT usage_fdw_sync('usage.costs', 'kept.costs', before => pg_temp.today() - 9),
  usage_fdw_sync('usage.completions', 'kept.completions'),
  usage_fdw_sync('usage_hourly.completions', 'kept.hourly') \g /dev/null
ANALYZE kept.costs, kept.completions, kept.hourly;
-- what is not there, or another number, shows where a day comes from
UPDATE kept.costs SET project_id = 'kept';
INSERT INTO kept.costs (day, start_time, end_time, project_id)
SELECT d - 9, d - 9, d - 8, 'too late' FROM pg_temp.today() AS d;
SET timezone = 'America/New_York';

INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('value', 'each day from one place', $$
    SELECT pg_temp.same('TABLE kept.costs_live', $q$
      SELECT start_time, end_time, day,
        CASE WHEN day < pg_temp.today() - 9 THEN 'kept' ELSE project_id END, line_item, amount,
        currency, quantity, quantity_unit FROM oracle.costs$q$)$$, 'same',
    'costs today-9..now 1d limit=10'),
  ('value', 'one day', $$
    SELECT sum(amount) IS NOT DISTINCT FROM (SELECT sum(amount) FROM oracle.costs
      WHERE day = pg_temp.today() - 20) AS same
    FROM kept.costs_live WHERE day = pg_temp.today() - 20$$, 't', ''),
  ('value', 'days that are kept', $$
    SELECT sum(amount) = (SELECT sum(amount) FROM oracle.costs
      WHERE day BETWEEN pg_temp.today() - 200 AND pg_temp.today() - 10) AS same
    FROM kept.costs_live
    WHERE day BETWEEN pg_temp.today() - 200 AND pg_temp.today() - 10$$, 't', ''),
  ('value', 'the last day that is kept, and the next', $$
    SELECT sum(amount) IS NOT DISTINCT FROM (SELECT sum(amount) FROM oracle.costs
      WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 9) AS same
    FROM kept.costs_live WHERE day BETWEEN pg_temp.today() - 10 AND pg_temp.today() - 9$$, 't',
    'costs today-9..today-8 1d limit=1'),
  ('value', 'a sum of hours, by day', $$
    SELECT pg_temp.same('SELECT day, sum(input_tokens) FROM kept.hourly_live GROUP BY 1',
      'SELECT day, sum(input_tokens) FROM oracle.completions GROUP BY 1')$$, 'same', NULL),
  ('value', 'a sum by month, joined', $$
    SELECT pg_temp.same('SELECT date_trunc(''month'', day) AS m, p.id, sum(input_tokens)
        FROM kept."all days" JOIN (VALUES (''proj_web'')) AS p(id) ON p.id = project_id
        GROUP BY 1, 2',
      'SELECT date_trunc(''month'', day) AS m, project_id, sum(input_tokens)
        FROM oracle.completions WHERE project_id = ''proj_web'' GROUP BY 1, 2')$$, 'same',
    'completions today..now 1d limit=1 project_ids=proj_web'),
  ('value', 'the newest rows', $$
    SELECT array_agg(day ORDER BY day) = (SELECT array_agg(day ORDER BY day)
      FROM (SELECT day FROM oracle.completions ORDER BY day DESC LIMIT 3) AS o) AS same,
      min(day) >= pg_temp.today() - 4 AS new
    FROM (SELECT day FROM kept."all days" ORDER BY day DESC LIMIT 3) AS newest$$, 't|t', NULL);
CALL pg_temp.run_cases();

-- What of the source is read is as coarse as of the source itself; the planner leaves out
-- partitions, and takes an index.
INSERT INTO cases (how, name, query, answer, plan) VALUES
  ('explained', 'a sum by project', $$
    SELECT project_id, sum(amount) FROM kept.costs_live GROUP BY 1$$, 'explained',
    'Index Scan using costs_day_idx on costs; Foreign Scan on costs; Bucket Width: 1d;
      Group By: project_id'),
  ('explained', 'a sum by model, filtered', $$
    SELECT model, sum(input_tokens) FROM kept."all days"
    WHERE project_id = 'proj_web' GROUP BY 1$$,
    'explained', 'Seq Scan on completions; Foreign Scan on completions; Bucket Width: 1d;
      Group By: project_id, model; Filters: project_ids = proj_web'),
  ('explained', 'a sum of a day that is kept', $$
    SELECT sum(amount) FROM kept.costs_live WHERE day = pg_temp.today() - 30$$, 'explained',
    'Index Scan using costs_day_idx on costs; Foreign Scan on costs; Bucket Width: 1d'),
  ('explained', 'hours of the last week', $$
    SELECT sum(input_tokens) FROM kept.hourly_live
    WHERE start_time >= now() - interval '7 days'
      AND start_time < pg_temp.today()::timestamp AT TIME ZONE 'UTC' + interval '1 hour'$$,
    'explained', 'Subplans Removed: 1; Index Scan using hourly_2_pkey on hourly_2;
      Foreign Scan on completions; Bucket Width: 1h');
CALL pg_temp.run_cases();
RESET timezone;

-- The moment counts: the view follows each run, and a state that is gone.
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('fail', 'a run', $$
    SELECT usage_fdw_sync('usage.costs', 'kept.costs', '1 day')$$, 'no error', NULL),
  ('value', 'after it', $$
    SELECT count(*) FILTER (WHERE project_id = 'kept') > 0 AS kept,
      max(day) FILTER (WHERE project_id = 'kept') < pg_temp.today() - 10 AS till,
      sum(amount) = (SELECT sum(amount) FROM oracle.costs) AS same
    FROM kept.costs_live$$, 't|t|t', 'costs today..now 1d limit=1'),
  ('fail', 'the state is deleted', 'DELETE FROM usage_fdw_sync_state', 'no error', NULL),
  ('value', 'all from the source', $$
    SELECT pg_temp.same('TABLE kept.costs_live', 'TABLE oracle.costs')$$, 'same', NULL);
CALL pg_temp.run_cases();
SELECT usage_fdw_sync('usage.costs', 'kept.costs') \g /dev/null

-- Who may read the view need not see the tables, the schema of the extension or the key.
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA kept TO regress_reader;
GRANT SELECT ON kept.costs_live TO regress_reader;
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('as_role', 'a reader', $$
    regress_reader: DO 'BEGIN
      ASSERT (SELECT min(day) < current_date - 300 AND sum(amount) > 0 FROM kept.costs_live);
    END'$$, 'no error', 'costs today..now 1d limit=1'),
  ('as_role', 'not the source', $$regress_reader: SELECT 1 FROM usage.costs$$,
    '42501 | permission denied for schema usage', '');
CALL pg_temp.run_cases();
\i test/lib/report.sql
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
