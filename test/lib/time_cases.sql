-- test/lib/time_cases.sql: the forms of a clause on time
--
-- What is to be asked is what PostgreSQL itself says: the buckets for which
-- the clause holds, out of a table of all buckets.
\set ECHO none
\set QUIET on
SET client_min_messages = error;

-- A table for each width, and its buckets up to the one that holds now: later
-- ones do not count.  Few rows a bucket make it quick.
CREATE FUNCTION pg_temp.width_of(width text) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE width WHEN '1d' THEN interval '24 hours'
		WHEN '1h' THEN interval '1 hour' ELSE interval '1 minute' END
$$;
CREATE FUNCTION pg_temp.limit_of(width text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE width WHEN '1d' THEN 31 WHEN '1h' THEN 168 ELSE 1440 END
$$;
CREATE FUNCTION pg_temp.today() RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT date_trunc('day', now(), 'UTC')
$$;
\set endpoint code_interpreter_sessions
\set quiet true
\i test/lib/oracle.sql
\unset quiet
SET client_min_messages = error;
SELECT format('CREATE TABLE relation.t_%1$s AS TABLE oracle.code_interpreter_sessions%2$s;
	CREATE TABLE relation.bucket_%1$s AS
	SELECT b AS start_time, b + pg_temp.width_of(%1$L) AS end_time,
		(b AT TIME ZONE ''UTC'')::date AS day,
		''''::text AS project_id, 0::bigint AS num_sessions
	FROM generate_series(pg_temp.today() - interval ''8760 hours'', now(),
		pg_temp.width_of(%1$L)) AS b;
	CREATE INDEX ON relation.t_%1$s (start_time);
	CREATE INDEX ON relation.bucket_%1$s (start_time);
	ANALYZE relation.t_%1$s, relation.bucket_%1$s',
	w, CASE w WHEN '1d' THEN '' ELSE '_' || w END)
FROM (VALUES ('1d'), ('1h'), ('1m')) AS v(w)
\gexec

-- $T and $U are two instants that are bounds of buckets, $Tn and $Un the same
-- as timestamps, $Td and $Ud as dates, $W is the width.  fit: exact, local, or
-- tried, where gaps between what is wanted may be asked for as well.
CREATE TEMP TABLE time_form (
	form text PRIMARY KEY, clause text, fit text, types text DEFAULT '', args text DEFAULT '');

-- every operator with every column and type, both ways round
INSERT INTO time_form (form, clause, fit)
SELECT format('%s %s %s%s%s', col, op, type, misaligned, reversed),
	CASE reversed WHEN '' THEN format('t.%s %s %s', col, op, value)
		ELSE format('%s %s t.%s', value, op, col) END,
	CASE WHEN col = 'day' AND type = 'timestamptz' THEN 'tried' ELSE 'exact' END
FROM (VALUES ('start_time'), ('end_time'), ('day')) AS c(col),
	(VALUES ('<'), ('<='), ('='), ('>='), ('>')) AS o(op),
	(VALUES ('timestamptz', '$T', ''), ('timestamp', '$Tn', ''), ('date', '$Td', ''),
		('timestamptz', '($T + $W * 0.4)', ' misaligned'),
		('timestamp', '($Tn + $W * 0.4)', ' misaligned')) AS v(type, value, misaligned),
	(VALUES (''), (', reversed')) AS r(reversed);
INSERT INTO time_form
SELECT format('%s %s %s', col, op, delivery),
	format('t.%s %s %s', col, op, replace(expr, '?', value)),
	CASE WHEN col = 'day' AND type = 'timestamptz' THEN 'tried' ELSE 'exact' END,
	CASE WHEN expr LIKE '%$1%' THEN type ELSE '' END,
	CASE WHEN expr LIKE '%$1%' THEN value ELSE '' END
FROM (VALUES ('start_time'), ('end_time'), ('day')) AS c(col),
	(VALUES ('<'), ('<='), ('='), ('>='), ('>')) AS o(op),
	(VALUES ('timestamptz', '$T'), ('date', '$Td'), ('timestamp', '$Tn')) AS v(type, value),
	(VALUES ('$1', '$1'), ('(SELECT)', '(SELECT ?)')) AS d(name, expr),
	LATERAL (SELECT name || ' ' || type) AS n(delivery);

INSERT INTO time_form (form, clause, fit) VALUES
	('BETWEEN', 't.start_time BETWEEN $T AND $U', 'exact'),
	('BETWEEN SYMMETRIC', 't.start_time BETWEEN SYMMETRIC $U AND $T', 'exact'),
	('NOT BETWEEN', 't.start_time NOT BETWEEN $T AND $U', 'exact'),
	('BETWEEN of ends', 't.end_time BETWEEN $T AND $U', 'exact'),
	('BETWEEN of days', 't.day BETWEEN $Td AND $Ud', 'exact'),
	('BETWEEN of both', 't.start_time >= $T AND t.end_time <= $U', 'exact'),
	('half open', '$T <= t.start_time AND $U > t.start_time', 'exact'),
	('misaligned', 't.start_time > $T + $W * 0.3 AND t.start_time < $U + $W * 0.3', 'exact'),
	('misaligned ends', 't.end_time > $T + $W * 0.3 AND t.end_time < $U + $W * 0.3', 'exact'),
	('NOT', 'NOT t.start_time < $T AND NOT (t.start_time >= $U)', 'exact'),
	('day of month',
		't.day >= date_trunc(''month'', $Tn)
			AND t.day < date_trunc(''month'', $Tn) + interval ''1 month''', 'exact'),
	('date_trunc(now())', 't.start_time >= date_trunc(''month'', now())', 'exact'),
	('date_trunc(now()) of day', 't.day >= date_trunc(''month'', now())', 'tried'),
	('date_trunc(now() AT TIME ZONE)',
		't.day >= date_trunc(''month'', now() AT TIME ZONE ''UTC'')', 'exact'),
	('date_trunc(now(), zone)',
		't.start_time < date_trunc(''week'', now(), ''Asia/Tokyo'')', 'exact'),
	('now() - interval', 't.start_time >= now() - 7.3 * $W', 'exact'),
	('now() - interval, reversed', 'now() - 7.3 * $W > t.end_time', 'exact'),
	('now()', 't.end_time <= now()', 'exact'),
	('future', 't.start_time >= $T AND t.start_time < now() + interval ''100 years''', 'exact'),
	('current_date', 't.day > current_date - 7', 'exact'),
	('current_date of start', 't.start_time >= current_date - 3', 'exact'),
	('localtimestamp', 't.start_time >= localtimestamp - 9 * $W', 'exact'),
	('text', 't.start_time >= ($Tn::text)::timestamp', 'exact'),
	('sub-selects',
		't.start_time >= (SELECT min(start_time) FROM relation.t_1d WHERE start_time > $T)
			AND t.day <= (SELECT $Ud)', 'exact'),
	('sub-select of NULL',
		't.start_time >= (SELECT max(start_time) FROM relation.t_1d WHERE false)', 'exact'),
	('outer columns', 't.start_time >= o.low AND o.high > t.start_time', 'exact'),
	('correlated', 't.day = (SELECT o.low::date)', 'exact'),

	('OR',
		'(t.start_time >= $T AND t.start_time < $T + 2 * $W)
			OR (t.start_time >= $U AND t.start_time < $U + 3 * $W)', 'exact'),
	('OR, overlapping',
		't.start_time BETWEEN $T AND $T + 4 * $W
			OR t.start_time BETWEEN $T + 2 * $W AND $T + 6 * $W', 'exact'),
	('OR, touching',
		't.start_time BETWEEN $T AND $T + 4 * $W
			OR t.start_time BETWEEN $T + 5 * $W AND $T + 6 * $W', 'exact'),
	('OR, descending', 't.start_time = $U OR t.start_time = $T OR t.end_time = $T', 'exact'),
	('OR of columns', 't.start_time = $T OR t.end_time = $U OR t.day = $Td', 'exact'),
	('OR of AND of OR',
		'(t.start_time >= $T AND (t.day = $Td OR t.start_time < $T + 2 * $W)) OR t.start_time = $U',
		'exact'),
	('AND of OR',
		'(t.start_time < $T OR t.start_time > $U)
			AND (t.start_time < $T - 3 * $W OR t.start_time < $U + 3 * $W)', 'exact'),
	('OR with other', 't.start_time >= $U OR t.num_sessions > 0', 'local'),
	('OR with other in AND',
		'(t.start_time >= $T AND t.num_sessions >= 0) OR t.start_time = $U', 'exact'),
	('AND with other', 't.start_time >= $T AND t.num_sessions >= 0', 'exact'),
	('IN', 't.start_time IN ($U, $T, $T, $T + $W)', 'exact'),
	('IN misaligned', 't.start_time IN ($U, $T + $W * 0.1)', 'exact'),
	('IN of days', 't.day IN ($Ud, $Td)', 'exact'),
	('IN of ends', 't.end_time IN ($U, $T)', 'exact'),
	('= ANY of dates', 't.start_time = ANY (ARRAY[$Td, $Ud])', 'exact'),
	('= ANY of timestamps', 't.start_time = ANY (ARRAY[$Tn, NULL, $Un])', 'exact'),
	('= ANY (ARRAY(SELECT))',
		't.start_time = ANY (ARRAY(SELECT $T + g * $W FROM generate_series(0, 8, 2) AS g))', 'exact'),
	('< ANY', 't.start_time < ANY (ARRAY[$T, $U])', 'exact'),
	('>= ANY', 't.start_time >= ANY (ARRAY[$U, $T])', 'exact'),
	('> ALL', 't.start_time > ALL (ARRAY[$U, $T])', 'tried'),
	('> ALL of none', 't.start_time > ALL (''{}''::timestamptz[])', 'tried'),
	('semi-join', 't.start_time IN (SELECT $T + g * $W FROM generate_series(0, 8, 2) AS g)', 'local'),

	('IS NOT NULL', 't.start_time IS NOT NULL', 'exact'),
	('IS NOT NULL of all',
		't.start_time IS NOT NULL AND t.end_time IS NOT NULL AND t.day IS NOT NULL', 'exact'),
	('IS NULL', '(t.start_time IS NULL) IS TRUE', 'tried'),
	('IS NULL or', 't.day IS NULL OR t.start_time >= $T', 'tried'),
	('<>', 't.start_time <> $T', 'tried'),
	('IS DISTINCT FROM', 't.start_time IS DISTINCT FROM $T', 'tried'),
	('IS TRUE', '(t.start_time >= $T) IS TRUE', 'tried'),
	('columns', 't.start_time < t.end_time', 'tried'),
	('column + interval', 't.start_time + interval ''1 day'' > $T', 'tried'),
	('extract', 'extract(hour FROM t.start_time) = 5', 'tried'),
	('volatile', 't.start_time >= clock_timestamp() - interval ''1 year''', 'local'),
	('row', '(t.start_time, t.project_id) >= ($T, ''a'')', 'local'),

	('contradiction', 't.start_time > $U AND t.start_time < $T', 'exact'),
	('contradiction of =', 't.start_time = $U AND t.start_time = $T', 'exact'),
	('contradiction of days', 't.day = $Td AND t.day = $Td + 1', 'exact'),
	('contradiction of columns', 't.start_time >= $T AND t.end_time <= $T', 'exact'),
	('empty range', 't.start_time >= $U AND t.start_time < $U', 'exact'),
	('between two buckets', 't.start_time > $T AND t.start_time < $T + $W', 'exact'),
	('future only', 't.start_time > now() + interval ''400 days''', 'exact'),

	('< infinity', 't.start_time < ''infinity''', 'exact'),
	('> infinity', 't.start_time > ''infinity''', 'exact'),
	('= infinity', 't.start_time = ''infinity''', 'exact'),
	('>= -infinity', 't.start_time >= ''-infinity''', 'exact'),
	('<= -infinity', 't.end_time <= ''-infinity''', 'exact'),
	('infinite dates',
		't.start_time < date ''infinity'' AND t.day > date ''-infinity''
			AND t.day <> date ''infinity''', 'exact'),
	('infinite timestamps',
		't.start_time < timestamp ''infinity'' AND t.day > timestamp ''-infinity''', 'exact'),
	('day and infinity',
		't.day < timestamptz ''infinity'' AND t.day >= timestamptz ''-infinity''', 'exact'),
	('IN infinity', 't.start_time IN (''infinity'', ''-infinity'', $T)', 'exact'),
	('BC', 't.start_time >= ''4713-11-24 00:00 BC''', 'exact'),
	('BC date', 't.day >= ''4714-11-24 BC'' AND t.start_time > date ''4714-11-24 BC''', 'exact'),
	('< BC', 't.start_time < ''0044-03-15 BC''', 'exact'),
	('last timestamp',
		't.start_time <= timestamp ''294276-12-31 23:59:59.999999''
			AND t.end_time < timestamptz ''294276-12-31 12:00+00''', 'exact'),
	('> last timestamp', 't.start_time > timestamp ''294276-12-31 23:59:59.999999''', 'exact'),
	('last date',
		't.start_time < date ''5874897-12-31'' AND t.end_time <= date ''5874897-12-31''
			AND t.day < ''5874897-12-31''', 'exact'),
	('> last date', 't.start_time > date ''5874897-12-31''', 'exact'),
	('= last date', 't.start_time = date ''5874897-12-31'' OR t.day = ''5874897-12-31''', 'exact'),
	('last date of day', 't.day >= ''5874897-12-31''', 'exact'),

	('::date =', 't.start_time::date = $Td', 'tried'),
	('::date = reversed', '$Td = t.start_time::date', 'tried'),
	('::date range', 't.start_time::date >= $Td AND t.start_time::date < $Ud', 'tried'),
	('::date BETWEEN', 't.end_time::date BETWEEN $Td AND $Ud', 'tried'),
	('::date IN', 't.start_time::date IN ($Td, $Ud)', 'tried'),
	('::date < timestamp', 't.start_time::date < $Tn', 'tried'),
	('::date < timestamptz', 't.start_time::date < $T', 'tried'),
	('::date infinity',
		't.start_time::date < ''infinity'' AND t.start_time::date > ''-infinity''', 'tried'),
	('::date last',
		't.start_time::date < ''5874897-12-31'' AND t.start_time::date > ''4714-11-24 BC''', 'tried'),
	('date()', 'date(t.start_time) = $Td', 'tried'),
	('::timestamp', 't.start_time::timestamp >= $Tn AND t.start_time::timestamp < $Un', 'tried'),
	('::timestamp = ', 't.start_time::timestamp = $Tn', 'tried'),
	('::timestamp of day', 't.day::timestamp >= $Tn', 'exact'),
	('::timestamptz of day', 't.day::timestamptz >= $T AND t.day::timestamptz < $U', 'tried'),
	('::timestamp::date', 't.start_time::timestamp::date = $Td', 'tried'),
	('::date::timestamp', 't.start_time::date::timestamp = $Td', 'tried'),
	('::date::timestamptz', 't.start_time::date::timestamptz >= $T', 'tried'),
	('AT TIME ZONE', '(t.start_time AT TIME ZONE ''America/New_York'') >= $Tn', 'tried'),
	('AT TIME ZONE = date', '(t.start_time AT TIME ZONE ''Asia/Kolkata'')::date = $Td', 'tried'),
	('AT TIME ZONE, reversed', '$Un > (t.end_time AT TIME ZONE ''America/Havana'')', 'tried'),
	('AT TIME ZONE of day', '(t.day AT TIME ZONE ''America/Havana'') >= $Tn', 'tried'),
	('AT TIME ZONE of timestamp of day',
		'(t.day::timestamp AT TIME ZONE ''Asia/Kolkata'') >= $T', 'tried'),
	('AT TIME ZONE twice',
		'(t.start_time AT TIME ZONE ''UTC'' AT TIME ZONE ''Asia/Kolkata'') >= $T', 'tried'),
	('AT TIME ZONE of sub-select',
		'(t.start_time AT TIME ZONE (SELECT ''Pacific/Pago_Pago'')) >= $Tn', 'tried'),
	('AT TIME ZONE of own column',
		'(t.start_time AT TIME ZONE coalesce(nullif(left(t.project_id, 0), ''''), ''UTC'')) >= $Tn',
		'local'),
	('AT TIME ZONE of interval', '(t.start_time AT TIME ZONE interval ''-5 hours'') >= $Tn', 'tried'),
	('AT TIME ZONE with timestamptz', '(t.start_time AT TIME ZONE ''UTC'') >= $T', 'tried'),
	('AT TIME ZONE, last timestamp',
		'(t.start_time AT TIME ZONE ''Asia/Kolkata'') < timestamp ''294276-12-31 23:00''
			AND (t.start_time AT TIME ZONE ''America/New_York'') > timestamp ''4714-11-24 00:30 BC''', 'tried'),
	('AT TIME ZONE infinity',
		'(t.start_time AT TIME ZONE ''Asia/Kolkata'') < timestamp ''infinity''', 'tried'),
	('date_trunc of own zone',
		'date_trunc(''day'', t.start_time, left(t.project_id, 0) || ''UTC'') = $T', 'local'),
	('date_trunc decade',
		'date_trunc(''decade'', t.start_time) = date_trunc(''decade'', $T)', 'tried'),
	('date_trunc capitals', 'date_trunc(''MONTH'', t.start_time) = date_trunc(''month'', $T)', 'tried'),
	('date_trunc plural', 'date_trunc(''days'', t.start_time) = date_trunc(''day'', $T)', 'tried'),
	('date_trunc of day', 'date_trunc(''month'', t.day) = date_trunc(''month'', $T)', 'tried'),
	('date_trunc of day as timestamp',
		'date_trunc(''month'', t.day::timestamp) = date_trunc(''month'', $Tn)', 'tried'),
	('date_trunc of ends', 'date_trunc(''day'', t.end_time) = date_trunc(''day'', $T)', 'tried'),
	('date_trunc of date_trunc',
		'date_trunc(''month'', date_trunc(''day'', t.start_time)) = date_trunc(''month'', $T)', 'tried'),
	('date_trunc::date',
		'date_trunc(''month'', t.start_time)::date = date_trunc(''month'', $T)::date', 'tried'),
	('date_trunc IN',
		'date_trunc(''day'', t.start_time) IN (date_trunc(''day'', $T), date_trunc(''day'', $U))', 'tried'),
	('<@ range', 't.start_time <@ tstzrange($T, $U)', 'tried'),
	('<@ range of days', 't.day <@ daterange($Td, $Ud)', 'tried'),
	('@> of ends', 'tstzrange($T, NULL) @> t.end_time', 'tried'),
	('age', 'now() - t.start_time < 7.3 * $W', 'tried'),
	('age in days', 'current_date - t.day < 7', 'tried'),
	('column + interval > now()', 't.start_time + 5 * $W > now()', 'tried'),
	('to_char', 'to_char(t.start_time, ''YYYY-MM'') = to_char($T, ''YYYY-MM'')', 'tried'),
	('LIKE', 't.day::text LIKE to_char($Td, ''YYYY-MM'') || ''-%''', 'local'),
	('LIKE of a constant', 't.day::text NOT LIKE ''%-11-%''', 'tried'),
	('epoch BETWEEN',
		'extract(epoch FROM t.start_time) BETWEEN extract(epoch FROM $T) AND extract(epoch FROM $U)',
		'tried'),
	('coalesce', 'coalesce(t.start_time, t.end_time) BETWEEN $T AND $U', 'tried'),
	('isodow', 'extract(isodow FROM t.day) < 6', 'tried'),
	('date_bin', 'date_bin(interval ''7 days'', t.start_time, timestamptz ''2000-01-03 UTC'')
		= date_bin(interval ''7 days'', $T, timestamptz ''2000-01-03 UTC'')', 'tried'),
	('NOT of functions', 'NOT (t.start_time::date > $Td OR t.start_time < $T - 20 * $W)', 'tried'),
	('CASE', 'CASE WHEN extract(isodow FROM t.day) = 7 THEN t.start_time > $T ELSE t.end_time < $U END',
		'tried'),
	('OR of AND with other',
		'(t.start_time::date = $Td AND t.num_sessions >= 0) OR t.start_time = $U', 'tried'),
	('OR of function with other', 't.start_time::date = $Td OR t.num_sessions >= 0', 'local'),
	('AND of function with other', 't.start_time::date = $Td AND t.num_sessions >= 0', 'tried'),
	('function that may fail', '1 / (extract(hour FROM t.start_time) - 24) < 0', 'local'),
	('date_trunc never',
		'date_trunc(''day'', t.start_time) = date_trunc(''day'', $T) + interval ''1 second''', 'tried');

-- with parameters: their types, and what they are
INSERT INTO time_form VALUES
	('BETWEEN $1 AND $2',
		't.start_time BETWEEN $1 AND $2', 'exact', 'timestamptz, timestamptz', '$T, $U'),
	('BETWEEN $1 AND $2 of dates', 't.day BETWEEN $1 AND $2', 'exact', 'date, date', '$Td, $Ud'),
	('$1 + interval',
		't.start_time >= $1 AND t.start_time < $1 + 3 * $W', 'exact', 'timestamptz', '$T'),
	('$1 of NULL', 't.start_time >= $1', 'exact', 'timestamptz', 'NULL'),
	('now() - $1', 't.start_time > now() - $1', 'exact', 'interval', '7.3 * $W'),
	('OR $1',
		't.start_time = $1 OR t.start_time >= $2', 'exact', 'timestamptz, timestamptz', '$T, $U'),
	('OR of NULL',
		't.start_time = $1 OR t.start_time >= $2', 'exact', 'timestamptz, timestamptz', 'NULL, $U'),
	('= ANY ($1)', 't.start_time = ANY ($1)', 'exact', 'timestamptz[]', 'ARRAY[$U, NULL, $T]'),
	('= ANY ($1) of days', 't.day = ANY ($1)', 'exact', 'date[]', 'ARRAY[$Ud, NULL, $Td]'),
	('= ANY ($1) of NULL', 't.start_time = ANY ($1)', 'exact', 'timestamptz[]', 'NULL'),
	('= ANY ($1) of nothing', 't.start_time = ANY ($1)', 'exact', 'timestamptz[]', '''{}'''),
	('contradiction of $1',
		't.start_time >= $1 AND t.start_time < $2', 'exact', 'timestamptz, timestamptz', '$U, $T'),
	('infinite $1',
		't.start_time >= $1 AND t.start_time < $2',
		'exact', 'timestamptz, timestamptz', '''-infinity'', ''infinity'''),
	('::date = $1', 't.start_time::date = $1', 'tried', 'date', '$Td'),
	('::date = ANY ($1)', 't.start_time::date = ANY ($1)', 'tried', 'date[]', 'ARRAY[$Ud, $Td, NULL]'),
	('$1 IS NULL OR', '$1 IS NULL OR t.day >= $1', 'tried', 'date', '$Td'),
	('$1 IS NULL OR, of NULL', '$1 IS NULL OR t.day >= $1', 'tried', 'date', 'NULL'),
	('age of $1', 'now() - t.start_time < $1', 'tried', 'interval', '7.3 * $W'),
	('<@ $1', 't.start_time <@ $1', 'tried', 'tstzrange', 'tstzrange($T, $U)'),
	('to_char of $1', 'to_char(t.day, ''YYYY-MM'') = $1', 'tried', 'text', 'to_char($T, ''YYYY-MM'')'),
	('AT TIME ZONE $1',
		'(t.start_time AT TIME ZONE $1) < $Tn', 'tried', 'text', '''Pacific/Kiritimati'''),
	('AT TIME ZONE NULL', '(t.start_time AT TIME ZONE $1) < $Tn', 'tried', 'text', 'NULL'),
	('date_trunc unit of $1',
		'date_trunc($1, t.start_time) = date_trunc($1, $T)', NULL, 'text', '''day'''),
	('date_trunc of $1',
		'date_trunc(''day'', t.start_time) = $1', 'tried', 'timestamptz', 'date_trunc(''day'', $T)');
INSERT INTO time_form
SELECT format('date_trunc %s %s', unit, op),
	format('date_trunc(%L, t.start_time) %s date_trunc(%1$L, $T)', unit, op), 'tried'
FROM (VALUES ('second'), ('minute'), ('hour'), ('day'), ('week'), ('month'), ('quarter'), ('year'))
		AS u(unit),
	(VALUES ('<'), ('<='), ('='), ('>='), ('>')) AS o(op);
INSERT INTO time_form
SELECT format('date_trunc %s in %s', unit, zone),
	format('date_trunc(%L, t.start_time, %L) = date_trunc(%1$L, $T, %2$L)', unit, zone), 'tried'
FROM (VALUES ('hour'), ('day'), ('month')) AS u(unit),
	(VALUES ('America/New_York'), ('Asia/Kolkata'), ('America/Havana')) AS z(zone);
INSERT INTO time_form
SELECT format('date_trunc %s at %s', unit, zone),
	format('date_trunc(%L, t.start_time AT TIME ZONE %L) = date_trunc(%1$L, $T AT TIME ZONE %2$L)',
	unit, zone), 'tried'
FROM (VALUES ('hour'), ('day'), ('month')) AS u(unit),
	(VALUES ('America/New_York'), ('Asia/Kolkata'), ('America/Havana')) AS z(zone);

-- An instant, whatever DateStyle and TimeZone are.
CREATE FUNCTION pg_temp.utc(t timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
$$;

CREATE FUNCTION pg_temp.fill_in(clause text, width text, t timestamptz, u timestamptz)
RETURNS text LANGUAGE sql AS $$
	SELECT replace(replace(replace(replace(replace(replace(replace(clause,
		'$Tn', format('timestamp %L', pg_temp.utc(t))),
		'$Un', format('timestamp %L', pg_temp.utc(u))),
		'$Td', format('date %L', left(pg_temp.utc(t), 10))),
		'$Ud', format('date %L', left(pg_temp.utc(u), 10))),
		'$T', format('timestamptz %L', pg_temp.utc(t) || '+00')),
		'$U', format('timestamptz %L', pg_temp.utc(u) || '+00')),
		'$W', format('interval %L', pg_temp.width_of(width)::text))
$$;

-- All forms that match a pattern, between low and high, in each of the zones
-- (none: in the session's); statements with $1 under both kinds of plan.
CREATE PROCEDURE pg_temp.add_time_cases(pattern text, width text, t timestamptz, u timestamptz,
	low timestamptz, high timestamptz, zones text[] DEFAULT '{}') LANGUAGE sql AS $$
	INSERT INTO cases (endpoint, subject, form, foreign_table, oracle, buckets, query, types, args,
		plan, zones, expected)
	SELECT 'code_interpreter_sessions', width, f.form,
		CASE width WHEN '1d' THEN 'usage.' WHEN '1h' THEN 'usage_hourly.' ELSE 'usage_minutely.' END
			|| 'code_interpreter_sessions',
		'relation.t_' || width, 'relation.bucket_' || width,
		CASE WHEN f.clause LIKE '%o.low%' THEN
			pg_temp.fill_in('FROM (VALUES ($T, $T + 3 * $W), ($U, $U + $W)) AS o(low, high)
				CROSS JOIN LATERAL (SELECT * FROM {t} AS t WHERE (', width, t, u)
		ELSE 'FROM {t} AS t WHERE (' END
		|| pg_temp.fill_in(f.clause, width, t, u) || ')'
		|| coalesce(' AND t.start_time >= ' || quote_literal(pg_temp.utc(low) || '+00'), '')
		|| coalesce(' AND t.start_time < ' || quote_literal(pg_temp.utc(high) || '+00'), '')
		|| CASE WHEN f.clause LIKE '%o.low%' THEN ' OFFSET 0) AS t' ELSE '' END,
		f.types,
		CASE WHEN f.types <> ''
			THEN array_fill(pg_temp.fill_in(f.args, width, t, u),
				ARRAY[greatest(cardinality(zones), 1)])
			ELSE '{}' END,
		p.plan, zones,
		jsonb_build_object('fit', f.fit, 'low', low, 'high', high)
	FROM time_form AS f
	CROSS JOIN LATERAL (SELECT unnest(CASE f.types WHEN '' THEN '{auto}'
		ELSE '{force_custom_plan,force_generic_plan}' END::text[])) AS p(plan)
	WHERE f.form ~ pattern AND f.fit IS NOT NULL
$$;
RESET client_min_messages;
\set QUIET off
\set ECHO all
