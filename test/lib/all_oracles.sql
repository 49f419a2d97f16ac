-- test/lib/all_oracles.sql: events and oracle of every endpoint, with all of
-- their dimensions
\set ECHO none
\set quiet true
\set extra_dimensions true
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint decisions
\i test/lib/oracle.sql
\set endpoint embeddings
\i test/lib/oracle.sql
\set endpoint moderations
\i test/lib/oracle.sql
\set endpoint images
\i test/lib/oracle.sql
\set endpoint audio_speeches
\i test/lib/oracle.sql
\set endpoint audio_transcriptions
\i test/lib/oracle.sql
\set endpoint vector_stores
\i test/lib/oracle.sql
\set endpoint code_interpreter_sessions
\i test/lib/oracle.sql
\set endpoint file_search_calls
\i test/lib/oracle.sql
\set endpoint web_search_calls
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\unset quiet
\unset extra_dimensions
\set QUIET off
\set ECHO all
