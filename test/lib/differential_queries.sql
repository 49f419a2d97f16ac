-- test/lib/differential_queries.sql: pg_temp.differential_query(number), an
-- aggregate made at random
--
-- Needs test/lib/random_queries.sql, for tables and clauses.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;

-- What people join with.  Not every project is in here, and some are twice.
CREATE TABLE relation.own (id text, team text, n int, price numeric(10,4), rate numeric,
  valid_from timestamptz);
INSERT INTO relation.own
SELECT id, 'team ' || r % 3, r, r * 0.37,
  CASE r WHEN 2 THEN 'Infinity'::numeric ELSE r END, now() - interval '5 days' * r
FROM (SELECT p AS id, row_number() OVER (ORDER BY p) AS r FROM dimension, unnest(vals) AS p
  WHERE endpoint = 'completions' AND col = 'project_id' AND p <> 'gone') AS p WHERE r <> 4
UNION ALL VALUES ('proj_web', 'team 9', 9, 0, 0, NULL), (NULL, NULL, 10, 1, NULL, now()),
  ('proj_none', 'team 9', NULL, NULL, 2, now());
ANALYZE relation.own;
SELECT format('CREATE VIEW %1$s_view AS SELECT * FROM %1$s;
  CREATE VIEW %2$s_view AS SELECT * FROM %2$s', foreign_table, oracle)
FROM source
\gexec

-- What a coarser row may be asked.
CREATE FUNCTION pg_temp.random_condition(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  d text := pg_temp.random_dimension(s);
BEGIN
  RETURN CASE pg_temp.upto(9)
    WHEN 5 THEN pg_temp.random_edge_clause(s, pg_temp.upto(3))
    WHEN 6 THEN format('%s::text = ANY (ARRAY(SELECT ''none '' || g
      FROM generate_series(1, 150) AS g UNION ALL SELECT id FROM relation.own))', d)
    WHEN 7 THEN 't.project_id = ANY (ARRAY(SELECT ''none '' || g
      FROM generate_series(1, 150) AS g UNION ALL SELECT id FROM relation.own))'
    WHEN 0 THEN d || ' IS NOT NULL'
    WHEN 1 THEN format('length(%s::text) > 8', d)
    WHEN 2 THEN 't.day > (now() AT TIME ZONE ''UTC'')::date - 3'
    WHEN 3 THEN 't.start_time < now() - interval ''2 days'''
    WHEN 4 THEN format('%s::text < %s::text', d, pg_temp.random_dimension(s))
    ELSE pg_temp.random_filter(s)
  END;
END $$;

CREATE FUNCTION pg_temp.random_key(s source, joined boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  d text := pg_temp.random_dimension(s);
BEGIN
  RETURN CASE pg_temp.upto(16)
    WHEN 11 THEN pg_temp.random_edge(
      pg_temp.pick('timestamptz', 'timestamp', 'date', 'numeric', 'text'), pg_temp.upto(4))
    WHEN 0 THEN 't.day'
    WHEN 1 THEN 't.start_time'
    WHEN 2 THEN format('date_trunc(%L, t.start_time%s)',
      pg_temp.pick('minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'),
      pg_temp.pick('',
        ', ''UTC''', ', ''Asia/Kathmandu''', ', ''America/Havana''', ', ''<+0012>-00:12'''))
    WHEN 3 THEN 't.start_time::date'
    WHEN 4 THEN '(t.end_time AT TIME ZONE ''Asia/Kolkata'')::date'
    WHEN 5 THEN format('coalesce(%s::text, ''none'')', d)
    WHEN 6 THEN format('upper(%s::text)', d)
    WHEN 7 THEN format('(%s)',
      regexp_replace(pg_temp.random_condition(s), '\[\[[a-z]+\|([^]]*)\]\]', '\1', 'g'))
    WHEN 8 THEN format('extract(%s)',
      pg_temp.pick('dow FROM t.day', 'hour FROM t.start_time', 'isodow FROM t.start_time',
      'minute FROM t.start_time AT TIME ZONE ''Australia/Eucla''', 'hour FROM t.end_time'))
    WHEN 9 THEN CASE WHEN joined THEN 'l.team' ELSE d END
    WHEN 10 THEN CASE WHEN pg_temp.chance(0.2)
      THEN format('(%s > 100)', pg_temp.random_measure(s)) ELSE d END
    ELSE d
  END;
END $$;

-- A number of the coarser rows that adds up, if the wind is fair.
CREATE FUNCTION pg_temp.random_summand(s source, joined boolean) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  m text := pg_temp.random_measure(s);
BEGIN
  IF pg_temp.chance(0.3) THEN
    RETURN pg_temp.random_formula(s, 3, CASE WHEN joined
      THEN '{l.price,l.n::numeric,"coalesce(l.price, 0)",(l.price / 7),0.5}'::text[] ELSE '{}' END);
  END IF;
  RETURN CASE pg_temp.upto(14)
    WHEN 0 THEN format('%s + %s', m, pg_temp.random_measure(s))
    WHEN 1 THEN format('%s - %s', m, pg_temp.random_measure(s))
    WHEN 2 THEN format('%s * %s', m,
      pg_temp.pick('0.25', '2.0', '(-1.5)', '0.0', 'NULL::numeric', '''NaN''::numeric'))
    WHEN 3 THEN format('%s::numeric * %s', m,
      CASE WHEN joined THEN 'l.price' ELSE '3::numeric(5,2)' END)
    WHEN 4 THEN format('%s::numeric * %s', m,
      CASE WHEN joined THEN 'l.n' ELSE 'extract(day FROM t.day)::int' END)
    WHEN 5 THEN format('CASE WHEN %s THEN %s ELSE 0 END', pg_temp.random_condition(s), m)
    WHEN 6 THEN format('CASE WHEN %s THEN %s WHEN %s THEN %s END', pg_temp.random_condition(s), m,
      pg_temp.random_condition(s), pg_temp.random_measure(s))
    WHEN 7 THEN format('%s::numeric', m)
    ELSE m
  END;
END $$;

CREATE FUNCTION pg_temp.random_aggregate(s source, joined boolean) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  d text := pg_temp.random_dimension(s);
BEGIN
  RETURN CASE pg_temp.upto(16)
    WHEN 0 THEN format('max(%s::text)', d)
    WHEN 1 THEN format('min(%s::text) FILTER (WHERE %s)', d, pg_temp.random_condition(s))
    WHEN 2 THEN format('count(DISTINCT %s)', d)
    WHEN 3 THEN format('%s(%s)',
      pg_temp.pick('bool_or', 'bool_and', 'every'), pg_temp.random_condition(s))
    WHEN 4 THEN format('%s(length(%s::text))', pg_temp.pick('bit_or', 'bit_and'), d)
    WHEN 5 THEN format('array_agg(DISTINCT %s)', d)
    WHEN 6 THEN format('string_agg(DISTINCT %s::text, '','' ORDER BY %1$s::text %s)', d,
      pg_temp.pick('', 'DESC'))
    WHEN 7 THEN pg_temp.pick('max(t.day)', 'min(t.start_time)', 'max(t.end_time)')
    WHEN 8 THEN format('sum(%s) FILTER (WHERE %s)',
      pg_temp.random_summand(s, joined), pg_temp.random_condition(s))
    WHEN 9 THEN format('count(DISTINCT (%s, %s))', d, pg_temp.random_dimension(s))
    ELSE format('sum(%s)', pg_temp.random_summand(s, joined))
  END;
END $$;

-- What tempts the planner.
CREATE FUNCTION pg_temp.random_temptation(s source, joined boolean) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  d text := pg_temp.random_dimension(s);
  m text := pg_temp.random_measure(s);
BEGIN
  RETURN CASE pg_temp.upto(20)
    WHEN 0 THEN 'count(*)'
    WHEN 1 THEN format('count(%s)', d)
    WHEN 2 THEN format('avg(%s)', m)
    WHEN 3 THEN format('%s(%s)', pg_temp.pick('min', 'max'), m)
    WHEN 4 THEN pg_temp.pick('sum(1)', 'sum(0.5)', 'sum(2::bigint)')
    WHEN 5 THEN format('sum(length(%s::text))', d)
    WHEN 6 THEN format('%s(DISTINCT %s)', pg_temp.pick('sum', 'count', 'avg'), m)
    WHEN 7 THEN format('sum(%s)', replace(pg_temp.random_formula(s, 2, '{}'), ', 0)', ', 1)'))
    WHEN 8 THEN format('sum(%s / %s)', m, pg_temp.pick('7', '7.0'))
    WHEN 9 THEN format('sum(%s::numeric * %s)', m, pg_temp.random_measure(s))
    WHEN 10 THEN format('sum(%s) FILTER (WHERE %s > 100)', m, pg_temp.random_measure(s))
    WHEN 11 THEN format('bit_or(%s::bigint)', m)
    WHEN 12 THEN format('sum(%s * %s)', m,
      CASE WHEN joined THEN 'l.rate' ELSE '''Infinity''::numeric' END)
    WHEN 13 THEN CASE WHEN joined
      THEN pg_temp.pick('sum(l.n)', 'sum(l.price)', 'count(l.n)', 'avg(l.n)')
      ELSE 'sum(length(t.project_id))' END
    WHEN 14 THEN format('sum(CASE WHEN %s THEN %s ELSE 1 END)', pg_temp.random_condition(s), m)
    WHEN 15 THEN format('sum(CASE WHEN %s > 50 THEN %s END)', pg_temp.random_measure(s), m)
    WHEN 16 THEN format('string_agg(%s::text, '','' ORDER BY %1$s::text)', d)
    WHEN 17 THEN format('max(t.*::text) FILTER (WHERE %s IS NOT NULL)', d)
    WHEN 18 THEN format('sum((SELECT sum(o.n) FROM relation.own AS o WHERE o.id = t.project_id))')
    ELSE format('sum(%s ORDER BY %s)', m, d)
  END;
END $$;

CREATE FUNCTION pg_temp.random_from(s source, OUT text_of text, OUT joined boolean)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  clause text := pg_temp.random_clause(s, 1);
BEGIN
  joined := false;
  text_of := pg_temp.random_relation(s);
  CASE pg_temp.upto(18)
    WHEN 0, 1, 2 THEN
      joined := true;
      text_of := text_of || format(' %s JOIN relation.own AS l ON t.project_id = l.id%s',
        pg_temp.pick('', '', 'LEFT', 'RIGHT', 'FULL'),
        pg_temp.pick('', '', ' AND l.n > 1'));
    WHEN 3 THEN
      joined := true;
      text_of := format('relation.own AS l LEFT JOIN %s ON t.project_id = l.id AND %s',
        text_of, pg_temp.random_filter(s));
    WHEN 4 THEN
      joined := true;
      text_of := '{t} AS t
        JOIN relation.own AS l ON t.project_id = l.id AND t.start_time >= l.valid_from';
    WHEN 5 THEN
      text_of := format('{t} AS t %s
        JOIN {u} AS u ON u.day = t.day AND u.project_id = t.project_id', pg_temp.pick('', 'LEFT'));
    WHEN 6 THEN
      text_of := format('(SELECT * FROM {t} AS t WHERE %s%s) AS t',
        clause, pg_temp.pick('', '', '', ' OFFSET 0'));
    WHEN 7 THEN text_of := '{t}_view AS t';
    WHEN 8 THEN
      text_of := format('(SELECT * FROM {t} AS t%s UNION ALL SELECT * FROM {w} AS t%s) AS t',
        pg_temp.pick('', ' WHERE ' || clause),
        pg_temp.pick('', ' WHERE ' || pg_temp.random_filter(s)));
    WHEN 9 THEN
      joined := true;
      text_of := format('{t} AS t CROSS JOIN LATERAL (SELECT count(*)::int AS n,
        max(o.team) AS team, max(o.price)::numeric(10,4) AS price,
        sum(o.rate) AS rate FROM relation.own AS o WHERE %s) AS l',
        CASE WHEN pg_temp.chance(0.7) THEN 'o.id = t.project_id'
          ELSE format('o.n * 100 < %s', pg_temp.random_measure(s)) END);
    WHEN 10 THEN
      text_of := format('(WITH c AS %s (SELECT * FROM {t} AS t WHERE %s) SELECT * FROM c) AS t',
        pg_temp.pick('', 'MATERIALIZED', 'NOT MATERIALIZED'), clause);
    WHEN 11 THEN
      joined := true;
      text_of := format('{t} AS t LEFT JOIN relation.own AS l ON t.project_id = l.id AND %s > %s',
        pg_temp.random_measure(s), pg_temp.upto(200));
    WHEN 12, 13 THEN
      joined := true;
      text_of := format('relation.own AS l
        LEFT JOIN (SELECT t.*, coalesce(%s, 0) AS some, coalesce(t.start_time, now()) AS at,
        coalesce(t.project_id, ''none'') AS whose FROM {t} AS t) AS t
        ON t.project_id = l.id', pg_temp.random_measure(s)) || pg_temp.pick('',
        format(' JOIN relation.own AS o ON o.id = l.id AND coalesce(t.some, 1) < %s',
          pg_temp.upto(200)),
        format(' JOIN relation.own AS o ON o.id = l.id
          AND coalesce(t.at, now()) < now() - interval ''%s hours''', pg_temp.upto(50)),
        ' JOIN relation.own AS o ON o.id = coalesce(t.whose, l.id)');
    ELSE NULL;
  END CASE;
END $$;

-- A query over local rows that asks whether there is usage, or how much.
CREATE FUNCTION pg_temp.random_probe(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  clause text := CASE WHEN pg_temp.chance(0.7)
    THEN pg_temp.random_filter(s) ELSE pg_temp.random_clause(s, 1) END;
  list text := pg_temp.pick('l.id, l.n', 'count(*), sum(l.n)', 'l.team', 'l.*');
BEGIN
  RETURN CASE pg_temp.upto(7)
    WHEN 0 THEN format('SELECT %s FROM relation.own AS l WHERE %s EXISTS (
      SELECT FROM %s WHERE t.project_id = l.id AND (%s))',
      list, pg_temp.pick('', 'NOT'), pg_temp.random_relation(s), clause)
    WHEN 1 THEN format('SELECT %s FROM relation.own AS l WHERE l.id IN (
      SELECT t.project_id FROM %s WHERE %s)', list, pg_temp.random_relation(s), clause)
    WHEN 2 THEN format('SELECT %s FROM relation.own AS l WHERE l.id NOT IN (
      SELECT t.project_id FROM {t} AS t WHERE t.project_id IS NOT NULL AND (%s))', list, clause)
    WHEN 3 THEN format('SELECT l.id, l.n, (
      SELECT %s FROM {t} AS t WHERE t.project_id = l.id AND (%s)) FROM relation.own AS l',
      pg_temp.random_aggregate(s, false), clause)
    WHEN 4 THEN format('SELECT %s FROM relation.own AS l
      LEFT JOIN {t} AS t ON t.project_id = l.id AND (%s) WHERE t.project_id IS NULL', list, clause)
    WHEN 5 THEN format('SELECT %s FROM {u} AS t WHERE EXISTS (
      SELECT FROM {t} AS x WHERE x.project_id = t.project_id AND x.day = t.day)',
      pg_temp.pick('count(*)', 'max(t.day), count(DISTINCT t.project_id)', 't.project_id, t.day'))
    ELSE format('SELECT l.id, x.* FROM relation.own AS l CROSS JOIN LATERAL (
      SELECT %s, %s FROM {t} AS t WHERE t.project_id = l.id AND (%s)) AS x',
      pg_temp.random_aggregate(s, true), pg_temp.random_aggregate(s, false), clause)
  END;
END $$;

CREATE FUNCTION pg_temp.random_report(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  f record;
  tempted boolean := pg_temp.chance(0.3);
  keys text[] := '{}';
  aggs text[] := '{}';
  grouping text;
  list text;
  tail text;
BEGIN
  IF pg_temp.chance(0.15) THEN
    RETURN pg_temp.random_probe(s);
  END IF;
  SELECT * INTO f FROM pg_temp.random_from(s);
  FOR i IN 1 .. pg_temp.upto(4) LOOP
    keys := keys || pg_temp.random_key(s, f.joined);
  END LOOP;
  FOR i IN 1 .. 1 + pg_temp.upto(3) LOOP
    aggs := aggs || pg_temp.random_aggregate(s, f.joined);
  END LOOP;
  IF tempted AND pg_temp.chance(0.7) THEN
    aggs := aggs || pg_temp.random_temptation(s, f.joined);
  END IF;
  tail := format(' FROM %s', f.text_of) || CASE
    WHEN pg_temp.chance(0.5) THEN ''
    WHEN pg_temp.chance(0.5) THEN ' WHERE ' || pg_temp.random_condition(s)
    WHEN pg_temp.chance(0.1) THEN ' WHERE random() < 2'
    ELSE ' WHERE ' || pg_temp.random_clause(s, 1) END;
  IF cardinality(keys) > 0 AND pg_temp.chance(0.15) THEN
    list := array_to_string(keys, ', ');
    RETURN CASE WHEN tempted THEN format('SELECT DISTINCT %s, %s OVER ()', list,
      pg_temp.pick('count(*)', 'max(t.day)', 'sum(length(t.project_id))')) || tail
      WHEN pg_temp.chance(0.5) THEN format('SELECT DISTINCT %s', list) || tail
      ELSE format('SELECT DISTINCT ON (%s) %1$s, t.day, t.project_id%s
        ORDER BY %1$s, t.day, t.project_id', list, tail) END;
  END IF;
  list := array_to_string(keys || aggs, ', ');
  IF pg_temp.chance(0.15) THEN
    list := list || format(', rank() OVER (ORDER BY %s)', aggs[1]);
  ELSIF pg_temp.chance(0.1) THEN
    list := list || format(', count(%s) OVER (), count(*) OVER ()', aggs[1]);
  END IF;
  grouping := array_to_string(keys, ', ');
  IF cardinality(keys) > 0 THEN
    -- before version 18 the answer of sets with one sub-select twice depends on the plan
    tail := tail || ' GROUP BY ' || CASE
      WHEN (SELECT count(*) FROM unnest(keys) AS k WHERE k LIKE '%SELECT%') > 1 THEN grouping
      ELSE CASE pg_temp.upto(8)
      WHEN 0 THEN format('ROLLUP (%s)', grouping)
      WHEN 1 THEN format('CUBE (%s)', grouping)
      WHEN 2 THEN format('GROUPING SETS ((%s), ())', array_to_string(keys, '), ('))
      ELSE grouping END END;
  END IF;
  IF pg_temp.chance(0.2) THEN
    tail := tail || ' HAVING ' || CASE
      WHEN tempted THEN pg_temp.random_temptation(s, f.joined) || ' IS NOT NULL'
      WHEN pg_temp.chance(0.5) THEN pg_temp.random_existence(s)
      ELSE pg_temp.random_aggregate(s, f.joined) || ' IS NOT NULL' END;
  END IF;
  IF pg_temp.chance(0.1) AND tempted THEN
    tail := tail || ' ORDER BY ' || pg_temp.random_temptation(s, f.joined);
  ELSIF pg_temp.chance(0.2) THEN
    tail := tail || format(' ORDER BY %s LIMIT 5',
      array_to_string(ARRAY(SELECT generate_series(1, cardinality(keys || aggs))), ', '));
  END IF;
  RETURN format('SELECT %s%s', list, tail);
END $$;

CREATE FUNCTION pg_temp.differential_query(number int) RETURNS random_query LANGUAGE plpgsql AS $$
DECLARE
  q random_query;
  s source;
  u source;
  w source;
  text_of text;
BEGIN
  PERFORM setseed((number % 1000000) / 1000000.0);
  SELECT * INTO s FROM source ORDER BY random() LIMIT 1;
  SELECT * INTO u FROM source WHERE width = s.width ORDER BY random() LIMIT 1;
  SELECT * INTO w FROM source WHERE endpoint = s.endpoint ORDER BY random() LIMIT 1;
  q := (number, s.foreign_table, NULL, '{}', '{}',
    pg_temp.pick('UTC', 'America/New_York', 'Asia/Kolkata', 'America/Havana', 'Pacific/Kiritimati',
      'Australia/Lord_Howe', 'Atlantic/Azores'),
    pg_temp.pick('force_custom_plan', 'force_generic_plan'));
  text_of := pg_temp.random_report(s);
  q := pg_temp.place_values(q, text_of);
  q.command := pg_temp.compare_with_oracle(
    replace(replace(replace(q.command, '{t}', s.foreign_table),
      '{u}', u.foreign_table), '{w}', w.foreign_table),
    replace(replace(replace(q.command, '{t}', s.oracle), '{u}', u.oracle), '{w}', w.oracle));
  RETURN q;
END $$;
RESET client_min_messages;
\set QUIET off
\set ECHO all
