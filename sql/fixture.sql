--
-- Pages as the API sends them, one of every endpoint and some variants, and
-- the rows that they become.  They are in test/fixtures; their times are days
-- from today.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set SHOW_CONTEXT never
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset null NULL

-- All rows of a table in the order in which they come: the days since, whether
-- the bucket is that day, and the other columns.
CREATE FUNCTION pg_temp.rows(endpoint text, OUT days_ago int, OUT whole_day bool,
  OUT columns jsonb)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT pg_temp.today() - day,
      start_time = day::timestamp AT TIME ZONE 'UTC'
        AND end_time - start_time = interval '24 hours',
      to_jsonb(t) - '{start_time,end_time,day}'::text[]
    FROM usage.%I AS t WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1$q$, endpoint);
END
$$;

-- one page of every endpoint
\! ls test/fixtures/*.json | grep -v '[.].*[.]' | xargs -n 1 test/lib/serve_fixture >/dev/null
SELECT * FROM pg_temp.rows('completions');
SELECT * FROM pg_temp.rows('decisions');
SELECT * FROM pg_temp.rows('embeddings');
SELECT * FROM pg_temp.rows('moderations');
SELECT * FROM pg_temp.rows('images');
SELECT * FROM pg_temp.rows('audio_speeches');
SELECT * FROM pg_temp.rows('audio_transcriptions');
SELECT * FROM pg_temp.rows('vector_stores');
SELECT * FROM pg_temp.rows('code_interpreter_sessions');
SELECT * FROM pg_temp.rows('file_search_calls');
SELECT * FROM pg_temp.rows('web_search_calls');
SELECT * FROM pg_temp.rows('costs');
\pset format aligned
\pset tuples_only off
\i test/lib/requests.sql
\set QUIET on
\pset format unaligned
\pset tuples_only on

-- that was every endpoint
\set fixtures `cd test/fixtures && echo *.json`
SELECT DISTINCT endpoint FROM usage_fdw_columns() WHERE kind = 'usage'
EXCEPT SELECT regexp_replace(f, '\.json$', '') FROM string_to_table(:'fixtures', ' ') AS f;

-- the answer is not trusted to be what was asked for: clauses are checked again
SELECT model, num_model_requests FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1 AND batch;
SELECT count(*) FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1 AND model = 'gpt-6-astra';
SELECT count(*), sum(num_model_requests) FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1 AND end_time <= now()
  AND start_time < now();

-- keys in another order, unknown ones, nothing between them, batch as a string
\! test/lib/serve_fixture test/fixtures/completions.sorted.json
SELECT days_ago, whole_day, jsonb_strip_nulls(columns) FROM pg_temp.rows('completions');
SELECT count(*) FROM usage.completions
WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1 AND batch;

-- Decimal128
\! test/lib/serve_fixture test/fixtures/costs.decimal128.json
SELECT line_item, amount, scale(amount), quantity FROM usage.costs
WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1;
SELECT sum(amount) FROM usage.costs WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1;

-- the whole result, as it was sent
CREATE FOREIGN TABLE usage.whole (day date, result jsonb OPTIONS (field '*'))
  SERVER openai OPTIONS (endpoint 'completions');
SELECT pg_temp.today() - day, result
FROM usage.whole WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1;
\! "$USAGE_SIMULATOR_CONTROL" reset

-- the simulator's own pages, in all of these shapes
\! "$USAGE_SIMULATOR_CONTROL" set now=$("$USAGE_SIMULATOR_CONTROL" now)
\pset format aligned
\pset tuples_only off
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\set QUIET on
CREATE FUNCTION pg_temp.both(OUT completions text, OUT costs text) LANGUAGE sql AS $$
  SELECT pg_temp.same('SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 40',
      'SELECT * FROM oracle.completions WHERE day >= pg_temp.today() - 40'),
    pg_temp.same('SELECT *, amount::text, quantity::text FROM usage.costs',
      'SELECT *, amount::text, quantity::text FROM oracle.costs')
$$;
SELECT * FROM pg_temp.both();
\! "$USAGE_SIMULATOR_CONTROL" set amount=decimal128 pretty=on
SELECT * FROM pg_temp.both();
\! "$USAGE_SIMULATOR_CONTROL" set amount=exponent pretty=off envelope=result extra_keys=on
SELECT * FROM pg_temp.both();
\! "$USAGE_SIMULATOR_CONTROL" set amount=number envelope=results sorted_keys=on
\! "$USAGE_SIMULATOR_CONTROL" set batch_string=on omit_null=on
SELECT * FROM pg_temp.both();
\! "$USAGE_SIMULATOR_CONTROL" set extra_keys=off sorted_keys=reverse gzip=off
SELECT * FROM pg_temp.both();

-- fields that an older server, or a gateway, does not send
\! "$USAGE_SIMULATOR_CONTROL" set newest=off absent=input_uncached_tokens,user_id
SELECT count(*) > 0 AS rows, count(input_cache_write_30m_tokens) AS newest,
  count(input_uncached_tokens) AS absent,
  count(user_id) AS absent_dimension, count(input_tokens) > 0 AS others
FROM usage.completions WHERE day >= pg_temp.today() - 40;
\! "$USAGE_SIMULATOR_CONTROL" reset
