-- test/lib/reports.sql: the tables that reports are over, in four ways
--
-- Schema "live" has foreign tables, with all their dimensions; "kept" has copies of the days
-- that are over, and of the lists; "mixed" has copies up to nine days ago, and live views;
-- "oracle" is what "live" and "mixed" are to be like, and "closed" what "kept" is.
\i test/lib/lists.sql
\set ECHO none
\set QUIET on
\! "$USAGE_SIMULATOR_CONTROL" set two_currencies=on >/dev/null
\set extra_dimensions true
\set endpoints 'costs completions decisions embeddings moderations images audio_speeches'
SELECT :'endpoints' || ' audio_transcriptions vector_stores code_interpreter_sessions'
  ' file_search_calls web_search_calls' AS endpoints \gset
SELECT :'endpoints' AS usage_tables, true AS quiet \gset
\i test/lib/oracles.sql
SET client_min_messages = error;
DROP SCHEMA IF EXISTS live, kept, mixed, closed CASCADE;
CREATE SCHEMA live;
CREATE SCHEMA kept;
CREATE SCHEMA mixed;
CREATE SCHEMA closed;
DELETE FROM usage_fdw_sync_state;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO live OPTIONS (extra_dimensions 'true');

CREATE PROCEDURE pg_temp.make_sources(usage_tables text) LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY string_to_array(usage_tables, ' ') LOOP
    EXECUTE format('CREATE TABLE kept.%1$I (LIKE live.%1$I)', name);
    EXECUTE format('CREATE TABLE mixed.%1$I (LIKE live.%1$I)', name);
    PERFORM usage_fdw_sync('live.' || name, 'kept.' || name),
      usage_fdw_sync('live.' || name, 'mixed.' || name, before => pg_temp.today() - 9),
      usage_fdw_create_live_view('mixed.' || name);
    EXECUTE format('ANALYZE kept.%1$I, mixed.%1$I', name);
    EXECUTE format('CREATE VIEW closed.%1$I AS SELECT * FROM oracle.%1$I WHERE day < %2$L',
      name, pg_temp.today());
  END LOOP;
  FOR name IN SELECT DISTINCT endpoint FROM usage_fdw_columns() WHERE kind <> 'usage' LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS TABLE live.%1$I', name);
    EXECUTE format('CREATE VIEW closed.%1$I AS TABLE oracle.%1$I', name);
  END LOOP;
END $$;
CALL pg_temp.make_sources(:'usage_tables');

DROP SCHEMA IF EXISTS over_live, over_kept, over_mixed, over_oracle, over_closed CASCADE;
SELECT usage_fdw_create_reports('over_live', 'live'),
  usage_fdw_create_reports('over_kept', 'kept'),
  usage_fdw_create_reports('over_mixed', 'mixed', 'live'),
  usage_fdw_create_reports('over_oracle', 'oracle'),
  usage_fdw_create_reports('over_closed', 'closed') \g /dev/null
\set QUIET off
