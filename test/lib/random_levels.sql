-- test/lib/random_levels.sql: what stands in FROM, at random: the table itself, a
-- sub-query or a view of it, UNION ALL, set operations, and a partitioned table
--
-- Makes pg_temp.random_relation(source), and pg_temp.random_set_operation(source),
-- a whole query.  Needs what test/lib/random_queries.sql makes before it includes
-- this.

-- A view that is not pulled up, and a partitioned table that has the same rows as
-- the foreign one; the oracle has none of that.
SELECT format('CREATE VIEW %1$s_guarded WITH (security_barrier) AS SELECT * FROM %1$s;
  CREATE VIEW %2$s_guarded AS SELECT * FROM %2$s;
  CREATE VIEW %2$s_parts AS SELECT * FROM %2$s', foreign_table, oracle)
FROM source
\gexec
CREATE TEMP TABLE parting AS
SELECT s.*, k.key, k.bounds
FROM (SELECT *, (row_number() OVER (ORDER BY endpoint, width) - 1) % 6 AS kind,
    (now() AT TIME ZONE 'UTC')::date - days / 2 AS middle FROM source) AS s
CROSS JOIN LATERAL (VALUES
  (0, 'RANGE (day)', ARRAY[
    format('FOR VALUES FROM (%L) TO (MAXVALUE)', middle)]),
  (1, 'LIST (project_id)', ARRAY[
    'FOR VALUES IN (''proj_web'', NULL)',
    'DEFAULT']),
  (2, 'RANGE (start_time)', ARRAY[
    format('FOR VALUES FROM (MINVALUE) TO (%L)', middle || ' 05:13+00'),
    'DEFAULT']),
  (3, 'HASH (project_id, day)', ARRAY[
    'FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
    'FOR VALUES WITH (MODULUS 2, REMAINDER 1)']),
  (4, 'LIST (date_trunc(''day'', start_time AT TIME ZONE ''UTC''))', ARRAY[
    format('FOR VALUES IN (%L, %L)', middle, middle + 1),
    'DEFAULT']),
  (5, 'RANGE (day, (coalesce(project_id, '''')))', ARRAY[
    format('FOR VALUES FROM (%L, ''proj_m'') TO (%L, MINVALUE)', middle, middle + 1),
    'DEFAULT'])) AS k(kind, key, bounds)
WHERE k.kind = s.kind;
SELECT format('DROP TABLE IF EXISTS %1$s_parts CASCADE;
  CREATE TABLE %1$s_parts (LIKE %1$s) PARTITION BY %2$s', foreign_table, key)
FROM parting
\gexec
SELECT format('CREATE FOREIGN TABLE %1$s_parts_%2$s PARTITION OF %1$s_parts %3$s
  SERVER openai OPTIONS (endpoint %4$L, bucket_width %5$L, history %6$L)',
  foreign_table, n, bound, endpoint, width, days || ' days')
FROM parting, unnest(bounds) WITH ORDINALITY AS b(bound, n)
\gexec
-- where half of it is kept
SELECT format('CREATE TABLE %1$s_parts_kept PARTITION OF %1$s_parts DEFAULT;
  INSERT INTO %1$s_parts_kept SELECT * FROM %2$s WHERE day < %3$L', foreign_table, oracle, middle)
FROM parting WHERE kind = 0
\gexec

-- The columns of the table but for labels, some numbers as another type.
CREATE FUNCTION pg_temp.random_columns(s source) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT 't.start_time, t.end_time, t.day, '
    || (SELECT string_agg(format('t.%I', col), ', ' ORDER BY col)
      FROM dimension WHERE endpoint = s.endpoint)
    || (SELECT string_agg(format(CASE WHEN pg_temp.chance(0.3) THEN ', t.%I::numeric AS %1$I'
        ELSE ', t.%I' END, m), '' ORDER BY m)
      FROM measure, unnest(cols) AS m WHERE endpoint = s.endpoint)
$$;

CREATE FUNCTION pg_temp.random_operation() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT pg_temp.pick('UNION', 'INTERSECT', 'EXCEPT')
    || pg_temp.pick('', '', '', ' ALL')
$$;

-- Rows named t, with the table's columns.
CREATE FUNCTION pg_temp.random_relation(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  table_of text := pg_temp.pick('{t}', '{t}', '{t}_guarded', '{t}_parts');
  clause text := pg_temp.random_clause(s, 1);
  other text := CASE WHEN pg_temp.chance(0.6) THEN format('(%s) IS NOT TRUE', clause)
    ELSE pg_temp.random_clause(s, 1) END;
  ordered text := ' ORDER BY ' || pg_temp.pick('day', 'start_time', 'project_id');
BEGIN
  RETURN format(CASE pg_temp.upto(12)
    WHEN 0 THEN '{t}_guarded AS t'
    WHEN 1 THEN '{t}_parts AS t'
    WHEN 2 THEN '(SELECT * FROM %1$s AS t WHERE %2$s UNION ALL
      SELECT * FROM {t} AS t WHERE %3$s) AS t'
    WHEN 3 THEN '(SELECT * FROM {t} AS t UNION ALL SELECT * FROM %1$s AS t WHERE %2$s%4$s) AS t'
    WHEN 4 THEN '(SELECT * FROM %1$s AS t WHERE %2$s%4$s) AS t'
    WHEN 5 THEN '(SELECT %5$s FROM %1$s AS t WHERE %2$s UNION ALL
      SELECT %6$s FROM {t} AS t WHERE %3$s%7$s) AS t'
    WHEN 6 THEN '(SELECT * FROM %1$s AS t WHERE %2$s %8$s SELECT * FROM {t} AS t WHERE %3$s) AS t'
    ELSE '{t} AS t' END,
    table_of, clause, other, ordered, pg_temp.random_columns(s), pg_temp.random_columns(s),
    pg_temp.pick('', ordered), pg_temp.random_operation());
END $$;

CREATE FUNCTION pg_temp.random_leg(s source, keys text) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT format('SELECT %s FROM %s WHERE %s%s', keys, pg_temp.random_relation(s),
    pg_temp.random_clause(s, 1), pg_temp.pick('', '', ' GROUP BY ' || keys))
$$;

CREATE FUNCTION pg_temp.random_set_operation(s source) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  keys text := pg_temp.random_dimension(s) || pg_temp.pick('', '', ', t.day',
    ', date_trunc(''hour'', t.start_time)', ', upper(t.project_id)',
    ', ' || pg_temp.random_measure(s));
  query text := pg_temp.random_leg(s, keys);
BEGIN
  FOR i IN 1 .. 1 + pg_temp.upto(3) LOOP
    query := CASE WHEN pg_temp.chance(0.5) THEN format('(%s) %s %s',
        query, pg_temp.random_operation(), pg_temp.random_leg(s, keys))
      ELSE format('%s %s (%s)',
        pg_temp.random_leg(s, keys), pg_temp.random_operation(), query) END;
  END LOOP;
  RETURN CASE pg_temp.upto(4)
    WHEN 0 THEN format('SELECT count(*), count(DISTINCT k) FROM (%s) AS q(k)', query)
    WHEN 1 THEN format('SELECT DISTINCT k FROM (%s) AS q(k)', query)
    ELSE query END;
END $$;
