-- test/lib/random_queries.sql: pg_temp.run_randoms(first, count) runs queries
-- made at random, and "result" says how they compared with the oracle
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
-- Tables that hold little: what is not pushed down is read whole.
SELECT format('CREATE SCHEMA random_%1$s', w)
FROM (VALUES ('1d'), ('1h'), ('1m')) AS v(w)
WHERE to_regnamespace('random_' || w) IS NULL
\gexec
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO random_1d OPTIONS (extra_dimensions 'true');
IMPORT FOREIGN SCHEMA usage EXCEPT (costs)
  FROM SERVER openai INTO random_1h OPTIONS (bucket_width '1h', extra_dimensions 'true');
IMPORT FOREIGN SCHEMA usage EXCEPT (costs)
  FROM SERVER openai INTO random_1m OPTIONS (bucket_width '1m', extra_dimensions 'true');
CREATE TEMP TABLE source AS
SELECT endpoint, w.width, w.days,
  format('random_%s.%I', w.width, endpoint) AS foreign_table,
  format('relation.%I', endpoint || '_' || w.width) AS oracle
FROM usage_fdw_columns() AS c
JOIN (VALUES ('1d', 40), ('1h', 9), ('1m', 2)) AS w(width, days) ON w.width = ANY (c.bucket_widths)
GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT format('ALTER FOREIGN TABLE %1$s OPTIONS (ADD history ''%2$s days'');
  CREATE TABLE %3$s AS SELECT * FROM oracle.%4$I
  WHERE start_time >= date_trunc(''day'', now(), ''UTC'') - interval ''24 hours'' * %2$s',
  foreign_table, days, oracle, endpoint || CASE width WHEN '1d' THEN '' ELSE '_' || width END)
FROM source
\gexec

-- Values of dimensions; NULL is one, and so is what is not there.
CREATE TEMP TABLE dimension (endpoint text, col text, is_boolean boolean, vals text[]);
SELECT format('INSERT INTO dimension SELECT %L, %L, %L, array_agg(DISTINCT coalesce(%2$I::text,
  ''gone'')) || %5$L::text[] FROM relation.%4$I',
  endpoint, column_name, data_type = 'boolean'::regtype, endpoint || '_1d',
  CASE WHEN data_type = 'boolean'::regtype THEN '{}' ELSE '{"",a b}' END)
FROM usage_fdw_columns() WHERE role = 'dimension'
\gexec
UPDATE dimension SET vals = '{true,false}' WHERE is_boolean;
CREATE TEMP TABLE measure AS
SELECT endpoint, array_agg(column_name::text) AS cols
FROM usage_fdw_columns() WHERE role IN ('measure', 'gauge') GROUP BY endpoint;

CREATE FUNCTION pg_temp.chance(p float) RETURNS boolean
LANGUAGE sql VOLATILE AS 'SELECT random() < p';
CREATE FUNCTION pg_temp.upto(n int) RETURNS int
LANGUAGE sql VOLATILE AS 'SELECT floor(random() * n)::int';
CREATE FUNCTION pg_temp.pick(VARIADIC list text[]) RETURNS text LANGUAGE sql VOLATILE AS
  'SELECT list[1 + floor(random() * cardinality(list))::int]';

-- A value is written [[type|literal]] at first, and becomes a literal, a
-- sub-select or a parameter later.
CREATE FUNCTION pg_temp.random_value(type text, s source) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  unit interval := CASE pg_temp.upto(3) WHEN 0 THEN interval '24 hours'
    WHEN 1 THEN interval '1 hour' ELSE interval '1 minute' END;
  instant timestamptz := date_trunc(
    CASE s.width WHEN '1d' THEN 'day' WHEN '1h' THEN 'hour' ELSE 'minute' END,
    date_trunc('day', now(), 'UTC') + interval '1 day'
      - interval '1 day' * (s.days + 4) * random(), 'UTC');
BEGIN
  IF pg_temp.chance(0.02) THEN
    RETURN format('[[%s|%L]]', type, pg_temp.pick('infinity', '-infinity'));
  END IF;
  IF pg_temp.chance(0.03) THEN
    RETURN format('[[%s|NULL]]', type);
  END IF;
  IF pg_temp.chance(0.1) THEN
    RETURN CASE type WHEN 'date' THEN 'current_date'
      WHEN 'timestamp' THEN 'localtimestamp' ELSE 'now()' END
      || format(' - interval %L * %s', unit, pg_temp.upto(20))
      || CASE type WHEN 'date' THEN ' + time ''00:00''' ELSE '' END;
  END IF;
  IF pg_temp.chance(0.3) THEN
    instant := instant + interval '1 second' * pg_temp.upto(86400);
  END IF;
  RETURN format('[[%s|%L]]', type, to_char(instant AT TIME ZONE 'UTC',
    CASE type WHEN 'date' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI:SS' END)
    || CASE type WHEN 'timestamptz' THEN '+00' ELSE '' END);
END $$;

CREATE FUNCTION pg_temp.random_time(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  zones text[] := '{UTC,America/New_York,Asia/Kolkata,America/Havana,Pacific/Kiritimati}';
  col text := pg_temp.pick('start_time', 'start_time', 'end_time', 'day');
  subject text := 't.' || col;
  kind text := CASE col WHEN 'day' THEN 'date' ELSE 'timestamptz' END;
  op text := pg_temp.pick('<', '<=', '=', '>=', '>', '>=', '<');
  value text;
BEGIN
  FOR i IN 1 .. pg_temp.upto(3) LOOP
    CASE pg_temp.upto(5)
      WHEN 0 THEN subject := subject || '::date'; kind := 'date';
      WHEN 1 THEN
        IF kind <> 'date' THEN
          subject := format('(%s AT TIME ZONE %L)', subject, pg_temp.pick(VARIADIC zones));
          kind := CASE kind WHEN 'timestamptz' THEN 'timestamp' ELSE 'timestamptz' END;
        END IF;
      WHEN 2 THEN
        subject := format('date_trunc(%L, %s)',
          pg_temp.pick('minute', 'hour', 'day', 'week', 'month', 'year'), subject);
        kind := CASE kind WHEN 'date' THEN 'timestamptz' ELSE kind END;
      WHEN 3 THEN
        IF kind = 'timestamptz' THEN
          subject := format('date_trunc(%L, %s, %L)', pg_temp.pick('hour', 'day', 'month'),
            subject, pg_temp.pick(VARIADIC zones));
        END IF;
      ELSE kind := pg_temp.pick('timestamp', 'timestamptz'); subject := subject || '::' || kind;
    END CASE;
  END LOOP;
  kind := CASE WHEN pg_temp.chance(0.6) THEN kind
    ELSE pg_temp.pick('timestamptz', 'timestamp', 'date') END;
  value := pg_temp.random_value(kind, s);
  RETURN CASE pg_temp.upto(12)
    WHEN 0 THEN format('%s BETWEEN %s AND %s', subject, value, pg_temp.random_value(kind, s))
    WHEN 1 THEN format('%s NOT BETWEEN %s AND %s', subject, value, pg_temp.random_value(kind, s))
    WHEN 2 THEN format('%s IN (%s, %s, %s)',
      subject, value, pg_temp.random_value(kind, s), pg_temp.random_value(kind, s))
    WHEN 3 THEN format('%s %s ANY (ARRAY[%s, NULL, %s])',
      subject, op, value, pg_temp.random_value(kind, s))
    WHEN 4 THEN format('%s IS %s NULL', subject, pg_temp.pick('', 'NOT', 'NOT'))
    WHEN 5 THEN format('%s <> %s', subject, value)
    WHEN 6 THEN format('%s %s %s', value, op, subject)
    WHEN 7 THEN format('%s %s %s', value, op, subject)
    ELSE format('%s %s %s', subject, op, value)
  END;
END $$;

\i test/lib/random_edges.sql

CREATE FUNCTION pg_temp.random_filter(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  d dimension;
  col text;
  v text[] := '{}';
BEGIN
  SELECT * INTO d FROM dimension WHERE endpoint = s.endpoint ORDER BY random() LIMIT 1;
  col := format('t.%I', d.col);
  FOR i IN 1 .. 3 LOOP
    v := v || CASE WHEN pg_temp.chance(0.05) THEN '[[text|NULL]]'
      ELSE format('[[text|%L]]', pg_temp.pick(VARIADIC d.vals)) END;
  END LOOP;
  IF d.is_boolean THEN
    v[1] := replace(v[1], 'text|', 'boolean|');
    RETURN CASE pg_temp.upto(7)
      WHEN 0 THEN col
      WHEN 1 THEN 'NOT ' || col
      WHEN 2 THEN format('%s IS %s',
        col, pg_temp.pick('TRUE', 'FALSE', 'NOT TRUE', 'NOT FALSE', 'NULL', 'NOT NULL'))
      WHEN 3 THEN format('%s = %s', v[1], col)
      WHEN 4 THEN format('%s IN (true, %s)', col, v[1])
      WHEN 5 THEN format('%s <> %s', col, v[1])
      ELSE format('%s = %s', col, v[1])
    END;
  END IF;
  RETURN CASE pg_temp.upto(13)
    WHEN 0 THEN format('%s IN (%s, %s, %s)', col, v[1], v[2], v[3])
    WHEN 1 THEN format('%s = ANY (ARRAY[%s, NULL, %s])', col, v[1], v[2])
    WHEN 2 THEN format('%s NOT IN (%s, %s)', col, v[1], v[2])
    WHEN 3 THEN format('%s <> %s', col, v[1])
    WHEN 4 THEN format('%s IS %s NULL', col, pg_temp.pick('', 'NOT'))
    WHEN 5 THEN format('%s LIKE ''%%%s%%''', col, pg_temp.pick('a', 'e', '1'))
    WHEN 6 THEN format('%s = %s', v[1], col)
    WHEN 7 THEN format('(%s = %s OR %2$s = %s)', col, v[1], v[2])
    WHEN 8 THEN format('%s %s %s', col, pg_temp.pick('<', '>=', '~'), '''g''')
    WHEN 9 THEN format('%s IS NOT DISTINCT FROM %s', col, v[1])
    WHEN 10 THEN format('coalesce(%s, %s) = %s', col, v[1], v[2])
    ELSE format('%s = %s', col, v[1])
  END;
END $$;

CREATE FUNCTION pg_temp.random_clause(s source, depth int) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  parts text[] := '{}';
BEGIN
  IF depth = 0 OR pg_temp.chance(0.4) THEN
    RETURN CASE
      WHEN pg_temp.chance(0.3) THEN pg_temp.random_time(s)
      WHEN pg_temp.chance(0.3) THEN pg_temp.random_edge_clause(s, pg_temp.upto(4))
      WHEN pg_temp.chance(0.9) THEN pg_temp.random_filter(s)
      ELSE format('t.%I %s %s',
        pg_temp.pick(VARIADIC (SELECT cols FROM measure WHERE endpoint = s.endpoint)),
        pg_temp.pick('>', '<=', '<>'), pg_temp.upto(1000))
    END;
  END IF;
  IF pg_temp.chance(0.1) THEN
    RETURN format('NOT (%s)', pg_temp.random_clause(s, depth - 1));
  END IF;
  IF pg_temp.chance(0.05) THEN
    RETURN format('(%s) IS %s', pg_temp.random_clause(s, depth - 1),
      pg_temp.pick('TRUE', 'NOT TRUE', 'NOT FALSE'));
  END IF;
  FOR i IN 1 .. 2 + pg_temp.upto(2) LOOP
    parts := parts || ('(' || pg_temp.random_clause(s, depth - 1) || ')');
  END LOOP;
  RETURN array_to_string(parts, pg_temp.pick(' AND ', ' AND ', ' OR '));
END $$;

CREATE FUNCTION pg_temp.random_dimension(s source) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT format('t.%I', col) FROM dimension WHERE endpoint = s.endpoint ORDER BY random() LIMIT 1
$$;
CREATE FUNCTION pg_temp.random_measure(s source) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT format('t.%I', m)
  FROM measure, unnest(cols) AS m WHERE endpoint = s.endpoint ORDER BY random() LIMIT 1
$$;

-- A formula over numbers that adds up, but for a number in a sum of terms that is
-- not always sent.  "factors" are numerics beside those of dimensions.
CREATE FUNCTION pg_temp.random_formula(s source, depth int, factors text[]) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  m text := pg_temp.random_measure(s);
  d text := pg_temp.random_dimension(s);
  factor text := pg_temp.pick(VARIADIC factors || ARRAY['0.00000125', '2.5', '(-1.5)',
    'NULL::numeric', format('length(%s::text)::numeric', d), format('(length(%s::text) / 7.0)', d),
    format('CASE WHEN %s IS NULL THEN 0.5 ELSE 2.0 END', d)]);
BEGIN
  IF pg_temp.chance(0.5) THEN
    m := format('coalesce(%s, %s)', m, pg_temp.pick('0', '0', '0.0'));
  END IF;
  IF depth = 0 THEN
    RETURN m;
  END IF;
  RETURN CASE pg_temp.upto(8)
    WHEN 0 THEN format('(%s * %s)', pg_temp.random_formula(s, depth - 1, factors), factor)
    WHEN 1 THEN format('(%s * %s)', factor, m)
    WHEN 2 THEN format('coalesce(%s, 0)', pg_temp.random_formula(s, depth - 1, factors))
    WHEN 3 THEN m
    WHEN 4 THEN format('CASE WHEN %s IS NOT NULL THEN %s%s END', d,
      pg_temp.random_formula(s, depth - 1, factors), pg_temp.pick('', ' ELSE 0', ' ELSE ' || m))
    ELSE format('(%s %s %s)', pg_temp.random_formula(s, depth - 1, factors),
      pg_temp.pick('+', '-'), pg_temp.random_formula(s, depth - 1, factors))
  END;
END $$;

-- Is there any row, or as often how many there are.
CREATE FUNCTION pg_temp.random_existence(s source) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  d text := pg_temp.random_dimension(s);
  counted text := pg_temp.pick('count(*)', 'count(1)', format('count(%s)', d),
    format('count(*) FILTER (WHERE %s IS NULL)', d));
BEGIN
  RETURN CASE WHEN pg_temp.chance(0.3)
    THEN format('%s %s %s', pg_temp.upto(3), pg_temp.pick('<', '<=', '=', '<>', '>=', '>'), counted)
    ELSE format('%s %s', counted,
      pg_temp.pick('> 0', '> 0', '>= 1', '<> 0', '= 0', '< 1', '<= 0', '> 1', '>= 2')) END;
END $$;

\i test/lib/random_levels.sql

-- What is selected: rows, or an aggregate by some columns.
CREATE FUNCTION pg_temp.random_select(s source, clause text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  keys text[];
  sums text;
BEGIN
  IF pg_temp.chance(0.4) THEN
    RETURN format('SELECT t.* FROM %s WHERE %s', pg_temp.random_relation(s), clause);
  ELSIF pg_temp.chance(0.15) THEN
    RETURN pg_temp.random_set_operation(s);
  END IF;
  IF pg_temp.chance(0.1) THEN
    RETURN format('SELECT t.*, o.n FROM (VALUES (1, %s), (2, %s)) AS o(n, at) CROSS JOIN LATERAL
      (SELECT * FROM {t} AS t WHERE t.start_time %s o.at AND (%s) OFFSET 0) AS t',
      pg_temp.random_value('timestamptz', s), pg_temp.random_value('timestamptz', s),
        pg_temp.pick('>=', '<'), clause);
  END IF;
  SELECT coalesce(array_agg(k), '{}') INTO keys FROM (
    SELECT k FROM (SELECT format('t.%I', col) AS k FROM dimension WHERE endpoint = s.endpoint
      UNION ALL VALUES ('t.day'), ('t.start_time'), ('date_trunc(''month'', t.start_time)'),
        ('t.start_time::date')) AS x
    WHERE pg_temp.chance(0.25)) AS y;
  SELECT string_agg(format(pg_temp.pick('sum(t.%I)', 'sum(coalesce(t.%I, 0))',
    'sum(t.%I) FILTER (WHERE t.project_id IS NOT NULL)', 'max(t.%I)'), m), ', ')
  INTO sums FROM measure, unnest(cols) AS m
  WHERE endpoint = s.endpoint AND (pg_temp.chance(0.3) OR cardinality(cols) < 3);
  IF pg_temp.chance(0.6) THEN
    sums := coalesce(sums || ', ', '') || format('sum(%s)', pg_temp.random_formula(s, 3, '{}'));
  END IF;
  sums := coalesce(sums || ', ', '') || pg_temp.pick('count(*)', 'min(t.start_time)', 'max(t.day)',
    'count(DISTINCT t.project_id)', '1');
  RETURN format('SELECT %s%s FROM %s WHERE %s%s',
    coalesce(nullif(array_to_string(keys, ', '), '') || ', ', ''), sums,
    pg_temp.random_relation(s), clause,
    CASE WHEN cardinality(keys) > 0 THEN ' GROUP BY ' || array_to_string(keys, ', ')
      WHEN sums = '1' THEN ' GROUP BY ()' ELSE '' END
    || CASE WHEN pg_temp.chance(0.3) THEN ' HAVING ' || pg_temp.random_existence(s) ELSE '' END);
END $$;

CREATE TEMP TABLE random_query (
  number int, source text, command text, types text[] DEFAULT '{}', args text[] DEFAULT '{}',
    zone text, plan text);

-- Make each [[type|literal]] a literal, a sub-select or a parameter.
CREATE FUNCTION pg_temp.place_values(q random_query, text_of text) RETURNS random_query
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  part text[];
  written text;
BEGIN
  FOR part IN SELECT regexp_matches(text_of, '\[\[([a-z]+)\|([^]]*)\]\]', 'g') LOOP
    IF pg_temp.chance(0.2) THEN
      q.types := q.types || part[1];
      q.args := q.args || part[2];
      written := '$' || cardinality(q.types);
    ELSIF pg_temp.chance(0.1) THEN
      written := format('(SELECT %s::%s)', part[2], part[1]);
    ELSE
      written := format('%s::%s', part[2], part[1]);
    END IF;
    text_of := overlay(text_of PLACING written FROM
      strpos(text_of, '[[' || part[1] || '|' || part[2] || ']]')
      FOR length(part[1] || part[2]) + 5);
  END LOOP;
  q.command := text_of;
  RETURN q;
END $$;

CREATE FUNCTION pg_temp.compare_with_oracle(ours text, theirs text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT format('WITH a AS MATERIALIZED (%s), o AS MATERIALIZED (%s)
    SELECT (SELECT count(*) FROM o) AS rows,
      (SELECT count(*) FROM (TABLE o EXCEPT ALL TABLE a) AS x) AS missing,
      (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE o) AS x) AS surplus', ours, theirs)
$$;

CREATE FUNCTION pg_temp.random_query(number int) RETURNS random_query
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  q random_query;
  s source;
  text_of text;
BEGIN
  PERFORM setseed((number % 1000000) / 1000000.0);
  SELECT * INTO s FROM source ORDER BY random() LIMIT 1;
  text_of := pg_temp.random_select(s, pg_temp.random_clause(s, 3));
  q := (number, s.foreign_table, NULL, '{}', '{}',
    pg_temp.pick('UTC',
      'America/New_York', 'Asia/Kolkata', 'America/Havana', 'Pacific/Kiritimati'),
    pg_temp.pick('force_custom_plan', 'force_generic_plan'));
  q := pg_temp.place_values(q, text_of);
  q.command := pg_temp.compare_with_oracle(replace(q.command, '{t}', s.foreign_table),
    replace(q.command, '{t}', s.oracle));
  RETURN q;
END $$;

CREATE TEMP TABLE result (
  number int, pushdown boolean, rows bigint, missing bigint, surplus bigint, error text);

-- After an error: is it prepared still?
CREATE PROCEDURE pg_temp.forget_random_query() LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'random_query') THEN
    DEALLOCATE random_query;
  END IF;
END $$;

CREATE PROCEDURE pg_temp.run_random(q random_query, pushdown boolean) LANGUAGE plpgsql AS $$
DECLARE
  message text;
  r record;
BEGIN
  PERFORM set_config('usage_fdw.enable_pushdown', pushdown::text, true);
  PERFORM set_config('TimeZone', q.zone, true);
  PERFORM set_config('plan_cache_mode', q.plan, true);
  IF cardinality(q.types) = 0 THEN
    EXECUTE q.command INTO r;
  ELSE
    EXECUTE format('PREPARE random_query (%s) AS %s', array_to_string(q.types, ', '), q.command);
    FOR r IN EXECUTE format('EXECUTE random_query (%s)', array_to_string(q.args, ', ')) LOOP
    END LOOP;
    DEALLOCATE random_query;
  END IF;
  INSERT INTO result VALUES (q.number, pushdown, r.rows, r.missing, r.surplus);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  CALL pg_temp.forget_random_query();
  INSERT INTO result VALUES (q.number, pushdown, NULL, NULL, NULL, SQLSTATE || ': ' || message);
END $$;

CREATE PROCEDURE pg_temp.run_randoms(first int, count int) LANGUAGE plpgsql AS $$
DECLARE
  q random_query;
BEGIN
  FOR n IN first .. first + count - 1 LOOP
    q := pg_temp.random_query(n);
    CALL pg_temp.run_random(q, true);
    IF n % 3 = 0 THEN
      CALL pg_temp.run_random(q, false);
    END IF;
    COMMIT;
  END LOOP;
END $$;
RESET client_min_messages;
\set QUIET off
\set ECHO all
