--
-- Options of random values, as the server itself reads them: accepted or refused as
-- what they are made of says.  USAGE_RANDOM_COUNT says how many tens of each, from the
-- number USAGE_RANDOM_FIRST on.
--
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set count `echo "${USAGE_RANDOM_COUNT:-100}"`
\set first `echo "${USAGE_RANDOM_FIRST:-1}"`
SET client_min_messages = error;

-- The SQLSTATE with which the options are refused; '': they are not.
CREATE FUNCTION refused(catalog regclass, option text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM usage_fdw_validator(ARRAY[option], catalog);
  RETURN '';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END
$$;

-- One of the choices, the same for a number and a purpose.
CREATE FUNCTION choose(number bigint, purpose text, choices anyarray) RETURNS anyelement
LANGUAGE sql AS $$
  SELECT choices[1 + abs(hashtextextended(purpose, number) % array_length(choices, 1))]
$$;
CREATE FUNCTION pieces(number bigint, choices text[]) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(choose(number, n::text, choices), '' ORDER BY n), '')
  FROM generate_series(1, choose(number, 'length', ARRAY[0, 1, 2, 3, 4, 5, 6])) AS n
$$;

-- Limits of numbers, in the first of their units.
CREATE TEMP TABLE units(name text[], factor bigint[]);
INSERT INTO units VALUES ('{}', '{}'), ('{ms,s,min,h,d}', '{1,1000,60000,3600000,86400000}'),
  ('{B,kB,MB,GB,TB}', '{1,1024,1048576,1073741824,1099511627776}');
CREATE TEMP TABLE number_option(place regclass, option text, low numeric, high numeric,
  first text);
INSERT INTO number_option VALUES
  ('pg_foreign_server', 'connect_timeout', 0, 86400000, 'ms'),
  ('pg_foreign_server', 'request_timeout', 0, 86400000, 'ms'),
  ('pg_foreign_server', 'retry_delay', 0, 60000, 'ms'),
  ('pg_foreign_server', 'max_retries', 0, 100, NULL),
  ('pg_foreign_server', 'max_concurrent_requests', 1, 64, NULL),
  ('pg_foreign_server', 'fetch_ahead_bytes', 65536, 1073741824, 'B'),
  ('pg_foreign_server', 'max_requests', 1, 2147483647, NULL),
  ('pg_foreign_server', 'max_requests_per_minute', 0, 100000, NULL),
  ('pg_foreign_table', 'max_result_bytes', 1024, 67108864, 'B'),
  ('pg_foreign_table', 'rows_per_bucket', 1, 2147483647, NULL),
  ('pg_foreign_table', 'connect_timeout', 0, 86400000, 'ms'),
  ('pg_foreign_table', 'revision', 0, 2147483647, NULL);

-- What texts match, and what they do not.
CREATE TEMP TABLE text_option(place regclass, option text, matches text, but_not text,
  made_of text[]);
INSERT INTO text_option VALUES
  ('pg_foreign_server', 'organization', '^[!-~]+$', NULL,
    ARRAY['org-', 'a', '~', '!', ' ', E'\r\n', E'\t', 'é', E'\x7f', ':', '"', '=']),
  ('pg_user_mapping', 'api_key', '^[!-~]+$', NULL,
    ARRAY['sk-', 'a', '~', '!', ' ', E'\r\nX: y', E'\x01', 'é', E'\x7f', '=', '''', '\']),
  ('pg_user_mapping', 'api_key_file', '^/', NULL,
    ARRAY['/', '.', '..', 'etc', ' ', 'é', '\']),
  ('pg_foreign_table', 'path',
    '^/([A-Za-z0-9/._-]+|([A-Za-z0-9/._-]*/)?\{[a-z0-9_]+\}(/[A-Za-z0-9/._-]*)?)$', '\.\.',
    ARRAY['/', '/', '/', 'organization', 'Usage-2_0', '.', '{project_id}', '{project_id}/', '{',
      '}', '?', '#', '%2e', ' ', E'\n', '@', '{}', 'é']),
  ('pg_attribute', 'field', '^(\*|[A-Za-z0-9_-]+([.|][A-Za-z0-9_-]+)*)$', NULL,
    ARRAY['amount', 'value', '.', '|', '*', '-', '_', ' ', 'é', '..', '0']),
  ('pg_attribute', 'filter', '^[a-z_][a-z0-9_]*$',
    '^(start_time|end_time|bucket_width|group_by|limit|page|after)$',
    ARRAY['page', 'after', 'limit', 'group_by', 'start_time', 'models', '_', '0', 'A', '[]', '&',
      '=', ' ', '%5B']),
  ('pg_attribute', 'role',
    '^(bucket|dimension|measure|gauge|label|facet|parent|attribute|other)$', NULL,
    ARRAY['bucket', 'dimension', 'measure', 'other', 'label', '', ' ', ',']),
  ('pg_foreign_table', 'bucket_width', '^1[mhd]$', NULL,
    ARRAY['1', '1m', '1h', '1d', 'd', '', ' ']);

CREATE TEMP TABLE tried(kind text, option text, value text, good bool, refused text);

-- Numbers near a limit or anywhere, with and without units, and with what is none.
INSERT INTO tried
SELECT 'numbers', option, value, number * times BETWEEN low AND high AND known,
  refused(place, option || '=' || value)
FROM number_option AS o JOIN units AS u ON u.name[1] IS NOT DISTINCT FROM o.first,
  generate_series(10 * :first::bigint, 10 * (:first::bigint + :count) - 1) AS n,
  LATERAL (SELECT choose(n, 'unit', name || '{"","",x,KB,Ms,µs,","}') AS unit) AS c,
  LATERAL (SELECT unit = '' OR unit = ANY (name) AS known,
    coalesce(factor[array_position(name, unit)], 1) AS times) AS f,
  LATERAL (SELECT floor(low / times) AS least, floor(high / times) AS most) AS l,
  LATERAL (SELECT choose(n, 'number', ARRAY[least, least - 1, most, most + 1, 0, 1, -1, 7, 64,
    1000, 99999, 2147483647, 2147483648, 9223372036854775807, 1e30,
    abs(hashtextextended(option, n)) % 5000]) AS number) AS a,
  LATERAL (SELECT choose(n, 'before', CASE WHEN number < 0 THEN ARRAY['', ' ']
      ELSE ARRAY['', '', ' ', '+'] END) || number
    || choose(n, 'between', ARRAY['', '', ' ']) || unit
    || choose(n, 'after', ARRAY['', ' ']) AS value) AS v;

-- The empty text, and texts of pieces.
INSERT INTO tried
SELECT 'texts', option, value, value ~ matches AND (but_not IS NULL OR value !~ but_not),
  refused(place, option || '=' || value)
FROM text_option,
  generate_series(10 * :first::bigint, 10 * (:first::bigint + :count) - 1) AS n,
  LATERAL (SELECT pieces(n, made_of) AS value) AS v;

-- Intervals, of which a month is 30.4375 days.
INSERT INTO tried
SELECT 'intervals', 'history', value, least(months, days, hours) >= 0
    AND months * 30.4375 + days + hours / 24.0 BETWEEN 1 AND 36525,
  refused('pg_foreign_table', 'history=' || value)
FROM generate_series(10 * :first::bigint, 10 * (:first::bigint + 5 * :count) - 1) AS n,
  LATERAL (SELECT choose(n, 'months', '{0,0,0,1,-1,3,1199,1200,1201,2000000}'::int[]) AS months,
    choose(n, 'days', '{0,0,1,30,365,-1,36524,36525,36526,2000000000}'::int[]) AS days,
    choose(n, 'hours', '{0,0,0,23,24,25,-1,876599,876600,876601}'::int[]) AS hours) AS p,
  LATERAL (SELECT format(choose(n, 'style', ARRAY['%s months %s days %s hours',
    '%s mons %s d %s:00:00', 'P%sM%sDT%sH']), months, days, hours) AS value) AS v;

SELECT 'NOT the answer: ' || option || ' ' || to_json(value)
  || CASE WHEN good THEN ' is refused with ' || refused ELSE ' is taken' END
FROM tried WHERE good <> (refused = '') ORDER BY 1 LIMIT 30;
SELECT 'NOT the answer: ' || option || ' ' || to_json(value) || ' is refused with ' || refused
FROM tried WHERE refused NOT IN ('', 'HV024') ORDER BY 1 LIMIT 30;
SELECT kind, sum(count) >= 10 * :count AS many, min(share) > 0.002 AS accepted,
  max(share) < 0.998 AS refused
FROM (SELECT kind, option, count(*) AS count, avg((refused = '')::int) AS share
  FROM tried GROUP BY 1, 2) AS o GROUP BY 1 ORDER BY 1;
DROP FUNCTION refused, choose, pieces;
