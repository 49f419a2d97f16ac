--
-- The newest rows, and the oldest: who wants a few of them does not make the scan
-- read the rest.  Each case is for how many buckets each of its requests should
-- ask, what the query should answer in its first row, and the query.  {newest}
-- and the like are days that have rows.
--
\set endpoints 'completions'
\i test/lib/opening.sql
\i test/lib/request_cases.sql
SET TimeZone = 'UTC';

-- Not today, where nobody knows yet: a day that has rows, as the one before has.
INSERT INTO given
SELECT 'newest', max(a.day) FROM oracle.completions AS a
JOIN oracle.completions AS b ON a.day = b.day + 1 WHERE a.day < pg_temp.today();
INSERT INTO given
SELECT 'oldest', min(day) FROM oracle.completions WHERE day > pg_temp.today() - 50;

\echo One bucket holds the newest row, and each extreme is a query of its own.
INSERT INTO request_case (wanted, answer, query) VALUES
('1', 't', $$
  SELECT start_time = {newest} AS newest FROM usage.completions WHERE day <= {newest}
  ORDER BY start_time DESC LIMIT 1
$$),
('1', 't', $$
  SELECT max(start_time) = {newest} AS newest FROM usage.completions WHERE day <= {newest}
$$),
('1 1', 't,t', $$
  SELECT max(day) = {newest}, max(end_time) = {newest}::date + 1 AS ends
  FROM usage.completions WHERE day <= {newest}
$$),
('1', '0.000000,"no sort; newest first"', $$
  SELECT extract(epoch FROM max(start_time) - (
      SELECT max(start_time) FROM oracle.completions_1h WHERE day <= {newest})) AS hours,
    pg_temp.sorts('SELECT max(start_time) FROM usage_hourly.completions')
  FROM usage_hourly.completions
  WHERE start_time <= (SELECT max(start_time) FROM oracle.completions_1h WHERE day <= {newest})
$$);
\i test/lib/ask.sql

\echo Rows of a day that are distinct, or sorted: the scan does not know how many are enough.
INSERT INTO request_case (wanted, answer, query) VALUES
('31', 't', $$
  SELECT DISTINCT ON (day) day = {newest} AS newest FROM usage.completions WHERE day <= {newest}
  ORDER BY day DESC LIMIT 1
$$),
('1 2', '1', $$
  SELECT count(*) FROM (
    SELECT FROM usage.completions WHERE day <= {newest} ORDER BY day DESC, model LIMIT 1
  ) AS c
$$);
\i test/lib/ask.sql

\echo Of all time: where today has no row yet, a few requests more.
INSERT INTO request_case (wanted, answer, query) VALUES
('few requests', 't', $$
  SELECT start_time = (SELECT max(start_time) FROM oracle.completions) AS newest
  FROM usage.completions ORDER BY start_time DESC LIMIT 1
$$);
\i test/lib/ask.sql

\echo The oldest, likewise.
INSERT INTO request_case (wanted, answer, query) VALUES
('1', 't', $$
  SELECT min(start_time) = {oldest} AS oldest FROM usage.completions WHERE day >= {oldest}
$$),
('1', 't', $$
  SELECT day = {oldest} AS oldest FROM usage.completions WHERE day >= {oldest}
  ORDER BY end_time FETCH FIRST ROW ONLY
$$),
('1 1', 't,t', $$
  SELECT min(day) = {oldest} AS oldest, max(start_time) = {newest} AS newest
  FROM usage.completions WHERE day BETWEEN {oldest} AND {newest}
$$);
\i test/lib/ask.sql

\echo Not for an aggregate of another column, or for one that is not alone.
SELECT pg_temp.line(pg_temp.sorts(query), reads, query) FROM (VALUES
('no sort; oldest first', 'SELECT max(model) FROM usage.completions'),
('no sort; oldest first', 'SELECT max(start_time), count(*) FROM usage.completions')
) AS c(reads, query);

\echo Nothing is found: the windows grow, up to what the API allows.
INSERT INTO request_case (wanted, answer, query) VALUES
('1 2 4 8 16 31 31 7', '', $$
  SELECT max(start_time) FROM usage.completions
  WHERE project_id = 'proj_nobody' AND day > pg_temp.today() - 100
$$),
('10 requests', '0', $$
  SELECT count(*) FROM (
    SELECT FROM usage_hourly.completions
    WHERE project_id = 'proj_nobody' AND day BETWEEN pg_temp.today() - 20 AND pg_temp.today() - 1
    ORDER BY start_time DESC LIMIT 5
  ) AS c
$$);
\i test/lib/ask.sql
\echo As many minutes as the day has had till now.
INSERT INTO request_case (wanted, answer, query) VALUES
(NULL, '0', $$
  SELECT count(*) FROM (
    SELECT FROM usage_minutely.completions
    WHERE project_id = 'proj_nobody' AND day > pg_temp.today() - 1 AND day < pg_temp.today() + 1
    ORDER BY start_time LIMIT 5
  ) AS c
$$);
\i test/lib/ask.sql

-- The first that was last seen between so many days ago.
CREATE FUNCTION pg_temp.last_seen(low int, high int)
RETURNS TABLE (name text, value text) LANGUAGE sql AS $$
  SELECT v.*
  FROM (
    SELECT project_id AS project, model, user_id AS "user", max(day) AS last
    FROM oracle.completions
    WHERE project_id <> '' AND model <> '' AND user_id <> '' GROUP BY 1, 2, 3
    HAVING max(day) BETWEEN pg_temp.today() - low AND pg_temp.today() - high
    ORDER BY 1, 2, 3 LIMIT 1
  ) AS c, LATERAL (VALUES
    ('project', project), ('model', model), ('user', "user"), ('last', last::text)) AS v
$$;
\echo Something that was last seen 4 to 7 days ago.
INSERT INTO given SELECT * FROM pg_temp.last_seen(6, 3);
INSERT INTO request_case (wanted, answer, query) VALUES
('1 2 4', 't', $$
  SELECT max(start_time) = {last} AS last FROM usage.completions
  WHERE project_id = {project} AND model = {model} AND user_id = {user}
$$);
\i test/lib/ask.sql
\echo Something that was last seen 8 to 15 days ago.
DELETE FROM given WHERE name IN ('project', 'model', 'user', 'last');
INSERT INTO given SELECT * FROM pg_temp.last_seen(14, 7);
INSERT INTO request_case (wanted, answer, query) VALUES
('1 2 4 8', 't', $$
  SELECT day = {last} AS last FROM usage.completions
  WHERE project_id = {project} AND model = {model} AND user_id = {user}
  ORDER BY day DESC LIMIT 1
$$);
\i test/lib/ask.sql

\echo A few rows in no order: a preview shows the latest, with little asked for.
INSERT INTO request_case (wanted, answer, query) VALUES
('few requests', '10,t', $$
  SELECT count(*), min(day) >= pg_temp.today() - 7 AS latest
  FROM (SELECT * FROM usage.completions LIMIT 10) AS c
$$),
('1', '2,t', $$
  SELECT count(*), min(day) = {newest} AS latest
  FROM (SELECT * FROM usage.completions WHERE day <= {newest} LIMIT 2) AS c
$$);
\i test/lib/ask.sql

\echo All rows, newest first, are read in windows that begin small.
INSERT INTO request_case (wanted, answer, query) VALUES
('32 requests', 't', $$
  SELECT count(*) = (SELECT count(*) FROM oracle.completions_1m
    WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1) AS same
  FROM (SELECT FROM usage_minutely.completions
    WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1
    ORDER BY start_time DESC OFFSET 0) AS c
$$);
\i test/lib/ask.sql
\echo But never in more than are allowed.
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (ADD max_requests '8');
INSERT INTO request_case (wanted, answer, query) VALUES
('4 requests', 't', $$
  SELECT count(*) = (SELECT count(*) FROM oracle.completions_1m
    WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1) AS same
  FROM (SELECT FROM usage_minutely.completions
    WHERE day BETWEEN pg_temp.today() - 4 AND pg_temp.today() - 1
    ORDER BY start_time DESC OFFSET 0) AS c
$$);
\i test/lib/ask.sql
ALTER FOREIGN TABLE usage_minutely.completions OPTIONS (DROP max_requests);
