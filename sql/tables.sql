--
-- usage_fdw_create_tables(): what IMPORT FOREIGN SCHEMA makes, with comments.
--
\i test/lib/sync.sql
\set ECHO none
\set QUIET on
DROP SCHEMA IF EXISTS made, "Made too", own, given CASCADE;
CREATE SCHEMA own;
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs, images) FROM SERVER openai INTO own
  OPTIONS (bucket_width '1h', extra_dimensions 'true');
IMPORT FOREIGN SCHEMA usage EXCEPT (users, projects) FROM SERVER openai INTO own
  OPTIONS (kinds 'list, object');
CREATE FOREIGN DATA WRAPPER others;
CREATE SERVER others FOREIGN DATA WRAPPER others;

-- What a schema has: tables, columns, types and options; and how many comments.
CREATE FUNCTION pg_temp.shape(schema regnamespace) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('%s %s, %s %s %s not null %s', c.relname, t.ftoptions, a.attnum, a.attname,
    format_type(a.atttypid, a.atttypmod), a.attnotnull)
  FROM pg_foreign_table AS t JOIN pg_class AS c ON c.oid = t.ftrelid
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = schema
$$;
CREATE FUNCTION pg_temp.comments(schema regnamespace, OUT tables bigint, OUT columns bigint,
  OUT without bigint) LANGUAGE sql AS $$
  SELECT count(DISTINCT c.oid) FILTER (WHERE obj_description(c.oid, 'pg_class') IS NOT NULL),
    count(col_description(c.oid, a.attnum)),
    count(*) FILTER (WHERE col_description(c.oid, a.attnum) IS NULL)
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = schema AND c.relkind = 'f'
$$;

-- An error without its hint, which may have a list of all tables.
CREATE FUNCTION pg_temp.briefly(query text, OUT plan text, OUT answer text) LANGUAGE sql AS $$
  SELECT NULL, array_to_string((string_to_array(f.answer, ' | '))[:2], ' | ')
  FROM pg_temp.fail(query) AS f
$$;

INSERT INTO cases (how, name, query, answer) VALUES
  -- all of them; the schema is made
  ('value', 'all', $$
    SELECT count(*) AS rows, count(DISTINCT foreign_table) AS tables,
      bool_and(foreign_table = format('made.%I', endpoint)::regclass) AS named,
      bool_and(description = (SELECT DISTINCT k.endpoint_description FROM usage_fdw_columns() AS k
        WHERE k.endpoint = t.endpoint)) AS described
    FROM usage_fdw_create_tables('openai', 'made') AS t$$, '23|23|t|t'),
  ('value', 'as IMPORT makes them', $$
    SELECT pg_temp.same($q$SELECT pg_temp.shape('made')$q$, $q$SELECT pg_temp.shape('usage')$q$)$$,
    'same'),
  ('value', 'each has its meaning', $$
    SELECT pg_temp.same($q$
      SELECT c.relname, obj_description(c.oid, 'pg_class'), a.attname,
        col_description(c.oid, a.attnum)
      FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'made'::regnamespace$q$, $q$
      SELECT endpoint::name, endpoint_description, column_name::name, CASE WHEN unit IS NULL
        THEN description ELSE format('%s [%s]', description, unit) END
      FROM usage_fdw_columns() WHERE imported$q$)$$, 'same'),
  ('value', 'two of them', $$
    SELECT col_description('made.costs'::regclass, 6) AS amount,
      col_description('made.costs'::regclass, 4) AS project_id$$,
    'what it cost [currency]|id of the project, as in projects'),
  ('value', 'IMPORT itself comments nothing', $$SELECT * FROM pg_temp.comments('usage')$$,
    '0|0|208'),

  -- options are IMPORT's
  ('value', 'two of hours, in a schema of odd name', $$
    SELECT string_agg(foreign_table::text, ' ' ORDER BY endpoint) AS made
    FROM usage_fdw_create_tables('openai', 'Made too', limit_to => '{costs,images}',
      bucket_width => '1h', extra_dimensions => true)$$,
    '"Made too".costs "Made too".images'),
  ('value', 'of some kinds, without others', $$
    SELECT string_agg(endpoint, ' ' ORDER BY endpoint) AS made
    FROM usage_fdw_create_tables('openai', 'Made too', exclude => '{users,projects}',
      kinds => 'list, object')$$,
    'admin_api_keys project_api_keys project_rate_limits project_service_accounts'
    ' project_spend_alerts project_spend_limits project_users spend_alerts spend_limits'),
  ('value', 'what the options made', $$
    SELECT pg_temp.same($q$SELECT pg_temp.shape('"Made too"')$q$,
      $q$SELECT pg_temp.shape('own')$q$)$$, 'same'),
  ('value', 'all have comments', $$SELECT * FROM pg_temp.comments('"Made too"')$$, '11|82|0'),
  ('value', 'the others have none', $$SELECT * FROM pg_temp.comments('own')$$, '0|0|82'),

  -- next to what is there
  ('fail', 'a table by hand', $$
    CREATE FOREIGN TABLE made."Costs" (day date, amount numeric) SERVER openai
      OPTIONS (endpoint 'costs')$$, 'no error'),
  ('fail', 'twice', $$
    SELECT usage_fdw_create_tables('openai', 'made')$$,
    '42P07 | relation "completions" already exists'),
  ('fail', 'one is dropped', 'DROP FOREIGN TABLE made.images', 'no error'),
  ('value', 'made anew', $$
    SELECT array_agg(foreign_table) AS made
    FROM usage_fdw_create_tables('openai', 'made', limit_to => '{images}')$$, '["made.images"]'),
  ('value', 'nothing else is commented', $$
    SELECT obj_description('made."Costs"'::regclass, 'pg_class') AS comment,
      col_description('made."Costs"'::regclass, 1) AS of_day$$, '|'),

  -- what is wrong
  ('briefly', 'no such table', $$
    SELECT usage_fdw_create_tables('openai', 'none', limit_to => '{costs,weather}')$$,
    'HV00R | table "weather" does not exist in schema "usage"'),
  ('briefly', 'a name is not SQL', $$
    SELECT usage_fdw_create_tables('openai', 'none', exclude => '{"costs) --"}')$$,
    'HV00R | table "costs) --" does not exist in schema "usage"'),
  ('fail', 'no list', $$
    SELECT usage_fdw_create_tables('openai', 'none', limit_to => '{}')$$,
    '22023 | a list of tables must not be empty or have NULLs in it'
    ' | To have all tables, leave it out.'),
  ('briefly', 'NULL in a list', $$
    SELECT usage_fdw_create_tables('openai', 'none', exclude => '{costs,NULL}')$$,
    '22023 | a list of tables must not be empty or have NULLs in it'),
  ('fail', 'both lists', $$
    SELECT usage_fdw_create_tables('openai', 'none', '{costs}', '{images}')$$,
    '22023 | limit_to and exclude exclude each other'),
  ('fail', 'no width', $$
    SELECT usage_fdw_create_tables('openai', 'none', bucket_width => '2h''')$$,
    'HV024 | invalid value for option "bucket_width": "2h''" | Valid values are: 1m, 1h, 1d.'),
  ('fail', 'no kind', $$
    SELECT usage_fdw_create_tables('openai', 'none', kinds => 'lists')$$,
    'HV024 | invalid value for option "kinds": "lists" | Valid values are: usage, list, object.'),
  ('fail', 'no server', $$SELECT usage_fdw_create_tables('weather', 'none')$$,
    '42704 | server "weather" does not exist'),
  ('fail', 'the server is another wrapper''s', $$
    SELECT usage_fdw_create_tables('others', 'none')$$,
    '42809 | server "others" is not of the foreign data wrapper usage_fdw'),
  ('fail', 'NULL for a server', $$SELECT usage_fdw_create_tables(NULL, 'none')$$,
    '22004 | server and schema must not be NULL'),
  ('fail', 'NULL for a schema', $$SELECT usage_fdw_create_tables('openai', NULL)$$,
    '22004 | server and schema must not be NULL'),
  ('value', 'a schema was made by none of these', $$SELECT to_regnamespace('none') AS none$$, '');
CALL pg_temp.run_cases();

-- Who may not make a schema can use one that is there.
CREATE ROLE regress_maker;
GRANT USAGE ON FOREIGN SERVER openai TO regress_maker;
CREATE SCHEMA given;
GRANT CREATE, USAGE ON SCHEMA given TO regress_maker;
INSERT INTO cases (how, name, query, answer) VALUES
  ('as_role', 'a schema of his own', $$
    regress_maker: SELECT usage_fdw_create_tables('openai', 'none')$$,
    '42501 | permission denied for database contrib_regression'),
  ('as_role', 'one that he was given', $$
    regress_maker: SELECT usage_fdw_create_tables('openai', 'given', kinds => 'usage')$$,
    'no error'),
  ('value', 'they are his, with comments', $$
    SELECT c.*, (SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class
      WHERE relnamespace = 'given'::regnamespace) AS owner
    FROM pg_temp.comments('given') AS c$$, '12|136|0|regress_maker'),
  ('as_role', 'one that he was not', $$
    regress_maker: SELECT usage_fdw_create_tables('openai', 'own', kinds => 'usage')$$,
    '42501 | permission denied for schema own');
CALL pg_temp.run_cases();
\i test/lib/report.sql
DROP SERVER others;
DROP FOREIGN DATA WRAPPER others;
SET client_min_messages = warning;
DROP SCHEMA made, "Made too", own, given CASCADE;
DROP OWNED BY regress_maker;
DROP ROLE regress_maker;
