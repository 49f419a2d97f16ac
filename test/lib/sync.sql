-- test/lib/sync.sql: keeping tables, and whether they are the oracle's
--
-- Makes the schema "kept"; pg_temp.keep(), which tells of a kept table what it is to
-- be like; and for test/lib/by_case.sql, which it includes, the ways "sync", "fail" and
-- "explained" of asking.
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoints 'costs completions'
\i test/lib/oracles.sql
\i test/lib/by_case.sql
\set ECHO none
\set QUIET on
SET client_min_messages = error;  -- dates in warnings: test/t/071_sync.pl looks at them
\set SHOW_CONTEXT never
DROP SCHEMA IF EXISTS kept CASCADE;
CREATE SCHEMA kept;
DELETE FROM usage_fdw_sync_state;

-- A kept table: "columns" of it are those of the oracle's table, and "day" is the UTC
-- day of its row.
CREATE TEMP TABLE kept_table (target regclass PRIMARY KEY, oracle text, columns text, day text);
CREATE FUNCTION pg_temp.keep(target regclass, oracle text, columns text DEFAULT '*',
  day text DEFAULT 'day') RETURNS void LANGUAGE sql AS $$
  INSERT INTO kept_table VALUES (target, 'oracle.' || oracle, columns, day)
$$;

-- Does it have the oracle's rows of all days before today?
CREATE FUNCTION pg_temp.kept(target regclass) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.same(format('SELECT %s FROM %s WHERE %s < %L', columns, k.target, k.day, today),
    format('SELECT %s FROM %s WHERE day < %L', columns, oracle, today))
  FROM kept_table AS k, pg_temp.today() WHERE k.target = $1
$$;

CREATE FUNCTION pg_temp.count_days(target regclass, first_day date, last_day date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  result bigint;
BEGIN
  EXECUTE (SELECT format('SELECT count(*) FROM %s WHERE %s BETWEEN $1 AND $2', k.target, day)
    FROM kept_table AS k WHERE k.target = $1) INTO result USING first_day, last_day;
  RETURN result;
END
$$;

-- A call of usage_fdw_sync(): the days that it read and where it will go on, counted
-- from today; whether its counts are those of the rows; and what is kept now.
CREATE FUNCTION pg_temp.sync(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
  -- the last one that is named is the target
  named regclass := replace(substring(query FROM '.*(kept\.(?:\w+|"[^"]+"))'), '''''', '''');
  today date := pg_temp.today();
  r record;
BEGIN
  EXECUTE format('CREATE TEMP TABLE old AS SELECT %s AS day FROM %s', k.day, k.target)
  FROM kept_table AS k WHERE k.target = named;
  EXECUTE query INTO STRICT r;
  answer := concat_ws(', ',
    coalesce(r.first_day - today || '..' || r.last_day - today, 'nothing read'),
    CASE WHEN isfinite(r.next_day) THEN 'next ' || r.next_day - today ELSE 'none kept' END,
    CASE WHEN r.rows_deleted = (SELECT count(*) FROM old
          WHERE day BETWEEN r.first_day AND r.last_day)
        AND r.rows_inserted = pg_temp.count_days(named, r.first_day, r.last_day)
      THEN CASE WHEN r.rows_deleted > 0 THEN 'replaced'
        WHEN r.rows_inserted > 0 THEN 'inserted' END
      ELSE format('WRONG COUNTS %s %s', r.rows_deleted, r.rows_inserted) END,
    CASE WHEN r.next_day = usage_fdw_next_day(named) THEN NULL ELSE 'ANOTHER STATE' END,
    pg_temp.kept(named));
  DROP TABLE old;
END
$$;

-- How the error's message goes on: its detail and hint.
CREATE FUNCTION pg_temp.fail(query text, OUT plan text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
  hint text;
BEGIN
  EXECUTE query;
  answer := 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
    hint = PG_EXCEPTION_HINT;
  answer := concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- The same as another role: "ROLE: QUERY".
CREATE FUNCTION pg_temp.as_role(query text, OUT plan text, OUT answer text) LANGUAGE sql AS $$
  SELECT * FROM pg_temp.fail(format('SET LOCAL ROLE %I; %s; RESET ROLE',
    btrim(split_part(query, ': ', 1), E' \n'), substr(query, strpos(query, ': ') + 2)))
$$;

-- What a plan reads, as it was run.
CREATE FUNCTION pg_temp.explained(query text, OUT plan text, OUT answer text)
LANGUAGE plpgsql AS $$
DECLARE
  line text;
  told text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    told := (regexp_match(line, 'Foreign Scan on \w+|(?:Seq|Index) Scan (?:using \w+ )?on \w+|'
      || 'never executed|Group By:.*|Filters:.*|Bucket Width:.*|Subplans Removed.*'))[1];
    plan := concat_ws('; ', nullif(plan, ''), told);
  END LOOP;
  answer := 'explained';
END
$$;
SET enable_async_append = off;  -- requests one after another
\set QUIET off
\set ECHO all
