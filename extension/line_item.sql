-- line_item.sql: what a line item of costs says

-- "model, kind", or a kind alone.  A model's name may have a comma itself, so the last
-- one counts.  The API writes some kinds in two ways (docs/api.md section 4).  A unit is
-- a last word behind a blank: what else ends a word would depend on the database's locale.
CREATE FUNCTION usage_fdw_line_item(line_item text, OUT model text, OUT kind text, OUT unit text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT named.model, named.kind,
		CASE WHEN named.kind IN ('input', 'cached input', 'output') THEN 'tokens'
			ELSE (regexp_match(named.kind, '(?:^| )(tokens|calls|characters|images)$'))[1] END
	FROM (SELECT parts.model, CASE parts.rest
			WHEN 'input_tokens' THEN 'input'
			WHEN 'cached_input_tokens' THEN 'cached input'
			WHEN 'input_cached_tokens' THEN 'cached input'
			WHEN 'output_tokens' THEN 'output'
			ELSE parts.rest END AS kind
		FROM (SELECT (regexp_match($1, '^(.+), (.+)$'))[1] AS model,
			coalesce((regexp_match($1, '^(.+), (.+)$'))[2], $1) AS rest) AS parts) AS named;
END;

COMMENT ON FUNCTION usage_fdw_line_item(text)
IS 'model, kind and unit that a line item of costs is about; what is not known comes through as it is';
