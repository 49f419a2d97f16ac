--
-- Foreign tables written by hand: which columns they may have, of which types,
-- what a coarser grain gives, and columns that usage_fdw does not know.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\set endpoint vector_stores
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA own;
SET search_path = own, public;

-- What planning a SELECT from such a table says; the table is gone afterwards.
CREATE FUNCTION own.planned(columns text, options text DEFAULT 'endpoint ''completions''')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE own.t (%s) SERVER openai OPTIONS (%s)', columns, options);
  EXECUTE 'EXPLAIN SELECT * FROM own.t';
  RAISE EXCEPTION USING ERRCODE = 'UF000';
EXCEPTION
  WHEN SQLSTATE 'UF000' THEN
    RETURN 'planned';
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
                            hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ': ' || message
           || coalesce(E'\n detail: ' || nullif(detail, ''), '')
           || coalesce(E'\n hint: ' || nullif(hint, ''), '');
END
$$;

--
-- Any columns in any order
--
CREATE FOREIGN TABLE completions (
  output_tokens bigint,
  model text,
  day date,
  num_model_requests bigint,
  project_id text
) SERVER openai;
SELECT pg_temp.same('SELECT * FROM completions WHERE day >= pg_temp.today() - 40', $$
  SELECT sum(output_tokens)::bigint, model, day, sum(num_model_requests)::bigint, project_id
  FROM oracle.completions WHERE day >= pg_temp.today() - 40 GROUP BY model, day, project_id$$);

-- dropped, added and renamed in the catalogs only
ALTER FOREIGN TABLE completions DROP COLUMN model;
ALTER FOREIGN TABLE completions ADD COLUMN batch bool, ADD COLUMN end_time timestamptz;
ALTER FOREIGN TABLE completions DROP COLUMN output_tokens, ADD COLUMN input_tokens bigint;
SELECT pg_temp.same('SELECT * FROM completions WHERE day >= pg_temp.today() - 40', $$
  SELECT day, sum(num_model_requests)::bigint, project_id, batch, end_time,
    sum(input_tokens)::bigint
  FROM oracle.completions
  WHERE day >= pg_temp.today() - 40 GROUP BY day, project_id, batch, end_time$$);
SELECT pg_temp.same('SELECT c::text FROM completions AS c
  WHERE day >= pg_temp.today() - 40 AND batch', $$
  SELECT row(day, sum(num_model_requests)::bigint, project_id, batch, end_time,
    sum(input_tokens)::bigint)::text
  FROM oracle.completions
  WHERE day >= pg_temp.today() - 40 AND batch GROUP BY day, project_id, batch, end_time$$);
\i test/lib/requests.sql
ALTER FOREIGN TABLE completions RENAME COLUMN num_model_requests TO calls;
SELECT calls FROM completions WHERE day > pg_temp.today() + 5;  -- ERROR
ALTER FOREIGN TABLE completions ALTER COLUMN calls OPTIONS (ADD column_name 'num_model_requests');
ALTER FOREIGN TABLE completions RENAME COLUMN project_id TO "Project";
ALTER FOREIGN TABLE completions ALTER COLUMN "Project" OPTIONS (ADD column_name 'project_id');
ALTER FOREIGN TABLE completions RENAME COLUMN day TO "the day";
ALTER FOREIGN TABLE completions ALTER COLUMN "the day" OPTIONS (ADD column_name 'day');
\set QUIET on
SELECT pg_temp.same($$
  SELECT * FROM completions
  WHERE "the day" >= pg_temp.today() - 40 AND "Project" = 'proj_web'$$, $$
  SELECT day, sum(num_model_requests)::bigint, project_id, batch, end_time,
    sum(input_tokens)::bigint
  FROM oracle.completions WHERE day >= pg_temp.today() - 40 AND project_id = 'proj_web'
  GROUP BY day, project_id, batch, end_time$$);
\i test/lib/requests.sql
\set QUIET on

-- renamed table, one column twice, no dimension, no column at all
ALTER FOREIGN TABLE completions RENAME TO renamed;
SELECT count(*) FROM renamed;  -- ERROR
-- as shards are called, and as they are not
ALTER FOREIGN TABLE renamed RENAME TO completions_102106;
SELECT count(*) FROM completions_102106;  -- ERROR
ALTER FOREIGN TABLE completions_102106 RENAME TO completions_10x;
SELECT count(*) FROM completions_10x;  -- ERROR
ALTER FOREIGN TABLE completions_10x RENAME TO completions_;
SELECT count(*) FROM completions_;  -- ERROR
ALTER FOREIGN TABLE completions_ RENAME TO renamed;
CREATE FUNCTION own.hint(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE own.%I (day date) SERVER openai', name);
  EXECUTE format('EXPLAIN SELECT FROM own.%I', name);
  RETURN 'planned';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN hint;
END
$$;
SELECT name,
  CASE WHEN own.hint(name) LIKE 'A shard%' = is_shard THEN 'told so' ELSE 'NOT the answer' END AS hint
FROM (VALUES ('completions_102106', true), ('completions_10x', false), ('completions_', false))
  AS t(name, is_shard);
ALTER FOREIGN TABLE renamed OPTIONS (ADD endpoint 'completions');
SELECT count(*) > 0 AS found FROM renamed WHERE "the day" >= pg_temp.today() - 20;
CREATE FOREIGN TABLE total (
  model text, again text OPTIONS (column_name 'model'),
  day date, since timestamptz OPTIONS (column_name 'start_time'),
  input_tokens bigint, tokens numeric OPTIONS (column_name 'input_tokens')
) SERVER openai OPTIONS (endpoint 'completions');
SELECT pg_temp.same($$
  SELECT * FROM total
  WHERE day >= pg_temp.today() - 30 AND again = 'gpt-6-astra' AND model = 'gpt-6-astra'$$, $$
  SELECT model, model, day, start_time, sum(input_tokens)::bigint, sum(input_tokens)
  FROM oracle.completions
  WHERE day >= pg_temp.today() - 30 AND model = 'gpt-6-astra' GROUP BY model, day, start_time$$);
SELECT count(*) FROM total
WHERE day >= pg_temp.today() - 30
  AND again = 'gpt-6-astra' AND model = 'gpt-6-luna';  -- no request
\i test/lib/requests.sql
SELECT query ~ 'group_by=model.*group_by' AS twice FROM request;
\set QUIET on
ALTER FOREIGN TABLE total DROP COLUMN model, DROP COLUMN again;
SELECT pg_temp.same('SELECT * FROM total WHERE day >= pg_temp.today() - 30', $$
  SELECT day, start_time, sum(input_tokens)::bigint, sum(input_tokens)
  FROM oracle.completions WHERE day >= pg_temp.today() - 30 GROUP BY day, start_time$$);
CREATE FOREIGN TABLE empty () SERVER openai OPTIONS (endpoint 'completions', history '20 days');
SELECT pg_temp.same('SELECT count(*) FROM empty',
  'SELECT count(DISTINCT day) FROM oracle.completions WHERE day >= pg_temp.today() - 20');
\i test/lib/requests.sql
\set QUIET on

-- every single dimension is a grain
SELECT format('CREATE FOREIGN TABLE by_%1$s (day date, %1$I %2$s, input_tokens bigint)
  SERVER openai OPTIONS (endpoint %3$L)',
  column_name, data_type, 'completions')
FROM usage_fdw_columns() WHERE endpoint = 'completions' AND role = 'dimension' AND imported \gexec
SELECT column_name, pg_temp.same(
  format('SELECT day, %1$I, input_tokens FROM by_%1$s WHERE day >= pg_temp.today() - 40',
    column_name),
  format('SELECT day, %1$I, sum(input_tokens)::bigint FROM oracle.completions
    WHERE day >= pg_temp.today() - 40 GROUP BY 1, 2', column_name))
FROM usage_fdw_columns() WHERE endpoint = 'completions' AND role = 'dimension' AND imported;

-- a gauge adds up over projects, not over time
CREATE FOREIGN TABLE stores (start_time timestamptz, usage_bytes bigint)
  SERVER openai OPTIONS (endpoint 'vector_stores');
SELECT pg_temp.same('SELECT * FROM stores',
  'SELECT start_time, sum(usage_bytes)::bigint FROM oracle.vector_stores GROUP BY 1');

-- a label where there is just one, a measure without its label
CREATE FOREIGN TABLE spent (day date, amount numeric, currency text)
  SERVER openai OPTIONS (endpoint 'costs');
SELECT pg_temp.same('SELECT * FROM spent',
  'SELECT day, sum(amount), min(currency) FROM oracle.costs GROUP BY 1');
CREATE FOREIGN TABLE used (day date, line_item text, quantity numeric)
  SERVER openai OPTIONS (endpoint 'costs');
SELECT pg_temp.same('SELECT day, line_item FROM used',
  'SELECT DISTINCT day, line_item FROM oracle.costs');
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

--
-- Types
--
\pset format unaligned
\pset tuples_only on

-- too small, inexact, or something else
SELECT type || ': ' || own.planned('day date, input_tokens ' || type)
FROM unnest(ARRAY['bigint', 'numeric', 'int', 'smallint', 'float8', 'real', 'money', 'text', 'oid',
  'bool', 'bigint[]']) AS type;
SELECT type || ': ' || own.planned('day date, model ' || type)
FROM unnest(ARRAY['text', 'varchar', 'varchar(100)', 'char(60)', 'name', '"char"', 'bytea', 'json',
  'uuid', 'int', 'text[]']) AS type;
SELECT type || ': ' || own.planned('day date, batch ' || type)
FROM unnest(ARRAY['bool', 'text', 'int', 'bigint', 'bit(1)']) AS type;
SELECT type || ': ' || own.planned('start_time ' || type)
FROM unnest(ARRAY['timestamptz', 'timestamptz(0)', 'timestamp', 'date', 'bigint', 'text']) AS type;
SELECT type || ': ' || own.planned('end_time timestamptz, day ' || type)
FROM unnest(ARRAY['date', 'timestamp', 'timestamptz', 'text', 'int']) AS type;
SELECT type || ': ' || own.planned('amount ' || type, 'endpoint ''costs''')
FROM unnest(ARRAY['numeric', 'numeric(12,2)', 'numeric(3)', 'float8', 'money', 'bigint',
  'text']) AS type;
SELECT own.planned('currency varchar(3)', 'endpoint ''costs''');

-- domains: over what holds the field, but not over a bucket's edges
CREATE DOMAIN tokens AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN label AS text NOT NULL;
CREATE DOMAIN moment AS timestamptz;
CREATE DOMAIN tokens_of_tokens AS tokens;
SELECT own.planned('input_tokens tokens, model label, output_tokens tokens_of_tokens');
SELECT own.planned('input_tokens label');
SELECT own.planned('start_time moment');

-- columns and endpoints that do not exist, or not like this
SELECT own.planned('day date, modle text');
SELECT own.planned('day date, "Model" text');
SELECT own.planned('day date, model text OPTIONS (column_name ''modle'')');
SELECT own.planned('day date, amount numeric');
SELECT own.planned('day date, models bigint', 'endpoint ''costs''');
SELECT own.planned('day date, line_item text', 'endpoint ''weather''');
SELECT own.planned('day date, line_item text', 'bucket_width ''1d''');
SELECT own.planned('day date, amount numeric', 'endpoint ''costs'', bucket_width ''1h''');
SELECT own.planned('day date', 'endpoint ''completions'', bucket_width ''2h''');
SELECT own.planned('day date',
  'endpoint ''completions'', path ''/organization/usage/completions''');

-- a column without the dimension that it requires
SELECT own.planned('day date, quantity numeric', 'endpoint ''costs''');
SELECT own.planned('day date, quantity_unit text, project_id text', 'endpoint ''costs''');
SELECT own.planned('day date, q numeric OPTIONS (column_name ''quantity'')', 'endpoint ''costs''');
SELECT own.planned('day date, q numeric OPTIONS (column_name ''quantity''),
  item text OPTIONS (column_name ''line_item'')',
  'endpoint ''costs''');

-- roles and filters that make no sense
SELECT own.planned('day date, x text OPTIONS (role ''bucket'')');
SELECT own.planned('day date, x bigint OPTIONS (role ''measure'', filter ''xs'')');
SELECT own.planned('day date, x text OPTIONS (filter ''xs'')');
SELECT own.planned('day date, model text OPTIONS (role ''label'')');
SELECT own.planned('day date OPTIONS (role ''measure'')');
SELECT own.planned('model text, start_time timestamptz OPTIONS (role ''dimension'')');
SELECT own.planned('day date OPTIONS (role ''bucket'')');
SELECT own.planned('today date OPTIONS (field ''day'', role ''other'')');
SELECT own.planned('x bigint OPTIONS (field ''input_tokens'', role ''gauge'')');
SELECT own.planned('x int OPTIONS (field ''input_tokens'', role ''other'')');
SELECT own.planned('day date, x text OPTIONS (role ''dimension'', filter ''group_by'')');
SELECT own.planned('day date, all_of_it text OPTIONS (field ''*'')');
SELECT own.planned('day date, all_of_it json OPTIONS (field ''*'')');
SELECT own.planned('day date, all_of_it jsonb OPTIONS (field ''*'')');
\pset format aligned
\pset tuples_only off

-- varchar, domains and numeric with a scale hold what they can
CREATE FOREIGN TABLE narrow (
  day date, line_item varchar(60), project_id char(20), amount numeric(12,2), currency varchar(3)
) SERVER openai OPTIONS (endpoint 'costs');
SELECT pg_temp.same('SELECT * FROM narrow WHERE day >= pg_temp.today() - 40', $$
  SELECT day, line_item::varchar(60), project_id::char(20), amount::numeric(12,2),
    currency::varchar(3)
  FROM oracle.costs WHERE day >= pg_temp.today() - 40$$);
SELECT pg_temp.same($$
  SELECT * FROM narrow WHERE line_item = 'Image models' AND amount >= 0.01$$, $$
  SELECT day, line_item::varchar(60), project_id::char(20), amount::numeric(12,2),
    currency::varchar(3)
  FROM oracle.costs WHERE line_item = 'Image models' AND amount::numeric(12,2) >= 0.01$$);
-- blanks past its length are dropped by varchar, but not by the API: no filter
EXPLAIN (COSTS OFF) SELECT FROM narrow WHERE line_item = 'web search tool calls';
ALTER FOREIGN TABLE narrow ALTER COLUMN project_id TYPE varchar(9);
SELECT count(project_id) FROM narrow;  -- ERROR
SELECT count(line_item) > 0 AS other_columns FROM narrow;
ALTER FOREIGN TABLE narrow ALTER COLUMN amount TYPE numeric(3,2);
SELECT sum(amount) FROM narrow;  -- ERROR
\set QUIET on
CREATE FOREIGN TABLE checked (
  day date, model label, batch bool, input_tokens tokens, output_tokens tokens_of_tokens
) SERVER openai OPTIONS (endpoint 'completions');
SELECT pg_temp.same($$
  SELECT day, batch, input_tokens, output_tokens
  FROM checked WHERE day >= pg_temp.today() - 20$$, $$
  SELECT day, batch, input_tokens, output_tokens FROM (
    SELECT day, model, batch, sum(input_tokens)::bigint AS input_tokens,
      sum(output_tokens)::bigint AS output_tokens
    FROM oracle.completions WHERE day >= pg_temp.today() - 20 GROUP BY 1, 2, 3) AS o$$);
SELECT count(model) FROM checked;  -- ERROR
SELECT pg_temp.same($$
  SELECT * FROM checked WHERE model = 'gpt-6-astra' AND day >= pg_temp.today() - 20$$, $$
  SELECT day, model, batch, sum(input_tokens), sum(output_tokens)
  FROM oracle.completions
  WHERE model = 'gpt-6-astra' AND day >= pg_temp.today() - 20 GROUP BY 1, 2, 3$$);
ALTER DOMAIN tokens DROP CONSTRAINT tokens_check;
ALTER DOMAIN tokens ADD CHECK (VALUE < 0);
SELECT sum(input_tokens) FROM checked;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

--
-- What usage_fdw does not know
--

-- a dimension that is known, but only for who asks: by hand and by import
CREATE FOREIGN TABLE sources (day date, api_source text, num_model_requests bigint) SERVER openai
  OPTIONS (endpoint 'completions');
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions, costs) FROM SERVER openai INTO own
  OPTIONS (extra_dimensions 'true');
SELECT pg_temp.same('SELECT * FROM sources WHERE day >= pg_temp.today() - 40', $$
  SELECT day, api_source, sum(num_model_requests)::bigint
  FROM events.completions,
    LATERAL (SELECT (to_timestamp("time") AT TIME ZONE 'UTC')::date AS day) AS d
  WHERE day >= pg_temp.today() - 40 GROUP BY 1, 2$$);
SELECT pg_temp.same('SELECT day, api_source, sum(num_model_requests) FROM completions
  WHERE day >= pg_temp.today() - 40 GROUP BY 1, 2', $$
  SELECT day, api_source, sum(num_model_requests)
  FROM events.completions,
    LATERAL (SELECT (to_timestamp("time") AT TIME ZONE 'UTC')::date AS day) AS d
  WHERE day >= pg_temp.today() - 40 GROUP BY 1, 2$$);
SELECT pg_temp.same($$
  SELECT day, api_key_id, user_id, api_source, sum(amount) FROM costs
  WHERE day >= pg_temp.today() - 40 AND api_key_id = 'key_4' GROUP BY 1, 2, 3, 4$$, $$
  SELECT day, api_key_id, user_id, api_source, sum(amount)
  FROM events.costs, LATERAL (SELECT (to_timestamp("time") AT TIME ZONE 'UTC')::date AS day) AS d
  WHERE day >= pg_temp.today() - 40 AND api_key_id = 'key_4' GROUP BY 1, 2, 3, 4$$);
\i test/lib/requests.sql
\set QUIET on

-- an organization that may not group by all of these at once
\! "$USAGE_SIMULATOR_CONTROL" set costs_refuse=api_key_id
SELECT count(*) FROM costs;  -- ERROR
ALTER FOREIGN TABLE costs DROP COLUMN api_key_id;
SELECT count(*) > 0 AS found FROM costs WHERE day >= pg_temp.today() - 20;
\! "$USAGE_SIMULATOR_CONTROL" set costs_refuse=
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- the fields of an endpoint by their own names, all described by hand
CREATE FOREIGN TABLE unknown (
  day date,
  project text OPTIONS (field 'project_id', role 'dimension', filter 'project_ids'),
  line text OPTIONS (field 'line_item', role 'dimension', filter 'line_items'),
  spent numeric OPTIONS (field 'amount.value', role 'measure'),
  unit text OPTIONS (field 'amount.currency', role 'label'),
  quantity text OPTIONS (role 'label'),
  amount jsonb OPTIONS (field 'amount'),
  whole jsonb OPTIONS (field '*'),
  nothing text OPTIONS (field 'amount.nothing.at_all'),
  spent_text text OPTIONS (field 'amount.value', column_name 'x', role 'other')
) SERVER openai OPTIONS (path '/organization/costs');
SELECT pg_temp.same($$
  SELECT day, project, line, spent, unit, quantity::numeric
  FROM unknown WHERE day >= pg_temp.today() - 30$$, $$
  SELECT day, project_id, line_item, amount, currency, quantity
  FROM oracle.costs WHERE day >= pg_temp.today() - 30$$);
SELECT pg_temp.same($$
  SELECT day, project, line, spent FROM unknown
  WHERE day >= pg_temp.today() - 30 AND project IN ('proj_web', 'proj_R&D=1')
    AND line = 'Image models'$$, $$
  SELECT day, project_id, line_item, amount FROM oracle.costs
  WHERE day >= pg_temp.today() - 30 AND project_id IN ('proj_web', 'proj_R&D=1')
    AND line_item = 'Image models'$$);
SELECT pg_temp.same($$
  SELECT day, whole ->> 'project_id', whole ->> 'line_item',
    (whole -> 'amount' ->> 'value')::numeric,
    amount ->> 'currency', spent_text::numeric, whole ->> 'object', nothing
  FROM unknown WHERE day >= pg_temp.today() - 30$$, $$
  SELECT day, project_id, line_item, amount, currency, amount, 'organization.costs.result', NULL
  FROM oracle.costs WHERE day >= pg_temp.today() - 30$$);
SELECT count(*) > 0 AS found
FROM unknown WHERE day >= pg_temp.today() - 20 AND unit = 'usd' AND nothing IS NULL;
\i test/lib/requests.sql
SELECT DISTINCT substring(query FROM 'group_by=[^&]*&[^&]*') FROM request;
\set QUIET on

-- a new dimension of an endpoint that is known, with its filter
CREATE FOREIGN TABLE newer (
  day date,
  model text,
  region text OPTIONS (role 'dimension', filter 'regions'),
  num_model_requests bigint
) SERVER openai OPTIONS (endpoint 'completions', history '10 days');
SELECT * FROM newer WHERE region = 'eu';  -- ERROR
\i test/lib/requests.sql
SELECT query ~ 'group_by=model&group_by=region' AS grouped FROM request;
\set QUIET on

-- an endpoint that is not known: what the API says of it
CREATE FOREIGN TABLE weather (day date, wind bigint OPTIONS (role 'measure'))
  SERVER openai OPTIONS (path '/organization/usage/weather', history '10 days', bucket_width '1h');
SELECT * FROM weather WHERE day = pg_temp.today() - 2;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- an answer that the API has learnt to give
ALTER FOREIGN TABLE newer ALTER COLUMN region OPTIONS (SET role 'other', DROP filter);
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value='"eu"' count=1
SELECT DISTINCT region FROM newer;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=-12.50 count=1
SELECT DISTINCT region FROM newer;
SELECT DISTINCT region FROM newer;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value='{"a":[1,"x"],"b":null}' count=1
SELECT DISTINCT region FROM newer;  -- ERROR
ALTER FOREIGN TABLE newer ALTER COLUMN region OPTIONS (ADD field 'region.a');
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value='{"a":[1,"x"],"b":null}' count=1
SELECT DISTINCT region FROM newer;  -- ERROR
ALTER FOREIGN TABLE newer ALTER COLUMN region TYPE int;
ALTER FOREIGN TABLE newer ALTER COLUMN region OPTIONS (SET field 'region');
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=7 count=1
SELECT DISTINCT region FROM newer;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=7.5 count=1
SELECT DISTINCT region FROM newer;  -- ERROR
ALTER FOREIGN TABLE newer ALTER COLUMN region TYPE float8;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=7.5e-3 count=1
SELECT DISTINCT region FROM newer;
ALTER FOREIGN TABLE newer ALTER COLUMN region TYPE date;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value='"2026-02-29"' count=1
SELECT DISTINCT region FROM newer;  -- ERROR
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=true count=1
SELECT DISTINCT region FROM newer;  -- ERROR
ALTER FOREIGN TABLE newer ALTER COLUMN region TYPE bool;
\! "$USAGE_SIMULATOR_CONTROL" fault wrong_type field=region value=true count=1
SELECT DISTINCT region FROM newer;

RESET search_path;
DROP SCHEMA own CASCADE;
