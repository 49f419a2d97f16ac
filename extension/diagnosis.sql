-- diagnosis.sql: what a session has asked of the API, and what is wrong with a server

CREATE FUNCTION usage_fdw_requests(
	OUT requested_at timestamptz,
	OUT server text,
	OUT endpoint text,
	OUT path text,
	OUT parameters text,
	OUT status integer,
	OUT attempts integer,
	OUT bytes_received bigint,
	OUT duration_ms double precision,
	OUT wait_ms double precision,
	OUT request_id text,
	OUT error text
)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED
ROWS 100;

COMMENT ON FUNCTION usage_fdw_requests()
IS 'the last 1,000 requests that this session has sent to the API, oldest first';

CREATE FUNCTION usage_fdw_check(
	server name,
	OUT step text,
	OUT ok boolean,
	OUT detail text,
	OUT hint text
)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
ROWS 15;

COMMENT ON FUNCTION usage_fdw_check(name)
IS 'what works with a server of usage_fdw and what does not, step by step';
