-- test/lib/lists_load.sql: load what the lists hold now into their oracles
\set ECHO none
\set QUIET on
\set rest `echo projects users project_users project_service_accounts project_api_keys`
SELECT :'rest' || ' project_rate_limits admin_api_keys spend_alerts project_spend_alerts'
	' spend_limits project_spend_limits' AS rest \gset
\i test/lib/lists_load_rest.sql
