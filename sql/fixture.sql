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
CREATE FUNCTION pg_temp.rows(endpoint text, OUT days_ago int, OUT whole_day bool, OUT columns jsonb)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT pg_temp.today() - day,
      start_time = day::timestamp AT TIME ZONE 'UTC' AND end_time - start_time = interval '24 hours',
      to_jsonb(t) - '{start_time,end_time,day}'::text[]
    FROM usage.%I AS t WHERE day BETWEEN pg_temp.today() - 3 AND pg_temp.today() - 1$q$, endpoint);
END
$$;

-- one page of every endpoint
\! for f in test/fixtures/[a-z_]*.json; do case $f in *.*.json) ;; *) test/lib/serve_fixture $f >/dev/null;; esac; done
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

-- these are all endpoints, and all columns but the bucket's
SELECT endpoint FROM usage_fdw_columns() GROUP BY 1
EXCEPT SELECT regexp_replace(f, '.json$', '') FROM unnest(string_to_array(:'all', E'\n')) AS f;
