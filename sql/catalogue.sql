--
-- The catalogue: what usage_fdw_columns() says of every endpoint.
--
SELECT usage_fdw_version();

-- endpoints
SELECT endpoint, path, kind, bucket_widths, page_limits, count(*) AS columns
FROM usage_fdw_columns() WITH ORDINALITY c(endpoint, path, column_name, data_type, role, field,
     filter, accepted_values, required_dimension, always_sent, imported, bucket_widths,
     page_limits, kind, unit, description, about, revision, n)
GROUP BY 1, 2, 3, 4, 5 ORDER BY min(n);

-- columns: first those of every bucket
SELECT column_name, data_type, role, field, filter, always_sent, imported,
       count(*) AS endpoints
FROM usage_fdw_columns() WHERE role = 'bucket'
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1 DESC;

\pset format unaligned
SELECT endpoint, column_name, data_type, role,
       CASE WHEN field <> column_name THEN field END AS other_field,
       filter, accepted_values, required_dimension, always_sent AS sent, imported
FROM usage_fdw_columns() WHERE role <> 'bucket';

-- what they mean
SELECT DISTINCT ON (n) endpoint, endpoint_description
FROM (SELECT *, min(ordinality) OVER (PARTITION BY endpoint) AS n
      FROM usage_fdw_columns() WITH ORDINALITY) AS c;
SELECT string_agg(DISTINCT endpoint, ', ' ORDER BY endpoint) AS endpoints,
       column_name, unit, description
FROM usage_fdw_columns() GROUP BY 2, 3, 4 ORDER BY 2, 4;
-- Each has a meaning, each number a unit: a plural, or the column that says it.
SELECT endpoint, column_name, unit, description, endpoint_description
FROM usage_fdw_columns() AS c
WHERE (description ~ '^\S.*[^.\s]$' AND endpoint_description ~ '^\S.*[^.\s]$') IS NOT TRUE
   OR (unit IS NOT NULL) <> (data_type IN ('bigint'::regtype, 'numeric'::regtype))
   OR NOT (unit ~ 's$' OR EXISTS (SELECT FROM usage_fdw_columns() AS u
       WHERE u.endpoint = c.endpoint AND u.column_name = c.unit AND u.role IN ('label', 'facet')));
SELECT endpoint FROM usage_fdw_columns()
GROUP BY 1 HAVING count(DISTINCT endpoint_description) <> 1;
-- A new column has a new revision (.since), so that tables that are there can get it: of the
-- first revision there are as many as ever.
SELECT endpoint, revision, count(*) AS columns FROM usage_fdw_columns()
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT endpoint FROM usage_fdw_columns()
GROUP BY 1 HAVING max(revision) <> count(DISTINCT revision) OR min(revision) <> 1;
\pset format aligned

-- what holds for all of them
SELECT endpoint, column_name FROM usage_fdw_columns()
GROUP BY 1, 2 HAVING count(*) > 1;
SELECT endpoint, field FROM usage_fdw_columns() WHERE field IS NOT NULL
GROUP BY 1, 2 HAVING count(*) > 1;
SELECT endpoint, column_name FROM usage_fdw_columns()
WHERE (filter IS NOT NULL AND role NOT IN ('dimension', 'attribute', 'parent'))
   OR (accepted_values IS NOT NULL AND filter IS NULL)
   OR (field IS NULL) <> (role IN ('bucket', 'parent'))
   OR (kind = 'usage') <> (role NOT IN ('attribute', 'parent'))
   OR (role = 'parent') <> (filter IS NOT NULL AND path LIKE '%{' || filter || '}%')
   OR (NOT imported AND role <> 'dimension')
   OR cardinality(bucket_widths) <> cardinality(page_limits);
SELECT c.endpoint, c.column_name FROM usage_fdw_columns() c
WHERE c.required_dimension IS NOT NULL AND NOT EXISTS (
  SELECT FROM usage_fdw_columns() d
  WHERE d.endpoint = c.endpoint AND d.field = c.required_dimension AND d.role = 'dimension');

-- a set-returning function like others
SELECT count(*) FROM (SELECT (usage_fdw_columns()).column_name LIMIT 3) s;
SELECT count(*)
FROM generate_series(1, 2), LATERAL usage_fdw_columns() c WHERE c.endpoint = 'costs';
