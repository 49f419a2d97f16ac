--
-- usage_fdw_update_tables(): columns that import declares and a table has not been offered.
--
\i test/lib/sync.sql
\set ECHO none
\set QUIET on
DROP SCHEMA IF EXISTS old, by_hand, names, parts, theirs CASCADE;
CREATE ROLE regress_owner;
GRANT USAGE ON FOREIGN SERVER openai TO regress_owner;

-- What a call did, but for comments; "ROLE: CALL" as that role.
CREATE FUNCTION pg_temp.updated(query text, OUT plan text, OUT answer text)
LANGUAGE plpgsql AS $$
DECLARE
  role text := substring(query FROM '^\s*(\w+): ');
BEGIN
  EXECUTE CASE WHEN role IS NULL THEN 'RESET ROLE' ELSE format('SET LOCAL ROLE %I', role) END;
  EXECUTE format('SELECT coalesce(string_agg(concat_ws('' '', relation, column_name, action,
      ''('' || reason || '')''), ''; '' ORDER BY n), ''nothing'') FROM %s WITH ORDINALITY
      AS u(relation, column_name, action, reason, n) WHERE action <> ''commented''',
    regexp_replace(query, '^\s*\w+: ', '')) INTO answer;
  RESET ROLE;
END
$$;
-- What a table remembers
CREATE FUNCTION pg_temp.remembered(name regclass) RETURNS text LANGUAGE sql AS $$
  SELECT array_to_string(ftoptions[2:], ' ') FROM pg_foreign_table WHERE ftrelid = name
$$;

-- As an older version imported them: of before the first revision.
CREATE SCHEMA old;
CREATE FOREIGN TABLE old.completions (start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL, day date NOT NULL, project_id text, user_id text,
  api_key_id text, model text, batch boolean, service_tier text, num_model_requests bigint,
  input_tokens bigint, output_tokens bigint, input_cached_tokens bigint)
  SERVER openai OPTIONS (endpoint 'completions', revision '0', bucket_width '1h');
CREATE FOREIGN TABLE old.costs (start_time timestamptz NOT NULL, end_time timestamptz NOT NULL,
  day date NOT NULL, project_id text, amount numeric)
  SERVER openai OPTIONS (endpoint 'costs', revision '0');
CREATE FOREIGN TABLE old.users (id text, name text)
  SERVER openai OPTIONS (endpoint 'users', revision '0');
COMMENT ON FOREIGN TABLE old.users IS 'people';
COMMENT ON COLUMN old.costs.amount IS 'what we owe';

-- What stands on them: views, a materialized one, a kept table and its live view
CREATE VIEW old.all_costs AS SELECT * FROM old.costs;
CREATE VIEW old.tokens AS SELECT c.model, u.name, sum(c.input_tokens) AS tokens
FROM old.completions AS c LEFT JOIN old.users AS u ON u.id = c.user_id GROUP BY 1, 2;
CREATE MATERIALIZED VIEW old.total AS
SELECT sum(amount) AS amount, count(*) AS rows FROM old.costs;
CREATE TABLE kept.costs (LIKE old.costs);
CREATE VIEW old.no_table AS SELECT * FROM kept.costs;
INSERT INTO usage_fdw_sync_state VALUES ('old.no_table', 'old.costs', '-infinity', now());
SELECT usage_fdw_sync('old.costs', 'kept.costs', before => pg_temp.today() - 3),
  usage_fdw_create_live_view('kept.costs') \g /dev/null
CREATE TEMP TABLE before AS SELECT * FROM old.all_costs;
CREATE TEMP TABLE tokens_before AS SELECT * FROM old.tokens;

INSERT INTO cases (how, name, query, answer) VALUES
  -- Measures and what goes with them; a dimension would make other rows.
  ('updated', 'the first time', $$usage_fdw_update_tables('old')$$,
    'old.completions input_cache_write_tokens added;'
    ' old.completions input_cache_write_30m_tokens added;'
    ' old.completions input_cache_write_12h_tokens added;'
    ' old.completions input_uncached_tokens added; old.completions input_text_tokens added;'
    ' old.completions output_text_tokens added; old.completions input_cached_text_tokens added;'
    ' old.completions input_audio_tokens added; old.completions input_cached_audio_tokens added;'
    ' old.completions output_audio_tokens added; old.completions input_image_tokens added;'
    ' old.completions input_cached_image_tokens added; old.completions output_image_tokens added;'
    ' old.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' old.costs currency added; kept.costs currency added;'
    ' old.costs quantity skipped (it needs the dimension "line_item");'
    ' old.costs quantity_unit skipped (it needs the dimension "line_item");'
    ' old.users email added; old.users role added; old.users added_at added;'
    ' old.users is_service_account added; old.users api_key_last_used_at added'),
  ('value', 'what they remember', $$
    SELECT pg_temp.remembered('old.completions') AS completions,
      pg_temp.remembered('old.costs') AS costs, pg_temp.remembered('old.users') AS users$$,
    'revision=1 bucket_width=1h|revision=1 dimensions_revision=0|revision=1'),
  ('value', 'comments of theirs stay', $$
    SELECT obj_description('old.users'::regclass, 'pg_class') AS users,
      obj_description('old.costs'::regclass, 'pg_class') AS costs,
      col_description('old.costs'::regclass, 5) AS amount,
      col_description('old.costs'::regclass, 6) AS currency,
      col_description('old.costs'::regclass, 4) AS project$$,
    'people|costs by day, as they are invoiced|what we owe'
    '|currency of the amount: ISO 4217, in lower case|id of the project, as in projects'),

  -- what stands on them, as before
  ('value', 'a view', $$SELECT pg_temp.same('TABLE old.all_costs', 'TABLE before')$$, 'same'),
  ('value', 'a view of a join', $$
    SELECT pg_temp.same('TABLE old.tokens', 'TABLE tokens_before')$$, 'same'),
  ('fail', 'a materialized view', $$
    REFRESH MATERIALIZED VIEW old.total;
    DO 'BEGIN
      ASSERT (SELECT (amount, rows) = (SELECT sum(amount), count(*) FROM before) FROM old.total);
    END'$$, 'no error'),
  ('value', 'a live view', $$
    SELECT pg_temp.same('TABLE kept.costs_live', 'TABLE before')$$, 'same'),
  ('fail', 'the kept table goes on', $$SELECT usage_fdw_sync('old.costs', 'kept.costs')$$,
    'no error'),
  ('value', 'its live view, too', $$
    SELECT pg_temp.same('TABLE kept.costs_live', 'TABLE before')$$, 'same'),
  ('value', 'currencies from now on', $$
    SELECT min(day) = pg_temp.today() - 6 AS since, count(DISTINCT currency) AS currencies
    FROM kept.costs WHERE currency IS NOT NULL$$, 't|1'),

  -- and what is new
  ('value', 'a currency', $$
    SELECT pg_temp.same('SELECT day, currency, sum(amount) FROM old.costs GROUP BY 1, 2',
      'SELECT day, currency, sum(amount) FROM oracle.costs GROUP BY 1, 2')$$, 'same'),
  ('value', 'tokens', $$
    SELECT pg_temp.same('SELECT day, model, batch, sum(input_image_tokens), sum(output_text_tokens)
        FROM old.completions GROUP BY 1, 2, 3',
      'SELECT day, model, batch, sum(input_image_tokens), sum(output_text_tokens)
        FROM oracle.completions GROUP BY 1, 2, 3')$$, 'same'),
  ('value', 'names of people', $$
    SELECT pg_temp.same('SELECT id, name, email, role, added_at FROM old.users',
      'SELECT id, name, email, role, added_at FROM usage.users')$$, 'same'),

  -- once more: what waits is told again
  ('updated', 'again', $$usage_fdw_update_tables('old')$$,
    'old.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' old.costs quantity skipped (it needs the dimension "line_item");'
    ' old.costs quantity_unit skipped (it needs the dimension "line_item")'),
  ('fail', 'columns are dropped, a new one and an old one', $$
    ALTER FOREIGN TABLE old.users DROP COLUMN role, DROP COLUMN name CASCADE$$, 'no error'),
  ('fail', 'a comment is dropped', $$COMMENT ON COLUMN old.users.email IS NULL$$, 'no error'),
  ('updated', 'they do not come again', $$usage_fdw_update_tables('old')$$,
    'old.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' old.costs quantity skipped (it needs the dimension "line_item");'
    ' old.costs quantity_unit skipped (it needs the dimension "line_item")'),
  ('value', 'the comment does', $$
    SELECT col_description('old.users'::regclass, 3) AS email$$, 'email address of the user'),
  ('fail', 'all are wanted', $$
    ALTER FOREIGN TABLE old.users OPTIONS (SET revision '0')$$, 'no error'),
  ('updated', 'they do', $$usage_fdw_update_tables('old')$$,
    'old.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' old.costs quantity skipped (it needs the dimension "line_item");'
    ' old.costs quantity_unit skipped (it needs the dimension "line_item");'
    ' old.users name added; old.users role added'),

  -- Dimensions, when they are wanted: not where a table keeps rows without them
  ('updated', 'dimensions', $$usage_fdw_update_tables('old', dimensions => true)$$,
    'old.costs line_item skipped (table kept.costs keeps rows without this dimension);'
    ' old.costs quantity skipped (it needs the dimension "line_item");'
    ' old.costs quantity_unit skipped (it needs the dimension "line_item")'),
  ('fail', 'no kept table any more', $$
    DROP VIEW kept.costs_live, old.no_table; DROP TABLE kept.costs$$, 'no error'),
  ('fail', 'a currency is not wanted', $$ALTER FOREIGN TABLE old.costs DROP COLUMN currency$$,
    'no error'),
  ('updated', 'dimensions now', $$usage_fdw_update_tables('old', dimensions => true)$$,
    'old.costs line_item added; old.costs quantity added; old.costs quantity_unit added'),
  ('value', 'no dimension is left', $$SELECT pg_temp.remembered('old.costs') AS costs$$,
    'revision=1'),
  ('value', 'finer rows', $$
    SELECT pg_temp.same('SELECT day, project_id, line_item, amount, quantity, quantity_unit
        FROM old.costs', 'SELECT day, project_id, line_item, amount, quantity, quantity_unit
        FROM oracle.costs')$$, 'same'),
  ('value', 'the view of them', $$
    SELECT pg_temp.same('SELECT day, project_id, sum(amount) FROM old.all_costs GROUP BY 1, 2',
      'SELECT day, project_id, sum(amount) FROM before GROUP BY 1, 2')$$, 'same'),
  ('fail', 'a dimension is dropped', $$
    ALTER FOREIGN TABLE old.costs DROP COLUMN line_item, DROP COLUMN quantity,
      DROP COLUMN quantity_unit$$, 'no error'),
  ('updated', 'it does not come again', $$
    usage_fdw_update_tables('old', dimensions => true)$$, 'nothing'),
  ('value', 'the table is a coarse one', $$
    SELECT pg_temp.same('SELECT day, project_id, amount FROM old.costs',
      'SELECT day, project_id, amount FROM before')$$, 'same');
CALL pg_temp.run_cases();

-- What was made by hand, and what the catalogue does not know
CREATE SCHEMA by_hand;
CREATE FOREIGN TABLE by_hand.costs (day date, project_id text, amount numeric) SERVER openai;
CREATE FOREIGN TABLE by_hand.path (day date) SERVER openai
  OPTIONS (path '/organization/costs', revision '0');
CREATE TABLE by_hand.images (day date);

-- The same field by another name; another field by the same
CREATE SCHEMA names;
CREATE FOREIGN TABLE names."Tokens" ("from" timestamptz OPTIONS (column_name 'start_time'),
  "Day" date OPTIONS (column_name 'day'), project text OPTIONS (column_name 'project_id'),
  model text, requests bigint OPTIONS (field 'num_model_requests'),
  tokens bigint OPTIONS (field 'input_tokens'),
  end_time bigint OPTIONS (field 'other', role 'measure'))
  SERVER openai OPTIONS (endpoint 'embeddings', revision '0');


-- Partitions
CREATE SCHEMA parts;
CREATE TABLE parts.costs (day date, amount numeric) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE parts.live PARTITION OF parts.costs DEFAULT
  SERVER openai OPTIONS (endpoint 'costs', revision '0');

-- Others' tables
CREATE SCHEMA theirs;
GRANT CREATE, USAGE ON SCHEMA theirs TO regress_owner;
CREATE FOREIGN TABLE theirs.spend_limits (period text) SERVER openai
  OPTIONS (endpoint 'spend_limits', revision '0');
CREATE FOREIGN TABLE theirs.costs (day date, amount numeric) SERVER openai
  OPTIONS (endpoint 'costs', revision '0');
CREATE FOREIGN TABLE theirs.moderations (day date, input_tokens bigint) SERVER openai
  OPTIONS (endpoint 'moderations', revision '0');
CREATE TABLE theirs.kept (LIKE theirs.costs);
CREATE TABLE theirs.other (LIKE theirs.moderations);
SELECT usage_fdw_sync('theirs.costs', 'theirs.kept', before => pg_temp.today() - 300),
  usage_fdw_sync('theirs.moderations', 'theirs.other', before => pg_temp.today() - 300)
\g /dev/null
ALTER TABLE theirs.other ADD num_model_requests text, ADD end_time timestamptz;
ALTER FOREIGN TABLE theirs.costs OWNER TO regress_owner;

INSERT INTO cases (how, name, query, answer) VALUES
  ('updated', 'by hand', $$usage_fdw_update_tables('by_hand')$$,
    'by_hand.costs skipped (it was made by hand: it has no option "revision")'),
  ('value', 'it is left alone', $$
    SELECT count(*) AS columns, count(col_description(attrelid, attnum)) AS comments
    FROM pg_attribute WHERE attrelid = 'by_hand.costs'::regclass AND attnum > 0$$, '3|0'),
  ('updated', 'other names', $$usage_fdw_update_tables('names')$$,
    'names."Tokens" end_time skipped (there is another column of that name);'
    ' names."Tokens" user_id skipped (a dimension makes more rows: say dimensions => true);'
    ' names."Tokens" api_key_id skipped (a dimension makes more rows: say dimensions => true)'),
  ('value', 'comments under other names', $$
    SELECT col_description('names."Tokens"'::regclass, 1) AS start_time,
      col_description('names."Tokens"'::regclass, 6) AS input_tokens,
      col_description('names."Tokens"'::regclass, 7) AS other$$,
    'start of the bucket, inclusive|all input [tokens]|'),
  ('updated', 'what was skipped for its name is forgotten', $$
    usage_fdw_update_tables('names', true)$$,
    'names."Tokens" user_id added; names."Tokens" api_key_id added'),
  ('updated', 'a partition', $$usage_fdw_update_tables('parts')$$,
    'parts.live start_time skipped (parts.live is a partition: add it to table parts.costs);'
    ' parts.live end_time skipped (parts.live is a partition: add it to table parts.costs);'
    ' parts.live project_id skipped (a dimension makes more rows: say dimensions => true);'
    ' parts.live line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' parts.live currency skipped (parts.live is a partition: add it to table parts.costs);'
    ' parts.live quantity skipped (it needs the dimension "line_item");'
    ' parts.live quantity_unit skipped (it needs the dimension "line_item")'),
  ('value', 'it remembers nothing', $$SELECT pg_temp.remembered('parts.live') AS live$$,
    'revision=0'),
  ('fail', 'its table gets columns', $$
    ALTER TABLE parts.costs ADD start_time timestamptz, ADD end_time timestamptz,
      ADD currency text, ADD project_id text, ADD line_item text, ADD quantity numeric,
      ADD quantity_unit text$$,
    'no error'),
  ('updated', 'a partition that has all', $$usage_fdw_update_tables('parts')$$, 'nothing'),
  ('value', 'it remembers', $$SELECT pg_temp.remembered('parts.live') AS live$$, 'revision=1'),

  ('updated', 'of another owner, and kept by another', $$
    regress_owner: usage_fdw_update_tables('theirs')$$,
    'theirs.costs start_time skipped'
    ' (table theirs.kept, which keeps its rows, belongs to role postgres);'
    ' theirs.costs end_time skipped'
    ' (table theirs.kept, which keeps its rows, belongs to role postgres);'
    ' theirs.costs project_id skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.costs currency skipped'
    ' (table theirs.kept, which keeps its rows, belongs to role postgres);'
    ' theirs.costs quantity skipped (it needs the dimension "line_item");'
    ' theirs.costs quantity_unit skipped (it needs the dimension "line_item");'
    ' theirs.moderations skipped (it belongs to role postgres);'
    ' theirs.spend_limits skipped (it belongs to role postgres)'),
  ('updated', 'as a superuser', $$usage_fdw_update_tables('theirs')$$,
    'theirs.costs start_time added; theirs.kept start_time added; theirs.costs end_time added;'
    ' theirs.kept end_time added;'
    ' theirs.costs project_id skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.costs line_item skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.costs currency added; theirs.kept currency added;'
    ' theirs.costs quantity skipped (it needs the dimension "line_item");'
    ' theirs.costs quantity_unit skipped (it needs the dimension "line_item");'
    ' theirs.moderations start_time added; theirs.other start_time added;'
    ' theirs.moderations end_time added;'
    ' theirs.moderations project_id skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.moderations user_id skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.moderations api_key_id skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.moderations model skipped (a dimension makes more rows: say dimensions => true);'
    ' theirs.moderations num_model_requests skipped (there is another column of that name);'
    ' theirs.spend_limits threshold_cents added; theirs.spend_limits currency added;'
    ' theirs.spend_limits enforcement added'),
  ('fail', 'kept tables go on', $$
    SELECT usage_fdw_sync('theirs.costs', 'theirs.kept', before => pg_temp.today() - 290),
      usage_fdw_sync('theirs.moderations', 'theirs.other', before => pg_temp.today() - 290)$$,
    'no error'),

  ('fail', 'no schema', $$SELECT usage_fdw_update_tables('none')$$,
    '3F000 | schema "none" does not exist'),
  ('fail', 'NULL', $$SELECT usage_fdw_update_tables(NULL)$$,
    '22004 | schema and dimensions must not be NULL');
CALL pg_temp.run_cases();
\i test/lib/report.sql

-- Endpoints without a table are told of, where the schema has others of their kind.
SET client_min_messages = notice;
SELECT * FROM usage_fdw_update_tables('usage') WHERE action <> 'commented';
SELECT * FROM usage_fdw_update_tables('theirs') WHERE action <> 'skipped';
SELECT * FROM usage_fdw_update_tables('kept');
SET client_min_messages = warning;
DROP SCHEMA old, by_hand, names, parts, theirs CASCADE;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
