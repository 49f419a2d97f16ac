-- test/lib/random_edges.sql: expressions of a bucket's edges, nested at random
--
-- Makes pg_temp.random_edge(kind, depth), an expression of that type, and
-- pg_temp.random_edge_clause(source, depth), a condition.  Nearly all of their
-- functions are among those that can't fail.  Needs what test/lib/random_queries.sql
-- makes before it includes this.

CREATE FUNCTION pg_temp.random_zone() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT pg_temp.pick('UTC', 'America/New_York', 'Asia/Kolkata', 'America/Havana',
    'Pacific/Kiritimati', '<+0012>-00:12')
$$;

CREATE FUNCTION pg_temp.random_span() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT format('interval %L', pg_temp.pick('1 day', '1 month', '90 minutes', '-3 days', '7 days',
    '1 year 2 days', '59 seconds', '0'))
$$;

CREATE FUNCTION pg_temp.random_edge(kind text, depth int) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  below int := greatest(depth - 1, 0);
BEGIN
  IF kind IN ('timestamptz', 'date') AND (depth = 0 OR pg_temp.chance(0.25)) THEN
    RETURN CASE kind WHEN 'date' THEN 't.day' ELSE pg_temp.pick('t.start_time', 't.end_time') END;
  END IF;
  IF kind <> 'interval' AND pg_temp.chance(0.12) THEN
    RETURN CASE pg_temp.upto(3)
      WHEN 0 THEN format('coalesce(nullif(%s, %s), %s)', pg_temp.random_edge(kind, below),
        pg_temp.random_edge(kind, below), pg_temp.random_edge(kind, below))
      WHEN 1 THEN format('%s(%s, %s)', pg_temp.pick('least', 'greatest'),
        pg_temp.random_edge(kind, below), pg_temp.random_edge(kind, below))
      ELSE format('CASE WHEN extract(%s) %s %s THEN %s ELSE %s END',
        pg_temp.pick('isodow FROM t.day', 'hour FROM t.end_time', 'day FROM t.start_time'),
        pg_temp.pick('<', '=', '>='), 1 + pg_temp.upto(9),
        pg_temp.random_edge(kind, below), pg_temp.random_edge(kind, below)) END;
  END IF;
  RETURN CASE kind
    WHEN 'timestamptz' THEN CASE pg_temp.upto(8)
      WHEN 6 THEN format('to_timestamp(floor(extract(epoch FROM %s) / %s) * %2$s)',
        pg_temp.random_edge(kind, below), pg_temp.pick('300', '3600', '86400', '604800'))
      WHEN 7 THEN format('(%s + %s * floor(extract(minute FROM %s) / 20))',
        pg_temp.random_edge(kind, below), pg_temp.random_span(), pg_temp.random_edge(kind, below))
      WHEN 0 THEN format('date_trunc(%L, %s)',
        pg_temp.pick('minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade'),
        pg_temp.random_edge(kind, below))
      WHEN 1 THEN format('date_trunc(%L, %s, %L)', pg_temp.pick('hour', 'day', 'week', 'month'),
        pg_temp.random_edge(kind, below), pg_temp.random_zone())
      WHEN 2 THEN format('(%s %s %s)', pg_temp.random_edge(kind, below), pg_temp.pick('+', '-'),
        pg_temp.random_span())
      WHEN 3 THEN format('(%s AT TIME ZONE %L)',
        pg_temp.random_edge('timestamp', below), pg_temp.random_zone())
      WHEN 4 THEN format('date_bin(%L, %s, %L)', pg_temp.pick('7 days', '36 hours', '15 minutes'),
        pg_temp.random_edge(kind, below), '2001-02-16 20:05:00+00')
      ELSE format('%s::timestamptz', pg_temp.random_edge(pg_temp.pick('timestamp', 'date'),
        below)) END
    WHEN 'timestamp' THEN CASE pg_temp.upto(4)
      WHEN 0 THEN format('(%s AT TIME ZONE %L)',
        pg_temp.random_edge('timestamptz', below), pg_temp.random_zone())
      WHEN 1 THEN format('(%s %s %s)', pg_temp.random_edge('date', below), pg_temp.pick('+', '-'),
        pg_temp.random_span())
      WHEN 2 THEN format('date_trunc(%L, %s)', pg_temp.pick('hour', 'day', 'month'),
        pg_temp.random_edge(CASE depth WHEN 0 THEN 'timestamptz' ELSE kind END,
          below) || '::timestamp')
      ELSE format('%s::timestamp', pg_temp.random_edge(pg_temp.pick('timestamptz', 'date'),
        below)) END
    WHEN 'date' THEN CASE pg_temp.upto(2)
      WHEN 0 THEN format('%s::date', pg_temp.random_edge(pg_temp.pick('timestamptz',
        'timestamp'), below))
      ELSE format('(%s %s %s)', pg_temp.random_edge(kind, below), pg_temp.pick('+', '-'),
        pg_temp.upto(40)) END
    WHEN 'interval' THEN format(pg_temp.pick('(%s - %s)', 'age(%s, %s)'),
      pg_temp.pick('now()', pg_temp.random_edge('timestamptz', below)),
      pg_temp.random_edge('timestamptz', below))
    WHEN 'numeric' THEN CASE pg_temp.upto(CASE depth WHEN 0 THEN 3 ELSE 7 END)
      WHEN 2 THEN format('extract(%s FROM %s)', pg_temp.pick('epoch', 'day', 'hour', 'year'),
        pg_temp.random_edge('interval', below))
      WHEN 5 THEN format('(%s %% %s)',
        pg_temp.random_edge(kind, below), pg_temp.pick('7', '86400', '2.5'))
      WHEN 0 THEN format('extract(%s FROM %s)',
        pg_temp.pick('epoch', 'hour', 'day', 'isodow', 'week', 'month', 'quarter', 'minute',
          'decade'),
        pg_temp.random_edge(pg_temp.pick('timestamptz', 'timestamp'), below))
      WHEN 1 THEN format('(%s - %s)::numeric',
        pg_temp.random_edge('date', below), pg_temp.pick('current_date',
          pg_temp.random_edge('date', below)))
      WHEN 6 THEN format('floor(%s / %s)', pg_temp.random_edge(kind, below), pg_temp.pick('7',
        '86400', '2.5'))
      WHEN 3 THEN format('(%s %s %s)', pg_temp.random_edge(kind, below),
        pg_temp.pick('+', '-'), pg_temp.random_edge(kind, below))
      ELSE format('(%s * %s)', pg_temp.random_edge(kind, below), pg_temp.pick('3', '-0.5')) END
    ELSE CASE pg_temp.upto(2)
      WHEN 0 THEN format('to_char(%s, %L)', pg_temp.random_edge(pg_temp.pick('timestamptz',
        'timestamp'), below),
        pg_temp.pick('YYYY-MM', 'YYYY-MM-DD', 'IYYY-"W"IW', 'Dy HH24', 'TMMonth', 'J'))
      ELSE format('%s::text', pg_temp.random_edge(pg_temp.pick('timestamptz', 'date',
        'numeric'), below)) END
  END;
END $$;

-- What an expression of that type is compared with: often what is near to it.
CREATE FUNCTION pg_temp.random_bound(s source, kind text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN CASE kind
    WHEN 'interval' THEN format('interval %L', pg_temp.pick('2 days', '30 hours', '0',
      '-1 hour', '9 days'))
    WHEN 'numeric' THEN pg_temp.pick('0', '5', '-2', '20000', '1790000000', '11.5')
    WHEN 'text' THEN format('to_char(now() - %s, %L)', pg_temp.random_span(),
      pg_temp.pick('YYYY-MM', 'YYYY-MM-DD', 'IYYY-"W"IW', 'Dy HH24'))
    ELSE pg_temp.random_value(kind, s) END;
END $$;

CREATE FUNCTION pg_temp.random_edge_clause(s source, depth int) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  kind text := pg_temp.pick('timestamptz', 'timestamptz', 'timestamp', 'date', 'interval',
    'numeric',
    'text');
  expr text := pg_temp.random_edge(kind, depth);
  bound text := pg_temp.random_bound(s, kind);
  op text := pg_temp.pick('<', '<=', '>=', '>', '=', '<>');
BEGIN
  RETURN CASE pg_temp.upto(9)
    WHEN 0 THEN format('%s %s %s', bound, op, expr)
    WHEN 1 THEN format('%s BETWEEN %s AND %s', expr, bound, pg_temp.random_bound(s, kind))
    WHEN 2 THEN format('%s IS %sDISTINCT FROM %s', expr, pg_temp.pick('', 'NOT '), bound)
    WHEN 3 THEN format('%s IN (%s, %s)', expr, bound, pg_temp.random_bound(s, kind))
    WHEN 4 THEN format('(%s IS NULL OR %s %s %2$s)', bound, expr, op)
    WHEN 5 THEN CASE kind
      WHEN 'timestamptz' THEN format(
        '%s <@ tstzrange(least((%s)::timestamptz, %s), greatest(%2$s, (%3$s)::timestamptz))',
        expr, bound, pg_temp.random_bound(s, kind))
      WHEN 'text' THEN format('%s %sLIKE %L', expr, pg_temp.pick('', 'NOT '),
        pg_temp.pick('%1%', '2026-1_-%', '%Mon%', ''))
      ELSE format('%s %s %s', expr, op, pg_temp.random_edge(kind, depth)) END
    WHEN 6 THEN format('%s %s %s', expr, op, pg_temp.random_edge(kind, depth))
    ELSE format('%s %s %s', expr, op, bound) END;
END $$;
