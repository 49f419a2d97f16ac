-- test/lib/oracle.sql: the events of one endpoint, and the relation that its
-- foreign tables stand for, by SQL alone
--
-- Set the variable "endpoint" before.  Makes the table events.ENDPOINT and the
-- views oracle.ENDPOINT, oracle.ENDPOINT_1h and oracle.ENDPOINT_1m (where there
-- are such widths), with the columns of the imported tables.
\set ECHO none
\set QUIET on

-- Two more variables: "extra_dimensions" is true where the tables are imported
-- so, and "quiet" keeps psql from echoing what follows.
\if :{?extra_dimensions}
\else
\set extra_dimensions false
\endif

SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS events;
CREATE SCHEMA IF NOT EXISTS oracle;
\setenv USAGE_ENDPOINT :endpoint
\set header `"$USAGE_SIMULATOR_CONTROL" events "$USAGE_ENDPOINT" | head -n 1`

SELECT format('CREATE TABLE events.loading (%s)',
	string_agg(format('%I %s', h, CASE WHEN h = 'time' THEN 'bigint'
		ELSE coalesce(c.data_type::text, 'text') END), ', ' ORDER BY n))
FROM string_to_table(:'header', ',') WITH ORDINALITY AS t(h, n)
LEFT JOIN usage_fdw_columns() AS c ON c.endpoint = :'endpoint' AND c.column_name = h
\gexec
\copy events.loading FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" events "$USAGE_ENDPOINT"' (FORMAT csv, HEADER)
SELECT format('DROP TABLE IF EXISTS events.%1$I CASCADE', :'endpoint') \gexec
SELECT format('ALTER TABLE events.loading RENAME TO %I', :'endpoint') \gexec

-- A measure's sum is the API's; a label is one where there is just one.  A
-- level is the last reading of each store in the bucket, added up.
SELECT format($view$
	CREATE VIEW oracle.%1$I AS
	SELECT bucket AS start_time, bucket + interval '%2$s' AS end_time,
		(bucket AT TIME ZONE 'UTC')::date AS day, %3$s
	FROM (SELECT %4$s e.*, date_trunc('%5$s', to_timestamp(e."time"), 'UTC') AS bucket
		FROM events.%6$I AS e
		WHERE to_timestamp(e."time") >=
			(date_trunc('day', now() AT TIME ZONE 'UTC') - interval '365 days') AT TIME ZONE 'UTC'
		%7$s) AS e
	GROUP BY bucket %8$s$view$,
	:'endpoint' || CASE w.width WHEN '1d' THEN '' ELSE '_' || w.width END,
	CASE w.width WHEN '1d' THEN '24 hours' WHEN '1h' THEN '1 hour' ELSE '1 minute' END,
	string_agg(format(CASE c.role
			WHEN 'dimension' THEN '%1$I'
			WHEN 'facet' THEN '%1$I'
			WHEN 'label' THEN 'CASE WHEN count(DISTINCT %1$I) = 1 AND count(%1$I) = count(*)
				THEN min(%1$I) END AS %1$I'
			ELSE 'trim_scale(sum(%1$I))::%2$s AS %1$I' END,
		c.column_name, c.data_type), ', '),
	CASE WHEN bool_or(c.role = 'gauge')
		THEN 'DISTINCT ON (bucket, project_id, vector_store_id)' ELSE '' END,
	CASE w.width WHEN '1d' THEN 'day' WHEN '1h' THEN 'hour' ELSE 'minute' END,
	:'endpoint',
	CASE WHEN bool_or(c.role = 'gauge')
		THEN 'ORDER BY bucket, project_id, vector_store_id, e."time" DESC' ELSE '' END,
	coalesce(string_agg(format(', %I', c.column_name), '') FILTER (WHERE c.role IN ('dimension', 'facet')), ''))
FROM usage_fdw_columns() AS c, unnest(c.bucket_widths) AS w(width)
WHERE c.endpoint = :'endpoint' AND (c.imported OR :extra_dimensions) AND c.role <> 'bucket'
GROUP BY w.width
\gexec
RESET client_min_messages;
\if :{?quiet}
\else
\set QUIET off
\set ECHO all
\endif
