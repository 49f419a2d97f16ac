--
-- Cursors and functions: scans that are read a bit at a time, left half way, or
-- outlive an error.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint completions
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set QUIET on
CREATE SCHEMA scan;

CREATE VIEW scan.numbered AS
SELECT row_number() OVER () AS n FROM usage.completions
WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date - 80 AND (now() AT TIME ZONE 'UTC')::date - 1;

-- half way: the other windows are never asked for
BEGIN;
DECLARE c NO SCROLL CURSOR FOR TABLE scan.numbered;
\! "$USAGE_SIMULATOR_CONTROL" requests | wc -l
FETCH 3 FROM c;
MOVE 4 FROM c;
FETCH 2 FROM c;
FETCH PRIOR FROM c;  -- ERROR
ROLLBACK;
\i test/lib/requests.sql
\set QUIET on
BEGIN;
DECLARE c CURSOR FOR TABLE scan.numbered;
FETCH 2 FROM c;
CLOSE c;
DECLARE c CURSOR FOR TABLE scan.numbered;
MOVE ALL FROM c;
FETCH c;
CLOSE c;
COMMIT;
\i test/lib/requests.sql
\set QUIET on

-- back and forth
BEGIN;
DECLARE c SCROLL CURSOR FOR TABLE scan.numbered;
FETCH 3 FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 6 FROM c;
FETCH BACKWARD 2 FROM c;
FETCH FIRST FROM c;
MOVE LAST FROM c;
FETCH RELATIVE 0 FROM c \gset last_
SELECT :last_n = (SELECT count(*) FROM oracle.completions
  WHERE day BETWEEN pg_temp.today() - 80 AND pg_temp.today() - 1) AS same;
COMMIT;

-- beyond the end of the transaction
BEGIN;
DECLARE c CURSOR WITH HOLD FOR TABLE scan.numbered;
FETCH 2 FROM c;
COMMIT;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
FETCH 2 FROM c;
\i test/lib/requests.sql
\set QUIET on
CLOSE c;

-- a cursor outlives a savepoint, wherever it was begun and however far it was
BEGIN;
DECLARE begun CURSOR FOR TABLE scan.numbered;
DECLARE fresh CURSOR FOR TABLE scan.numbered;
FETCH 2 FROM begun;
SAVEPOINT s;
FETCH 2 FROM begun;
FETCH 2 FROM fresh;
SELECT 1 / 0;  -- ERROR
ROLLBACK TO s;
FETCH 2 FROM begun;
FETCH 2 FROM fresh;
SAVEPOINT s2;
MOVE 2000 FROM begun;
DECLARE inner_one CURSOR FOR TABLE scan.numbered;
FETCH 2 FROM inner_one;
ROLLBACK TO s2;
FETCH inner_one;  -- ERROR
ROLLBACK TO s2;
FETCH begun;
MOVE ALL FROM fresh;
FETCH fresh;
COMMIT;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- two cursors by turns, their answers longer than what is buffered
CREATE SERVER bench FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url :'url');
SELECT format('ALTER SERVER bench OPTIONS (SET base_url %L)',
  replace(:'url', '/v1', '/bench/31x200/v1')) AS command \gset
:command;
CREATE USER MAPPING FOR CURRENT_USER SERVER bench OPTIONS (api_key 'sk-admin-simulator');
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER bench INTO scan;
CREATE VIEW scan.much AS
SELECT row_number() OVER () AS n, * FROM scan.completions
WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date - 62 AND (now() AT TIME ZONE 'UTC')::date - 1;
BEGIN;
DECLARE one CURSOR FOR SELECT n FROM scan.much;
DECLARE two CURSOR FOR SELECT n FROM scan.much;
FETCH 1 FROM one;
FETCH 1 FROM two;
MOVE 6000 FROM one;
FETCH 1 FROM two;
FETCH 1 FROM one;
SAVEPOINT s;
MOVE 6199 FROM two;
ROLLBACK TO s;
SELECT count(*) FROM scan.much;
FETCH 1 FROM two;
CLOSE two;
MOVE 6000 FROM one;
FETCH 1 FROM one;
ROLLBACK;
SELECT count(*) FROM scan.much;

-- a bucket that is larger than work_mem
SELECT format('ALTER SERVER bench OPTIONS (SET base_url %L)',
  replace(:'url', '/v1', '/bench/3x3000/v1')) AS command \gset
:command;
SET work_mem = '64kB';
CREATE VIEW scan.large AS
SELECT row_number() OVER () AS n, model FROM scan.completions
WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date - 3 AND (now() AT TIME ZONE 'UTC')::date - 1;
BEGIN;
DECLARE one CURSOR FOR SELECT n FROM scan.large WHERE model IS NOT NULL OR n > 0;
SAVEPOINT s;
FETCH 1 FROM one;
MOVE 2000 FROM one;
ROLLBACK TO s;
FETCH 1 FROM one;
MOVE 4000 FROM one;
FETCH 1 FROM one;
ROLLBACK;
SELECT count(*), count(model) > 0 AS models FROM scan.large;
RESET work_mem;
DROP SERVER bench CASCADE;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

--
-- Functions
--

-- a loop, whose body fails now and then
CREATE FUNCTION scan.loop(OUT rows bigint, OUT failed bigint) LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  rows := 0;
  failed := 0;
  FOR r IN SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 50 LOOP
    rows := rows + 1;
    BEGIN
      IF rows % 10 = 0 THEN
        PERFORM 1 / (rows % 10);
      ELSIF rows % 501 = 0 THEN
        PERFORM count(*) FROM usage.costs WHERE day = r.day;
      END IF;
    EXCEPTION WHEN division_by_zero THEN
      failed := failed + 1;
    END;
  END LOOP;
END
$$;
SELECT rows = (SELECT count(*) FROM oracle.completions WHERE day >= pg_temp.today() - 50) AS same,
       failed = rows / 10 AS failed
FROM scan.loop();

-- left half way, by RETURN and by an error that is caught
CREATE FUNCTION scan.first_rows(fail bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  r record;
  n int := 0;
BEGIN
  FOR r IN SELECT * FROM usage.completions WHERE day >= pg_temp.today() - 50 LOOP
    n := n + 1;
    IF n = 60 AND fail THEN
      RAISE 'enough';
    ELSIF n = 70 THEN
      RETURN 'returned';
    END IF;
  END LOOP;
EXCEPTION WHEN raise_exception THEN
  RETURN 'caught';
END
$$;
SELECT scan.first_rows(false), scan.first_rows(true), scan.first_rows(false);

-- an error of the scan itself is caught as well
CREATE FUNCTION scan.try(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE query INTO result;
  RETURN coalesce(result, 'no row');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
\! "$USAGE_SIMULATOR_CONTROL" fault status code=400 after=1 count=1
SELECT scan.try('SELECT count(*) FROM usage.completions WHERE day >= pg_temp.today() - 50');
SELECT scan.try('SELECT count(*) > 0 FROM usage.completions WHERE day >= pg_temp.today() - 50');


DROP SCHEMA scan CASCADE;
