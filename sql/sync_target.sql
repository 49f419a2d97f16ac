--
-- What a kept table may be like, what it must have, and who may keep it.
--
\i test/lib/sync.sql
\set ECHO none
\set QUIET on

--
-- Shapes: partitions by either time, other columns in another order, odd names
--
CREATE TABLE kept.by_day (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE TABLE kept.by_day_old PARTITION OF kept.by_day DEFAULT;
SELECT format('CREATE TABLE kept.by_day_%s PARTITION OF kept.by_day FOR VALUES FROM (%L) TO (%L)',
  n, today - n, today - n + 30) FROM generate_series(0, 90, 30) AS n, pg_temp.today() \gexec
CREATE TABLE kept.by_start (LIKE usage.costs, id bigserial, PRIMARY KEY (start_time, id))
  PARTITION BY RANGE (start_time);
SELECT pg_temp.today() - 100 AS bound \gset
CREATE TABLE kept.by_start_1 PARTITION OF kept.by_start FOR VALUES FROM (MINVALUE) TO (:'bound');
CREATE TABLE kept.by_start_2 PARTITION OF kept.by_start FOR VALUES FROM (:'bound') TO (MAXVALUE);
CREATE TABLE kept.more (
  note text NOT NULL DEFAULT 'kept',
  id bigint GENERATED ALWAYS AS IDENTITY,
  dropped int,
  day date GENERATED ALWAYS AS ((start_time AT TIME ZONE 'UTC')::date) STORED,
  quantity_unit text, quantity numeric, currency text, amount numeric,
  line_item text, project_id text,
  end_time timestamptz, start_time timestamptz NOT NULL,
  UNIQUE (start_time, project_id, line_item));
ALTER TABLE kept.more DROP COLUMN dropped;
CREATE FOREIGN TABLE kept.named (
  "the amount, ""all""" numeric OPTIONS (column_name 'amount'),
  "Day" date OPTIONS (column_name 'day'))
  SERVER openai OPTIONS (endpoint 'costs');
CREATE TABLE kept."odd name's" ("Day" date, "the amount, ""all""" numeric);
CREATE VIEW oracle.named AS SELECT day, day AS "Day", sum(amount) AS "the amount, ""all"""
FROM oracle.costs GROUP BY day;
CREATE FOREIGN TABLE kept.invoiced (start_time timestamptz,
  day date OPTIONS (field 'invoiced_on', role 'other'), amount numeric)
  SERVER openai OPTIONS (endpoint 'costs');
CREATE TABLE kept.by_invoice (LIKE kept.invoiced);
CREATE VIEW oracle.by_invoice AS
SELECT day, start_time, sum(amount) AS amount FROM oracle.costs GROUP BY 1, 2;
CREATE FOREIGN TABLE kept.starts
  (start_time timestamptz, batch boolean, model text, input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
CREATE TABLE kept.by_model (LIKE kept.starts);
ALTER FOREIGN TABLE kept.starts DROP COLUMN batch;
ALTER TABLE kept.by_model DROP COLUMN batch;  -- by the same number
CREATE VIEW oracle.by_model AS
SELECT day, start_time, model, sum(input_tokens)::bigint AS input_tokens
FROM oracle.completions GROUP BY 1, 2, 3;

SELECT pg_temp.keep('kept.by_day', 'costs'),
  pg_temp.keep('kept.by_start', 'costs', 'start_time, day, project_id, line_item, quantity'),
  pg_temp.keep('kept.more', 'costs', 'start_time, end_time, day, line_item, amount, currency'),
  pg_temp.keep('kept."odd name''s"', 'named', '"Day", "the amount, ""all"""', '"Day"'),
  pg_temp.keep('kept.by_model', 'by_model', 'start_time, model, input_tokens',
    '(start_time AT TIME ZONE ''UTC'')::date'),
  pg_temp.keep('kept.by_invoice', 'by_invoice', 'start_time, amount',
    '(start_time AT TIME ZONE ''UTC'')::date') \g /dev/null
SET timezone = 'Asia/Tokyo';
\set first '-365..-1, next 0, inserted, same'
\set again '-3..-1, next 0, replaced, same'
INSERT INTO cases (how, name, query, answer)
SELECT 'sync', concat(target, ': ', run),
  format('SELECT * FROM usage_fdw_sync(%L, %L)', source, target), answer
FROM (VALUES ('usage.costs', 'kept.by_day'), ('usage.costs', 'kept.by_start'),
    ('usage.costs', 'kept.more'), ('kept.named', 'kept."odd name''s"'),
    ('kept.starts', 'kept.by_model'), ('kept.invoiced', 'kept.by_invoice')) AS t(source, target)
  CROSS JOIN (VALUES ('first run', :'first'), ('once more', :'again')) AS r(run, answer);
-- The time of a row is told by what tells its partition, so that others are left alone.
INSERT INTO cases (how, name, query, answer)
SELECT 'value', concat('time of ', target),
  format('SELECT usage_fdw_sync_time(%L, %L, ''<'', ''$1'')', source, target), answer
FROM (VALUES ('usage.costs', 'kept.by_day', 'day < $1'),
    ('usage.costs', 'kept.by_start', 'start_time < ($1)::timestamp AT TIME ZONE ''UTC'''),
    ('usage.costs', 'kept.more', 'day < $1'),
    ('kept.named', 'kept."odd name''s"', '"Day" < $1'),
    ('kept.starts', 'kept.by_model', 'start_time < ($1)::timestamp AT TIME ZONE ''UTC'''),
    ('kept.invoiced', 'kept.by_invoice', 'start_time < ($1)::timestamp AT TIME ZONE ''UTC''')
  ) AS t(source, target, answer);
CALL pg_temp.run_cases();
RESET timezone;

--
-- What is not possible
--
CREATE TABLE kept.costs (LIKE usage.costs);
CREATE TABLE kept.without (LIKE usage.costs);
ALTER TABLE kept.without DROP COLUMN line_item;
CREATE TABLE kept.rounded (LIKE usage.costs);
ALTER TABLE kept.rounded ALTER COLUMN amount TYPE numeric(10, 2);
CREATE TABLE kept.other_type (LIKE usage.costs);
ALTER TABLE kept.other_type ALTER COLUMN day TYPE text;
CREATE TABLE kept."Quoted" (LIKE usage.costs);
ALTER TABLE kept."Quoted" RENAME amount TO "Amount";
CREATE TABLE kept.guarded (LIKE usage.costs);
CREATE TABLE kept.too_few (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE VIEW kept.costs_view AS TABLE kept.costs;
CREATE FOREIGN TABLE kept.timeless (project_id text, amount numeric)
  SERVER openai OPTIONS (endpoint 'costs');
CREATE TABLE kept.timeless_kept (LIKE kept.timeless);
CREATE FOREIGN TABLE kept.projects (id text, name text) SERVER openai OPTIONS (endpoint 'projects');
SELECT usage_fdw_sync('usage.costs', 'kept.costs') \g /dev/null
INSERT INTO cases (how, name, query, answer) VALUES
  ('fail', 'a view', $$SELECT usage_fdw_sync('usage.costs', 'kept.costs_view')$$,
    '42809 | kept.costs_view is not a table'),
  ('fail', 'a foreign table', $$SELECT usage_fdw_sync('usage.costs', 'usage.costs')$$,
    '42809 | usage.costs is not a table'),
  ('fail', 'no table', $$SELECT usage_fdw_sync('usage.costs', '1')$$,
    '42809 | 1 is not a table'),
  ('fail', 'NULL', $$SELECT usage_fdw_sync('usage.costs', NULL)$$,
    '22004 | source and target must not be NULL'),
  ('fail', 'a column is missing', $$SELECT usage_fdw_sync('usage.costs', 'kept.without')$$,
    '42703 | table kept.without has no column "line_item"'
    ' | Foreign table usage.costs has it, of type text.'
    ' | Say ALTER TABLE kept.without ADD COLUMN line_item text.'),
  ('fail', 'a measure is missing', $$SELECT usage_fdw_sync('usage.costs', 'kept."Quoted"')$$,
    '42703 | table kept."Quoted" has no column "amount"'
    ' | Foreign table usage.costs has it, of type numeric.'
    ' | Say ALTER TABLE kept."Quoted" ADD COLUMN amount numeric.'),
  ('fail', 'a number would be rounded', $$SELECT usage_fdw_sync('usage.costs', 'kept.rounded')$$,
    '42804 | column "amount" of table kept.rounded is of type numeric(10,2)'
    ' | In foreign table usage.costs it is of type numeric.'
    ' | Say ALTER TABLE kept.rounded ALTER COLUMN amount TYPE numeric.'),
  ('fail', 'another type', $$SELECT usage_fdw_sync('usage.costs', 'kept.other_type')$$,
    '42804 | column "day" of table kept.other_type is of type text'
    ' | In foreign table usage.costs it is of type date.'
    ' | Say ALTER TABLE kept.other_type ALTER COLUMN day TYPE date.'),
  ('fail', 'no time', $$SELECT usage_fdw_sync('kept.timeless', 'kept.timeless_kept')$$,
    '42703 | foreign table kept.timeless has no column "day" or "start_time"'),
  ('fail', 'a local table', $$SELECT usage_fdw_sync('kept.costs', 'kept.by_day')$$,
    '55000 | table kept.by_day is kept from usage.costs, not from kept.costs'
    ' | To begin anew, delete its row of usage_fdw_sync_state.'),
  ('fail', 'its own copy', $$SELECT usage_fdw_sync('kept.costs', 'kept.guarded')$$,
    '42809 | "costs" is not a foreign table of usage or costs'),
  ('fail', 'a negative interval', $$
    SELECT usage_fdw_sync('usage.costs', 'kept.costs', '1 day -25 hours')$$,
    '22023 | interval "restated" must not be negative or NULL'),
  ('fail', 'an interval of NULL', $$SELECT usage_fdw_sync('usage.costs', 'kept.costs', NULL)$$,
    '22023 | interval "restated" must not be negative or NULL'),
  ('fail', 'a list has no days', $$SELECT usage_fdw_first_day('kept.projects')$$,
    '42809 | "projects" is not a foreign table of usage or costs'),
  ('fail', 'an index has none', $$SELECT usage_fdw_first_day('pg_class_oid_index')$$,
    '42809 | "pg_class_oid_index" is not a foreign table of usage or costs'),
  ('value', 'the first day', $$
    SELECT usage_fdw_first_day('usage.costs') = pg_temp.today() - 365 AS day,
      usage_fdw_first_day('usage_minutely.completions') = pg_temp.today() - 365 AS minute,
      usage_fdw_first_day('kept.named') = pg_temp.today() - 365 AS named,
      usage_fdw_first_day(NULL) IS NULL AS unknown$$, 't|t|t|t'),
  ('value', 'errors leave no state', $$
    SELECT string_agg(target::text, ' ' ORDER BY target::text COLLATE "C") AS kept
    FROM usage_fdw_sync_state$$,
    'kept."odd name''s" kept.by_day kept.by_invoice kept.by_model kept.by_start kept.costs kept.more');
CALL pg_temp.run_cases();

-- What may not be NULL in the target has its default.
CREATE TABLE kept.coalesced (LIKE usage.costs);
ALTER TABLE kept.coalesced ALTER project_id SET DEFAULT concat('no ', 'project'),
  ALTER project_id SET NOT NULL, ALTER line_item SET DEFAULT 'none';
CREATE VIEW oracle.coalesced AS
SELECT start_time, end_time, day, coalesce(project_id, 'no project') AS project_id, line_item,
  amount, currency, quantity, quantity_unit FROM oracle.costs;
SELECT pg_temp.keep('kept.coalesced', 'coalesced') \g /dev/null
INSERT INTO cases (how, name, query, answer) VALUES
  ('value', 'some have none', $$
    SELECT count(*) > 10 FROM oracle.costs WHERE project_id IS NULL$$, 't'),
  ('sync', 'coalesced', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.coalesced')$$, :'first'),
  ('value', 'the same live', $$
    SELECT usage_fdw_create_live_view('kept.coalesced'),
      pg_temp.same('TABLE kept.coalesced_live', 'TABLE oracle.coalesced')$$,
    'kept.coalesced_live|same');
CALL pg_temp.run_cases();

-- Columnar storage deletes no rows; here, a trigger stands for it.
CREATE TABLE kept.appended (LIKE usage.costs);
CREATE FUNCTION kept.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE feature_not_supported USING MESSAGE = 'no row is deleted here';
END
$$;
CREATE TRIGGER refuse BEFORE DELETE ON kept.appended EXECUTE FUNCTION kept.refuse();
SELECT pg_temp.keep('kept.appended', 'costs') \g /dev/null
INSERT INTO cases (how, name, query, answer) VALUES
  ('value', 'nothing to delete yet', $$
    SELECT first_day - pg_temp.today(), next_day - pg_temp.today(), rows_inserted > 1000
    FROM usage_fdw_sync('usage.costs', 'kept.appended', before => pg_temp.today() - 5)$$,
    '-365|-5|t'),
  ('fail', 'rows to replace', $$SELECT usage_fdw_sync('usage.costs', 'kept.appended')$$,
    '0A000 | rows of table kept.appended cannot be replaced | no row is deleted here'
    ' | Say restated => ''0'', or keep the last days in partitions of another kind.'),
  ('sync', 'days are added', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.appended', '0')$$,
    '-5..-1, next 0, inserted, same'),
  ('sync', 'nothing to add', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.appended', '0')$$,
    'nothing read, next 0, same');
CALL pg_temp.run_cases();

-- Some days, whatever is kept
CREATE TABLE kept.some_days (LIKE usage.costs);
INSERT INTO kept.some_days (start_time, end_time, day) SELECT d - 500, d - 499, d - 500
FROM pg_temp.today() AS d;
SELECT pg_temp.keep('kept.some_days', 'costs') \g /dev/null
INSERT INTO cases (how, name, query, answer)
SELECT 'value', concat(first_day, ' to ', before), format($$
    SELECT rows_deleted > 0, rows_inserted > 0, usage_fdw_next_day('kept.some_days')
    FROM pg_temp.today() AS today, usage_fdw_sync_days('usage.costs', 'kept.some_days',
      today %s, today %s)$$, first_day, before), answer
FROM (VALUES ('- 9', '- 6', 'f|t|-infinity'), ('- 9', '- 6', 't|t|-infinity'),
    ('- 6', '- 6', 'f|f|-infinity'), ('- 6', '+ 5', 'f|t|-infinity'),
    ('- 1000', '- 9', 'f|t|-infinity')) AS t(first_day, before, answer);
INSERT INTO cases (how, name, query, answer) VALUES
  ('value', 'all days', $$
    SELECT count(*) FILTER (WHERE day = pg_temp.today() - 500) AS older,
      pg_temp.same('SELECT * FROM kept.some_days WHERE day > pg_temp.today() - 400',
        'SELECT * FROM oracle.costs WHERE day < pg_temp.today()')
    FROM kept.some_days$$, '1|same'),
  ('fail', 'a target that lacks a column', $$
    SELECT usage_fdw_sync_days('usage.costs', 'kept.without', '2026-01-01', '2026-01-02')$$,
    '42703 | table kept.without has no column "line_item"'
    ' | Foreign table usage.costs has it, of type text.'
    ' | Say ALTER TABLE kept.without ADD COLUMN line_item text.');
CALL pg_temp.run_cases();
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT usage_fdw_sync_days('usage.costs', 'kept.some_days', '2026-01-01', '2026-01-02');  -- ERROR
ROLLBACK;

-- A source that was made anew goes on; another one only where there is no state.
DROP FOREIGN TABLE kept.starts;
CREATE FOREIGN TABLE kept.starts (start_time timestamptz, model text, input_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions');
INSERT INTO cases (how, name, query, answer) VALUES
  ('sync', 'a source made anew', $$SELECT * FROM usage_fdw_sync('kept.starts', 'kept.by_model')$$,
    :'again'),
  ('fail', 'another source', $$SELECT * FROM usage_fdw_sync('usage_hourly.costs', 'kept.more')$$,
    '55000 | table kept.more is kept from usage.costs, not from usage_hourly.costs'
    ' | To begin anew, delete its row of usage_fdw_sync_state.'),
  ('fail', 'begin anew', $$DELETE FROM usage_fdw_sync_state WHERE target = 'kept.more'::regclass$$,
    'no error'),
  ('sync', 'begun anew', $$SELECT * FROM usage_fdw_sync('usage_hourly.costs', 'kept.more')$$,
    '-365..-1, next 0, replaced, same'),
  ('value', 'sources', $$
    SELECT string_agg(source::text, ' ' ORDER BY source::text COLLATE "C") AS sources
    FROM usage_fdw_sync_state WHERE target::text IN ('kept.more', 'kept.by_model')$$,
    'kept.starts usage_hourly.costs');
CALL pg_temp.run_cases();

--
-- Who may: those who may write to the target and read the source
--
CREATE ROLE regress_owner;
CREATE ROLE regress_writer;
CREATE ROLE regress_reader;
CREATE ROLE regress_other;
CREATE USER MAPPING FOR PUBLIC SERVER openai OPTIONS (api_key 'sk-admin-simulator');
GRANT USAGE ON SCHEMA kept, usage TO PUBLIC;
GRANT SELECT ON usage.costs TO regress_owner, regress_writer, regress_other;
CREATE TABLE kept.theirs (LIKE usage.costs);
ALTER TABLE kept.theirs OWNER TO regress_owner;
GRANT SELECT, INSERT, DELETE ON kept.theirs TO regress_writer, regress_reader;
GRANT SELECT, INSERT, UPDATE ON kept.theirs TO regress_other;
CREATE TABLE kept.gone (LIKE usage.costs);
INSERT INTO usage_fdw_sync_state VALUES ('kept.gone', 'usage.costs', '2020-01-01', now());
DROP TABLE kept.gone;
INSERT INTO cases (how, name, query, answer) VALUES
  ('as_role', 'the owner', $$
    regress_owner: SELECT usage_fdw_sync('usage.costs', 'kept.theirs')$$, 'no error'),
  ('as_role', 'one who may write', $$
    regress_writer: SELECT usage_fdw_sync('usage.costs', 'kept.theirs')$$, 'no error'),
  ('as_role', 'one who may not read the source', $$
    regress_reader: SELECT usage_fdw_sync('usage.costs', 'kept.theirs')$$,
    '42501 | permission denied for foreign table costs'),
  ('as_role', 'nor by asking for its first day', $$
    regress_reader: SELECT usage_fdw_first_day('usage.costs')$$,
    '42501 | permission denied for foreign table costs'),
  ('as_role', 'one who may not delete', $$
    regress_other: SELECT usage_fdw_sync('usage.costs', 'kept.theirs')$$,
    '42501 | permission denied to keep rows in table kept.theirs'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'neither by hand', $$
    regress_other: UPDATE usage_fdw_sync_state SET next_day = 'infinity'
      WHERE target = 'kept.theirs'::regclass$$,
    '42501 | permission denied to keep rows in table kept.theirs'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'nor of another row', $$
    regress_writer: UPDATE usage_fdw_sync_state SET target = 'kept.theirs'
      WHERE target = 'kept.costs'::regclass$$,
    '42501 | permission denied to keep rows in table kept.costs'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'nor to another one', $$
    regress_writer: UPDATE usage_fdw_sync_state SET target = 'kept.costs'
      WHERE target = 'kept.theirs'::regclass$$,
    '42501 | permission denied to keep rows in table kept.costs'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'nor by deleting', $$
    regress_other: DELETE FROM usage_fdw_sync_state WHERE target = 'kept.theirs'::regclass$$,
    '42501 | permission denied to keep rows in table kept.theirs'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'nor of what does not exist', $$
    regress_other: INSERT INTO usage_fdw_sync_state VALUES (1, 1, '2020-01-01', now())$$,
    '42501 | permission denied to keep rows in table 1'
    ' | It takes the privileges INSERT and DELETE on the table.'),
  ('as_role', 'all at once', 'regress_other: TRUNCATE usage_fdw_sync_state',
    '42501 | permission denied for table usage_fdw_sync_state'),
  ('as_role', 'what is gone', $$
    regress_other: DELETE FROM usage_fdw_sync_state AS s
      WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = s.target)$$, 'no error'),
  ('value', 'it is gone', $$
    SELECT count(*) FROM usage_fdw_sync_state WHERE target::text ~ '^\d'$$, '0');
CALL pg_temp.run_cases();

-- Rows that a policy hides would stay, and come once more.
ALTER TABLE kept.theirs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON kept.theirs USING (true);
INSERT INTO cases (how, name, query, answer) VALUES
  ('as_role', 'a policy', $$
    regress_owner: SELECT usage_fdw_sync('usage.costs', 'kept.theirs')$$,
    '42501 | query would be affected by row-level security policy for table "theirs"'
    ' | To disable the policy for the table''s owner, '
    'use ALTER TABLE NO FORCE ROW LEVEL SECURITY.');
CALL pg_temp.run_cases();
\i test/lib/report.sql
DROP OWNED BY regress_owner, regress_writer, regress_reader, regress_other;
DROP ROLE regress_owner, regress_writer, regress_reader, regress_other;
