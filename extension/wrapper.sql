-- wrapper.sql: the foreign data wrapper, and what its library tells

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION usage_fdw" to load this file. \quit

CREATE FUNCTION usage_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FUNCTION usage_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER usage_fdw
	HANDLER usage_fdw_handler
	VALIDATOR usage_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER usage_fdw
IS 'OpenAI organization usage and costs';

CREATE FUNCTION usage_fdw_version()
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION usage_fdw_version()
IS 'version of the usage_fdw library in use';

-- The catalogue: every column of every endpoint.
CREATE FUNCTION usage_fdw_columns(
	OUT endpoint text,
	OUT path text,
	OUT column_name text,
	OUT data_type regtype,
	OUT role text,
	OUT field text,
	OUT filter text,
	OUT accepted_values text[],
	OUT required_dimension text,
	OUT always_sent boolean,
	OUT imported boolean,
	OUT bucket_widths text[],
	OUT page_limits integer[],
	OUT kind text,
	OUT unit text,
	OUT description text,
	OUT endpoint_description text,
	OUT revision integer
)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STABLE STRICT PARALLEL SAFE
ROWS 250;

COMMENT ON FUNCTION usage_fdw_columns()
IS 'endpoints and columns that usage_fdw knows';

-- What a column of a foreign table reads: a field, or else, by its own name or another,
-- what a column of an endpoint does.
CREATE FUNCTION usage_fdw_column_meaning(options text[], own_name name,
	OUT field text, OUT meaning text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT max(option_value) FILTER (WHERE option_name = 'field'),
		coalesce(max(option_value) FILTER (WHERE option_name = 'column_name'), own_name)
	FROM pg_options_to_table(options)
$$;

CREATE FUNCTION usage_fdw_first_day(source regclass)
RETURNS date
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION usage_fdw_first_day(regclass)
IS 'first UTC day that a foreign table reaches: by its "history", and by what the API keeps';
