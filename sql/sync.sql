--
-- usage_fdw_sync(): a local table gets the days that are over, and the last ones
-- again.  What it has is compared with the oracle after each run.
--
-- How a run went is told as: the days read and the next one (0 is today), what became of
-- the rows, and whether all days that are over are the oracle's.
--
\i test/lib/sync.sql
\set ECHO none
\set QUIET on

CREATE TABLE kept.costs (LIKE usage.costs);
SELECT pg_temp.keep('kept.costs', 'costs') \g /dev/null
INSERT INTO cases (how, name, query, answer, asks) VALUES
  -- the history's first day is looked at, then all is read; costs come by 31 days
  ('sync', 'first run', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-365..-1, next 0, inserted, same', NULL),
  ('sync', 'the same day', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-3..-1, next 0, replaced, same', '
    costs today-365..today-364 1d limit=1
    costs today-3..today 1d limit=3'),
  ('sync', 'nothing is restated', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', '0')$$,
    'nothing read, next 0, same', 'costs today-365..today-364 1d limit=1'),
  -- part of a day is the day
  ('sync', 'hours', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', '193 hours')$$,
    '-9..-1, next 0, replaced, same', NULL),
  -- the day that the API is about to lose is not replaced any more
  ('sync', 'more than there is', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', '10 years')$$,
    '-364..-1, next 0, replaced, same', NULL);
CALL pg_temp.run_cases();

\! "$USAGE_SIMULATOR_CONTROL" restate costs from=$(date -u -d '-3 days' +%s) factor=3 >/dev/null
\set endpoint costs
\set quiet true
\i test/lib/oracle.sql
\set ECHO none
\set QUIET on
SET client_min_messages = error;
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('value', 'restated: the copy is old', $$SELECT pg_temp.kept('kept.costs') <> 'same' AS old$$,
    't', ''),
  ('sync', 'restated', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-3..-1, next 0, replaced, same', NULL);
CALL pg_temp.run_cases();

-- Two weeks without a run; then, in steps, up to a day.
UPDATE usage_fdw_sync_state SET next_day = pg_temp.today() - 14;
DELETE FROM kept.costs WHERE day >= pg_temp.today() - 14;
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('sync', 'up to a day', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', before => pg_temp.today() - 7)$$,
    '-17..-8, next -7, replaced, 0 extra, many missing', '
    costs today-365..today-364 1d limit=1
    costs today-17..today-7 1d limit=10'),
  ('sync', 'up to a day that is kept', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', '8 days', pg_temp.today() - 9)$$,
    '-15..-10, next -7, replaced, 0 extra, many missing', NULL),
  ('sync', 'up to a day long ago', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', before => '2020-01-01')$$,
    'nothing read, next -7, 0 extra, many missing', NULL),
  ('sync', 'up to a day to come', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', before => pg_temp.today() + 9)$$,
    '-10..-1, next 0, replaced, same', NULL);
CALL pg_temp.run_cases();
UPDATE found SET answer = regexp_replace(answer, '\d+ missing', 'many missing');

-- What the API no longer has, by the table's history or by the API's word, is not touched:
-- the copy has it all.  (Its first day is the oracle's.)
CREATE SCHEMA recent;
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs) FROM SERVER openai INTO recent;
ALTER FOREIGN TABLE recent.costs OPTIONS (ADD history '20 days');
CREATE TABLE kept.long (LIKE usage.costs);
INSERT INTO kept.long SELECT * FROM oracle.costs WHERE day < pg_temp.today() - 1;
SELECT pg_temp.keep('kept.long', 'costs') \g /dev/null
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('sync', 'a history shorter than what is there', $$
    SELECT * FROM usage_fdw_sync('recent.costs', 'kept.long')$$,
    '-20..-1, next 0, replaced, same', '
    costs today-20..today-19 1d limit=1
    costs today-20..today 1d limit=20
    costs today-20..today-19 1d limit=1'),
  ('sync', 'once more', $$SELECT * FROM usage_fdw_sync('recent.costs', 'kept.long', '1 year')$$,
    '-19..-1, next 0, replaced, same', NULL);
CALL pg_temp.run_cases();
UPDATE usage_fdw_sync_state SET next_day = pg_temp.today() - 300
WHERE target IN ('kept.long'::regclass, 'kept.costs'::regclass);
\! "$USAGE_SIMULATOR_CONTROL" set lookback_days=50 >/dev/null
INSERT INTO cases (how, name, query, answer, asks) VALUES
  ('sync', 'an API that has less', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-50..-1, next 0, replaced, same', '
    costs today-365..today-364 1d limit=1
    costs today-50..today 1d limit=50
    costs today-365..today-364 1d limit=1'),
  ('sync', 'an API that has more than the history', $$
    SELECT * FROM usage_fdw_sync('recent.costs', 'kept.long')$$,
    '-20..-1, next 0, replaced, same', NULL);
CALL pg_temp.run_cases();
\! "$USAGE_SIMULATOR_CONTROL" set lookback_days=365 >/dev/null

-- A day that leaves the history between the first look and the end of the reading.
DELETE FROM usage_fdw_sync_state WHERE target = 'kept.costs'::regclass;
\setenv NEXT_FIRST_DAY `date -u -d '-364 days' +%F`
\! "$USAGE_SIMULATOR_CONTROL" fault lookback after=4 date=$NEXT_FIRST_DAY >/dev/null
INSERT INTO cases (how, name, query, answer) VALUES
  ('fail', 'a day that is lost while it is read', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    format('40001 | foreign table usage.costs lost the day %s while it was read'
      ' | Repeat the transaction.', pg_temp.today() - 365)),
  ('value', 'nothing has happened', $$
    SELECT pg_temp.kept('kept.costs'), usage_fdw_next_day('kept.costs')$$, 'same|-infinity'),
  ('sync', 'the next run', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-365..-1, next 0, replaced, same');
CALL pg_temp.run_cases();
UPDATE found SET answer = regexp_replace(answer, '\d[\d-]{9}', 'DAY');
UPDATE cases SET answer = regexp_replace(answer, '\d[\d-]{9}', 'DAY');

-- An error in mid-run leaves everything as it was.
\! "$USAGE_SIMULATOR_CONTROL" fault status after=2 code=500 >/dev/null
INSERT INTO cases (how, name, query, answer) VALUES
  ('fail', 'an error of the API', $$
    SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs', '1 year')$$,
    'HV00N | could not read endpoint "costs": the API answered with status 500'
    ' | The API says: The server was told to fail.'
    ' | The API, or a gateway in front of it, is in trouble.'
    '  Try again later, or raise the server option "max_retries".'),
  ('value', 'nothing has happened', $$
    SELECT pg_temp.kept('kept.costs'), usage_fdw_next_day('kept.costs') = pg_temp.today() AS at$$,
    'same|t'),
  ('value', 'it is not in the way', 'SELECT count(*) FROM usage_fdw_sync_state', '2');
CALL pg_temp.run_cases();
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null

-- Hours are replaced by whole UTC days, whatever the session's time zone is.
CREATE TABLE kept.hourly (LIKE usage_hourly.completions);
SELECT pg_temp.keep('kept.hourly', 'completions_1h') \g /dev/null
SET timezone = 'America/New_York';
INSERT INTO cases (how, name, query, answer) VALUES
  ('sync', 'hours: first run', $$
    SELECT * FROM usage_fdw_sync('usage_hourly.completions', 'kept.hourly')$$,
    '-365..-1, next 0, inserted, same'),
  ('sync', 'hours: once more', $$
    SELECT * FROM usage_fdw_sync('usage_hourly.completions', 'kept.hourly')$$,
    '-3..-1, next 0, replaced, same');
CALL pg_temp.run_cases();

-- Nothing else of the settings counts, and no function that fits better than PostgreSQL's.
CREATE FUNCTION kept.quote_ident(name) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN RAISE 'the wrong function'; END$$;
SET usage_fdw.enable_pushdown = off;
SET search_path = kept, public, pg_catalog;
INSERT INTO cases (how, name, query, answer) VALUES
  ('sync', 'settings', $$SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')$$,
    '-3..-1, next 0, replaced, same');
CALL pg_temp.run_cases();
RESET usage_fdw.enable_pushdown;
RESET search_path;
RESET timezone;

--
-- By months, each in a transaction
--
CREATE TABLE kept.monthly (LIKE usage.completions);
SELECT pg_temp.keep('kept.monthly', 'completions') \g /dev/null
CALL usage_fdw_sync_by_month('usage.completions', 'kept.monthly');
SELECT pg_temp.kept('kept.monthly') AS kept,
  count(DISTINCT xmin::text) BETWEEN 12 AND 13 AS by_month,
  usage_fdw_next_day('kept.monthly') - pg_temp.today() AS next
FROM kept.monthly \g (format=unaligned tuples_only=on)
CALL usage_fdw_sync_by_month('usage.completions', 'kept.monthly', '40 days');
SELECT pg_temp.kept('kept.monthly') AS kept, count(DISTINCT xmin::text) = 1 AS once
FROM kept.monthly WHERE day >= pg_temp.today() - 40 \g (format=unaligned tuples_only=on)
-- what a failed one has kept, it need not read again
UPDATE usage_fdw_sync_state SET next_day = pg_temp.today() - 100
WHERE target = 'kept.monthly'::regclass;
DELETE FROM kept.monthly WHERE day >= pg_temp.today() - 100;
\! "$USAGE_SIMULATOR_CONTROL" fault status after=4 count=-1 code=500 >/dev/null
CALL usage_fdw_sync_by_month('usage.completions', 'kept.monthly');
\! "$USAGE_SIMULATOR_CONTROL" reset-faults >/dev/null
SELECT usage_fdw_next_day('kept.monthly') > pg_temp.today() - 100 AS has_more,
  usage_fdw_next_day('kept.monthly') < pg_temp.today() AS not_all,
  max(day) < usage_fdw_next_day('kept.monthly') AS is_so
FROM kept.monthly \g (format=unaligned tuples_only=on)
CALL usage_fdw_sync_by_month('usage.completions', 'kept.monthly');
SELECT pg_temp.kept('kept.monthly') AS kept \g (format=unaligned tuples_only=on)
\i test/lib/report.sql
